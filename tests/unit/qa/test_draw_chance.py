"""Ten thousand draws: no call, stratum, hour or weekday is favoured; what is looked for has its share.

Seeds are fixed, so every run finds the same. A p-value below 0.001 would be a bias.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from math import sqrt
from pathlib import Path
from statistics import fmean, variance

import pytest
from scipy.stats import binomtest, chi2, chisquare

from ccfloor.qa.draw import Candidate, Pick, Want, draw, point, stratum
from ccfloor.qa.load import load
from ccfloor.qa.plan import Plan
from ccfloor.qa.quota import as_number, span, want
from tests.unit.qa.calls import DAY, call, plan

ROOT = Path(__file__).resolve().parents[3]
DRAWS = 10_000
LEAST = 0.001


@pytest.fixture(scope="module")
def singles() -> list[Pick]:
    """One call of a day, ten thousand times: draws that do not depend on one another."""
    one, rules = [Want("amy", "week", 1)], plan()
    return [pick for at in range(DRAWS) for pick in draw(DAY, one, rules, f"single {at}", f"row {at}")]


@pytest.fixture(scope="module")
def row() -> list[Pick]:
    """One call of each of ten thousand days that were alike: each draw goes on in the row of the last."""
    rules = plan()
    wants = ([Want("amy", "week", 1, before=at)] for at in range(DRAWS))
    return [pick for at, one in enumerate(wants) for pick in draw(DAY, one, rules, f"day {at}", "row")]


@pytest.fixture(scope="module")
def triples() -> list[list[Pick]]:
    """Three of a day."""
    one, rules = [Want("amy", "week", 3)], plan()
    return [draw(DAY, one, rules, f"triple {at}", f"row {at}") for at in range(DRAWS)]


@pytest.fixture(scope="module")
def looked_for() -> list[Pick]:
    """One of a day, of which a fifth is looked for among complaints and a tenth among repeated calls."""
    wanted = plan(wanted=[{"of": "complaint", "share": 0.2}, {"of": "repeat", "share": 0.1}])
    one = [Want("amy", "week", 1)]
    return [pick for at in range(DRAWS) for pick in draw(DAY, one, wanted, f"wanted {at}", f"row {at}")]


def _fair(found: Mapping[str, int], there: Mapping[str, int]) -> float:
    """The p-value of chi-square: that each came as often as there are of it."""
    assert set(found) <= set(there)
    share = sum(found.values()) / sum(there.values())
    names = sorted(there)
    return float(chisquare([found.get(n, 0) for n in names], [there[n] * share for n in names]).pvalue)


def test_every_call_has_the_same_chance(singles: list[Pick]) -> None:
    assert len(singles) == DRAWS
    assert _fair(Counter(pick.key for pick in singles), {one.key: 1 for one in DAY}) > LEAST


def test_every_call_has_the_same_chance_in_a_row_of_draws(row: list[Pick]) -> None:
    counts = Counter(pick.key for pick in row)
    assert _fair(counts, {one.key: 1 for one in DAY}) > LEAST
    for part in ("queue", "hour", "length"):
        named = {one.key: stratum(one, plan(strata=[part])) for one in DAY}
        there = Counter(named.values())
        found = Counter(named[pick.key] for pick in row)
        assert _fair(found, there) > LEAST
        by_chance = DRAWS * (1 / len(there)) * (1 - 1 / len(there))
        off = max(abs(found[name] - DRAWS * there[name] / len(DAY)) for name in there)
        assert off < 3 * sqrt(by_chance)


def test_what_was_drawn_tells_nothing_of_what_comes_next(row: list[Pick]) -> None:
    """But of the last of eight: of the others, each eighth is as likely as any that is left."""
    following = Counter[str]()
    for at in range(0, DRAWS - 8, 8):
        first, second = (
            int(point(number, f"day {number}\x1famy\x1f", "row\x1famy\x1f") * 8) for number in (at, at + 1)
        )
        following[f"{first} {second}"] += 1
    there = {f"{a} {b}": 1 for a in range(8) for b in range(8) if a != b}
    assert _fair(following, there) > LEAST
    after = Counter(str(int(point(number, "s", "luck") * 8)) for number in range(8, DRAWS, 8))
    assert _fair(after, {str(part): 1 for part in range(8)}) > LEAST


MONTHS = 72


def _shipped() -> Plan:
    body = load("plan", "weekly", (ROOT / "data/qa/plans/weekly.yaml").read_text(encoding="utf-8")).body
    assert isinstance(body, Plan)
    return body


SHIPPED = _shipped()


def _months(seed: int) -> list[Counter[str]]:
    """Strata of what was drawn in each month of a year by the shipped plan, of one who works on weekdays."""
    found: list[Counter[str]] = []
    rows, had, calls = Counter[str](), list[tuple[date, str]](), list[Candidate]()
    of = {quota.id: quota for quota in SHIPPED.quotas}
    taken = set[str]()
    for day in (date(2026, 1, 1) + timedelta(days=step) for step in range(365)):
        if day.day == 1:
            found.append(Counter())
        calls = [] if day.weekday() == 0 else calls
        calls += _calls(day)
        wants: list[Want] = []
        for quota in SHIPPED.quotas:
            within = span(quota, day)
            there = sum(by == quota.by and within.first <= at <= within.last for at, by in had)
            there += sum(one.number for one in wants if of[one.quota].by == quota.by)
            made = want(quota, "amy", day, there=there, taken=frozenset(taken), seed=f"{seed}")
            wants.append(made._replace(row=quota.by, before=rows[quota.by]))
        for pick in draw(calls, wants, SHIPPED, f"{seed} {day}", f"{seed}"):
            by = of[pick.quota].by
            rows[by] += 1
            taken.add(pick.key)
            had.append((day, by))
            found[-1].update(pick.stratum.split())
    return found


def _calls(day: date) -> list[Candidate]:
    """Twenty-four calls of a weekday: of two queues as many, four hours, three lengths."""
    queues, told = ("sales", "service"), as_number(day)
    return [
        call(
            f"{told}:{place}",
            queue=queues[place % 2],
            hour=9 + place % 4,
            talk_s=(30.0, 90.0, 200.0)[place % 3],
            day=told,
        )
        for place in range(24 if day.weekday() < 5 else 0)
    ]


def test_a_stratum_varies_over_months_by_a_third_of_plain_chance_at_most() -> None:
    months = [one for seed in range(MONTHS // 12) for one in _months(seed)]
    drawn = fmean(one["shift=-"] for one in months)
    assert 20 <= drawn <= 24
    sales = [one["queue=sales"] for one in months]
    assert abs(fmean(sales) - drawn / 2) < 0.5
    assert variance(sales) <= drawn / 4 / 3
    for name, share in (("hour=10", 1 / 4), ("length=1", 1 / 3)):  # what comes later in the order of strata
        counts = [one[name] for one in months]
        assert abs(fmean(counts) - drawn * share) < 0.5
        assert variance(counts) < drawn * share * (1 - share)


@pytest.mark.parametrize(
    "parts", [["queue"], ["hour"], ["length"], ["transfer"], ["complaint"], ["repeat"], None]
)
def test_every_stratum_has_the_share_of_its_calls(singles: list[Pick], parts: list[str] | None) -> None:
    by = plan(strata=parts) if parts else plan()
    named = {one.key: stratum(one, by) for one in DAY}
    assert _fair(Counter(named[pick.key] for pick in singles), Counter(named.values())) > LEAST


def test_of_three_calls_each_has_three_chances(triples: list[list[Pick]]) -> None:
    """A count's variance is n p (1 - p): draws of one time exclude one another."""
    counts = Counter(pick.key for picks in triples for pick in picks)
    share = 3 / len(DAY)
    far = sum((counts[one.key] - DRAWS * share) ** 2 for one in DAY) / (DRAWS * share * (1 - share))
    # Counts of one draw are bound by their sum: about as many degrees of freedom as calls less one.
    assert chi2.sf(far, len(DAY) - 1) > LEAST


