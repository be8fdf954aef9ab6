"""Secrets planted wherever one can be: what is printed, logged, raised or answered holds none of them."""

import logging
import traceback
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from streamlit.testing.v1 import AppTest
from typer.main import get_command
from typer.testing import CliRunner

from ccfloor.access.places import ROUTES
from ccfloor.cli import app
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.settings import load, secrets, variable
from ccfloor.store.engine import open_engine
from tests.fakes.current import upgrade
from tests.fakes.program import Program

ROOT = Path(__file__).resolve().parents[3]
MARK = "Pl4nted"
AWAY = f"postgresql://boss:{MARK}-db@127.0.0.1:1/none"
PLANTED = {variable(name): f"{MARK}-{name}-0123456789abcdef0123456789abcdef" for name in secrets()}
NOTIFY = f"""
channels:
  hook: {{kind: wecom, enabled: true, url: {{env: {MARK.upper()}_URL}}}}
"""


def planted(**more: str) -> dict[str, str]:
    """An environment with a secret in every setting that holds one, and in the addresses of channels."""
    away = {"OIDC_ISSUER": "http://127.0.0.1:1", "OIDC_CLIENT_ID": "ccfloor", "AMI_PORT": "1"}
    found = {f"CCFLOOR_{name}": value for name, value in (away | more).items()}
    return PLANTED | found | {f"{MARK.upper()}_URL": f"http://127.0.0.1:1/{MARK}-token"}


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of the program, as it is typed."""
    if not hasattr(group, "commands"):
        yield path
        return
    for name, inner in group.commands.items():
        yield from commands(inner, (*path, name))


SERVERS = {("run",), ("web",)}  # these become another process: see the last test
EVERY = [command for command in commands(get_command(app)) if command not in SERVERS]
WORDS = {"FILES": "nothing.log", "NUMBER": "1"}


def arguments(path: tuple[str, ...]) -> list[str]:
    """What a command must be told, so that it gets as far as its work."""
    found: Any = get_command(app)
    for name in path:
        found = found.commands[name]
    told = []
    for part in found.params:
        if part.required:
            given = "2026-11-01" if "day" in part.name or "period" in part.name else "1"
            told += [given] if part.param_type_name == "argument" else [part.opts[0], given]
    return told


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_no_command_tells_a_secret_when_it_fails(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    for name, value in planted(DB=AWAY).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    for words in (["--help"], arguments(path)):
        result = CliRunner().invoke(app, [*path, *words])
        raised = "".join(traceback.format_exception(result.exception)) if result.exception else ""
        assert MARK not in result.output + raised + caplog.text


@pytest.mark.parametrize(
    "db",
    [
        f"mysql://boss:{MARK}@host/x",
        f"postgresql://boss:{MARK}@host:port/x",
        f"postgresql://boss:{MARK}/word@host/x",
        f"{MARK}://x",
    ],
)
def test_a_database_address_that_is_none_is_not_told(db: str) -> None:
    with pytest.raises(Exception) as caught:
        runtime.Service(load(environ={"CCFLOOR_DB": db})).engine.connect()
    assert MARK not in str(caught.value) + "".join(traceback.format_exception(caught.value))


def test_settings_do_not_tell_them() -> None:
    settings = load(environ=planted(DB=AWAY))
    assert MARK in settings.ami.secret.get_secret_value()
    assert MARK not in f"{settings!r} {settings} {settings.db_shown}"


def test_nor_does_an_error_of_the_database(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    service = runtime.Service(load(environ=planted(DB=AWAY)))
    with pytest.raises(Exception) as caught:
        upgrade(service.engine)
    assert MARK not in "".join(traceback.format_exception(caught.value)) + caplog.text


def test_nor_does_what_was_asked_of_it(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "f.db"))
    with pytest.raises(SQLAlchemyError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE number = :number"), {"number": MARK})
    assert MARK not in "".join(traceback.format_exception(caught.value))
    engine.dispose()


@pytest.mark.parametrize("page", ["settings", "accounts", "audit", "data_quality"])
def test_no_page_shows_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    (tmp_path / "notify.yaml").write_text(NOTIFY, encoding="utf-8")
    for name, value in planted().items():
        monkeypatch.setenv(name, value)
    given = planted(SITE_DATA=str(tmp_path), SOURCE="none", DB=f"sqlite:///{tmp_path / 'f.db'}")
    service = runtime.Service(load(environ=given))
    upgrade(service.engine)
    runtime.use(service)
    monkeypatch.setattr(identity, "_asks", [lambda: Identity(account=1, role="admin")])  # type: ignore[arg-type]
    shown = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60).run()
    runtime.use(None)
    assert not shown.exception
    assert MARK not in str(shown._tree)
    service.engine.dispose()


def test_nor_does_the_running_server_while_nothing_can_be_reached(tmp_path: Path) -> None:
    (tmp_path / "notify.yaml").write_text(NOTIFY, encoding="utf-8")
    given = {name.removeprefix("CCFLOOR_"): value for name, value in PLANTED.items()}
    away = {"OIDC_ISSUER": "http://127.0.0.1:1", "OIDC_CLIENT_ID": "ccfloor", "AMI_PORT": "1"}
    program = Program(tmp_path, SOURCE="asterisk", SITE_DATA=str(tmp_path), **away, **given)
    try:
        program.until(lambda: program.get("/healthz"))  # to strangers it names no source
        told = [
            answer(program, path) for path in (*ROUTES, "/login", "/auth/oidc/start", "/settings", "/nowhere")
        ]
        assert len(told) > 10 and not [text for text in told if MARK in text]
        assert MARK not in program.said()
    finally:
        program.end()


def answer(program: Program, path: str) -> str:
    """Head and body of an answer, whatever its status."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{program.port}{path}", timeout=20) as found:
            return f"{found.headers}{found.read()!r}"
    except urllib.error.HTTPError as error:
        return f"{error.headers}{error.read()!r}"
