"""Forms and plans as YAML: the shipped ones, what is wrong told with its place, written and read again."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccfloor.qa.load import Known, load, load_form, load_plan
from ccfloor.qa.model import Form, Item, Option, Section
from ccfloor.qa.plan import Plan
from ccfloor.qa.score import score
from ccfloor.qa.write import body_text, kept_text
from ccfloor.rules.model import Words

DATA = Path(__file__).resolve().parents[3] / "data" / "qa"
FILES = sorted(DATA.rglob("*.yaml"))

HEAD = """\
id: short
name: {zh: 短表, en: Short}
sections:
  - id: only
    name: {zh: 全部, en: All}
    items:
"""


def kind_of(path: Path) -> str:
    return path.parent.name.removesuffix("s")


def form(items: str, head: str = HEAD) -> str:
    return head + "".join(f"      - {line.strip()}\n" for line in items.strip().splitlines())


def said(text: str, lang: str = "en", kind: str = "form") -> list[str]:
    return [problem.said(lang) for problem in load(kind, "f.yaml", text).problems]


# -- what is shipped ---------------------------------------------------------------------------------------


def test_two_forms_and_a_plan_are_shipped() -> None:
    assert [(kind_of(path), path.stem) for path in FILES] == [
        ("form", "appointment"), ("form", "hotline"), ("plan", "weekly"),
    ]  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_shipped_is_whole_and_reads_as_it_is_written(path: Path) -> None:
    loaded = load(kind_of(path), str(path), path.read_text(encoding="utf-8"))
    assert loaded.problems == [] and loaded.body is not None and loaded.body.id == path.stem
    for text in (body_text(loaded.body), kept_text(loaded.body)):
        assert load(kind_of(path), "again", text).body == loaded.body


def shipped(name: str) -> Form:
    found = load_form(name, (DATA / "forms" / f"{name}.yaml").read_text(encoding="utf-8")).body
    assert found is not None
    return found


def test_the_default_form_has_100_points_and_six_red_lines() -> None:
    hotline = shipped("hotline")
    assert sum(item.most for item in hotline.items) == 100
    assert [item.id for item in hotline.items if item.kind == "fatal"] == [
        "insult", "hang-up", "forbidden-words", "false-promise", "data-leak", "complaint-kept",
    ]  # fmt: skip
    assert hotline.pass_mark == 85
    best = {item.id: best_answer(item) for item in hotline.items if item.scored}
    assert score(hotline, best).score == 100
    lost = score(hotline, best | {"answer": "loss"})
    assert (lost.score, lost.fatal) == (0, ("answer",))


def best_answer(item: Item) -> str:
    if item.kind == "choice":
        return max(item.options, key=lambda option: option.points).id
    return {"points": f"{item.points:g}", "scale": str(item.high), "yes_no": "yes"}[item.kind]


def test_the_appointment_guide_has_16_items_of_100_points() -> None:
    guide = shipped("appointment")
    assert len(guide.items) == 16 and sum(item.most for item in guide.items) == 100
    answers = {item.id: best_answer(item) for item in guide.items}
    assert score(guide, answers | {"objection-1": "na"}).line("objection-2").asked is False
    assert score(guide, answers | {"objection-1": "no"}).line("objection-2").asked is True


def test_the_plan_wants_what_the_rules_want() -> None:
    plan = load_plan("weekly", (DATA / "plans" / "weekly.yaml").read_text(encoding="utf-8")).body
    assert plan is not None
    told = [(one.every, one.at_least, one.at_most, one.by) for one in plan.quotas]
    assert told == [("week", 3, None, "qa"), ("month", 20, 30, "qa"), ("month", 2, None, "lead")]
    assert {one.of for one in plan.wanted} == {"complaint", "repeat"}


# -- what is wrong -----------------------------------------------------------------------------------------

ITEM = "{id: a, name: {zh: 甲, en: A}, kind: yes_no, points: 4}"
OTHER = ITEM.replace("id: a", "id: b")


@pytest.mark.parametrize(
    ("items", "en", "zh"),
    [
        (
            ITEM.replace(", points: 4", ""),
            "f.yaml:7: sections[0].items[0].points: points are missing",
            "f.yaml:7: sections[0].items[0].points: 缺少分值",
        ),
        (
            f"{ITEM}\n{ITEM}",
            "f.yaml:8: sections[0].items[1].id: the id 'a' is used twice",
            "f.yaml:8: sections[0].items[1].id: 编号 'a' 用了两次",
        ),
        (
            f"{ITEM}\n{OTHER[:-1]}, when: {{item: c, is: yes}}}}",
            "f.yaml:8: sections[0].items[1].when.item: 'b' depends on 'c', which does not stand before it",
            "f.yaml:8: sections[0].items[1].when.item: 'b' 的条件引用了 'c'，而它前面没有这一项",
        ),
        (
            f"{ITEM}\n{OTHER[:-1]}, when: {{item: a, is: [3]}}}}",
            "f.yaml:8: sections[0].items[1].when: 'b' depends on 'a' being '3', which it cannot be",
            "f.yaml:8: sections[0].items[1].when: 'b' 的条件要求 'a' 为 '3'，而它不可能这样回答",
        ),
        (
            ITEM.replace("kind: yes_no, points: 4", "kind: fatal"),
            "f.yaml:3: sections: nothing is scored",
            "f.yaml:3: sections: 没有任何计分的项目",
        ),
        (
            ITEM.replace("points: 4", "points: 4, weihgt: 3"),
            "f.yaml:7: sections[0].items[0].weihgt: there is no such field",
            "f.yaml:7: sections[0].items[0].weihgt: 没有这个字段",
        ),
    ],
)
def test_what_is_wrong_is_told_in_one_sentence_with_its_place(items: str, en: str, zh: str) -> None:
    assert said(form(items)) == [en]
    assert said(form(items), "zh") == [zh]


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = form(f"{ITEM}\n{ITEM}\n{OTHER[:-1]}, when: {{item: z, is: yes}}}}")
    text += "  - {id: none, name: {zh: 空, en: Empty}, items: []}\n"
    assert [line.split(": ", 2)[1] for line in said(text)] == [
        "sections[0].items[1].id", "sections[1].items", "sections[0].items[2].when.item",
    ]  # fmt: skip


def test_every_sentence_of_the_checks_has_its_chinese() -> None:
    items = [
        ITEM.replace("points: 4", "points: 4, fatal_if: [yes, no]"),
        ITEM.replace("kind: yes_no", "kind: choice"),
        ITEM.replace("kind: yes_no", "kind: points, fatal_if: no"),
        ITEM.replace("kind: yes_no", "kind: scale, low: 5"),
        ITEM.replace("kind: yes_no", "kind: fatal"),
        ITEM[:-1] + ", when: {item: a}}",
    ]
    for item in items:
        assert said(form(item), "zh") and "取值不合法" not in " ".join(said(form(item), "zh"))
    plan = "id: p\nname: {zh: 甲, en: A}\nform: f\nquotas: []\nlength_s: [9, 3]\nstrata: [hour, hour]\n"
    told = said(plan + "wanted: [{of: repeat, share: 0.4}, {of: repeat, share: 0.3}]\n", "zh", "plan")
    assert len(told) == 5 and "取值不合法" not in " ".join(told)


def test_an_empty_text_is_no_form() -> None:
    assert said("") == ["f.yaml: is empty"]


def test_answers_are_taken_as_people_write_them() -> None:
    items = f"{ITEM[:-1]}, fatal_if: no}}\n{OTHER[:-1]}, when: {{item: a, is_not: [no]}}}}"
    found = load_form("f", form(items)).body
    assert found is not None
    assert found.item("a").fatal_if == ("no",)
    when = found.item("b").when
    assert when is not None and when.is_not == ("no",)


def test_what_a_site_does_not_have_is_a_doubt() -> None:
    plan = "id: p\nname: {zh: 甲, en: A}\nform: f\nqueues: [vip, nobody]\n"
    plan += "quotas: [{id: w, name: {zh: 周, en: Week}, every: week, at_least: 3}]\n"
    loaded = load_plan("p.yaml", plan, Known(frozenset({"vip"}), None, frozenset({"g"})))
    assert loaded.body is not None and loaded.problems == []
    assert [str(doubt) for doubt in loaded.warnings] == [
        "p.yaml:4: queues[1]: 'nobody' is no queue of this site",
        "p.yaml:3: form: 'f' is no form of this site",
    ]


def test_a_name_of_spaces_is_no_name() -> None:
    items = "{id: a, kind: yes_no, points: 1, name: {zh: 甲, en: ' '}}"
    assert said(form(items)) == ["f.yaml:7: sections[0].items[0].name.en: must not be empty"]
    assert said(form(items.replace("' '", "'\u3000'")), "zh")[0].endswith("不能为空")


# -- written and read again --------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=12).filter(
    str.strip
)
ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,6}", fullmatch=True)
words = st.builds(Words, zh=texts, en=texts)
amounts = st.integers(1, 400).map(lambda quarters: quarters / 4)


@st.composite
def items(draw: st.DrawFn, name: str) -> Item:
    kind = draw(st.sampled_from(["points", "scale", "yes_no", "choice", "fatal"]))
    more: dict[str, object] = {}
    if kind == "choice":
        names = draw(st.lists(ids.filter(lambda one: one != "na"), min_size=2, max_size=4, unique=True))
        more["options"] = [Option(id=one, name=draw(words), points=draw(amounts)) for one in names]
    elif kind != "fatal":
        more["points"] = draw(amounts)
    if kind == "yes_no":
        more["fatal_if"] = draw(st.sampled_from([(), ("yes",), ("no",)]))
    if kind != "fatal":
        more["na"] = draw(st.booleans())
    tags = draw(st.sampled_from([(), ("polite",), ("record", "polite")]))
    about = {"guide": draw(st.none() | words), "tags": tags, "name": draw(words)}
    return Item.model_validate({"id": name, "kind": kind, **more, **about})


@st.composite
def forms(draw: st.DrawFn) -> Form:
    names = draw(st.lists(ids, min_size=3, max_size=8, unique=True))
    last = Item(id=names[1], name=draw(words), kind="yes_no", points=draw(amounts), na=True)
    asked = [draw(items(name)) for name in names[3:]]
    when = {"item": names[1], "is_not": ["na"]}
    tail = Item.model_validate(
        {"id": names[2], "name": draw(words), "points": 3, "when": draw(st.sampled_from([None, when]))}
    )
    section = Section(id=names[0], name=draw(words), items=(*asked, last, tail))
    weight = draw(st.none() | amounts)
    return Form(
        id=draw(ids), name=draw(words), note=draw(st.none() | words), pass_mark=draw(st.integers(0, 100)),
        decimals=draw(st.integers(0, 2)), sections=(section.model_copy(update={"weight": weight}),),
    )  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(forms())
def test_a_form_reads_as_it_is_written(made: Form) -> None:
    for text in (body_text(made), kept_text(made)):
        loaded = load_form("again", text)
        assert loaded.problems == [] and loaded.body == made


def test_what_is_kept_says_every_value_itself() -> None:
    text = kept_text(shipped("hotline"))
    assert "decimals: 1" in text and "low: 1" in text and "na: false" in text
    plan = Plan.model_validate(
        {"id": "p", "name": {"zh": "甲", "en": "A"}, "form": "f",
         "quotas": [{"id": "w", "name": {"zh": "周", "en": "W"}, "every": "week", "at_least": 3}]}
    )  # fmt: skip
    assert "due_days: 3" in kept_text(plan) and "same_reviewer: 0.5" in kept_text(plan)
