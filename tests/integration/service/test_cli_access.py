"""The command line on accounts and walls' links: instants by the site's clock."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from ccfloor.cli import app
from ccfloor.store.access_tables import accounts, displays
from ccfloor.store.engine import open_engine, writing

SEEN = 1_795_000_000.0  # 19:06:40 in Shanghai


@pytest.mark.parametrize(
    ("command", "add", "table"),
    [
        ("user", ("li.ming", "--role", "lead"), accounts),
        ("display", ("East", "--who", "x", "--why", "y"), displays),
    ],
)
def test_lists_tell_instants_by_the_sites_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, add: tuple[str, ...], table: type
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    db = ("--db", str(tmp_path / "floor.db"), "--lang", "en")

    def call(*words: str) -> str:
        result = CliRunner().invoke(app, [command, *words, *db], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    try:
        call("add", *add)
        assert "–" in call("list") and "1970" not in call("list")
        engine = open_engine(str(tmp_path / "floor.db"))
        with writing(engine) as connection:
            connection.execute(update(table).values(seen_at=SEEN))
        engine.dispose()
        assert "2026-11-18 19:06:40" in call("list")
    finally:
        monkeypatch.undo()
        time.tzset()


class Shell:
    """The command line over one database."""

    def __init__(self, folder: Path) -> None:
        self.db = ("--db", str(folder / "floor.db"), "--lang", "en")

    def __call__(self, *words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, [*words, *self.db], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    def account(self, name: str) -> dict[str, Any]:
        return next(one for one in json.loads(self("user", "list", "--json")) if one["name"] == name)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    found = Shell(tmp_path)
    found("user", "add", "li.ming", "--role", "lead", "--queues", "hotline,repair-line", "--teams", "A")
    return found


def scope(account: dict[str, Any]) -> tuple[object, ...]:
    return account["role"], account["queues"], account["teams"]


def test_another_role_keeps_the_scope_and_says_what_it_is(shell: Shell) -> None:
    told = shell("user", "role", "li.ming", "--role", "qa")
    assert scope(shell.account("li.ming")) == ("qa", ["hotline", "repair-line"], ["A"])
    assert all(word in told for word in ("li.ming", "QA", "Hotline, Repairs", "A"))
    shell("user", "role", "li.ming", "--role", "qa", "--queues", "repair-line")
    assert scope(shell.account("li.ming")) == ("qa", ["repair-line"], ["A"])


def test_all_of_it_is_seen_by_saying_so(shell: Shell) -> None:
    shell("user", "role", "li.ming", "--role", "lead", "--all", "--queues", "repair-line")
    assert scope(shell.account("li.ming")) == ("lead", ["repair-line"], None)
    told = shell("user", "role", "li.ming", "--role", "lead", "--all")
    assert scope(shell.account("li.ming")) == ("lead", None, None)
    assert "Whole floor" in told


@pytest.mark.parametrize("nothing", [",", " ", "", " , "])
def test_nothing_between_the_commas_is_not_everything(shell: Shell, nothing: str) -> None:
    for option in ("--queues", "--teams"):
        for command in (("user", "add", "wu", "--role", "qa"), ("display", "add", "East")):
            assert "at least one" in shell(*command, option, nothing, code=1)
        assert "at least one" in shell("user", "role", "li.ming", "--role", "qa", option, nothing, code=1)
    assert scope(shell.account("li.ming")) == ("lead", ["hotline", "repair-line"], ["A"])
    assert "East" not in shell("display", "list")


@pytest.mark.parametrize(
    ("option", "name", "told"),
    [
        ("--queues", "nosuch", "no such queue"),
        ("--teams", "Zed", "no such team"),
        ("--agent", "Nobody", "No agent of this name"),
    ],
)
def test_a_name_that_is_none_of_the_site_is_refused(shell: Shell, option: str, name: str, told: str) -> None:
    assert told in shell("user", "add", "wu", "--role", "qa", option, name, code=1)
    assert told in shell("user", "role", "li.ming", "--role", "lead", option, name, code=1)


def test_stopping_and_letting_in_again_is_said(shell: Shell) -> None:
    assert shell("user", "disable", "li.ming").strip() == "Disabled: li.ming"
    assert shell("user", "enable", "li.ming").strip() == "Enabled: li.ming"
