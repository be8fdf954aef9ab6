"""Today beside a live floor: gaps, a floor nobody sees, how today differs, new queues, what a look reads."""

from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, event

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget
from ccfloor.floor.view import FloorView, Membership, SeatDay, SeatView
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing.coming import Around
from ccfloor.service.staffing.present_learned import learned
from ccfloor.service.staffing.present_now import present_now
from ccfloor.service.staffing_today.job import TodayKeeper
from ccfloor.service.staffing_today.sheet import Sheet, WhatIf, sheet
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.staffing_facts import Sums, sums_between
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade
from tests.fakes.offered_weeks import office, put_sight, put_weeks, put_work
from tests.fakes.stored_calls import call, put
from tests.fakes.stored_roster import put_roster
from tests.unit.service.views import queue as queue_view
from tests.unit.service.views import view as floor_view

TARGET = QueueTarget(threshold_s=20, target=0.8)
CONFIG = FloorConfig(queues={name: QueueInfo(name, targets=(TARGET,)) for name in ("loans", "cards", "new")})
FIRST, DAY = date(2026, 10, 12), date(2026, 11, 17)
BEGIN = CONFIG.day_begins(DAY)
NOW = BEGIN + 11.25 * 3600
ALL = Viewer()


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    opened = open_engine(str(tmp_path_factory.mktemp("floor") / "floor.db"))
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def engine(empty: Engine) -> Engine:
    """Five weeks of two queues."""
    put_weeks(empty, CONFIG, FIRST, NOW, {"loans": office, "cards": office})
    return empty


def keeper(engine: Engine, view: FloorView | None = None, now: float = NOW) -> TodayKeeper:
    return TodayKeeper(engine, CONFIG, SiteSettings(data="nowhere"), lambda: now, lambda: view)


def shown(
    engine: Engine, queue: str = "", view: FloorView | None = None, what: WhatIf | None = None
) -> Sheet:
    made = sheet(keeper(engine, view).refresh(), ALL, queue, what or WhatIf())
    assert made is not None
    return made


def seven(at: float, **more: object) -> FloorView:
    """Seven free seats of one queue, as a picture of ``at`` shows them."""
    seats = tuple(
        SeatView(
            f"P/{n}", f"A{n}", "", str(n), "A", "agent", "ready", "", "", at - 600,
            False, None, "", "loans", "", "", (Membership("loans"),), SeatDay(),
        )
        for n in range(7)
    )  # fmt: skip
    return replace(floor_view(at, queues=(), seats=seats), **more)


# -- gaps of half hours to come ------------------------------------------------------------------------

AT = 30  # three o'clock


def rest(engine: Engine, agent: str, start: float, end: float, activity: str = "break") -> None:
    """A piece of the roster of the day in which an agent takes no calls."""
    with writing(engine) as connection:
        row = connection.exec_driver_sql("SELECT max(line) FROM roster").scalar_one()
        told = connection.exec_driver_sql(
            "SELECT site, import_id, day FROM roster WHERE agent = ?", (agent,)
        ).one()
        connection.exec_driver_sql(
            "INSERT INTO roster (site, import_id, line, day, agent, start, end, activity)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (told.site, told.import_id, row + 1, told.day, agent, start, end, activity),
        )
        connection.exec_driver_sql(
            "INSERT INTO import_rows (site, import_id, line, day, dataset, key, body, current)"
            " VALUES (?, ?, ?, ?, 'roster', ?, '{}', 1)",
            (told.site, told.import_id, row + 1, told.day, f"{agent}.{start}"),
        )


def staffed(engine: Engine, people: int) -> None:
    put_roster(engine, CONFIG, [(f"A{n}", BEGIN + 9 * 3600, BEGIN + 18 * 3600) for n in range(people)])


def needed(engine: Engine) -> tuple[int, int]:
    """Seats, and people, for calls at three where everybody serves every queue; the roster is empty again."""
    staffed(engine, 40)
    half = shown(engine).lines[AT].half
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM roster")
        connection.exec_driver_sql("DELETE FROM import_rows")
    assert half.needed is not None and half.rostered is not None and half.needed >= 7
    return round(half.needed), half.rostered


def test_as_many_planned_as_needed_is_no_gap_where_the_roster_names_breaks(engine: Engine) -> None:
    """Breaks are cut out of what is planned already: they are not missing a second time."""
    need, _ = needed(engine)
    staffed(engine, need)
    rest(engine, "A0", BEGIN + 12 * 3600, BEGIN + 13 * 3600, "meal")
    made = shown(engine)
    enough, lunch = made.lines[AT], made.lines[24]
    assert (enough.half.planned, enough.gap, enough.act) == (need, pytest.approx(0), False)
    assert enough.half.rostered is not None and enough.half.rostered > need, "that column stays"
    assert lunch.half.planned == lunch.half.due == pytest.approx(need - 1)


