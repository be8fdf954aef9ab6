"""``python -m ccfloor kpi import …``: data that no switch tells, from CSV and Excel files."""

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from ccfloor.cli_common import (
    BAD_LINES,
    CLEAN,
    FAILED,
    Context,
    Db,
    Json,
    Lang,
    Site,
    context,
    fail,
    show_json,
    table,
)
from ccfloor.kpi.dataset import Dataset
from ccfloor.kpi.datasets import DATASETS
from ccfloor.kpi.period import date_of
from ccfloor.service import importing_kpi as importing
from ccfloor.service.data_templates import csv_template, excel_template
from ccfloor.service.importing_kpi import Preview
from ccfloor.service.instants import instant
from ccfloor.service.people_log import PeopleError
from ccfloor.store.imports import Taken
from ccfloor.store.viewer import Viewer
from ccfloor.ui.texts import language, text

Which = Annotated[str, typer.Option("--dataset", help="What the file holds; `kpi templates` lists them.")]
Who = Annotated[str, typer.Option("--who", help="Who does it; kept with the import.")]
Why = Annotated[str, typer.Option("--why", help="Reason; kept with the import.")]
Number = Annotated[
    int, typer.Argument(metavar="NUMBER", help="Number of the import, as `kpi imports` lists it.")
]
_TOLD = 200  # sentences about bad lines; the rest is counted


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``kpi``."""
    app.command("import")(import_)
    app.command("imports")(list_)
    app.command("undo")(undo)
    app.command("restore")(restore)
    app.command("templates")(templates)


def import_(
    file: Annotated[Path, typer.Argument(help="CSV or Excel (.xlsx).")],
    dataset: Which,
    who: Who,
    why: Why = "",
    good_lines: Annotated[
        bool, typer.Option("--good-lines", help="Take the good lines though others are bad.")
    ] = False,
    check_only: Annotated[
        bool, typer.Option("--check", help="Only say what is wrong and what would change.")
    ] = False,
    covers: Annotated[str, typer.Option(help="FIRST..LAST day of which the file tells, rows or none.")] = "",
    lang: Lang = "en",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Take a file in, as a whole or not at all. Bad lines are listed, and it ends with 2 if there are any."""
    kind, content = _dataset(dataset), _content(file)
    found, now = context(db, site), time.time()
    seen = importing.preview(found.engine, found.config, kind, file.name, content, now)
    for sentence in seen.faults(lang)[:_TOLD]:
        typer.echo(sentence, err=True)
    told: dict[str, Any] = {"dataset": kind.id, "file": file.name, "id": 0, "rows": 0, "known": False}
    if not check_only and (seen.clean or good_lines or covers):
        days = _days(covers) if covers else None
        try:
            done = importing.take_in(
                found.engine, found.config, seen, who, why, now, good_lines=good_lines, covers=days
            )
        except PeopleError as error:
            _refuse(error, lang)
        told |= {"id": done.id, "rows": done.rows, "known": done.known}
    _tell(seen, told, check_only, lang, as_json)
    told_of_nothing = told["id"] and not seen.checked.lines
    raise typer.Exit(BAD_LINES if seen.checked.faults and not told_of_nothing else CLEAN)


def _tell(seen: Preview, told: dict[str, Any], check_only: bool, lang: str, as_json: bool) -> None:
    effect = seen.effect
    if as_json:
        bad = [{"line": f.line, "column": f.column, "why": f.why(lang)} for f in seen.checked.faults]
        show_json({**told, "lines": seen.checked.lines, **effect._asdict(), "bad": bad})
        return
    details: dict[str, object] = {**told, **effect._asdict(), "lines": seen.checked.lines}
    details["bad"] = len({fault.line for fault in seen.checked.faults})
    code = "known" if told["known"] else "done" if told["id"] else "checked" if check_only else "nothing"
    typer.echo(text(f"imports.cli.{code}", language(lang), **details))


def list_(
    dataset: Annotated[str, typer.Option(help="Only of this dataset.")] = "",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """The imports so far, latest first, also those undone."""
    found = context(db, site)
    taken = importing.imports(found.engine, Viewer(site=found.config.site), dataset)
    if as_json:
        show_json([item._asdict() for item in taken])
    else:
        typer.echo("\n".join(table([_row(item, found) for item in taken])))


def _row(item: Taken, found: Context) -> dict[str, object]:
    at = datetime.fromtimestamp(item.at, ZoneInfo(found.config.zone))
    days = "–" if not item.first_day else f"{_shown(item.first_day)}..{_shown(item.last_day)}"
    undone = "" if item.undone_at is None else f"{item.undone_by}: {item.undone_why}"
    return {
        "number": item.id,
        "at": f"{at:%Y-%m-%d %H:%M}",
        "dataset": item.dataset,
        "file": item.file,
        "rows": item.rows,
        "days": days,
        "who": item.who,
        "undone": undone,
    }


def _shown(day: int) -> str:
    return date_of(day).isoformat() if day % 100 else f"{day // 10_000}-{day // 100 % 100:02}"


def undo(number: Number, who: Who, why: Why, lang: Lang = "en", db: Db = None, site: Site = None) -> None:
    """Take a whole import out again: its rows no longer count, those it had replaced do."""
    found = context(db, site)
    try:
        taken = importing.undo_import(found.engine, found.config, number, who, why, time.time())
    except PeopleError as error:
        _refuse(error, lang)
    typer.echo(text("imports.undone", language(lang), number=number, file=taken.file, rows=taken.rows))


def restore(number: Number, who: Who, why: Why, lang: Lang = "en", db: Db = None, site: Site = None) -> None:
    """Let an import that was undone count again."""
    found = context(db, site)
    try:
        taken = importing.restore_import(found.engine, found.config, number, who, why, time.time())
    except PeopleError as error:
        _refuse(error, lang)
    typer.echo(text("imports.restored", language(lang), number=number, file=taken.file, rows=taken.rows))


def templates(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to write them; without it they are listed.")
    ] = None,
    dataset: Annotated[str, typer.Option(help="Only this one.")] = "",
    form: Annotated[str, typer.Option("--format", help="csv or xlsx.")] = "xlsx",
    lang: Lang = "zh",
) -> None:
    """Empty files with the header each dataset wants; or the list of datasets and the fields they give."""
    kinds = [_dataset(dataset)] if dataset else list(DATASETS.values())
    if form not in ("csv", "xlsx"):
        fail(f"{form!r} is neither csv nor xlsx")
    if folder is None:
        rows = [
            {"dataset": k.id, "name": k.named(lang), "fields": " ".join(k.fields) or "roster"} for k in kinds
        ]
        typer.echo("\n".join(table(rows)))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        made = csv_template(kind, lang) if form == "csv" else excel_template(kind, lang)
        path = folder / f"{kind.id}.{form}"
        path.write_bytes(made)
        typer.echo(str(path))


def _dataset(name: str) -> Dataset:
    if name not in DATASETS:
        fail(f"there is no dataset {name!r}; there are {', '.join(DATASETS)}")
    return DATASETS[name]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: cannot be read: {error.strerror}")


def _days(words: str) -> tuple[int, int]:
    first, _, last = words.partition("..")
    try:
        for day in (first, last):
            instant(day, "UTC")
        return int(first.replace("-", "")), int(last.replace("-", ""))
    except ValueError:
        fail(f"{words!r} are no days such as 2026-11-01..2026-11-30")


def _refuse(error: PeopleError, lang: str) -> NoReturn:
    typer.echo(text(f"people.error.{error.code}", language(lang)), err=True)
    raise SystemExit(FAILED)
