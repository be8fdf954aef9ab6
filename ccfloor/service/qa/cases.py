"""The case library: scored calls that others can learn from, with words and tags. Kept until removed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.service.audit import acting, record
from ccfloor.service.people_log import PeopleError, meant, named, said
from ccfloor.service.qa.subject import name_of
from ccfloor.store import qa_more as rows
from ccfloor.store import qa_scores
from ccfloor.store.engine import writing
from ccfloor.store.qa_more import Case
from ccfloor.store.qa_tables import qa_cases
from ccfloor.store.viewer import Viewer

__all__ = ["Case"]

TAGS_MAX, TAG_MAX = 10, 20
_TITLE_MAX, _TEXT_MAX = 100, 4000


class Draft(NamedTuple):
    """A case as people enter it, of a score that was handed in."""

    title: str
    text: str
    tags: Sequence[str] = ()
    good: bool = True


def list_cases(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    who: str = "",
    *,
    tag: str = "",
    good: bool | None = None,
    words: str = "",
    score: int | None = None,
    removed: bool = False,
) -> list[Case]:
    """Cases of calls within a viewer's scope, latest first. ``words``: that title, text or a tag holds."""
    viewer.needs(Right.QA)
    with engine.connect() as connection:
        within = qa_scores.seen_by(connection, viewer, config, name_of(viewer, who))
        found = rows.cases(connection, within, score=score, removed=removed)
    told = [_worded(viewer, one) for one in found if good is None or one.good == good]
    return [one for one in told if (not tag or tag in one.tags) and _holds(one, words)]


def find_case(engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str = "") -> Case | None:
    """One case, also a removed one."""
    viewer.needs(Right.QA)
    with engine.connect() as connection:
        within = qa_scores.seen_by(connection, viewer, config, name_of(viewer, who))
        found = rows.cases(connection, within, number=number)
    return _worded(viewer, found[0]) if found else None


def tags_of(cases: Iterable[Case]) -> list[str]:
    """All tags of cases, the most frequent first."""
    counts: dict[str, int] = {}
    for one in cases:
        for tag in one.tags:
            counts[tag] = counts.get(tag, 0) + 1
    return sorted(counts, key=lambda tag: (-counts[tag], tag))


def add_case(
    engine: Engine, viewer: Viewer, config: FloorConfig, score: int, draft: Draft, who: str, now: float
) -> int:
    """Put a scored call into the library; returns the case's number.

    Raises PeopleError: ``no_who``, ``no_title``, ``no_text``, ``unknown_qa_score``, ``qa_case_there`` (of
    this score there is one).
    """
    viewer.needs(Right.QA_SCORE)
    by, values = named(name_of(viewer, who)), _checked(draft)
    with writing(engine) as connection:
        within = qa_scores.seen_by(connection, viewer, config, by)
        row = qa_scores.find(connection, score, within)
        if row is None or row.state != qa_scores.SUBMITTED:
            raise PeopleError("unknown_qa_score")
        if rows.cases(connection, within, score=score):
            raise PeopleError("qa_case_there")
        told = {**_stored(values), "score": score, "who": by, "at": now, "removed_at": None}
        number = rows.add(connection, qa_cases, viewer.site, told)
        _log(connection, viewer, number, Act.QA_CASE_ADDED, by, None, {"score": score, **values}, "", now)
    return number


def change_case(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    draft: Draft,
    who: str,
    why: str,
    now: float,
) -> None:
    """Write a case anew.

    Raises PeopleError: as ``add_case``, ``no_why``, ``unknown_qa_case``, ``qa_same``.
    """
    viewer.needs(Right.QA_SCORE)
    by, words, values = named(name_of(viewer, who)), said(why), _checked(draft)
    with writing(engine) as connection:
        was = _there(connection, qa_scores.seen_by(connection, viewer, config, by), number)
        values |= {name: meant(viewer, getattr(was, name), values[name]) for name in ("title", "text")}
        known = {viewer.words(tag): tag for tag in was.tags}  # as he was shown them
        values["tags"] = tuple(known.get(tag, tag) for tag in values["tags"])
        before = {name: getattr(was, name) for name in values}
        if before == values:
            raise PeopleError("qa_same")
        rows.change(connection, qa_cases, viewer.site, [number], _stored(values))
        _log(connection, viewer, number, Act.QA_CASE_CHANGED, by, before, values, words, now)


def remove_case(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Take a case out. Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_case``."""
    viewer.needs(Right.QA_SCORE)
    by, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        was = _there(connection, qa_scores.seen_by(connection, viewer, config, by), number)
        values = {"removed_at": now, "removed_by": by}
        rows.change(connection, qa_cases, viewer.site, [number], values)
        _log(connection, viewer, number, Act.QA_CASE_REMOVED, by, {"title": was.title}, None, words, now)


def restore_case(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Put it back. Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_case``, ``qa_case_there``."""
    viewer.needs(Right.QA_SCORE)
    by, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        within = qa_scores.seen_by(connection, viewer, config, by)
        found = rows.cases(connection, within, number=number)
        if not found:
            raise PeopleError("unknown_qa_case")
        if rows.cases(connection, within, score=found[0].score):
            raise PeopleError("qa_case_there")
        values = {"removed_at": None, "removed_by": ""}
        rows.change(connection, qa_cases, viewer.site, [number], values)
        after = {"title": found[0].title}
        _log(connection, viewer, number, Act.QA_CASE_RESTORED, by, None, after, words, now)


def _there(connection: Connection, within: Sequence[ColumnElement[bool]], number: int) -> Case:
    found = rows.cases(connection, within, number=number)
    if not found or found[0].removed_at is not None:
        raise PeopleError("unknown_qa_case")
    return found[0]


def _checked(draft: Draft) -> dict[str, Any]:
    tags = dict.fromkeys(" ".join(tag.split())[:TAG_MAX] for tag in draft.tags if tag.strip())
    return {
        "title": said(draft.title, "no_title")[:_TITLE_MAX],
        "text": _long(draft.text),
        "tags": tuple(tags)[:TAGS_MAX],
        "good": bool(draft.good),
    }


def _long(text: str) -> str:
    """The text of a case; longer than what else people write."""
    said(text, "no_text")
    return text.strip()[:_TEXT_MAX]


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "tags": msgspec.json.encode(list(values["tags"])).decode()}


def _worded(viewer: Viewer, one: Case) -> Case:
    title, text, *tags = map(viewer.words, (one.title, one.text, *one.tags))
    return msgspec.structs.replace(one, title=title, text=text, tags=tuple(tags))


def _holds(one: Case, words: str) -> bool:
    told = "\n".join((one.title, one.text, *one.tags)).casefold()
    return all(word in told for word in words.casefold().split())


def _log(
    connection: Connection,
    viewer: Viewer,
    number: int,
    act: Act,
    who: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    why: str,
    now: float,
) -> None:
    by = acting(who, viewer)
    record(connection, by, act, f"qa_case/{number}", before, after, why, now, site=viewer.site)
