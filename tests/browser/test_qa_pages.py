"""Pages of quality assurance in a browser: from a figure down to its calls, a calibration that stays blind,
what follows from scores, and sheets that were filled in elsewhere.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from tests.fakes.at_screen import Open, choose, choose_all, drawn, row, settled, sits_down, told
from tests.fakes.qa_house import CHEN, HEAD, OTHER, REVIEWER, WANG, QaHouse

pytestmark = pytest.mark.browser

CALL_NAME = "十一月校准"
HEARD, AGREED = "第 3 秒就问候了", "问候以开口三秒内为准"
GOAL, DONE = "开口先问候", "三周都在 90 分以上"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QaHouse]:
    server = QaHouse(tmp_path_factory.mktemp("house"), scored=True)
    server.start()
    yield server
    server.stop()


def sits(open_page: Open, house: QaHouse, who: str, address: str) -> Page:
    return sits_down(open_page, house, house.cookies, who, address)


# -- the overview --------------------------------------------------------------------------------------


def test_a_figure_opens_its_forms_and_a_form_its_call(house: QaHouse, open_page: Open) -> None:
    page = sits(open_page, house, HEAD, f"qa?lang=zh&period={house.week}")
    told(page, "2 名当班坐席中 2 名有质检表（100.0%）")
    drawn(page, 2 / 7)  # of all points lost, those of the first bar
    expect(row(page, "平均分", "≥").locator("td.v")).to_contain_text("65.0")
    page.get_by_text("个项目").last.click()
    row(page, "record", "28.6%").get_by_role("link", name="明细").click()
    told(page, "在此项失分：record")
    expect(row(page, WANG, "30.0")).to_have_count(3)
    expect(row(page, CHEN)).to_have_count(0)
    row(page, WANG).first.get_by_role("link", name="通话", exact=True).click()
    expect(page).to_have_url(re.compile("kpi.*call=1-10"))
    told(page, "138****2071")
    page.go_back()
    told(page, "在此项失分：record")
    row(page, WANG).first.get_by_role("link", name="打开").click()
    expect(page.locator(".qs-total")).to_have_text("30.0")
    expect(page.get_by_role("button", name="提交")).to_have_count(0)
    page.goto(house.url(f"qa?lang=zh&period={house.week}"))
    page.get_by_role("link", name="不合格 3 份").click()
    expect(row(page, WANG, "不合格")).to_have_count(3)


# -- calibration ---------------------------------------------------------------------------------------


def test_what_others_said_is_told_when_a_calibration_is_closed(house: QaHouse, open_page: Open) -> None:
    head = sits(open_page, house, HEAD, "qa_calibration?lang=zh")
    calls_it(head)
    first = sits(open_page, house, REVIEWER, "qa_calibration?lang=zh")
    scores(first, "y", "x", "f", "y", words=HEARD)
    second = sits(open_page, house, OTHER, "qa_calibration?lang=zh")
    waits(first, "qa_calibration?lang=zh&session=1", house)
    scores(second, "n", "x", "f", "y", unheard=HEARD)
    waits(second, "qa_calibration?lang=zh&session=1", house)
    closes(head, house)
    told(head, "基准评分还没有提交，不能结束。")
    head.goto(house.url("qa_calibration?lang=zh"))
    scores(head, "y", "x", "f", "y", unheard=HEARD)
    closes(head, house)
    told(head, AGREED)
    second.reload()
    for page in (head, second):
        told(page, AGREED)
        expect(row(page, "greet", HEARD)).to_have_count(1)
        expect(row(page, OTHER, "22.2", "需重新校准")).to_have_count(1)
        expect(row(page, REVIEWER, "0.0", "合格")).to_have_count(1)


def calls_it(page: Page) -> None:
    """Two reviewers and the own reference, of the call of yesterday that nobody has scored."""
    page.get_by_text("发起校准").click()
    choose(page, "坐席", CHEN)
    name = page.get_by_label("名称")
    expect(name).to_be_visible()
    settled(page)
    name.fill(CALL_NAME)
    choose_all(page, "参加的质检员", REVIEWER, OTHER)
    page.get_by_label("说明").fill("每月一次")
    page.get_by_role("button", name="发起", exact=True).click()
    expect(row(page, CALL_NAME, "开始评分")).to_have_count(1)


def scores(page: Page, *keys: str, words: str = "", unheard: str = "") -> None:
    """Scores the call of the calibration; of what others said of it nothing stands on the page."""
    row(page, CALL_NAME).get_by_role("link", name="开始评分").click()
    expect(page.locator(".qs-item.on .qs-no")).to_have_text("1")
    settled(page)
    if words:
        page.keyboard.press("c")
        expect(page.locator(".qs-notes input")).to_be_focused()
        page.keyboard.type(words)
        page.keyboard.press("Enter")
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator(".qs-item.on .qs-no")).to_have_text("5")
    if unheard:
        assert unheard not in page.content()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".qs-done")).to_be_visible()


def waits(page: Page, address: str, house: QaHouse) -> None:
    """Who has handed in is told, and nothing of what."""
    page.goto(house.url(address))
    told(page, "结束后公开各人的评分。")
    expect(row(page, HEAD, "未提交")).to_have_count(1)
    assert page.get_by_text("逐项对照").count() == 0 and HEARD not in page.content()


def closes(page: Page, house: QaHouse) -> None:
    page.goto(house.url("qa_calibration?lang=zh&session=1"))
    page.get_by_role("button", name="结束校准").click()
    page.get_by_label("结论").fill(AGREED)
    page.get_by_role("button", name="确认", exact=True).click()


# -- what follows from scores ----------------------------------------------------------------------------


def test_a_plan_is_made_and_decided(house: QaHouse, open_page: Open) -> None:
    page = sits(open_page, house, REVIEWER, "qa_improve?lang=zh")
    page.get_by_text("制定改进计划").click()
    choose(page, "对象", WANG)
    page.get_by_label("目标", exact=True).fill(GOAL)
    page.get_by_label("目标值").fill("90")
    page.get_by_label("措施").fill("每天班前练一次开场白")
    settled(page)
    page.get_by_role("button", name="制定", exact=True).click()
    expect(row(page, WANG, GOAL, "≥ 90.0", "进行中")).to_have_count(1)
    row(page, GOAL).get_by_role("link", name=WANG).click()
    expect(row(page, "之前", "30.0")).to_have_count(1)
    drawn(page, 30)
    page.get_by_role("button", name="定论").click()
    page.get_by_label("理由和结论").fill(DONE)
    page.get_by_role("button", name="确认", exact=True).click()
    told(page, "已固化")
    told(page, f"{DONE} · {REVIEWER}")
    page.get_by_role("link", name="全部改进计划").click()
    expect(row(page, GOAL, "已固化")).to_have_count(1)


def test_a_need_is_found_taken_along_and_handed_over(house: QaHouse, open_page: Open) -> None:
    page = sits(open_page, house, REVIEWER, "qa_improve?lang=zh&view=needs")
    page.get_by_text("反复失分").click()
    expect(row(page, WANG, "record", "3 份中 3 份")).to_have_count(1)
    choose_all(page, "列入培训需求", f"{WANG} · record")
    page.get_by_role("button", name="列入清单").click()
    expect(row(page, WANG, "record", "待发送")).to_have_count(1)
    settled(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="导出清单").click()
    sheet = load_workbook(BytesIO(Path(taken.value.path()).read_bytes())).active
    assert next(cell.value for cell in sheet[2]) == WANG
    page.get_by_role("button", name="已当面交给").click()
    page.get_by_label("交给谁").fill("培训部")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(row(page, WANG, "record", "已交给 培训部")).to_have_count(1)


def test_a_score_becomes_a_case(house: QaHouse, open_page: Open) -> None:
    page = sits(open_page, house, REVIEWER, f"qa?lang=zh&period={house.week}&view=forms&forms=failed")
    row(page, WANG).first.get_by_role("link", name="打开").click()
    page.get_by_role("link", name="收入案例库").click()
    page.get_by_label("标题").fill("没有开场白的来电")
    page.get_by_label("要点").fill("先问候，再核对姓名")
    page.get_by_label("标签").fill("开场白、记录")
    page.get_by_role("button", name="收入案例库").click()
    case = page.locator(".st-key-people-row-case-1")
    for words in ("没有开场白的来电", "反面", "开场白", "记录", WANG):
        expect(case).to_contain_text(words)
    page.get_by_label("搜索").fill("没有这样的话")
    page.keyboard.press("Enter")
    told(page, "没有符合的案例。")


# -- sheets of elsewhere ---------------------------------------------------------------------------------


def test_sheets_are_taken_in_without_the_bad_line_and_taken_back(
    house: QaHouse, open_page: Open, tmp_path: Path
) -> None:
    page = sits(open_page, house, HEAD, "qa_sheets?lang=zh")
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载 Excel 模板").click()
    template = tmp_path / "旧评分表.xlsx"
    taken.value.save_as(template)
    filled(template, house)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(template)
    told(page, "旧评分表.xlsx：3 行，2 行可以导入，1 处有问题。")
    told(page, "旧评分表.xlsx:3: answer answer: “60”不是可选的答案")
    page.get_by_label("说明（从哪里来）").fill("去年的表")
    page.get_by_role("button", name="只导入合格的 2 行").click()
    expect(row(page, "旧评分表.xlsx", "去年的表", HEAD, "计入")).to_have_count(1)
    forms = sits(open_page, house, HEAD, f"qa?lang=zh&period={house.day(-21):%G-W%V}&view=forms")
    expect(row(forms, CHEN, "孙质检")).to_have_count(2)
    settled(page)
    choose(page, "撤回或恢复", "旧评分表.xlsx")
    page.get_by_role("button", name="撤回…").click()
    page.get_by_label("原因").fill("重复了")
    page.get_by_role("button", name="确认", exact=True).click()
    expect(row(page, "旧评分表.xlsx", f"已撤回（{HEAD}）")).to_have_count(1)
    forms.reload()
    told(forms, "没有这样的质检表")


def filled(template: Path, house: QaHouse) -> None:
    """Three forms of a week of which there are no others; the second gives more points than there are."""
    book: Workbook = load_workbook(template)
    page = book.active
    titles = [str(cell.value) for cell in page[1]]
    for place, answer in enumerate((50, 60, 40)):
        told = {"坐席": CHEN, "通话时间": f"{house.day(-21 + place)} 10:00", "质检员": "孙质检"}
        told |= {"greet greet": "是", "hold hold": "不适用", "answer answer": answer, "record record": "是"}
        page.append([told.get(title) for title in titles])
    book.save(template)
