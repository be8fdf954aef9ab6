"""A floor on which every text that somebody else writes is hostile, as files and a database.

Names of callers, agents, queues, teams and sources, pause reasons, and all that people type: each begins
a tag, a formula, a picture in Markdown, a maths text, turns the writing round, or is very long.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import msgspec
import yaml
from sqlalchemy import Engine, insert

from ccfloor.access.rights import Role
from ccfloor.acd.base import CommandKind, Health, LinkState, SeatCommand
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    Device,
    EndedBy,
    Outcome,
    SeatDevice,
    SeatJoined,
    SeatPaused,
)
from ccfloor.floor.view import FloorView
from ccfloor.kpi.datasets import DATASETS
from ccfloor.kpi.period import day_of
from ccfloor.kpi.scope import SITE
from ccfloor.rules.alarms import RuleState, alarm_key
from ccfloor.rules.model import Words
from ccfloor.service import (
    annotations,
    called_back,
    campaigns,
    commands,
    importing_kpi,
    incidents,
    leave,
    plan_notes,
    teams,
)
from ccfloor.service.access import accounts, displays
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.audit import Actor
from ccfloor.service.moves.ask import Wanted, ask_move
from ccfloor.service.moves.crews import save_crew
from ccfloor.service.plan import AlarmView, Incident, LastFailed, OpenSeat, Planned, PlanView, Text
from ccfloor.service.reports import plans, runs
from ccfloor.service.reports.due import Owed
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site
from ccfloor.service.staffing.judged import note_moves
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.recorder import Item, Recorder
from ccfloor.store.tables import alarms, calls
from ccfloor.store.viewer import EVERYTHING
from tests.fakes import advised, hostile_qa
from tests.fakes.current import upgrade
from tests.fakes.stored_peak import put_rule
from tests.unit.service.plans import LEVEL1

NASTY = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "'><svg onload=alert(1)></style></script><b>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "-2+3",
    "![x](http://127.0.0.1:9/x.png)",
    "[a](javascript:alert(1))",
    ":material/home:",
    "$\\latex$ **bold** :red[warm]",
    "\u202eright to left\u200f",
    "nul\x00here",
    "&lt;img src=x onerror=alert(1)&gt;",
)
LONG = "长W" * 5000
TEXTS = (*NASTY, LONG)
QUEUES = {f"q{at} {text[:40]}": text for at, text in enumerate((*NASTY[:6], LONG))}
BOSS = Actor(NASTY[0], Role.ADMIN, "127.0.0.1")
ZONE = "UTC"
WHO, WHY = NASTY[0], f"{NASTY[1]} {NASTY[7]} {NASTY[8]}"


def seat(at: int) -> str:
    """The switch's name of a seat."""
    return f"P/{at}{NASTY[at % len(NASTY)][:24]}"


def agent(at: int) -> str:
    """Who sits there."""
    return f"{TEXTS[at]}"


def put(folder: Path, now: float) -> FloorConfig:
    """Write the site's files and its database ``floor.db`` into a folder; ``now``: UTC epoch seconds."""
    _files(folder)
    config = load_site(SiteSettings(id="main", zone=ZONE, data=str(folder)))
    engine = open_engine(f"sqlite:///{folder / 'floor.db'}")
    upgrade(engine)
    recorder = Recorder(engine, config, "main", "live", live=True)
    events = sorted(_events(now), key=lambda event: event.at)
    items = [Item(NASTY[0], position, event) for position, event in enumerate(events, 1)]
    for first in range(0, len(items), 300):
        recorder.record(items[first : first + 300])
    with acting_as(Identity(role=Role.SYSTEM, name=WHO)):
        _acts(engine, config, now)
    view = recorder.show(now, now, _sources(now), lambda _: msgspec.json.encode(_plan(now)).decode())
    pause = SeatCommand(CommandKind.PAUSE, seat(0), reason="break")
    commands.request_command(engine, EVERYTHING, view, pause, WHY, now, who=WHO)
    _moves(engine, view, now)
    engine.dispose()
    return config


def _moves(engine: Engine, view: FloorView, now: float) -> None:
    """Seats moved by somebody with a name, for a reason, as a group."""
    for at, queue in enumerate(QUEUES):
        wanted = Wanted((seat(at),), {queue: 7}, beside=True, ready=True, minutes=30, crew=NASTY[at])
        told = advised.shown(0.6, 0.7, queue)
        ask_move(engine, EVERYTHING, view, wanted, WHY, now, who=WHO, predicted=told)
        save_crew(engine, EVERYTHING, view, NASTY[at], wanted, now, who=WHO)
    note_moves(engine, "main", now + 1)


