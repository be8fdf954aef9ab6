"""Time in which nobody saw the floor: it tells of nothing, and speaks against nobody."""

import itertools
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec.structs import replace as changed
from sqlalchemy import Engine, delete

from ccfloor.floor.config import SeatInfo
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    Clock,
    Device,
    EndedBy,
    FloorSnapshot,
    MemberState,
    Outcome,
    SeatJoined,
    SeatLeft,
    SourceLost,
    WaitingState,
)
from ccfloor.kpi.compute import compute, needs
from ccfloor.kpi.load import load_catalogue
from ccfloor.kpi.period import Period, day_of, half_hours, month_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.agent_timeline import day_line
from ccfloor.store.engine import writing
from ccfloor.store.facts import count_facts
from ccfloor.store.kpi_figures import by_member, figures, state
from ccfloor.store.member_series import member_series
from ccfloor.store.recorder import Item, Recorder
from ccfloor.store.tables import day_marks
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG as PLAIN
from tests.fakes.stored import T0
from tests.fakes.stored_roster import Stored, put_roster

VIEWER = Viewer()
PEOPLE = {
    "P/1": SeatInfo("P/1", agent="Mei", team="A"),
    "P/2": SeatInfo("P/2", agent="Lan", team="B"),
}
CONFIG = changed(PLAIN, seats=PEOPLE)
_CATALOGUE = Path(__file__).parents[3] / "data/kpi.yaml"
BOOK = load_catalogue("kpi.yaml", _CATALOGUE.read_text(encoding="utf-8")).kpis
HOUR, DAY_S = 3600.0, 86_400.0
MEI, LAN = Scope("agent", "Mei"), Scope("agent", "Lan")
_places = itertools.count(1)
SEATS = {"Mei": "P/1", "Lan": "P/2"}


def record(engine: Engine, told: Iterable[tuple[str, AnyEvent]], *, log: bool = False) -> None:
    """Events with their sources, in the live feed."""
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    told = sorted(told, key=lambda one: one[1].at)
    recorder.record([Item(source, next(_places), event, log) for source, event in told])


def on(agent: str, at: float) -> AnyEvent:
    return SeatJoined(at=at, seat=SEATS[agent], queue="hot", agent=agent, device=Device.IDLE)


def off(agent: str, at: float) -> AnyEvent:
    return SeatLeft(at=at, seat=SEATS[agent], queue="hot")


def served(agent: str, at: float) -> list[AnyEvent]:
    """A call of a minute that waited ten seconds."""
    call, seat = f"c{at:.0f}", SEATS[agent]
    return [
        CallJoined(at=at, call=call, queue="hot", number="13812340000"),
        CallAnswered(at=at + 10, call=call, queue="hot", seat=seat, wait_s=10, ring_s=2),
        CallEnded(at=at + 70, call=call, queue="hot", seat=seat, by=EndedBy.CALLER, talk_s=60),
    ]


def back(at: float, since: float, *agents: str) -> AnyEvent:
    """The first report after a gap."""
    there = tuple(MemberState(SEATS[name], "hot", name, device=Device.IDLE) for name in agents)
    return FloorSnapshot(at=at, members=there, blind_since=since)


def lost_at_noon(engine: Engine, day: float = T0) -> None:
    """Mei works from nine to five; nobody sees the floor from noon to two."""
    first = [on("Mei", day + 9 * HOUR), *served("Mei", day + 10 * HOUR)]
    first.append(SourceLost(at=day + 12 * HOUR, why="gone"))
    then = [back(day + 14 * HOUR, day + 12 * HOUR, "Mei"), off("Mei", day + 17 * HOUR)]
    then.append(Clock(at=day + DAY_S + HOUR))
    record(engine, [("ami:1", event) for event in first] + [("ami:2", event) for event in then])


# -- the roster ----------------------------------------------------------------------------------------


def kept(engine: Engine, agent: str, day: Period) -> tuple[dict[str, float], dict[str, float]]:
    """How a day was kept to the roster: as it was counted, and as the agent's page shows it."""
    count_facts(engine, CONFIG, "main")
    (told,) = figures(engine, VIEWER, CONFIG, Scope("agent", agent), [day])
    line = day_line(Stored(engine, day.end + HOUR, CONFIG), VIEWER, agent, day)
    counted = {name: value for name, value in told.items() if name.startswith("seats.")}
    for name in ("seats.agent_days", "seats.busy_spells_over", "seats.out_calls"):
        counted.pop(name, None)
    return counted, line.kept.figures if line.kept else {}


