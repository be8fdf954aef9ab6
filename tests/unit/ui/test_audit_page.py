"""The page of the audit log: what was done in words, narrowed by the address, files, and whether it holds."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right, Role
from ccfloor.cli import app
from ccfloor.service import audit, runtime
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.audit import FILE, Actor, record, record_alone
from ccfloor.store.access_tables import audit as table
from ccfloor.store.audit import Wanted
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.viewer import Forbidden, Viewer
from ccfloor.ui import downloads
from tests.fakes.app_page import press, quiet_service, words
from tests.fakes.current import upgrade
from tests.fakes.logged_acts import NOW

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ZHOU = Actor("zhou.lan", Role.MANAGER, "10.0.0.21")
EVIL = "=cmd|' /C calc'!A0"
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    upgrade(open_engine(str(tmp_path / "floor.db")))  # as the command line leaves it
    with quiet_service(tmp_path) as found:
        with writing(found.engine) as connection:
            was, is_ = {"when": {"at_least": 8}}, {"when": {"at_least": 9}}
            record(connection, ZHOU, Act.RULE_SAVED, "rule/queue-builds", was, is_, EVIL, NOW, site="main")
        told = (
            Actor(HOSTILE, "open", ""),
            Act.EXPORT_TAKEN,
            f"export/{HOSTILE}",
            {"format": HOSTILE},
            HOSTILE,
        )
        record_alone(found.engine, *told, NOW + 60, site="main")
        yield found


def script() -> None:
    from ccfloor.ui import audit_page
    from ccfloor.ui.shell import look

    audit_page.show(look())


def page(**asked: str) -> AppTest:
    test = AppTest.from_function(script, default_timeout=60)
    for name, value in ({"lang": "zh"} | asked).items():
        test.query_params[name] = value
    test.run()
    assert not test.exception, test.exception
    return test


def test_the_newest_comes_first_with_who_what_from_where_and_why(service: runtime.Service) -> None:
    found = words(page())
    assert found.index("导出文件") < found.index("保存规则")
    assert "zhou.lan" in found and "10.0.0.21" in found and "规则 queue-builds" in found
    assert re.search(r"条件 · 不低于</small><s>8</s> → 9", found)
    assert "未登录，自填姓名 · 本机" in found


def test_every_text_in_it_is_escaped(service: runtime.Service) -> None:
    found = words(page())
    assert "<img" not in found and "&lt;img src=x" in found


def test_in_english_no_chinese_is_left(service: runtime.Service) -> None:
    assert not CHINESE.search(words(page(lang="en")))


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({"who": "zhou.lan"}, True),
        ({"act": "rule"}, True),
        ({"act": "rule.retired"}, False),
        ({"about": "rule/queue-builds"}, True),
        ({"source": "10.0.0.21"}, True),
        ({"source": "10.0.0.99"}, False),
        ({"from": "2026-11-22", "to": "2026-11-22", "act": "rule"}, True),
        ({"from": "2026-11-23"}, False),
        ({"from": "nonsense", "act": "rule"}, True),
        ({"words": "calc"}, True),
        ({"to": "9999-12-31", "act": "rule"}, True),
        ({"words": "\0", "act": "rule"}, True),
        ({"older": "1e400_1", "act": "rule"}, True),
        ({"older": f"1.0_{10**30}", "act": "rule"}, True),
    ],
)
def test_the_address_narrows_it(service: runtime.Service, asked: dict[str, str], there: bool) -> None:
    found = words(page(**asked))
    assert ("规则 queue-builds" in found) is there
    assert ("&lt;img src=x" in found) is False
    assert ("没有符合条件的记录。" in found) is not there


def test_a_filter_goes_into_the_address(service: runtime.Service) -> None:
    test = page(older="1.0_1")
    test.selectbox(key="audit-act").set_value("rule").run()
    test.text_input(key="audit-words").set_value("calc").run()
    assert not test.exception
    assert dict(test.query_params) == {"lang": "zh", "act": "rule", "words": "calc"}


def test_older_entries_are_a_click_away(service: runtime.Service) -> None:
    with writing(service.engine) as connection:
        for number in range(55):
            args = (ZHOU, Act.TARGET_SET, f"kpi/k{number}", None, {"at_least": 1}, "", NOW + 100 + number)
            record(connection, *args, site="main")
    test = page()
    assert "指标 k54" in words(test) and "指标 k4<" not in words(test)
    press(test, "更早的记录")
    assert "指标 k4<" in words(test) and "指标 k54" not in words(test) and "规则 queue-builds" in words(test)
    press(test, "回到最新")
    assert "指标 k54" in words(test)


def test_it_says_whether_the_chain_holds(service: runtime.Service) -> None:
    assert "哈希链完整：第 1–2 条全部核对无误" in words(page())
    with writing(service.engine) as connection:
        connection.execute(update(table).where(table.c.number == 1).values(why="nothing"))
        record(connection, ZHOU, Act.TARGET_SET, "kpi/x", None, None, "", NOW, site="main")
    assert "哈希链断开：第 1 条写入后被改过" in _verified(str(service.engine.url), 1)


def _verified(url: str, code: int, *more: str) -> str:
    done = CliRunner().invoke(app, ["audit", "verify", "--db", url, "--lang", "zh", *more])
    assert done.exit_code == code, done.output
    return done.output


def test_the_page_shows_the_files_it_gives(service: runtime.Service) -> None:
    assert {"导出 Excel", "导出 CSV"} <= {button.label for button in page().get("download_button")}


# -- the command line ----------------------------------------------------------------------------------


def run(service: runtime.Service, *args: str) -> str:
    done = CliRunner().invoke(app, ["audit", *args, "--db", str(service.engine.url)])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_line_verifies_lists_and_exports(service: runtime.Service, tmp_path: Path) -> None:
    head = re.search(r"[0-9a-f]{64}", run(service, "verify", "--lang", "en"))
    assert head and "The chain holds: entries 1–2 all checked" in run(service, "verify", "--lang", "en")
    assert "完整" in _verified(str(service.engine.url), 0, "--head", head[0].upper())
    assert "没有这个哈希" in _verified(str(service.engine.url), 1, "--head", "ab" * 32)
    assert "保存规则" in run(service, "list", "--act", "rule")
    assert "保存规则" not in run(service, "list", "--act", "session")
    assert '"number": 1' in run(service, "list", "--act", "rule", "--json")
    for name in ("a.csv", "a.xlsx"):
        run(service, "export", str(tmp_path / name), "--act", "rule", "--lang", "en")
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == 2 and rows[1][8] == f"'{EVIL}" and rows[1][7] == "Condition · At least: 8 → 9"
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None and sheet.cell(2, 9).value == f"'{EVIL}" and sheet.cell(2, 9).data_type == "s"
    found = audit.find(service.engine, Viewer(), Wanted(acts=("export.taken",)), 9).rows
    assert [one.entry.about for one in found][:2] == ["export/a.xlsx", "export/a.csv"]


def test_an_unknown_act_or_file_is_one_sentence(service: runtime.Service) -> None:
    for args in (("list", "--act", "dance"), ("export", "a.txt"), ("list", "--from", "yesterday")):
        done = CliRunner().invoke(app, ["audit", *args, "--db", str(service.engine.url)])
        assert done.exit_code == 1 and "Traceback" not in done.output


# -- files ---------------------------------------------------------------------------------------------


class Where:
    """A container that keeps the button it is given."""

    def download_button(
        self, _label: str, make: Callable[[], bytes], file: str, _mime: str, **more: Any
    ) -> None:
        self.make, self.file, self.more = make, file, more


def button(role: Role) -> Where:
    where = Where()
    with acting_as(Identity(7, "li.ming", "李明", role, source="10.0.0.7")):
        downloads.download("Excel", lambda: b"file", "kpi.xlsx", "x", where=where)
    return where


def exports(service: runtime.Service) -> list[tuple[str, str, str]]:
    found = audit.find(service.engine, Viewer(), Wanted(who="li.ming"), 9).rows
    return [(one.entry.about, one.entry.source, one.entry.act) for one in found]


def test_a_file_is_logged_at_the_click_and_not_before(service: runtime.Service) -> None:
    where = button(Role.LEAD)
    assert exports(service) == [] and not where.more["disabled"]
    assert where.make() == b"file"
    assert exports(service) == [("export/kpi.xlsx", "10.0.0.7", "export.taken")]
    where.make()
    assert len(exports(service)) == 2


def test_who_may_not_take_files_gets_none(service: runtime.Service) -> None:
    where = button(Role.AGENT)
    assert where.more["disabled"] and where.more["help"]
    with pytest.raises(Forbidden) as refused:
        where.make()
    assert refused.value.right == Right.EXPORT and exports(service) == []


def test_every_button_that_gives_a_file_is_ours() -> None:
    folder = Path(downloads.__file__).parent
    found = [
        path.name for path in folder.glob("*.py") if ".download_button(" in path.read_text(encoding="utf-8")
    ]
    assert found == ["downloads.py"]


def test_an_entry_of_many_changes_opens_beyond_the_first_few(service: runtime.Service) -> None:
    told = {"teams": {f"Agent {number:02}": "A" for number in range(20)}}
    record_alone(service.engine, FILE, Act.TEAM_FILE, "site", told, "", NOW + 200, site="main")
    found = words(page())
    assert "还有 14 项" in found
    assert found.index("Agent 05") < found.index("还有 14 项") < found.index("Agent 06")
