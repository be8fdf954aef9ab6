"""What a site decides about staffing, and what it is told where the file cannot be used."""

from pathlib import Path
from typing import NamedTuple

import pytest

from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.calendar import Calendar, Campaign
from ccfloor.service.doctor_staffing import staffing_file
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import Settings, SiteSettings
from ccfloor.service.site import load_site
from ccfloor.service.staffing.advising import policy_of
from ccfloor.service.staffing.seats_now import Options, Said
from ccfloor.service.staffing.site_options import (
    PlanNow,
    advice_stale_s,
    outlook_stale_s,
    plan_now,
    site_options,
    site_policy,
)
from ccfloor.service.staffing_today.site import FILE, AdviceSite, Rule, load_staffing
from ccfloor.staffing.limits import Policy
from tests.unit.service.plans import rule as a_rule

CONFIG = FloorConfig(queues={"loans": QueueInfo("loans")})


class SitePlan(NamedTuple):
    """A site's calendar and rules."""

    calendar: Calendar
    book: RuleBook


def site(folder: Path, text: str) -> SiteSettings:
    (folder / FILE).write_text(text, encoding="utf-8")
    return SiteSettings(data=str(folder))


def test_without_a_file_the_usual_values_count(tmp_path: Path) -> None:
    found = load_staffing(SiteSettings(data=str(tmp_path)), CONFIG)
    assert found.rule("loans") == Rule()


