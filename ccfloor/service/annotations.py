"""What happened to people or forms (培训、辅导、新表单), to be read beside a trend.

Entered with a name and a reason, changed and removed the same way; a removed one can be taken back. Days
are those of the business calendar (20261122).
"""

from datetime import date
from typing import Any, NamedTuple, get_args

import msgspec
from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import date_of, day_number
from ccfloor.kpi.scope import SITE, Kind, Scope
from ccfloor.kpi.scope import scope as read_scope
from ccfloor.kpi.teams import Terms
from ccfloor.service.people_log import PeopleError, Told, meant, named, said, write
from ccfloor.store.engine import writing
from ccfloor.store.members import team_of, teams
from ccfloor.store.tables import annotations
from ccfloor.store.team_scope import in_scope
from ccfloor.store.team_terms import terms_of
from ccfloor.store.viewer import Viewer

KINDS = ("training", "coaching", "form", "other")
_LONGEST_DAYS = 366
_TEXT_MAX = 200


class Draft(NamedTuple):
    """An annotation as people enter it. ``until``: its last day."""

    scope: Scope
    kind: str
    day: date
    until: date
    text: str


class Annotation(msgspec.Struct, frozen=True):
    """A stored one. ``at``, ``who``: when and by whom it was entered."""

    id: int
    scope: Scope
    kind: str
    day: date
    until: date
    text: str
    who: str
    at: float
    removed_at: float | None
    removed_by: str


def list_annotations(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    scope: Scope,
    first: date,
    last: date,
    *,
    removed: bool = False,
) -> list[Annotation]:
    """What concerns a scope in [first, last]: its own, its team's and the site's, in order of their day."""
    viewer.needs(Right.RESULTS, Right.OWN)
    table = annotations.c
    told, days = terms_of(engine, config), (day_number(first), day_number(last))
    around = [str(one) for one in _then(told, scope, days) if in_scope(viewer, config, told, one)]
    query = select(annotations).where(
        table.site == viewer.site,
        table.scope.in_(around),
        table.day <= day_number(last),
        table.until >= day_number(first),
    )
    if not removed:
        query = query.where(table.removed_at.is_(None))
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(table.day, table.id)).mappings()
        found = [one for one in map(_row, rows) if _meets(told, scope, one)]
    return [msgspec.structs.replace(one, text=viewer.words(one.text)) for one in found]


def _then(terms: Terms, scope: Scope, days: tuple[int, int]) -> list[Scope]:
    """The scope and those around it on any of these days: the teams an agent was in, the site."""
    around = terms.teams_of(scope.name, *days) if scope.kind == "agent" else []
    return list(dict.fromkeys([scope, *(Scope("team", team) for team in around), SITE]))


def _meets(terms: Terms, scope: Scope, one: Annotation) -> bool:
    """Whether what concerned a team fell into a time in which the agent was in it."""
    if one.scope.kind != "team" or scope.kind != "agent":
        return True
    return one.scope.name in terms.teams_of(scope.name, day_number(one.day), day_number(one.until))


def concerning(config: FloorConfig, scope: Scope) -> list[Scope]:
    """The scope and those around it today: an agent's team, the site."""
    team = team_of(config).get(scope.name, "") if scope.kind == "agent" else ""
    return list(dict.fromkeys([scope, *([Scope("team", team)] if team else []), SITE]))


def add_annotation(
    engine: Engine, viewer: Viewer, config: FloorConfig, draft: Draft, who: str, why: str, now: float
) -> int:
    """Enter one; returns its id. Raises PeopleError, see ``_checked``."""
    viewer.needs(Right.NOTES)
    by, words = named(who), said(why)
    values = _checked(viewer, config, draft) | {"site": viewer.site, "who": by, "at": now, "removed_by": ""}
    with writing(engine) as connection:
        made = insert(annotations).values(values).returning(annotations.c.id)
        number = int(connection.execute(made).scalar_one())
        told = Told(Act.ANNOTATION_ADDED, None, _shown(values))
        _log(connection, viewer, number, "added", by, words, now, told)
    return number


