"""How reviewers of the simulated floor fill in a form: agents differ and change, reviewers hear differently.

What happened in a call is the same for whoever listens to it; what a reviewer makes of it is his. All chance
comes from the seed and the names of things, so that the same call gives the same form in every run.
"""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from ccfloor.acd.sim_quality import Hearer, Quality
from ccfloor.qa.model import NA, NO, YES, Form, Item, exact
from ccfloor.qa.score import asked, score

_NOTHING, _ALL = 0.35, 0.85  # levels at which a question is worth nothing, and all of it
_YES = 0.6  # share of all from which a question is answered by yes
_WORSE = 4.0  # how much likelier something fatal is for every tenth that an agent is below the mean
_GOOD = 95.0
Comments = dict[str, list[tuple[float | None, str]]]


class Heard(NamedTuple):
    """A call that is scored. ``key``: what tells it from all others; ``day``: days since the floor began."""

    key: str
    agent: str
    day: float
    talk_s: float


class Sheet(NamedTuple):
    """A form as filled in. ``comments``: question → (second of the recording, words)."""

    answers: dict[str, str]
    comments: Comments
    summary: str


class Listening:
    """Fills in forms; the same ones in every run with the same seed."""

    def __init__(self, quality: Quality, seed: int) -> None:
        self._quality, self._seed = quality, seed
        self._skills: dict[str, tuple[float, float]] = {}
        self._hard: dict[str, float] = {}
        self._gaps: dict[tuple[str, str], frozenset[str]] = {}

    def fill_in(self, form: Form, call: Heard, by: Hearer) -> Sheet:
        """The form of a call as somebody fills it in."""
        mine = self.chance(call.key, form.id, by.name)
        mood = self.chance(call.key).gauss(0, self._quality.agents.call)
        answers: dict[str, str] = {}
        for item in form.items:
            if asked(form, item, answers):
                answers[item.id] = self._answer(form, item, call, mood, by, mine)
        answers = {name: answer for name, answer in answers.items() if answer}
        return Sheet(answers, *self._words(form, answers, call, mine))

    def skill(self, agent: str, day: float) -> float:
        """How well an agent works on a day."""
        if agent not in self._skills:
            rng, rules = self.chance("agent", agent), self._quality.agents
            level = rng.gauss(rules.skill.mean, rules.skill.sigma)
            level -= rules.weak.less if rng.random() < rules.weak.share else 0
            self._skills[agent] = level, rng.gauss(rules.trend.mean, rules.trend.sigma)
        level, trend = self._skills[agent]
        return level + trend * (day - 30) / 30

    def chance(self, *names: str) -> Random:
        """The chance of something that has these names."""
        return Random("/".join((str(self._seed), "qa", *names)))

    def _answer(self, form: Form, item: Item, call: Heard, mood: float, by: Hearer, mine: Random) -> str:
        """What happened is drawn from the call's own chance, what is made of it from the reviewer's."""
        truth, rules = self.chance(call.key, form.id, item.id), self._quality.agents
        there = self.skill(call.agent, call.day)
        hard = self._hardness(form, item)
        if not item.scored:
            reds = sum(not one.scored for one in form.items)
            likely = self._quality.fatal / reds * _WORSE ** ((rules.skill.mean - there) * 10)
            return YES if truth.random() < likely else ""
        if item.na and truth.random() < self._seldom(form, item):
            return NA
        level = there + mood - hard - (rules.gaps.less if item.id in self._lost(form, call.agent) else 0)
        level += self._quality.drilled if item.tags else 0
        level += truth.gauss(0, rules.item) + by.lenient + mine.gauss(0, by.sure)
        return _nearest(item, (level - _NOTHING) / (_ALL - _NOTHING))

    def _hardness(self, form: Form, item: Item) -> float:
        name = f"{form.id}/{item.id}"
        if name not in self._hard:
            self._hard[name] = self.chance("hard", name).gauss(0, self._quality.questions)
        return self._hard[name]

    def _seldom(self, form: Form, item: Item) -> float:
        return self.chance("na", form.id, item.id).uniform(*self._quality.not_applicable)

    def _lost(self, form: Form, agent: str) -> frozenset[str]:
        """The questions that an agent keeps losing points on."""
        key = form.id, agent
        if key not in self._gaps:
            names = [item.id for item in form.items if item.scored]
            number = min(self._quality.agents.gaps.number, len(names))
            self._gaps[key] = frozenset(self.chance("gaps", *key).sample(names, number))
        return self._gaps[key]

    def _words(self, form: Form, answers: dict[str, str], call: Heard, mine: Random) -> tuple[Comments, str]:
        """What is written beside the questions that lost points, and at the end."""
        told = score(form, answers)
        found: Comments = {}
        for line in told.lines:
            if (line.lost > 0 or line.fatal) and mine.random() < self._quality.commented:
                mark = round(mine.uniform(0.02, 0.98) * call.talk_s, 1)
                found[line.item] = [(mark, mine.choice(self._quality.comments))]
        texts, points = self._quality.summaries, told.score or 0.0
        if told.fatal:
            return found, mine.choice(texts.fatal)
        some = texts.poor if points < form.pass_mark else texts.fair if points < _GOOD else texts.good
        return found, mine.choice(some) if mine.random() < 0.7 else ""


def _nearest(item: Item, share: float) -> str:
    """The answer whose worth comes nearest to a share of all that the question can give."""
    if item.kind == "yes_no":
        return YES if share > _YES else NO
    worths = dict(_worths(item))
    return min(worths, key=lambda answer: abs(worths[answer] - share * item.most))


def _worths(item: Item) -> Iterator[tuple[str, float]]:
    """Answers and what they give; what is fatal is not among them."""
    if item.kind == "choice":
        yield from ((option.id, option.points) for option in item.options if not option.fatal)
    elif item.kind == "scale":
        each = item.points / (item.high - item.low)
        yield from ((str(value), (value - item.low) * each) for value in range(item.low, item.high + 1))
    else:
        step, most = exact(item.step), exact(item.points)
        for value in sorted({*(step * place for place in range(int(most / step) + 1)), most}):
            yield (str(value) if value.denominator == 1 else str(float(value))), float(value)
