"""The agent appeals; the lead decides; the score, its history and the agent's trend change. In a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.appeal_floor import AGENT, HEAD, LEAD, AppealFloor
from tests.fakes.at_screen import Open, drawn, in_charts, settled, signs_in, told

pytestmark = pytest.mark.browser


@pytest.fixture
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppealFloor]:
    server = AppealFloor(tmp_path_factory.mktemp("appeals"))
    server.start()
    yield server
    server.stop()


def appeals(page: Page) -> None:
    """The agent finds the score, confirms that it was read, and appeals against one question."""
    drawn(page, 30)
    told(page, "有 1 份评分等您确认")
    page.get_by_role("link", name="查看").click()
    told(page, "没有问候")
    expect(page.get_by_role("button", name="提交")).to_have_count(0)
    page.get_by_role("button", name="确认已阅").click()
    told(page, "已确认。")
    settled(page)
    page.get_by_role("button", name="greet · 0 / 20").click()
    page.get_by_label("理由：录音里实际发生了什么").fill("第 5 秒问候了")
    page.get_by_role("button", name="提出申诉", exact=True).click()
    told(page, "待答复")


def answers(page: Page) -> None:
    """The lead listens again, corrects the answer and says why."""
    page.get_by_role("link", name="处理").click()
    told(page, "第 5 秒问候了")
    page.get_by_role("radio", name="申诉成立").click()
    expect(page.get_by_role("combobox", name="greet")).to_be_visible()
    settled(page)
    page.get_by_role("combobox", name="greet").click()
    page.get_by_role("option", name="是", exact=True).click()
    told(page, "得分 30 → 50")
    page.get_by_label("理由（坐席可见）").fill("重听：第 5 秒有问候")
    page.get_by_role("button", name="答复申诉").click()
    told(page, "已答复")


def test_the_agent_appeals_the_lead_decides_the_trend_changes(floor: AppealFloor, open_page: Open) -> None:
    agent = signs_in(open_page, floor, AGENT, "qa_mine?lang=zh")
    appeals(agent)
    lead = signs_in(open_page, floor, LEAD, "qa_appeals?lang=zh")
    answers(lead)
    agent.goto(floor.url("qa_mine?lang=zh"))
    drawn(agent, 50)
    assert 30 not in in_charts(agent), "what was corrected stands in the trend no more"
    told(agent, "已答复 · 申诉成立")
    agent.get_by_role("link", name="查看").click()
    told(agent, "更正得分 30 → 50")
    told(agent, "重听：第 5 秒有问候")
    head = signs_in(open_page, floor, HEAD, "qa_appeals?lang=zh&view=stats")
    told(head, "按评分人")
    told(head, "100%")


def test_the_agent_takes_it_on_by_telephone_and_leadership_decides(
    floor: AppealFloor, open_page: Open
) -> None:
    agent = signs_in(open_page, floor, AGENT, f"qa_mine?lang=zh&theme=light&score={floor.score}", 390, 844)
    agent.get_by_label("理由：录音里实际发生了什么").fill("整份都不对")
    agent.get_by_role("button", name="提出申诉", exact=True).click()
    told(agent, "待答复")
    assert agent.evaluate("document.documentElement.scrollWidth <= innerWidth")
    lead = signs_in(open_page, floor, LEAD, "qa_appeals?lang=zh")
    lead.get_by_role("link", name="处理").click()
    lead.get_by_role("radio", name="维持原评分").click()
    lead.get_by_label("理由（坐席可见）").fill("录音与评分一致")
    lead.get_by_role("button", name="答复申诉").click()
    told(lead, "已答复")
    agent.reload()
    agent.get_by_role("button", name="再次申诉，请领导复核").click()
    agent.get_by_label("原因").fill("请另一位听")
    agent.get_by_role("button", name="确认", exact=True).click()
    told(agent, "待领导复核")
    head = signs_in(open_page, floor, HEAD, "qa_appeals?lang=zh")
    head.get_by_role("link", name="处理").click()
    head.get_by_role("radio", name="维持原评分").click()
    head.get_by_label("理由（坐席可见）").fill("复核后维持")
    head.get_by_role("button", name="作出决定").click()
    head.get_by_label("书面理由（坐席可见）").fill("书面理由：见录音")
    head.get_by_role("button", name="送达").click()
    told(head, "已结束")
    agent.reload()
    told(agent, "书面理由：见录音")
