"""What each verb of Asterisk's queue_log says, Asterisk 11 to 23: its data and the event it becomes.

The data of every verb are as app_queue.c and logger.c write them. Durations are seconds, except that
ringing is written in milliseconds.
"""

from collections.abc import Callable
from typing import NamedTuple

from ccfloor.floor.events import (
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    EndedBy,
    FloorEvent,
    Noted,
    Outcome,
    RingEnded,
    RingResult,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SeatPenalty,
    SeatSigned,
    SwitchStarted,
)


class Parts(NamedTuple):
    """A line taken apart. Numbers that are negative (the switch's clock was set back) are None."""

    at: float
    call: str
    queue: str
    seat: str
    verb: str
    text: dict[str, str]
    number: dict[str, float | None]


# -- from parts to events ----------------------------------------------------------------------------


def _joined(p: Parts) -> FloorEvent:
    return CallJoined(
        at=p.at,
        call=p.call,
        queue=p.queue,
        number=p.text["number"],
        name=p.text["name"],
        position=int(p.number["position"] or 0),
    )


def _answered(p: Parts) -> FloorEvent:
    return CallAnswered(
        at=p.at,
        call=p.call,
        queue=p.queue,
        seat=p.seat,
        wait_s=p.number["hold"],
        ring_s=p.number["ring"],
    )


def _left(outcome: Outcome) -> Callable[[Parts], FloorEvent]:
    def build(p: Parts) -> FloorEvent:
        return CallLeft(
            at=p.at,
            call=p.call,
            queue=p.queue,
            outcome=outcome,
            wait_s=p.number["wait"],
            key=p.text.get("key", ""),
            position=int(p.number["position"] or 0),
        )

    return build


def _ended(by: EndedBy) -> Callable[[Parts], FloorEvent]:
    def build(p: Parts) -> FloorEvent:
        return CallEnded(
            at=p.at,
            call=p.call,
            queue=p.queue,
            seat=p.seat,
            by=by,
            talk_s=p.number["talk"],
            wait_s=p.number["hold"],
            target=_target(p.text.get("target", ""), by),
        )

    return build


def _target(text: str, by: EndedBy) -> str:
    """``6001|from-agents`` → ``6001@from-agents``; ``LINK|a|b`` → ``LINK a b``."""
    return text.replace("|", "@" if by is EndedBy.BLIND_TRANSFER else " ")


def _rang(p: Parts) -> FloorEvent:
    return CallRang(at=p.at, call=p.call, queue=p.queue, seat=p.seat)


def _no_answer(p: Parts) -> FloorEvent:
    # 0 ms is a busy or declining telephone: nobody ignored it
    result = RingResult.REJECTED if p.number["ring"] == 0 else RingResult.NO_ANSWER
    return _ring_ended(result)(p)


def _ring_ended(result: RingResult) -> Callable[[Parts], FloorEvent]:
    def build(p: Parts) -> FloorEvent:
        ring = p.number.get("ring")
        return RingEnded(
            at=p.at,
            call=p.call,
            queue=p.queue,
            seat=p.seat,
            result=result,
            ring_s=None if ring is None else ring / 1000,
        )

    return build


def _member_added(p: Parts) -> FloorEvent:
    paused = p.text["state"].startswith("PAUSED")
    return SeatJoined(at=p.at, seat=p.seat, queue=p.queue, paused=paused)


def _member_removed(p: Parts) -> FloorEvent:
    return SeatLeft(at=p.at, seat=p.seat, queue=p.queue)


def _paused(p: Parts) -> FloorEvent:
    # PAUSEALL carries no queue and is written beside one PAUSE for each queue of the seat
    return SeatPaused(at=p.at, seat=p.seat, queue=p.queue, paused=True, reason=p.text["reason"])


def _unpaused(p: Parts) -> FloorEvent:
    return SeatPaused(at=p.at, seat=p.seat, queue=p.queue, paused=False)


def _penalty(p: Parts) -> FloorEvent:
    return SeatPenalty(at=p.at, seat=p.seat, queue=p.queue, penalty=int(p.number["penalty"] or 0))


def _signed(on: bool) -> Callable[[Parts], FloorEvent]:
    return lambda p: SeatSigned(at=p.at, seat=p.seat, on=on)


def _started(p: Parts) -> FloorEvent:
    return SwitchStarted(at=p.at)


