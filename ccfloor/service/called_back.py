"""Callers who gave up, and whether they were reached: ticked off by people, or found in later calls.

The switch does not tell which number a seat dials, so a call back out is known only by its tick. Instants
are UTC epoch seconds.
"""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.events import Outcome
from ccfloor.kpi import callers
from ccfloor.kpi.callers import WINDOWS, Attempt, Case, Key
from ccfloor.kpi.period import Period
from ccfloor.service.people_log import PeopleError, Told, entries, named, said, write
from ccfloor.service.plan_notes import TEXT_MAX, Note
from ccfloor.store import gave_up
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.number_links import crosses, hashes
from ccfloor.store.tables import called_back, calls
from ccfloor.store.viewer import Viewer

MOST = 20_000
TICKED, UNTICKED = "called_back", "called_back_undone"


class Callers(NamedTuple):
    """The callers of a period, latest first, and how many in each state. ``cut``: older ones are left out."""

    cases: list[Case]
    states: Counter[str]
    cut: bool


def abandoned_callers(engine: Engine, viewer: Viewer, queue: str, of: Period, window: str = "24h") -> Callers:
    """Everybody who gave up in the period, in ``queue`` (empty: any); numbers as the viewer may read them.

    Attempts up to one window before and after the period belong to the caller, too. ``window``: a key of
    callers.WINDOWS; raises KeyError on another.
    """
    viewer.needs(Right.CALLS)
    window_s = WINDOWS[window]
    start, end = of.start - window_s, of.end + window_s
    with engine.connect() as connection:
        tries, cut = gave_up.attempts(connection, viewer, start, end, MOST)
        begin = min((one.at for one in tries), default=start) if cut else start
        withheld = {one.number for one in tries if not callers.known(one.number)}
        later = gave_up.answers(connection, viewer, begin, end, window_s, withheld)
        ticked = gave_up.ticks(connection, viewer.site, start)
        edge = crosses(connection, viewer.site, start, end + window_s)
        cleared = hashes(connection, viewer.site) if edge else {}
    found = callers.cases(tries, later, ticked, window_s, cleared)
    shown = [_as_read(viewer, case) for case in found if _belongs(case, queue, of)]
    return Callers(shown, Counter(case.state for case in shown), cut)


def tick(engine: Engine, viewer: Viewer, key: Key, who: str, note: str, now: float) -> int:
    """Note that this caller was called back; returns the tick's id.

    Raises PeopleError: no_who, unknown_call, ticked_already.
    """
    viewer.needs(Right.NOTES)
    by, words = named(who), note.strip()[:TEXT_MAX]
    values = {
        "site": viewer.site,
        "source_id": key[0],
        "position": key[1],
        "at": now,
        "who": by,
        "note": words,
        "undone_by": "",
    }
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        _gave_up(connection, viewer, key)
        if _standing(connection, viewer, key) is not None:
            raise PeopleError("ticked_already")
        made = insert(called_back).values(values).returning(called_back.c.id)
        found = int(connection.execute(made).scalar_one())
        told = Told(Act.CALLER_TICKED, None, {"called_back": True})
        write(connection, viewer.site, about(key), TICKED, by, words, now, told=told, viewer=viewer)
    return found


def untick(engine: Engine, viewer: Viewer, key: Key, who: str, why: str, now: float) -> None:
    """Take a tick back. Raises PeopleError: no_who, no_why, unknown_call, not_ticked."""
    viewer.needs(Right.NOTES)
    by, words = named(who), said(why)
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        _gave_up(connection, viewer, key)
        standing = _standing(connection, viewer, key)
        if standing is None:
            raise PeopleError("not_ticked")
        undone = update(called_back).where(called_back.c.id == standing)
        connection.execute(undone.values(undone_at=now, undone_by=by))
        told = Told(Act.CALLER_UNTICKED, {"called_back": True}, {"called_back": False})
        write(connection, viewer.site, about(key), UNTICKED, by, words, now, told=told, viewer=viewer)


def told(engine: Engine, viewer: Viewer, key: Key) -> list[Note]:
    """Everything that people noted about calling this one back, oldest first."""
    viewer.needs(Right.CALLS)
    return entries(engine, viewer, about(key))


def about(key: Key) -> str:
    """What the notes of people call it."""
    return f"called_back/{key[0]}-{key[1]}"


def _belongs(case: Case, queue: str, of: Period) -> bool:
    return any(of.start <= one.at < of.end and queue in ("", one.queue) for one in case.attempts)


def _as_read(viewer: Viewer, case: Case) -> Case:
    tick = case.tick and case.tick._replace(note=viewer.words(case.tick.note))
    return case._replace(attempts=tuple(_masked(viewer, one) for one in case.attempts), tick=tick)


def _masked(viewer: Viewer, one: Attempt) -> Attempt:
    number = one.number if not callers.known(one.number) else viewer.number(one.number)
    return one._replace(number=number, name=viewer.text(one.name))


def _gave_up(connection: Connection, viewer: Viewer, key: Key) -> None:
    """Raises PeopleError where the call is none that this viewer could have seen given up."""
    table = calls.c
    query = select(table.queue).where(
        table.site == viewer.site,
        table.source_id == key[0],
        table.position == key[1],
        table.outcome == Outcome.ABANDONED.value,
    )
    queue = connection.scalar(query)
    if queue is None or not viewer.sees_queue(queue):
        raise PeopleError("unknown_call")


def _standing(connection: Connection, viewer: Viewer, key: Key) -> int | None:
    """The id of the tick that counts."""
    table = called_back.c
    mine = (table.site == viewer.site, table.source_id == key[0], table.position == key[1])
    return connection.scalar(select(table.id).where(*mine, table.undone_at.is_(None)))
