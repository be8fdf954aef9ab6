"""The simulated reviewers go on: what is drawn of new days they score, as long as nobody else has taken it.

Looked at by the job that draws, beside the collector: never on a floor that is not the simulator's, and only
after its past is there. By the same rules as in the past: who, when and how is chance that the seed and the
call's name give. A sample that a person has taken, given, replaced or opened is people's from then on; on a
site with accounts of reviewers all are. Nothing is caught up with in one go: each transaction is short.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, or_, select, update

from ccfloor.access.acts import Act
from ccfloor.acd.sim_quality import Quality, load_quality
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date
from ccfloor.service.history import read_progress
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.drawing import draw_key
from ccfloor.service.qa.facts import alone, settle
from ccfloor.service.qa.simulated import (
    AT_ONCE,
    Cast,
    Due,
    cast,
    dropped_at,
    form_of,
    keep,
    sheet_of,
    when,
)
from ccfloor.service.qa.simulated_draws import lead_of, leads_of
from ccfloor.service.settings import Settings
from ccfloor.store import audit
from ccfloor.store import qa_scores as rows
from ccfloor.store.accounts import all_accounts
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_tables import qa_samples, qa_scores
from ccfloor.store.tables import calls

_LOOK_BACK_D = 45  # days of draws that are looked at
_SEEN_D = (0.1, 2.5)  # days until an agent says that he has read it
_UNSEEN_D = 5
_HANDS = (Act.QA_SAMPLE_TAKEN, Act.QA_SAMPLE_GIVEN)
_LEARNED_D = 90.0  # nobody becomes better or worse for ever
_t, _s = qa_samples.c, qa_scores.c
Sample = Mapping[str, Any]


def go_on(
    settings: Settings,
    config: FloorConfig,
    engine: Engine,
    now: float,
    ended: threading.Event | None = None,
    quality: Quality | None = None,
) -> int:
    """Score what is due by now; returns how many forms were filled in. ``now``: the time of the floor.

    ``ended``: once it is set, no further transaction is begun. Raises SQLAlchemyError.
    """
    play = _play(settings, config, engine, now, quality)
    if play is None:
        return 0
    stopped: Callable[[], bool] = ended.is_set if ended is not None else lambda: False
    with engine.connect() as connection:
        due = list(_due(connection, play))
    made = 0
    for first in range(0, len(due), AT_ONCE):
        if stopped():
            return made
        with writing(engine) as connection:
            made += _score(connection, play, due[first : first + AT_ONCE])
    if not stopped():
        _drop(engine, play)
        _see(engine, play)
    return made


def _play(
    settings: Settings, config: FloorConfig, engine: Engine, now: float, quality: Quality | None
) -> Cast | None:
    """What plays; None on any floor but the simulator's whose past has been lived through."""
    if settings.source != "simulator" or not settings.simulator.history_days:
        return None
    progress = read_progress(engine, config.site)
    if progress is None or not progress.qa_made:
        return None
    lang = settings.simulator.language
    found = quality or load_quality(lang=lang)
    calendar, key = work_calendar(settings.site), draw_key(settings, engine, now)
    return cast(config, calendar, key, progress, now, found, lang)


# -- scoring ---------------------------------------------------------------------------------------------


def _due(connection: Connection, play: Cast) -> Iterator[Due]:
    """Samples that are nobody's, by when they are scored, the earliest first."""
    mine = (calls.c.site == _t.site, calls.c.source_id == _t.source_id, calls.c.position == _t.position)
    query = select(qa_samples, calls.c.talk_ms).join(calls, and_(*mine)).where(*_open(play))
    found, touched = [], _touched(connection, play)
    for row in connection.execute(query.order_by(_t.id)).mappings().all():
        if row["id"] in touched:
            continue
        sample = dict(row)
        talk_s = sample.pop("talk_ms") / 1000
        at = _when(play, sample)
        if at is not None and at <= play.now:
            told = sample | {"reviewer": sample["reviewer"] or hearer_of(play, sample)}
            found.append(Due(told, at, form_of(connection, play.config.site, sample), talk_s))
    yield from sorted(found, key=lambda one: (one.at, one.sample["id"]))


def _open(play: Cast) -> list[ColumnElement[bool]]:
    """What keeps a query to samples that were drawn, and that no person has taken, been given or opened."""
    since = play.now - _LOOK_BACK_D * 86400
    opened = select(_s.id).where(_s.site == _t.site, _s.sample == _t.id)
    own = or_(_t.reviewer == "", _t.reviewer.in_(players(play)))
    drawn = (_t.draw.is_not(None), _t.replaces.is_(None), _t.at >= since, _t.state == "open")
    return [_t.site == play.config.site, *drawn, own, ~opened.exists()]


