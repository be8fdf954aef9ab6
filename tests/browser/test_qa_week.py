"""A week of quality assurance in a browser: a reviewer works an agent's whole quota, the agent appeals, the
lead decides, and every figure about it follows.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.at_screen import Open, drawn, in_charts, row, settled, signs_in, told
from tests.fakes.qa_house import AGENT, CHEN, LEAD, REVIEWER, WANG, QaHouse

pytestmark = pytest.mark.browser

SLIP, WHY, HEARD = "没有问候", "第 3 秒问候了", "重听：第 3 秒有问候"
# Greeting, hold, answer, record: what is pressed for each call, what it comes to, what is said of greeting.
CALLS = (
    (("y", "x", "f", "y"), "100.0 分，合格", ""),
    (("n", "y", "ArrowLeft", "ArrowLeft", "ArrowDown", "y"), "70.0 分，不合格", SLIP),
    (("y", "n", "f", "y"), "90.0 分，合格", ""),
)


@pytest.fixture
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QaHouse]:
    server = QaHouse(tmp_path_factory.mktemp("week"))
    server.start()
    yield server
    server.stop()


def test_a_weeks_quota_is_worked_appealed_and_shows_everywhere(floor: QaHouse, open_page: Open) -> None:
    week = f"lang=zh&period={floor.week}"
    reviewer = signs_in(open_page, floor, REVIEWER, f"qa_work?lang=zh&view=quota&day={floor.sunday}")
    quota(reviewer, "0 / 3 · 待评 3", "全部跟上进度")
    reviewer.goto(floor.url(f"qa_agent?lang=zh&agent={CHEN}"))
    told(reviewer, "随机抽取 2 份，平均 85.0 分；合格 2 份，致命 0 份。")
    drawn(reviewer, 80, 90)
    works_the_quota(reviewer, floor)
    reviewer.goto(floor.url(f"qa_work?lang=zh&view=quota&day={floor.sunday}"))
    quota(reviewer, "3 / 3", "全部跟上进度")
    figures(reviewer, floor, week, mean="86.7", passed="66.7%", coverage="抽满 1 人周")
    expect(row(reviewer, "greet", "20.0")).to_have_count(1)
    trend(reviewer, floor, "随机抽取 5 份，平均 86.0 分；合格 4 份，致命 0 份。", 260 / 3)
    drawn(reviewer, 70)  # the form's own dot

    agent = signs_in(open_page, floor, AGENT, "qa_mine?lang=zh")
    appeals(agent)
    lead = signs_in(open_page, floor, LEAD, "qa_appeals?lang=zh")
    decides(lead)
    history(lead)
    assert may_not_decide(reviewer, floor)

    figures(lead, floor, week, mean="93.3", passed="100.0%", coverage="抽满 1 人周")
    expect(row(lead, "greet", "20.0")).to_have_count(0)
    trend(lead, floor, "随机抽取 5 份，平均 90.0 分；合格 5 份，致命 0 份。", 280 / 3)
    assert 70 not in in_charts(lead), "what was corrected stands in the trend no more"
    agent.goto(floor.url("qa_mine?lang=zh"))
    drawn(agent, 280 / 3)
    told(agent, "有 4 份评分等您确认。")
    row(agent, "已答复 · 申诉成立").get_by_role("link", name="查看").click()
    told(agent, "更正得分 70 → 90")
    told(agent, HEARD)


def quota(page: Page, done: str, others: str) -> None:
    """The meter of the agent, in the week of his calls; what still has time is not behind."""
    told(page, others)
    expect(row(page, CHEN).locator("td").last).to_have_text(done)
    expect(row(page, WANG).locator("td").last).to_have_text("0 / 3 · 待评 3")


def works_the_quota(page: Page, floor: QaHouse) -> None:
    """Opens and scores all that was drawn of one agent, by the keyboard alone."""
    page.goto(floor.url("qa_work?lang=zh"))
    told(page, "6 通待评分")
    for place, (keys, outcome, slip) in enumerate(CALLS):
        expect(row(page, CHEN, "随机抽样")).to_have_count(len(CALLS) - place)
        row(page, CHEN).first.get_by_role("link", name="评分").click()
        hands_in(page, keys, outcome, slip)
        page.get_by_role("link", name="返回").click()
        told(page, f"{5 - place} 通待评分")
    expect(row(page, CHEN)).to_have_count(0)


def hands_in(page: Page, keys: tuple[str, ...], outcome: str, slip: str) -> None:
    expect(page.locator(".qs-item.on .qs-no")).to_have_text("1")
    settled(page)
    if slip:
        page.keyboard.press("c")
        expect(page.locator(".qs-notes input")).to_be_focused()
        page.keyboard.type(slip)
        page.keyboard.press("Enter")
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator(".qs-item.on .qs-no")).to_have_text("5")  # what is fatal did not happen
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alertdialog")).to_contain_text(outcome)
    page.keyboard.press("Enter")
    expect(page.locator(".qs-done")).to_contain_text(f"{REVIEWER} 于")


def figures(page: Page, floor: QaHouse, week: str, *, mean: str, passed: str, coverage: str) -> None:
    """The overview of the week: what was drawn by chance, and who was left out."""
    page.goto(floor.url(f"qa?{week}"))
    told(page, "2 名当班坐席中 1 名有质检表（50.0%）")
    told(page, coverage)
    expect(row(page, "平均分", "≥").locator("td.v")).to_contain_text(mean)
    expect(row(page, "合格率", "≥").locator("td.v")).to_contain_text(passed)
    page.get_by_text("个项目").last.click()


def trend(page: Page, floor: QaHouse, sentence: str, mean: float) -> None:
    """The agent's own page: all forms in a sentence, and the mean of the week on the control chart."""
    page.goto(floor.url(f"qa_agent?lang=zh&agent={CHEN}"))
    told(page, sentence)
    drawn(page, 80, 90, mean)


