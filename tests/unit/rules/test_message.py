"""What messages say, in both languages."""

import re

import pytest

from ccfloor.rules.message import (
    MOST_ITEMS,
    WORDS,
    Around,
    Incident,
    Lang,
    Part,
    compose,
    duration,
    free,
    plain,
)
from ccfloor.rules.model import When
from ccfloor.rules.telling import CLEARED, ESCALATION, FIRST, REPEAT, Case
from tests.fakes.tell_stage import NOON, alarm, rule


def around(lang: Lang = "zh", **more: object) -> Around:
    return Around(NOON + 600, lang, "Asia/Shanghai", **more)  # type: ignore[arg-type]


def part(
    kind: str = FIRST, name: str = "wait", level: int = -1, severity: str = "warn", about: str = "全场"
) -> Part:
    of = rule(name, severity, level)
    made = alarm(of, NOON)
    return Part(kind, made.key, Case(made, of), about)


def test_a_first_message_says_level_since_when_value_and_what_must_be_done() -> None:
    text = plain(compose([part(level=1, severity="alarm")], around(link="https://wall.example/plan?lang=zh")))
    assert text == (
        "【应急预案 · 一级】规则wait\n\n应急预案 · 一级 · 规则wait · 全场\n"
        "20:00:00 触发，条件自 19:55:00 起成立\n"
        "触发时排队人数 11（界限 8）\n要做：立即调度人员上线\n\n打开应急页面: https://wall.example/plan?lang=zh"
    )


def test_the_same_in_english() -> None:
    text = plain(compose([part(about="Hotline")], around("en")))
    assert text == (
        "[Warning] Rule wait\n\nWarning · Rule wait · Hotline\n"
        "Fired at 20:00:00, condition met since 19:55:00\n"
        "Callers waiting at firing 11 (limit 8)\nTo do: Move people on line now"
    )


def test_worst_value_blind_time_and_who_took_it_on_are_said() -> None:
    given = part()
    given.case.alarm.worst, given.case.alarm.blind_s = 17, 95
    taken = given._replace(case=given.case._replace(acked_at=NOON + 60, acked_by="王芳"))
    (item,) = compose([taken], around()).items
    assert "触发时排队人数 11（界限 8），期间最差 17" in item.lines
    assert "期间看不到现场 1 分 35 秒，未计入" in item.lines
    assert "王芳 已于 20:01:00 确认" in item.lines


def test_a_step_whose_name_says_its_level_says_it_once() -> None:
    named = rule("one", "alarm", 1)
    named = named.model_copy(
        update={"name": named.name.model_copy(update={"zh": "一级响应", "en": "Level 1"})}
    )
    made = alarm(named, NOON)
    given = Part(FIRST, made.key, Case(made, named), "全场")
    assert compose([given], around()).title == "【应急预案】一级响应"
    assert compose([given], around("en")).items[0].head == "Plan · Level 1 · 全场"


def test_a_share_and_a_time_are_said_in_their_units_and_a_seat_s_state_has_no_value() -> None:
    low = rule().model_copy(update={"when": When(metric="service_level", below=0.8, window_s=1800)})
    made = alarm(low, NOON)
    made.value, made.worst = 0.654, 0.5
    (item,) = compose([Part(FIRST, made.key, Case(made, low), "")], around()).items
    assert "触发时服务水平 65.4%（界限 80.0%），期间最差 50.0%" in item.lines
    seat = rule().model_copy(update={"when": When(metric="in_status", at_least=1, status=("paused",))})
    (item,) = compose([Part(FIRST, made.key, Case(made, seat), "")], around()).items
    assert not any("界限" in line for line in item.lines)


@pytest.mark.parametrize(
    ("kind", "title", "line"),
    [
        (REPEAT, "【仍在持续 · 告警】规则wait", "无人确认已 10 分钟"),
        (ESCALATION, "【无人确认 · 告警】规则wait", "无人确认已 10 分钟"),
    ],
)
def test_a_repetition_says_how_long_nobody_took_it_on(kind: str, title: str, line: str) -> None:
    message = compose([part(kind, severity="alarm")], around())
    assert message.title == title and line in message.items[0].lines and message.tone == "alarm"


def test_an_end_says_how_long_it_lasted() -> None:
    given = part(CLEARED)
    given.case.alarm.cleared_at = NOON + 2070
    message = compose([given], around())
    assert (message.title, message.tone, message.kind) == ("【已解除】规则wait", "clear", CLEARED)
    assert message.items[0].lines[0] == "20:00:00 – 20:34:30，历时 34 分 30 秒"


def test_many_alarms_are_one_message_with_the_weightiest_first_and_the_rest_counted() -> None:
    parts = [part(name=f"w{number}") for number in range(MOST_ITEMS + 3)]
    top = part(name="top", level=2, severity="alarm")
    message = compose([*parts, top, top], around())
    assert message.title == f"【应急预案 · 二级】规则top 等 {MOST_ITEMS + 4} 条"
    assert len(message.items) == MOST_ITEMS and message.items[0].tone == "alarm"
    assert message.foot == ("另有 4 条，见应急页面",)
    assert len(message.parts) == MOST_ITEMS + 4


def test_what_stands_beside_is_said_in_the_foot() -> None:
    still = part(name="low", level=0).case
    beside = around(still=[still], incidents=[Incident("network", NOON - 60)], passed=2)
    assert compose([part(level=1)], beside).foot == (
        "同一预案中仍在持续：应急预案 · 关注 规则low（20:00:00 起）",
        "进行中的突发事件：网络故障，19:59:00 起",
        "静默时段内另有 2 条来过并已解除",
    )


def test_a_simulated_floor_says_so() -> None:
    assert compose([part()], around(simulated=True)).title == "【模拟】【预警】规则wait"
    assert free("test", "[Test] x\nbody", around("en", simulated=True)).title == "[Simulated] [Test] x"


def test_an_alarm_of_another_day_is_told_with_its_day() -> None:
    given = part()
    message = compose([given], around()._replace(now=NOON + 86_400))
    assert "05-29 20:00 触发，条件自 05-29 19:55 起成立" in message.items[0].lines


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (59.6, "1 分钟", "1 min"),
        (95, "1 分 35 秒", "1 min 35 s"),
        (3600, "1 小时", "1 h"),
        (3661, "1 小时 1 分", "1 h 1 min"),
        (7205, "2 小时", "2 h"),
    ],
)
def test_lengths_of_time(seconds: float, zh: str, en: str) -> None:
    assert (duration(seconds, "zh"), duration(seconds, "en")) == (zh, en)


def test_every_word_has_both_languages_and_the_same_places() -> None:
    for words in WORDS.values():
        assert words.keys() == {"zh", "en"}
    differing = {key for key, words in WORDS.items() if places(words["zh"]) != places(words["en"])}
    assert differing == {"and_more"}  # 等 n 条 counts all, "and n more" the rest


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
