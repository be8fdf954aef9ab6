"""The QA life of the simulated past: calls drawn day by day and scored by reviewers who differ.

Made once, after the history of the calls, in the same nice process, a day a transaction: a next start goes on
where this one was stopped. What is due after now is left to be done.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy import ColumnElement, Connection, Engine, and_, bindparam, select, update

from ccfloor.acd.sim_listening import Heard, Listening, Sheet
from ccfloor.acd.sim_quality import Hearer, Quality
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.qa.workdays import WorkCalendar
from ccfloor.service.history import Progress
from ccfloor.service.qa import feedback, versions
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.scoring import Filled, keep_filled
from ccfloor.service.qa.shifts import NONE, Shifts
from ccfloor.service.qa.simulated_draws import draw_night, night
from ccfloor.store import qa_scores as rows
from ccfloor.store import qa_versions
from ccfloor.store.engine import writing
from ccfloor.store.qa_tables import qa_feedback, qa_samples
from ccfloor.store.tables import calls

_LATE, _NEVER = 0.05, 0.012  # shares of samples that are scored after they were due, and not at all
_OPENS_S, _WORKS_S = 9 * 3600.0, 8.3 * 3600.0  # of a reviewer's day
_PATIENCE_D = 5  # working days
_EARLY_D, _LEAST_D = 8, 28  # day of a month up to which it may begin, days that are lived through at least
AT_ONCE = 12  # forms in one transaction: the collector writes in between
_TELL = 0.02  # share of forms of which the agent is told at once
_t = qa_samples.c
Sample = Mapping[str, Any]  # a row of it
Lang = Literal["zh", "en"]


class Cast(NamedTuple):
    """Who and what plays. ``key``: the site's, for draws; ``began``, ``ended``: of the simulated past;
    ``now``: what is later is to come; ``lang``: in which people write; ``shifts``: a stratum of the draws.
    """

    config: FloorConfig
    quality: Quality
    listening: Listening
    calendar: WorkCalendar
    key: bytes
    began: float
    ended: float
    now: float
    lang: Lang = "zh"
    shifts: Shifts = NONE

    def hearer(self, name: str) -> Hearer:
        """How somebody hears: a reviewer by name, the head, else a lead of his own kind."""
        known = {one.name: one for one in (*self.quality.reviewers, self.quality.head)}
        return known.get(name) or self.quality.lead.model_copy(update={"name": name})

    def chance(self, *names: str) -> Random:
        """The chance of something that has these names."""
        return self.listening.chance(*names)

    def days_since(self, at: float) -> float:
        """Days since the past began."""
        return (at - self.began) / 86400


def cast(
    config: FloorConfig,
    calendar: WorkCalendar,
    key: bytes,
    progress: Progress,
    now: float,
    quality: Quality,
    lang: Lang = "zh",
) -> Cast:
    """What plays, with the seed of the calls."""
    listening = Listening(quality, progress.seed)
    return Cast(config, quality, listening, calendar, key, progress.start, progress.end, now, lang)


def live_through(
    engine: Engine,
    cast: Cast,
    progress: Progress,
    breathe: Callable[[], None],
    told: Callable[[Progress], None],
) -> int:
    """Draw and score the days that are still to be lived through; returns the forms.

    ``told``: called after each day with how far it is.
    """
    forms = 0
    for day in days_of(cast.config, progress):
        with engine.connect() as connection:
            plans = list(in_force(connection, cast.config.site, day))
        for version in plans:
            draw_night(engine, cast.config, version, day, cast.key, cast.calendar, cast.quality, cast.shifts)
            breathe()
        forms += _score_day(engine, cast, day, breathe)
        progress = structs.replace(progress, quality=cast.config.day_begins(day + timedelta(days=1)))
        told(progress)
    return forms


def days_of(config: FloorConfig, progress: Progress) -> Iterator[date]:
    """The business days that are still to be lived through."""
    at = max(_begins(config, progress), progress.quality)
    while at < progress.end:
        yield business_date(config, at)
        at = config.business_day(at)[1]


def _begins(config: FloorConfig, progress: Progress) -> float:
    """When QA began: with the past itself, or with the next month where most of the first one is over
    already and there is time enough. Else a month's quota would have to be made up for in a few days.
    """
    first = business_date(config, progress.start)
    following = config.day_begins((first.replace(day=1) + timedelta(days=31)).replace(day=1))
    soon = first.day <= _EARLY_D or progress.end - following < _LEAST_D * 86400
    return progress.start if soon else following


def in_force(connection: Connection, site: str, day: date) -> Iterator[versions.Version]:
    """The plans that count on a day."""
    for name in qa_versions.names(connection, site, "plan"):
        found = qa_versions.counting(connection, site, "plan", name, day_number(day))
        if found is not None and found.state == qa_versions.PUBLISHED:
            yield versions.version(connection.engine, site, "plan", name, found.version)


# -- scoring ---------------------------------------------------------------------------------------------


class Due(NamedTuple):
    """A sample that is scored: when (UTC epoch seconds), by which form, and how long was talked."""

    sample: Sample
    at: float
    form: versions.Version
    talk_s: float


def _score_day(engine: Engine, cast: Cast, day: date, breathe: Callable[[], None]) -> int:
    """Score what was drawn in the night after a day, as far as that is done by now."""
    with engine.connect() as connection:
        due = list(_due(connection, cast, day))
    with writing(engine) as connection:
        _drop(connection, cast, day)
    for first in range(0, len(due), AT_ONCE):
        some = [(one, sheet_of(cast, one)) for one in due[first : first + AT_ONCE]]
        with writing(engine) as connection:
            keep(connection, cast, some)
        breathe()
    with writing(engine) as connection:
        scored = (_t.site == cast.config.site, _t.at == night(cast.config, day), _t.state == "done")
        settle(connection, cast.config, connection.scalars(select(_t.day).distinct().where(*scored)))
    breathe()
    return len(due)


def _due(connection: Connection, cast: Cast, day: date) -> Iterator[Due]:
    """The samples of a night that are scored by now."""
    mine = (calls.c.site == _t.site, calls.c.source_id == _t.source_id, calls.c.position == _t.position)
    query = select(qa_samples, calls.c.talk_ms).join(calls, and_(*mine)).where(*_open_of(cast, day))
    for row in connection.execute(query.where(_t.reviewer != "").order_by(_t.id)).mappings().all():
        sample = dict(row)
        talk_s = sample.pop("talk_ms") / 1000
        at = when(cast, sample, day)
        if at is not None and at <= cast.now:
            yield Due(sample, at, form_of(connection, cast.config.site, sample), talk_s)


def _open_of(cast: Cast, day: date) -> tuple[ColumnElement[bool], ...]:
    """What keeps a query to the samples of a night that are open."""
    return _t.site == cast.config.site, _t.at == night(cast.config, day), _t.state == "open"


def _drop(connection: Connection, cast: Cast, day: date) -> None:
    """What was never scored is dropped a week after it was due."""
    found = connection.execute(select(qa_samples).where(*_open_of(cast, day))).mappings().all()
    for sample in map(dict, found):
        at = dropped_at(cast, sample)
        if at <= cast.now and (not sample["reviewer"] or when(cast, sample, day) is None):
            values = {"state": "dropped", "closed_at": at, "why": cast.quality.dropped}
            mine = update(qa_samples).where(_t.id == sample["id"])
            connection.execute(mine.values(values | {"who": cast.quality.head.name}))


def dropped_at(cast: Cast, sample: Sample) -> float:
    """When a sample that nobody scores is dropped: a while after it was due."""
    end = cast.calendar.after(date_of(sample["due_day"]), _PATIENCE_D)
    return at_work(cast, end, cast.chance("dropped", str(sample["id"])))


def form_of(connection: Connection, site: str, sample: Sample) -> versions.Version:
    """The form by which a sample is scored: the plan's, in the version of the call's day."""
    plan = qa_versions.counting(connection, site, "plan", sample["plan"], sample["day"])
    assert plan is not None
    name = versions.version(connection.engine, site, "plan", plan.name, plan.version).plan.form
    found = qa_versions.counting(connection, site, "form", name, sample["day"])
    assert found is not None
    return versions.version(connection.engine, site, "form", name, found.version)


def when(cast: Cast, sample: Sample, day: date) -> float | None:
    """When a sample is scored: on one of its working days, some too late, a few never."""
    rng = cast.chance("when", str(sample["source_id"]), str(sample["position"]))
    luck = rng.random()
    if luck < _NEVER:
        return None
    days = max(cast.calendar.between(day, date_of(sample["due_day"])), 1)
    some = rng.randint(1, days) if luck > _NEVER + _LATE else days + rng.randint(1, 4)
    return at_work(cast, cast.calendar.after(day, some), rng)


def at_work(cast: Cast, day: date, rng: Random) -> float:
    """An instant in the working hours of a day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(cast.config.zone)).timestamp()
    return round(midnight + _OPENS_S + rng.random() * _WORKS_S, 3)


