"""Bringing in monitoring sheets that were filled in elsewhere: an Excel file to the template of a form.

Nothing is written while a line is bad, unless the good lines alone are asked for; a content that is in is not
taken in twice, and neither is a form of the same call by the same reviewer. What was brought counts as forms
that were scored here do, by the form's version that the template is of; a whole file can be taken back.
"""

import hashlib
import io
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.qa.model import Form, Item
from ccfloor.qa.monitoring import Read, Sheet, header, read
from ccfloor.rules.places import Problem
from ccfloor.service.audit import acting, record
from ccfloor.service.importing_kpi import site_names
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.service.qa import versions
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.scoring import Filled, keep_filled, lines_of, result_of
from ccfloor.service.qa.subject import name_of
from ccfloor.service.safe_cells import meant, safe
from ccfloor.service.table_file import BYTES_MAX, Unreadable, read_lines
from ccfloor.store import qa_scores
from ccfloor.store import qa_sheets as rows
from ccfloor.store.engine import writing
from ccfloor.store.qa_sheets import Batch
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Viewer

__all__ = ["Batch"]

MOST = 5000  # forms of a file
_FILE_MAX, _ABOUT_MAX, _REVIEWER_MAX, _SUMMARY_MAX = 200, 200, 60, 2000
_OFFERED = 500  # lines in which Excel offers the answers
_WIDE = 22


class Seen(NamedTuple):
    """What a file would do. ``before``: the one that brought the same content; ``lines``: of forms."""

    form: Form
    version: int
    file: str
    digest: str
    sheets: list[Sheet]
    problems: list[Problem]
    lines: int
    before: Batch | None

    @property
    def clean(self) -> bool:
        """Whether every line can be taken in."""
        return not self.problems


class Outcome(NamedTuple):
    """What was written. ``known``: nothing, since it is in already as this file."""

    id: int
    forms: int
    known: bool = False


