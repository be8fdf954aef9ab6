"""The rule engine on small floors: rules that come and go, subjects, what is due, what is asked of whom."""

import pytest
from msgspec import ValidationError

from ccfloor.floor.events import Clock, SourceLost
from ccfloor.rules.alarms import RuleState
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.model import Rule
from tests.scenario.stage import CONFIG, Script, Stage, book, play


def rule(name: str = "r", **parts: object) -> Rule:
    words = {"zh": "规则", "en": "rule"}
    made = {"id": name, "name": words, "say": words, "when": {"metric": "waiting", "at_least": 3}}
    return Rule.model_validate(made | parts)


def fired(script: Script, until: float, *rules: Rule) -> list[tuple[str, float]]:
    told = play(script, until, *rules)
    return [(alarm.subject, alarm.fired_at - script.start) for alarm in told if not alarm.cleared_at]


def test_what_lasted_no_time_is_not_seen() -> None:
    script = Script()
    script.waiting(10, 3)
    script.waiting(10, 2)
    assert fired(script, 100, rule()) == []
    script.waiting(20, 3)
    assert fired(script, 100, rule()) == [("", 20.0)]


def test_a_group_counts_its_queues_as_one_and_names_only_those() -> None:
    script = Script()
    script.waiting(10, 2, "hot")
    script.waiting(20, 1, "vip")
    scope = {"of": "group", "queues": ["hot", "vip"], "name": {"zh": "组", "en": "group"}}
    assert fired(script, 100, rule(scope=scope)) == [("group:r", 20.0)]
    assert fired(script, 100, rule(scope=scope | {"queues": ["hot"]})) == []


def test_a_queue_nobody_named_is_watched_from_its_first_caller() -> None:
    script = Script()
    script._callers["new"] = []
    script.waiting(10, 3, "new")
    assert fired(script, 100, rule(scope={"of": "queue"})) == [("queue:new", 10.0)]


def test_seats_are_counted_by_role_team_and_queue() -> None:
    script = Script()
    script.on(0, "S/1", "S/8", queues=("hot", "vip"))
    script.on(5, "S/2")
    ready = {"metric": "ready", "at_least": 2}
    assert fired(script, 50, rule(when=ready)) == [("", 0.0)]
    assert fired(script, 50, rule(when=ready, scope={"roles": ["agent"]})) == [("", 5.0)]
    assert fired(script, 50, rule(when=ready, scope={"of": "queue", "roles": ["agent"]})) == [
        ("queue:hot", 5.0)
    ]
    assert fired(script, 50, rule(when=ready, scope={"of": "team", "teams": ["B"]})) == []


def test_expected_wait_is_looked_at_on_full_tens_of_seconds() -> None:
    script = Script()
    script.on(0, "S/1")
    call = script.join(1)
    script.answer(2, call, "S/1")
    script.waiting(13, 1)
    expected = rule(scope={"of": "queue"}, when={"metric": "expected_wait_s", "above": 200})
    assert fired(script, 100, expected) == [("queue:hot", 20.0)]  # two ahead of one seat, 180 s each


def test_what_is_due_is_told_beforehand_and_fires_with_a_clock_alone() -> None:
    script = Script()
    script.waiting(10, 3)
    stage = Stage(script, book(rule(hold={"for_s": 60})))
    stage.run(20)
    assert stage.rules.next_due(script.start + 30) == script.start + 70
    stage.floor.apply(Clock(at=script.start + 70.5), 1, 99)
    (alarm,) = stage.rules.take()
    assert alarm.fired_at == script.start + 70


def test_a_change_of_this_instant_is_shown_before_the_next_event() -> None:
    script = Script()
    script.waiting(10, 3)
    stage = Stage(script, book(rule()))
    stage.run(10)
    now = script.start + 10
    (standing,) = stage.rules.standings(now)
    assert (standing.state, standing.value) == (RuleState.FIRING, 3.0)
    assert stage.rules.next_due(now) == now and stage.rules.take() == []


def test_rules_of_a_plan_are_always_told() -> None:
    script = Script()
    script.waiting(10, 1)
    stage = Stage(script, book(rule(plan={"plan": "p", "level": 1}), rule("other")))
    stage.run(20)
    (standing,) = stage.rules.standings(script.start + 20)
    assert (standing.rule, standing.state, standing.value) == ("r", RuleState.INACTIVE, 1.0)


def test_out_of_sight_nothing_is_known() -> None:
    script = Script()
    script.waiting(10, 3)
    script.tell(SourceLost(at=script.start + 20))
    stage = Stage(script, book(rule(hold={"for_s": 60})))
    stage.run(500)
    assert stage.told == [] and stage.rules.dark
    assert all(standing.value is None for standing in stage.rules.standings(script.start + 500))


def test_a_version_counts_from_its_own_instant() -> None:
    script = Script()
    script.waiting(10, 2)
    stage = Stage(script, book(rule()))
    stage.run(50)
    lower = rule(when={"metric": "waiting", "at_least": 2})
    later = RuleBook([*stage.book.versions, RuleVersion("r", 2, script.start + 80, lower)])
    stage.rules.adopt(later, stage.calendar)
    stage.floor.apply(Clock(at=script.start + 200), 1, 99)
    (alarm,) = stage.rules.take()
    assert (alarm.version, alarm.fired_at) == (2, script.start + 80)


def test_other_words_leave_the_hold_as_it_is_another_question_ends_the_alarm() -> None:
    script = Script()
    script.waiting(10, 3)
    stage = Stage(script, book(rule(hold={"for_s": 60})))
    stage.run(50)
    start = script.start
    reworded = RuleVersion("r", 2, start + 55, rule(hold={"for_s": 60}, severity="alarm"))
    asked = RuleVersion("r", 3, start + 90, rule(when={"metric": "waiting", "at_least": 5}))
    stage.rules.adopt(RuleBook([*stage.book.versions, reworded, asked]), stage.calendar)
    stage.floor.apply(Clock(at=start + 200), 1, 99)
    on, over = stage.rules.take()
    assert (on.fired_at - start, on.version, on.severity) == (70.0, 2, "alarm")
    assert (over.fired_at - start, over.cleared_at - start) == (70.0, 90.0)


def test_a_rule_that_was_retired_while_nothing_ran_is_over_at_once() -> None:
    script = Script()
    script.waiting(10, 3)
    stage = Stage(script, book(rule()))
    stage.run(50)
    gone = RuleBook([*stage.book.versions, RuleVersion("r", 2, script.start + 50, None)])
    engine = RuleEngine.load(gone, CONFIG, stage.calendar, stage.rules.dump())
    engine.bind(stage.floor)
    (alarm,) = engine.take()
    assert alarm.cleared_at == script.start + 50


def test_a_dump_of_another_version_is_refused() -> None:
    engine = RuleEngine(book(), CONFIG, Calendar())
    with pytest.raises(ValidationError):
        RuleEngine.load(
            book(), CONFIG, Calendar(), engine.dump().replace(b"\xa7version\x01", b"\xa7version\x63")
        )
