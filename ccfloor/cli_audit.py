"""``python -m ccfloor audit``: is the log as it was written, what does it tell, and as a file."""

import csv
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from sqlalchemy import Engine

from ccfloor.access.acts import Act, acts_of
from ccfloor.cli_common import CLEAN, FAILED, Context, Db, Json, Lang, Site, context, fail, show_json, table
from ccfloor.service import audit
from ccfloor.service.audit_check import check
from ccfloor.service.instants import instant
from ccfloor.store.audit import Place, Wanted, Written
from ccfloor.store.viewer import Viewer
from ccfloor.ui.audit_words import COLUMNS, Words, chain_words, file_row
from ccfloor.ui.export import excel_bytes, safe
from ccfloor.ui.texts import language, text

app = typer.Typer(
    no_args_is_help=True, help="The audit log: who did what, when, from where, with what result."
)
Who = Annotated[str, typer.Option("--who", help="Who did it.")]
What = Annotated[str, typer.Option("--act", help="An act (rule.saved) or a group of them (rule).")]
About = Annotated[str, typer.Option("--about", help="What it was done to: kind/name, as rule/ring-slow.")]
Source = Annotated[str, typer.Option("--source", help="The address it came from.")]
Start = Annotated[str, typer.Option("--from", help="First day or instant.")]
End = Annotated[str, typer.Option("--to", help="Day or instant at which it ends (not included).")]
Told = Annotated[str, typer.Option("--words", help="Words in the object, the change or the reason.")]
_AT_ONCE = 5000
_EXCEL_ROWS = 1_000_000


@app.command()
def verify(
    head: Annotated[str, typer.Option("--head", help="A hash noted before: it must still be there.")] = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Go through the whole chain; ends with 1 where it does not hold, and says where."""
    found = context(db, site)
    checked = check(found.engine, found.config.site, time.time(), head.strip().lower())
    if as_json:
        show_json({**checked._asdict(), "holds": not checked.fault})
    else:
        typer.echo(chain_words(checked, Words(found.config, language(lang))))
    raise typer.Exit(FAILED if checked.fault else CLEAN)


@app.command(name="list")
def list_(
    who: Who = "",
    act: What = "",
    about: About = "",
    source: Source = "",
    start: Start = "",
    end: End = "",
    told: Told = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="So many, the newest first.")] = 50,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """The newest entries that fit."""
    found = context(db, site)
    wanted = _wanted(found, lang, Wanted(who, (), about, source, words=told), (act, start, end))
    entries = list(islice(_entries(found.engine, found.config.site, wanted), limit))
    if as_json:
        show_json([_as_told(one) for one in entries])
        return
    words = Words(found.config, language(lang))
    header = [text(f"audit.col.{name}", words.lang) for name in COLUMNS[:-1]]
    lines = [dict(zip(header, map(_flat, file_row(one, words)), strict=False)) for one in entries]
    typer.echo("\n".join(table(lines)) or text("audit.none", words.lang))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write: .csv or .xlsx.")],
    who: Who = "",
    act: What = "",
    about: About = "",
    source: Source = "",
    start: Start = "",
    end: End = "",
    told: Told = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
) -> None:
    """Every entry that fits, as a file that a spreadsheet opens safely."""
    if file.suffix not in (".csv", ".xlsx"):
        fail("the file is to end in .csv or .xlsx")
    found = context(db, site)
    wanted = _wanted(found, lang, Wanted(who, (), about, source, words=told), (act, start, end))
    args = (audit.acting(), Act.EXPORT_TAKEN, f"export/{file.name}", {"format": file.suffix[1:]}, "")
    audit.record_alone(found.engine, *args, time.time(), site=found.config.site)
    words = Words(found.config, language(lang))
    rows = (file_row(one, words) for one in _entries(found.engine, found.config.site, wanted))
    count = _write(file, words, rows)
    typer.echo(text("audit.exported", words.lang, file=file, n=f"{count:,}"))


def _wanted(found: Context, lang: str, wanted: Wanted, more: tuple[str, str, str]) -> Wanted:
    act, start, end = more
    acts = acts_of(act)
    if act and not acts:
        fail(text("audit.bad_act", language(lang), act=act))
    zone = found.config.zone
    try:
        since = instant(start, zone) if start else 0.0
        until = instant(end, zone) if end else float("inf")
    except ValueError as error:
        fail(str(error))
    return wanted._replace(acts=acts, start=since, end=until)


def _entries(engine: Engine, site: str, wanted: Wanted) -> Iterator[Written]:
    """All that fit, newest first, read a few thousand at a time."""
    viewer = Viewer(site=site)
    below: Place | None = None
    while True:
        found = audit.find(engine, viewer, wanted, _AT_ONCE, below)
        yield from found.rows
        below = found.more
        if below is None:
            return


def _write(file: Path, words: Words, rows: Iterator[list[Any]]) -> int:
    header = [text(f"audit.col.{name}", words.lang) for name in COLUMNS]
    count = 0

    def counted(most: int | None = None) -> Iterator[list[Any]]:
        nonlocal count
        for row in islice(rows, most):
            count += 1
            yield row

    if file.suffix == ".xlsx":
        file.write_bytes(excel_bytes(text("page.audit", words.lang), header, counted(_EXCEL_ROWS)))
        return count
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows([safe(cell) for cell in row] for row in counted())
    return count


def _as_told(one: Written) -> dict[str, Any]:
    told = one.entry._asdict() | {"hash": one.hash}
    for name in ("before", "after"):
        told[name] = msgspec.json.decode(told[name]) if told[name] else None
    return told


def _flat(cell: Any) -> Any:
    return " · ".join(cell.splitlines()) if isinstance(cell, str) else cell
