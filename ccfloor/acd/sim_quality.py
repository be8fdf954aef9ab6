"""Quality assurance of the simulated floor as its file describes it: who scores, how well people work."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ccfloor.acd.sim_scenario import FOLDER, Part, Share
from ccfloor.acd.sim_yaml import Loc, load

Texts = Annotated[list[str], Field(min_length=1)]


class Hearer(Part):
    """Somebody who scores. ``lenient``: seen better than it was; ``sure``: spread of the own errors."""

    name: str
    lenient: float
    sure: Share


class Spread(Part):
    """Of a normal distribution."""

    mean: float
    sigma: Share


class Weak(Part):
    """A share of agents who are worse by so much."""

    share: Share
    less: Share


class Gaps(Part):
    """Questions that an agent keeps losing points on."""

    number: Annotated[int, Field(ge=0, le=20)]
    less: Share


class Agents(Part):
    """How well people work: levels, see ``quality.yaml``."""

    skill: Spread
    weak: Weak
    trend: Spread
    gaps: Gaps
    call: Share
    item: Share


class Summaries(Part):
    """What is written at the end of a form."""

    good: Texts
    fair: Texts
    poor: Texts
    fatal: Texts


class AppealWords(Part):
    """What is written in an appeal."""

    reasons: Texts
    upheld: Texts
    dismissed: Texts
    escalated: Texts
    decided: Texts
    given: Texts


class Calibrations(Part):
    """Sessions of all reviewers; the latest is still open if it was held within a day or two."""

    days_ago: list[Annotated[float, Field(ge=0)]]
    name: str
    why: str
    fine: str
    again: str


class ImprovementWords(Part):
    """What stands in improvement plans."""

    goal: str
    actions: str
    consolidated: str


class NeedWords(Part):
    """What stands in the list of training needs. ``text``: ``{item}`` is the question's title."""

    text: str
    sent_to: str


class CaseWords(Part):
    """A call to learn from."""

    title: str
    text: str
    tags: list[str]


class Cases(Part):
    """Calls to learn from, of both kinds."""

    good: Annotated[list[CaseWords], Field(min_length=1)]
    bad: Annotated[list[CaseWords], Field(min_length=1)]


class Quality(Part):
    """The whole file."""

    reviewers: Annotated[list[Hearer], Field(min_length=1)]
    lead: Hearer
    head: Hearer
    agents: Agents
    questions: Share
    drilled: Share
    not_applicable: tuple[Share, Share]
    fatal: Share
    seen: Share
    appeal: Share
    commented: Share
    comments: Texts
    summaries: Summaries
    heard: Texts
    appeals: AppealWords
    dropped: str
    leadership: str
    calibrations: Calibrations
    rechecks: Share
    improvements: ImprovementWords
    needs: NeedWords
    cases: Cases


def load_quality(path: Path = FOLDER / "quality.yaml", lang: str = "zh") -> Quality:
    """Read the file, with its texts in one language (zh or en); raises FileProblem with one sentence."""
    return load(path, Quality, _odd, lambda tree: _spoken(tree, lang))


def _spoken(tree: Any, lang: str) -> Any:
    """Of what is told in both languages the one."""
    if isinstance(tree, dict):
        if tree and tree.keys() <= {"zh", "en"} and lang in tree:
            return tree[lang]
        return {name: _spoken(part, lang) for name, part in tree.items()}
    return [_spoken(part, lang) for part in tree] if isinstance(tree, list) else tree


def _odd(quality: Quality) -> Iterator[tuple[Loc, str]]:
    names = [one.name for one in quality.reviewers]
    for place, name in enumerate(names):
        if name in names[:place]:
            yield ("reviewers", place, "name"), f"{name!r} is there twice"
    if quality.not_applicable[0] > quality.not_applicable[1]:
        yield ("not_applicable",), "must rise"
