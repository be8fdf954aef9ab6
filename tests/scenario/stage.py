"""A small floor on which the shipped rules are played: a script of events, looked at, restarted."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from ccfloor.floor.config import FloorConfig, QueueInfo, QueueTarget, SeatInfo
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    Clock,
    Device,
    Outcome,
    RingEnded,
    RingResult,
    SeatDevice,
    SeatJoined,
    SeatLeft,
    SeatPaused,
)
from ccfloor.floor.state import Floor
from ccfloor.rules.alarms import Alarm, RuleState
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar, Campaign, Shift
from ccfloor.rules.engine import RuleEngine
from ccfloor.rules.model import Rule
from ccfloor.service.rulebook import load_folder

DATA = Path(__file__).parents[2] / "data"
SHIPPED = {
    name: rule.model_copy(update={"enabled": True})
    for name, rule in load_folder(DATA / "rules").rules.items()
}
ZONE = "Asia/Shanghai"
CONFIG = FloorConfig(
    zone=ZONE,
    queues={
        name: QueueInfo(name, targets=(QueueTarget(threshold_s=20.0, target=0.8, wait_limit_s=120.0),))
        for name in ("hot", "vip")
    },
    seats={
        f"S/{n}": SeatInfo(f"S/{n}", agent=f"A{n}", team="A", role="lead" if n == 8 else "agent")
        for n in range(1, 9)
    },
    reasons={name: name for name in ("break", "busy", "meal", "callback")},
)
DAY = Shift("day", ((31_500, 43_200), (48_600, 63_000)))
HOURS = Shift("vip", ((9 * 3600, 18 * 3600),))


def local(text: str, day: int = 17) -> float:
    """An instant of Monday 17 November 2025, or of another day of that month."""
    hour, minute, *rest = (int(part) for part in text.split(":"))
    return datetime(2025, 11, day, hour, minute, *rest, tzinfo=ZoneInfo(ZONE)).timestamp()


class Script:
    """Events in the order of their instants, which are seconds after ``start``."""

    def __init__(self, start: str = "10:00") -> None:
        self.start = local(start)
        self.events: list[AnyEvent] = []
        self.campaigns: tuple[Campaign, ...] = ()
        self._callers: dict[str, list[str]] = {"hot": [], "vip": []}
        self._number = count(1)

    def tell(self, event: AnyEvent) -> None:
        """One event; its instant is absolute."""
        self.events.append(event)

    # -- callers -----------------------------------------------------------------------------------

    def waiting(self, at: float, many: int, queue: str = "hot") -> None:
        """From then on so many callers wait; those that are too many go elsewhere, newest first."""
        callers = self._callers[queue]
        while len(callers) < many:
            self.join(at, queue)
        while len(callers) > many:
            left = CallLeft(at=self.start + at, call=callers.pop(), queue=queue, outcome=Outcome.KEY_EXIT)
            self.tell(left)

    def join(self, at: float, queue: str = "hot") -> str:
        """A caller comes."""
        call = f"c{next(self._number)}"
        self._callers[queue].append(call)
        self.tell(CallJoined(at=self.start + at, call=call, queue=queue))
        return call

    def answer(self, at: float, call: str, seat: str, queue: str = "hot") -> None:
        """A seat takes a caller."""
        self._callers[queue].remove(call)
        self.tell(CallAnswered(at=self.start + at, call=call, queue=queue, seat=seat))
        self.tell(SeatDevice(at=self.start + at, seat=seat, device=Device.IN_USE))

    def end(self, at: float, call: str, seat: str, queue: str = "hot") -> None:
        """The conversation is over."""
        self.tell(CallEnded(at=self.start + at, call=call, queue=queue, seat=seat))
        self.tell(SeatDevice(at=self.start + at, seat=seat, device=Device.IDLE))

    def miss(self, at: float, call: str, seat: str, queue: str = "hot") -> None:
        """The caller rings ten seconds at a seat that does not answer."""
        self.tell(CallRang(at=self.start + at - 10, call=call, queue=queue, seat=seat))
        missed = RingEnded(at=self.start + at, call=call, queue=queue, seat=seat, result=RingResult.NO_ANSWER)
        self.tell(missed)

    # -- seats -------------------------------------------------------------------------------------

    def on(self, at: float, *seats: str, queues: Iterable[str] = ("hot",)) -> None:
        """Seats sign on to queues."""
        for seat in seats:
            for queue in queues:
                self.tell(SeatJoined(at=self.start + at, seat=seat, queue=queue, device=Device.IDLE))

    def off(self, at: float, *seats: str, queues: Iterable[str] = ("hot",)) -> None:
        """Seats sign off."""
        for seat in seats:
            for queue in queues:
                self.tell(SeatLeft(at=self.start + at, seat=seat, queue=queue))

    def pause(self, at: float, reason: str, *seats: str) -> None:
        """Seats pause; no reason: they come back."""
        for seat in seats:
            paused = SeatPaused(at=self.start + at, seat=seat, queue="", paused=bool(reason), reason=reason)
            self.tell(paused)

    def device(self, at: float, seat: str, device: Device) -> None:
        """A seat's telephone."""
        self.tell(SeatDevice(at=self.start + at, seat=seat, device=device))


