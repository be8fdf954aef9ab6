"""A day's forecast, seats and gaps over stored weeks: what is learned, what is shown, to whom."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import Engine, insert

from ccfloor.access.rights import Right, Role
from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget
from ccfloor.floor.view import FloorView
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing_today.day import Today
from ccfloor.service.staffing_today.half_hours import load
from ccfloor.service.staffing_today.job import TodayKeeper
from ccfloor.service.staffing_today.sheet import Sheet, WhatIf, seen_queues, sheet
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.tables import campaigns, leave_requests
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.current import upgrade
from tests.fakes.offered_weeks import HANDLE_S, RING_S, office, put_weeks, put_work
from tests.fakes.stored_calls import call, put
from tests.fakes.stored_roster import put_roster

TARGET = QueueTarget(threshold_s=20, target=0.8)
CONFIG = FloorConfig(queues={name: QueueInfo(name, targets=(TARGET,)) for name in ("loans", "cards", "new")})
FIRST, DAY = date(2026, 10, 12), date(2026, 11, 17)  # Mondays five weeks apart, and the Tuesday after
BEGIN = CONFIG.day_begins(DAY)
NOW = BEGIN + 11.25 * 3600  # a quarter past eleven
ALL = Viewer()


def later(day: date, hour: float) -> float:
    return office(day, hour) / 2


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    opened = open_engine(str(tmp_path_factory.mktemp("weeks") / "floor.db"))
    upgrade(opened)
    put_weeks(opened, CONFIG, FIRST, NOW, {"loans": office, "cards": later})
    yield opened
    opened.dispose()


def keeper(engine: Engine, now: float = NOW, view: FloorView | None = None) -> TodayKeeper:
    settings = SiteSettings(data="nowhere")
    return TodayKeeper(engine, CONFIG, settings, lambda: now, lambda: view)


def shown(found: Today, queue: str = "", what: WhatIf | None = None) -> Sheet:
    made = sheet(found, ALL, queue, what or WhatIf())
    assert made is not None
    return made


def test_the_forecast_knows_the_office_hours(engine: Engine) -> None:
    found = keeper(engine).today()
    assert list(found.queues) == ["cards", "loans", "new"]
    assert found.queues["new"].basis is None, "nobody ever called it"
    assert (found.days, found.first) == (36, FIRST)
    halves = found.queues["loans"].halves
    assert len(halves) == 48 and halves[18].start == BEGIN + 9 * 3600
    for half in halves:
        hour = (half.start - BEGIN) / 3600
        if 9.5 <= hour < 17.5:
            assert half.mean == pytest.approx(24, rel=0.2) and half.low < 24 < half.high
        elif hour < 8 or hour >= 19:
            assert half.mean < 1 and half.needed == 0


def test_half_hours_that_are_over_are_learned_from(engine: Engine) -> None:
    found = keeper(engine).today()
    assert found.learned == BEGIN + 11 * 3600, "the half hour that runs is not taken yet"
    day = found.queues["loans"]
    assert day.halves[22].actual is not None and day.halves[23].actual is None
    assert day.halves[20].mean == day.halves[20].ahead


def test_a_busy_morning_lifts_the_afternoon_and_not_what_was_foreseen(engine: Engine) -> None:
    calm = keeper(engine).today().queues["loans"]
    put(engine, [call(n, BEGIN + 9.5 * 3600 + n, "rush") for n in range(200)])
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "UPDATE queue_intervals SET offered = offered * 2 WHERE queue = 'loans' AND start >= ?", (BEGIN,)
        )
    busy = keeper(engine).today().queues["loans"]
    assert busy.halves[26].mean > 1.3 * calm.halves[26].mean
    assert busy.halves[26].ahead == pytest.approx(calm.halves[26].ahead)
    assert busy.halves[26].needed > calm.halves[26].needed


def test_the_half_hour_that_runs_is_staffed_for_the_calls_it_has(engine: Engine) -> None:
    """A quarter past eleven three times as many came as were expected: they are there, whatever comes."""
    plain = keeper(engine).today().queues["loans"].halves[22]
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "UPDATE queue_intervals SET offered = 36 WHERE queue = 'loans' AND start = ?",
            (BEGIN + 11 * 3600,),
        )
    busy = keeper(engine).today().queues["loans"].halves[22]
    assert busy.actual == 36 and busy.mean == pytest.approx(plain.mean)
    assert load(busy, NOW) == pytest.approx(36 + busy.mean / 2)
    assert busy.needed > plain.needed


def test_a_planned_peak_is_in_the_forecast(engine: Engine) -> None:
    plain = keeper(engine).today().queues["loans"].halves[28].ahead
    row = {"site": "main", "name": "push", "note": "", "who": "x", "at": 1.0, "cancelled_by": ""}
    when = {"start": BEGIN + 14 * 3600, "end": BEGIN + 15 * 3600, "queues": '["loans"]'}
    with writing(engine) as connection:
        connection.execute(insert(campaigns).values(**row, **when))
    found = keeper(engine).today()
    assert found.queues["loans"].halves[28].ahead == pytest.approx(1.3 * plain, rel=0.02)
    assert found.queues["loans"].halves[30].ahead == pytest.approx(
        found.queues["loans"].halves[31].ahead, rel=0.2
    )
    assert found.queues["cards"].halves[28].ahead < plain


def test_time_that_nobody_saw_has_no_count_and_teaches_nothing(engine: Engine) -> None:
    """The source broke off at ten: eleven to a quarter past, nobody knows."""
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE sources SET last_at = ?", (BEGIN + 10 * 3600,))
        connection.exec_driver_sql("DELETE FROM queue_intervals WHERE start >= ?", (BEGIN + 10 * 3600,))
    day = keeper(engine).today().queues["loans"]
    assert day.halves[19].actual is not None
    assert [half.actual for half in day.halves[20:23]] == [None] * 3
    assert day.halves[26].mean == pytest.approx(24, rel=0.25), "an outage is no calm day"


# -- seats ---------------------------------------------------------------------------------------------


def test_seats_at_work_count_once_for_the_queues_they_serve(engine: Engine) -> None:
    """Six answer loans alone and four both: cards, which nobody else serves, has of the four."""
    served = [("loans", f"L{n}") for n in range(6)]
    served += [(queue, f"B{n}") for n in range(4) for queue in ("loans", "cards")]
    rows = [call(1000 + n, BEGIN - 86_400 + n, queue, agent=agent) for n, (queue, agent) in enumerate(served)]
    put(engine, [msgspec.structs.replace(row, source=2) for row in rows])
    put_work(engine, CONFIG, {agent for _, agent in served}, BEGIN + 9 * 3600, BEGIN + 11 * 3600)
    found = keeper(engine).today()
    loans, cards = (found.queues[name].halves[20] for name in ("loans", "cards"))
    assert (loans.present or 0) + (cards.present or 0) == pytest.approx(10)
    assert loans.present is not None and loans.present >= 6
    assert cards.present is not None and cards.present / cards.needed <= loans.present / loans.needed + 1e-6
    assert shown(found).lines[20].half.present == pytest.approx(10)


def test_without_word_of_presence_nobody_knows(engine: Engine) -> None:
    found = keeper(engine).today()
    assert all(half.present is None and half.planned is None for half in found.queues["loans"].halves)
    assert all(line.gap is None and not line.act for line in shown(found).lines)


def test_a_roster_that_is_too_short_is_a_gap_to_act_on(engine: Engine) -> None:
    pieces = [(f"A{n}", BEGIN + 9 * 3600, BEGIN + 14 * 3600) for n in range(40)]
    pieces += [("A1", BEGIN + 14 * 3600, BEGIN + 17 * 3600)]
    put_roster(engine, CONFIG, pieces)
    made = shown(keeper(engine).today())
    at = {line.half.start: line for line in made.lines}
    early, late = at[BEGIN + 12 * 3600], at[BEGIN + 15 * 3600]
    assert early.half.planned == pytest.approx(40) and not early.act
    assert late.half.planned == pytest.approx(1) and late.act and (late.gap or 0) < -3
    assert made.totals.short >= 6


def test_granted_leave_and_an_undone_import_leave_gaps(engine: Engine) -> None:
    put_roster(engine, CONFIG, [(f"A{n}", BEGIN + 9 * 3600, BEGIN + 17 * 3600) for n in range(40)])
    leave = {"site": "main", "seat": "", "agent": "A1", "reason": "", "force_majeure": False, "why": ""}
    when = {"start": BEGIN + 14 * 3600, "end": BEGIN + 15 * 3600, "who": "x", "at": 1.0}
    with writing(engine) as connection:
        connection.execute(insert(leave_requests).values(**leave, **when, decision="granted"))
        connection.execute(
            insert(leave_requests).values(**leave | {"agent": "A2"}, **when, decision="refused")
        )
    made = shown(keeper(engine).today())
    assert [round(made.lines[at].half.planned or 0) for at in (27, 28, 29, 30)] == [40, 39, 39, 40]
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE import_rows SET current = 0")
    assert all(line.half.planned is None for line in shown(keeper(engine).today()).lines)


# -- what if -------------------------------------------------------------------------------------------


def test_what_if_changes_what_is_to_come_alone(engine: Engine) -> None:
    found = keeper(engine).today()
    plain, more = shown(found, "loans"), shown(found, "loans", WhatIf(volume=1.5))
    assert all(line.changed is None for line in plain.lines)
    over = [line for line in more.lines if line.state == "over"]
    assert over and all(line.changed is None for line in over)
    rest = [line for line in more.lines if line.state == "ahead" and line.half.needed > 1]
    assert rest and all((line.changed or 0) > line.half.needed for line in rest)
    assert more.totals.changed_h > more.totals.needed_h == plain.totals.needed_h


def test_each_change_moves_the_seats_the_way_it_should(engine: Engine) -> None:
    found = keeper(engine).today()

    def hours(what: WhatIf) -> float:
        return shown(found, "", what).totals.changed_h

    plain = hours(WhatIf())
    assert hours(WhatIf(aht=1.2)) > plain > hours(WhatIf(aht=0.8))
    assert hours(WhatIf(level=0.95)) > plain > hours(WhatIf(level=0.3))
    assert hours(WhatIf(volume=0.0)) == 0


# -- who sees it ---------------------------------------------------------------------------------------


def test_a_lead_of_one_queue_sees_that_one(engine: Engine) -> None:
    found = keeper(engine).today()
    lead = Viewer(role=Role.LEAD, queues=frozenset(("cards",)))
    assert seen_queues(found, lead) == ("cards",)
    mine, own = sheet(found, lead), shown(found, "cards")
    assert mine is not None and mine.lines == own.lines and mine.queues == ("cards",)
    with pytest.raises(Forbidden):
        sheet(found, lead, "loans")
    with pytest.raises(Forbidden) as refused:
        sheet(found, Viewer(role=Role.AGENT))
    assert refused.value.right is Right.FLOOR


def test_the_sum_of_queues_has_a_narrower_band_than_its_parts(engine: Engine) -> None:
    found = keeper(engine).today()
    whole, (cards, loans) = shown(found), (shown(found, name) for name in ("cards", "loans"))
    both = [(a.half, b.half, c.half) for a, b, c in zip(whole.lines, cards.lines, loans.lines, strict=True)]
    for one, first, second in both[20:30]:
        assert one.mean == pytest.approx(first.mean + second.mean)
        assert one.needed == first.needed + second.needed
        assert one.low > first.low + second.low and one.high < first.high + second.high


# -- kept up to date -----------------------------------------------------------------------------------


def test_the_day_is_read_again_when_it_is_old_and_when_it_is_another(engine: Engine) -> None:
    clock = [NOW]
    kept = TodayKeeper(engine, CONFIG, SiteSettings(data="nowhere"), lambda: clock[0])
    first = kept.today()
    assert kept.today() is first
    clock[0] += 60
    second = kept.today()
    assert second is not first and second.at == NOW + 60 and second.learned == first.learned
    clock[0] += 86_400
    third = kept.today()
    assert third.day.day == date(2026, 11, 18) and third.days == 37


def test_more_of_the_past_makes_another_forecast(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = [NOW]
    kept = TodayKeeper(engine, CONFIG, SiteSettings(data="nowhere"), lambda: clock[0])
    assert kept.today().queues["new"].basis is None
    put_weeks_more(engine)
    clock[0] += 60
    assert kept.today().queues["new"].basis is None, "it is not looked every minute"
    clock[0] += 1800
    assert kept.today().queues["new"].basis is not None


def test_a_peak_entered_during_the_day_is_shown_once_the_half_hour_is_over(engine: Engine) -> None:
    clock = [BEGIN + 11.45 * 3600]
    kept = TodayKeeper(engine, CONFIG, SiteSettings(data="nowhere"), lambda: clock[0])

    def expected() -> float:
        return kept.refresh().queues["loans"].halves[28].ahead or 0.0

    plain = expected()
    row = {"site": "main", "name": "push", "note": "", "who": "x", "at": clock[0], "cancelled_by": ""}
    when = {"start": BEGIN + 14 * 3600, "end": BEGIN + 15 * 3600, "queues": '["loans"]'}
    with writing(engine) as connection:
        connection.execute(insert(campaigns).values(**row, **when))
    clock[0] = BEGIN + 11.5 * 3600 + 25
    assert expected() == pytest.approx(1.3 * plain, rel=0.02)
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM campaigns")
    clock[0] += 60
    assert expected() == pytest.approx(1.3 * plain, rel=0.02), "it is not looked every minute"
    clock[0] += 900
    assert expected() == pytest.approx(plain)


def put_weeks_more(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM sources")
        connection.exec_driver_sql("DELETE FROM feeds")
    put_weeks(engine, CONFIG, date(2026, 9, 21), NOW, {"new": office})


def test_a_floor_without_a_past_has_no_forecast(tmp_path_factory: pytest.TempPathFactory) -> None:
    opened = open_engine(str(tmp_path_factory.mktemp("none") / "floor.db"))
    upgrade(opened)
    found = keeper(opened).today()
    assert (found.days, found.first, dict(found.queues), found.learned) == (0, None, {}, None)
    assert sheet(found, ALL) is None
    opened.dispose()


def test_a_past_that_still_comes_in_is_taken_up_at_the_next_look(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    opened = open_engine(str(tmp_path_factory.mktemp("filling") / "floor.db"))
    upgrade(opened)
    clock = [NOW]
    kept = TodayKeeper(opened, CONFIG, SiteSettings(data="nowhere"), lambda: clock[0])
    assert not kept.today().queues
    put_weeks(opened, CONFIG, date(2026, 9, 21), NOW, {"new": office})
    clock[0] += 60
    assert "new" in kept.today().queues
    opened.dispose()


@pytest.mark.parametrize("weeks", [2, 4, 6, 20])
def test_a_day_to_come_is_reckoned_with_the_last_calls_on_record(engine: Engine, weeks: int) -> None:
    """However far it lies beyond them; and a queue that nobody called yet with the site's other queues."""
    found = keeper(engine).of_day(date(2026, 11, 17 + 7) + timedelta(weeks=weeks - 1)).queues["loans"]
    half = found.halves[22]
    assert half.mean == pytest.approx(24, rel=0.3) and found.basis is not None
    assert half.of.aht_s == pytest.approx(HANDLE_S + RING_S, rel=0.02) and half.of.calls > 100
    assert half.needed >= 4, "of 2.5 erlangs"


