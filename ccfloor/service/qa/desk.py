"""All that a scoring page shows of one score: the form, what is answered, what it comes to, and the call.

As plain values with names in both languages, so that page, route and tests read the same.
"""

from typing import Any

from sqlalchemy import Connection, Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.floor.records import CallRow
from ccfloor.kpi.scope import Scope
from ccfloor.qa.model import Form, Item
from ccfloor.qa.score import Result, score
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa.recordings import Place, place_of
from ccfloor.service.qa.scoring import find_score, form_of
from ccfloor.service.qa.subject import name_of
from ccfloor.service.reports.material import named
from ccfloor.service.settings import QaSettings
from ccfloor.store.qa_scores import DRAFT, ScoreRow
from ccfloor.store.qa_tables import qa_samples
from ccfloor.store.queries import CallLife, call_life
from ccfloor.store.repeats import calls_before
from ccfloor.store.tables import calls, seat_spans
from ccfloor.store.viewer import Forbidden, Viewer

_SHOWN = ("on_call", "on_hold")
_MOST_VALUES = 10  # points that are offered one by one; more are counted up and down


def desk(
    engine: Engine, viewer: Viewer, config: FloorConfig, settings: QaSettings, number: int, who: str = ""
) -> dict[str, Any]:
    """What the page of a score needs. Raises PeopleError ``unknown_qa_score``."""
    row = find_score(engine, viewer, config, number, who)
    if row is None:
        raise PeopleError("unknown_qa_score")
    form = form_of(engine, viewer.site, row)
    eyes = viewer.as_agent() if row.agent in viewer.own else viewer  # the own call, whatever else is in scope
    life = call_life(engine, eyes, config, *row.call) if row.call else None
    with engine.connect() as connection:
        facts = _facts(connection, viewer, life.row) if life else None
        line = _line(connection, viewer.site, life) if life else []
        sample = _sample(connection, viewer.site, row)
        following = _following(connection, viewer.site, row, name_of(viewer, who))
    return {
        "score": shown(row, name_of(viewer, who)) | sample | _names(config, row),
        "result": result(score(form, row.answers)),
        "form": form_shown(form),
        "call": facts,
        "line": line,
        "next": following,
        "audio": _audio(engine, viewer, config, settings, row, who),
    }


def shown(row: ScoreRow, me: str) -> dict[str, Any]:
    """A score as its page has it. ``mine``: it may be worked on."""
    names = ("id", "kind", "state", "version", "about", "team", "call_at", "day", "reviewer", "answers")
    more = (
        "comments",
        "summary",
        "listened_s",
        "tell_now",
        "saved_at",
        "submitted_at",
        "revision",
        "seen_at",
    )
    told = {name: getattr(row, name) for name in (*names, *more)}
    return told | {"mine": row.state == DRAFT and row.reviewer == me}


def result(told: Result) -> dict[str, Any]:
    """What a form comes to, item by item."""
    lines = {
        line.item: {
            "asked": line.asked,
            "applies": line.applies,
            "earned": line.earned,
            "possible": line.possible,
            "fatal": line.fatal,
        }
        for line in told.lines
    }
    plain = {name: getattr(told, name) for name in ("score", "earned", "possible", "passed", "complete")}
    return plain | {"fatal": list(told.fatal), "missing": list(told.missing), "lines": lines}


def form_shown(form: Form) -> dict[str, Any]:
    """A form with what each item may be answered."""
    sections = [
        {
            "id": section.id,
            "name": section.name.model_dump(),
            "weight": section.weight,
            "items": [_item(item) for item in section.items],
        }
        for section in form.sections
    ]
    about = {"id": form.id, "name": form.name.model_dump(), "pass_mark": form.pass_mark}
    return about | {"decimals": form.decimals, "sections": sections}


def _item(item: Item) -> dict[str, Any]:
    values = _values(item)
    return {
        "id": item.id,
        "name": item.name.model_dump(),
        "kind": item.kind,
        "na": item.na,
        "points": item.most,
        "guide": item.guide.model_dump() if item.guide else None,
        "fatal_if": [*item.fatal_if, *(option.id for option in item.options if option.fatal)],
        "values": values,
        "options": {option.id: option.name.model_dump() for option in item.options},
        "worth": {option.id: option.points for option in item.options},
    }


def _values(item: Item) -> list[str]:
    """Every answer but N/A, from the worst to the best."""
    if item.kind in ("yes_no", "fatal"):
        return ["no", "yes"]
    if item.kind == "choice":
        return [option.id for option in item.options]
    if item.kind == "scale":
        return [str(value) for value in range(item.low, item.high + 1)]
    steps = int(item.points / item.step + 1e-9)
    values = [f"{step * item.step:g}" for step in range(steps + 1)]
    return values if values[-1] == f"{item.points:g}" else [*values, f"{item.points:g}"]


# -- the call ------------------------------------------------------------------------------------------


