"""The live door against a manager interface on loopback: login, filters, resync, commands, failures."""

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from ccfloor.acd.ami_link import AmiAccess, AmiTimes
from ccfloor.acd.ami_probe import probe
from ccfloor.acd.asterisk_ami import AsteriskAmi
from ccfloor.acd.base import CommandKind, LinkState, SeatCommand
from ccfloor.acd.sentences import SENTENCES, in_language, say
from ccfloor.floor.events import (
    CallEnded,
    CallJoined,
    CallLeft,
    CallRefused,
    FloorSnapshot,
    SourceLost,
)
from tests.fakes import ami_run
from tests.fakes.ami_server import FakeAmi
from tests.fakes.fake_sink import FakeSink, until

SECRET = "open sesame"
CERTIFICATE = Path(__file__).parents[1] / "fixtures" / "loopback_tls.pem"
QUICK = AmiTimes(
    connect_s=5,
    answer_s=5,
    ping_s=0.05,
    silence_s=5,
    tick_s=0.01,
    look_s=0.02,
    first_retry_s=0.01,
    longest_retry_s=0.05,
    refused_retry_s=0.05,
)


def member(queue: str, seat: str, name: str, **more: str) -> dict[str, str]:
    base = {"Event": "QueueMember", "Queue": queue, "Name": name, "Location": seat, "StateInterface": seat}
    return {**base, "Penalty": "0", "Status": "1", "Paused": "0", "PausedReason": "", **more}


def report() -> list[dict[str, str]]:
    return [
        {"Event": "QueueParams", "Queue": "support", "Calls": "1"},
        member("support", "PJSIP/101", "Alice"),
        member("support", "Local/113@from-queue/n", "Mike", StateInterface="PJSIP/113"),
        {"Event": "QueueEntry", "Queue": "support", "Position": "1", "Uniqueid": "9.1", "Wait": "7"},
    ]


@asynccontextmanager
async def asterisk(tls: ssl.SSLContext | None = None) -> AsyncIterator[FakeAmi]:
    server = FakeAmi(secret=SECRET)
    server.report = report()
    await server.start(tls)
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def door(
    server: FakeAmi, sink: FakeSink, times: AmiTimes = QUICK, **access: object
) -> AsyncIterator[AsteriskAmi]:
    given = {"host": "127.0.0.1", "port": server.port, "user": "ccfloor", "secret": SECRET, **access}
    connector = AsteriskAmi(AmiAccess(**given), clock=time.time, times=times)  # type: ignore[arg-type]
    running = asyncio.create_task(connector.run(sink))
    try:
        yield connector
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@contextmanager
def everything_said(caplog: pytest.LogCaptureFixture, sink: FakeSink) -> Iterator[list[str]]:
    """All that was logged or reported, and never the secret."""
    said: list[str] = []
    with caplog.at_level(logging.DEBUG):
        yield said
    said += [record.getMessage() for record in caplog.records]
    said += [repr(one) for one in sink.reports]
    assert not [line for line in said if SECRET in line]


def test_one_login_and_one_snapshot() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
                await until(lambda: server.asked("Ping"))
                assert server.logins == 1
                assert len(server.sessions) == 1
                (snapshot,) = sink.of(FloorSnapshot)
            assert isinstance(snapshot, FloorSnapshot)
            assert [queue.queue for queue in snapshot.queues] == ["support"]
            assert [(caller.call, caller.wait_s) for caller in snapshot.waiting] == [("9.1", 7.0)]
            assert [seat.seat for seat in snapshot.members] == ["PJSIP/101", "Local/113@from-queue/n"]
            assert sink.codes() == ["ami_connecting", "ami_up"]
            assert all("Secret" not in action for action in server.actions)

    asyncio.run(scene())


def test_a_switch_without_challenge_gets_the_plain_login() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            server.challenges = False
            server.denied.add("Challenge")
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
            assert server.logins == 1

    asyncio.run(scene())


