"""Who needs which training: found in what is lost again and again, entered, sent as a list, and done.

A list goes out by mail with a workbook, or is taken away as one and handed over; either way who has it is
kept. Instants are UTC epoch seconds, days those of the business calendar.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, day_number
from ccfloor.service.audit import acting, record
from ccfloor.service.known_scope import serves
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.service.qa.improving import ITEM
from ccfloor.service.qa.subject import name_of
from ccfloor.service.reports.mailing import Attachment, Letter, MailError, send_letter
from ccfloor.service.safe_cells import safe
from ccfloor.service.settings import SiteSettings
from ccfloor.store import qa_more as rows
from ccfloor.store import qa_scores
from ccfloor.store.engine import writing
from ccfloor.store.qa_more import Lost, Need
from ccfloor.store.qa_tables import qa_needs
from ccfloor.store.team_scope import sees_day
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer

__all__ = ["Lost", "MailError", "Need"]

OPEN, SENT, DONE, DROPPED = "open", "sent", "done", "dropped"
STATES = (OPEN, SENT, DONE, DROPPED)
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEAST_TIMES, LEAST_SHARE = 3, 0.3  # an item that lost points in so many forms, and such a share of them
_TOPIC_MAX, _TEXT_MAX, _TO_MAX = 120, 1000, 300
_WIDE = {"zh": (14, 36, 60, 14, 14), "en": (18, 40, 60, 16, 14)}


class Draft(NamedTuple):
    """A need as people enter it. ``topic``: ``item:<form>:<item>`` or words; ``score``: where it showed."""

    agent: str
    topic: str
    text: str = ""
    score: int | None = None


class Sheet(NamedTuple):
    """A list in words: title of the sheet, header, and a row for each need."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


# -- reading -------------------------------------------------------------------------------------------


def list_needs(
    engine: Engine, viewer: Viewer, config: FloorConfig, *, states: Sequence[str] = (), agent: str = ""
) -> list[Need]:
    """The needs of whom a viewer may see today, the latest first; an agent's own, too."""
    viewer.needs(Right.QA, Right.OWN)
    with engine.connect() as connection:
        within = rows.needs_within(viewer)
        found = rows.needs(connection, viewer.site, states=states, agent=agent, within=within)
        return _seen(connection, viewer, config, found)


def suggestions(
    engine: Engine, viewer: Viewer, config: FloorConfig, first: date, last: date, who: str = ""
) -> list[Lost]:
    """Agents who lost points on one item again and again in these days, without a need of it that is open."""
    viewer.needs(Right.QA)
    days = day_number(first), day_number(last)
    with engine.connect() as connection:
        within = qa_scores.seen_by(connection, viewer, config, name_of(viewer, who))
        found = rows.lost(connection, within, days, LEAST_TIMES, LEAST_SHARE)
        open_ones = rows.needs(connection, viewer.site, states=(OPEN, SENT))
    known = {(one.agent, one.topic) for one in open_ones}
    return [one for one in found if not known & {(one.agent, topic_of(one)), (one.agent, one.item)}]


def topic_of(lost: Lost) -> str:
    """The topic of a need that is found."""
    return f"{ITEM}{lost.form}:{lost.item}"


def _seen(connection: Connection, viewer: Viewer, config: FloorConfig, found: Collection[Need]) -> list[Need]:
    told = terms(connection, config, viewer.site)
    return [
        msgspec.structs.replace(one, text=viewer.words(one.text))
        for one in found
        if sees_day(viewer, config, told, one.agent, day_number(business_date(config, one.at)))
    ]


# -- entering, sending, closing ------------------------------------------------------------------------


def add_need(engine: Engine, viewer: Viewer, config: FloorConfig, draft: Draft, who: str, now: float) -> int:
    """Enter a need; returns its number.

    Raises PeopleError: ``no_who``, ``no_agent``, ``no_topic``, ``unknown_qa_score``, ``qa_need_there`` (one
    of the same topic is open).
    """
    viewer.needs(Right.QA_SCORE)
    by, agent = named(name_of(viewer, who)), draft.agent
    said(agent, "no_agent")  # kept as the switch names him
    if draft.score is None and not serves(engine, viewer, agent):
        raise PeopleError("no_agent")
    topic = said(draft.topic, "no_topic")[:_TOPIC_MAX]
    with writing(engine) as connection:
        today = day_number(business_date(config, now))
        if not sees_day(viewer, config, terms(connection, config, viewer.site), agent, today):
            raise PeopleError("no_agent")
        if draft.score is not None:
            within = qa_scores.seen_by(connection, viewer, config, by)
            shown = qa_scores.find(connection, draft.score, within)
            if shown is None or shown.agent != agent or shown.state != qa_scores.SUBMITTED:
                raise PeopleError("unknown_qa_score")
        there = rows.needs(connection, viewer.site, states=(OPEN, SENT), agent=agent)
        if any(one.topic == topic for one in there):
            raise PeopleError("qa_need_there")
        told = {"agent": agent, "topic": topic, "text": draft.text.strip()[:_TEXT_MAX], "score": draft.score}
        empty = {"sent_at": None, "done_at": None}
        number = rows.add(
            connection, qa_needs, viewer.site, {**told, **empty, "state": OPEN, "who": by, "at": now}
        )
        _log(connection, viewer, [number], Act.QA_NEED_ADDED, by, None, told, "", now)
    return number


