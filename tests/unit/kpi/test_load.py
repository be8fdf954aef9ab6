"""The catalogue's file: what is wrong with it is told with line and field, and nothing of it is taken."""

import pytest

from ccfloor.kpi.load import load_catalogue

GOOD = """\
kpis:
  - id: mine
    zh: 我的
    en: Mine
    formula: {zh: 甲 ÷ 乙, en: a over b}
    unit: "%"
    direction: up
    group: calls
    scopes: [site]
    ratio: {over: [queue.answered], under: [queue.offered]}
    source: {zh: 本中心, en: our own}
"""

GROUP = "    group: calls\n"


def told(text: str) -> list[tuple[int, str, str]]:
    loaded = load_catalogue("kpi.yaml", text)
    assert not loaded.kpis
    return [(problem.line, problem.field, problem.why) for problem in loaded.problems]


def test_a_good_file() -> None:
    loaded = load_catalogue("kpi.yaml", GOOD)
    assert list(loaded.kpis) == ["mine"] and not loaded.problems


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "why"),
    [
        ("unit: \"%\"", "unit: percent", 6, "kpis[0].unit", "must be "),
        ("queue.offered", "queue.offerd", 10, "kpis[0].ratio", "there is no field 'queue.offerd'"),
        ("queue.offered", "queue.lost@ivr.entries", 10, "kpis[0].ratio", "does not stand beside"),
        ("queue.offered", "offered", 10, "kpis[0].ratio", "there is no field 'offered'"),
        ("    ratio: {over: [queue.answered], under: [queue.offered]}\n", "    metric: sla\n", 10,
         "kpis[0].metric", "'sla' is none of "),
        (GROUP, GROUP + "    now: true\n", 2, "kpis[0]", "give one of metric"),
        (GROUP, GROUP + "    see: [ghosts]\n", 9, "kpis[0].see", "there is no cause"),
        (GROUP, GROUP + "    suggested: {near: 0.1}\n", 9, "kpis[0].suggested", "a target"),
        ("    zh: 我的\n", "", 2, "kpis[0].zh", "is missing"),
        ("    zh: 我的\n", "    zh: 我的\n    note: hello\n", 4, "kpis[0].note", "there is no such field"),
        ("kpis:\n", "kpi:\n", 1, "kpis", "is missing"),
        ("kpis:\n", "more: 1\nkpis:\n", 1, "more", "there is no such field"),
    ],
)  # fmt: skip
def test_what_is_wrong(old: str, new: str, line: int, field: str, why: str) -> None:
    found = told(GOOD.replace(old, new, 1))
    assert [(at, where) for at, where, said in found if why in said] == [(line, field)], found


def test_an_id_twice() -> None:
    assert told(GOOD + GOOD.replace("kpis:\n", "")) == [(12, "kpis[1].id", "'mine' is used twice")]


def test_an_empty_file_does_not_empty_the_catalogue() -> None:
    assert told("") == [(0, "kpis", "is missing")]


def test_no_yaml() -> None:
    assert "is not YAML" in told("kpis: [")[0][2]