def test_the_recorded_stream_arrives_filtered_and_whole() -> None:
    """What the switch sends is a fraction of the stream, and still tells refusals and time-outs apart."""
    stream = ami_run.told()
    end = next(i for i, (_, m) in enumerate(stream) if m.get("Event") == "QueueStatusComplete")
    begin = [m for _, m in stream[:end] if m.get("Event") in ("QueueParams", "QueueMember")]
    live = [message for _, message in stream[end:] if "Privilege" in message]

    async def scene() -> None:
        async with asterisk() as server:
            server.report = begin
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
                before = server.sent_bytes
                server.tell(live)
                sent = server.sent_bytes - before
                await until(lambda: len(sink.of(CallEnded)) == 243 and len(sink.of(CallJoined)) == 387)
            left = [event.outcome.value for event in sink.of(CallLeft) if isinstance(event, CallLeft)]
            counts = {name: left.count(name) for name in sorted(set(left))}
            assert counts == {"abandoned": 114, "key_exit": 9, "timed_out": 14, "withdrawn": 7}
            assert len(sink.of(CallRefused)) == 8
            noise = {"VarSet", "RTCPSent", "Newstate", "DialBegin", "DeviceStateChange", "Newexten"}
            wanted = [m for m in live if m["Event"] not in noise]
            assert sent < sum(len(ami_run.block_of(m)) for m in wanted) * 1.1
            positions = [position for _, position, _ in sink.events]
            assert positions == list(range(1, len(positions) + 1))

    asyncio.run(scene())


def test_filters_denied_leaves_the_classes_without_the_flood() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            server.denied.add("Filter")
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
                assert server.sessions[0].mask == {"agent", "call", "system"}

    asyncio.run(scene())


def test_a_lost_link_comes_back_with_the_gap_told() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
                server.cut()
                await until(lambda: len(sink.of(FloorSnapshot)) == 2)
            lost = sink.of(SourceLost)[0]
            again = sink.of(FloorSnapshot)[1]
            assert isinstance(again, FloorSnapshot)
            assert again.blind_since == lost.at
            assert not again.restarted
            assert "ami_lost" in sink.codes()
            sources = list(dict.fromkeys(source for source, _, _ in sink.events))
            assert len(sources) == 2
            assert sources[0] < sources[1]

    asyncio.run(scene())


def test_a_restarted_switch_is_recognized() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
                server.started = "2026-11-21 18:00:00"
                server.cut()
                await until(lambda: len(sink.of(FloorSnapshot)) == 2)
            assert [event.restarted for event in sink.of(FloorSnapshot)] == [False, True]  # type: ignore[attr-defined]

    asyncio.run(scene())


def test_our_own_restart_knows_when_the_switch_was_last_seen() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
            position, started = sink.marks["ami"]
            assert started == server.started
            later = FakeSink(marks=dict(sink.marks))
            async with door(server, later):
                await until(lambda: later.state() is LinkState.UP)
            (snapshot,) = later.of(FloorSnapshot)
            assert isinstance(snapshot, FloorSnapshot)
            assert snapshot.blind_since == position / 1000

    asyncio.run(scene())


def test_a_reload_is_followed_by_a_report() -> None:
    """A reload can add members and queues without any event of their own."""

    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
                server.report.append(member("sales", "PJSIP/102", "Bob"))
                server.tell([{"Event": "Reload", "Privilege": "system,all", "Module": "All", "Status": "0"}])
                await until(lambda: len(sink.of(FloorSnapshot)) == 2)
            again = sink.of(FloorSnapshot)[1]
            assert isinstance(again, FloorSnapshot)
            assert again.blind_since == 0
            assert ("PJSIP/102", "sales") in [(seat.seat, seat.queue) for seat in again.members]

    asyncio.run(scene())


def test_commands_reach_the_switch_and_its_refusal_comes_back() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            server.refusals["QueueRemove"] = "Unable to remove interface: Not there"
            sink = FakeSink()
            async with door(server, sink) as connector:
                early = await connector.send(SeatCommand(CommandKind.PAUSE, "PJSIP/101"))
                assert not early.ok
                assert in_language(early.message, "zh") == SENTENCES["ami_command_down"]["zh"]
                await until(lambda: sink.state() is LinkState.UP)
                seat = "Local/113@from-queue/n"
                orders = [
                    SeatCommand(CommandKind.PAUSE, "PJSIP/101", reason="lunch\r\nAction: Originate"),
                    SeatCommand(CommandKind.UNPAUSE, "PJSIP/101", queue="support"),
                    SeatCommand(CommandKind.ADD, seat, queue="sales", penalty=3),
                    SeatCommand(CommandKind.PENALTY, "PJSIP/101", queue="support", penalty=2),
                ]
                for order in orders:
                    assert (await connector.send(order)).ok
                refused = await connector.send(SeatCommand(CommandKind.REMOVE, "PJSIP/101", queue="vip"))
                assert not refused.ok
                assert refused.message == "Unable to remove interface: Not there"
            pause, unpause = server.asked("QueuePause")
            assert pause["Paused"] == "true"
            assert pause["Reason"] == "lunch Action: Originate"
            assert "Queue" not in pause
            assert (unpause["Paused"], unpause["Queue"]) == ("false", "support")
            (add,) = server.asked("QueueAdd")
            assert add["MemberName"] == "Mike"
            assert add["StateInterface"] == "PJSIP/113"
            assert add["Penalty"] == "3"
            assert server.asked("QueuePenalty")[0]["Penalty"] == "2"
            assert server.asked("Originate") == []

    asyncio.run(scene())