def appeals(page: Page) -> None:
    """The agent sees what was scored, confirms that one was read, and appeals against one question of it."""
    told(page, "有 5 份评分等您确认。")
    drawn(page, 260 / 3)
    for outcome in ("100 合格", "70 不合格"):
        expect(row(page, outcome)).to_have_count(1)
    row(page, "70 不合格").get_by_role("link", name="查看").click()
    told(page, SLIP)
    page.get_by_role("button", name="确认已阅").click()
    told(page, "已确认。")
    settled(page)
    page.get_by_role("button", name="greet · 0 / 20").click()
    page.get_by_label("理由：录音里实际发生了什么").fill(WHY)
    page.get_by_role("button", name="提出申诉", exact=True).click()
    told(page, "待答复")


def decides(page: Page) -> None:
    """Somebody who did not score it listens again, corrects the answer and says why."""
    page.get_by_role("link", name="处理").click()
    told(page, WHY)
    page.get_by_role("radio", name="申诉成立").click()
    expect(page.get_by_role("combobox", name="greet")).to_be_visible()
    settled(page)
    page.get_by_role("combobox", name="greet").click()
    page.get_by_role("option", name="是", exact=True).click()
    told(page, "得分 70 → 90")
    page.get_by_label("理由（坐席可见）").fill(HEARD)
    page.get_by_role("button", name="答复申诉").click()
    told(page, "已答复")


def may_not_decide(page: Page, floor: QaHouse) -> bool:
    """The scorer reads the appeal against the own score, and has nothing to decide."""
    page.goto(floor.url("qa_appeals?lang=zh&appeal=1"))
    told(page, WHY)
    settled(page)
    return page.get_by_role("radio", name="申诉成立").count() == 0


def history(page: Page) -> None:
    """What the score was, who corrected it and why, stands under it."""
    page.get_by_role("link", name="打开评分表和录音").click()
    told(page, "更正记录")
    expect(row(page, LEAD, "70", HEARD)).to_have_count(1)
