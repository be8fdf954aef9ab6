"""The notifier as it runs: threads, real sockets, a file that changes, a database that is away."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.model import Rule
from ccfloor.service.notify.ask import send_test
from ccfloor.service.notify.file import load_notify
from ccfloor.service.notify.notifier import FloorClock, Notifier
from ccfloor.service.settings import load
from ccfloor.store.engine import open_engine
from ccfloor.store.tables import live_view, metadata
from tests.fakes.alarm_book import SITE, AlarmBook
from tests.fakes.http_catcher import catching
from tests.fakes.smtp_catcher import mail_catching
from tests.fakes.tell_stage import rule

CHANNEL = "  {name}: {{kind: {kind}, enabled: true, url: {{env: {env}}}, {more}}}\n"
Start = Callable[..., Notifier]


def urgent(name: str = "r", **tell: object) -> Rule:
    return rule(name, urgent=True, **tell)


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that happens in another thread."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'floor.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def book(engine: Engine) -> AlarmBook:
    return AlarmBook(engine)


def write(folder: Path, *channels: tuple[str, str, str], group: float = 0, timeout: float = 5) -> Path:
    """A notify.yaml with channels (name, kind, variable of its address)."""
    more = f"group_s: {group}, timeout_s: {timeout}"
    lines = [CHANNEL.format(name=name, kind=kind, env=env, more=more) for name, kind, env in channels]
    file = folder / "notify.yaml"
    file.write_text("channels:\n" + "".join(lines) if lines else "", encoding="utf-8")
    return file


@pytest.fixture
def start(tmp_path: Path, engine: Engine) -> Iterator[Start]:
    """Starts notifiers over the database and the folder; ends them after the test."""
    started: list[Notifier] = []

    def begin(**environ: str) -> Notifier:
        settings = load(environ={}, db=str(engine.url), site__data=str(tmp_path), source="none")
        notifier = Notifier(settings, FloorConfig(site=SITE), look_s=0.05, environ=environ)
        notifier.start()
        started.append(notifier)
        return notifier

    yield begin
    for notifier in started:
        notifier.stop()


def states(book: AlarmBook, channel: str) -> list[str]:
    return [row.state for row in book.told() if row.channel == channel]


def test_an_alarm_reaches_every_channel_of_its_rule(tmp_path: Path, book: AlarmBook, start: Start) -> None:
    write(tmp_path, ("ding", "dingtalk", "URL"), ("wework", "wecom", "URL"), ("lark", "feishu", "URL"))
    with catching() as server:
        start(URL=server.url)
        book.fire(urgent(channels=("ding", "wework", "lark")), time.time())
        posts = server.wait(3)
        until(lambda: {row.state for row in book.told()} == {"sent"})
    kinds = {post.json.get("msgtype") or post.json.get("msg_type") for post in posts}
    assert kinds == {"markdown", "interactive"}


def test_a_surge_is_one_post(tmp_path: Path, book: AlarmBook, start: Start) -> None:
    write(tmp_path, ("lead", "webhook", "URL"), group=0.5)
    with catching() as server:
        start(URL=server.url)
        for number in range(20):
            book.fire(rule(f"r{number}"), time.time())
        until(lambda: states(book, "lead") == ["sent"] * 20)
        assert sum(len(post.json["alarms"]) for post in server.posts) == 20
        assert len(server.posts) <= 2


def test_a_dead_webhook_holds_up_neither_another_channel_nor_the_end(
    tmp_path: Path, book: AlarmBook, start: Start
) -> None:
    write(tmp_path, ("dead", "webhook", "DEAD"), ("alive", "webhook", "ALIVE"), timeout=60)
    with catching(silent=True) as dead, catching() as alive:
        notifier = start(DEAD=dead.url, ALIVE=alive.url)
        book.fire(urgent("one", channels=("dead", "alive")), time.time())
        dead.wait(1)
        alive.wait(1)
        book.fire(urgent("two", channels=("dead", "alive")), time.time())
        alive.wait(2)
        until(lambda: states(book, "alive") == ["sent", "sent"])
        assert len(dead.posts) == 1 and states(book, "dead") == ["waiting", "waiting"]
        notifier.stop()
        assert not notifier.alive


def test_one_in_trouble_is_tried_again_and_then_told_all_at_once(
    tmp_path: Path, book: AlarmBook, start: Start
) -> None:
    write(tmp_path, ("lead", "webhook", "URL"))
    with catching() as server:
        server.answer(503, {})
        start(URL=server.url)
        for name in ("one", "two"):
            book.fire(urgent(name), time.time())
        server.wait(1)
        until(lambda: all(row.attempts for row in book.told()) and len(book.told()) == 2, 20)
        server.answer(200, {})
        until(lambda: states(book, "lead") == ["sent", "sent"], 20)
    assert len(server.posts[-1].json["alarms"]) == 2


def test_a_restart_tells_nothing_twice(tmp_path: Path, book: AlarmBook, start: Start) -> None:
    write(tmp_path, ("lead", "webhook", "URL"))
    with catching() as server:
        notifier = start(URL=server.url)
        book.fire(urgent("one"), time.time())
        until(lambda: states(book, "lead") == ["sent"])
        notifier.stop()
        start(URL=server.url)
        book.fire(urgent("two"), time.time())
        until(lambda: states(book, "lead") == ["sent", "sent"])
        assert [post.json["alarms"][0]["rule"] for post in server.posts] == ["one", "two"]


def test_what_is_answered_while_it_stops_is_noted_as_sent(
    tmp_path: Path, book: AlarmBook, start: Start
) -> None:
    write(tmp_path, ("lead", "webhook", "URL"))
    with catching() as server:
        notifier = start(URL=server.url)
        book.fire(urgent(), time.time())
        server.wait(1)
        notifier.stop()
    assert states(book, "lead") == ["sent"]


def test_the_file_counts_at_once_and_a_bad_one_changes_nothing(
    tmp_path: Path, book: AlarmBook, start: Start
) -> None:
    file = write(tmp_path)
    with catching() as server:
        start(URL=server.url)
        book.fire(urgent("one"), time.time())
        write(tmp_path, ("lead", "webhook", "URL"))
        server.wait(1)
        file.write_text("channels: {lead: {kind: fax}}")
        book.fire(urgent("two"), time.time())
        server.wait(2)
        until(lambda: states(book, "lead") == ["sent", "sent"])


def test_a_missing_secret_is_a_failure_with_its_reason(tmp_path: Path, book: AlarmBook, start: Start) -> None:
    write(tmp_path, ("lead", "webhook", "NOWHERE"))
    start()
    book.fire(urgent(), time.time())
    until(lambda: states(book, "lead") == ["failed"])
    assert book.column("error") == ["The variable NOWHERE is not set."]


def test_a_database_that_comes_back_is_used_again(tmp_path: Path, book: AlarmBook, start: Start) -> None:
    write(tmp_path, ("lead", "webhook", "URL"))
    metadata.drop_all(book.engine)
    with catching() as server:
        notifier = start(URL=server.url)
        until(lambda: notifier.away)
        metadata.create_all(book.engine)
        book.fire(urgent(), time.time())
        server.wait(1, 20)


def test_mail_and_a_test_message(tmp_path: Path, engine: Engine, start: Start) -> None:
    with mail_catching() as server:
        text = (
            f"channels:\n  boss: {{kind: email, enabled: true, host: 127.0.0.1, port: {server.port},"
            " lang: en, security: none, from: a@b.example, to: [c@d.example]}\n"
        )
        (tmp_path / "notify.yaml").write_text(text)
        start()
        file = load_notify(tmp_path / "notify.yaml")
        send_test(engine, SITE, file, "boss", ("客服", "Centre"), "UTC", "Li", time.time())
        (mail,) = server.wait(1)
    assert mail["Subject"] == "[Test] Floor messages of Centre" and "Sent by Li at" in mail.get_content()


def test_the_floor_s_time_goes_on_between_pictures(engine: Engine) -> None:
    clock = FloorClock(engine, SITE, lambda: 1000.0)
    assert clock() == 1000.0
    row = {"site": SITE, "seq": 1, "at": 5000.0, "written_at": 990.0, "payload": b"", "sources": "[]"}
    with engine.begin() as connection:
        connection.execute(insert(live_view).values(row))
    assert clock() == 5010.0
