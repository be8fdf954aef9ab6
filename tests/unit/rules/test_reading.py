"""Holds in words: every kind in both languages says its numbers."""

import pytest

from ccfloor.rules.checks import REASONS, STATUSES
from ccfloor.rules.model import Hold
from ccfloor.rules.reading import STATES, read_condition, read_hold
from tests.scenario.stage import SHIPPED


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        (
            "peak-watch",
            "排队人数达到 8 人，连续 5 分钟不中断",
            "callers waiting at least 8 for 5 min without any interruption",
        ),
        (
            "peak-level-1",
            "排队人数达到 8 人，连续 30 分钟；每次不超过 1 分钟的回落不算中断，照样计时",
            "callers waiting at least 8 for 30 min running; a dip of up to 1 min counts as held",
        ),
        (
            "peak-level-2",
            "最近 30 分钟内排队人数达到 16 人，累计至少 1 分钟",
            "callers waiting at least 16 for at least 1 min in all within the last 30 min",
        ),
        (
            "seat-busy",
            "坐席状态（示忙），连续 15 分钟不中断",
            "seat in a state (busy) for 15 min without any interruption",
        ),
        (
            "queue-service-15",
            "最近 15 分钟的服务水平差距超过 20%，连续 2 分钟不中断",
            "service level below target over the last 15 min above 20 % for 2 min without any interruption",
        ),
        ("queue-longest-wait", "超出等待上限超过 0 秒，立即生效", "wait over its limit above 0 s: at once"),
    ],
)
def test_a_hold_in_words(rule: str, zh: str, en: str) -> None:
    said = read_hold(SHIPPED[rule])
    assert (said.zh, said.en) == (zh, en)


def test_every_shipped_condition_reads_without_the_other_language() -> None:
    for rule in SHIPPED.values():
        said = read_condition(rule)
        assert not any("a" <= letter <= "z" for letter in said.zh), said.zh
        assert said.en.isascii(), said.en


def test_the_other_kinds_say_what_they_add_up() -> None:
    holds = (
        ({"kind": "share", "share": 0.8}, "最近 30 分钟内至少 80% 的时间排队人数达到 8 人"),
        ({"kind": "mean"}, "按最近 30 分钟的平均值计，排队人数达到 8 人"),
    )
    for hold, zh in holds:
        rule = SHIPPED["peak-level-1"].model_copy(
            update={"hold": Hold.model_validate(hold | {"for_s": 1800})}
        )
        assert read_hold(rule).zh == zh
    assert read_hold(rule).en == "callers waiting at least 8 on average over the last 30 min"


def test_every_status_and_reason_has_a_name() -> None:
    assert STATES.keys() == STATUSES | REASONS