def _facts(connection: Connection, viewer: Viewer, row: CallRow) -> dict[str, Any]:
    names = (
        "source",
        "position",
        "call",
        "number",
        "name",
        "entered_at",
        "answered_at",
        "ended_at",
        "target",
    )
    told: dict[str, Any] = {name: getattr(row, name) for name in names}
    told |= {name: getattr(row, f"{name}_ms") / 1000 for name in ("wait", "ring", "talk", "hold", "acw")}
    told["ended_by"] = row.ended_by.value if row.ended_by else ""
    return told | {"late": row.wait_ms > row.threshold_ms, "repeats": _repeats(connection, viewer, row)}


def _repeats(connection: Connection, viewer: Viewer, row: CallRow) -> int:
    """How often the same caller had called in the seven days before."""
    table = calls.c
    mine = (table.site == viewer.site, table.source_id == row.source, table.position == row.position)
    number = connection.scalar(select(table.number).where(*mine)) or ""
    return calls_before(connection, viewer.site, row.call, number, row.entered_at)


def _line(connection: Connection, site: str, life: CallLife) -> list[dict[str, Any]]:
    """The call's steps, in seconds after its answer, where recordings begin; ``end`` None for an instant."""
    row = life.row
    zero = row.answered_at or row.entered_at
    found = [{"at": row.entered_at - zero, "end": None, "kind": "entered"}]
    for leg in life.legs:
        kind = "rang" if leg.answered_at else "missed"
        found.append({"at": leg.rang_at - zero, "end": leg.rang_at - zero + leg.ring_ms / 1000, "kind": kind})
    if row.answered_at:
        found.append({"at": 0.0, "end": None, "kind": "answered"})
    spans = seat_spans.c
    within = (spans.site == site, spans.seat == row.seat, spans.call == row.call, spans.status.in_(_SHOWN))
    around = (spans.start >= row.entered_at - 1, spans.start <= max(row.ended_at, zero) + 1)
    query = select(spans.start, spans.end, spans.status).where(*within, *around).order_by(spans.start)
    talks = [
        {"at": start - zero, "end": end - zero, "kind": kind}
        for start, end, kind in connection.execute(query)
    ]
    if not talks and row.answered_at and row.ended_at:  # of a log alone nobody knows when it was on hold
        talks = [{"at": 0.0, "end": row.ended_at - zero, "kind": "on_call"}]
    found += talks
    if row.ended_at:
        found.append({"at": row.ended_at - zero, "end": None, "kind": "ended"})
        if row.acw_ms:
            after = row.ended_at - zero
            found.append({"at": after, "end": after + row.acw_ms / 1000, "kind": "acw"})
    return sorted(found, key=lambda step: step["at"] or 0.0)


def _sample(connection: Connection, site: str, row: ScoreRow) -> dict[str, Any]:
    """Why the call was drawn, and until when it is to be scored."""
    table = qa_samples.c
    query = select(table.reason, table.due_day, table.span).where(table.site == site, table.id == row.sample)
    found = connection.execute(query).first() if row.sample is not None else None
    told = found._asdict() if found else {"reason": "", "due_day": 0, "span": ""}
    return {"sample": row.sample, **told}


def _following(connection: Connection, site: str, row: ScoreRow, me: str) -> int | None:
    """The sample that the reviewer of a score has to score next; None for nobody's, or where all is done."""
    table = qa_samples.c
    if not me or row.reviewer != me:
        return None
    mine = (table.site == site, table.reviewer == me, table.state == "open", table.id != (row.sample or 0))
    query = select(table.id).where(*mine).order_by(table.due_day, table.id).limit(1)
    return connection.scalar(query)


def _names(config: FloorConfig, row: ScoreRow) -> dict[str, Any]:
    kinds = (("agent", row.agent), ("queue", row.queue))
    return {kind: _both(config, Scope(kind, name)) if name else None for kind, name in kinds}  # type: ignore[arg-type]


def _both(config: FloorConfig, scope: Scope) -> dict[str, str]:
    both = named(config, scope)
    return {"zh": both.said("zh"), "en": both.said("en")}


def _audio(
    engine: Engine, viewer: Viewer, config: FloorConfig, settings: QaSettings, row: ScoreRow, who: str
) -> dict[str, Any]:
    """Whether there is a recording to be heard, and which. Who scores blind is not told who brought it."""
    try:
        place = place_of(engine, viewer, config, settings, row.id, who)
    except Forbidden:
        place = Place()
    kind = "upload" if place.audio else "file" if place.file else "recorder" if place.url else ""
    name = place.audio.name if place.audio else place.file.name if place.file else ""
    told = {"kind": kind, "name": viewer.file_name(name), "most_mb": settings.upload_mb}
    by = place.audio.who if place.audio else ""
    blind = row.state == DRAFT and by != row.reviewer
    return told | {"by": "" if blind else by, "id": place.audio.id if place.audio else 0}
