"""Samples, quotas and draws in words: why a call was drawn, until when it is to be scored, how far one is."""

from ccfloor.qa.plan import Plan
from ccfloor.qa.quota import Meter
from ccfloor.rules.model import Words
from ccfloor.service.qa.drawing import Verdict
from ccfloor.service.qa.samples import Work
from ccfloor.store.qa_samples import SampleRow
from ccfloor.ui.rules_words import said
from ccfloor.ui.texts import Lang, text, texts

DASH = "–"


def reason_words(reason: str, lang: Lang) -> str:
    """Why a call was drawn."""
    return texts(lang).get(f"qa_score.reason.{reason}", reason)


def state_words(state: str, lang: Lang) -> str:
    """How a sample stands."""
    return text(f"qa_work.state.{state}", lang)


def why_words(one: SampleRow, lang: Lang) -> str:
    """Why a sample was replaced, dropped or chosen: the reason of the list, and the words."""
    code, found, words = one.why.partition(": ")
    listed = texts(lang).get(f"qa_work.unusable.{code}") if found else None
    return f"{listed}：{words}" if listed and lang == "zh" else f"{listed}: {words}" if listed else one.why


def quota_words(plan: Plan | None, quota: str, lang: Lang) -> str:
    """What a quota is called; its id where the plan has it no longer."""
    names: dict[str, Words] = {one.id: one.name for one in plan.quotas} if plan else {}
    return said(names[quota], lang) if quota in names else quota or DASH


def due_words(one: Work, lang: Lang) -> str:
    """Until when, with the working days that are left or over."""
    day = day_words(one.sample.due_day)
    if one.late:
        return text("qa_work.due.late", lang, day=day, n=one.late)
    return text("qa_work.due.left" if one.left else "qa_work.due.today", lang, day=day, n=one.left)


def day_words(day: int) -> str:
    """A stored day as a date."""
    return f"{day // 10000}-{day // 100 % 100:02}-{day % 100:02}"


def meter_words(meter: Meter, lang: Lang) -> str:
    """How far a quota is: done of what is wanted, and what waits."""
    if not meter.wanted and not meter.done and not meter.drawn:
        return DASH
    found = [
        f"{meter.done} / {meter.wanted}" + (f"–{meter.most}" if (meter.most or 0) > meter.wanted else "")
    ]
    found += [text("qa_work.waiting", lang, n=meter.drawn)] if meter.drawn else []
    found += [text("qa_work.all", lang)] if meter.all else []
    found += [text("qa_work.over", lang, most=meter.most)] if meter.over else []
    return " · ".join(found)


def verdict_words(verdict: Verdict, lang: Lang) -> list[str]:
    """What came of making a draw again, a sentence each."""
    name = "sound" if verdict.sound else "unclear" if verdict.unclear else "unsound"
    found = [text(f"qa_work.verdict.{name}", lang)]
    told = (
        (not verdict.own_seed, "seed"),
        (not verdict.same_samples, "samples"),
        (bool(verdict.gone), "gone"),
        (bool(verdict.new), "new"),
        (bool(verdict.otherwise), "otherwise"),
        (not verdict.same_calls, "calls"),
    )
    counts = {"gone": len(verdict.gone), "new": len(verdict.new), "otherwise": len(verdict.otherwise)}
    counts |= {"then": verdict.draw.population, "now": verdict.population}
    return found + [text(f"qa_work.verdict.{name}", lang, **counts) for holds, name in told if holds]
