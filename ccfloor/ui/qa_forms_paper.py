"""A form as whoever scores by it reads it, and a plan in words: for looking, and to try a form out."""

from collections.abc import Iterable, Mapping
from html import escape

import streamlit as st

from ccfloor.floor.config import FloorConfig
from ccfloor.qa.model import Form, Item, Section, answers
from ccfloor.qa.plan import Plan
from ccfloor.qa.score import Result, asked, score
from ccfloor.ui import people_kit as kit
from ccfloor.ui.qa_forms_words import (
    DASH,
    answer_words,
    condition_words,
    fatal_words,
    how_answered,
    joined,
    number,
    quota_words,
    summary,
    word,
)
from ccfloor.ui.rules_words import queue_name, said, span
from ccfloor.ui.texts import Lang, text

CSS = """
.qf h4{font-size:.9375rem;font-weight:700;margin:1.1rem 0 .2rem;display:flex;gap:1rem;align-items:baseline}
.qf h4 small{font-weight:400}
.qf td:first-child{width:34%}.qf td:nth-child(2){width:42%}
.qf .k{border:1px solid var(--rule);padding:0 .4rem;font-size:.8125rem;white-space:nowrap}
.qf .k.f{border-color:var(--ink);font-weight:700}
.qf .k.bad{background:var(--over);border-color:var(--over);color:var(--over-on);font-weight:700}
.qf .w{color:var(--ink2);font-size:.8125rem;display:block}
.qf .n{font-weight:700;white-space:nowrap}
@media(max-width:700px){.qf td:nth-child(n){width:auto}.qf .k{white-space:normal}.qf td>span{min-width:0}}
"""


def body_paper(body: Form | Plan, config: FloorConfig, forms: Mapping[str, str], lang: Lang) -> None:
    """Draw a form or plan. ``forms``: what each form is called, by its id."""
    if isinstance(body, Form):
        form_paper(body, lang)
    else:
        plan_paper(body, config, forms, lang)


def form_paper(form: Form, lang: Lang) -> None:
    """Draw a form."""
    note = f"<br>{escape(said(form.note, lang))}" if form.note else ""
    parts = [f"<b>{escape(said(form.name, lang))}</b> <small>{escape(summary(form, lang))}{note}</small>"]
    parts += [_section(form, section, lang) for section in form.sections]
    kit.piece("".join(parts), "qf")


def _section(form: Form, section: Section, lang: Lang) -> str:
    most = sum(item.most for item in section.items)
    told = text("qa_forms.paper.points", lang, n=number(most)) if most else ""
    if section.weight is not None:
        told += " " + text("qa_forms.paper.weight", lang, n=number(section.weight))
    head = f"<h4>{escape(said(section.name, lang))}<small>{escape(told)}</small></h4>"
    header = [text(f"qa_forms.paper.{name}", lang) for name in ("item", "how", "most")]
    return head + kit.table(header, [_row(form, item, lang) for item in section.items])


def _row(form: Form, item: Item, lang: Lang) -> list[str]:
    name = escape(said(item.name, lang))
    if told := condition_words(form, item, lang):
        name += f'<span class="w">↳ {escape(told)}</span>'
    if item.guide:
        name += f'<span class="w">{escape(said(item.guide, lang))}</span>'
    how = [f"<span>{escape(how_answered(item, lang))}</span>"]
    if item.na:
        how.append(f'<span class="k">{escape(text("qa_forms.na", lang))}</span>')
    how += [f'<span class="k">{escape(word("tags", tag, lang))}</span>' for tag in item.tags]
    if told := fatal_words(item, lang):
        how.append(f'<span class="k f">{escape(told)}</span>')
    return [name, " ".join(how), f'<span class="n">{number(item.most) if item.scored else DASH}</span>']


