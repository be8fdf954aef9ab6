"""Reviewers beside each other and one of them by himself: strict or lenient, near the reference, in time."""

from html import escape

import streamlit as st

from ccfloor.qa.agreement import Drift
from ccfloor.qa.calibrate import LEAST_KAPPA
from ccfloor.service import runtime
from ccfloor.service.kpi_site import kpi_book
from ccfloor.service.qa.overview import Overview, Reviewer
from ccfloor.service.qa.reviewers import LEAST, Reviewed, reviewer
from ccfloor.service.qa.versions import Names
from ccfloor.store.qa_sums import Tally
from ccfloor.ui import access_kit, charts, people_kit, qa_charts, qa_lists
from ccfloor.ui.kpi_words import name_text
from ccfloor.ui.links import address, page_address
from ccfloor.ui.qa_state import asked
from ccfloor.ui.qa_words import item_name, points, share, signed
from ccfloor.ui.shell import Look
from ccfloor.ui.texts import Lang, text

_DASH = "–"
_MOST_ITEMS = 10


def drifts(seen: Look, made: Overview) -> None:
    """How far reviewers are from references, as a chart with the sentence who must calibrate again."""
    lang = seen.lang
    told = [(one.name, one.calibrated, one.must) for one in made.reviewers if one.calibrated is not None]
    st.subheader(text("qa.drift", lang), anchor=False)
    if not told:
        st.caption(text("qa.drift.none", lang))
        return
    most = made.most
    people_kit.piece(f"<p><small>{_counted(lang)}</small></p>")
    charts.show(qa_charts.drift_chart(told, most, seen.theme, lang), "qa-drift")
    must = [one.name for one in made.reviewers if one.must]
    comma = "、" if lang == "zh" else ", "
    key = "qa.drift.must" if must else "qa.drift.calm"
    words = escape(text(key, lang, names=comma.join(must), most=points(most), kappa=LEAST_KAPPA))
    link = _a(address({"view": "reviewers"}), text("qa.view.reviewers", lang))
    people_kit.piece(f"<p>{f'<b>{words}</b>' if must else words} {link}</p>")


def _counted(lang: Lang) -> str:
    """How the distance is counted, in which unit: the KPI's own formula, and what the chart shows of it."""
    kpi = kpi_book(runtime.service()).definition("qa_drift")
    says = escape(text("qa.drift.unit", lang))
    if kpi is None:
        return says
    formula = escape(kpi.formula.zh if lang == "zh" else kpi.formula.en)
    name = escape(name_text(kpi, lang))
    if access_kit.may_open("definitions"):
        there = page_address("definitions", {"kpi": kpi.id})
        name = f'<a href="{there}" target="_self" title="{formula}">{name}</a>'
    return f"{name} = {formula} · {says}"


def show(seen: Look, made: Overview, names: Names) -> None:
    """All reviewers, or the one that the URL names."""
    lang, name = seen.lang, asked("reviewer")
    if name and any(one.name == name for one in made.reviewers):
        _one(made, name, names, lang)
        return
    drifts(seen, made)
    header = ("reviewer", "forms", "score", "calibrated", "leniency", "rechecked", "open")
    rows = [_row(one, lang) for one in made.reviewers]
    bad = [(at, 3) for at, one in enumerate(made.reviewers) if one.must]
    st.subheader(text("qa.reviewers", lang), anchor=False)
    people_kit.piece(people_kit.table([text(f"qa.col.{name}", lang) for name in header], rows, bad), "kp")
    people_kit.piece(f"<p><small>{escape(text('qa.reviewers.note', lang))}</small></p>")


def _row(one: Reviewer, lang: Lang) -> list[str]:
    mine, again = one.calibrated, one.rechecked
    return [
        _a(address({"reviewer": one.name}), one.name),
        f"{one.all.forms:,}",
        points(one.all.mean),
        _distance(mine, lang),
        signed(mine.leniency if mine else None),
        _distance(again, lang),
        _a(address({"view": "forms", **qa_lists.NARROW, "reviewer": one.name}), text("qa.list", lang)),
    ]