def change_annotation(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    draft: Draft,
    who: str,
    why: str,
    now: float,
) -> None:
    """Enter one anew; what it was before stands in its log."""
    viewer.needs(Right.NOTES)
    by, words = named(who), said(why)
    with writing(engine) as connection:
        before = _find(connection, viewer, config, number)
        if before.removed_at is not None:
            raise PeopleError("annotation_removed")
        values = _checked(viewer, config, draft._replace(text=meant(viewer, before.text, draft.text)))
        connection.execute(update(annotations).where(annotations.c.id == number).values(values))
        was = f"{words} ({before.day.isoformat()} {before.text})"
        told = Told(Act.ANNOTATION_CHANGED, _was(before), _shown(values))
        _log(connection, viewer, number, "changed", by, was, now, told)


def remove_annotation(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Take one off the trends."""
    viewer.needs(Right.NOTES)
    by, words = named(who), said(why)
    with writing(engine) as connection:
        before = _find(connection, viewer, config, number)
        if before.removed_at is not None:
            raise PeopleError("annotation_removed")
        _set_removed(connection, number, now, by)
        _log(
            connection, viewer, number, "removed", by, words, now, Told(Act.ANNOTATION_REMOVED, _was(before))
        )


def restore_annotation(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Take a removal back."""
    viewer.needs(Right.NOTES)
    by, words = named(who), said(why)
    with writing(engine) as connection:
        back = _find(connection, viewer, config, number)
        if back.removed_at is None:
            raise PeopleError("annotation_there")
        _set_removed(connection, number, None, "")
        told = Told(Act.ANNOTATION_RESTORED, None, _was(back))
        _log(connection, viewer, number, "restored", by, words, now, told)


def _set_removed(connection: Connection, number: int, at: float | None, by: str) -> None:
    values = {"removed_at": at, "removed_by": by}
    connection.execute(update(annotations).where(annotations.c.id == number).values(values))


def _checked(viewer: Viewer, config: FloorConfig, draft: Draft) -> dict[str, Any]:
    """The columns of a draft. Raises PeopleError: no_text, ends_first, long_annotation, unknown_kind,
    unknown_scope.
    """
    if draft.kind not in KINDS:
        raise PeopleError("unknown_kind")
    if draft.until < draft.day:
        raise PeopleError("ends_first")
    if (draft.until - draft.day).days >= _LONGEST_DAYS:
        raise PeopleError("long_annotation")
    if draft.scope.kind not in get_args(Kind) or not _sees(viewer, config, draft.scope):
        raise PeopleError("unknown_scope")
    return {
        "scope": str(draft.scope),
        "kind": draft.kind,
        "day": day_number(draft.day),
        "until": day_number(draft.until),
        "text": said(draft.text, "no_text")[:_TEXT_MAX],
    }


def _sees(viewer: Viewer, config: FloorConfig, scope: Scope) -> bool:
    """Whether a viewer may read of a scope. What concerns the whole site concerns everybody."""
    if scope.kind == "team":
        return scope.name in teams(config, viewer)
    if scope.kind == "agent":
        mine = viewer.seats(config)
        return mine is None or scope.name in mine
    return scope.kind == "site" or viewer.sees_queue(scope.name)


def _find(connection: Connection, viewer: Viewer, config: FloorConfig, number: int) -> Annotation:
    mine = (annotations.c.id == number, annotations.c.site == viewer.site)
    found = connection.execute(select(annotations).where(*mine)).mappings().first()
    row = _row(found) if found is not None else None
    if row is None or not _sees(viewer, config, row.scope):
        raise PeopleError("unknown_annotation")
    return row


def _row(found: RowMapping) -> Annotation:
    values = {name: found[name] for name in Annotation.__struct_fields__}
    told = {
        "scope": read_scope(found["scope"]),
        "day": date_of(found["day"]),
        "until": date_of(found["until"]),
    }
    return Annotation(**values | told)


def _was(row: Annotation) -> dict[str, Any]:
    return {"scope": str(row.scope), "kind": row.kind, "day": row.day, "until": row.until, "text": row.text}


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """The columns of a draft as the audit log tells them."""
    days = {name: date_of(values[name]) for name in ("day", "until")}
    return {name: values[name] for name in ("scope", "kind", "text")} | days


def _log(
    connection: Connection, viewer: Viewer, number: int, item: str, who: str, why: str, now: float, told: Told
) -> None:
    write(connection, viewer.site, f"annotation/{number}", item, who, why, now, told=told, viewer=viewer)