def test_where_the_roster_names_no_breaks_people_rest_within_it(engine: Engine) -> None:
    need, rostered = needed(engine)
    staffed(engine, need)
    short = shown(engine).lines[AT]
    assert short.half.planned == need and short.half.due == pytest.approx(0.85 * need)
    assert short.gap == pytest.approx(-0.15 * need) and short.act
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE import_rows SET current = 0")
    staffed(engine, rostered)
    enough = shown(engine).lines[AT]
    assert enough.gap is not None and 0 <= enough.gap < 1 and not enough.act


# -- a floor nobody sees -------------------------------------------------------------------------------


def test_who_is_there_now_is_told_while_the_floor_is_seen(engine: Engine) -> None:
    made = shown(engine, "loans", seven(NOW - 5))
    assert made.now == 7 and made.lost is None


@pytest.mark.parametrize("blind", [False, True])
def test_an_old_picture_is_no_present(engine: Engine, blind: bool) -> None:
    """Two hours ago seven sat there. Nobody knows who does now: none is said, and none is missing."""
    old = NOW - 2 * 3600
    made = shown(engine, "loans", seven(old, blind_since=old) if blind else seven(old))
    assert made.now is None and made.lost == old
    assert made.running is not None and made.running.half.needed
    assert made.running.half.present is None and made.running.gap is None and not made.running.act


def test_a_link_that_is_down_is_believed_at_once(engine: Engine) -> None:
    made = shown(engine, "loans", seven(NOW - 1, blind_since=NOW - 20))
    assert made.now is None and made.lost == NOW - 20


def test_half_hours_from_before_the_floor_was_lost_stay_known(engine: Engine) -> None:
    put_work(engine, CONFIG, [f"A{n}" for n in range(7)], BEGIN + 9 * 3600, BEGIN + 10.25 * 3600)
    lost = BEGIN + 10.25 * 3600
    view = seven(lost - 1, blind_since=lost)
    there = [line.half.present for line in shown(engine, "", view).lines[18:23]]
    assert there[:2] == [pytest.approx(7), pytest.approx(7)] and there[2:] == [None] * 3


# -- how today differs ---------------------------------------------------------------------------------


def slow(engine: Engine) -> None:
    """Since this morning a call takes twice as long."""
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "UPDATE queue_intervals SET talk_ms = talk_ms * 2 WHERE start >= ?", (BEGIN,)
        )


def test_a_slow_day_counts_now_and_fades(engine: Engine) -> None:
    usual = shown(engine, "loans")
    slow(engine)
    made = shown(engine, "loans")
    times = [made.lines[at].half.of.aht_s / usual.lines[at].half.of.aht_s for at in (22, 26, 34)]
    assert times[0] > 1.4 and times[0] > times[1] > times[2] > 1
    assert times[1] - 1 == pytest.approx((times[0] - 1) * 0.63, abs=0.1), (
        "two hours are two thirds of a half-life"
    )
    assert (made.lines[22].half.needed or 0) > (usual.lines[22].half.needed or 0)
    over = [(line.half.of, line.half.needed) for line in made.lines[18:22]]
    assert over == [(line.half.of, line.half.needed) for line in usual.lines[18:22]]


def test_what_runs_has_the_same_numbers_as_previews_and_advice(engine: Engine) -> None:
    slow(engine)
    view = replace(seven(NOW), queues=(queue_view("loans"), queue_view("cards")))
    past = learned(engine, CONFIG, NOW)
    with engine.connect() as connection:
        today: Mapping[str, Sums] = sums_between(connection, CONFIG.site, BEGIN, NOW)
    told = present_now(view, CONFIG, past, NOW, around=Around(at=NOW, today=today)).measures["loans"]
    mine = shown(engine, "loans", view).lines[22].half.of
    assert mine.aht_s == pytest.approx(told.aht_s.estimate.value)
    assert mine.patience_s == pytest.approx(min(3600.0, told.patience_s.estimate.value))


def test_another_day_knows_nothing_of_today(engine: Engine) -> None:
    slow(engine)
    tomorrow = keeper(engine).of_day(date(2026, 11, 18)).queues["loans"].halves[22].of
    assert tomorrow.aht_s == pytest.approx(186, rel=0.02)


# -- queues without a past -----------------------------------------------------------------------------


def called(engine: Engine) -> None:
    """Since eleven a new queue is called once a minute."""
    put(engine, [call(n, BEGIN + 11 * 3600 + 60 * n, "new") for n in range(15)])


