"""What the items of forms add up to: of the site, queues and teams from the sums of days, else from lines.

Points are thousandths. Days: 20261122 as stored, both ends inclusive.
"""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, select

from ccfloor.kpi.scope import Scope
from ccfloor.store.engine import by_value
from ccfloor.store.qa_sums import Days
from ccfloor.store.qa_tables import qa_item_days, qa_lines, qa_scores

_d, _l, _t = qa_item_days.c, qa_lines.c, qa_scores.c


class ItemSum(NamedTuple):
    """An item over several forms. ``applies``: forms in which it was asked; ``full``: with all its points."""

    form: str
    item: str
    forms: int
    applies: int
    full: int
    fatal: int
    earned_milli: int
    possible_milli: int

    @property
    def lost_milli(self) -> int:
        """Points that were not given."""
        return self.possible_milli - self.earned_milli

    @property
    def share(self) -> float | None:
        """Points of those that were possible; None where none were."""
        return self.earned_milli / self.possible_milli if self.possible_milli else None


class MonthItem(NamedTuple):
    """An item in one month (20261100)."""

    month: int
    sums: ItemSum


def item_sums(
    connection: Connection, site: str, scopes: Collection[Scope], days: Days, form: str = ""
) -> list[ItemSum]:
    """Sums of each item over scopes that do not overlap: the site, queues or teams."""
    names = sorted(map(str, scopes))
    values = [func.sum(column) for column in _VALUES]
    within = [_d.site == site, _d.scope.in_(names), _d.day.between(*days)]
    within += [_d.form == form] if form else []
    keys = (_d.form, _d.item)
    rows = connection.execute(select(*keys, *values).where(*within).group_by(*keys))
    return [_item(row) for row in rows]


def items_of(connection: Connection, within: Sequence[ColumnElement[bool]]) -> list[ItemSum]:
    """The same of some scores alone."""
    keys = (by_value(_l.form), by_value(_l.item))
    query = select(*keys, *_line_sums()).select_from(qa_scores.join(qa_lines, _l.score == _t.id))
    return [_item(row) for row in connection.execute(query.where(*within).group_by(*keys))]


def items_by_month(connection: Connection, within: Sequence[ColumnElement[bool]]) -> list[MonthItem]:
    """Each item in each month of some scores."""
    keys = (_t.day - _t.day % 100, by_value(_l.form), by_value(_l.item))
    query = select(*keys, *_line_sums()).select_from(qa_scores.join(qa_lines, _l.score == _t.id))
    rows = connection.execute(query.where(*within).group_by(*keys))
    return [MonthItem(row[0], _item(row[1:])) for row in rows]


_VALUES = (_d.forms, _d.applies, _d.full, _d.fatal, _d.earned_milli, _d.possible_milli)


def _line_sums() -> list[ColumnElement[Any]]:
    """As the sums of days are made."""
    full = _l.applies & (_l.earned_milli == _l.possible_milli) & ~_l.fatal
    number = [func.sum(case((one, 1), else_=0)) for one in (_l.applies, full, _l.fatal)]
    points = [
        func.sum(case((_l.applies, column), else_=0)) for column in (_l.earned_milli, _l.possible_milli)
    ]
    return [func.count(), *number, *points]


def _item(row: Sequence[Any]) -> ItemSum:
    return ItemSum(row[0], row[1], *(int(value or 0) for value in row[2:]))
