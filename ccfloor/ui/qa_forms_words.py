"""Forms and plans in words: how an item is answered, where a problem stands, what a version is."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ccfloor.kpi.period import date_of
from ccfloor.qa.edit import Tree
from ccfloor.qa.model import NA, Form, Item
from ccfloor.qa.plan import Plan
from ccfloor.qa.sheet_columns import ANSWERS, BY, CHANNELS, EVERY, KINDS, LOOKS, STRATA, TAGS
from ccfloor.rules.places import Problem
from ccfloor.service.qa.versions import DRAFT, OFFERED, RETIRED, Version, counting, offered, planned
from ccfloor.ui.rules_words import said
from ccfloor.ui.texts import Lang, text, texts

DASH = "–"
_APART = "\u2002"  # between an option and its points
_STEP = re.compile(
    r"(sections|items|options|quotas|wanted|complaint_queues|queues|teams|strata|length_s)\[(\d+)\]"
)
_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "kind": KINDS,
    "channel": CHANNELS,
    "every": EVERY,
    "by": BY,
    "of": LOOKS,
    "tags": TAGS,
    "strata": STRATA,
}


def word(field: str, value: str, lang: Lang) -> str:
    """One of the few values of a field: ``kind`` ``points`` is 打分."""
    both = _WORDS[field].get(value)
    return both[0 if lang == "zh" else 1] if both else value


def number(value: float) -> str:
    """A number without what it does not need."""
    return f"{value:g}"


def joined(parts: list[str], lang: Lang) -> str:
    """A list of words."""
    return ("、" if lang == "zh" else ", ").join(parts)


def named(words: Mapping[str, str] | None, lang: Lang) -> str:
    """A text of a tree in the page's language, in the other one where it is missing."""
    words = words or {}
    return words.get(lang) or words.get("en" if lang == "zh" else "zh") or ""


# -- an item -------------------------------------------------------------------------------------------


def answer_words(item: Item, answer: str, lang: Lang) -> str:
    """An answer as a reviewer reads it."""
    if answer == NA or item.kind in ("yes_no", "fatal"):
        return ANSWERS[answer][0 if lang == "zh" else 1] if answer in ANSWERS else answer
    if item.kind == "choice":
        found = next((option for option in item.options if option.id == answer), None)
        if found is None:
            return answer
        points = text("qa_forms.answer.points", lang, n=number(found.points))
        return f"{said(found.name, lang)}{_APART}{points}"
    return text(f"qa_forms.answer.{item.kind}", lang, n=answer)


def how_answered(item: Item, lang: Lang) -> str:
    """How an item is answered, in one line."""
    if item.kind == "choice":
        return " / ".join(answer_words(item, option.id, lang) for option in item.options)
    return text(
        f"qa_forms.how.{item.kind}", lang, points=number(item.points), step=number(item.step), low=item.low,
        high=item.high,
    )  # fmt: skip


def condition_words(form: Form, item: Item, lang: Lang) -> str:
    """When an item is asked; "" where it always is."""
    if item.when is None:
        return ""
    asked = form.item(item.when.item)
    key, listed = ("is", item.when.is_) if item.when.is_ else ("is_not", item.when.is_not)
    told = joined([answer_words(asked, answer, lang).partition(_APART)[0] for answer in listed], lang)
    return text(f"qa_forms.when.{key}", lang, item=said(asked.name, lang), answers=told)


def fatal_words(item: Item, lang: Lang) -> str:
    """Which answers of an item make the form 0; "" where none does."""
    if item.kind == "fatal":
        return text("qa_forms.fatal", lang)
    killing = [*item.fatal_if, *(option.id for option in item.options if option.fatal)]
    told = [answer_words(item, answer, lang).partition(_APART)[0] for answer in killing]
    return text("qa_forms.fatal_if", lang, answers=joined(told, lang)) if told else ""


# -- a version -----------------------------------------------------------------------------------------


def title(name: str, versions: list[Version], lang: Lang) -> str:
    """What a form or plan is called: by its newest readable version."""
    body = next((one.body for one in versions if one.body is not None and one.state != OFFERED), None)
    return said(body.name, lang) if body is not None else name


def since(day: int, lang: Lang) -> str:
    """From when on, in words."""
    return text("qa_forms.since", lang, day=date_of(day).isoformat()) if day else text("qa_forms.first", lang)


