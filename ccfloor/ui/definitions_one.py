"""One KPI: what it means, how it came to be defined so, its targets by scope, and deciding on a new one."""

from html import escape

import streamlit as st

from ccfloor.access.rights import Right
from ccfloor.kpi.book import ChoiceVersion, KpiBook
from ccfloor.kpi.compute import needs
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import business_date, day_number
from ccfloor.kpi.scope import SITE
from ccfloor.service import runtime
from ccfloor.service.kpi_site import first_of_month
from ccfloor.service.kpi_targets import Act, standing, take_back
from ccfloor.ui import definitions_decide, people_kit
from ccfloor.ui import definitions_words as words
from ccfloor.ui.access_kit import gate
from ccfloor.ui.definitions_names import scopes_of
from ccfloor.ui.links import address, page_address
from ccfloor.ui.scope_words import scope_titled
from ccfloor.ui.texts import Lang, text


def show(kpi: Kpi, book: KpiBook, lang: Lang) -> None:
    """Draw the KPI with everything that is known of its definition."""
    back, month = escape(text("definitions.back", lang)), escape(text("definitions.to_month", lang))
    people_kit.piece(
        f'<a href="{address({"kpi": "", "scope": ""})}" target="_self">← {back}</a>'
        + (
            ""
            if kpi.now
            else f' · <a href="{page_address("kpi", {"kpi": kpi.id})}" target="_self">{month}</a>'
        )
    )
    day = _today()
    name = f"<h2>{escape(words.name(kpi, lang))}</h2>"
    people_kit.piece(name + _facts(kpi, book.variant(kpi.id, SITE, day), lang), "cd")
    _versions(kpi, book, lang)
    if kpi.now and kpi.suggested is None:
        return
    _targets(kpi, book, lang)
    definitions_decide.show(kpi, book, lang)


def _facts(kpi: Kpi, in_force: str, lang: Lang) -> str:
    facts = [
        ("id", kpi.id),
        ("formula", escape(words.formula(kpi, lang))),
        ("variants", _variants(kpi, in_force, lang)),
        ("unit", escape(text(f"unit.{kpi.unit}", lang))),
        ("direction", escape(text(f"definitions.direction.{kpi.direction}", lang))),
        ("scopes", escape(words.scopes_text(kpi, lang))),
        ("data", escape(words.data_text(kpi, lang))),
        ("fields", f'<span class="f">{escape(" ".join(_fields(kpi)))}</span>' if _fields(kpi) else ""),
        ("suggested", _bound(kpi, kpi.suggested, lang)),
        ("industry", _bound(kpi, kpi.industry, lang)),
        ("source", escape(words.source(kpi, lang))),
        ("version", f"v{kpi.version}"),
    ]
    rows = "".join(
        f"<dt>{escape(text(f'definitions.{key}', lang))}</dt><dd>{told}</dd>" for key, told in facts if told
    )
    return f'<dl class="cd-facts">{rows}</dl>'


def _fields(kpi: Kpi) -> list[str]:
    """Every field it is computed from, by the names that ``ccfloor kpi`` and imports use."""
    if kpi.now:
        return []
    ways = [one.id for one in kpi.variants] or [""]
    return list(dict.fromkeys(name for kind in kpi.scopes for way in ways for name in needs(kpi, kind, way)))


def _variants(kpi: Kpi, in_force: str, lang: Lang) -> str:
    """Every way of counting; the one in force stands out."""
    lines = zip(kpi.variants, words.variants_text(kpi, lang).splitlines(), strict=True)
    shown = (f"<b>{escape(line)}</b>" if one.id == in_force else escape(line) for one, line in lines)
    return "".join(f"<div>{line}</div>" for line in shown)


def _bound(kpi: Kpi, bound: Bound | None, lang: Lang) -> str:
    if bound is None:
        return ""
    note = words.note(bound, lang)
    return escape(words.bound_text(kpi, bound, lang)) + (f"<small>{escape(note)}</small>" if note else "")


def _versions(kpi: Kpi, book: KpiBook, lang: Lang) -> None:
    """Earlier definitions, where there are any: months before the change keep them."""
    versions = book.versions(kpi.id)
    if len(versions) < 2:
        return
    header = [text(f"definitions.{name}", lang) for name in ("version", "valid_from", "formula")]
    rows = [
        [f"v{one.kpi.version}", words.day_text(one.valid_from, lang), _formula(one.kpi, lang)]
        for one in reversed(versions)
        if one.kpi is not None
    ]
    title = escape(text("definitions.versions", lang))
    people_kit.piece(f"<h3>{title}</h3>{people_kit.table(header, rows)}", "cd")