def test_time_nobody_saw_is_in_no_part_of_adherence(engine: Engine) -> None:
    lost_at_noon(engine)
    put_roster(engine, CONFIG, [("Mei", T0 + 9 * HOUR, T0 + 17 * HOUR)])
    counted, shown = kept(engine, "Mei", day_of(CONFIG, T0))
    assert counted == shown
    assert counted["seats.scheduled_ms"] == counted["seats.adherent_ms"] == 6 * HOUR * 1000
    assert (counted["seats.present"], counted["seats.late"]) == (1, 0)


def test_who_comes_while_nobody_sees_it_is_not_absent(engine: Engine) -> None:
    """Five minutes of the shift were seen before the link broke, and nobody sat there yet."""
    nine = T0 + 9 * HOUR
    first = [on("Lan", T0 + 8 * HOUR), SourceLost(at=nine + 300)]
    then = [back(nine + 7200, nine + 300, "Mei"), off("Mei", nine + 8 * HOUR), Clock(at=T0 + 26 * HOUR)]
    record(engine, [("ami:1", event) for event in first] + [("ami:2", event) for event in then])
    put_roster(engine, CONFIG, [("Mei", nine, nine + 8 * HOUR)])
    counted, shown = kept(engine, "Mei", day_of(CONFIG, T0))
    assert counted == shown
    assert (counted["seats.present"], counted["seats.late_ms"]) == (1, 300_000)


def test_a_day_that_nobody_saw_counts_against_nobody(engine: Engine) -> None:
    """The collector was down for two days; the roster asks for Mei on each of them."""
    for number in (0, 3):
        lost_at_noon(engine, T0 + number * DAY_S)
    shifts = [("Mei", T0 + n * DAY_S + 9 * HOUR, T0 + n * DAY_S + 17 * HOUR) for n in range(4)]
    put_roster(engine, CONFIG, shifts)
    for number in (1, 2):
        gone = day_of(CONFIG, T0 + number * DAY_S + 12 * HOUR)
        assert kept(engine, "Mei", gone) == ({}, {})
    (month,) = figures(engine, VIEWER, CONFIG, MEI, [month_of(CONFIG, T0)])
    assert (month["seats.rostered"], month["seats.present"]) == (2, 2)


def test_overtime_beyond_a_shifts_reach_belongs_to_no_shift(engine: Engine) -> None:
    told = [on("Mei", T0 + 9 * HOUR), off("Mei", T0 + 23 * HOUR), Clock(at=T0 + 30 * HOUR)]
    record(engine, [("ami:1", event) for event in told])
    put_roster(engine, CONFIG, [("Mei", T0 + 9 * HOUR, T0 + 17 * HOUR)])
    counted, shown = kept(engine, "Mei", day_of(CONFIG, T0))
    assert counted == shown
    assert counted["seats.worked_scheduled_ms"] == 12 * HOUR * 1000


def test_a_shift_of_the_day_before_parts_the_time_between(engine: Engine) -> None:
    """Mei came four hours early; then it turns out that she had been rostered until an hour before."""
    told = [on("Mei", T0 + DAY_S + 5 * HOUR), off("Mei", T0 + DAY_S + 17 * HOUR), Clock(at=T0 + 60 * HOUR)]
    record(engine, [("ami:1", event) for event in told])
    put_roster(engine, CONFIG, [("Mei", T0 + DAY_S + 9 * HOUR, T0 + DAY_S + 17 * HOUR)])
    today = day_of(CONFIG, T0 + DAY_S)
    worked = [kept(engine, "Mei", today)[0]["seats.worked_scheduled_ms"]]
    put_roster(engine, CONFIG, [("Mei", T0 + 20 * HOUR, T0 + DAY_S + 4 * HOUR)])
    counted, shown = kept(engine, "Mei", today)
    assert counted == shown
    worked.append(counted["seats.worked_scheduled_ms"])
    assert worked == [12 * HOUR * 1000, 10.5 * HOUR * 1000]


def log_of_calls(engine: Engine, *agents: str) -> None:
    """A log that tells of conversations and of nobody's presence."""
    told = [event for index, name in enumerate(agents) for event in served(name, T0 + (9 + index) * HOUR)]
    told += served("Lan", T0 + 2 * DAY_S)
    record(engine, [("queue_log:1", event) for event in told], log=True)


def test_where_presence_is_not_told_nobody_is_absent(engine: Engine) -> None:
    log_of_calls(engine, "Lan")
    put_roster(engine, CONFIG, [(name, T0 + 9 * HOUR, T0 + 17 * HOUR) for name in SEATS])
    for name in SEATS:
        assert kept(engine, name, day_of(CONFIG, T0)) == ({}, {})
    (site,) = figures(engine, VIEWER, CONFIG, SITE, [day_of(CONFIG, T0)])
    assert "seats.rostered" not in site
    assert site["queue.answered"] == 1


