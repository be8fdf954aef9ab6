"""``python -m ccfloor kpi …``: the catalogue of KPIs and the site's targets."""

from typing import Any

import typer

from ccfloor.cli_common import Db, Json, Lang, Site, context, show_json, table
from ccfloor.cli_imports import add_to as add_imports
from ccfloor.cli_month import add_to as add_month
from ccfloor.cli_targets import ScopeText, book_of, scope_of, today
from ccfloor.cli_targets import add_to as add_targets
from ccfloor.cli_teams import app as teams
from ccfloor.kpi.book import KpiBook
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.scope import Scope
from ccfloor.store.days import prepare_days
from ccfloor.store.facts import count_facts
from ccfloor.ui.definitions_words import bound_text
from ccfloor.ui.texts import language

app = typer.Typer(no_args_is_help=True, help="KPIs: the catalogue, targets, teams, imports, a month, a call.")
add_imports(app)
add_targets(app)
add_month(app)
app.add_typer(teams, name="team")


@app.command("list")
def list_(
    about: ScopeText = "site", lang: Lang = "zh", db: Db = None, site: Site = None, as_json: Json = False
) -> None:
    """The catalogue: name, formula, unit, direction, target in force, data needed."""
    found, of = context(db, site), scope_of(about)
    book, day = book_of(found), today(found)
    if as_json:
        show_json([_told(kpi, book, of, day) for kpi in book.kpis.values()])
    else:
        typer.echo("\n".join(table([_row(kpi, book, of, day, lang) for kpi in book.kpis.values()])))


def _told(kpi: Kpi, book: KpiBook, of: Scope, day: int) -> dict[str, Any]:
    bound, origin = book.bound(kpi.id, of, day)
    target = bound.model_dump(mode="json", exclude_defaults=True) if bound else None
    more = {"target": target, "target_of": origin, "variant_in_force": book.variant(kpi.id, of, day)}
    return {**kpi.model_dump(mode="json", exclude_defaults=True), "version": kpi.version, **more}


def _row(kpi: Kpi, book: KpiBook, of: Scope, day: int, lang: str) -> dict[str, Any]:
    bound, origin = book.bound(kpi.id, of, day)
    return {
        "id": kpi.id,
        "name": kpi.zh if lang == "zh" else kpi.en,
        "unit": kpi.unit,
        "target": bound_text(kpi, bound, language(lang)),
        "of": origin,
        "variant": book.variant(kpi.id, of, day),
        "v": str(kpi.version),
    }


@app.command()
def count(db: Db = None, site: Site = None) -> None:
    """Count the days that are over and have not been counted, or not by what is known now."""
    found = context(db, site)
    prepare_days(found.engine, found.config, found.config.site)

    def told(done: int, of: int) -> None:
        if done == of or done % 10 == 0:
            typer.echo(f"{done} of {of} days", err=True)

    counted = count_facts(found.engine, found.config, found.config.site, told=told)
    typer.echo(f"{counted} days counted")