def send(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    site: SiteSettings,
    numbers: Collection[int],
    sheet: Sheet,
    channel: str,
    to: Sequence[str],
    who: str,
    now: float,
) -> tuple[str, ...]:
    """Send a list by mail, in words and as a workbook; returns the addresses that have it.

    Raises PeopleError: ``no_who``, ``unknown_qa_need``, ``qa_need_closed``; MailError where the mail did not
    go out: nothing is noted then but who has it all the same.
    """
    viewer.needs(Right.QA_SCORE)
    named(name_of(viewer, who))
    with engine.connect() as connection:
        _open(connection, viewer, config, numbers)
    try:
        told = send_letter(site, channel, to, letter(sheet, numbers, viewer.lang, now), now)
    except MailError as error:
        if error.told:
            hand_over(engine, viewer, config, numbers, ", ".join(error.told), who, now)
        raise
    hand_over(engine, viewer, config, numbers, ", ".join(told), who, now)
    return told


def hand_over(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    numbers: Collection[int],
    to: str,
    who: str,
    now: float,
) -> None:
    """Note to whom a list was given. Raises PeopleError: ``no_who``, ``qa_no_receiver``, ``unknown_qa_need``,
    ``qa_need_closed``.
    """
    viewer.needs(Right.QA_SCORE)
    by, receiver = named(name_of(viewer, who)), said(to, "qa_no_receiver")[:_TO_MAX]
    with writing(engine) as connection:
        found = _open(connection, viewer, config, numbers)
        values = {"state": SENT, "sent_at": now, "sent_to": receiver}
        rows.change(connection, qa_needs, viewer.site, [one.id for one in found], values)
        after = {"state": SENT, "to": receiver}
        _log(connection, viewer, [one.id for one in found], Act.QA_NEED_SENT, by, None, after, "", now)


def finish(
    engine: Engine, viewer: Viewer, config: FloorConfig, numbers: Collection[int], who: str, now: float
) -> None:
    """The training took place. Raises PeopleError: ``no_who``, ``unknown_qa_need``, ``qa_need_closed``."""
    viewer.needs(Right.QA_SCORE)
    by = named(name_of(viewer, who))
    with writing(engine) as connection:
        found = _open(connection, viewer, config, numbers)
        values = {"state": DONE, "done_at": now, "done_by": by}
        rows.change(connection, qa_needs, viewer.site, [one.id for one in found], values)
        keys = [one.id for one in found]
        _log(connection, viewer, keys, Act.QA_NEED_DONE, by, None, {"state": DONE}, "", now)


def drop(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """It is not needed any more. Raises PeopleError: as ``finish``, ``no_why``."""
    viewer.needs(Right.QA_SCORE)
    by, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        (was,) = _open(connection, viewer, config, [number])
        values = {"state": DROPPED, "done_at": now, "done_by": by}
        rows.change(connection, qa_needs, viewer.site, [number], values)
        before, after = {"state": was.state}, {"state": DROPPED}
        _log(connection, viewer, [number], Act.QA_NEED_DROPPED, by, before, after, words, now)


def reopen(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> None:
    """Take that back. Raises PeopleError: ``no_who``, ``no_why``, ``unknown_qa_need``, ``qa_need_open``."""
    viewer.needs(Right.QA_SCORE)
    by, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        (was,) = _known(connection, viewer, config, [number])
        if was.state in (OPEN, SENT):
            raise PeopleError("qa_need_open")
        values = {"state": SENT if was.sent_at else OPEN, "done_at": None, "done_by": ""}
        rows.change(connection, qa_needs, viewer.site, [number], values)
        before, after = {"state": was.state}, {"state": values["state"]}
        _log(connection, viewer, [number], Act.QA_NEED_REOPENED, by, before, after, words, now)


def _known(
    connection: Connection, viewer: Viewer, config: FloorConfig, numbers: Collection[int]
) -> list[Need]:
    there = rows.needs(connection, viewer.site, numbers=numbers, within=rows.needs_within(viewer))
    found = _seen(connection, viewer, config, there)
    if not numbers or {one.id for one in found} != set(numbers):
        raise PeopleError("unknown_qa_need")
    return found


def _open(
    connection: Connection, viewer: Viewer, config: FloorConfig, numbers: Collection[int]
) -> list[Need]:
    found = _known(connection, viewer, config, numbers)
    if any(one.state not in (OPEN, SENT) for one in found):
        raise PeopleError("qa_need_closed")
    return found


# -- as a file and a mail --------------------------------------------------------------------------------


def excel_bytes(sheet: Sheet, lang: str) -> bytes:
    """The list as a workbook of one sheet."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = sheet.title[:31]
    for row in (sheet.header, *sheet.rows):
        page.append([safe(cell) for cell in row])
    for line in page.iter_rows():
        for cell in line:
            cell.data_type = "s"  # a text stays one, whatever it begins with
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in page[1]:
        cell.font = Font(bold=True)
    for letter_of, width in zip("ABCDE", _WIDE["zh" if lang == "zh" else "en"], strict=True):
        page.column_dimensions[letter_of].width = width
    page.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def letter(sheet: Sheet, numbers: Collection[int], lang: str, now: float) -> Letter:
    """The list as a mail."""
    lines = ["\t".join(" ".join(cell.split()) for cell in row) for row in (sheet.header, *sheet.rows)]
    file = Attachment(f"{sheet.title}.xlsx", EXCEL, excel_bytes(sheet, lang))
    key = f"qa-needs.{int(now)}.{min(numbers, default=0)}.{len(numbers)}"
    return Letter(key, sheet.title, "\n".join(lines) + "\n", [file])


def _log(
    connection: Connection,
    viewer: Viewer,
    numbers: Sequence[int],
    act: Act,
    who: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    why: str,
    now: float,
) -> None:
    by, more = acting(who, viewer), ({"numbers": list(numbers)} if len(numbers) > 1 else {})
    about = f"qa_need/{numbers[0]}"
    record(connection, by, act, about, before, {**after, **more}, why, now, site=viewer.site)
