"""Tables of the QA overview: items, teams, queues and agents, and the forms behind every number."""

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st

from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.qa.drill import MOST, Which, forms_of
from ccfloor.service.qa.overview import FEW, Named, Overview
from ccfloor.service.qa.versions import Names
from ccfloor.store.qa_item_sums import ItemSum
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_sums import BIN_WIDE, Kind
from ccfloor.ui import people_kit
from ccfloor.ui.links import address, call_address, page_address
from ccfloor.ui.qa_state import ONLY, State, segments
from ccfloor.ui.qa_words import (
    form_link,
    form_name,
    item_name,
    lit,
    points,
    share,
    verdict,
)
from ccfloor.ui.scope_words import agent_label, queue_label, scope_name
from ccfloor.ui.texts import Lang, text

CSS = """
.qa-bar{display:inline-block;height:.7rem;background:var(--contact);vertical-align:baseline}
.qa-bar.low{background:var(--over)}
.qa-away{color:var(--ink2)}
.kp .cp-tab :is(td,th):first-child{text-align:left}
"""
NARROW = {"agent": "", "reviewer": "", "forms": "", "bin": "", "item": ""}  # taken away by a new list
_BAR_REM = 6.0
_DASH = "–"


def agent_link(agent: str, lang: Lang) -> str:
    """To an agent's quality over time."""
    words = agent_label(runtime.service().config, agent, lang)
    return _a(page_address("qa_agent", {"agent": agent}), words)


def _a(where: str, words: str) -> str:
    return f'<a href="{where}" target="_self">{escape(words)}</a>'


# -- items -----------------------------------------------------------------------------------------------


def items(made: Overview, names: Names, lang: Lang) -> None:
    """Every item with what it lost; one whose name was lost is called by its id."""
    every = sum(one.lost_milli for one in made.items)
    several = len({one.form for one in made.items}) > 1
    header = ["item", *(["form"] if several else []), "applies", "full", "share", "lost", "fatal", "open"]
    rows = [_item(one, every, several, names, lang) for one in made.items if one.applies or one.fatal]
    with st.expander(text("qa.items", lang, n=len(rows)), key="qa-items"):
        people_kit.piece(people_kit.table([text(f"qa.col.{name}", lang) for name in header], rows))


def _item(one: ItemSum, every: int, several: bool, names: Names, lang: Lang) -> list[str]:
    part = one.lost_milli / every if every else 0.0
    bar = f'<span class="qa-bar" style="width:{part * _BAR_REM:.2f}rem"></span> ' if part else ""
    lost = f"{bar}{one.lost_milli / 1000:,.1f} · {share(part)}" if one.lost_milli else _DASH
    where = {"view": "forms", **NARROW, "item": f"{one.form}/{one.item}"}
    some = one.lost_milli or one.fatal
    cells = [escape(item_name(names, one.form, one.item, lang))]
    cells += [escape(form_name(names, one.form, lang))] if several else []
    cells += [f"{one.applies:,}", share(one.full / one.applies if one.applies else None), share(one.share)]
    cells += [lost, f"{one.fatal:,}" if one.fatal else _DASH]
    return [*cells, _a(address(where), text("qa.list", lang)) if some else ""]


# -- teams, queues, agents -------------------------------------------------------------------------------


def people(made: Overview, lang: Lang) -> None:
    """Teams, queues and agents with their figures, those first whose mean is lowest; few forms stand last."""
    kinds: tuple[Kind, ...] = ("team", "queue", "agent")
    for kind in kinds:
        told = [one for one in made.by[kind] if (kind, one.name) != tuple(made.asked.scope)]
        if told:
            st.subheader(text(f"qa.{kind}s", lang), anchor=False)
            people_kit.piece(_named(made, kind, told, lang), "kp")
    people_kit.piece(f"<p><small>{escape(text('qa.few', lang, n=FEW))}</small></p>")


def _named(made: Overview, kind: Kind, told: Iterable[Named], lang: Lang) -> str:
    def low(one: Named) -> tuple[bool, float]:
        tally = one.random
        return tally.forms < FEW, tally.mean if tally.mean is not None else 101.0

    header = [text(f"qa.col.{name}", lang) for name in ("name", "forms", "random", *_RATES, "open")]
    rows = [_name(made, kind, one, lang) for one in sorted(told, key=low)]
    return people_kit.table(header, rows)


