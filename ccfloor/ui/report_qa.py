"""The tables and sentences of the QA report: how calls were chosen, causes, measures with their effect."""

from collections.abc import Sequence

from ccfloor.kpi.result import Light
from ccfloor.service.reports.data import Agreement, Handled, LostItem, QaPart
from ccfloor.ui.report_words import (
    DASH,
    FORMS,
    MINUS,
    Cell,
    Table,
    Words,
    count,
    plain,
    share_cell,
    value_cell,
    value_text,
)

_VITAL = 0.8  # of all points lost
_FELL = 0.03  # of an item's points, from which on a fall is told
_MOST_NAMES = 12


def tables(words: Words) -> list[Table | None]:
    """Those that have something to say."""
    part = words.data.qa
    if part is None:
        return []
    return [_picked(words, part), _items(words, part), _handled(words, part), _reviewers(words, part)]


def sentences(words: Words) -> list[str]:
    """Causes, coverage, effect and agreement in words."""
    part = words.data.qa
    if part is None:
        return []
    found = _basis(words, part) + _causes(words, part)
    if part.worked:
        share = value_text("%", part.scored / part.worked)
        found.append(words.say("qa.cover", n=part.scored, of=part.worked, share=share))
        if part.without:
            names = words.say("comma").join(words.two(one) for one in part.without[:_MOST_NAMES])
            more = words.say("etc") if len(part.without) > _MOST_NAMES else ""
            found.append(words.say("qa.without", n=len(part.without), names=names + more))
    if part.handled:
        met = sum(one.met is True for one in part.handled)
        missed = sum(one.met is False for one in part.handled)
        found.append(words.say("qa.handled", n=len(part.handled), met=met, missed=missed))
    if must := [one.name for one in part.reviewers if one.must]:
        found.append(words.say("qa.must", names=words.say("comma").join(must)))
    return found


def _basis(words: Words, part: QaPart) -> list[str]:
    """What was drawn by chance says how good the floor is; said where there are forms beside those."""
    chance = sum(one.forms for one in part.picked if one.picked == "random")
    others = sum(one.forms for one in part.picked) - chance
    return [words.say("qa.basis", n=f"{chance:,}", others=f"{others:,}")] if others else []


def _causes(words: Words, part: QaPart) -> list[str]:
    if not part.items:
        return []
    vital = next((at for at, one in enumerate(part.items, 1) if one.upto >= _VITAL), len(part.items))
    first = words.say("comma").join(words.two(one.name) for one in part.items[: min(vital, 3)])
    upto = value_text("%", part.items[min(vital, 3) - 1].upto)
    found = [words.say("qa.lost", names=first, share=upto)]
    fell = sorted(filter(_has_fallen, part.items), key=lambda one: (one.share or 0) - (one.before or 0))
    if fell:
        some = words.say("comma").join(_change(words, one) for one in fell[:3])
        found.append(words.say("qa.fell", some=some))
    return found


def _has_fallen(one: LostItem) -> bool:
    return one.share is not None and one.before is not None and one.before - one.share >= _FELL


def _change(words: Words, one: LostItem) -> str:
    shown = (value_text("%", one.before), value_text("%", one.share))
    return words.say("qa.from_to", name=words.two(one.name), before=shown[0], share=shown[1])


# -- tables ----------------------------------------------------------------------------------------------


def _picked(words: Words, part: QaPart) -> Table | None:
    if not part.picked:
        return None
    rows = tuple(
        (
            plain(words.say(f"qa.picked.{one.picked}")),
            count(one.forms),
            _points(one.mean),
            share_cell(one.passed),
            share_cell(one.fatal),
        )
        for one in part.picked
    )
    header = _heads(words, ("picked", "forms", "mean", "passed", "fatal"))
    return Table("qa_picked", words.say("qa.picked"), header, rows, note=words.say("qa.picked.note"))


def _items(words: Words, part: QaPart) -> Table | None:
    """Causes: most points lost first, up to where, since when, in which teams."""
    if not part.items:
        return None
    several = len({one.form for one in part.items}) > 1
    teams = any(one.worst for one in part.items)
    header = ["item", *(["form"] if several else []), "applies", "share", "before", "lost", "part", "upto"]
    header += ["worst"] if teams else []
    rows = tuple(_item(words, one, several, teams) for one in part.items)
    left = {0, *([1] if several else []), *([len(header) - 1] if teams else [])}
    note = words.say("qa.items.note")
    return Table("qa_items", words.say("qa.items"), _heads(words, header), rows, frozenset(left), note=note)


def _item(words: Words, one: LostItem, several: bool, teams: bool) -> tuple[Cell, ...]:
    fell: Light = "near" if _has_fallen(one) else "none"
    cells = [plain(words.two(one.name)), *([plain(words.two(one.form))] if several else [])]
    cells += [count(one.applies), share_cell(one.share, fell), share_cell(one.before)]
    cells += [Cell(f"{one.lost:,.1f}", one.lost, FORMS["pt"]), share_cell(one.part), share_cell(one.upto)]
    worst = (f"{team} {value_text('%', share)}" for team, share in one.worst)
    return (*cells, *([plain(words.say("comma").join(worst) or DASH)] if teams else []))


def _handled(words: Words, part: QaPart) -> Table:
    """Measures, and what came of them."""
    if not part.handled:
        return Table("qa_plans", words.say("qa.plans"), (), (), note=words.say("qa.plans.none"))
    names = ("about", "goal", "measure", "span", "ahead", "during", "after", "target", "outcome", "owner")
    rows = tuple(_plan(words, one) for one in part.handled)
    left = frozenset({0, 1, 2, 3, 8, 9})
    note = words.say("qa.plans.note")
    return Table("qa_plans", words.say("qa.plans"), _heads(words, names), rows, left, note=note)


def _plan(words: Words, one: Handled) -> tuple[Cell, ...]:
    of = one.measure
    light: Light = "missed" if one.met is False else "none"
    values = [value_cell(of, value) for value in (one.before, one.during, one.after, one.target)]
    met = words.say(f"qa.met.{'none' if one.met is None else 'yes' if one.met else 'no'}")
    outcome = f"{words.say(f'qa.state.{one.state}')} · {met}"
    about = words.two(one.about) or words.say("scope.site")
    goal = f"{one.goal} ({one.actions})" if one.actions else one.goal
    return (
        plain(about), plain(goal), plain(words.two(of.name)), plain(f"{one.first} – {one.last}"), *values,
        Cell(outcome, outcome, light=light), plain(one.owner),
    )  # fmt: skip


def _reviewers(words: Words, part: QaPart) -> Table | None:
    if not part.reviewers:
        return None
    names = ("reviewer", "forms", "mean", "calibrated", "leniency", "rechecked")
    rows = tuple(_reviewer(words, one) for one in part.reviewers)
    note = words.say("qa.reviewers.note")
    return Table("qa_reviewers", words.say("qa.reviewers"), _heads(words, names), rows, note=note)


def _reviewer(words: Words, one: Agreement) -> tuple[Cell, ...]:
    lenient = DASH if one.leniency is None else f"{one.leniency:+.1f}".replace("-", MINUS)
    return (
        plain(one.name),
        count(one.forms),
        _points(one.mean),
        _points(one.calibrated)._replace(light="missed" if one.must else "none"),
        Cell(lenient, one.leniency, f"+0.0;{MINUS}0.0;0.0"),
        _points(one.rechecked),
    )


def _points(value: float | None) -> Cell:
    return Cell(value_text("pt", value), value, FORMS["pt"])


def _heads(words: Words, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(words.say(f"qa.col.{name}") for name in names)
