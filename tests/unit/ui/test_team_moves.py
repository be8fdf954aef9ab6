"""The quiet line below a team's figures: who came and went."""

import pytest

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.teams import ALWAYS, Term, Terms
from ccfloor.ui.team_moves import words
from ccfloor.ui.texts import Lang

CONFIG = FloorConfig(
    seats={
        "P/1": SeatInfo("P/1", agent="王芳", agent_en="F. Wang", team="二组", aliases=("SIP/1",)),
        "P/2": SeatInfo("P/2", agent="李雷", agent_en="L. Li", team="B"),
    }
)
ONE, TWO, B = Scope("team", "一组"), Scope("team", "二组"), Scope("team", "B")
MARCH = (20260301, 20260331)
TERMS = Terms(
    [
        *(Term(name, ALWAYS, "一组") for name in ("王芳", "P/1", "SIP/1")),
        *(Term(name, 20260310, "二组") for name in ("王芳", "P/1", "SIP/1")),
        Term("李雷", 20260315, "B"),
        Term("李雷", 20260320, ""),
    ]
)


def said(scope: Scope, lang: Lang, days: tuple[int, int] = MARCH) -> str:
    return words(CONFIG, TERMS, scope, days, lang)


def test_a_move_is_told_once_by_name() -> None:
    moved = "班组变动：3 月 10 日起 王芳 由 一组转入 二组。班组的数字按人在组的日子计。"
    assert said(ONE, "zh") == said(TWO, "zh") == said(Scope("agent", "王芳"), "zh") == moved
    assert "from 10 March F. Wang moved from Team 一组 to Team 二组." in said(ONE, "en")


def test_who_came_and_who_left() -> None:
    assert "3 月 15 日起 李雷 加入 B 组；3 月 20 日起 李雷 离开 B 组" in said(B, "zh")
    assert said(SITE, "zh").count("起") == 3


@pytest.mark.parametrize("days", [(20260201, 20260228), (20260401, 20260430), (20260310, 20260314)])
def test_a_time_without_a_change_is_silent(days: tuple[int, int]) -> None:
    assert said(ONE, "zh", days) == ""


def test_over_a_new_year_the_year_is_told() -> None:
    assert "2026 年 3 月 10 日起" in said(ONE, "zh", (20251201, 20260331))


def test_of_many_the_first_are_told() -> None:
    many = Terms(
        term
        for number in range(9)
        for term in (Term(f"人{number}", ALWAYS, "A"), Term(f"人{number}", 20260305, "B"))
    )
    line = words(CONFIG, many, B, MARCH, "zh")
    assert line.count("转入") == 6 and "另有 3 处变动" in line