def template(form: Form, version: int, lang: str) -> bytes:
    """An empty workbook of a form's version, which offers the answers of each question."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = f"{form.id} v{version}"[:31]
    titles = header(form, lang)
    page.append([safe(title) for title in titles])
    for cell in page[1]:
        cell.data_type = "s"  # a text stays one, whatever it begins with
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "B2"
    first = len(titles) - 2 - len(form.items)
    for place in range(1, len(titles) + 1):
        page.column_dimensions[get_column_letter(place)].width = _WIDE
    for place, item in enumerate(form.items, first + 1):
        if offered := _offered(item, lang):
            rule = DataValidation("list", formula1=f'"{offered}"', allow_blank=True)
            letter = get_column_letter(place)
            rule.add(f"{letter}2:{letter}{_OFFERED}")
            page.add_data_validation(rule)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _offered(item: Item, lang: str) -> str:
    """The answers of a question of which one is chosen, as Excel lists them; "" where it cannot."""
    zh = lang == "zh"
    told = []
    if item.kind in ("yes_no", "fatal"):
        told = ["是", "否"] if zh else ["yes", "no"]
    if item.kind == "choice":
        told = [option.name.zh if zh else option.name.en for option in item.options]
    told += ["不适用" if zh else "n/a"] if told and item.na else []
    listed = ",".join(told)
    return "" if '"' in listed or len(listed) > 250 or any("," in word for word in told) else listed


def preview(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    name: str,
    version: int,
    file: str,
    content: bytes,
    now: float,
    refused: str = "",
) -> Seen:
    """Read and judge a file of a form's version; nothing is written. Raises VersionError.

    ``refused``: why it did not come as it was sent (``uploads.refusal``).
    """
    viewer.needs(Right.QA_PLAN)
    viewer.needs_whole()
    form = versions.version(engine, viewer.site, "form", name, version).form
    shown = file[-_FILE_MAX:]
    digest = hashlib.sha256(content).hexdigest()
    found = _read(engine, config, form, shown, content, now, refused)
    with engine.connect() as connection:
        found = _fresh(connection, viewer.site, form, shown, found)
        before = rows.same_content(connection, viewer.site, digest)
    problems = sorted(found.problems, key=lambda problem: problem.line)
    return Seen(form, version, shown, digest, found.sheets, problems, found.lines, before)


def _read(
    engine: Engine, config: FloorConfig, form: Form, file: str, content: bytes, now: float, refused: str
) -> Read:
    try:
        if refused:
            raise Unreadable(refused, most=BYTES_MAX // 1_000_000)
        lines = meant(read_lines(content))
    except Unreadable as error:
        zh, en = (error.fault.why(lang) for lang in ("zh", "en"))
        return Read([], [Problem(file, error.fault.line, "", en, zh)], 0)
    if len(lines) > MOST + 1:
        why = f"has more than {MOST:,} forms", f"超过 {MOST:,} 份"
        return Read([], [Problem(file, 0, "", *why)], len(lines) - 1)
    known = site_names(engine, config, config.site)
    names = {"agents": known.agents, "queues": known.queues}
    return read(form, file, lines, names, config.zone, now)


def _fresh(connection: Connection, site: str, form: Form, file: str, found: Read) -> Read:
    """Without the forms that are in already, or stand in the file twice: each is a problem."""
    if not found.sheets:
        return found
    instants = [sheet.call_at for sheet in found.sheets]
    known = rows.imported(connection, site, form.id, min(instants), max(instants))
    kept, problems, here = [], list(found.problems), set()
    for sheet in found.sheets:
        key = (sheet.agent, sheet.call_at, sheet.about[:_ABOUT_MAX], sheet.reviewer, form.id)
        if key in known:
            why = "is in already: the same agent, call and reviewer", "已经导入过：坐席、通话时间和质检员相同"
            problems.append(Problem(file, sheet.line, "", *why))
        elif key in here:
            why = "stands in the file twice", "在文件里出现了两次"
            problems.append(Problem(file, sheet.line, "", *why))
        else:
            kept.append(sheet)
        here.add(key)
    return Read(kept, problems, found.lines)


def take_in(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    seen: Seen,
    who: str,
    why: str,
    now: float,
    *,
    good_lines: bool = False,
) -> Outcome:
    """Write what a preview showed. ``good_lines``: although others are bad.

    Raises PeopleError: ``no_who``, ``no_why``, ``import_no_lines``, ``import_bad_lines``.
    """
    viewer.needs(Right.QA_PLAN)
    viewer.needs_whole()
    by, words = named(name_of(viewer, who)), said(why)
    if not seen.sheets:
        raise PeopleError("import_no_lines")
    if not (seen.clean or good_lines):
        raise PeopleError("import_bad_lines")
    with writing(engine) as connection:
        if before := rows.same_content(connection, viewer.site, seen.digest):
            return Outcome(before.id, 0, known=True)
        filled = _filled(connection, config, seen, now)
        if not filled:
            raise PeopleError("import_no_lines")
        numbers = keep_filled(connection, config, filled, {(seen.form.id, seen.version): seen.form})
        days = sorted({day_number(business_date(config, one.call_at)) for one in filled})
        values = {
            "form": seen.form.id, "version": seen.version, "file": seen.file, "digest": seen.digest,
            "forms": len(numbers), "first_day": days[0], "last_day": days[-1], "who": by, "why": words,
            "at": now,
        }  # fmt: skip
        number = rows.add(connection, viewer.site, values, numbers)
        settle(connection, config, days)
        _log(connection, viewer, number, Act.QA_SHEETS_TAKEN, by, None, _told(values), words, now)
    return Outcome(number, len(numbers))


def _filled(connection: Connection, config: FloorConfig, seen: Seen, now: float) -> list[Filled]:
    """The forms as they are kept; those that came in meanwhile are left out."""
    fresh = _fresh(connection, config.site, seen.form, seen.file, Read(seen.sheets, [], 0)).sheets
    told = terms(connection, config)
    return [
        Filled(
            "import", seen.form.id, seen.version, one.agent,
            told.team_on(one.agent, day_number(business_date(config, one.call_at))), one.queue, one.call_at,
            one.reviewer[:_REVIEWER_MAX], one.answers, one.at or now, summary=one.summary[:_SUMMARY_MAX],
            about=one.about[:_ABOUT_MAX],
        )
        for one in fresh
    ]  # fmt: skip


def undo(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> int:
    """Take a file's forms back; returns how many. Those that were taken back by themselves stay so.

    Raises PeopleError: ``no_who``, ``no_why``, ``import_unknown``, ``import_undone``.
    """
    return _turn(engine, viewer, config, number, who, why, now, back=True)


def restore(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> int:
    """Let them count again; returns how many.

    Raises PeopleError: ``no_who``, ``no_why``, ``import_unknown``, ``import_counts``, ``import_again`` (the
    same content was brought in anew since).
    """
    return _turn(engine, viewer, config, number, who, why, now, back=False)


def _turn(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    number: int,
    who: str,
    why: str,
    now: float,
    *,
    back: bool,
) -> int:
    viewer.needs(Right.QA_PLAN)
    viewer.needs_whole()
    by, words = named(name_of(viewer, who)), said(why)
    with writing(engine) as connection:
        batch = rows.find(connection, viewer.site, number)
        if batch is None:
            raise PeopleError("import_unknown")
        if back != (batch.undone_at is None):
            raise PeopleError("import_undone" if back else "import_counts")
        if not back and rows.same_content(connection, viewer.site, batch.digest):
            raise PeopleError("import_again")
        state = qa_scores.SUBMITTED if back else qa_scores.VOID
        found = rows.scores_of(connection, viewer.site, number, state)
        keys = [row.id for row in found]
        rows.turn(connection, viewer.site, number, keys, now if back else None, by if back else "")
        for row in found:
            _count_lines(connection, engine, viewer, row.id)
        settle(connection, config, {row.day for row in found})
        act = Act.QA_SHEETS_UNDONE if back else Act.QA_SHEETS_RESTORED
        before, after = {"counts": back}, {"counts": not back, "forms": len(found)}
        _log(connection, viewer, number, act, by, before, after, words, now)
        return len(found)


def _count_lines(connection: Connection, engine: Engine, viewer: Viewer, number: int) -> None:
    """Keep a score's lines where it counts, none where it does not."""
    row = qa_scores.find(connection, number, [])
    assert row is not None
    qa_scores.keep_lines(connection, viewer.site, row, lines_of(result_of(engine, viewer.site, row)))


def list_batches(engine: Engine, viewer: Viewer, limit: int = 100) -> list[Batch]:
    """The files that were taken in, latest first."""
    viewer.needs(Right.QA_PLAN)
    viewer.needs_whole()
    with engine.connect() as connection:
        found = rows.listed(connection, viewer.site, limit)
    return [msgspec.structs.replace(one, why=viewer.words(one.why)) for one in found]


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: date_of(values[name]) for name in ("first_day", "last_day")}
    return {
        "form": f"{values['form']} v{values['version']}",
        "file": values["file"],
        "forms": values["forms"],
        **days,
    }


def _log(
    connection: Connection,
    viewer: Viewer,
    number: int,
    act: Act,
    who: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    why: str,
    now: float,
) -> None:
    by = acting(who, viewer)
    record(connection, by, act, f"qa_sheets/{number}", before, after, why, now, site=viewer.site)