def sheet_of(cast: Cast, one: Due) -> Sheet:
    """The form of a sample as its reviewer fills it in."""
    sample = one.sample
    key = f"{sample['source_id']}:{sample['position']}"
    heard = Heard(key, sample["agent"], cast.days_since(sample["call_at"]), one.talk_s)
    return cast.listening.fill_in(one.form.form, heard, cast.hearer(sample["reviewer"]))


def keep(connection: Connection, cast: Cast, some: Sequence[tuple[Due, Sheet]]) -> None:
    """Keep forms, close their samples, and what their agents say to them."""
    filled = [filled_of(one.sample, one.form, sheet, one.at, one.talk_s) for one, sheet in some]
    forms = {(one.form.name, one.form.version): one.form.form for one, _ in some}
    numbers = keep_filled(connection, cast.config, filled, forms)
    closed = [{"sample": one.sample["id"], "when": one.at} for one, _ in some]
    done = update(qa_samples).where(_t.id == bindparam("sample"))
    connection.execute(done.values(state="done", closed_at=bindparam("when")), closed)
    for number, (one, sheet) in zip(numbers, some, strict=True):
        _heard(connection, cast, number, one, sheet)


def filled_of(sample: Sample, form: versions.Version, sheet: Sheet, at: float, talk_s: float) -> Filled:
    """A form as it is kept."""
    return Filled(
        "lead" if sample["by"] == "lead" else "sample",
        form.name,
        form.version,
        sample["agent"],
        sample["team"],
        sample["queue"],
        sample["call_at"],
        sample["reviewer"],
        sheet.answers,
        at,
        sheet.comments,
        sheet.summary,
        (sample["source_id"], sample["position"]),
        sample=sample["id"],
        listened_s=int(talk_s),
        took_s=talk_s * 1.5 + 90,
    )


