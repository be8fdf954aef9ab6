"""``python -m ccfloor display``: links for walls, from the server's own command line."""

import time
from typing import Annotated, Any, NoReturn

import typer

from ccfloor.access.board import BOARDS
from ccfloor.cli_common import (
    BY_HAND,
    Context,
    Db,
    Json,
    Lang,
    Site,
    Who,
    Why,
    actor,
    context,
    fail,
    names_of,
    show_json,
    table,
)
from ccfloor.service.access import displays
from ccfloor.service.access.displays import DisplayError, Draft
from ccfloor.store.displays import Display
from ccfloor.store.viewer import Viewer
from ccfloor.ui.history_words import moment
from ccfloor.ui.texts import language, text

app = typer.Typer(no_args_is_help=True, help="Links for walls: each shows one board and looks only.")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Where it hangs.")],
    board: Annotated[str, typer.Option("--board", help=" or ".join(BOARDS) + ".")] = BOARDS[0],
    queues: Annotated[
        str | None, typer.Option("--queues", help="Queues, with commas; left out: all.")
    ] = None,
    teams: Annotated[str | None, typer.Option("--teams", help="Teams, with commas; left out: all.")] = None,
    numbered: Annotated[bool, typer.Option("--numbered", help="Agents by seat number, not by name.")] = False,
    who: Who = "",
    why: Why = BY_HAND,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
) -> None:
    """A new link, printed once; it stands until it is revoked."""
    found = context(db, site)
    draft = Draft(name, board, names_of(queues, lang), names_of(teams, lang), numbered)
    args = (_viewer(found), draft, actor(who), why, time.time())
    try:
        made, token = displays.add_display(found.engine, found.config, *args)
    except DisplayError as error:
        _refuse(error, lang)
    typer.echo(text("display.made", language(lang), name=made.name, id=made.id))
    typer.echo(displays.link(displays.home_of(found.settings), made, token, language(lang)))


@app.command(name="list")
def list_(lang: Lang = "zh", db: Db = None, site: Site = None, as_json: Json = False) -> None:
    """Every link: what it shows, when its wall was last seen, whether it stands."""
    found = context(db, site)
    everything = displays.displays_for(found.engine, _viewer(found))
    if as_json:
        show_json([_told(one) for one in everything])
    elif everything:
        typer.echo("\n".join(table([_line(one, found.config.zone, lang) for one in everything])))
    else:
        typer.echo(text("display.none", language(lang)))


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="The link's number, from the list.")],
    who: Who = "",
    why: Why = BY_HAND,
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
) -> None:
    """The link stands no longer, from this moment on."""
    found = context(db, site)
    try:
        args = (_viewer(found), number, actor(who), why, time.time())
        gone = displays.revoke_display(found.engine, *args)
    except DisplayError as error:
        _refuse(error, lang)
    typer.echo(text("display.revoke.done", language(lang), name=gone.name))


def _viewer(found: Context) -> Viewer:
    return Viewer(site=found.settings.site.id)


def _refuse(error: DisplayError, lang: str) -> NoReturn:
    fail(text(f"display.error.{error.code}", language(lang), boards=", ".join(BOARDS)))


def _told(display: Display) -> dict[str, Any]:
    told = display._asdict()
    return told | {
        part: sorted(told[part]) if told[part] is not None else None for part in ("queues", "teams")
    }


def _line(display: Display, zone: str, lang: str) -> dict[str, Any]:
    return {
        "id": display.id,
        "name": display.name,
        "board": display.board,
        "queues": ",".join(sorted(display.queues)) if display.queues is not None else None,
        "teams": ",".join(sorted(display.teams)) if display.teams is not None else None,
        "agents": text(f"display.by_{'number' if display.numbered else 'name'}", language(lang)),
        "seen": moment(display.seen_at, zone),
        "revoked": moment(display.revoked_at or 0.0, zone),
    }