def test_an_unanswered_command_is_told_and_the_link_declared_dead() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            times = AmiTimes(answer_s=0.2, tick_s=0.01, ping_s=60, first_retry_s=0.01, silence_s=60)
            async with door(server, sink, times) as connector:
                await until(lambda: sink.state() is LinkState.UP)
                server.mute = True
                result = await connector.send(SeatCommand(CommandKind.PAUSE, "PJSIP/101"))
                assert not result.ok
                assert in_language(result.message, "zh") == SENTENCES["ami_command_unanswered"]["zh"]

    asyncio.run(scene())


def test_a_half_open_link_is_noticed() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            times = AmiTimes(answer_s=60, silence_s=0.2, tick_s=0.01, ping_s=0.05, first_retry_s=0.01)
            async with door(server, sink, times):
                await until(lambda: sink.state() is LinkState.UP)
                server.mute = True
                await until(lambda: "ami_silent" in sink.codes())
                assert sink.of(SourceLost)

    asyncio.run(scene())


def test_a_wrong_password_says_what_to_change(caplog: pytest.LogCaptureFixture) -> None:
    async def scene(sink: FakeSink) -> None:
        async with asterisk() as server:
            server.secret = "another"
            async with door(server, sink):
                await until(lambda: len(sink.reports) >= 3)
            assert server.logins == 0
            assert len(server.asked("Login")) == len(server.asked("Challenge"))

    sink = FakeSink()
    with everything_said(caplog, sink) as said:
        asyncio.run(scene(sink))
    failed = sink.reports[1]
    assert (failed.state, failed.code) == (LinkState.DOWN, "ami_login")
    assert failed.retry_at > 0
    assert "ccfloor" in say(failed.code, failed.details, "zh")
    assert any("Authentication failed" in line for line in said)
    assert sink.events == []


def test_the_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(AmiAccess("h", secret=SECRET))


@pytest.mark.parametrize(
    ("greeting", "code"),
    [(b"SSH-2.0-OpenSSH_9.2p1\r\n", "ami_not_ami"), (b"HTTP/1.1 400 Bad Request\r\n\r\n", "ami_not_ami")],
)
def test_another_service_on_the_port(greeting: bytes, code: str) -> None:
    async def scene() -> None:
        async with asterisk() as server:
            server.greeting = greeting
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: LinkState.DOWN in [report.state for report in sink.reports])
            failed = sink.reports[1]
            assert failed.code == code
            assert failed.details["text"] == greeting.decode().split("\r\n")[0]

    asyncio.run(scene())


def test_a_closed_port_an_unknown_host_and_a_silent_one() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]

    async def scene() -> None:
        async with asterisk() as server:
            server.greeting = b""
            quick = AmiTimes(connect_s=0.2, first_retry_s=60)
            cases = [
                ({"port": closed}, QUICK, "ami_refused"),
                ({"host": "no-such-host.invalid"}, QUICK, "ami_unknown_host"),
                ({}, quick, "ami_timeout"),
            ]
            for access, times, code in cases:
                sink = FakeSink()
                async with door(server, sink, times, **access):
                    await until(lambda sink=sink: LinkState.DOWN in [r.state for r in sink.reports])
                assert sink.reports[1].code == code

    asyncio.run(scene())


def test_tls_with_a_known_an_unknown_and_a_missing_ca() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    async def scene() -> None:
        async with asterisk(context) as server:
            sink = FakeSink()
            async with door(server, sink, tls=True, ca=str(CERTIFICATE)):
                await until(lambda: sink.state() is LinkState.UP)
            for ca, code in (("", "ami_tls"), ("/no/such/file.pem", "ami_ca")):
                sink = FakeSink()
                async with door(server, sink, tls=True, ca=ca):
                    await until(lambda sink=sink: LinkState.DOWN in [r.state for r in sink.reports])
                assert sink.reports[1].code == code
                assert sink.reports[1].details["reason"]

    asyncio.run(scene())


