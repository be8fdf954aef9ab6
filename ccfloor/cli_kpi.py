"""``python -m ccfloor kpi …``: the catalogue of KPIs and the site's targets."""

import time
from typing import Annotated, Any

import typer

from ccfloor.cli_common import Context, Db, Json, Lang, Site, context, fail, show_json, table
from ccfloor.cli_imports import add_to as add_imports
from ccfloor.kpi.book import KpiBook
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.period import business_date, day_number
from ccfloor.kpi.scope import Scope, scope
from ccfloor.service.kpi_site import site_book
from ccfloor.store.days import prepare_days
from ccfloor.store.facts import count_facts
from ccfloor.ui.definitions_words import bound_text
from ccfloor.ui.texts import language

app = typer.Typer(no_args_is_help=True, help="KPIs: the catalogue, targets, imports, a month, a call.")
add_imports(app)
ScopeText = Annotated[str, typer.Option("--scope", help="site, queue:ID, team:NAME or agent:NAME.")]


def book_of(found: Context) -> KpiBook:
    """The site's book of KPIs."""
    return site_book(found.engine, found.config, found.settings.site, time.time())


def scope_of(text: str) -> Scope:
    """The scope of a text; ends with one sentence where it is none."""
    try:
        return scope(text)
    except ValueError as error:
        fail(str(error))


def today(found: Context) -> int:
    """The site's business day as it is stored."""
    return day_number(business_date(found.config, time.time()))


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
