"""Holds in words: every kind in both languages says its numbers."""

import pytest

from ccfloor.rules.reading import read_condition, read_hold
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
            "排队人数达到 8 人，连续 30 分钟；不超过 1 分钟的回落不算中断",
            "callers waiting at least 8 for 30 min running; dips of up to 1 min do not interrupt it",
        ),
        (
            "peak-level-2",
            "最近 30 分钟内排队人数达到 16 人，累计至少 1 分钟",
            "callers waiting at least 16 for 1 min in all within the last 30 min",
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
