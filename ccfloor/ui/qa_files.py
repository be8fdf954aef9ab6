"""The QA overview as an Excel book: figures, course, items, teams, queues, agents, reviewers."""

from collections.abc import Iterator, Sequence

from ccfloor.service import runtime
from ccfloor.service.qa.overview import Overview
from ccfloor.service.qa.versions import Names
from ccfloor.store.qa_sums import KINDS, PICKED, Kind, Tally
from ccfloor.ui.export import Cell, book_bytes
from ccfloor.ui.qa_words import form_name, item_name, named_period, whose
from ccfloor.ui.scope_words import agent_label, queue_label
from ccfloor.ui.texts import Lang, text

Sheet = tuple[str, Sequence[str], list[Sequence[Cell]]]
_SUMS = ("forms", "score", "passed", "fatal")


def overview_book(made: Overview, names: Names, lang: Lang) -> bytes:
    """The book. Shares are numbers of 0 to 1."""
    return book_bytes(_sheets(made, names, lang))


def _sheets(made: Overview, names: Names, lang: Lang) -> Iterator[Sheet]:
    config = runtime.service().config
    about = f"{whose(config, made.asked.scope, lang)} {named_period(made.asked.period, lang)}"
    yield _sheet(lang, "figures", [about, *_SUMS], [
        *([text(f"qa.picked.{one}", lang), *_sums(made.picked[one])] for one in PICKED),
        [text("qa.col.all", lang), *_sums(made.all)],
        [text("qa.col.before", lang), *_sums(made.before_random)],
    ])  # fmt: skip
    head = ["period", *_SUMS, *_SUMS]
    course = [[one.period.name, *_sums(one.random), *_sums(one.all)] for one in made.course]
    yield _sheet(lang, "course", head, course, ["", *["random"] * 4, *["all"] * 4])
    yield _sheet(lang, "items", ["form", "item", "applies", "full", "possible", "lost", "fatal"], [
        [
            form_name(names, one.form, lang), item_name(names, one.form, one.item, lang), one.applies,
            one.full, one.possible_milli / 1000, one.lost_milli / 1000, one.fatal,
        ]
        for one in made.items
    ])  # fmt: skip
    for kind in KINDS[:3]:
        rows = [[_called(kind, one.name, lang), *_sums(one.random), *_sums(one.all)] for one in made.by[kind]]
        yield _sheet(lang, f"{kind}s", ["name", *_SUMS, *_SUMS], rows, ["", *["random"] * 4, *["all"] * 4])
    yield _sheet(lang, "reviewers", ["reviewer", *_SUMS, "calibrated", "leniency", "rechecked"], [
        [
            one.name, *_sums(one.all), one.calibrated.absolute if one.calibrated else None,
            one.calibrated.leniency if one.calibrated else None,
            one.rechecked.absolute if one.rechecked else None,
        ]
        for one in made.reviewers
    ])  # fmt: skip


def _sheet(
    lang: Lang, title: str, names: Sequence[str], rows: list[list[Cell]], of: Sequence[str] = ()
) -> Sheet:
    """Names of columns are keys of texts, or words. ``of``: of which forms a column tells."""
    known = (*names[:1], *(text(f"qa.col.{name}", lang) for name in names[1:]))
    first = names[0] if title == "figures" else text(f"qa.col.{names[0]}", lang)
    heads = [first, *known[1:]]
    for at, which in enumerate(of):
        if which:
            heads[at] += f" ({text(f'qa.col.{which}', lang)})"
    return text(f"qa.sheet.{title}", lang), heads, [*rows]


def _sums(tally: Tally) -> list[Cell]:
    return [tally.forms, tally.mean, tally.pass_rate, tally.fatal_rate]


def _called(kind: Kind, name: str, lang: Lang) -> str:
    config = runtime.service().config
    if kind == "queue":
        return queue_label(config, name, lang)
    return agent_label(config, name, lang) if kind == "agent" else name
