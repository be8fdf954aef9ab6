"""The simulator's files: those that come with it fit together, a bad one is told with its line."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from ccfloor.acd.sim_scenario import FOLDER, load_floor, load_scenario, scenario_names
from ccfloor.acd.sim_yaml import FileProblem
from tests.unit.acd.sim_day import SPEC

DATA = FOLDER.parent
CANONICAL = {"break", "meal", "meeting", "training", "coaching", "callback", "busy", "auto_pause", "other"}


def _data(name: str) -> dict:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def test_the_floor_has_five_queues_and_six_teams_of_eight_with_a_lead_each() -> None:
    assert list(SPEC.queues) == ["hotline", "repair-line", "billing-line", "complaint-line", "english-line"]
    assert Counter(seat.team for seat in SPEC.seats) == dict.fromkeys("ABCDEF", 8)
    assert Counter(seat.team for seat in SPEC.seats if seat.role == "lead") == dict.fromkeys("ABCDEF", 1)


def test_every_person_on_the_floor_has_a_name_of_his_own_in_both_languages() -> None:
    people = [person for seat in SPEC.seats for person in (seat, *seat.crew)]
    assert all(person.agent and person.agent_en for person in people)
    assert len({person.agent for person in people}) == len(people)


def test_the_sites_seats_are_the_simulators() -> None:
    fields = ("seat", "agent", "agent_en", "number", "team", "role")
    ours = [{name: getattr(seat, name) for name in fields} for seat in SPEC.seats]
    assert [{name: seat[name] for name in fields} for seat in _data("seats.yaml")["seats"]] == ours
    shared = [seat.get("others", {}) for seat in _data("seats.yaml")["seats"]]
    assert shared == [{other.agent: other.agent_en for other in seat.crew} for seat in SPEC.seats]


def test_the_sites_queues_are_the_simulators_with_the_same_time_for_after_call_work() -> None:
    site = _data("queues.yaml")["queues"]
    assert [(name, queue["zh"], queue["en"]) for name, queue in site.items()] == [
        (name, queue.zh, queue.en) for name, queue in SPEC.queues.items()
    ]
    granted = {name: queue["targets"][-1]["wrap_up_s"] for name, queue in site.items()}
    assert granted == {name: queue.wrap_up_s for name, queue in SPEC.queues.items()}


def test_every_pause_of_the_simulator_is_in_the_table_of_reasons() -> None:
    table = _data("reasons.yaml")["reasons"]
    assert set(table) == CANONICAL
    texts = [text for listed in table.values() for text in listed]
    assert all(isinstance(text, str) for text in texts)
    assert len({text.lower() for text in texts}) == len(texts)
    used = {pause.reason for pause in (*SPEC.pauses, *SPEC.lead_pauses)} | {SPEC.ringing.auto_reason}
    assert used <= set(texts)


@pytest.mark.parametrize("name", ["normal", "calm", "surge", "outage"])
def test_each_scenario_that_comes_along_can_be_read(name: str) -> None:
    assert name in scenario_names()
    assert load_scenario(name, SPEC).name.zh


def _floor_text(old: str, new: str) -> str:
    text = (FOLDER / "floor.yaml").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("per_hour: 206", "per_hour: many", "queues.hotline.per_hour"),
        ("per_hour: 206", "per_hour: -5", "queues.hotline.per_hour"),
        ("limit: 45", "limits: 45", "queues.hotline.limits"),
        ("timeout_to: hotline", "timeout_to: nowhere", "queues.repair-line.timeout_to"),
        ("transfer: {repair-line:", "transfer: {nowhere:", "queues.hotline.transfer.nowhere"),
        ('from: "07:55"', 'from: "25:00"', "shifts.early.from"),
        ('from: "07:55"', "from: 7:55", "shifts.early.from"),
        ("seat: SIM/1002,", "seat: SIM/1001,", "seats.1.seat"),
        ("shift: late", "shift: never", "seats.3.shift"),
        ("low_s: 2", "low_s: 7", "ringing"),
    ],
)
def test_a_bad_floor_is_told_with_file_line_and_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    text = _floor_text(old, new)
    path = tmp_path / "floor.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem) as caught:
        load_floor(path)
    problem = caught.value
    before = (FOLDER / "floor.yaml").read_text(encoding="utf-8").splitlines()
    changed = [
        line for line, pair in enumerate(zip(before, text.splitlines(), strict=True), 1) if pair[0] != pair[1]
    ]
    assert (problem.file, problem.field, problem.line) == (str(path), field, changed[0])
    assert str(problem).startswith(f"{path}, line {problem.line}, field {field}: ")
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("name: {zh: 甲, en: A\nvolume: 1\n", 2, "expected"),
        ("name: {zh: 甲, en: A}\nvolume: 99\n", 2, "less than"),
        ("name: {zh: 甲, en: A}\nwindows:\n  - {minutes: 5}\n", 3, "either at or after_min"),
        (
            "name: {zh: 甲, en: A}\nwindows:\n  - {at: '10:00', minutes: 60, every_min: 5}\n",
            3,
            "not be shorter",
        ),
        (
            "name: {zh: 甲, en: A}\nwindows:\n  - {after_min: 1, minutes: 5, queues: [vip]}\n",
            3,
            "no queue vip",
        ),
        ("- a list\n", 1, "dictionary"),
    ],
)
def test_a_bad_scenario_is_told_with_its_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem, match=word) as caught:
        load_scenario(path, SPEC)
    assert caught.value.line == line


def test_a_file_that_is_absent_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"nothing\.yaml: there is no such file"):
        load_scenario(tmp_path / "nothing.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileProblem, match="is not UTF-8 text"):
        load_scenario(tmp_path / "binary.yaml")


def test_no_name_means_an_ordinary_day() -> None:
    assert load_scenario("") == load_scenario("normal")
