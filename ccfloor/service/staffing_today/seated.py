"""A day's queues with the seats they need, those there, and the service level to expect with them."""

from collections.abc import Mapping, Sequence

from ccfloor.service.staffing_today.half_hours import Half, QueueDay, load
from ccfloor.service.staffing_today.needs import Load, Needs, levels, load_of, needs, to_roster
from ccfloor.service.staffing_today.pooling import Groups, Merge
from ccfloor.service.staffing_today.seats import Seats
from ccfloor.service.staffing_today.sharing import share

Parts = Mapping[str, float]  # queue → its part of the seats


def load_of_day(
    day: QueueDay, now: float, volume: float = 1.0, aht: float = 1.0, level: float | None = None
) -> Load:
    """What comes to a queue by half hour; ``volume``, ``aht``: so many times as much; ``level``: to reach
    instead of its own.
    """
    calls = [(load(half, now) or 0.0) * volume for half in day.halves]
    of = [half.of._replace(aht_s=half.of.aht_s * aht) for half in day.halves]
    lengths = [half.end - half.start for half in day.halves]
    return load_of(calls, lengths, of, day.target, day.rule, level)


def seated_days(
    days: Mapping[str, QueueDay], seats: Seats, merges: Sequence[Merge], now: float
) -> dict[str, QueueDay]:
    """The days with their seats; seats that serve several queues are shared by what each needs of them."""
    need = needs({queue: load_of_day(day, now) for queue, day in days.items()}, merges)
    places = range(len(next(iter(days.values())).halves))
    wants = [{queue: float(need.seats[queue][place]) for queue in days} for place in places]
    present = [_shared(*both) for both in zip(seats.present, wants, strict=True)]
    planned = [_shared(*both) for both in zip(seats.planned, wants, strict=True)]
    made = {
        queue: day._replace(
            halves=tuple(
                _half(
                    half,
                    day,
                    seats.net,
                    (_of(present[place], queue), _of(planned[place], queue)),
                    want[queue],
                    now,
                )
                for place, (half, want) in enumerate(zip(day.halves, wants, strict=True))
            )
        )
        for queue, day in days.items()
    }
    return _with_now(_with_levels(made, need, now), seats.now, wants, need, now)


def _half(
    half: Half, day: QueueDay, net: bool, there: tuple[float | None, float | None], need: float, now: float
) -> Half:
    present, planned = there
    works = 1.0 if net else 1.0 - day.rule.shrinkage
    known = load(half, now) is not None
    return half._replace(
        needed=need if known else None,
        rostered=to_roster(need, day.rule) if known else None,
        present=present,
        planned=planned,
        due=None if planned is None else planned * works,
        aim=day.target.target,
    )


def _with_levels(days: Mapping[str, QueueDay], need: Needs, now: float) -> dict[str, QueueDay]:
    found = levels(
        need, {queue: [seats_there(half, now) for half in day.halves] for queue, day in days.items()}
    )
    return {
        queue: day._replace(
            halves=tuple(
                half._replace(level=level) for half, level in zip(day.halves, found[queue], strict=True)
            )
        )
        for queue, day in days.items()
    }


def _with_now(
    days: dict[str, QueueDay], groups: Groups | None, wants: Sequence[Parts], need: Needs, now: float
) -> dict[str, QueueDay]:
    """With the seats at work this instant, in the half hour that runs."""
    halves = next(iter(days.values())).halves
    running = next((place for place, half in enumerate(halves) if half.start <= now < half.end), None)
    if running is None or groups is None:
        return days
    here = {queue: _of(_shared(groups, wants[running]), queue) for queue in days}
    this = {queue: [here[queue] if at == running else None for at in range(len(halves))] for queue in days}
    found = levels(need, this)
    return {
        queue: day._replace(now=here[queue], now_level=found[queue][running]) for queue, day in days.items()
    }


def seats_there(half: Half, now: float) -> float | None:
    """Seats a half hour is judged by: at work, of one to come those of the roster that will be."""
    return half.present if half.start <= now else half.due


def _shared(groups: Groups | None, want: Parts) -> Parts | None:
    return None if groups is None else share(groups, want)


def _of(parts: Parts | None, queue: str) -> float | None:
    return None if parts is None else parts.get(queue, 0.0)
