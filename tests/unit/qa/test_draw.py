"""Drawing: steps by hand, what holds for every draw, and the same draw by other means."""

import random
from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.qa.draw import Candidate, Pick, Want, chance, draw, even, point, stratum
from tests.unit.qa.calls import DAY, call, calls, plan

PLAN = plan()
WANTED = plan(wanted=[{"of": "complaint", "share": 0.2}, {"of": "repeat", "share": 0.2}])
ONE = Want("amy", "week", 3)


def test_chance_is_the_digest_of_seed_and_names() -> None:
    # printf 'seed\x1fcall\x1f1:1' | sha256sum: 59df42ba93b9feeba061a033…
    assert chance("seed", "call", "1:1") == (0x59DF42BA93B9FE >> 3) / 2**53
    assert chance("seed", "call", "1:1") != chance("seed", "call1", ":1"), "names do not run together"
    values = [chance("s", str(place)) for place in range(20_000)]
    assert min(values) >= 0 and max(values) < 1
    assert abs(sum(values) / len(values) - 0.5) < 0.01


@pytest.mark.parametrize(
    ("number", "start", "places"),
    [(3, 0.0, "036"), (3, 0.5, "158"), (3, 0.999, "369"), (1, 0.25, "2"), (5, 0.5, "13579"), (0, 0.5, "")],
)
def test_even_steps_by_hand(number: int, start: float, places: str) -> None:
    assert "".join(even("0123456789", number, start)) == places


def test_even_steps_take_all_there_is_and_nothing_twice() -> None:
    assert even("abc", 3, 0.9) == ["a", "b", "c"] and even("abc", 9, 0.9) == ["a", "b", "c"]
    keys = [str(place) for place in range(50)]
    for number in range(1, 50):
        assert len(set(even(keys, number, 1 - 2**-53))) == number


def test_a_stratum_in_words() -> None:
    words = "queue=service hour=9 length=3 transfer=1 complaint=0 repeat=0"
    assert stratum(DAY[3], PLAN) == f"shift=- {words}"
    assert stratum(DAY[3]._replace(shift="early"), PLAN) == f"shift=early {words}"
    assert stratum(DAY[3], plan(strata=["length", "queue"])) == "length=3 queue=service"
    lengths = [stratum(call(1, talk_s=at), plan(strata=["length"])) for at in (59.9, 60, 180, 419, 420)]
    assert lengths == [f"length={band}" for band in (0, 1, 2, 2, 3)]


