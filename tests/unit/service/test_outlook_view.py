"""What of an outlook a reader may see, as rows; when rules count; what can be done on a floor."""

from msgspec.structs import replace

from ccfloor.rules.guards import Guard
from ccfloor.service.staffing.deeds import load, possible
from ccfloor.service.staffing.outlook_rows import rows
from ccfloor.service.staffing.outlook_view import (
    Chance,
    DeedAhead,
    Outlook,
    RuleAhead,
    Unsaid,
    scoped_outlook,
)
from ccfloor.staffing.present import Doing, FloorNow, QueueNow, SeatNow

AT = 1_800_000_000.0


def chances(*shares: float) -> tuple[Chance, ...]:
    return tuple(
        Chance(mark, share, 0.02) for mark, share in zip((900.0, 1800.0, 3600.0), shares, strict=True)
    )


def rule(name: str, *queues: str, on: bool = False) -> RuleAhead:
    fires = chances(0.1, 0.4, 0.6)
    over = chances(0.2, 0.5, 0.9) if on else ()
    return RuleAhead(name, "", 1, queues, on, fires, 3000.0, over, 1700.0 if on else None)


def deed(name: str, source: str, target: str, *rules: RuleAhead) -> DeedAhead:
    gain = tuple(
        replace(one, fires=chances(-0.05, -0.2, 0.0), clears=chances(0.0, 0.03, 0.1), median_s=None)
        for one in rules
    )
    return DeedAhead(name, 2, source, target, rules, gain)


FLOOR, HOT, BOTH = rule("floor"), rule("hot", "hot"), rule("both", "hot", "vip")
ALL = (FLOOR, HOT, BOTH)
WHOLE = Outlook(
    AT,
    paths=400,
    rules=ALL,
    deeds=(deed("end_breaks", "", "", *ALL), deed("move", "vip", "hot", *ALL)),
    unsaid=(Unsaid("slow", "", 2, (), "metric"), Unsaid("sole", "queue:hot", 2, ("hot",), "lost")),
)


def names(rules: tuple[RuleAhead, ...]) -> list[str]:
    return [one.rule for one in rules]


def test_only_who_sees_all_queues_of_a_rule_is_told_of_it() -> None:
    assert scoped_outlook(WHOLE, None, True) == WHOLE
    hot = scoped_outlook(WHOLE, frozenset(("hot",)), True)
    assert names(hot.rules) == ["hot"] and [one.rule for one in hot.unsaid] == ["sole"]
    assert [(one.name, one.seats, names(one.rules), names(one.gain)) for one in hot.deeds] == [
        ("end_breaks", 0, ["hot"], ["hot"])
    ]
    two = scoped_outlook(WHOLE, frozenset(("hot", "vip")), True)
    assert names(two.rules) == ["hot", "both"] and [one.name for one in two.deeds] == ["end_breaks", "move"]
    none = scoped_outlook(WHOLE, frozenset(), True)
    assert (none.rules, none.deeds, none.unsaid) == ((), (), ())


def test_who_sees_some_teams_is_not_told_how_many_seats() -> None:
    some = scoped_outlook(WHOLE, None, False)
    assert some.rules == WHOLE.rules and [one.seats for one in some.deeds] == [0, 0]


def test_rows_tell_of_the_end_where_an_alarm_is_on_and_whether_a_difference_is_clear() -> None:
    on = rule("on", on=True)
    found = rows(replace(WHOLE, rules=(HOT, on), deeds=(deed("end_breaks", "", "", HOT, on),)))
    assert [(one.do, one.rule) for one in found] == [
        ("nothing", "hot"), ("nothing", "on"), ("end_breaks", "hot"), ("end_breaks", "on"),
    ]  # fmt: skip
    nothing, over, breaks, sooner = found
    assert nothing.shares == (0.1, 0.4, 0.6) and nothing.median_at == AT + 3000 and nothing.gain is None
    assert over.shares == (0.2, 0.5, 0.9) and over.median_at == AT + 1700 and not over.clear
    assert breaks.gain == -0.2 and breaks.clear
    assert sooner.gain == 0.03 and not sooner.clear


# -- when a rule counts ------------------------------------------------------------------------------------


def test_a_guard_tells_when_it_counts_within_a_time() -> None:
    def open_(at: float) -> list[tuple[float, float]]:
        return [(100.0, 200.0), (200.0, 300.0), (400.0, 500.0)]

    def shift(at: float) -> list[tuple[float, float]]:
        return [(150.0, 450.0)]

    guard = Guard((open_, shift), 0.0)
    assert guard.within(0.0, 1000.0) == [(150.0, 300.0), (400.0, 450.0)]
    assert guard.within(250.0, 420.0) == [(250.0, 300.0), (400.0, 420.0)]
    assert guard.within(300.0, 400.0) == [] and guard.within(500.0, 500.0) == []
    assert not guard.on, "looking ahead changes nothing"


# -- what can be done --------------------------------------------------------------------------------------


def queue(name: str, calls: float, waiting: int = 0) -> QueueNow:
    return QueueNow(name, (calls,), 0.1, 200.0, 200.0, 120.0, tuple(AT - 30 * n for n in range(waiting)))


def seat(name: str, queue: str = "hot", **parts: object) -> SeatNow:
    plain = SeatNow(name, name, "agent", {queue: 0}, {"hot": 0, "vip": 0}, Doing.IDLE)
    return replace(plain, **parts)


def floor(*seats: SeatNow) -> FloorNow:
    working = [seat(f"h{n}") for n in range(4)] + [seat(f"v{n}", "vip") for n in range(4)]
    return FloorNow(AT, 900.0, (queue("hot", 0.03, 5), queue("vip", 0.002)), (*working, *seats))


def test_a_move_goes_from_the_lightest_load_to_the_heaviest() -> None:
    assert load(floor())["hot"] > load(floor())["vip"]
    (move,) = possible(floor())
    assert (move.name, move.source, move.target, move.seats) == ("move", "vip", "hot", 2)


def test_only_what_brings_somebody_can_be_done() -> None:
    away = {"doing": Doing.AWAY, "back_in_s": 600.0}
    lead = {"role": "lead", "queues": {}, **away}
    found = possible(
        floor(
            seat("b", reason="break", **away), seat("c", reason="callback", **away),
            seat("l", reason="busy", **lead), seat("m", reason="meal", **lead),
        )
    )  # fmt: skip
    assert [(one.name, one.seats) for one in found] == [
        ("end_breaks", 1), ("stop_callbacks", 1), ("on_line", 1), ("move", 2),
    ]  # fmt: skip


def test_with_one_queue_there_is_nothing_to_move() -> None:
    assert possible(replace(floor(), queues=(queue("hot", 0.03),))) == []
