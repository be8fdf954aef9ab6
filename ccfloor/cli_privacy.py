"""``python -m ccfloor privacy``: how long callers' numbers are kept, and clearing the old ones now."""

import time
from typing import Annotated

import typer

from ccfloor.cli_common import Db, Json, Lang, Site, context, fail, show_json
from ccfloor.service import privacy
from ccfloor.service.audit import acting
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
    """Replace the numbers that are older than privacy.numbers_days by hashes, now."""
    found = context(db, site)
    days = found.settings.privacy.numbers_days
    if not days:
        fail(text("privacy.off", language(lang)))
    done = privacy.run(found.settings, found.engine, time.time(), acting(), why)
    _tell(done, days, lang, as_json)


def _tell(done: Cleared, days: int, lang: str, as_json: bool) -> None:
    if as_json:
        show_json(done._asdict())
    else:
        counts = {name: f"{count:,}" for name, count in done._asdict().items()}
        typer.echo(text("privacy.done", language(lang), days=days, **counts))


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
