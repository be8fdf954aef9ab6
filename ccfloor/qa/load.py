"""Forms and plans from YAML text, or sentences that name file, line and field. Reads and writes no file.

YAML reads a bare ``yes`` as true and ``3`` as a number; where answers are meant they are taken as written.
"""

from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, Self, TypeVar

from pydantic import model_validator

from ccfloor.qa.model import NO, YES, Doubt, Form, form_doubts
from ccfloor.qa.plan import Plan, plan_doubts
from ccfloor.qa.wrong import OWN
from ccfloor.rules.model import Part
from ccfloor.rules.places import Problem
from ccfloor.rules.wrong import own
from ccfloor.rules.yaml_text import YamlText

T = TypeVar("T", bound=Part)
Body = Form | Plan


class Known(NamedTuple):
    """What a site's plans may name. None: not known here, nothing is said about it."""

    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None
    forms: frozenset[str] | None = None


ANYTHING = Known()


class Loaded(NamedTuple, Generic[T]):
    """A form or plan, or why it is none; ``warnings``: it is taken all the same."""

    body: T | None
    problems: list[Problem]
    warnings: list[Problem]


class _LooseForm(Form):
    """A form whose parts are right; whether they go together is told apart, each with its place."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        return self


class _LoosePlan(Plan):
    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        return self


_Shapes = tuple[type[Any], type[Any], Callable[[Any], Iterator[Doubt]]]
_FORM: _Shapes = (_LooseForm, Form, form_doubts)
_PLAN: _Shapes = (_LoosePlan, Plan, plan_doubts)


def load_form(file: str, text: str) -> Loaded[Form]:
    """The form of a text. ``file``: its name for messages."""
    return _load(file, text, _FORM)


def load_plan(file: str, text: str, known: Known = ANYTHING) -> Loaded[Plan]:
    """The plan of a text; queues, teams and forms that the site does not have are doubts."""
    loaded: Loaded[Plan] = _load(file, text, _PLAN)
    if loaded.body is not None:
        source = YamlText(file, text)
        loaded.warnings.extend(source.problem(*doubt) for doubt in _unknown(loaded.body, known))
    return loaded


def load(kind: str, file: str, text: str, known: Known = ANYTHING) -> Loaded[Any]:
    """The same by kind: ``form`` or ``plan``."""
    return load_form(file, text) if kind == "form" else load_plan(file, text, known)


def check_tree(kind: str, file: str, tree: Any) -> Loaded[Any]:
    """The same of plain values that are no text; lines are 0."""
    source = YamlText(file, "", OWN)
    return _judged(source, tree, *(_FORM if kind == "form" else _PLAN))


def _load(file: str, text: str, shapes: _Shapes) -> Loaded[Any]:
    source = YamlText(file, text, OWN)
    if not text.strip():
        source.note((), "is empty", "是空的")
    return _judged(source, source.tree, *shapes)


def _judged(
    source: YamlText, tree: Any, loose: type[T], whole: type[T], doubts: Callable[[Any], Iterator[Doubt]]
) -> Loaded[T]:
    if source.problems:
        return Loaded(None, source.problems, [])
    tree = _spoken(tree)
    made = source.checked(loose, (), tree)
    for doubt in doubts(made) if made is not None else ():
        said = own(doubt.why, OWN)
        source.note((*doubt.loc, *said.within), said.en, said.zh)
    if source.problems:
        return Loaded(None, source.problems, [])
    return Loaded(whole.model_validate(tree), [], [])


def _unknown(plan: Plan, known: Known) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Names that nobody at the site has."""
    for field, names, there, en, zh in (
        ("queues", plan.queues, known.queues, "is no queue of this site", "不是本站点的队列"),
        (
            "complaint_queues",
            plan.complaint_queues,
            known.queues,
            "is no queue of this site",
            "不是本站点的队列",
        ),
        ("teams", plan.teams, known.teams, "is no team of this site", "不是本站点的班组"),
    ):
        for place, name in enumerate(names):
            if there is not None and name not in there:
                yield (field, place), f"{name!r} {en}", f"{name!r} {zh}"
    if known.forms is not None and plan.form not in known.forms:
        yield ("form",), f"{plan.form!r} is no form of this site", f"{plan.form!r} 不是本站点的质检表"


# -- answers as people write them ----------------------------------------------------------------------


def _spoken(tree: Any) -> Any:
    """A form's tree with its answers as texts."""
    sections = tree.get("sections") if isinstance(tree, dict) else None
    if not isinstance(sections, list):
        return tree
    return {**tree, "sections": [_section(section) for section in sections]}


def _section(section: Any) -> Any:
    items = section.get("items") if isinstance(section, dict) else None
    return {**section, "items": [_item(item) for item in items]} if isinstance(items, list) else section


def _item(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    told = dict(item)
    if "fatal_if" in told:
        told["fatal_if"] = _answers(told["fatal_if"])
    if isinstance(when := told.get("when"), dict):
        told["when"] = {
            key: _answers(value) if key in ("is", "is_not") else value for key, value in when.items()
        }
    return told


def _answers(value: Any) -> Any:
    """One answer or a list of them, as texts."""
    if isinstance(value, list):
        return [_answer(one) for one in value]
    return [_answer(value)] if isinstance(value, (bool, int, float, str)) else value


def _answer(value: Any) -> Any:
    if isinstance(value, bool):
        return YES if value else NO
    return f"{value:g}" if isinstance(value, (int, float)) else value
