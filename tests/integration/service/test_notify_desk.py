"""The desk on a database, time stepped: what leaves, what survives a restart, what is tried again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig, QueueInfo
from ccfloor.rules.quiet import Quiet
from ccfloor.rules.telling import Channel
from ccfloor.service.notify.ask import AskError, report_to_supervisor, send_test
from ccfloor.service.notify.desk import Desk, Job, Wording
from ccfloor.service.notify.file import NotifyFile, parse_notify
from ccfloor.service.notify.outbox import Outbox
from ccfloor.service.notify.outcome import SENT, Outcome, later, never
from ccfloor.service.notify.status import failed_notices, last_results, recent
from ccfloor.service.without_numbers import without_numbers
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.tables import metadata
from tests.fakes.alarm_book import SITE, AlarmBook
from tests.fakes.postgres import PrivatePostgres
from tests.fakes.tell_stage import NOON, rule

CONFIG = FloorConfig(site=SITE, zone="Asia/Shanghai", queues={"hot": QueueInfo("hot", "热线", "Hotline")})
LEAD = {"lead": Channel("lead", zone="Asia/Shanghai")}
FILE = parse_notify(
    "channels: {lead: {kind: wecom, enabled: true, url: {env: U}},"
    " boss: {kind: wecom, enabled: true, lang: en, url: {env: U}}, shut: {kind: wecom, url: {env: U}}}\n"
    "lists: {bosses: [boss, shut]}\nreport_to: [bosses]\n",
    "notify.yaml",
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'floor.db'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def book(engine: Engine) -> AlarmBook:
    return AlarmBook(engine)


class Hands:
    """Takes what leaves a desk. ``outcome``: what becomes of it, None: the process dies before that."""

    def __init__(self, engine: Engine, channels: dict[str, Channel] = LEAD, simulated: bool = False) -> None:
        self.desk = Desk(Outbox(engine, SITE), Wording(CONFIG, "https://w.example/plan", simulated))
        self.channels, self.jobs = channels, list[Job]()
        self.outcome: Outcome | None = SENT
        self.now, self.steady = NOON, 0.0

    def run(self, seconds: float, step: float = 1.0) -> list[Job]:
        """Let time go by; returns what left meanwhile."""
        before, until = len(self.jobs), self.now + seconds
        while self.now < until:
            self.now, self.steady = self.now + step, self.steady + step
            langs = {name: FILE.channels[name].lang for name in self.channels}
            for job in self.desk.step(self.now, self.steady, self.channels, langs, FILE.lists):
                self.desk.begin(job)
                self.jobs.append(job)
                if self.outcome is not None:
                    self.desk.done(job, self.outcome, self.now, self.steady)
        return self.jobs[before:]


def test_a_surge_over_queues_and_steps_is_one_message(engine: Engine, book: AlarmBook) -> None:
    for number in range(10):
        book.fire(rule(f"wait-{number}"), NOON + number / 2, "queue:hot")
    book.fire(rule("peak-0", "alarm", 0), NOON + 5)
    (job,) = Hands(engine).run(300)
    assert len(job.ids) == 11 and job.message.title == "【应急预案 · 关注】规则peak-0 等 11 条"
    assert job.message.items[1].head.endswith("· 热线")
    assert {row.state for row in book.told()} == {"sent"} and {row.sent_at for row in book.told()} == {job.at}
    assert "规则peak-0" in str(book.column("text")[0])


def test_a_rule_that_tells_nobody_writes_nothing(engine: Engine, book: AlarmBook) -> None:
    book.fire(rule(channels=()), NOON)
    assert Hands(engine).run(60) == [] and book.told() == []


def test_a_restart_sends_nothing_twice_and_tells_the_end_that_came_meanwhile(
    engine: Engine, book: AlarmBook
) -> None:
    made = book.fire(rule(), NOON)
    assert len(Hands(engine).run(60)) == 1
    again = Hands(engine)
    again.now = NOON + 100
    assert again.run(600) == []
    book.clear(made, NOON + 710)
    third = Hands(engine)
    third.now = NOON + 800
    (job,) = third.run(600)
    assert job.message.kind == "cleared" and [row.kind for row in book.told()] == ["first", "cleared"]
    last = Hands(engine)
    last.now = NOON + 1500
    assert last.run(60) == []


def test_only_what_was_on_its_way_is_sent_again_after_a_crash(engine: Engine, book: AlarmBook) -> None:
    book.fire(rule("one", urgent=True), NOON)
    dying = Hands(engine)
    dying.run(5)
    book.fire(rule("two", urgent=True), NOON + 40)
    dying.outcome = None
    dying.now = NOON + 40
    (lost,) = dying.run(10)
    again = Hands(engine)
    again.now = NOON + 60
    (job,) = again.run(60)
    assert (job.ids, job.delivery, job.attempts) == (lost.ids, lost.delivery, (2,))
    assert [row.attempts for row in book.told()] == [1, 2]


def test_nothing_leaves_on_a_channel_while_a_message_is_on_its_way(engine: Engine, book: AlarmBook) -> None:
    hands = Hands(engine)
    hands.outcome = None
    book.fire(rule("one", urgent=True), NOON)
    (first,) = hands.run(5)
    made = book.fire(rule("two", urgent=True), NOON + 10)
    assert hands.run(100) == []
    hands.desk.done(first, SENT, hands.now, hands.steady)
    (second,) = hands.run(1)
    assert second.abouts == {made.key}


def test_it_is_tried_again_with_growing_pauses_and_given_up_after_an_hour(
    engine: Engine, book: AlarmBook
) -> None:
    book.fire(rule(urgent=True), NOON)
    hands = Hands(engine)
    hands.outcome = later("It answered HTTP 503.")
    jobs = hands.run(7200, 5)
    at = [job.at - jobs[0].at for job in jobs]
    assert at[:7] == [0, 5, 15, 35, 75, 155, 315] and at[7] == 615
    assert len(jobs) == 17 and 3000 < at[-1] <= 3700
    (row,) = book.told()
    assert (row.state, row.attempts) == ("failed", 17)
    with engine.connect() as connection:
        failed = failed_notices(connection, SITE, hands.now)
    assert failed.messages == 1 and failed.last and failed.last[:2] == ("lead", "It answered HTTP 503.")


def test_what_fails_now_is_shown_before_it_is_given_up(engine: Engine, book: AlarmBook) -> None:
    for name in ("one", "two"):
        book.fire(rule(name, urgent=True), NOON)
    hands = Hands(engine)
    hands.outcome = later("It answered HTTP 503.")
    hands.run(3)
    with engine.connect() as connection:
        assert failed_notices(connection, SITE, hands.now).messages == 1
    hands.outcome = SENT
    hands.run(10)
    with engine.connect() as connection:
        assert failed_notices(connection, SITE, hands.now) == (0, None)


def test_a_wish_to_wait_is_heeded(engine: Engine, book: AlarmBook) -> None:
    book.fire(rule(urgent=True), NOON)
    hands = Hands(engine)
    hands.outcome = later("busy", 600)
    jobs = hands.run(700)
    assert [job.at - NOON for job in jobs] == [1, 601]


def test_what_can_never_work_is_given_up_at_once_and_the_next_alarm_tries_anew(
    engine: Engine, book: AlarmBook
) -> None:
    book.fire(rule("one", urgent=True), NOON)
    hands = Hands(engine)
    hands.outcome = never("It answered with code 310000: sign not match")
    assert len(hands.run(600)) == 1
    hands.outcome = SENT
    book.fire(rule("two", urgent=True), hands.now)
    assert len(hands.run(60)) == 1
    assert [row.state for row in book.told()] == ["failed", "sent"]
    with engine.connect() as connection:
        assert failed_notices(connection, SITE, hands.now).messages == 1
        assert failed_notices(connection, SITE, hands.now + 9 * 3600).messages == 0


def test_taking_it_on_by_a_note_stops_repetitions(engine: Engine, book: AlarmBook) -> None:
    made = book.fire(rule(repeat_s=300, urgent=True), NOON)
    hands = Hands(engine)
    assert len(hands.run(400)) == 2
    book.ack(made, hands.now)
    assert hands.run(3600, 5) == []


def test_an_alarm_that_a_rebuild_takes_back_is_not_told(engine: Engine, book: AlarmBook) -> None:
    made = book.fire(rule(), NOON)
    hands = Hands(engine)
    hands.run(10)
    book.forget(made)
    assert hands.run(600, 5) == []
    assert [row.state for row in book.told()] == ["dropped"]


def test_alarms_of_the_past_are_not_told(engine: Engine, book: AlarmBook) -> None:
    old = book.fire(rule("old"), NOON - 86_400)
    book.clear(old, NOON - 80_000)
    book.fire(rule("still"), NOON - 3600)
    (job,) = Hands(engine).run(60)
    assert [part.case.alarm.rule for part in job.message.parts] == ["still"]


def test_open_incidents_and_what_passed_in_quiet_hours_stand_beside(engine: Engine, book: AlarmBook) -> None:
    start = 20 * 3600  # NOON is 20:00 in Shanghai
    quiet = Channel("lead", (Quiet(start, start + 1800),), zone="Asia/Shanghai")
    gone = book.fire(rule("gone"), NOON)
    book.fire(rule("stays"), NOON)
    book.incident("power", NOON)
    hands = Hands(engine, {"lead": quiet})
    hands.run(600, 5)
    book.clear(gone, hands.now)
    (job,) = hands.run(1500, 5)
    assert job.message.foot == ("进行中的突发事件：停电，20:00:00 起", "静默时段内另有 1 条来过并已解除")
    assert book.column("state") == ["dropped", "sent"]


def test_a_plan_is_one_thread_and_lower_steps_are_named(engine: Engine, book: AlarmBook) -> None:
    hands = Hands(engine)
    book.fire(rule("peak-0", "alarm", 0), NOON)
    (first,) = hands.run(60)
    book.fire(rule("peak-1", "alarm", 1), hands.now)
    (second,) = hands.run(60)
    other = book.fire(rule("other"), hands.now)
    (third,) = hands.run(60)
    assert first.thread == second.thread != third.thread and other.rule == "other"
    assert second.message.foot == ("同一预案中仍在持续：应急预案 · 关注 规则peak-0（20:00:00 起）",)


def test_a_simulated_floor_says_so(engine: Engine, book: AlarmBook) -> None:
    book.fire(rule(), NOON)
    (job,) = Hands(engine, simulated=True).run(60)
    assert job.message.title.startswith("【模拟】") and job.message.link == "https://w.example/plan?lang=zh"


# -- tests and reports -------------------------------------------------------------------------------


def ask_test(engine: Engine, file: NotifyFile, channel: str, now: float = NOON, who: str = "李") -> int:
    return send_test(engine, SITE, file, channel, ("客服中心", "Centre"), "Asia/Shanghai", who, now)


def test_a_test_leaves_at_once_even_where_the_channel_is_in_trouble(engine: Engine, book: AlarmBook) -> None:
    book.fire(rule(urgent=True), NOON)
    hands = Hands(engine)
    hands.outcome = later("busy", 600)
    hands.run(5)
    ask_test(engine, FILE, "lead", hands.now)
    (job,) = hands.run(2)
    assert (job.kind, job.message.title) == ("test", "【测试】客服中心的现场通知")
    assert [row.state for row in book.told()] == ["waiting", "failed"]
    with engine.connect() as connection:
        assert last_results(connection, SITE, hands.now)["lead"].kind == "test"


def test_a_test_is_refused_with_its_reason(engine: Engine) -> None:
    def code(channel: str, now: float = NOON, who: str = "李") -> str:
        with pytest.raises(AskError) as caught:
            ask_test(engine, FILE, channel, now, who)
        return caught.value.code

    assert code("nowhere") == "unknown_channel" and code("shut") == "channel_off"
    assert code("lead", who=" ") == "no_who"
    ask_test(engine, FILE, "lead")
    assert code("lead", NOON + 60) == "asked_already"
    Hands(engine).run(5)
    assert code("lead", NOON + 9) == "asked_already" and ask_test(engine, FILE, "lead", NOON + 20)


def reported(
    engine: Engine, file: NotifyFile, about: str, texts: dict[str, str], now: float
) -> tuple[str, ...]:
    with writing(engine) as connection:
        return report_to_supervisor(connection, SITE, file, about, texts, now)


def test_a_report_goes_to_the_supervisors_in_their_language_without_numbers(
    engine: Engine, book: AlarmBook
) -> None:
    texts = {
        "zh": "突发事件\n停电",
        "en": "Incident report\nCaller 13812342071 reported it, desk 021-5550-0101",
    }
    told = reported(engine, FILE, "incident/3", texts, NOON)
    assert told == ("boss",)
    hands = Hands(engine, {"boss": Channel("boss", (Quiet(0, 0),), zone="Asia/Shanghai")})
    (job,) = hands.run(5)
    assert job.message.title == "Incident report" and job.message.lang == "en"
    assert job.message.foot == ("Caller 138****2071 reported it, desk 021****0101",)
    assert book.told()[0].about == "incident/3" and book.told()[0].kind == "report"


def test_a_report_without_anybody_to_tell_says_so(engine: Engine, book: AlarmBook) -> None:
    nobody = parse_notify("channels: {}", "notify.yaml")
    assert reported(engine, nobody, "incident/1", {"zh": "a", "en": "b"}, NOON) == ()
    assert book.told() == []


def test_a_report_for_a_channel_that_is_turned_off_fails_with_its_reason(
    engine: Engine, book: AlarmBook
) -> None:
    reported(engine, FILE, "incident/3", {"zh": "a", "en": "b"}, NOON)
    Hands(engine).run(3)
    assert book.column("state") == ["failed"] and "is off" in str(book.column("error")[0])


def test_a_retried_report_keeps_its_text(engine: Engine, book: AlarmBook) -> None:
    reported(engine, FILE, "incident/3", {"zh": "a", "en": "T\nbody"}, NOON)
    hands = Hands(engine, {"boss": Channel("boss")})
    hands.outcome = later("busy")
    jobs = hands.run(20)
    assert len(jobs) == 3 and len({job.message for job in jobs}) == 1


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("138 1234 2071", "138****2071"),
        ("+86 13812342071", "+86138****2071"),
        ("等 12 人，20:15 起，第 3 组", "等 12 人，20:15 起，第 3 组"),
        ("2026-05-29 20:00", "2026-05-29 20:00"),
    ],
)
def test_numbers_that_people_write_are_masked(text: str, masked: str) -> None:
    assert without_numbers(text) == masked


def test_the_last_messages_count_what_left_together_once(engine: Engine, book: AlarmBook) -> None:
    for number in range(3):
        book.fire(rule(f"r{number}"), NOON)
    Hands(engine).run(60)
    with engine.connect() as connection:
        (message,) = recent(connection, SITE, NOON + 60)
    assert (message.alarms, message.state, message.kind) == (3, "sent", "first")


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres: PrivatePostgres) -> None:
    engine = open_engine(postgres.new_database())
    metadata.create_all(engine)
    book = AlarmBook(engine)
    made = book.fire(rule(repeat_s=100), NOON + 0.123456)
    hands = Hands(engine)
    assert [job.kind for job in hands.run(200)] == ["first", "repeat"]
    book.clear(made, hands.now)
    (job,) = hands.run(60)
    assert job.message.kind == "cleared"
    ask_test(engine, FILE, "lead", hands.now)
    assert len(hands.run(3)) == 1
    with engine.connect() as connection:
        assert failed_notices(connection, SITE, hands.now).messages == 0
        assert len(recent(connection, SITE, hands.now)) == 4
    engine.dispose()
