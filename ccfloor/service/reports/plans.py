"""Plans of reports: what is made by the calendar, for whom, and who asked for it.

A plan never changes: another one takes its place. Removing and pausing can be undone; who did what and
why stands in plan_notes about ``report/<id>``. Instants are UTC epoch seconds.
"""

import re
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy import Engine, RowMapping, insert, select, update

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.kpi.scope import Scope, scope
from ccfloor.service.people_log import PeopleError, Told, named, said, write
from ccfloor.store.engine import writing
from ccfloor.store.tables import report_plans
from ccfloor.store.viewer import Forbidden, Viewer

Format = Literal["pdf", "xlsx", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
ReportKind = Literal["figures", "monitoring", "qa"]
KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
PlanPart = Literal["day", "week", "month"]
PARTS: tuple[PlanPart, ...] = get_args(PlanPart)
Address = Annotated[str, Field(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+$", max_length=200)]
_ACTS = {
    "report_paused": Act.REPORT_PAUSED,
    "report_resumed": Act.REPORT_RESUMED,
    "report_removed": Act.REPORT_REMOVED,
    "report_restored": Act.REPORT_RESTORED,
}
_FOLDER = re.compile(r"[\w-][\w .-]*(/[\w-][\w .-]*)*")


class Body(BaseModel):
    """What a plan makes. ``at``: time of day; ``weekday`` 1 is Monday; ``mail``: a channel of kind email."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ReportKind = "figures"
    part: PlanPart = "day"
    scope: str = "site"
    lang: Literal["zh", "en"] = "zh"
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = ("pdf", "xlsx")
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "07:30"
    weekday: Annotated[int, Field(ge=1, le=7)] = 1
    monthday: Annotated[int, Field(ge=1, le=28)] = 1
    folder: Annotated[str, Field(max_length=200)] = ""
    mail: str = ""
    to: tuple[Address, ...] = ()

    @field_validator("scope")
    @classmethod
    def _known_scope(cls, value: str) -> str:
        return str(scope(value))

    @field_validator("folder")
    @classmethod
    def _within(cls, value: str) -> str:
        value = value.strip().strip("/")
        if value and not _FOLDER.fullmatch(value):
            raise ValueError("is no folder within the folder of reports")
        return value

    @field_validator("formats")
    @classmethod
    def _each_once(cls, value: tuple[Format, ...]) -> tuple[Format, ...]:
        return tuple(dict.fromkeys(value))

    @property
    def of(self) -> Scope:
        """Whose figures."""
        return scope(self.scope)


class Plan(NamedTuple):
    """A stored plan. ``at``: it owes nothing that was due before."""

    id: int
    name: str
    body: Body
    enabled: bool
    who: str
    at: float
    removed_at: float | None = None

    @property
    def about(self) -> str:
        """Its name in the log."""
        return f"report/{self.id}"


def checked(**given: Any) -> Body:
    """A plan's body from what people gave. Raises PeopleError with the code of the first wrong field."""
    try:
        return Body(**given)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise PeopleError(f"report_{field}" if field in _TOLD else "report_wrong") from None


_TOLD = {"scope", "folder", "to", "formats", "at"}


def add_plan(engine: Engine, viewer: Viewer, name: str, body: Body, who: str, why: str, now: float) -> int:
    """Keep a plan; returns its id. Raises PeopleError: no_name, no_who, no_why, report_mail."""
    viewer.needs(Right.SCHEDULE)
    title, by, words = said(name, "no_name")[:80], named(who), said(why)
    if not viewer.covers(body.of.kind, body.of.name):
        raise Forbidden
    if body.to and not body.mail:
        raise PeopleError("report_mail")
    values = {"site": viewer.site, "name": title, "body": body.model_dump_json(), "enabled": True}
    with writing(engine) as connection:
        row = insert(report_plans).values(**values, who=by, at=now).returning(report_plans.c.id)
        made = int(connection.execute(row).scalar_one())
        told = Told(Act.REPORT_PLANNED, None, {"name": title, **body.model_dump()})
        write(
            connection,
            viewer.site,
            f"report/{made}",
            "report_added",
            by,
            words,
            now,
            told=told,
            viewer=viewer,
        )
    return made


def switch_plan(
    engine: Engine, viewer: Viewer, plan: int, enabled: bool, who: str, why: str, now: float
) -> None:
    """Pause a plan, or let it go on: then it owes what becomes due from now on."""
    values: dict[str, Any] = {"enabled": enabled} | ({"at": now} if enabled else {})
    _change(engine, viewer, plan, values, "report_resumed" if enabled else "report_paused", who, why, now)


def remove_plan(engine: Engine, viewer: Viewer, plan: int, who: str, why: str, now: float) -> None:
    """Take a plan away; what it made stays."""
    _change(engine, viewer, plan, {"removed_at": now}, "report_removed", who, why, now)


def restore_plan(engine: Engine, viewer: Viewer, plan: int, who: str, why: str, now: float) -> None:
    """Take a removal back."""
    _change(engine, viewer, plan, {"removed_at": None, "at": now}, "report_restored", who, why, now)


def _change(
    engine: Engine,
    viewer: Viewer,
    plan: int,
    values: dict[str, Any],
    item: str,
    who: str,
    why: str,
    now: float,
) -> None:
    viewer.needs(Right.SCHEDULE)
    by, words = named(who), said(why)
    mine = (report_plans.c.id == plan, report_plans.c.site == viewer.site)
    with writing(engine) as connection:
        was = connection.execute(select(report_plans).where(*mine)).mappings().first()
        kept = _plan(was) if was is not None else None
        if was is None or (kept and not _whole_for(viewer, kept.body)):
            raise PeopleError("report_unknown")
        connection.execute(update(report_plans).where(*mine).values(values))
        told = Told(_ACTS[item], _told(dict(was)), _told(dict(was) | values) | {"name": was["name"]})
        write(connection, viewer.site, f"report/{plan}", item, by, words, now, told=told, viewer=viewer)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Whether a plan is at work, as the audit log tells it."""
    return {"enabled": row["enabled"], "removed": row["removed_at"] is not None}


def read_plans(engine: Engine, viewer: Viewer, *, removed: bool = False) -> list[Plan]:
    """The plans of what the viewer sees, in the order they were made; with those taken away if wanted."""
    query = select(report_plans).where(report_plans.c.site == viewer.site).order_by(report_plans.c.id)
    if not removed:
        query = query.where(report_plans.c.removed_at.is_(None))
    with engine.connect() as connection:
        found = [_plan(row) for row in connection.execute(query).mappings()]
    return [plan for plan in found if plan is not None and _whole_for(viewer, plan.body)]


def _whole_for(viewer: Viewer, body: Body) -> bool:
    """Whether the viewer may read what such a plan makes: made once, for all readers."""
    return viewer.may(Right.REPORTS) and viewer.covers(body.of.kind, body.of.name)


def find_plan(engine: Engine, viewer: Viewer, plan: int) -> Plan | None:
    """One plan of the viewer's site, also one that was taken away."""
    return next((found for found in read_plans(engine, viewer, removed=True) if found.id == plan), None)


def _plan(row: RowMapping) -> Plan | None:
    """A plan that another version of the program wrote may not be readable: it is left alone."""
    try:
        body = Body.model_validate_json(row["body"])
    except ValidationError:
        return None
    fields = ("enabled", "who", "at", "removed_at")
    return Plan(row["id"], row["name"], body, *(row[name] for name in fields))