def _luck(*names: str) -> float:
    """What an auditor with a digest at hand and no other tool finds for chance."""
    digest = sha256("\x1f".join(names).encode()).hexdigest()
    return (int(digest[:14], 16) // 8) / 2**53


def _words(one: Candidate) -> list[str]:
    band = sum(one.talk_s >= end for end in (60, 180, 420))
    return [
        "shift=-", f"queue={one.queue}", f"hour={one.hour}", f"length={band}", f"transfer={one.transfer:d}",
        f"complaint={one.complaint:d}", f"repeat={one.repeat:d}",
    ]  # fmt: skip


def _sorted(among: list[Candidate], seed: str, luck: str) -> list[Candidate]:
    """To and fro by each part of the strata, then by chance."""
    back = [False] * 7

    def some(them: list[Candidate], level: int) -> list[Candidate]:
        if level == 7:
            return sorted(them, key=lambda one: _luck(seed, "amy", "week", "call", one.key))
        names = sorted(
            {_words(one)[level] for one in them},
            key=lambda name: _luck(luck, "amy", "stratum", name),
            reverse=back[level],
        )
        made = []
        for name in names:
            made += some([one for one in them if _words(one)[level] == name], level + 1)
        back[level] = not back[level]
        return made

    return some(among, 0)


def _again(
    found: list[Candidate], number: int, before: int, seed: str, luck: str, shares: dict[str, float]
) -> list[str]:
    """The draw by other means, of one agent's calls."""
    picked: list[str] = []
    at = _luck(seed, "amy", "week", "share")
    for of, share in shares.items():
        there = _sorted([one for one in found if getattr(one, of) and one.key not in picked], seed, luck)
        many = min(int(at + number * share) - int(at), len(there))
        start = _luck(seed, "amy", "week", of, "start") if many < len(there) else 0
        picked += [there[int((place + start) * len(there) / many)].key for place in range(many)]
        at += number * share
    rest = _sorted([one for one in found if one.key not in picked], seed, luck)
    for turn in range(before, before + number - len(picked)):
        block, name = str(turn // 8), (luck, "amy", "qa")
        eighths = sorted(range(8), key=lambda part: _luck(*name, "part", block, str(part)))
        within = _luck(seed, "amy", "qa", "within", str(turn))
        place = int((eighths[turn % 8] + within) / 8 * len(rest))
        while rest[place].key in picked:
            place = (place + 1) % len(rest)
        picked.append(rest[place].key)
    return picked


@pytest.mark.parametrize("number", [1, 2, 3, 5, 7])
def test_anybody_with_the_seed_draws_the_same(number: int) -> None:
    for place in range(40):
        one, seed, luck = Want("amy", "week", number, row="qa", before=place), str(place), f"all {place}"
        picks = draw(DAY, [one], PLAN, seed, luck)
        assert [pick.key for pick in picks] == _again(DAY, number, place, seed, luck, {})
        assert {(pick.reason, pick.quota, pick.population) for pick in picks} == {
            ("random", "week", len(DAY))
        }
        picks = draw(DAY, [one], WANTED, seed, luck)
        shares = {"complaint": 0.2, "repeat": 0.2}
        assert [pick.key for pick in picks] == _again(DAY, number, place, seed, luck, shares)


def test_a_draw_that_was_made_once_is_made_so_for_ever() -> None:
    """Draws of last year are audited by today's program: what is drawn of a seed may never change."""
    made = ("2026-11-22", "always")
    assert [pick.key for pick in draw(DAY, [ONE], PLAN, *made)] == ["1:1", "1:8", "1:6"]
    found = draw(DAY, [ONE._replace(number=10)], WANTED, *made)
    assert [(pick.key, pick.reason) for pick in found] == [
        *(("1:2", "complaint"), ("1:7", "complaint"), ("1:11", "repeat"), ("1:5", "repeat")),
        *((f"1:{place}", "random") for place in (9, 14, 15, 13, 10, 3)),
    ]
    days = [one._replace(day=20261121 + place % 2) for place, one in enumerate(DAY)]
    mixed = ONE._replace(own=1, day=20261122, since=20261121)
    assert [pick.key for pick in draw(days, [mixed], PLAN, *made)] == ["1:13", "1:8", "1:6"]


def test_first_comes_the_share_of_the_day_itself_then_what_days_off_left_open() -> None:
    days = [one._replace(day=20261119 + place % 4) for place, one in enumerate(DAY)]
    named = {one.key: one for one in days}
    one = Want("amy", "week", 3, own=2, day=20261122, since=20261120)
    for seed in map(str, range(50)):
        first, second, third = (named[pick.key] for pick in draw(days, [one], PLAN, seed))
        assert first.day == second.day == 20261122
        assert third.day >= 20261120
    quiet = [one for one in days if one.day < 20261122]
    assert len(draw(quiet, [one], PLAN, "s")) == 3, "a day without calls leaves its share to the others"


@given(
    calls(), st.integers(0, 12), st.integers(0, 12), st.randoms(use_true_random=False), st.text(max_size=5)
)
@settings(max_examples=100, deadline=None)
def test_what_holds_for_every_draw(
    found: list[Candidate], week: int, month: int, mix: random.Random, seed: str
) -> None:
    two = plan(("week", "week", 3, "qa"), ("month", "month", 2, "lead"), wanted=WANTED.model_dump()["wanted"])
    taken = frozenset(one.key for one in found[::7])
    wants = [Want("amy", "week", week, taken), Want("bob", "week", 2), Want("amy", "month", month)]
    picks = draw(found, wants, two, seed)
    mixed = list(found)
    mix.shuffle(mixed)
    assert draw(mixed, wants, two, seed) == picks, "the order of the calls does not matter"
    assert draw(found + found[:3], wants, two, seed) == picks, "nor that one is told twice"
    assert len({pick.key for pick in picks}) == len(picks)
    mine = {one.key: one for one in found if one.agent == "amy" and one.talk_s >= 15 and one.key not in taken}
    made = [pick for pick in picks if pick.agent == "amy"]
    assert {pick.key for pick in made} <= set(mine)
    by_quota = Counter(pick.quota for pick in made)
    assert by_quota["week"] == min(week, len(mine))
    assert by_quota["month"] == min(month, len(mine) - by_quota["week"])
    assert all(pick.stratum == stratum(mine[pick.key], two) for pick in made)
    assert all(pick.population == len(mine) for pick in made if pick.quota == "week")
    assert all(getattr(mine[pick.key], pick.reason) for pick in made if pick.reason != "random")
    alone = [one for one in found if one.agent == "amy"]
    assert draw(alone, [wants[0], wants[2]], two, seed) == made, "others' calls change nothing"


@given(st.integers(0, 30), st.text(max_size=5), st.text(max_size=5))
@settings(max_examples=100, deadline=None)
def test_of_eight_in_a_row_each_eighth_of_the_calls_has_one(block: int, seed: str, luck: str) -> None:
    points = [point(number, f"{seed} {number}", luck) for number in range(8 * block, 8 * block + 8)]
    assert sorted(int(at * 8) for at in points) == list(range(8))


def test_quotas_of_one_kind_of_reviewer_take_turns_in_one_row() -> None:
    many = [call(f"1:{place}", queue=f"q{place:02}") for place in range(64)]
    narrow = plan(("week", "week", 3, "qa"), ("month", "month", 2, "qa"), strata=["queue"])
    wants = [Want("amy", "week", 3, row="qa", before=8), Want("amy", "month", 5, row="qa", before=8)]
    order = sorted(many, key=lambda one: _luck("luck", "amy", "stratum", f"queue={one.queue}"))
    for seed in map(str, range(20)):
        picks = draw(many, wants, narrow, seed, "luck")
        places = [order.index(next(one for one in many if one.key == pick.key)) for pick in picks]
        assert sorted(place // 8 for place in places) == list(range(8))


@given(calls(agents=("amy",)), st.integers(0, 30), st.text(max_size=5))
@settings(max_examples=100, deadline=None)
def test_what_is_looked_for_has_its_share_to_within_one_call(
    found: list[Candidate], number: int, seed: str
) -> None:
    picks = draw(found, [ONE._replace(number=number)], WANTED, seed)
    reasons = Counter(pick.reason for pick in picks)
    there = [one for one in found if one.talk_s >= 15]
    assert reasons["complaint"] <= sum(one.complaint for one in there)
    for name in ("complaint", "repeat"):
        assert reasons[name] < number * 0.2 + 1
    if sum(one.complaint for one in there) >= number:
        assert reasons["complaint"] > number * 0.2 - 1


def test_calls_that_are_handed_on_or_long_can_be_looked_for() -> None:
    looks = plan(wanted=[{"of": "transfer", "share": 0.2}, {"of": "long", "share": 0.2}])
    picks = draw(DAY, [ONE._replace(number=10)], looks, "s")
    named = {one.key: one for one in DAY}
    told: dict[str, list[Pick]] = {
        of: [pick for pick in picks if pick.reason == of] for of in ("transfer", "long")
    }
    assert len(told["transfer"]) == 2 and all(named[pick.key].transfer for pick in told["transfer"])
    assert len(told["long"]) == 2 and all(named[pick.key].talk_s >= 420 for pick in told["long"])
    assert len(picks) == 10