def test_who_was_rostered_and_did_not_come_has_no_attendance(engine: Engine) -> None:
    told = [on("Lan", T0 + 9 * HOUR), *served("Lan", T0 + 10 * HOUR), off("Lan", T0 + 17 * HOUR)]
    record(engine, [("ami:1", event) for event in [*told, Clock(at=T0 + 26 * HOUR)]])
    put_roster(engine, CONFIG, [(name, T0 + 9 * HOUR, T0 + 17 * HOUR) for name in SEATS])
    today, attendance = day_of(CONFIG, T0), BOOK["attendance"]
    counted, shown = kept(engine, "Mei", today)
    assert counted == shown
    for of in (today, month_of(CONFIG, T0)):
        (told_of_mei,) = figures(engine, VIEWER, CONFIG, MEI, [of])
        assert compute(attendance, told_of_mei, "agent").value == 0
        assert "calls.answered" not in told_of_mei and "agent.answered" not in told_of_mei
        members = by_member(engine, VIEWER, CONFIG, "agent", of)
        assert members[MEI] == told_of_mei
        assert compute(attendance, members[LAN], "agent").value == 1


def test_a_reader_of_one_team_gets_the_attendance_of_that_team(engine: Engine) -> None:
    lost_at_noon(engine)
    put_roster(engine, CONFIG, [(name, T0 + 9 * HOUR, T0 + 17 * HOUR) for name in SEATS])
    count_facts(engine, CONFIG, "main")
    reader, today = Viewer(teams=frozenset("A")), day_of(CONFIG, T0)
    site, *_ = figures(engine, reader, CONFIG, SITE, [today, month_of(CONFIG, T0)])
    assert (site["seats.rostered"], site["seats.present"], site["calls.answered"]) == (1, 1, 1)
    (everybody,) = figures(engine, VIEWER, CONFIG, SITE, [today])
    assert (everybody["seats.rostered"], everybody["seats.present"]) == (2, 1)


# -- days without a word -------------------------------------------------------------------------------


def offered(engine: Engine, of: Iterable[Period]) -> list[float | None]:
    return [told.get("queue.offered") for told in figures(engine, VIEWER, CONFIG, SITE, list(of))]


def test_a_day_nobody_saw_has_no_data_and_the_month_is_of_the_others(engine: Engine) -> None:
    for number in (0, 3):
        lost_at_noon(engine, T0 + number * DAY_S)
    month = month_of(CONFIG, T0)
    around = [day_of(CONFIG, T0 + number * DAY_S) for number in range(5)]
    # The link's last word came an hour into the second day.
    assert offered(engine, around) == [1, 0, None, 1, 0]
    assert offered(engine, [month]) == [2]
    gone = around[2]
    for _ in range(2):
        (told,) = figures(engine, VIEWER, CONFIG, SITE, [gone])
        assert told == {}
        assert figures(engine, VIEWER, CONFIG, Scope("queue", "hot"), [gone]) == [{}]
        count_facts(engine, CONFIG, "main")
    assert state(engine, VIEWER, CONFIG, gone).gap_s == DAY_S
    assert state(engine, VIEWER, CONFIG, month).gap_s > DAY_S
    halves = half_hours(CONFIG, around[0])
    assert offered(engine, [halves[23], halves[24], halves[27], halves[28]]) == [0, None, None, 0]


def test_a_quiet_link_that_holds_sees_that_nothing_happens(engine: Engine) -> None:
    """Time goes on by the collector's own word; the switch itself says nothing all night."""
    told: list[tuple[str, AnyEvent]] = [("ami:1", event) for event in served("Mei", T0 + 9 * HOUR)]
    record(engine, [*told, ("collector", Clock(at=T0 + 2 * DAY_S + HOUR))])
    assert offered(engine, [day_of(CONFIG, T0 + number * DAY_S) for number in range(4)]) == [1, 0, 0, None]
    assert state(engine, VIEWER, CONFIG, day_of(CONFIG, T0 + DAY_S)).gap_s == 0


@pytest.mark.parametrize("quiet_s", [0.0, 5 * HOUR])
def test_a_collector_that_stops_sees_nothing_until_it_is_back(engine: Engine, quiet_s: float) -> None:
    """Nobody could close the link's span then: it reached as far as the collector's time went."""
    stop = T0 + 9 * HOUR + 70 + quiet_s
    told: list[tuple[str, AnyEvent]] = [("ami:1", event) for event in served("Mei", T0 + 9 * HOUR)]
    told += [("collector", Clock(at=stop))] if quiet_s else []
    record(engine, told)
    later = T0 + 3 * DAY_S + HOUR
    record(engine, [("collector", SourceLost(at=stop, why="collector stopped"))])
    record(engine, [("ami:2", back(later, stop)), ("ami:2", Clock(at=later + HOUR))])
    assert offered(engine, [day_of(CONFIG, T0 + number * DAY_S) for number in range(4)]) == [1, None, None, 0]
    assert state(engine, VIEWER, CONFIG, day_of(CONFIG, later)).gap_s == HOUR
    last = half_hours(CONFIG, day_of(CONFIG, T0))
    seen_of = [half.start for half in last if offered(engine, [half]) != [None]]
    assert seen_of[-1] <= stop < seen_of[-1] + 1800