def test_of_three_calls_each_stratum_has_its_share(triples: list[list[Pick]]) -> None:
    named = {one.key: stratum(one, plan()) for one in DAY}
    there = Counter(named.values())
    assert _fair(Counter(named[pick.key] for picks in triples for pick in picks), there) > LEAST


def test_all_pairs_of_calls_of_different_strata_come_together_at_times(triples: list[list[Pick]]) -> None:
    """No call hides behind another: strata are put in another order each time."""
    named = {one.key: stratum(one, plan()) for one in DAY}
    pairs = {frozenset((a.key, b.key)) for picks in triples for a in picks for b in picks if a != b}
    keys = [one.key for one in DAY]
    apart = {frozenset((a, b)) for a in keys for b in keys if named[a] != named[b]}
    assert apart <= pairs


def test_what_is_looked_for_has_its_share_and_the_rest_is_random(looked_for: list[Pick]) -> None:
    by_reason = Counter(pick.reason for pick in looked_for)
    assert binomtest(by_reason["complaint"], DRAWS, 0.2).pvalue > LEAST
    assert binomtest(by_reason["repeat"], DRAWS, 0.1).pvalue > LEAST
    for reason, among in {
        "complaint": [one for one in DAY if one.complaint],
        "repeat": [one for one in DAY if one.repeat],
        "random": DAY,
    }.items():
        found = Counter(pick.key for pick in looked_for if pick.reason == reason)
        assert _fair(found, {one.key: 1 for one in among}) > LEAST


MONDAY = date(2026, 11, 16)


def _week(seed: int, works: tuple[int, ...], each: int = 8) -> list[int]:
    """The weekdays of calls that were drawn in a week, day by day as they came, of an agent who works so."""
    rules = plan()
    quota = rules.quotas[0]
    days = [MONDAY + timedelta(days=place) for place in works]
    calls = [call(f"{day}:{at}", hour=9 + at, day=as_number(day)) for day in days for at in range(each)]
    found: list[Pick] = []
    for day in (MONDAY + timedelta(days=place) for place in range(7)):
        taken = frozenset(pick.key for pick in found)
        todays = want(quota, "amy", day, there=len(found), taken=taken, seed=f"week {seed}")
        there = [one for one in calls if one.day <= as_number(day)]
        todays = todays._replace(before=len(found))
        found += draw(there, [todays], rules, f"day {seed} {day}", f"week {seed}")
    return [date.fromisoformat(pick.key.split(":")[0]).weekday() for pick in found]


@pytest.mark.parametrize("works", [(0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5, 6), (5, 6), (1, 3, 4)])
def test_every_day_of_a_week_has_its_chance_and_the_quota_is_met(works: tuple[int, ...]) -> None:
    weeks = [_week(seed, works) for seed in range(600)]
    assert all(len(week) == 3 for week in weeks)
    found = Counter(str(day) for week in weeks for day in week)
    assert _fair(found, {str(day): 1 for day in works}) > LEAST


def test_who_has_few_calls_has_all_of_them_drawn() -> None:
    assert sorted(_week(1, (2, 5), each=1)) == [2, 5]