_RATES = ("score", "passed", "fatal", "all_score")


def _name(made: Overview, kind: Kind, one: Named, lang: Lang) -> list[str]:
    tally = one.random
    config = runtime.service().config
    if kind == "agent":
        name = agent_link(one.name, lang)
        link = _a(address({"view": "forms", **NARROW, "agent": one.name}), text("qa.list", lang))
    else:
        scope = Scope(kind, one.name)  # type: ignore[arg-type]
        name = _a(address({"scope": str(scope)}), scope_name(config, scope, lang))
        where = page_address("kpi", {"scope": str(scope), "period": made.asked.period.name})
        link = _a(where, text("qa.kpis", lang))
    few = tally.forms < FEW
    goals = made.goals
    told = [points(tally.mean), share(tally.pass_rate), share(tally.fatal_rate)]
    if not few:
        told = [
            lit("qa_score", tally.mean, goals["qa_score"]),
            lit("qa_pass", tally.pass_rate, goals["qa_pass"]),
            lit("qa_fatal", tally.fatal_rate, goals["qa_fatal"]),
        ]
    else:
        told = [f'<span class="qa-away">{one}</span>' for one in told]
    return [name, f"{one.all.forms:,}", f"{one.random.forms:,}", *told, points(one.all.mean), link]


# -- forms -----------------------------------------------------------------------------------------------


def forms(state: State, names: Names, lang: Lang) -> None:
    """The forms that a number is made of, the latest calls first."""
    service = runtime.service()
    segments("forms", ONLY, lang)
    found = forms_of(service, service.viewer(lang), state.asked, state.which, typed_name())
    people_kit.piece(_filters(state.which, names, lang))
    if not found.rows:
        st.caption(text("qa.list.none", lang))
        return
    people_kit.piece(short(found.rows, names, lang))
    if found.total > len(found.rows):
        st.caption(text("qa.list.more", lang, n=f"{found.total:,}", shown=MOST))


def typed_name() -> str:
    """The name typed on an open floor, if any was."""
    return str(st.session_state.get(people_kit.WHO, ""))


def _filters(which: Which, names: Names, lang: Lang) -> str:
    """What the list is narrowed to, each with a link that takes it away."""
    config = runtime.service().config
    said: list[tuple[str, str]] = []
    if which.agent:
        said.append(("agent", agent_label(config, which.agent, lang)))
    if which.reviewer:
        said.append(("reviewer", which.reviewer))
    if which.bin is not None:
        words = text("qa.list.bin", lang, first=which.bin, last=min(100, which.bin + BIN_WIDE))
        said.append(("bin", words))
    if which.item:
        said.append(("item", item_name(names, which.form, which.item, lang)))
    away = text("qa.list.away", lang)
    links = (
        f"{escape(text(f'qa.list.by.{name}', lang, what=words))} {_a(address({name: ''}), away)}"
        for name, words in said
    )
    return " · ".join(links)


def _form(row: ScoreRow, names: Names, lang: Lang) -> dict[str, str]:
    """A form's cells as HTML; its links stand in one, so that a phone has one line of them."""
    config = runtime.service().config
    call = _a(call_address(*row.call), text("qa.to_call", lang)) if row.call else escape(row.about)
    bad = "kp-missed" if row.fatal or not row.passed else ""
    verdicts = f"<small>{escape(verdict(row, lang))}</small>"
    return {
        "call_at": escape(people_kit.at_clock(row.call_at, config.zone)),
        "agent": agent_link(row.agent, lang) if row.agent else _DASH,
        "queue": escape(queue_label(config, row.queue, lang)) if row.queue else _DASH,
        "reviewer": escape(row.reviewer),
        "form": escape(form_name(names, row.form, lang)),
        "points": f'<span class="{bad}">{points(row.score)}</span> {verdicts}',
        "open": " · ".join(filter(None, (form_link(row, text("qa.open", lang)), call))),
    }


_SHORT = ("call_at", "agent", "queue", "reviewer", "form", "points", "open")


def short(rows: Sequence[ScoreRow], names: Names, lang: Lang, *, named: bool = True) -> str:
    """Forms as a table. ``named``: with whose they are."""
    columns = [name for name in _SHORT if named or name != "agent"]
    told = [_form(row, names, lang) for row in rows]
    header = [text(f"qa.col.{name}", lang) for name in columns]
    return people_kit.table(header, [[one[name] for name in columns] for one in told])