def test_tls_to_a_plain_port() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            async with door(server, sink, tls=True):
                await until(lambda: LinkState.DOWN in [report.state for report in sink.reports])
            assert sink.reports[1].code == "ami_tls"

    asyncio.run(scene())


def test_missing_rights_are_named() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            server.denied |= {"QueuePause", "CoreShowChannels"}
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.codes().count("ami_rights") == 2)
            assert sink.reports[-1].state is LinkState.UP
            assert sink.reports[-1].details["rights"] == "write=agent, write=reporting"
            assert len(sink.of(FloorSnapshot)) == 1

    asyncio.run(scene())


def test_a_switch_that_still_starts_is_tried_again_soon() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            server.refusals["QueueStatus"] = "Invalid/unknown command: QueueStatus."
            sink = FakeSink()
            times = AmiTimes(tick_s=0.01, first_retry_s=0.01, refused_retry_s=600)
            async with door(server, sink, times):
                await until(lambda: "ami_not_ready" in sink.codes())
                server.refusals.clear()
                await until(lambda: sink.state() is LinkState.UP)
            assert len(sink.of(FloorSnapshot)) == 1

    asyncio.run(scene())


def test_queues_that_do_not_tell_who_answers_are_noticed() -> None:
    """Up to Asterisk 11 a queue tells of its agents only when it is asked to in queues.conf."""

    async def scene() -> None:
        async with asterisk() as server:
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
                for number in range(5):
                    call = {"Privilege": "call,all", "Queue": "support", "Uniqueid": f"5.{number}"}
                    server.tell([{"Event": "Join", **call}, {"Event": "Leave", **call}])
                    server.tell([{"Event": "Hangup", **call}])
                await until(lambda: sink.codes()[-1] == "ami_silent_queues")
            assert "eventwhencalled=yes" in say(sink.codes()[-1], sink.reports[-1].details, "zh")

    asyncio.run(scene())


def test_a_denied_queue_status_is_no_connection() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            server.denied.add("QueueStatus")
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: "ami_denied" in sink.codes())
            assert sink.of(FloorSnapshot) == []

    asyncio.run(scene())


def test_queue_events_that_never_come_are_noticed() -> None:
    """The user may log in but not read the class agent: reports differ and no event ever said so."""

    async def scene() -> None:
        async with asterisk() as server:
            server.readable = frozenset({"call", "system"})
            sink = FakeSink()
            async with door(server, sink):
                await until(lambda: sink.state() is LinkState.UP)
                assert "ami_no_agent_events" not in sink.codes()
                server.report[3]["Uniqueid"] = "9.2"
                await until(lambda: "ami_no_agent_events" in sink.codes())
            assert len(sink.of(FloorSnapshot)) == 2

    asyncio.run(scene())


def test_a_probe_tells_rights_and_sizes_and_changes_nothing() -> None:
    async def scene() -> None:
        async with asterisk() as server:
            access = AmiAccess("127.0.0.1", server.port, "ccfloor", SECRET)
            full = await probe(access, time.time, QUICK)
            assert (full.ok, full.code, full.queues, full.seats) == (True, "ami_up", 1, 2)
            assert full.skew_s == pytest.approx(-7.0, abs=1.0)
            server.denied |= {"QueuePause", "Filter"}
            poor = await probe(access, time.time, QUICK)
            assert (poor.ok, poor.details["rights"]) == (True, "write=agent, write=system")
            server.denied.add("QueueStatus")
            assert (await probe(access, time.time, QUICK)).code == "ami_denied"
            wrong = await probe(AmiAccess("127.0.0.1", server.port, "ccfloor", "x"), time.time, QUICK)
            assert (wrong.ok, wrong.code) == (False, "ami_login")
            asked = {action["Action"] for action in server.actions}
            assert asked == {"Challenge", "Login", "ListCommands", "Ping", "QueueStatus"}
            assert SECRET not in repr([full, poor, wrong])
            for found in (full, poor, wrong):
                assert say(found.code, found.details, "zh") != say(found.code, found.details, "en")

    asyncio.run(scene())


def test_every_sentence_is_there_in_both_languages() -> None:
    for code, texts in SENTENCES.items():
        assert set(texts) == {"zh", "en"}, code
        fields = [set(part.split("}")[0] for part in text.split("{")[1:]) for text in texts.values()]
        assert fields[0] == fields[1], code