def settings(folder: Path) -> dict[str, str]:
    """The settings of a server on it, by the names of their variables."""
    return {"SITE_DATA": str(folder), "SITE_ZONE": ZONE, "SITE_NAME_ZH": NASTY[0], "SITE_NAME_EN": NASTY[1]}


def _files(folder: Path) -> None:
    queues = {name: {"zh": text, "en": text} for name, text in QUEUES.items()}
    seats = [
        {"seat": seat(at), "agent": agent(at), "agent_en": agent(at), "number": f"9{at}{text[:20]}",
         "team": text, "role": "agent"}
        for at, text in enumerate(TEXTS)
    ]  # fmt: skip
    reasons = {"break": ["rest"], "other": [NASTY[0]]}
    for name, held in (("queues", queues), ("seats", seats), ("reasons", reasons)):
        text = yaml.safe_dump({name: held}, allow_unicode=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def _events(now: float) -> Iterator[AnyEvent]:
    """Two days and the last three hours, which end with callers who wait and seats that pause."""
    noon = now - now % 86_400 + 9 * 3600
    for back in (2, 1):
        yield from _shift(noon - back * 86_400, noon - back * 86_400 + 7200, f"d{back}")
    yield from _shift(now - 3 * 3600, now - 600, "now")
    names = cycle(TEXTS)
    for at, queue in enumerate([*QUEUES] * 2):
        yield CallJoined(
            at=now - 90 - at, call=f"w{at}", queue=queue, number=f"1391234{at:04d}", name=next(names)
        )
    for at, text in enumerate(TEXTS[:12]):
        for queue in QUEUES:
            yield SeatPaused(at=now - 500 + at, seat=seat(at), queue=queue, paused=at % 2 == 0, reason=text)


def _shift(start: float, end: float, mark: str) -> Iterator[AnyEvent]:
    names, queues = cycle(TEXTS), cycle(QUEUES)
    for at in range(len(TEXTS)):
        for queue in QUEUES:
            yield SeatJoined(at=start, seat=seat(at), queue=queue, agent=agent(at), device=Device.IDLE)
    for turn in range(int((end - start) / 60)):
        at, queue, where = start + 60.0 * turn + 1, next(queues), seat(turn % len(TEXTS))
        call, number = f"{mark}.{turn}", f"1381234{turn % 30:04d}"
        yield CallJoined(at=at, call=call, queue=queue, number=number, name=next(names))
        if turn == 5:  # far beyond all others
            yield CallAnswered(at=at + 9, call=call, queue=queue, seat=where, wait_s=9.0, ring_s=4.0)
            yield CallEnded(at=at + 3000, call=call, queue=queue, seat=where, talk_s=2991.0, by=EndedBy.AGENT)
            continue
        if turn % 4 == 3:
            yield CallLeft(at=at + 25, call=call, queue=queue, outcome=Outcome.ABANDONED)
            continue
        yield CallAnswered(at=at + 9, call=call, queue=queue, seat=where, wait_s=9.0, ring_s=4.0)
        yield SeatDevice(at=at + 9, seat=where, device=Device.IN_USE)
        by = EndedBy.BLIND_TRANSFER if turn % 6 == 0 else EndedBy.AGENT
        target = NASTY[turn % len(NASTY)] if turn % 6 == 0 else ""
        yield CallEnded(at=at + 50, call=call, queue=queue, seat=where, talk_s=41.0, by=by, target=target)
        yield SeatDevice(at=at + 50, seat=where, device=Device.IDLE)


def _sources(now: float) -> bytes:
    details = {"why": NASTY[0], "host": NASTY[1], "file": NASTY[7]}
    return msgspec.json.encode([Health(NASTY[0], LinkState.DOWN, "rules_failed", details, now)])


def _plan(now: float) -> PlanView:
    """Alarms of every queue, seats that do not comply, planned peaks and an incident."""
    times = (now, now, now, 0.0)
    words = [Text(text, text) for text in TEXTS]
    about, seats = (now, now), list(enumerate(TEXTS))
    return PlanView(
        at=now,
        alarms=tuple(
            AlarmView(text, f"{text}/queue:{queue}/1", f"queue:{queue}", "queue", *([words[at]] * 3),
                      "alarm", RuleState.ACKNOWLEDGED, False, 9.0, *times, text, now, text, "once", (queue,))
            for at, (queue, text) in enumerate(QUEUES.items())
        ),
        open=tuple(OpenSeat(seat(at), text, text, text, "pause", *about, text) for at, text in seats),
        planned=tuple(Planned(at, text, now, now + 60, tuple(QUEUES), True) for at, text in enumerate(TEXTS)),
        incidents=tuple(Incident(at, "power", text, now, text) for at, text in enumerate(TEXTS)),
        notices_failed=1,
        last_failed=LastFailed(NASTY[0], NASTY[1], now, NASTY[1]),
    )  # fmt: skip


def _acts(engine: Engine, config: FloorConfig, now: float) -> None:
    """Everything that people type, by each of its doors."""
    today = datetime.fromtimestamp(now, UTC).date()
    teams.keep_teams(engine, config, now - 86_400)
    for at, text in enumerate(TEXTS):
        draft = annotations.Draft(SITE, "training", today - timedelta(1), today, text)
        annotations.add_annotation(engine, EVERYTHING, config, draft, text, text, now)
        peak = campaigns.Draft(text, now + 60 * at, now + 3600, tuple(QUEUES), text)
        campaigns.add_campaign(engine, EVERYTHING, config, peak, text, text, now)
        made = incidents.declare_incident(engine, EVERYTHING, "power", text, now - 60, text, now)
        incidents.note_incident(engine, EVERYTHING, made, text, text, now)
        asked = leave.Asked(seat(at), now + 3600, now + 7200, text)
        leave.request_leave(engine, EVERYTHING, config, asked, text, now)
        scope = f"queue:{[*QUEUES][at % len(QUEUES)]}"
        plan = plans.add_plan(engine, EVERYTHING, text, plans.Body(scope=scope), text, text, now)
    run = runs.claim(engine, "main", plan, Owed(day_of(config, now - 86_400), now), now)
    if run is not None:
        runs.finish(engine, run, now, error=NASTY[0])
    for text in NASTY:
        displays.add_display(engine, config, EVERYTHING, displays.Draft(text), BOSS, text, now)
        shown = accounts.Draft(f"user{NASTY.index(text)}", text, Role.LEAD)
        accounts.add_account(engine, "main", shown, BOSS, text, now)
    teams.move(engine, config, agent(0), NASTY[1], 10_000 * today.year + 100 * today.month + today.day,
               teams.Decision(WHO, WHY, now))  # fmt: skip
    _alarms(engine, now)
    _plan_notes(engine, config, now)
    _imports(engine, config, now)
    _called_back(engine, now)
    hostile_qa.put(engine, config, now, NASTY[:6])


def _alarms(engine: Engine, now: float) -> None:
    fixed = {"site": "main", "version": 1, "severity": "alarm", "plan": "", "level": -1, "blind_s": 0.0}
    with writing(engine) as connection:
        for at, (queue, text) in enumerate(QUEUES.items()):
            times = {"active_at": now - 1900 - at, "fired_at": now - 1800 - at, "cleared_at": now - 900}
            row = {"rule": text[:60], "subject": f"queue:{queue}", "value": 9.0, "worst": 9.0, **times}
            connection.execute(insert(alarms).values(**fixed, **row))


def _plan_notes(engine: Engine, config: FloorConfig, now: float) -> None:
    """A level of the plan that was reached and is over, with everything that was noted about it."""
    words = {"zh": NASTY[0], "en": NASTY[0]}
    rule = LEVEL1.model_copy(update={"name": Words.model_validate(words), "say": Words.model_validate(words)})
    put_rule(engine, rule, 1, now - 86_400)
    row = {"rule": rule.id, "subject": "", "version": 1, "severity": "alarm", "plan": "peak", "level": 1}
    times = {"active_at": now - 1900, "fired_at": fired_at(now), "cleared_at": now - 900, "blind_s": 0.0}
    with writing(engine) as connection:
        connection.execute(insert(alarms).values(site="main", value=9.0, worst=9.0, **row, **times))
    for text in NASTY:
        plan_notes.write_note(engine, EVERYTHING, config, sheet(now), text, text, now - 1000)


def fired_at(now: float) -> float:
    """When the level was reached."""
    return now - 1800


def sheet(now: float) -> str:
    """The key of its after-action sheet."""
    return alarm_key(LEVEL1.id, "", fired_at(now))


def _imports(engine: Engine, config: FloorConfig, now: float) -> None:
    day = f"{datetime.fromtimestamp(now - 86_400, UTC):%Y-%m-%d}"
    for text in NASTY[:2]:
        lines = f"投诉编号,受理日期,核实状态,被投诉坐席\n{_quoted(text)},{day},属实,{_quoted(NASTY[3])}\n"
        seen = importing_kpi.preview(
            engine, config, DATASETS["complaints"], f"{text}.csv", lines.encode(), now
        )
        importing_kpi.take_in(engine, config, seen, WHO, WHY, now)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _called_back(engine: Engine, now: float) -> None:
    with engine.connect() as connection:
        gone = connection.execute(
            calls.select().where(calls.c.outcome == Outcome.ABANDONED).where(calls.c.left_at > now - 86_400)
        ).all()
    for row, text in zip(gone, NASTY, strict=False):
        called_back.tick(engine, EVERYTHING, (row.source_id, row.position), text, text, now)
