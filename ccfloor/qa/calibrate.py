"""What forms of one and the same call tell of their reviewers: who agrees with the reference, on which
questions, and who is too far off. Pure.

A question's kappa is weighted quadratically over its answers in their order; a reviewer's over what all
questions gave (nothing, a part, everything), since scales of different questions cannot be pooled. N/A has no
place in an order: it is counted apart. A fatal item without an answer did not happen; questions left open
after one that did are compared with nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import NamedTuple

from ccfloor.qa.agreement import Drift, Pair, drift, kappa, must_recalibrate, pooled, same_share
from ccfloor.qa.model import NA, NO, Form, Item, answers, number
from ccfloor.qa.score import Line, lines_of

MOST_POINTS, LEAST_KAPPA = 5.0, 0.7
LEAST_PAIRS = 50  # with fewer answers kappa says little: it is shown, and decides nothing
LEVELS = ("none", "part", "full")


class Sheet(NamedTuple):
    """A filled-in form. ``group``: what is scored by several: a session, or the form that is looked at again.

    ``fits``: (name, version) of the form.
    """

    group: int
    reviewer: str
    fits: tuple[str, int]
    answers: Mapping[str, str]
    points: float
    fatal: bool = False


class Said(NamedTuple):
    """What a form says to one question. ``answer``: NA also where it was not asked, "" where left open;
    ``level``: of LEVELS.
    """

    answer: str
    level: str
    points: float


_OPEN = Said("", "", 0.0)


class Agreement(NamedTuple):
    """One question. ``n``: answers beside a reference; ``same``: share of equal ones; ``na_apart``: where one
    said N/A and the other did not. ``leniency``: mean points above the reference. ``between``: share of equal
    answers among the reviewers alone.
    """

    form: str
    item: str
    n: int
    same: float | None
    kappa: float | None
    na_apart: int
    leniency: float | None
    between: float | None


class Standing(NamedTuple):
    """One reviewer. ``kappa`` over ``pairs`` answers; ``same``: share of equal answers. ``missed``: fatal
    ones that only the reference saw; ``alone``: that only he saw. ``again``: he must recalibrate.
    """

    drift: Drift
    same: float | None
    kappa: float | None
    pairs: int
    missed: int
    alone: int
    again: bool


class Compared(NamedTuple):
    """Reviewers, the farthest from the reference first, and questions, those agreed on least first."""

    reviewers: tuple[Standing, ...]
    items: tuple[Agreement, ...]


Both = tuple[Sheet, Sheet]  # one's own, and the reference


def must_again(found: Drift, agree: float | None, pairs: int, most: float = MOST_POINTS) -> bool:
    """Whether a reviewer must calibrate again: further from the reference than ``most`` points on average, or
    of too low a kappa, where that rests on enough answers. Every page and report asks here.
    """
    return must_recalibrate(found, agree if pairs >= LEAST_PAIRS else None, most, LEAST_KAPPA)


def compare(
    sheets: Iterable[Sheet],
    references: Mapping[int, Sheet],
    forms: Mapping[tuple[str, int], Form],
    most: float = MOST_POINTS,
) -> Compared:
    """Reviewers and questions beside the references of their groups; groups without one are left out.

    ``most``: see ``must_again``.
    """
    told = [(one, references[one.group]) for one in sheets if one.group in references]
    told = [both for both in told if both[0].fits == both[1].fits]
    said = {id(sheet): what_said(forms[sheet.fits], sheet) for both in told for sheet in both}
    mine: dict[str, list[Both]] = defaultdict(list)
    for both in told:
        mine[both[0].reviewer].append(both)
    people = [_standing(name, some, said, most) for name, some in sorted(mine.items())]
    people.sort(key=lambda one: (-one.drift.absolute, one.drift.reviewer))
    return Compared(tuple(people), tuple(_agreements(told, forms, said)))


def what_said(form: Form, sheet: Sheet) -> dict[str, Said]:
    """What a form says to each of its questions."""
    lines = lines_of(form, sheet.answers)
    return {
        item.id: _said(item, line, sheet.answers.get(item.id, ""))
        for item, line in zip(form.items, lines, strict=True)
    }


def _said(item: Item, line: Line, answer: str) -> Said:
    if not line.applies:
        return Said(NA, "", 0.0)
    if not item.scored:
        return Said(answer or NO, "", 0.0)
    if line.earned is None:
        return _OPEN
    level = LEVELS[0] if line.earned <= 0 else LEVELS[2] if line.earned >= line.possible else LEVELS[1]
    return Said(_spelt(answer), level, line.earned)


def apart(one: Said, two: Said) -> bool:
    """Whether two forms answer a question differently: one that left it open does not."""
    return _OPEN not in (one, two) and one.answer != two.answer


def _spelt(answer: str) -> str:
    """An answer in the one spelling that ``answers`` has: 3.0 is 3."""
    value = number(answer)
    return answer if value is None else f"{float(value):g}"


# -- reviewers -----------------------------------------------------------------------------------------


def _standing(
    name: str, told: Sequence[Both], said: Mapping[int, Mapping[str, Said]], most: float
) -> Standing:
    found = drift(name, [(own.points, reference.points) for own, reference in told])
    assert found is not None
    pairs = [
        (said[id(own)][item], theirs)
        for own, reference in told
        for item, theirs in said[id(reference)].items()
        if _OPEN not in (said[id(own)][item], theirs)
    ]
    levels: list[Pair] = [(one.level, two.level) for one, two in pairs if one.level and two.level]
    agree = kappa(levels, LEVELS)
    fatal = [(own.fatal, reference.fatal) for own, reference in told]
    return Standing(
        found,
        same_share([(one.answer, two.answer) for one, two in pairs]),
        agree,
        len(levels),
        sum(two and not one for one, two in fatal),
        sum(one and not two for one, two in fatal),
        must_again(found, agree, len(levels), most),
    )


# -- questions -----------------------------------------------------------------------------------------


def _agreements(
    told: Sequence[Both],
    forms: Mapping[tuple[str, int], Form],
    said: Mapping[int, Mapping[str, Said]],
) -> list[Agreement]:
    newest: dict[str, int] = {}
    for own, _ in told:
        newest[own.fits[0]] = max(newest.get(own.fits[0], 0), own.fits[1])
    found = [
        _agreement(name, item, [both for both in told if both[0].fits[0] == name], said)
        for name, version in sorted(newest.items())
        for item in forms[name, version].items
    ]
    return sorted((one for one in found if one.n), key=lambda one: (one.same or 0.0, one.form))


def _agreement(
    form: str, item: Item, told: Sequence[Both], said: Mapping[int, Mapping[str, Said]]
) -> Agreement:
    """A question of the newest version; older forms count where they could be answered alike."""
    ranks = [answer for answer in answers(item) if answer != NA]
    fit = {*ranks, NA}
    pairs: list[tuple[Said, Said]] = []
    groups: dict[int, list[str]] = defaultdict(list)
    for own, reference in told:
        one, two = said[id(own)].get(item.id), said[id(reference)].get(item.id)
        if one and two and {one.answer, two.answer} <= fit:  # so none is open
            pairs.append((one, two))
            groups[own.group].append(one.answer)
    scored = [(one, two) for one, two in pairs if NA not in (one.answer, two.answer)]
    gaps = [one.points - two.points for one, two in scored]
    return Agreement(
        form,
        item.id,
        len(pairs),
        same_share([(one.answer, two.answer) for one, two in pairs]),
        kappa([(one.answer, two.answer) for one, two in scored], ranks),
        sum((one.answer == NA) != (two.answer == NA) for one, two in pairs),
        fsum(gaps) / len(gaps) if gaps and item.scored else None,
        same_share(pooled(groups.values())),
    )
