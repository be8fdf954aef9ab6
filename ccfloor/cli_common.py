"""What every command line of ccfloor needs: settings and database at hand, sentences, JSON, exit codes."""

import getpass
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn
from unicodedata import east_asian_width

import msgspec
import typer
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.service.access.identity import Identity, acting_as
from ccfloor.service.audit import COMMAND_LINE, Actor, acting
from ccfloor.service.settings import Settings, load
from ccfloor.service.site import load_site
from ccfloor.store.accounts import Names
from ccfloor.store.engine import BUSY_S, open_engine
from ccfloor.store.migrate import upgrade
from ccfloor.ui.texts import language, text

Db = Annotated[str | None, typer.Option("--db", metavar="URL", help="Database URL or SQLite file.")]
Site = Annotated[str | None, typer.Option("--site", help="Site id.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Lang = Annotated[str, typer.Option("--lang", help="zh or en.")]
Why = Annotated[str, typer.Option("--why", help="Why, for the log.")]
Who = Annotated[str, typer.Option("--who", help="Who does it; the user of this computer if left out.")]
BY_HAND = "from the command line"  # why, where nobody says it
CLEAN, FAILED, BAD_LINES = 0, 1, 2
UNKNOWN = 2  # a name that is none of the site: as where a command does not know an option


@dataclass
class Context:
    """What most commands need: settings, the site's files, an open and current database."""

    settings: Settings
    config: FloorConfig
    engine: Engine


def context(db: str | None, site: str | None = None, busy_s: float = BUSY_S, **given: Any) -> Context:
    """Read the settings and open the database at the current schema; ``busy_s`` as of ``open_engine``."""
    settings = load(db=db, site__id=site, **given)
    config = load_site(settings.site)
    engine = open_engine(settings.db, busy_s)
    upgrade(engine)
    return Context(settings, config, engine)


def at_the_machine() -> Identity:
    """Who types commands: whoever sits at the server is the owner of the database in any case."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid {os.getuid()}"
    return Identity(name=name, role=Role.SYSTEM, source=COMMAND_LINE)


def actor(who: str) -> Actor:
    """Who acts by a command: under the name that it gives, else the user of this computer."""
    with acting_as(at_the_machine()):
        return acting(who)


def names_of(told: str | None, lang: str) -> Names:
    """Names told with commas; None, which is all of them, where nothing is told.

    Nothing between the commas is no word for all of them: it ends the command.
    """
    if told is None:
        return None
    names = frozenset(name.strip() for name in told.split(",") if name.strip())
    return names or fail(text("cli.no_names", language(lang)))


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Say what is wrong and end with an error code."""
    typer.echo(sentence, err=True)
    raise SystemExit(code)


def first_line(error: Exception) -> str:
    """The first line of an error, without the statement and its parameters."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def table(rows: list[dict[str, Any]]) -> Iterable[str]:
    """Rows as aligned columns; what is undefined is a dash."""
    if not rows:
        return
    names = list(rows[0])
    lines = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(_width(line[index]) for line in lines) for index in range(len(names))]
    for line in lines:
        yield "  ".join(" " * (width - _width(cell)) + cell for cell, width in zip(line, widths, strict=True))


def _width(cell: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(1 + (east_asian_width(sign) in "WF") for sign in cell)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 1000 else str(value)
