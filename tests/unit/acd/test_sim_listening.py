"""Reviewers of the simulated floor: the same forms every time, whole ones, and as unlike as people are."""

from pathlib import Path
from statistics import fmean

import pytest
import yaml

from ccfloor.acd.sim_listening import Heard, Listening
from ccfloor.acd.sim_quality import FOLDER, load_quality
from ccfloor.acd.sim_yaml import FileProblem
from ccfloor.qa.model import Form, possible
from ccfloor.qa.score import score
from tests.unit.qa.forms import HOTLINE, choice, form, item

QUALITY = load_quality()
BY = {one.name: one for one in (*QUALITY.reviewers, QUALITY.lead, QUALITY.head)}
EVERYTHING = form(
    item("points", points=10, step=3),
    item("scale", "scale", 5, low=0, high=4),
    item("asked", "yes_no", 5, na=True),
    item("only", "yes_no", 5, fatal_if=["no"], when={"item": "asked", "is": ["yes"]}),
    choice("chosen", ("good", 8), ("bad", 0), ("worst", 0, True)),
    item("red", "fatal"),
)


def _calls(number: int) -> list[Heard]:
    return [Heard(f"1:{place}", f"agent{place % 40}", place % 60, 180.0) for place in range(number)]


def _points(whole: Form, by: str, calls: list[Heard], seed: int = 1) -> list[float]:
    listening = Listening(QUALITY, seed)
    found = [score(whole, listening.fill_in(whole, call, BY[by]).answers) for call in calls]
    return [one.score for one in found if one.score is not None and not one.fatal]


def test_the_same_seed_gives_the_same_forms_in_any_order() -> None:
    calls = _calls(20)
    first, second = Listening(QUALITY, 7), Listening(QUALITY, 7)
    there = [first.fill_in(HOTLINE, call, BY["qa.lin"]) for call in calls]
    back = [second.fill_in(HOTLINE, call, BY["qa.lin"]) for call in reversed(calls)]
    assert there == back[::-1]
    assert _points(HOTLINE, "qa.lin", calls, 7) != _points(HOTLINE, "qa.lin", calls, 8)


@pytest.mark.parametrize("whole", [HOTLINE, EVERYTHING])
def test_forms_are_whole_and_can_be_handed_in(whole: Form) -> None:
    listening = Listening(QUALITY, 1)
    items = {one.id: one for one in whole.items}
    answered: set[str] = set()
    for call in _calls(150):
        sheet = listening.fill_in(whole, call, BY["qa.sun"])
        assert all(possible(items[name], answer) for name, answer in sheet.answers.items())
        told = score(whole, sheet.answers)
        assert told.complete
        assert sheet.summary or not told.fatal, "something fatal is not without words"
        assert set(sheet.comments) <= {line.item for line in told.lines if line.lost or line.fatal}
        assert all(0 <= (at or 0) <= 180 for notes in sheet.comments.values() for at, _ in notes)
        answered |= set(sheet.answers.values())
    assert "na" in answered and "worst" not in answered


def test_lenient_reviewers_give_more_and_the_mean_is_that_of_a_good_floor() -> None:
    calls = _calls(240)
    means = {name: fmean(_points(HOTLINE, name, calls)) for name in ("qa.lin", "qa.head", "qa.sun")}
    assert means["qa.lin"] > means["qa.head"] > means["qa.sun"]
    assert 88 < means["qa.head"] < 95


def test_people_differ_and_change() -> None:
    listening = Listening(QUALITY, 1)
    skills = [listening.skill(f"agent{place}", 0) for place in range(60)]
    assert max(skills) - min(skills) > 0.1
    assert any(listening.skill(f"agent{place}", 60) > skills[place] + 0.02 for place in range(60))
    assert any(listening.skill(f"agent{place}", 60) < skills[place] - 0.02 for place in range(60))


def test_a_fatal_form_now_and_then() -> None:
    listening = Listening(QUALITY, 1)
    fatal = sum(
        bool(score(HOTLINE, listening.fill_in(HOTLINE, call, BY["qa.zhao"]).answers).fatal)
        for call in _calls(400)
    )
    assert 1 <= fatal <= 16


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("reviewers", [], "reviewers"),
        ("comments", [], "comments"),
        ("not_applicable", [0.5, 0.1], "must rise"),
        ("reviewers", [{"name": "a", "lenient": 0, "sure": 0}] * 2, "'a' is there twice"),
        ("seen", 1.5, "seen"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, field: str, value: object, why: str) -> None:
    told = yaml.safe_load((FOLDER / "quality.yaml").read_text(encoding="utf-8"))
    file = tmp_path / "quality.yaml"
    file.write_text(yaml.safe_dump(told | {field: value}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(FileProblem, match=why):
        load_quality(file)
