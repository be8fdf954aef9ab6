"""The doctor: a real login, and a sentence for what is wrong."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ccfloor.floor.config import FloorConfig
from ccfloor.service.doctor import Finding, examine, line
from ccfloor.service.doctor_rules import rule_files
from ccfloor.service.places import Problem, SettingsError
from ccfloor.service.settings import AmiSettings, Settings, SiteSettings, WebSettings
from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import upgrade
from tests.fakes.ami_server import FakeAmi


@pytest.fixture
def ami() -> Iterator[FakeAmi]:
    """A manager interface in a loop of its own, since the doctor runs one too."""
    server, ready, loop = FakeAmi(), threading.Event(), asyncio.new_event_loop()

    def serve() -> None:
        loop.run_until_complete(server.start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(server.stop())

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(10)
    yield server
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def findings(tmp_path: Path, ami: FakeAmi, **more: object) -> dict[str, Finding]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        web = WebSettings(port=probe.getsockname()[1])
    access = {"port": ami.port, "user": ami.user, "secret": SecretStr(ami.secret), **more}
    settings = Settings(
        source="asterisk", db=f"sqlite:///{tmp_path}/floor.db", web=web, ami=AmiSettings(**access)
    )
    return {finding.check: finding for finding in examine(lambda: settings)}


def test_all_is_well(tmp_path: Path, ami: FakeAmi) -> None:
    upgrade(open_engine(f"sqlite:///{tmp_path}/floor.db"))
    (tmp_path / "queue_log").write_text("")
    found = findings(tmp_path, ami, queue_log=str(tmp_path / "queue_log"))
    assert {name: item.state for name, item in found.items() if name != "clock"} == dict.fromkeys(
        (
            "configuration",
            "database",
            "disk",
            "switch",
            "rights",
            "queue_log",
            "collector",
            "channels",
            "rules",
            "kpi",
            "qa",
            "staffing",
            "port",
        ),
        "ok",
    )
    assert ami.logins == 1
    assert all(max(item.zh) >= "一" or item.check == "disk" for item in found.values())


def test_a_wrong_secret_and_a_missing_right(tmp_path: Path, ami: FakeAmi) -> None:
    wrong = findings(tmp_path, ami, secret=SecretStr("guess"))["switch"]
    assert wrong.state == "fail" and "manager.conf" in wrong.en and "manager.conf" in wrong.zh
    assert "guess" not in line(wrong, "en") + line(wrong, "zh")


def test_a_closed_port_and_a_missing_log(tmp_path: Path, ami: FakeAmi) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    found = findings(tmp_path, ami, port=closed, queue_log=str(tmp_path / "none"))
    assert found["switch"].state == "fail" and str(closed) in found["switch"].en
    assert found["queue_log"].state == "fail"
    assert found["database"].state == "warn"  # empty: made at the first start


def test_a_port_in_use_is_told(tmp_path: Path, ami: FakeAmi) -> None:
    settings = Settings(db=f"sqlite:///{tmp_path}/floor.db", web=WebSettings(port=ami.port))
    found = {finding.check: finding for finding in examine(lambda: settings)}
    assert found["port"].state == "fail" and "web.port" in found["port"].en


def test_bad_settings_end_the_examination() -> None:
    def broken() -> Settings:
        raise SettingsError([Problem("ccfloor.toml", 3, "web.port", "is wrong")])

    (finding,) = examine(broken)
    assert line(finding, "zh") == "✗ fail configuration: ccfloor.toml:3: web.port: is wrong"


def test_a_wrong_rule_file_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text("rules:\n  - id: Mine\n", encoding="utf-8")
    site = SiteSettings(data=str(tmp_path))
    found = list(rule_files(FloorConfig(), site))
    assert {finding.state for finding in found} == {"fail"}
    assert any(f"{tmp_path}/rules/mine.yaml:2: rules[0].id: " in finding.en for finding in found)
    (tmp_path / "rules" / "mine.yaml").write_text("rules: []\n", encoding="utf-8")
    assert [finding.state for finding in rule_files(FloorConfig(), site)] == ["ok"]