def states(versions: list[Version], today: date, lang: Lang) -> list[str]:
    """How it stands with a name: what counts, what is planned, whether somebody writes."""
    found = []
    now, later = counting(versions, today), planned(versions, today)
    if now is not None:
        found.append(text("qa_forms.state.now", lang, n=now.version, since=since(now.from_day, lang)))
    if later is not None:
        key = "qa_forms.state.ends" if later.state == RETIRED else "qa_forms.state.later"
        found.append(text(key, lang, n=later.version, since=since(later.from_day, lang)))
    if now is None and later is None and any(one.state != DRAFT for one in versions):
        found.append(text("qa_forms.state.retired", lang))
    if any(one.state == DRAFT for one in versions):
        found.append(text("qa_forms.state.draft", lang))
    if (new := offered(versions)) is not None:
        found.append(text("qa_forms.state.offered", lang, n=new.version))
    return found


def version_name(one: Version, lang: Lang) -> str:
    """A version in a list to choose from."""
    if one.state == DRAFT:
        return text("qa_forms.version.draft", lang)
    if one.state == OFFERED:
        return text("qa_forms.version.offered", lang, n=one.version)
    key = "qa_forms.version.retired" if one.state == RETIRED else "qa_forms.version"
    return text(key, lang, n=one.version, since=since(one.from_day, lang))


def by_whom(one: Version, lang: Lang) -> str:
    """Who published a version, or wrote a draft."""
    who = one.who if one.state == DRAFT else one.published_by
    return who or text("qa_forms.by.file", lang)


def summary(body: Form | Plan, lang: Lang) -> str:
    """A form or plan in one line."""
    if isinstance(body, Plan):
        told = [
            quota_words(quota.every, quota.at_least, quota.at_most, quota.by, lang) for quota in body.quotas
        ]
        return "；".join(told) if lang == "zh" else "; ".join(told)
    fatal = sum(item.kind == "fatal" for item in body.items)
    return text(
        "qa_forms.summary", lang, items=len(body.items), mark=number(body.pass_mark),
        points=number(sum(item.most for item in body.items)), channel=word("channel", body.channel, lang),
        fatal=text("qa_forms.summary.fatal", lang, n=fatal) if fatal else "",
    )  # fmt: skip


def quota_words(every: str, least: int, most: int | None, by: str, lang: Lang) -> str:
    """A quota in a few words: each week 3 by QA."""
    key = "qa_forms.quota.to" if most is not None else "qa_forms.quota"
    details = {"every": word("every", every, lang), "n": least, "by": word("by", by, lang)}
    return text(key, lang, **details, **({"most": most} if most is not None else {}))


# -- problems ------------------------------------------------------------------------------------------


def problem_words(problem: Problem, tree: Tree, lang: Lang) -> str:
    """A problem with its place as people see it: section › item › field: why."""
    parts = place(problem.field, tree, lang)
    why = problem.zh if lang == "zh" and problem.zh else problem.why
    sign = "：" if lang == "zh" else ": "
    return f"{' › '.join(parts)}{sign}{why}" if parts else why


def place(field: str, tree: Any, lang: Lang) -> list[str]:
    """The way to a field of a tree: names of the parts it goes through, then the field."""
    found: list[str] = []
    rest = field
    while match := _STEP.match(rest):
        kind, at = match[1], int(match[2])
        listed = tree.get(kind) if isinstance(tree, Mapping) else None
        tree = listed[at] if isinstance(listed, list) and at < len(listed) else None
        found.append(_part(kind, at, tree, lang))
        rest = rest[match.end() :].removeprefix(".")
    return [*found, *([field_name(rest, lang)] if rest else [])]


def _part(kind: str, at: int, tree: Any, lang: Lang) -> str:
    name = (
        named(tree.get("name"), lang)
        if isinstance(tree, Mapping) and isinstance(tree.get("name"), Mapping)
        else ""
    )
    if isinstance(tree, str):
        return tree
    if kind == "wanted" and isinstance(tree, Mapping):
        return word("of", str(tree.get("of")), lang)
    return name or text(f"qa_forms.part.{kind}", lang, n=at + 1)


def field_name(field: str, lang: Lang) -> str:
    """What a field is called on the page."""
    return texts(lang).get(f"qa_forms.field.{field}", field)
