"""Saved groups of seats ("peak crew"): who they are and where they go, under a name."""

from typing import Any

from msgspec.structs import replace as changed
from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.view import FloorView
from ccfloor.service.audit import acting, record
from ccfloor.service.commands import CommandError
from ccfloor.service.moves.ask import NAME_MAX, Wanted, check_seen, check_wanted, serving
from ccfloor.service.moves.scope import sees_crew
from ccfloor.service.without_numbers import without_numbers
from ccfloor.store.crews import Crew, CrewTaken, all_crews, crew_by_id, crew_named, keep_crew
from ccfloor.store.engine import writing
from ccfloor.store.viewer import Viewer

KEPT_S = 3600.0  # so long a removed group is offered to be brought back


def save_crew(
    engine: Engine,
    viewer: Viewer,
    view: FloorView | None,
    name: str,
    wanted: Wanted,
    now: float,
    *,
    who: str = "",
    replace: bool = False,
) -> int:
    """Save a group under a name; returns its id. ``replace``: instead of the one that has the name, which is
    kept as a removed one.

    Raises Forbidden, and CommandError: ``no_name``, what ``ask.check_wanted`` and ``ask.check_seen`` raise,
    ``crew_exists`` (``by``: whose it is) where the name is given and nothing is to be replaced,
    ``unknown_crew`` where the name is that of a group beyond the viewer's sight.
    """
    viewer.needs(Right.SEATS)
    name = without_numbers(" ".join(name.split()))[:NAME_MAX]
    if not name:
        raise CommandError("no_name")
    check_wanted(wanted)
    check_seen(viewer, view, wanted)
    by = who or viewer.role
    made = Crew(name, wanted.seats, wanted.queues, wanted.beside, wanted.minutes, by, now)
    with writing(engine) as connection:
        known = crew_named(connection, viewer.site, name)
        if known is not None:
            _replace(connection, viewer, view, known, changed(known, removed_by=by, removed_at=now), replace)
        return _keep(connection, viewer, Act.CREW_SAVED, known, made)


def _replace(
    connection: Connection, viewer: Viewer, view: FloorView | None, known: Crew, gone: Crew, wished: bool
) -> None:
    if not sees_crew(viewer, view, known):
        raise CommandError("unknown_crew")
    if not wished:
        raise CommandError("crew_exists", by=(known.who,))
    keep_crew(connection, viewer.site, gone)


def remove_crew(
    engine: Engine, viewer: Viewer, view: FloorView | None, crew: int, now: float, *, who: str = ""
) -> None:
    """Remove a group. Raises Forbidden, and CommandError ``unknown_crew``."""
    viewer.needs(Right.SEATS)
    by = who or viewer.role
    with writing(engine) as connection:
        known = _known(connection, viewer, view, crew)
        if known.removed_at is not None:
            raise CommandError("unknown_crew")
        gone = changed(known, removed_by=by, removed_at=now)
        _keep(connection, viewer, Act.CREW_REMOVED, known, gone, by, now)


def restore_crew(
    engine: Engine, viewer: Viewer, view: FloorView | None, crew: int, now: float, *, who: str = ""
) -> None:
    """Bring a removed group back. Raises Forbidden, and CommandError: ``unknown_crew``, ``crew_taken``."""
    viewer.needs(Right.SEATS)
    by = who or viewer.role
    with writing(engine) as connection:
        known = _known(connection, viewer, view, crew)
        if known.removed_at is None:
            raise CommandError("unknown_crew")
        back = changed(known, removed_by="", removed_at=None)
        _keep(connection, viewer, Act.CREW_RESTORED, known, back, by, now)


def list_crews(connection: Connection, viewer: Viewer, view: FloorView | None, now: float) -> list[Crew]:
    """The viewer's groups by name, then those removed a while ago. Raises Forbidden."""
    viewer.needs(Right.SEATS)
    found = all_crews(connection, viewer.site, now - KEPT_S)
    return [crew for crew in found if sees_crew(viewer, view, crew)]


def _known(connection: Connection, viewer: Viewer, view: FloorView | None, crew: int) -> Crew:
    known = crew_by_id(connection, viewer.site, crew)
    if known is None or not sees_crew(viewer, view, known):
        raise CommandError("unknown_crew")
    return known


def _keep(
    connection: Connection,
    viewer: Viewer,
    act: Act,
    before: Crew | None,
    after: Crew,
    who: str = "",
    now: float | None = None,
) -> int:
    try:
        made = keep_crew(connection, viewer.site, after)
    except CrewTaken:
        raise CommandError("crew_taken") from None
    by, at = acting(who or after.who, viewer), after.at if now is None else now
    was, is_ = _told(before), _told(after)
    record(connection, by, act, f"crew/{after.name}", was, is_, "", at, site=viewer.site)
    return made


def _told(crew: Crew | None) -> dict[str, Any] | None:
    if crew is None or crew.removed_at is not None:
        return None
    told = {
        "seats": list(crew.seats),
        "served": [serving("", crew.queues)],
        "beside": crew.beside,
        "minutes": crew.minutes,
    }
    return {name: value for name, value in told.items() if value}