def _heard(connection: Connection, cast: Cast, number: int, one: Due, sheet: Sheet) -> None:
    """What follows a score at once: it is told if it cannot wait, and acknowledged by its agent."""
    agent, words = one.sample["agent"], cast.quality
    rng = cast.chance("heard", str(number), agent)
    values: dict[str, Any] = {}
    fatal = sheet.summary in words.summaries.fatal
    if sheet.summary and (fatal or rng.random() < _TELL):
        values["tell_now"] = True
        told = feedback.keep(
            connection, cast.config.site, number, agent, one.sample["reviewer"], sheet.summary, one.at
        )
        feedback_heard(connection, cast, told, one.at + rng.uniform(600, 5 * 3600), rng)
    seen = one.at + rng.uniform(0.1, 2.5) * 86400
    if rng.random() < words.seen and seen <= cast.now:
        values |= {"seen_at": seen, "seen_words": rng.choice(words.heard) if rng.random() < 0.2 else ""}
    if values:
        rows.change(connection, number, values)


def feedback_heard(connection: Connection, cast: Cast, number: int, at: float, rng: Random) -> None:
    """An agent says that he heard it, unless that is still to come."""
    if at <= cast.now:
        values = {"heard_at": at, "heard_words": rng.choice(cast.quality.heard)}
        connection.execute(update(qa_feedback).where(qa_feedback.c.id == number).values(values))
