"""Machines as they will stand when the present instant is over.

More events of the same instant may come, so the machines themselves are told only when time goes on; who
looks before that sees copies.
"""

from collections.abc import Iterable
from math import inf

from ccfloor.rules.cells import Cell
from ccfloor.rules.machine import Machine
from ccfloor.rules.watching import Watch


class Peek:
    """``machines`` of watches that will be told something new; ``values`` of cells that were not read yet;
    ``due``: the first instant at which something may come of it, infinity: nothing.
    """

    def __init__(self, at: float, dark: bool, cells: Iterable[Cell], watches: Iterable[Watch]) -> None:
        self.machines: dict[Watch, Machine] = {}
        self.values: dict[Cell, float | None] = {}
        self.due = inf
        before = {cell: cell.value for cell in cells}
        changed = [cell for cell in before if self._changes(cell, at)]
        for watch in (*(watch for cell in changed for watch in cell.watches), *watches):
            self._add(watch, at, dark)
        for cell, value in before.items():
            cell.value = value

    def _changes(self, cell: Cell, at: float) -> bool:
        """Reads a cell; whether that is any news to those who watch it."""
        before = cell.value
        cell.value = self.values[cell] = cell.read(at)
        if cell.moves:
            self.due = min(self.due, cell.next_at(at))
        return cell.value != before or cell.ramp

    def _add(self, watch: Watch, at: float, dark: bool) -> None:
        if watch in self.machines:
            return
        machine = watch.peek(at, dark)
        if machine is not None:
            fired = machine.advance(at)
            self.due = min(self.due, at if fired else machine.wake_at())
            self.machines[watch] = machine
