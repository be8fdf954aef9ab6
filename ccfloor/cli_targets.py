"""``python -m ccfloor kpi targets`` and ``target``: the site's own targets, who set them and why."""

import time
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from ccfloor.cli_common import Context, Db, Json, Lang, Site, context, fail, show_json, table
from ccfloor.kpi.book import Choice, ChoiceVersion, KpiBook
from ccfloor.kpi.model import Bound, Kpi
from ccfloor.kpi.period import business_date, day_number, period
from ccfloor.kpi.scope import Scope, scope
from ccfloor.service.kpi_site import first_of_month, site_book
from ccfloor.service.kpi_targets import Act, decide, take_back
from ccfloor.service.people_log import PeopleError
from ccfloor.store.viewer import Viewer
from ccfloor.ui import definitions_words as words
from ccfloor.ui.texts import language, text

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


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``kpi``."""
    app.command()(targets)
    app.command()(target)


def targets(
    kpi: Annotated[str, typer.Argument(metavar="[KPI]", help="One KPI; without it, all.")] = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Every decision of the site about targets: for whom, from when on, by whom and why."""
    found = context(db, site)
    book = book_of(found)
    asked = [one for one in book.kpis.values() if kpi in ("", one.id)]
    if not asked:
        fail(f"there is no KPI {kpi!r}; ccfloor kpi list names them")
    made = [(one, version) for one in asked for version in book.history(one.id)]
    if as_json:
        show_json([_version(version) for _, version in made])
    else:
        typer.echo("\n".join(table([_line(one, version, found, lang) for one, version in made])))


def _version(version: ChoiceVersion) -> dict[str, Any]:
    choice = version.choice.model_dump(mode="json", exclude_defaults=True) if version.choice else None
    return {**version._asdict(), "scope": str(version.scope), "choice": choice}


def _line(kpi: Kpi, version: ChoiceVersion, found: Context, lang: str) -> dict[str, Any]:
    return {
        "kpi": kpi.id,
        "scope": str(version.scope),
        "from": words.day_text(version.valid_from, language(lang)),
        "target": words.decided(kpi, version, language(lang)),
        "who": version.who,
        "why": version.why,
        "at": words.clock(version.at, found.config.zone),
    }


def target(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="Id of the KPI.")],
    who: Annotated[str, typer.Option(help="Who decides.")],
    why: Annotated[str, typer.Option(help="Why.")],
    about: ScopeText = "site",
    at_least: Annotated[float | None, typer.Option(help="In the KPI's unit; shares 0..1.")] = None,
    at_most: Annotated[float | None, typer.Option(help="In the KPI's unit; shares 0..1.")] = None,
    variant: Annotated[str, typer.Option(help="Variant that counts.")] = "",
    since: Annotated[str, typer.Option("--from", help="Month, 2026-12; without it, this one.")] = "",
    back: Annotated[bool, typer.Option("--take-back", help="Take back the decision of that month.")] = False,
    db: Db = None,
    site: Site = None,
) -> None:
    """Set a target of the site's own from a month on, or take one back."""
    found, of = context(db, site), scope_of(about)
    asked = book_of(found).kpis.get(kpi)
    if asked is None:
        fail(f"there is no KPI {kpi!r}; ccfloor kpi list names them")
    act = Act(who, why, time.time())
    day = _month(found, since) if since else first_of_month(found.config, act.now)
    place = (found.engine, Viewer(site=found.config.site), found.config, asked, of, day)
    try:
        if back:
            take_back(*place, act)
        else:
            bound = (
                None if at_least is None and at_most is None else Bound(at_least=at_least, at_most=at_most)
            )
            decide(*place, Choice(bound=bound, variant=variant), act)
    except ValidationError:
        fail("--at-least is above --at-most")
    except PeopleError as error:
        fail(text(f"people.error.{error.code}", "en"))
    typer.echo(f"{kpi} {of}: from {words.day_text(day, 'en')}")


def _month(found: Context, name: str) -> int:
    try:
        return day_number(period(found.config, name).day)
    except ValueError as error:
        fail(str(error))
