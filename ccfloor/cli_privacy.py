"""``python -m ccfloor privacy``: how long numbers and recordings are kept, and clearing the old ones now."""

import time
from typing import Annotated

import typer

from ccfloor.cli_common import Db, Json, Lang, Site, context, fail, show_json
from ccfloor.service import privacy
from ccfloor.service.audit import acting
from ccfloor.service.qa.listening import clear_recordings
from ccfloor.store.clearing import Cleared
from ccfloor.ui.history_words import moment
from ccfloor.ui.texts import language, text

app = typer.Typer(
    no_args_is_help=True, help="Callers' numbers: how long they are kept, and clearing old ones."
)


@app.command()
def run(
    why: Annotated[str, typer.Option("--why", help="Why, for the log.")] = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Replace the numbers that are older than privacy.numbers_days by hashes, and delete the recordings that
    were uploaded longer ago than qa.recordings_days, now.
    """
    found = context(db, site)
    days, kept = found.settings.privacy.numbers_days, found.settings.qa.recordings_days
    if not days and not kept:
        fail(text("privacy.off", language(lang)))
    told = (found.settings, found.engine, time.time(), acting(), why)
    gone = clear_recordings(*told)
    _tell(privacy.run(*told), gone, days, kept, lang, as_json)


def _tell(done: Cleared, gone: int, days: int, kept: int, lang: str, as_json: bool) -> None:
    if as_json:
        show_json(done._asdict() | ({"recordings": gone} if kept else {}))
        return
    counts = {name: f"{count:,}" for name, count in done._asdict().items()}
    if days:
        typer.echo(text("privacy.done", language(lang), days=days, **counts))
    if kept:
        typer.echo(text("privacy.recordings.done", language(lang), days=kept, n=f"{gone:,}"))


@app.command()
def status(lang: Lang = "zh", db: Db = None, site: Site = None, as_json: Json = False) -> None:
    """How far numbers are cleared, and whether older ones are left."""
    found = context(db, site)
    kept = privacy.status(found.settings, found.engine, time.time())
    if as_json:
        show_json({"days": kept.days, **kept.edge._asdict(), "left": kept.left})
        return
    tongue = language(lang)
    typer.echo(text("privacy.days", tongue, days=kept.days) if kept.days else text("privacy.off", tongue))
    if kept.edge.at:
        at, until = (moment(one, found.config.zone) for one in (kept.edge.at, kept.edge.until))
        typer.echo(text("privacy.until", tongue, at=at, until=until, rows=f"{kept.edge.cleared:,}"))
    if kept.days:
        typer.echo(text("privacy.left", tongue, n=f"{kept.left:,}"))
