"""Forms of the tests, as people would write them down, and strategies of answers."""

from typing import Any

from hypothesis import strategies as st

from ccfloor.qa.model import NA, Form, Item, possible

WORDS = {"zh": "某", "en": "something"}


def item(name: str, kind: str = "points", points: float = 0, **more: Any) -> dict[str, Any]:
    """An item as a file has it."""
    return {"id": name, "name": WORDS, "kind": kind, "points": points, **more}


def choice(name: str, *options: tuple[str, float] | tuple[str, float, bool], **more: Any) -> dict[str, Any]:
    """A choice of (id, points, fatal)."""
    made = [
        {"id": one[0], "name": WORDS, "points": one[1], "fatal": len(one) > 2 and one[2]} for one in options
    ]
    return {"id": name, "name": WORDS, "kind": "choice", "options": made, **more}


def form(*items: dict[str, Any], **more: Any) -> Form:
    """A form of one section."""
    return sections({"id": "all", "items": items}, **more)


def sections(*parts: dict[str, Any], **more: Any) -> Form:
    """A form of several."""
    named = [{"name": WORDS, **part} for part in parts]
    return Form.model_validate({"id": "test", "name": WORDS, "sections": named, **more})


# The default form of call floors: 100 points, and six things that make the whole form 0.
HOTLINE = sections(
    {
        "id": "opening",
        "items": [
            item("greeting", points=5, tags=["polite"]),
            item("read_back", points=5, na=True),
        ],
    },
    {
        "id": "talk",
        "items": [
            item("listening", points=10),
            item("patience", points=15),
            item("need", points=10),
            item("questions", points=10),
            choice("answer", ("right", 20), ("part", 10), ("wrong", 0), ("loss", 0, True)),
            item("hold", points=5, na=True, tags=["polite"]),
        ],
    },
    {
        "id": "after",
        "items": [
            item("record", points=10, tags=["record"]),
            item("promise", points=5, na=True),
            item("closing", points=5, tags=["polite"]),
        ],
    },
    {
        "id": "fatal",
        "items": [
            item(name, "fatal")
            for name in ("insult", "hang_up", "forbidden", "false_promise", "leak", "unreported")
        ],
    },
)
BEST = {
    "greeting": "5",
    "read_back": "5",
    "listening": "10",
    "patience": "15",
    "need": "10",
    "questions": "10",
    "answer": "right",
    "hold": "5",
    "record": "10",
    "promise": "5",
    "closing": "5",
}


@st.composite
def items(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Any item that is scored."""
    kind = draw(st.sampled_from(("points", "scale", "yes_no", "choice")))
    na = draw(st.booleans())
    if kind == "choice":
        points = draw(st.lists(st.integers(0, 20), min_size=2, max_size=4).filter(any))
        return choice(name, *((f"o{place}", one) for place, one in enumerate(points)), na=na)
    points = draw(st.sampled_from((0.1, 0.3, 1, 2.5, 5, 7, 10)))
    more: dict[str, Any] = {"step": 0.1} if kind == "points" else {}
    if kind == "scale":
        more = {"low": 0, "high": draw(st.integers(1, 7))}
    return item(name, kind, points, na=na, **more)


def answers(one: Item) -> list[str]:
    """All answers an item can have, of those that a test would give."""
    found = [NA, "yes", "no", *(option.id for option in one.options)]
    if one.kind in ("points", "scale"):
        found += [str(value / 10) for value in range(int(one.points * 10) + 1)] + list(map(str, range(11)))
    return [answer for answer in dict.fromkeys(found) if possible(one, answer)]


@st.composite
def filled(draw: st.DrawFn) -> tuple[Form, dict[str, str]]:
    """A form of one or two sections, weighted or not, and answers to some of its items."""
    weighted = draw(st.booleans())
    parts = []
    for place in range(draw(st.integers(1, 2))):
        mine = [draw(items(f"i{place}{at}")) for at in range(draw(st.integers(1, 4)))]
        weight = {"weight": draw(st.sampled_from((1, 30, 33.3, 70)))} if weighted else {}
        parts.append({"id": f"s{place}", "items": mine, **weight})
    made = sections(*parts, decimals=draw(st.integers(0, 2)))
    given = {one.id: draw(st.sampled_from(["", *answers(one)])) for one in made.items}
    return made, {name: answer for name, answer in given.items() if answer}