def _noted(p: Parts) -> FloorEvent:
    return Noted(at=p.at, verb=p.verb, queue=p.queue, seat=p.seat, data=p.text["data"])


# -- the verbs ---------------------------------------------------------------------------------------


class Shape(NamedTuple):
    """A verb's data: names of fields, ``*name`` takes what is left over, ``|`` included."""

    build: Callable[[Parts], FloorEvent]
    fields: tuple[str, ...]
    needs: tuple[str, ...]


NUMBERS = frozenset({"hold", "talk", "wait", "ring", "position", "first_position", "penalty"})
_CALL = ("call", "queue")
_LEG = ("call", "queue", "agent")


def _shape(build: Callable[[Parts], FloorEvent], fields: str, needs: tuple[str, ...]) -> Shape:
    return Shape(build, tuple(fields.split()), needs)


VERBS: dict[str, Shape] = {
    "ENTERQUEUE": _shape(_joined, "url number position *name", _CALL),
    "CONNECT": _shape(_answered, "hold peer ring", _LEG),
    "COMPLETEAGENT": _shape(_ended(EndedBy.AGENT), "hold talk position", _LEG),
    "COMPLETECALLER": _shape(_ended(EndedBy.CALLER), "hold talk position", _LEG),
    "BLINDTRANSFER": _shape(_ended(EndedBy.BLIND_TRANSFER), "*target hold talk position", _LEG),
    "TRANSFER": _shape(_ended(EndedBy.BLIND_TRANSFER), "*target hold talk position", _LEG),
    "ATTENDEDTRANSFER": _shape(_ended(EndedBy.ATTENDED_TRANSFER), "*target hold talk position", _LEG),
    "ABANDON": _shape(_left(Outcome.ABANDONED), "position first_position wait", _CALL),
    "EXITWITHTIMEOUT": _shape(_left(Outcome.TIMED_OUT), "position first_position wait", _CALL),
    "EXITEMPTY": _shape(_left(Outcome.LEFT_EMPTY), "position first_position wait", _CALL),
    "EXITWITHKEY": _shape(_left(Outcome.KEY_EXIT), "key position first_position wait", _CALL),
    "WITHDRAW": _shape(_left(Outcome.WITHDRAWN), "position first_position wait *info", _CALL),
    "RINGING": _shape(_rang, "*data", _LEG),  # written by add-ons
    "RINGNOANSWER": _shape(_no_answer, "ring", _LEG),
    "RINGCANCELED": _shape(_ring_ended(RingResult.CANCELED), "ring", _LEG),
    # the agent hung up during the announcement: the caller waits on
    "AGENTDUMP": _shape(_ring_ended(RingResult.REJECTED), "*data", _LEG),
    # no common codec: the switch drops the caller and writes ABANDON next
    "SYSCOMPAT": _shape(_ring_ended(RingResult.CANCELED), "*data", _LEG),
    "ADDMEMBER": _shape(_member_added, "*state", ("queue", "agent")),
    "REMOVEMEMBER": _shape(_member_removed, "*data", ("queue", "agent")),
    "PAUSE": _shape(_paused, "*reason", ("agent",)),
    "PAUSEALL": _shape(_paused, "*reason", ("agent",)),
    "UNPAUSE": _shape(_unpaused, "*reason", ("agent",)),
    "UNPAUSEALL": _shape(_unpaused, "*reason", ("agent",)),
    "PENALTY": _shape(_penalty, "penalty", ("agent",)),
    "AGENTLOGIN": _shape(_signed(True), "*data", ("agent",)),
    "AGENTLOGOFF": _shape(_signed(False), "*data", ("agent",)),
    "AGENTCALLBACKLOGIN": _shape(_signed(True), "*data", ("agent",)),
    "AGENTCALLBACKLOGOFF": _shape(_signed(False), "*data", ("agent",)),
    "QUEUESTART": _shape(_started, "*data", ()),
    "CONFIGRELOAD": _shape(_noted, "*data", ()),
    "RINGINUSE": _shape(_noted, "*data", ()),
    "DID": _shape(_noted, "*data", ()),
    "INFO": _shape(_noted, "*data", ()),
    "OUTCALL": _shape(_noted, "*data", ()),
}
OWN_VERB = _shape(_noted, "*data", ())  # a site's own verb, by the QueueLog application