def test_a_log_tells_of_its_quiet_days_too(engine: Engine) -> None:
    told = served("Mei", T0 + 9 * HOUR) + served("Mei", T0 + 3 * DAY_S)
    record(engine, [("queue_log:1", event) for event in told], log=True)
    record(engine, [("collector", Clock(at=T0 + 4 * DAY_S))])
    assert offered(engine, [day_of(CONFIG, T0 + number * DAY_S) for number in range(4)]) == [1, 0, 0, 1]


def test_a_log_read_after_the_collector_was_down_tells_of_that_time(engine: Engine) -> None:
    record(engine, [("ami:1", event) for event in served("Mei", T0 + 9 * HOUR)])
    log = served("Mei", T0 + 9 * HOUR) + served("Lan", T0 + DAY_S) + served("Lan", T0 + 2 * DAY_S)
    record(engine, [("ami:2", back(T0 + 2 * DAY_S + HOUR, T0 + 9 * HOUR + 70))])
    assert offered(engine, [day_of(CONFIG, T0 + DAY_S)]) == [None]
    record(engine, [("queue_log:1", event) for event in log], log=True)
    assert offered(engine, [day_of(CONFIG, T0 + DAY_S)]) == [1]


def test_a_caller_who_waits_when_the_link_comes_up_is_of_the_day_of_the_entry(engine: Engine) -> None:
    """Nobody saw that day, but of this call it is told."""
    waiting = (WaitingState("w", "hot", 1, 1200.0, "13812340000"),)
    told = [FloorSnapshot(at=T0 + 600, waiting=waiting)]
    left = CallLeft(at=T0 + 700, call="w", queue="hot", outcome=Outcome.ABANDONED)
    record(engine, [("ami:1", event) for event in [*told, left, Clock(at=T0 + 26 * HOUR)]])
    eve = day_of(CONFIG, T0 - 1)
    for _ in range(2):
        (day,) = figures(engine, VIEWER, CONFIG, SITE, [eve])
        assert (day["queue.offered"], day["calls.known"], day["calls.queued"]) == (1, 1, 1)
        count_facts(engine, CONFIG, "main")


# -- calls an hour of signed-on time -------------------------------------------------------------------


def test_calls_an_hour_are_of_agents_whose_time_is_told(engine: Engine) -> None:
    """Mei signs on for two hours; a log knows of calls that Lan took before there was a link."""
    told = [on("Mei", T0 + 9 * HOUR), *served("Mei", T0 + 9.5 * HOUR), off("Mei", T0 + 11 * HOUR)]
    log = [*served("Lan", T0 + 8 * HOUR), *served("Lan", T0 + 8.1 * HOUR)]
    record(engine, [("queue_log:1", event) for event in log], log=True)
    record(engine, [("ami:1", event) for event in [*told, Clock(at=T0 + 26 * HOUR)]])
    an_hour, today = BOOK["calls_per_hour"], day_of(CONFIG, T0)
    seats = {name: changed(seat, team="A") for name, seat in PEOPLE.items()}
    config = changed(CONFIG, seats=seats)
    halves = half_hours(CONFIG, today)[16:22]
    for scope in (SITE, Scope("team", "A"), MEI):
        of = [today, month_of(CONFIG, T0), *halves]
        whole, month, *parts = figures(engine, VIEWER, config, scope, of)
        assert compute(an_hour, whole, scope.kind).value == compute(an_hour, month, scope.kind).value == 0.5
        assert whole["agent.answered_present"] == sum(one.get("agent.answered_present", 0) for one in parts)
        assert whole["agent.answered"] == (1 if scope == MEI else 3)
    (lan,) = figures(engine, VIEWER, config, LAN, [today])
    assert lan["agent.answered"] == 2
    assert "agent.answered_present" in compute(an_hour, lan, "agent").missing
    assert by_member(engine, VIEWER, config, "team", today)[Scope("team", "A")]["agent.answered_present"] == 1
    needed = needs(an_hour, "agent")
    series = member_series(engine, VIEWER, config, ["Mei", "Lan"], needed, [today])
    assert compute(an_hour, series["Mei"][0], "agent").value == 0.5
    assert compute(an_hour, series["Lan"][0], "agent").value is None
    with writing(engine) as connection:
        connection.execute(delete(day_marks))
    (odd,) = figures(engine, VIEWER, config, SITE, [today])
    assert compute(an_hour, odd, "site").value == 0.5
