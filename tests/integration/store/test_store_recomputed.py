"""Every number of a rough month against one that was counted with pandas from the calls and spans alone."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.adherence import Adherence
from ccfloor.kpi.fields import CALLS, PRESENCE, PRESENT_ANSWERED
from ccfloor.kpi.period import Period, day_of, days, half_hours, period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.agent_timeline import day_line
from ccfloor.store.engine import open_engine
from ccfloor.store.facts import count_facts
from ccfloor.store.kpi_figures import by_member, figures, state
from ccfloor.store.member_series import member_series
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import calls, seat_spans
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.rough_month import AGENTS, QUEUES, RoughMonth, config
from tests.fakes.stored import cut
from tests.fakes.stored_roster import Stored, put_roster

VIEWER = Viewer()
DAY_S = 86_400
PRESENT = ("ready", "break", "meal")  # what no log of calls tells
KEPT = Adherence(rostered=1).figures.keys()
SCOPES = [SITE, *(Scope("queue", name) for name in QUEUES), Scope("team", "A"), Scope("team", "B")]
PEOPLE = [Scope("agent", name) for name in AGENTS]


class Rough(NamedTuple):
    """A database filled with a month, and the month."""

    engine: Engine
    month: RoughMonth
    config: FloorConfig
    calls: pd.DataFrame
    spans: dict[str, list[tuple[float, float, str]]]
    known: dict[tuple[str, Period], dict[str, float]]


@pytest.fixture(scope="module", params=[(1, 0), (2, 4 * 3600)], ids=["midnight", "four"])
def rough(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rough]:
    seed, day_start_s = request.param
    engine = open_engine(str(tmp_path_factory.mktemp("rough") / "floor.db"))
    upgrade(engine)
    month = RoughMonth(config(day_start_s), seed)
    recorder = Recorder(engine, month.config, "main", "live", live=True)
    for batch in cut(month.items, 500):
        recorder.record(batch)
    put_roster(engine, month.config, month.shifts)
    with engine.connect() as connection:
        told = pd.read_sql(select(calls), connection)
        rows = connection.execute(select(seat_spans)).all()
    spans: dict[str, list[tuple[float, float, str]]] = {name: [] for name in AGENTS}
    for row in rows:
        if row.agent in spans:
            kind = row.reason if row.status == "paused" else row.status
            spans[row.agent].append((row.start, row.end, kind))
    yield Rough(engine, month, month.config, dated(told, month.config), spans, {})
    engine.dispose()


def dated(told: pd.DataFrame, config: FloorConfig) -> pd.DataFrame:
    """Calls with the business days of entry and answer, by the local clock."""
    for name in ("entered", "answered"):
        local = pd.to_datetime(told[f"{name}_at"], unit="s", utc=True).dt.tz_convert(config.zone)
        shifted = local.dt.tz_localize(None) - pd.Timedelta(seconds=config.day_start_s)
        told[f"{name}_day"] = shifted.dt.date
    pairs = told[told.number != ""].merge(told, on="number", suffixes=("", "_other"))
    pairs = pairs[pairs.call != pairs.call_other]
    apart = pairs.entered_at - pairs.entered_at_other
    keyed = pairs.set_index("position")
    before = apart.set_axis(keyed.index)[lambda gap: gap > 0].groupby(level=0).min()
    after = (-apart).set_axis(keyed.index)[lambda gap: gap > 0].groupby(level=0).min()
    key = told.position
    return told.assign(before=key.map(before).fillna(math.inf), after=key.map(after).fillna(math.inf))


def whole(of: Period) -> list[object]:
    """The dates of a period of days."""
    first = pd.Timestamp(of.day)
    last = {
        "day": first,
        "week": first + pd.Timedelta(days=6),
        "month": first + pd.offsets.MonthEnd(0),
    }[of.part]
    return list(pd.date_range(first, last).date)


def entered(rough: Rough, of: Period, scope: Scope) -> pd.DataFrame:
    told = rough.calls
    if of.part == "halfhour":
        told = told[(told.entered_at >= of.start) & (told.entered_at < of.end)]
    else:
        told = told[told.entered_day.isin(whole(of))]
    return told[told.queue == scope.name] if scope.kind == "queue" else told


def answered_by(rough: Rough, of: Period, names: list[str]) -> pd.DataFrame:
    told = rough.calls[(rough.calls.outcome == "answered") & rough.calls.agent.isin(names)]
    if of.part == "halfhour":
        return told[(told.answered_at >= of.start) & (told.answered_at < of.end)]
    return told[told.answered_day.isin(whole(of))]


def names_of(scope: Scope) -> list[str]:
    if scope.kind == "agent":
        return [scope.name]
    return [name for number, name in enumerate(AGENTS) if scope == SITE or "AB"[number % 2] == scope.name]


def counted(told: pd.DataFrame) -> dict[str, float]:
    """What is counted of single calls."""
    known, taken = told[told.number != ""], told[told.outcome == "answered"]
    queued = told[told.wait_ms - told.ring_ms >= 1000]
    named = taken[taken.number != ""]
    return {
        "calls.known": len(known),
        "calls.repeat_24h": int((known.before <= DAY_S).sum()),
        "calls.repeat_48h": int((known.before <= 2 * DAY_S).sum()),
        "calls.repeat_7d": int((known.before <= 7 * DAY_S).sum()),
        "calls.answered_known": len(named),
        "calls.again_7d": int((named.after <= 7 * DAY_S).sum()),
        "calls.queued": len(queued),
        "calls.queued_wait_ms": int(queued.wait_ms.sum()),
        "calls.held": int((taken.hold_ms > 0).sum()),
        "calls.in_15s": int((taken.wait_ms <= 15_000).sum()),
        "calls.in_3_rings": int((taken.ring_ms <= 15_000).sum()),
        "calls.wait_answered_ms": int(taken.wait_ms.sum()),
        "calls.answered_in_t": int((taken.wait_ms <= taken.threshold_ms).sum()),
        "calls.answered": len(taken),
    }


def of_queues(told: pd.DataFrame) -> dict[str, float]:
    taken, gone = told[told.outcome == "answered"], told[told.outcome == "abandoned"]
    over = taken[taken.ended_at > 0]
    found = {
        "queue.offered": len(told),
        "queue.answered": len(taken),
        "queue.abandoned": len(gone),
        "queue.handled": len(over),
        "queue.answered_in_t": int((taken.wait_ms <= taken.threshold_ms).sum()),
        "queue.wait_answered_ms": int(taken.wait_ms.sum()),
        "queue.wait_abandoned_ms": int(gone.wait_ms.sum()),
        "queue.talk_ms": int(over.talk_ms.sum()),
        "queue.acw_ms": int(over.acw_ms.sum()),
        "queue.transferred_out": int(over.ended_by.isin(["blind_transfer", "attended_transfer"]).sum()),
        "queue.open": int((~told.final.astype(bool)).sum()),
        **counted(told),
    }
    return found | ({"queue.max_wait_ms": int(told.wait_ms.max())} if len(told) else {})


def spent(rough: Rough, name: str, start: float, end: float) -> dict[str, int]:
    """Milliseconds of an agent by status, or reason of a pause."""
    found: dict[str, int] = {}
    for first, last, kind in rough.spans[name]:
        if first < end and last > start:
            found[kind] = found.get(kind, 0) + round((min(last, end) - max(first, start)) * 1000)
    return found


def telling(rough: Rough, name: str, at: float) -> bool:
    """Whether anything but calls is told of an agent on the day of an instant."""
    day = day_of(rough.config, at)
    return any(spent(rough, name, day.start, day.end).get(status) for status in PRESENT)


def of_agent(rough: Rough, name: str, part: Period) -> dict[str, float]:
    """Of a day or half hour. Time in status where presence was told of on the day or beside it."""
    day = day_of(rough.config, part.start)
    taken, time = answered_by(rough, part, [name]), spent(rough, name, part.start, part.end)
    here = any(time.get(status) for status in PRESENT)
    amounts: dict[str, float] = {
        "agent.answered": len(taken),
        "agent.talk_ms": int(taken.talk_ms.sum()),
        "agent.acw_ms": int(taken.acw_ms.sum()),
        "agent.transferred_out": int(taken.ended_by.isin(["blind_transfer"]).sum()),
        "seats.agent_days": int(here or len(taken) > 0),
    }
    if any(telling(rough, name, at) for at in (day.start - 1, day.start, day.end)):
        amounts |= {field: time.get(field[6:-3], 0) for field in PRESENCE}
        amounts[PRESENT_ANSWERED] = len(taken)
    return amounts


def of_agents(rough: Rough, of: Period, scope: Scope) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in names_of(scope):
        for part in [of] if of.part == "halfhour" else days(rough.config, of):
            if (name, part) not in rough.known:
                rough.known[name, part] = of_agent(rough, name, part)
            for field, amount in rough.known[name, part].items():
                found[field] = found.get(field, 0) + amount
    return found


def periods(rough: Rough) -> list[Period]:
    months = [period(rough.config, name) for name in ("2026-10", "2026-11")]
    every = [day for month in months for day in days(rough.config, month)]
    return [*months, period(rough.config, "2026-W43"), *every[13:35]]


def in_sight(rough: Rough, of: Period) -> bool:
    """Whether anything was seen of a period, or somebody had called though nobody saw it."""
    month, at = rough.month, max(of.start, float(rough.month.start))
    last = max(item.event.at for item in month.items if item.log)
    for lost, back in [(last + 0.5, float(month.live_at)), *month.lost]:
        if lost <= at < back:
            at = back
    return at < min(of.end, month.end + DAY_S / 2) or bool(len(entered(rough, of, SITE)))


def differing(told: dict[str, float], expected: dict[str, float]) -> dict[str, tuple[float | None, float]]:
    return {
        name: (told.get(name), value)
        for name, value in expected.items()
        if (told.get(name, 0) if value == 0 else told.get(name)) != value
    }


@pytest.mark.parametrize("of", ["days", "half hours"])
def test_every_field_is_what_the_calls_and_spans_come_to(rough: Rough, of: str) -> None:
    asked = periods(rough)
    if of == "half hours":
        asked = half_hours(rough.config, period(rough.config, "2026-10-25"))
    for scope in [*SCOPES, *PEOPLE] if of == "days" else [SITE, SCOPES[1], SCOPES[3], PEOPLE[3]]:
        for one, told in zip(asked, figures(rough.engine, VIEWER, rough.config, scope, asked), strict=True):
            expected: dict[str, float] = {}
            if scope.kind in ("site", "queue"):
                expected |= of_queues(entered(rough, one, scope))
            if scope.kind != "queue":
                expected |= of_agents(rough, one, scope)
            if scope.kind in ("team", "agent"):
                expected |= counted(answered_by(rough, one, names_of(scope)))
            assert differing(told, expected) == {}, (scope, one.name)
            if scope.kind in ("site", "queue"):
                assert ("queue.offered" in told) == in_sight(rough, one), (scope, one.name)


def test_counted_and_not_everybody_and_one_by_one_are_the_same(rough: Rough) -> None:
    asked = periods(rough)
    scopes = [*SCOPES[1:], *PEOPLE]
    fresh = {scope: figures(rough.engine, VIEWER, rough.config, scope, asked) for scope in [SITE, *scopes]}
    count_facts(rough.engine, rough.config, "main")
    told = {scope: figures(rough.engine, VIEWER, rough.config, scope, asked) for scope in [SITE, *scopes]}
    for scope in told:
        for before, after in zip(fresh[scope], told[scope], strict=True):
            names = [name for name in before if not name.startswith("seats.")]
            assert {name: after[name] for name in names} == {name: before[name] for name in names}
    for index, one in enumerate(asked):
        for kind in ("queue", "team", "agent"):
            members = by_member(rough.engine, VIEWER, rough.config, kind, one)
            for scope in (scope for scope in scopes if scope.kind == kind):
                mine = told[scope][index]
                assert members.get(scope, mine) == mine, (scope, one.name)
                assert scope in members or not any(mine.values()), (scope, one.name)
    some = asked[3:21]
    names = ("agent.answered", "agent.talk_ms", PRESENT_ANSWERED, *PRESENCE, *CALLS, "seats.rostered")
    series = member_series(rough.engine, VIEWER, rough.config, AGENTS, names, some)
    first = asked.index(some[0])
    for scope in PEOPLE:
        expected = [
            {name: sums[name] for name in names if name in sums} for sums in told[scope][first : first + 18]
        ]
        mine = [{name: one[name] for name in names if name in one} for one in series[scope.name]]
        assert mine == expected, scope


def test_who_was_rostered_is_counted_where_it_was_seen(rough: Rough) -> None:
    """Of each shift the seconds that nobody saw are taken out; the days of a log are not told."""
    count_facts(rough.engine, rough.config, "main")
    for day in days(rough.config, period(rough.config, "2026-10"))[14:]:
        of_day = [shift for shift in rough.month.shifts if day.start <= shift[1] < day.end]
        (told,) = figures(rough.engine, VIEWER, rough.config, SITE, [day])
        due = {name: end - start - hidden(rough, start, end) for name, start, end in of_day}
        if day.end <= rough.month.live_at - DAY_S:
            assert "seats.rostered" not in told
        elif day.start >= rough.month.live_at:
            assert told.get("seats.rostered", 0) == sum(1 for left in due.values() if left)
            assert told.get("seats.scheduled_ms", 0) == sum(due.values()) * 1000
            stays = [spent(rough, name, start, end) for name, start, end in of_day]
            assert told.get("seats.present", 0) <= sum(1 for stay in stays if sum(stay.values()))


def test_an_agents_day_keeps_to_the_roster_as_it_was_counted(rough: Rough) -> None:
    """What the page of a day shows of late, absent and adherent is what the month adds up."""
    count_facts(rough.engine, rough.config, "main")
    floor, compared = Stored(rough.engine, rough.month.end + DAY_S / 2, rough.config), 0
    for day in days(rough.config, period(rough.config, "2026-10"))[14:]:
        for scope in PEOPLE:
            (told,) = figures(rough.engine, VIEWER, rough.config, scope, [day])
            line = day_line(floor, VIEWER, scope.name, day)
            shown = line.kept.figures if line.kept else {}
            assert {name: told.get(name) for name in KEPT if name in told} == shown, (scope, day.name)
            compared += bool(shown)
    assert compared > 20


def hidden(rough: Rough, start: float, end: float) -> float:
    """Seconds of [start, end) in which the link was lost."""
    return sum(max(0.0, min(back, end) - max(lost, start)) for lost, back in rough.month.lost)


def test_the_gaps_are_the_times_in_which_the_link_was_lost(rough: Rough) -> None:
    for of in periods(rough):
        if of.start >= rough.month.live_at and of.end <= rough.month.end:
            told = state(rough.engine, VIEWER, rough.config, of)
            assert told.gap_s == pytest.approx(hidden(rough, of.start, of.end)), of.name
