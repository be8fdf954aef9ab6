"""A day of five queues, each with seats, agents and callers of its own, and one seat that serves two."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import insert

from ccfloor.access.rights import Role
from ccfloor.acd.base import CommandKind, SeatCommand
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    Device,
    EndedBy,
    Outcome,
    RingEnded,
    RingResult,
    SeatDevice,
    SeatJoined,
)
from ccfloor.rules.alarms import RuleState
from ccfloor.service import campaigns, runtime
from ccfloor.service.access.identity import Identity
from ccfloor.service.commands import request_command
from ccfloor.service.keeper import RecorderKeeper
from ccfloor.service.lease import take_lease
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.moves.crews import save_crew
from ccfloor.service.moves.preview import preview_move
from ccfloor.service.plan import AlarmView, Incident, OpenSeat, Planned, PlanView, Text
from ccfloor.service.replay_room import ReplayRoom
from ccfloor.service.reports import plans
from ccfloor.service.settings import load
from ccfloor.service.staffing.judged import note_moves
from ccfloor.store.engine import writing
from ccfloor.store.recorder import Item, Recorder
from ccfloor.store.tables import alarms
from ccfloor.store.viewer import EVERYTHING
from tests.fakes import advised
from tests.fakes.current import upgrade

T0 = 1_780_012_800.0 - 1_780_012_800.0 % 86_400
NOW = T0 + 4 * 3600
MOVES = (
    (("P/loans", "P/fraud"), "cards"),
    (("P/cards",), "loans"),
    (("P/broker",), "fraud"),
    (("P/estate",), "broker"),
    (("P/both",), "loans"),
)
QUEUES = {
    "loans": ("贷款专线", "Loan desk"),
    "cards": ("信用卡线", "Card desk"),
    "fraud": ("反欺诈线", "Fraud watch"),
    "broker": ("证券坐台", "Broker line"),
    "estate": ("遗产热线", "Estate matters"),
}
MINE = frozenset(("loans", "cards"))
HIDDEN = tuple(name for name in QUEUES if name not in MINE)


def agent(queue: str) -> str:
    """Who signs on for this queue alone."""
    return f"{queue.title()}son"


def number(queue: str, call: int) -> str:
    """A caller's number; the last digits are the queue's own."""
    return f"1391{list(QUEUES).index(queue)}00{call % 10}77{list(QUEUES).index(queue)}5"


def seat(queue: str) -> str:
    return f"P/{queue}"


CONFIG = FloorConfig(
    zone="UTC",
    queues={name: QueueInfo(name, zh, en) for name, (zh, en) in QUEUES.items()},
    seats={seat(name): SeatInfo(seat(name), agent(name), number=f"9{n}", team=f"T{n}")
           for n, name in enumerate(QUEUES)}
    | {"P/both": SeatInfo("P/both", "Bothby", number="95", team="T0")},
)  # fmt: skip

HIDDEN_WORDS = frozenset(
    word
    for queue in HIDDEN
    for word in (queue, *QUEUES[queue], agent(queue), seat(queue))
) | {f"****77{list(QUEUES).index(queue)}5" for queue in HIDDEN} | {
    number(queue, call) for queue in HIDDEN for call in range(10)
}  # fmt: skip
SEEN_WORDS = frozenset(word for queue in MINE for word in (queue, agent(queue)))

LEAD = Identity(7, "lead", "Lead", Role.LEAD, queues=MINE, source="127.0.0.1")


def day() -> Iterator[AnyEvent]:
    """Calls into each queue: answered, given up, handed to another queue; some still wait."""
    for queue in QUEUES:
        yield SeatJoined(at=T0, seat=seat(queue), queue=queue, agent=agent(queue), device=Device.IDLE)
    for queue in ("cards", "fraud"):
        yield SeatJoined(at=T0, seat="P/both", queue=queue, agent="Bothby", device=Device.IDLE)
    for turn in range(120):
        for at, queue in enumerate(QUEUES, 1):
            yield from _call(T0 + 100.0 * turn + at, queue, turn)
    for at, queue in enumerate(QUEUES, 1):
        yield CallJoined(at=NOW - 30 + at, call=f"w.{at}", queue=queue, number=number(queue, 3), name="")
    yield CallJoined(at=NOW - 20, call="b.1", queue="fraud", number=number("fraud", 4), name="of fraud")
    yield CallAnswered(at=NOW - 10, call="b.1", queue="fraud", seat="P/both", wait_s=10.0, ring_s=1.0)
    yield from _rung_in_vain("r.1", "loans")


def _rung_in_vain(call: str, queue: str) -> Iterator[AnyEvent]:
    """A call that rings at a colleague's seat before it is answered at the queue's own."""
    yield CallJoined(at=NOW - 9, call=call, queue=queue, number=number(queue, 5), name="")
    yield CallRang(at=NOW - 8, call=call, queue=queue, seat="P/both")
    yield RingEnded(at=NOW - 6, call=call, queue=queue, seat="P/both", result=RingResult.NO_ANSWER)
    yield CallRang(at=NOW - 6, call=call, queue=queue, seat=seat(queue))
    yield CallAnswered(at=NOW - 5, call=call, queue=queue, seat=seat(queue), wait_s=4.0, ring_s=1.0)
    yield CallEnded(at=NOW - 1, call=call, queue=queue, seat=seat(queue), talk_s=4.0, by=EndedBy.CALLER)


def _call(at: float, queue: str, turn: int) -> Iterator[AnyEvent]:
    call, where = f"{at:.0f}", seat(queue)
    yield CallJoined(at=at, call=call, queue=queue, number=number(queue, turn), name=f"of {queue}")
    if turn % 5 == 4:
        yield CallLeft(at=at + 9, call=call, queue=queue, outcome=Outcome.ABANDONED)
        return
    yield CallAnswered(at=at + 3, call=call, queue=queue, seat=where, wait_s=3.0, ring_s=1.0)
    yield SeatDevice(at=at + 3, seat=where, device=Device.IN_USE)
    by = EndedBy.BLIND_TRANSFER if turn % 7 == 0 else EndedBy.CALLER
    ended = {"talk_s": 12.0, "by": by, "target": "fraud" if turn % 7 == 0 else ""}
    yield CallEnded(at=at + 15, call=call, queue=queue, seat=where, **ended)  # type: ignore[arg-type]
    yield SeatDevice(at=at + 15, seat=where, device=Device.IDLE)


def plan() -> PlanView:
    """Alarms, planned peaks and seats that do not comply, of every queue."""
    return PlanView(
        at=NOW,
        alarms=tuple(_alarm(queue) for queue in QUEUES),
        open=tuple(OpenSeat(seat(q), agent(q), agent(q), "T0", "pause", NOW, NOW, "x") for q in QUEUES),
        planned=(
            Planned(1, "peak", NOW, NOW + 60, ("cards", "fraud"), True),
            Planned(2, "Estate matters", NOW, NOW + 60, ("estate",), True),
        ),
        incidents=(Incident(1, "power", "power", NOW, "Lead"),),
    )


def _alarm(queue: str) -> AlarmView:
    words, about = Text("告警", "alarm"), Text(*QUEUES[queue])
    times = (NOW, NOW, NOW, 0.0)
    return AlarmView(
        "builds", f"builds/queue:{queue}/1", f"queue:{queue}", "queue", words, about, about, "alarm",
        RuleState.FIRING, False, 9.0, *times, "", 0.0, "", "once", (queue,),
    )  # fmt: skip


def world(folder: Path, db: str = "") -> runtime.Service:
    """A service over that day, with its view in the hub; numbers are shown in full. ``db``: else SQLite."""
    db = db or f"sqlite:///{folder / 'floor.db'}"
    service = runtime.Service(
        load(environ={}, db=db, source="none", site__mask_numbers=False, site__data=str(folder))
    )
    service.config, service.clock = CONFIG, lambda: NOW
    service.replays = ReplayRoom(service.settings, CONFIG, service.engine, service.clock, lambda: NOW)
    upgrade(service.engine)
    recorder = Recorder(service.engine, CONFIG, "main", "live", live=True)
    events = [Item("ami", position, event) for position, event in enumerate(day(), 1)]
    for first in range(0, len(events), 300):
        recorder.record(events[first : first + 300])
    keeper = RecorderKeeper(recorder, take_lease(service.engine, "main"), service.clock)
    keeper.show(NOW, [])
    _acts(service)
    row = service._read_live(-1)
    assert row is not None
    service.hub.accept(row._replace(plan=plan()))
    return service


def _acts(service: runtime.Service) -> None:
    """A command to each seat, a planned peak, an alarm and a plan of reports for each queue."""
    row = service._read_live(-1)
    view = row.view if row else None
    fixed = {"site": "main", "rule": "builds", "version": 1, "severity": "alarm", "plan": "", "level": -1}
    for queue in QUEUES:
        pause = SeatCommand(CommandKind.PAUSE, seat(queue), reason="break")
        request_command(service.engine, EVERYTHING, view, pause, f"for {queue}", NOW, who="Lead")
        draft = campaigns.Draft(f"peak {queue}", NOW + 60, NOW + 90, (queue,))
        campaigns.add_campaign(service.engine, EVERYTHING, CONFIG, draft, "Lead", "why", NOW)
        body = plans.Body(scope=f"queue:{queue}")
        plans.add_plan(service.engine, EVERYTHING, f"report {queue}", body, "Lead", "why", NOW)
        row_of = {"subject": f"queue:{queue}", "fired_at": T0 + 900, "active_at": T0 + 800, "value": 9.0}
        rest = {"cleared_at": T0 + 1000, "blind_s": 0.0, "worst": 9.0}
        with writing(service.engine) as connection:
            connection.execute(insert(alarms).values(**fixed, **row_of, **rest))
    for seats, to in MOVES:
        wanted = Wanted(seats, {to: 3}, beside=len(seats) > 1, insist=True, minutes=30)
        shown = preview_move(service.engine, EVERYTHING, view, wanted, service.effects).queues
        predicted = msgspec.json.encode(shown).decode()
        ask_move(service.engine, EVERYTHING, view, wanted, "peak", NOW, who="Lead", predicted=predicted)
        if to not in MINE or len(seats) == 1:
            named = service.engine, EVERYTHING, view, f"crew of {to}", wanted, NOW
            save_crew(*named, who="Lead", replace=True)
    given = (("cards", "loans"), ("broker", "fraud"), ("fraud", "loans"))
    said = (advised.proposal(NOW, seat(donor), queue=queue, donor=donor) for donor, queue in given)
    advised.keep(service.engine, advised.told(*said), NOW)
    note_moves(service.engine, "main", NOW + 1)