def _formula(kpi: Kpi, lang: Lang) -> str:
    """A formula in words, and of which sums it is made: what versions with the same words differ in."""
    return f"{escape(words.formula(kpi, lang))}<small>{escape(words.sums_text(kpi))}</small>"


# -- its targets -------------------------------------------------------------------------------------

_COLUMNS = ("scope", "decision", "valid_from", "state", "who", "why", "at")


def _targets(kpi: Kpi, book: KpiBook, lang: Lang) -> None:
    st.subheader(text("definitions.targets", lang), anchor=False)
    st.caption(text("definitions.rule", lang))
    made = book.history(kpi.id)
    stands = set(map(id, standing(made)))
    service = runtime.service()
    _in_force(kpi, book, lang)
    if not made:
        return
    rows = [
        [
            escape(scope_titled(service.config, one.scope, lang)),
            escape(words.decided(kpi, one, lang)),
            escape(words.day_text(one.valid_from, lang)),
            escape(_state(one, id(one) in stands, book, lang)),
            escape(one.who),
            escape(one.why),
            words.clock(one.at, service.config.zone),
        ]
        for one in reversed(made)
    ]
    people_kit.piece(people_kit.table([text(f"definitions.{name}", lang) for name in _COLUMNS], rows), "cd")
    for one in standing(made):
        if one.choice is not None and one.valid_from >= first_of_month(service.config, service.floor_now()):
            _undo(kpi, one, scope_titled(service.config, one.scope, lang), lang)


def _in_force(kpi: Kpi, book: KpiBook, lang: Lang) -> None:
    """What counts today: for the site, and for whom it is otherwise."""
    config, day = runtime.service().config, _today()
    rows: list[list[str]] = []
    for scope in scopes_of(kpi, config, runtime.service().viewer(lang)):
        bound, of = book.bound(kpi.id, scope, day)
        counted = words.variant_name(kpi, book.variant(kpi.id, scope, day), lang)
        told = [words.bound_text(kpi, bound, lang), words.origin_text(of, lang), counted]
        row = [escape(cell) for cell in told]
        if not rows or row != rows[0][1:]:
            rows.append([escape(scope_titled(config, scope, lang)), *row])
    header = [text(f"definitions.{name}", lang) for name in ("scope", "target", "whose", "variant_now")]
    people_kit.piece(people_kit.table(header, rows), "cd")


def _today() -> int:
    service = runtime.service()
    return day_number(business_date(service.config, service.floor_now()))


def _state(one: ChoiceVersion, stands: bool, book: KpiBook, lang: Lang) -> str:
    """Whether a decision counts now, will, did, or was replaced before it could."""
    if one.choice is None:
        return words.DASH
    if not stands:
        return text("definitions.state.replaced", lang)
    today = _today()
    if one.valid_from > today:
        return text("definitions.state.planned", lang)
    in_force = book.choice(one.kpi, one.scope, today) is one.choice
    return text("definitions.state.now" if in_force else "definitions.state.past", lang)


def _undo(kpi: Kpi, one: ChoiceVersion, scope: str, lang: Lang) -> None:
    """Offer to take back a decision that counts from an open month."""
    name = f"target-{kpi.id}-{one.scope}-{one.valid_from}".replace(":", "-").replace(" ", "-")
    shown = {
        "scope": scope,
        "target": words.decided(kpi, one, lang),
        "day": words.day_text(one.valid_from, lang),
    }

    def act(why: str) -> str:
        service = runtime.service()
        told = Act(str(st.session_state.get(people_kit.WHO, "")), why, service.floor_now())
        viewer = service.viewer(lang)
        take_back(service.engine, viewer, service.config, kpi, one.scope, one.valid_from, told)
        return text("definitions.taken_back.done", lang)

    label = text("definitions.take_back", lang, **shown)
    covered = runtime.service().viewer(lang).covers(one.scope.kind, one.scope.name)
    stands = gate(Right.TARGETS, lang, beyond=not covered)
    st.button(label, key=f"people-undo-{name}", on_click=people_kit.opens(name), type="tertiary", **stands)
    if people_kit.is_open(name):
        sentence = text("definitions.take_back.ask", lang, **shown)
        people_kit.question(name, lang, sentence, text("definitions.why", lang), act, stands)