def test_a_queue_may_differ_in_one_value(tmp_path: Path) -> None:
    text = "shrinkage: 0.2\nmax_occupancy: 0.9\nqueues:\n  loans: {min_seats: 2}\n"
    found = load_staffing(site(tmp_path, text), CONFIG)
    assert found.rule("loans") == Rule(shrinkage=0.2, max_occupancy=0.9, min_seats=2)
    assert found.rule("cards") == Rule(shrinkage=0.2, max_occupancy=0.9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shrinkage: 1.0\n", "shrinkage"),
        ("shrinkage: 0.95\n", "shrinkage"),
        ("max_occupancy: 0.000001\n", "max_occupancy"),
        ("max_occupancy: 0\n", "max_occupancy"),
        ("shrinkige: 0.1\n", "shrinkige"),
        ("queues: {loan: {min_seats: 2}}\n", "'loan' is not a queue of queues.yaml"),
        ("care:\n- loans\n- fraud\n", "staffing.yaml:1: care.fraud: 'fraud' is not a queue"),
        (
            "skills:\n  teams:\n    A:\n      can: [loan]\n",
            "staffing.yaml:4: skills.teams.A.can.loan: 'loan' is not a queue",
        ),
        ("skills: {agents: {Mei: {not: [loan]}}}\n", "skills.agents.Mei.not.loan: 'loan' is not a queue"),
        ("skills: {agents: {Mei: {can: [loans], not: [loans]}}}\n", "'loans' is in both can and not"),
        ("skills: {agents: {Mei: {can: {loans: -1}}}}\n", "skills.agents.Mei.can.loans"),
        ("skills: {agents: {Mei: {can: [[loans]]}}}\n", "skills.agents.Mei.can"),
        ("skills: {Mei: {can: [loans]}}\n", "skills.Mei"),
        ("pinned: [S/1]\n", "pinned"),
        ("advice:\n  most_moves: 0\n", "staffing.yaml:2: advice.most_moves"),
        ("advice: {missed: 0.5}\n", "advice.missed"),
        ("advice: {callback: 2}\n", "advice.callback"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_staffing(site(tmp_path, text), CONFIG)


def test_every_unknown_queue_is_told_in_a_sentence_of_its_own(tmp_path: Path) -> None:
    text = "care: [fraud]\nskills:\n  seats:\n    S/1: {can: {loan: 1}}\n"
    with pytest.raises(SettingsError) as told:
        load_staffing(site(tmp_path, text), CONFIG)
    assert [(one.line, one.field) for one in told.value.problems] == [
        (1, "care.fraud"),
        (4, "skills.seats.S/1.can.loan"),
    ]


WHOLE = """
skills:
  agents: {Mei: {can: {loans: 3}}, Bo: {not: [loans]}}
  teams: {A: {can: [loans]}}
pinned: {seats: [S/2], agents: [Lan]}
care: [loans]
queues: {loans: {min_seats: 2}}
advice: {most_moves: 3, least_gain: 2, hold_s: 60}
"""


def test_what_the_file_says_is_what_advice_is_given_by(tmp_path: Path) -> None:
    settings = site(tmp_path, WHOLE)
    options = site_options(settings, CONFIG)
    assert options.skills.of("Mei", "S/1", "A") == Said({"loans": 3})
    assert options.skills.of("Bo", "S/1", "A") == Said({"loans": None}, frozenset({"loans"}))
    assert (options.pins, options.pinned_agents) == ({"S/2": "site"}, {"Lan"})
    assert (options.care, options.min_seats) == ({"loans"}, {"loans": 2})
    policy = site_policy(settings, CONFIG, PlanNow(level=1))
    assert policy == Policy(level=1, most=3, least_gain=2.0, hold_s=60.0)


def test_the_limit_of_callbacks_counts_in_a_planned_peak_or_wherever_the_site_has_it_so(
    tmp_path: Path,
) -> None:
    usual, always = (
        SiteSettings(data=str(tmp_path / "none")),
        site(tmp_path, "advice: {callback_always: true}"),
    )
    found = [
        site_policy(one, CONFIG, PlanNow(peak=peak)).peak for one in (usual, always) for peak in (False, True)
    ]
    assert found == [False, True, True, True]
    peak = Calendar(campaigns=(Campaign(100.0, 200.0, ("loans",)),))
    none = RuleBook()
    assert [plan_now(0, peak, none, at).peak for at in (99.0, 100.0, 199.0, 200.0)] == [
        False,
        True,
        True,
        False,
    ]
    of = policy_of(usual, CONFIG, SitePlan(peak, none))
    assert (of(150.0, 0), of(250.0, 2)) == (Policy(peak=True), Policy(level=2))


def test_how_many_may_call_back_is_said_by_the_plan_alone(tmp_path: Path) -> None:
    order = {"forbid_reasons": ["callback"], "limit": 5}
    todo = [{"id": "five", "text": {"zh": "减至 5 人", "en": "Down to 5"}, "order": order}]
    rule = a_rule("planned", only={"planned_peak": True}, todo=todo)
    rules = RuleBook((RuleVersion(rule.id, 1, 100.0, rule), RuleVersion(rule.id, 2, 200.0, None)))
    usual = SiteSettings(data=str(tmp_path / "none"))
    of = policy_of(usual, CONFIG, SitePlan(Calendar(), rules))
    assert [of(at, 0).callback_limit for at in (99.0, 100.0, 199.0, 200.0)] == [2, 5, 5, 2]
    assert "callback_limit" not in AdviceSite.model_fields


def test_a_file_that_cannot_be_used_leaves_the_usual(tmp_path: Path) -> None:
    broken = site(tmp_path, "pinned: 3\n")
    assert (site_options(broken, CONFIG), site_policy(broken, CONFIG, PlanNow(2))) == (
        Options(),
        Policy(level=2),
    )


def test_the_names_of_the_file_are_those_of_the_policy() -> None:
    of_policy = set(Policy.__struct_fields__) - {"level", "peak", "most", "errors", "deviations"}
    assert set(AdviceSite.model_fields) - {"callback_always", "most_moves"} <= of_policy


def test_the_doctor_tells_of_names_that_nobody_knows(tmp_path: Path) -> None:
    settings = site(tmp_path, WHOLE)
    (well,) = staffing_file(CONFIG, settings)
    assert well.state == "ok", "without seats.yaml the switch alone knows who there is"
    seats = {"S/1": SeatInfo("S/1", "Mei", team="A", others={"Lan": "Lan"})}
    found = list(staffing_file(FloorConfig(queues=CONFIG.queues, seats=seats), settings))
    assert {one.state for one in found} == {"warn"}
    assert [one.en.split("staffing.yaml")[1] for one in found] == [
        ":3: skills.agents.Bo: 'Bo' is not an agent of seats.yaml",
        ":5: pinned.seats.S/2: 'S/2' is not a seat of seats.yaml",
    ]
    assert "seats.yaml 里没有坐席 'S/2'" in found[1].zh
    (bad,) = staffing_file(CONFIG, site(tmp_path, "care: [fraud]"))
    assert (bad.state, "'fraud'" in bad.zh) == ("fail", True)


def test_what_is_given_seldom_is_stale_late() -> None:
    def stale(advice: float, outlook: float) -> float:
        told = {"advice": {"every_s": advice}, "outlook": {"every_s": outlook}}
        return advice_stale_s(Settings.model_validate(told))

    assert [stale(60, 15), stale(300, 15), stale(0, 0)] == [180.0, 900.0, 180.0]
    assert stale(60, 600) == 1800.0, "advice is given with a look at the outlook"
    assert [outlook_stale_s(every_s) for every_s in (15.0, 60.0, 600.0)] == [60.0, 180.0, 1800.0]


def test_the_file_that_comes_with_the_program_can_be_used() -> None:
    settings = SiteSettings()
    load_staffing(settings, load_site(settings))