def book(*rules: Rule) -> RuleBook:
    """Rules in force since ever."""
    return RuleBook(RuleVersion(rule.id, 1, 0.0, rule) for rule in rules)


class Stage:
    """A Floor with its rules. ``look_s``: somebody looks so often; ``restarts``: seconds of restarts."""

    def __init__(self, script: Script, rules: RuleBook, look_s: float = 0.0, restarts: Iterable[float] = ()):
        self.book = rules
        self.calendar = Calendar(
            zone=ZONE,
            campaigns=script.campaigns,
            shifts=(DAY,),
            seat_shift={seat: "day" for seat in CONFIG.seats},
            open={"vip": HOURS},
        )
        self.floor = Floor(CONFIG)
        self.rules = RuleEngine(self.book, CONFIG, self.calendar)
        self.rules.bind(self.floor)
        self.told: list[Alarm] = []
        self._look_s, self._looked = look_s, script.start
        self._restarts = sorted(script.start + at for at in restarts)
        self._script = script

    def run(self, until: float) -> list[Alarm]:
        """The whole script, then time alone until so many seconds after the start."""
        events = sorted(self._script.events, key=lambda event: event.at)
        for number, event in enumerate([*events, Clock(at=self._script.start + until)]):
            self._between(event.at)
            self.floor.apply(event, 1, number + 1)
        self.told += self.rules.take()
        return self.told

    def _between(self, at: float) -> None:
        while self._look_s and self._looked + self._look_s < at:
            self._looked += self._look_s
            self.floor.view(self._looked)
            compare_looks(self.rules, self._looked)
            self.rules.next_due(self._looked)
            self.rules.readings(self._looked)
            self.told += self.rules.take()
        while self._restarts and self._restarts[0] <= at:
            self._restarts.pop(0)
            self.restart()

    def restart(self) -> None:
        """Everything is dumped and comes back from the dump."""
        self.floor.take()
        floor, rules = self.floor.dump(), self.rules.dump()
        self.floor = Floor.load(CONFIG, floor)
        self.rules = RuleEngine.load(self.book, CONFIG, self.calendar, rules)
        self.rules.bind(self.floor)


def compare_looks(rules: RuleEngine, now: float) -> None:
    """What people are shown is what of all standings concerns them."""
    plan = {watch.key for watch in rules.watches() if watch.rule.plan is not None}
    told = {(one.rule, one.subject): one for one in rules.standings(now)}
    loud = {RuleState.FIRING, RuleState.CLEARED}
    wanted = {key for key, one in told.items() if key in plan or one.state in loud or one.near}
    shown = {(one.rule, one.subject): one for one in rules.shown(now)}
    assert shown.keys() == wanted
    for key, one in shown.items():
        if one.state is RuleState.CLEARED:
            both = [(item.value, item.fired_at, item.cleared_at, item.near) for item in (one, told[key])]
            assert both[0] == both[1]
        else:
            assert one == told[key]


def play(script: Script, until: float, *rules: Rule) -> list[Alarm]:
    """What the rules told: the same whoever looks how often, and with restarts anywhere."""
    known = book(*rules)
    told = Stage(script, known).run(until)
    thirds = (until / 3, until / 2, until * 0.9)
    assert Stage(script, known, look_s=max(5.0, until / 80)).run(until) == told
    assert Stage(script, known, look_s=max(60.0, until / 20), restarts=thirds).run(until) == told
    return told


def spans(script: Script, until: float, rule: str, subject: str | None = None) -> list[tuple[float, float]]:
    """When a shipped rule fired and cleared (0.0: it still fires), to the millisecond, after the start."""
    found: dict[float, float] = {}
    for alarm in play(script, until, SHIPPED[rule]):
        if subject is None or alarm.subject == subject:
            cleared = round(alarm.cleared_at - script.start, 3) if alarm.cleared_at else 0.0
            found[round(alarm.fired_at - script.start, 3)] = cleared
    return list(found.items())