def _distance(one: Drift | None, lang: Lang) -> str:
    return text("qa.apart", lang, points=points(one.absolute), n=one.n) if one else _DASH


def _a(where: str, words: str) -> str:
    return f'<a href="{where}" target="_self">{escape(words)}</a>'


# -- one of them -----------------------------------------------------------------------------------------


def _one(made: Overview, name: str, names: Names, lang: Lang) -> None:
    service = runtime.service()
    told = reviewer(service, service.viewer(lang), name, made.asked)
    back = _a(address({"reviewer": ""}), text("qa.reviewers.all", lang))
    every = {"view": "forms", **qa_lists.NARROW, "reviewer": name}
    people_kit.piece(f"<p><b>{escape(name)}</b> · {_a(address(every), text('qa.list', lang))} · {back}</p>")
    people_kit.piece(_beside(told, lang), "kp")
    lines = [_lenient(told, lang), _from_reference(told, lang), _punctual(told, lang)]
    if told.appealed:
        lines.append(escape(text("qa.reviewer.appeals", lang, n=told.appealed, upheld=told.upheld)))
    people_kit.piece("".join(f"<p>{line}</p>" for line in lines if line))
    _items(told, names, lang)


def _beside(told: Reviewed, lang: Lang) -> str:
    header = [text(f"qa.col.{name}", lang) for name in ("who", "forms", "score", "passed", "fatal")]

    def row(words: str, tally: Tally) -> list[str]:
        rates = (share(tally.pass_rate), share(tally.fatal_rate))
        return [escape(words), f"{tally.forms:,}", points(tally.mean), *rates]

    others = text("qa.reviewer.others", lang)
    return people_kit.table(header, [row(told.name, told.mine), row(others, told.others)])


def _lenient(told: Reviewed, lang: Lang) -> str:
    """Against what others gave the same agents: he may have had better ones."""
    found = told.leniency
    if found is None or not found.firm:
        return escape(text("qa.reviewer.unknown", lang, n=LEAST))
    key = "even" if abs(found.points) < 1 else "lenient" if found.points > 0 else "strict"
    words = text(f"qa.reviewer.{key}", lang, points=f"{abs(found.points):.1f}", n=f"{found.forms:,}")
    return escape(words)


def _from_reference(told: Reviewed, lang: Lang) -> str:
    parts = []
    for key, one in (("calibrated", told.calibrated), ("rechecked", told.rechecked)):
        if one is not None:
            words = escape(
                text(
                    f"qa.reviewer.{key}", lang, n=one.n, points=points(one.absolute), by=signed(one.leniency)
                )
            )
            far = key == "calibrated" and told.must
            parts.append(f"<b>{words}</b> {escape(text('qa.reviewer.must', lang))}" if far else words)
    return " ".join(parts)


def _punctual(told: Reviewed, lang: Lang) -> str:
    found = told.punctual
    if not any(found):
        return ""
    done = found.in_time + found.late
    words = text("qa.reviewer.time", lang, n=done, share=share(found.in_time / done if done else None))
    late = text("qa.reviewer.overdue", lang, n=found.overdue) if found.overdue else ""
    return f"{escape(words)} <b>{escape(late)}</b>" if late else escape(words)


def _items(told: Reviewed, names: Names, lang: Lang) -> None:
    """On which questions he judges otherwise."""
    if not told.items:
        return
    st.subheader(text("qa.reviewer.items", lang), anchor=False)
    header = [text(f"qa.col.{name}", lang) for name in ("item", "mine", "others", "gap", "applies")]
    rows = [
        [
            escape(item_name(names, one.mine.form, one.mine.item, lang)),
            share(one.mine.share),
            share(one.others.share),
            f"{signed(one.gap * 100)}pp",
            f"{one.mine.applies:,}",
        ]
        for one in told.items[:_MOST_ITEMS]
    ]
    people_kit.piece(people_kit.table(header, rows), "kp")
