"""A floor on which nobody has a name: agents appear by number, whoever did something as a dash. Pure."""

import hashlib
from typing import Any, TypeVar

from msgspec.structs import replace

from ccfloor.floor.view import FloorView, SeatView
from ccfloor.service.plan import AlarmView, Incident, OpenSeat, PlanView, Rung, Text, TodoView

SOMEBODY = "–"
_SEAT, _SIGN = "seat:", "#"
One = TypeVar("One", Rung, AlarmView)


def alias(seat: str) -> str:
    """A seat's id; where the switch calls a seat by a person's name, a sign that stands for it."""
    technical = "/" in seat or seat.startswith(_SIGN) or not any(sign.isalpha() for sign in seat)
    return seat if technical else f"{_SIGN}{hashlib.sha256(seat.encode()).hexdigest()[:4]}"


def seat_number(seat: SeatView) -> str:
    """What an agent is called where names are not shown."""
    return seat.number or alias(seat.seat)


def unnamed(view: FloorView) -> FloorView:
    """The floor with its seats and callers that ring at them."""
    callers = tuple(replace(one, ringing=alias(one.ringing)) for one in view.callers)
    return replace(view, seats=tuple(_seat(seat) for seat in view.seats), callers=callers)


def _seat(seat: SeatView) -> SeatView:
    number = seat_number(seat)
    return replace(seat, seat=alias(seat.seat), agent=number, agent_en=number)


def unnamed_plan(plan: PlanView, view: FloorView) -> PlanView:
    """The plan where orders, alarms and acts speak of people; ``view``: the floor, unnamed or not."""
    numbers = {alias(seat.seat): seat_number(seat) for seat in view.seats}
    return replace(
        plan,
        ladder=tuple(_about(rung) for rung in plan.ladder),
        alarms=tuple(_alarm(_about(alarm), numbers) for alarm in plan.alarms),
        todo=tuple(_todo(item) for item in plan.todo),
        open=tuple(_open(late, numbers) for late in plan.open),
        incidents=tuple(_incident(one) for one in plan.incidents),
        **_keys(plan.key),
    )


def _keys(key: str) -> dict[str, Any]:
    """A key has its subject in it: ``rule/seat:ID/instant``."""
    before, found, rest = key.partition(f"/{_SEAT}")
    seat, _, instant = rest.rpartition("/")
    return {"key": f"{before}{found}{alias(seat)}/{instant}" if found else key}


def _about(one: One) -> One:
    kind, found, seat = one.subject.partition(_SEAT)
    subject = f"{_SEAT}{alias(seat)}" if found and not kind else one.subject
    return replace(one, subject=subject, acked_by=one.acked_by and SOMEBODY, **_keys(one.key))


def _alarm(alarm: AlarmView, numbers: dict[str, str]) -> AlarmView:
    if alarm.kind != "seat":
        return alarm
    seat = alarm.subject.removeprefix(_SEAT)
    number = numbers.get(seat, seat)
    return replace(alarm, about=Text(number, number))


def _open(late: OpenSeat, numbers: dict[str, str]) -> OpenSeat:
    seat = alias(late.seat)
    number = numbers.get(seat, seat)
    return replace(late, seat=seat, agent=number, agent_en=number)


def _todo(item: TodoView) -> TodoView:
    return replace(item, by=item.by and SOMEBODY)


def _incident(one: Incident) -> Incident:
    return replace(one, who=one.who and SOMEBODY)


def unnamed_source(source: dict[str, Any]) -> dict[str, Any]:
    """A source's report, which names the seats that nobody else tells of."""
    return source | {"seats": [alias(seat) for seat in source["seats"]]}
