"""Callers who gave up: attempts brought together, reached or not."""

from ccfloor.kpi.callers import Answer, Attempt, Case, Key, Tick, cases, known

HOUR, DAY = 3600.0, 86_400.0
NUMBER = "13800001111"


def attempt(position: int, at: float, number: str = NUMBER, short: bool = False) -> Attempt:
    return Attempt((1, position), at, number, "", "hot", 30_000, short)


def tick(position: int, at: float) -> Tick:
    return Tick(position, (1, position), at, "周岚", "")


def told(
    tries: list[Attempt],
    answers: list[Answer] | None = None,
    ticks: list[Tick] | None = None,
    window_s: float = DAY,
) -> list[Case]:
    return cases(tries, {NUMBER: answers or []}, {one.key: one for one in ticks or []}, window_s)


def keys(found: list[Case]) -> list[tuple[str, list[Key]]]:
    return [(case.state, [one.key for one in case.attempts]) for case in found]


def test_attempts_of_one_number_are_one_caller() -> None:
    found = told([attempt(3, 2 * HOUR), attempt(1, 0.0), attempt(2, HOUR)])
    assert keys(found) == [("open", [(1, 1), (1, 2), (1, 3)])]
    assert found[0].last.key == (1, 3)


def test_more_than_the_window_between_two_attempts_makes_two_callers() -> None:
    assert len(told([attempt(1, 0.0), attempt(2, DAY)])) == 1
    assert len(told([attempt(1, 0.0), attempt(2, DAY + 1)])) == 2
    assert len(told([attempt(1, 0.0), attempt(2, DAY + 1)], window_s=2 * DAY)) == 1


def test_an_answer_within_the_window_after_the_last_attempt_reaches_the_caller() -> None:
    tries = [attempt(1, 0.0), attempt(2, HOUR)]
    assert told(tries, [Answer((1, 9), HOUR + DAY)])[0].state == "reached"
    assert told(tries, [Answer((1, 9), HOUR + DAY + 1)])[0].state == "open"
    assert told(tries, [Answer((1, 9), HOUR + DAY + 1)], window_s=7 * DAY)[0].answer == Answer(
        (1, 9), HOUR + DAY + 1
    )


def test_an_answer_before_the_attempt_reaches_nobody() -> None:
    assert told([attempt(1, HOUR)], [Answer((1, 0), 0.0)])[0].state == "open"


def test_an_answer_in_between_ends_the_first_and_begins_another() -> None:
    found = told([attempt(1, 0.0), attempt(3, 2 * HOUR)], [Answer((1, 2), HOUR)])
    assert keys(found) == [("open", [(1, 3)]), ("reached", [(1, 1)])]


def test_a_tick_counts_for_all_attempts_before_it_and_for_none_after() -> None:
    found = told([attempt(1, 0.0), attempt(2, HOUR), attempt(3, 5 * HOUR)], ticks=[tick(2, 2 * HOUR)])
    assert keys(found) == [("open", [(1, 3)]), ("ticked", [(1, 1), (1, 2)])]


def test_a_tick_outranks_what_was_found() -> None:
    found = told([attempt(1, 0.0)], [Answer((1, 2), HOUR)], [tick(1, 2 * HOUR)])
    assert (found[0].state, found[0].tick, found[0].answer) == ("ticked", tick(1, 2 * HOUR), None)


def test_withheld_numbers_are_never_brought_together_nor_found_again() -> None:
    for number in ("", "anonymous", "unavailable", "0", "0000000000", "12"):
        tries = [attempt(1, 0.0, number), attempt(2, 60.0, number)]
        found = cases(tries, {number: [Answer((1, 3), 120.0)]}, {}, DAY)
        assert keys(found) == [("unknown", [(1, 2)]), ("unknown", [(1, 1)])]
    ticked = cases([attempt(1, 0.0, "")], {}, {(1, 1): tick(1, 5.0)}, DAY)
    assert ticked[0].state == "ticked"


def test_what_a_number_is() -> None:
    assert all(map(known, ("101", "+8613800001111", "0571-88886666", "sip:8001@host")))
    assert not any(map(known, ("", "anonymous", "Restricted", "+", "000", "7")))


def test_a_caller_is_short_only_if_every_attempt_was() -> None:
    assert told([attempt(1, 0.0, short=True), attempt(2, 60.0, short=True)])[0].short
    assert not told([attempt(1, 0.0, short=True), attempt(2, 60.0)])[0].short