def _touched(connection: Connection, play: Cast) -> set[int]:
    """Samples that people had in their hands, whatever name they typed."""
    told = audit.lately(connection, play.config.site, _HANDS, play.now - _LOOK_BACK_D * 86400)
    return {int(about.rpartition("/")[2]) for about, _ in told}


def players(play: Cast) -> list[str]:
    """The names of those who are simulated."""
    quality = play.quality
    teams = {seat.team for seat in play.config.seats.values() if seat.team}
    return [one.name for one in (*quality.reviewers, quality.head)] + [
        lead_of(team, quality) for team in teams
    ]


def hearer_of(play: Cast, sample: Sample) -> str:
    """Who scores a sample of nobody: any of the reviewers; a lead that of his team, or the head his own."""
    if sample["by"] == "lead":
        team, leads = sample["team"], leads_of(play.config)
        return (
            lead_of(team, play.quality)
            if team and leads.get(team) != sample["agent"]
            else play.quality.head.name
        )
    names = [one.name for one in play.quality.reviewers if one.name != sample["agent"]]
    return play.chance("reviewer", f"{sample['source_id']}:{sample['position']}").choice(names)


def _drawn_of(play: Cast, sample: Sample) -> date:
    """The day after whose end a sample was drawn."""
    return business_date(play.config, sample["at"]) - timedelta(days=1)


def _when(play: Cast, sample: Sample) -> float | None:
    """When a sample is scored, never before it was drawn; None: never."""
    at = when(play, sample, _drawn_of(play, sample))
    return None if at is None else max(at, sample["at"] + 60)


def _score(connection: Connection, play: Cast, some: list[Due]) -> int:
    """Score those that are still nobody's."""
    alone(connection, play.config)
    numbers = [one.sample["id"] for one in some]
    left = set(connection.scalars(select(_t.id).where(*_open(play), _t.id.in_(numbers))))
    left -= _touched(connection, play)
    told = [one for one in some if one.sample["id"] in left]
    if not told:
        return 0
    for one in told:
        mine = update(qa_samples).where(_t.id == one.sample["id"])
        connection.execute(mine.values(reviewer=one.sample["reviewer"]))
    keep(connection, play, [(one, sheet_of(_settled(play, one), one)) for one in told])
    settle(connection, play.config, {one.sample["day"] for one in told})
    return len(told)


def _settled(play: Cast, one: Due) -> Cast:
    """How people work is what it was after some months: no trend goes on for ever."""
    late = play.days_since(one.sample["call_at"]) - _LEARNED_D
    return play._replace(began=play.began + late * 86400) if late > 0 else play


def _drop(engine: Engine, play: Cast) -> None:
    """What is never scored is dropped a while after it was due, by the head."""
    with engine.connect() as connection:
        found = connection.execute(select(qa_samples).where(*_open(play))).mappings().all()
        touched = _touched(connection, play)
    gone = [
        (row["id"], at)
        for row in found
        if row["id"] not in touched
        and _when(play, dict(row)) is None
        and (at := dropped_at(play, dict(row))) <= play.now
    ]
    if not gone:
        return
    with writing(engine) as connection:
        lock_site(connection, play.config.site)
        for number, at in gone:
            values = {
                "state": "dropped",
                "closed_at": at,
                "why": play.quality.dropped,
                "who": play.quality.head.name,
            }
            connection.execute(update(qa_samples).where(*_open(play), _t.id == number).values(values))


# -- reading ---------------------------------------------------------------------------------------------


def _see(engine: Engine, play: Cast) -> None:
    """Agents say that they have read their scores; who has an account does so himself."""
    with engine.connect() as connection:
        people = {one.agent for one in all_accounts(connection, play.config.site) if one.agent}
        query = select(_s.id, _s.agent, _s.submitted_at).where(*_unseen(play))
        due = [
            (row.id, seen)
            for row in connection.execute(query)
            if row.agent not in people and (seen := _seen_at(play, row.id, row.submitted_at)) is not None
        ]
    if not due:
        return
    with writing(engine) as connection:
        for number, seen in due:
            rows.change(connection, number, {"seen_at": seen})


def _unseen(play: Cast) -> list[ColumnElement[bool]]:
    late = play.now - _UNSEEN_D * 86400
    made = (_s.state == rows.SUBMITTED, _s.kind.in_(("sample", "lead")), _s.submitted_at >= late)
    return [_s.site == play.config.site, *made, _s.reviewer.in_(players(play)), _s.seen_at.is_(None)]


def _seen_at(play: Cast, number: int, submitted_at: float) -> float | None:
    rng = play.chance("read", str(number))
    at = submitted_at + rng.uniform(*_SEEN_D) * 86400
    return at if rng.random() < play.quality.seen and at <= play.now else None