def plan_paper(plan: Plan, config: FloorConfig, forms: Mapping[str, str], lang: Lang) -> None:
    """Draw a plan."""
    rows = [[text("qa_forms.field.quotas", lang), "<br>".join(
        f"{escape(said(quota.name, lang))} "
        f"<small>{escape(quota_words(quota.every, quota.at_least, quota.at_most, quota.by, lang))}</small>"
        for quota in plan.quotas
    )]]  # fmt: skip
    rows += [[name, escape(words)] for name, words in _plan_lines(plan, config, forms, lang)]
    header = [text(f"qa_forms.paper.{name}", lang) for name in ("what", "value")]
    head = f"<b>{escape(said(plan.name, lang))}</b> <small>{escape(plan.id)}</small>"
    kit.piece(head + kit.table(header, rows), "qf")


def _plan_lines(
    plan: Plan, config: FloorConfig, forms: Mapping[str, str], lang: Lang
) -> list[tuple[str, str]]:
    every = text("qa_forms.plan.all", lang)
    bands = " / ".join(span(end, lang) for end in plan.length_s)
    wanted = [f"{word('of', one.of, lang)} {one.share:.0%}" for one in plan.wanted]
    told = {
        "form": forms.get(plan.form, plan.form),
        "queues": _queues(plan.queues, config, lang) or every,
        "teams": joined(list(plan.teams), lang) or every,
        "wanted": joined(wanted, lang) or text("qa_forms.plan.random", lang),
        "complaint_queues": _queues(plan.complaint_queues, config, lang) or DASH,
        "strata": joined([word("strata", one, lang) for one in plan.strata], lang) or DASH,
        "length_s": bands or DASH,
        "least_s": text("qa_forms.plan.least", lang, span=span(plan.least_s, lang)),
        "same_reviewer": text("qa_forms.plan.same", lang, share=f"{plan.same_reviewer:.0%}"),
        "rechecks": text("qa_forms.plan.rechecks", lang, share=f"{plan.rechecks:.0%}")
        if plan.rechecks
        else DASH,
        "due_days": text("qa_forms.plan.due", lang, n=plan.due_days),
    }
    return [(text(f"qa_forms.field.{field}", lang), words) for field, words in told.items()]


def _queues(names: Iterable[str], config: FloorConfig, lang: Lang) -> str:
    return joined([queue_name(config, name, lang) for name in names], lang)


# -- trying a form -------------------------------------------------------------------------------------


def try_form(form: Form, key: str, lang: Lang) -> None:
    """Answer a form for the sake of it: what it comes to, what is asked, what makes it 0."""
    given: dict[str, str] = {}
    places = st.columns(2, gap="medium")
    number_of = 0
    for item in form.items:
        if not asked(form, item, given):
            continue
        with places[number_of % 2]:
            given[item.id] = _answer(item, key, lang)
        number_of += 1
    result = score(form, {name: answer for name, answer in given.items() if answer})
    kit.piece(_result(result, form, lang), "qf")


def _answer(item: Item, key: str, lang: Lang) -> str:
    found = st.selectbox(
        said(item.name, lang),
        ("", *answers(item)),
        format_func=lambda answer: answer_words(item, answer, lang) if answer else DASH,
        key=f"{key}:try:{item.id}",
    )
    return str(found or "")


def _result(result: Result, form: Form, lang: Lang) -> str:
    if result.score is None:
        return escape(text("qa_forms.try.none", lang))
    shown = f"<b>{result.score:.{form.decimals}f}</b>"
    verdict = text("qa_forms.try.passed" if result.passed else "qa_forms.try.failed", lang)
    told = text("qa_forms.try.of", lang, earned=number(result.earned), possible=number(result.possible))
    parts = [shown, escape(verdict), f"<small>{escape(told)}</small>"]
    if result.fatal:
        names = joined([said(form.item(name).name, lang) for name in result.fatal], lang)
        parts.append(f'<span class="k bad">{escape(text("qa_forms.try.fatal", lang, items=names))}</span>')
    elif result.missing:
        parts.append(f"<small>{escape(text('qa_forms.try.missing', lang, n=len(result.missing)))}</small>")
    return f'<div class="cp-row">{" ".join(parts)}</div>'
