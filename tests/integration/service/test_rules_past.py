"""What rules did and would have done: explain, backtest and preview on a journal a recorder wrote."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from ccfloor.floor.events import AnyEvent
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.model import Rule
from ccfloor.service.backtest import Day, backtest, stored_days, try_days
from ccfloor.service.explain import Explained, explain
from ccfloor.service.rule_lines import alarm_lines, explained_lines
from ccfloor.store.engine import open_engine
from ccfloor.store.recorder import Recorder
from ccfloor.store.tables import alarms
from tests.fakes.crowd import crowd
from tests.fakes.current import upgrade
from tests.fakes.stored import CONFIG, T0, cut, items

WORDS = {"zh": "排队", "en": "Queue"}
M = 60.0
START = T0 + 9 * 3600


def rule(level: float = 4, name: str = "peak", **more: object) -> Rule:
    tree = {
        "id": name,
        "name": WORDS,
        "when": {"metric": "waiting", "at_least": level},
        "hold": {"kind": "forgive", "for_s": 600, "dip_s": 60},
        "clear": {"level": 1, "for_s": 60},
        "say": WORDS,
    }
    return Rule.model_validate(tree | more)


def book(*rules: Rule, since: float = 0.0) -> RuleBook:
    return RuleBook(RuleVersion(item.id, 1, since, item) for item in rules)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(str(tmp_path / "floor.db"))
    upgrade(opened)
    yield opened
    opened.dispose()


Store = Callable[..., None]


@pytest.fixture
def store(engine: Engine) -> Store:
    """Write a stream as a collector does, rules watching or not."""

    def write(
        events: Iterator[AnyEvent] | Sequence[AnyEvent],
        feed: str = "live",
        source: str = "ami",
        log: bool = False,
        rules: RuleBook | None = None,
    ) -> None:
        made = (lambda known: _running(rules, known)) if rules else None
        recorder = Recorder(engine, CONFIG, CONFIG.site, feed, live=True, rules=made)
        for batch in cut(items(iter(events), source, log), 7):
            recorder.record(batch)
        recorder.checkpoint()

    return write


def _running(rules: RuleBook, known: bytes | None) -> RuleEngine:
    if known is None:
        return RuleEngine(rules, CONFIG, Calendar(zone="UTC"))
    return RuleEngine.load(rules, CONFIG, Calendar(zone="UTC"), known)


def fired(
    engine: Engine, asked: Rule, start: float = T0, end: float = T0 + 86400
) -> list[tuple[float, float]]:
    past = backtest(engine, CONFIG, Calendar(zone="UTC"), asked, start, end)
    return [(alarm.fired_at - START, alarm.cleared_at and alarm.cleared_at - START) for alarm in past]


def told(engine: Engine, rules: RuleBook, offset: float, name: str = "peak") -> Explained:
    found = explain(engine, CONFIG, rules, Calendar(zone="UTC"), START + offset, name)
    assert found is not None
    return found


PEAK = [(0.0, 0), (5 * M, 5), (9 * M, 2), (9 * M + 30, 6), (30 * M, 0), (40 * M, 4), (45 * M, 0), (60 * M, 0)]


def test_backtest_tells_to_the_second_what_a_rule_would_have_done(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK))
    assert fired(engine, rule()) == [(15 * M, 31 * M)]
    assert fired(engine, rule(hold={"for_s": 300})) == [(14.5 * M, 31 * M), (45 * M, 46 * M)]
    assert fired(engine, rule(level=7)) == []


def test_backtest_counts_only_what_fires_in_the_period(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK))
    assert fired(engine, rule(), START + 15 * M, START + 20 * M) == [(15 * M, 0.0)]
    assert fired(engine, rule(), START + 15 * M + 1, START + 60 * M) == []
    assert fired(engine, rule(), START, START + 15 * M) == []


def test_backtest_is_what_the_running_rules_did(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK), rules=book(rule()))
    with engine.connect() as connection:
        rows = connection.execute(select(alarms.c.fired_at, alarms.c.cleared_at)).all()
    assert [(row[0] - START, row[1] - START) for row in rows] == fired(engine, rule()) == [(15 * M, 31 * M)]


def test_every_feed_counts_and_a_log_beside_a_live_link_only_once(engine: Engine, store: Store) -> None:
    day = 86400.0
    store(crowd(START - day, PEAK), feed="history", source="old", log=True)
    store(crowd(START, PEAK))
    store(crowd(START, PEAK), feed="import", source="queue_log", log=True)
    found = backtest(engine, CONFIG, Calendar(zone="UTC"), rule(), T0 - day, T0 + day)
    assert [alarm.fired_at - START for alarm in found] == [15 * M - day, 15 * M]


def test_the_preview_sets_both_versions_side_by_side(engine: Engine, store: Store) -> None:
    day = 86400.0
    store([*crowd(START - day, PEAK), *crowd(START, PEAK)])
    days = stored_days(engine, CONFIG, START + 2 * 3600)
    assert days == [Day(T0, START + 2 * 3600), Day(T0 - day, T0)]
    one, two = try_days(engine, CONFIG, Calendar(zone="UTC"), rule(), rule(level=7), days)
    assert (one.day.start, two.day.start) == (T0 - day, T0)
    for trial in (one, two):
        assert [alarm.fired_at - trial.day.start for alarm in trial.present] == [9 * 3600 + 15 * M]
        assert trial.draft == [] and trial.subject == ""
        assert max(value for _, value in trial.curve if value is not None) == 6
        assert all(trial.day.start <= at < trial.day.end for at, _ in trial.curve)
    values = dict(two.curve)
    assert [values[START + at] for at in (4.5 * M, 5 * M, 9 * M, 9.5 * M, 30 * M)] == [0, 5, 2, 6, 0]


def test_a_draft_that_is_off_fires_never(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK))
    days = [Day(T0, T0 + 86400)]
    (trial,) = try_days(engine, CONFIG, Calendar(zone="UTC"), rule(), rule(enabled=False), days)
    assert len(trial.present) == 1 and trial.draft == [] and trial.curve


# -- explain -----------------------------------------------------------------------------------------------


def test_explain_tells_value_hold_missing_seconds_and_dips(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK))
    (reason,) = told(engine, book(rule()), 12 * M).reasons
    assert (reason.state, reason.value, reason.level, reason.met) == ("pending", 6, 4, True)
    assert (reason.active_at - START, reason.due_at - START) == (5 * M, 15 * M)
    assert (reason.held_s, reason.missing_s, reason.needed_s) == (7 * M, 3 * M, 10 * M)
    (dip,) = reason.dips
    assert (dip.start - START, dip.end - START, dip.value) == (9 * M, 9.5 * M, 2)
    assert reason.since - START == 9.5 * M and reason.blind == []


def test_explain_tells_what_broke_the_hold_before(engine: Engine, store: Store) -> None:
    store(crowd(START, [(0, 5), (5 * M, 3), (6 * M + 1, 5), (20 * M, 5)]))
    (reason,) = told(engine, book(rule()), 10 * M).reasons
    assert reason.active_at - START == 6 * M + 1 and reason.broken is not None
    assert (reason.broken.start - START, reason.broken.seconds) == (5 * M, 61)


def test_explain_before_at_and_after_firing_and_after_clearing(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK))
    states = [
        told(engine, book(rule()), at).reasons[0].state for at in (15 * M - 0.01, 15 * M, 30.5 * M, 32 * M)
    ]
    assert states == ["pending", "firing", "firing", "cleared"]
    (firing,) = told(engine, book(rule()), 30.5 * M).reasons
    assert (firing.fired_at - START, firing.clears_at - START) == (15 * M, 31 * M)
    (over,) = told(engine, book(rule()), 39 * M).reasons
    assert over.state == "inactive" and (over.value, over.met, over.held_s) == (0, False, 0)


def test_explain_tells_time_out_of_sight(engine: Engine, store: Store) -> None:
    blind: list[tuple[float, int | None]] = [(0.0, 5), (3 * M, None), (5 * M, 6), (20 * M, 6)]
    store(crowd(START, blind))
    (reason,) = told(engine, book(rule()), 8 * M).reasons
    assert (reason.blind_s, reason.held_s, reason.due_at - START) == (2 * M, 6 * M, 12 * M)
    (stretch,) = reason.blind
    assert (stretch.start - START, stretch.seconds) == (3 * M, 2 * M)
    dark = told(engine, book(rule()), 4 * M)
    assert dark.dark and dark.reasons[0].value is None


def test_explain_goes_on_from_what_the_rules_knew_and_still_finds_dips(engine: Engine, store: Store) -> None:
    rules = book(rule())
    store(crowd(START, [*PEAK[:4], (12 * M, 6)]), rules=rules)
    more = [event for event in crowd(START, PEAK) if event.at > START + 12 * M]
    recorder = Recorder(
        engine, CONFIG, CONFIG.site, "live", live=True, rules=lambda known: _running(rules, known)
    )
    recorder.record([item._replace(position=item.position + 1000) for item in items(iter(more))])
    (reason,) = told(engine, rules, 14 * M).reasons
    assert reason.active_at - START == 5 * M and [dip.seconds for dip in reason.dips] == [30]


def test_explain_takes_the_version_in_force_then(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK))
    versions = RuleBook([
        RuleVersion("peak", 1, 0.0, rule()),
        RuleVersion("peak", 2, START + 12 * M, rule(level=9)),
        RuleVersion("peak", 3, START + 50 * M, None),
    ])  # fmt: skip
    (first,) = told(engine, versions, 11 * M).reasons
    (second,) = told(engine, versions, 20 * M).reasons
    assert (first.version, first.state, second.version, second.state) == (1, "pending", 2, "inactive")
    assert second.valid_from == START + 12 * M
    (absent,) = told(engine, versions, 55 * M).absent
    assert (absent.why, absent.at) == ("retired", START + 50 * M)


def test_explain_says_why_a_rule_is_absent_or_nothing_is_known(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK))
    late = RuleBook(
        [RuleVersion("peak", 1, START + 30 * M, rule()), RuleVersion("off", 1, 0, rule(enabled=False))]
    )
    absent = {item.rule: item.why for item in told(engine, late, 5 * M, "").absent}
    assert absent == {"peak": "not_yet", "off": "off"}
    assert told(engine, late, 5 * M, "none").absent[0].why == "unknown"
    assert explain(engine, CONFIG, late, Calendar(zone="UTC"), START - 86400) is None


def test_lines_for_a_terminal_say_it_in_words(engine: Engine, store: Store) -> None:
    store(crowd(START, PEAK))
    found = told(engine, book(rule()), 12 * M)
    text = "\n".join(explained_lines(found, {("peak", 1): rule()}, "UTC"))
    assert "floor: pending; value 6 (level 4)" in text and "held 7m of 10m" in text
    assert "3m missing; fires at" in text and "30s, value 2" in text
    past = backtest(engine, CONFIG, Calendar(zone="UTC"), rule(), T0, T0 + 86400)
    lines = list(alarm_lines(rule(), past, T0 + 86400, "UTC"))
    assert "once, for 16m in all" in lines[1] and "09:15:00" in lines[2] and "09:31:00" in lines[2]
    assert "not have fired" in list(alarm_lines(rule(), [], T0, "UTC"))[1]