def test_a_queue_that_is_new_today_is_there_with_its_counts(engine: Engine) -> None:
    called(engine)
    made = shown(engine, "new")
    assert made.unforeseen == ("new",) and made.days[0].basis is None
    running, following, later = made.lines[22:25]
    assert running.half.actual == 15 and running.half.mean is None and running.half.lately is not None
    assert running.half.needed and following.half.needed == running.half.needed
    assert later.half.needed is None and later.half.rostered is None and later.gap is None
    more = shown(engine, "new", what=WhatIf(volume=3.0)).lines
    assert (more[22].changed or 0) > running.half.needed and more[24].changed is None


def test_all_queues_together_count_a_new_one_and_compare_what_was_foreseen_alone(engine: Engine) -> None:
    before = shown(engine)
    called(engine)
    after = shown(engine)
    assert before.unforeseen == () and after.unforeseen == ("new",)
    assert (after.lines[22].half.actual or 0) == (before.lines[22].half.actual or 0) + 15
    assert after.totals.came == before.totals.came and after.totals.due == before.totals.due
    assert after.lines[22].half.mean == before.lines[22].half.mean
    assert (after.lines[22].half.needed or 0) > (before.lines[22].half.needed or 0)


def test_a_new_queue_that_nobody_sees_or_calls_needs_nobody_knows_what(engine: Engine) -> None:
    assert all(line.half.needed is None for line in shown(engine, "new").lines[22:])
    called(engine)
    old = shown(engine, "new", seven(NOW - 600))
    assert all(line.half.needed is None for line in old.lines[22:])


def test_on_its_first_day_a_site_sees_its_counts(empty: Engine) -> None:
    put_sight(empty, CONFIG, BEGIN + 10 * 3600, NOW)
    called(empty)
    made = shown(empty)
    assert set(made.queues) == {"loans", "cards", "new"} and made.unforeseen == ("new",)
    assert made.lines[22].half.actual == 15 and made.lines[22].half.mean is None
    assert made.learned is None and (made.totals.due, made.totals.expected, made.totals.ahead) == (
        0,
        None,
        None,
    )


# -- days that stand in for others ---------------------------------------------------------------------


def test_a_day_that_others_stand_in_for_has_a_wide_band(empty: Engine) -> None:
    """Two days of a weekend are known; on Monday three times as many call, and the band holds them."""
    monday = date(2026, 11, 16)
    put_weeks(empty, CONFIG, date(2026, 11, 14), CONFIG.day_begins(monday), {"loans": office})
    day = keeper(empty, now=CONFIG.day_begins(monday) + 60).today().queues["loans"]
    assert day.basis is not None and day.basis.borrowed
    half = day.halves[24]
    assert half.mean is not None and half.high is not None and half.mean < 12
    assert half.high > 1.7 * half.mean and day.level_cv >= 0.7


# -- what a look reads ---------------------------------------------------------------------------------


def test_the_next_look_reads_only_what_changes(engine: Engine) -> None:
    """Half a minute later: today's counts and sums, and who was at work; not a week of calls again."""
    staffed(engine, 10)
    put_work(engine, CONFIG, ["A1"], BEGIN + 9 * 3600, BEGIN + 11 * 3600)
    clock, asked = [NOW], list[str]()
    kept = TodayKeeper(
        engine, CONFIG, SiteSettings(data="nowhere"), lambda: clock[0], lambda: seven(clock[0])
    )
    kept.refresh()
    event.listen(
        engine, "before_cursor_execute", lambda *told: asked.append(told[2]) if "FROM" in told[2] else None
    )
    clock[0] += 30
    first = kept.refresh()
    assert len(asked) == 3, asked
    assert not any(name in words for words in asked for name in ("coverage", "FROM calls", "roster"))
    assert first.queues["loans"].now == 7 and first.at == NOW + 30
    asked.clear()
    clock[0] += 300
    kept.refresh()
    assert any("coverage" in words for words in asked) and not any("FROM calls" in words for words in asked)
    asked.clear()
    clock[0] = BEGIN + 11.5 * 3600 + 25
    assert kept.refresh().learned == BEGIN + 11.5 * 3600, "a half hour that ends is looked at at once"


def test_calls_of_a_log_that_lags_are_counted_as_soon_as_it_has_come_so_far(engine: Engine) -> None:
    """At half past eleven the log's last line is of some seconds before; a minute later it has gone on."""
    half = BEGIN + 11.5 * 3600
    clock = [half + 25]
    kept = TodayKeeper(engine, CONFIG, SiteSettings(data="nowhere"), lambda: clock[0])

    def reached(at: float) -> int | None:
        with writing(engine) as connection:
            connection.exec_driver_sql("UPDATE sources SET last_at = ?", (at,))
        return kept.refresh().queues["loans"].halves[23].actual

    assert reached(half - 5) is None
    clock[0] += 60
    assert reached(clock[0] - 1) == 0