def test_after_a_pause_the_time_before_it_counts(engine: Engine) -> None:
    """The site was off for five weeks and has had one day since; the queue of a season has had none."""
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE queue_intervals SET talk_ms = talk_ms * 2")
    day = date(2026, 12, 22)
    put_weeks(engine, CONFIG, day, CONFIG.day_begins(day) + 86_400, {"new": office}, feed="again")
    found = keeper(engine).of_day(day + timedelta(days=1)).queues
    aht = {queue: found[queue].halves[22].of.aht_s for queue in found}
    assert aht["loans"] == pytest.approx(2 * HANDLE_S + RING_S, rel=0.1)
    assert HANDLE_S < aht["new"] < 1.3 * HANDLE_S


def test_a_queue_nobody_called_is_reckoned_with_like_the_others(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE queue_intervals SET talk_ms = talk_ms * 2")
    half = keeper(engine).today().queues["new"].halves[30]
    assert half.of.aht_s == pytest.approx(2 * HANDLE_S + RING_S, rel=0.05)
    assert (half.of.calls, half.of.left) == (0, 0)


def test_learned_is_what_was_seen(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE sources SET last_at = ?", (BEGIN + 9.25 * 3600,))
    assert keeper(engine).today().learned == BEGIN + 9.5 * 3600, "a part of that half hour"


def test_a_day_to_come_and_one_that_was(engine: Engine) -> None:
    kept = keeper(engine)
    sunday = kept.of_day(date(2026, 11, 22)).queues["loans"]
    assert sunday.halves[22].mean == pytest.approx(8, rel=0.35) and sunday.halves[22].actual is None
    past = kept.of_day(date(2026, 11, 10)).queues["loans"]
    assert past.basis.last < date(2026, 11, 10) and past.halves[22].actual is not None
    assert past.halves[22].mean == past.halves[22].ahead


def test_a_thread_keeps_it_and_ends(engine: Engine) -> None:
    kept = TodayKeeper(engine, CONFIG, SiteSettings(data="nowhere"), lambda: NOW, look_s=0.01)
    kept.start()
    found = kept.today()
    kept.stop()
    assert found.day.day == DAY and kept._thread is not None and not kept._thread.is_alive()
