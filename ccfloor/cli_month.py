"""``ccfloor kpi month``, ``kpi calls`` and ``kpi call``: from a month's figures down to one call."""

import time
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from ccfloor.cli_common import UNKNOWN, Context, Db, Json, Lang, Site, context, fail, show_json, table
from ccfloor.cli_targets import ScopeText, scope_of
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.fields import origin
from ccfloor.kpi.period import Period, month_of, period
from ccfloor.kpi.scope import KINDS
from ccfloor.service.counting import count_first
from ccfloor.service.known_scope import UnknownScopeError, check_scope
from ccfloor.service.kpi_month import Line, kpi_table, members
from ccfloor.service.kpi_rows import row_told, table_told
from ccfloor.store.call_list import WHICH, call_list
from ccfloor.store.queries import call_life
from ccfloor.store.viewer import Viewer
from ccfloor.ui.definitions_words import bound_text
from ccfloor.ui.kpi_words import name_text, value_text
from ccfloor.ui.texts import Lang as Tongue
from ccfloor.ui.texts import language, text

PeriodText = Annotated[
    str, typer.Option("--period", "--month", help="2026-11, 2026-W47, 2026-11-22 or a half hour.")
]


class _Place:
    """What kpi_table asks of a service."""

    def __init__(self, found: Context) -> None:
        self.engine, self.config, self.settings = found.engine, found.config, found.settings

    def floor_now(self) -> float:
        """UTC epoch seconds."""
        return time.time()


def add_to(app: typer.Typer) -> None:
    """Add the commands to ``ccfloor kpi``."""
    app.command()(month)
    app.command()(calls)
    app.command()(call)


def month(
    which: Annotated[str, typer.Argument(metavar="[PERIOD]", help="The same as --period.")] = "",
    name: PeriodText = "",
    about: ScopeText = "site",
    below: Annotated[str, typer.Option("--members", help="queue, team or agent: one row each.")] = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """The KPIs of a month, week, day or half hour: value, target, verdict, changes."""
    found, who = context(db, site), scope_of(about)
    of = _period(found.config, name or which)
    viewer, place = Viewer(site=found.config.site, may_see_numbers=True), _Place(found)
    kind = next((one for one in KINDS[1:] if one == below), None)
    if below and kind is None:
        fail(f"unknown members {below}; there are queue, team, agent")
    try:
        check_scope(place, viewer, who)
        count_first(found.engine, found.config, of)
        if kind is not None:
            rows = [row_told(row) for row in members(place, viewer, of, kind, who)]
            return show_json(rows) if as_json else typer.echo("\n".join(table(rows)))
        told = kpi_table(place, viewer, of, who)
    except UnknownScopeError as error:
        fail(str(error), UNKNOWN)
    except ValueError as error:
        fail(str(error))
    if as_json:
        show_json(table_told(told))
    else:
        tongue = language(lang)
        typer.echo("\n".join(table([_row(line, tongue) for line in told.lines])))
    return None


def _row(line: Line, lang: Tongue) -> dict[str, Any]:
    light = text(f"report.light.{line.light}", lang) if line.light != "none" else "–"
    absent = line.result.missing if line.result.value is None else ()
    missing = ", ".join(dict.fromkeys(origin(field) for field in absent))
    return {
        "id": line.kpi.id,
        "name": name_text(line.kpi, lang),
        "value": value_text(line.kpi, line.result.value),
        "target": bound_text(line.kpi, line.bound, lang),
        "light": light,
        "before": value_text(line.kpi, line.before.value),
        "missing": missing,
    }


def calls(
    name: PeriodText = "",
    about: ScopeText = "site",
    which: Annotated[str, typer.Option(help=", ".join(WHICH))] = "all",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """The calls behind a number, in order of time; numbers masked."""
    found, who = context(db, site), scope_of(about)
    of = _period(found.config, name)
    chosen = next((one for one in WHICH if one == which), None)
    if chosen is None:
        fail(f"unknown calls {which}; there are {', '.join(WHICH)}")
    viewer = Viewer(site=found.config.site)
    try:
        check_scope(_Place(found), viewer, who)
    except UnknownScopeError as error:
        fail(str(error), UNKNOWN)
    listed = call_list(found.engine, viewer, found.config, who, of.start, of.end, which=chosen, limit=limit)
    rows = [
        {"key": f"{row.source}-{row.position}", **{name: getattr(row, name) for name in _SHOWN}}
        for row in listed.rows
    ]
    if as_json:
        return show_json({"total": listed.total, "calls": rows})
    shown = [{name: _told(found, name, value) for name, value in row.items()} for row in rows]
    typer.echo("\n".join(table(shown)))
    return typer.echo(f"{len(rows)} of {listed.total}")


def _told(found: Context, name: str, value: Any) -> Any:
    """A value for people: instants by the site's clock; what has not come is empty."""
    if name != "at" and not name.endswith("_at"):
        return value
    zone = ZoneInfo(found.config.zone)
    return datetime.fromtimestamp(value, zone).isoformat(" ", "seconds") if value else ""


_SHOWN = ("entered_at", "queue", "number", "outcome", "agent", "wait_ms", "talk_ms", "hold_ms", "acw_ms")


def call(
    key: Annotated[str, typer.Argument(help="As in the list of calls: SOURCE-POSITION.")],
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """One call's life: the call, its ringings, and every line of the journal about it."""
    found = context(db, site)
    source, _, position = key.partition("-")
    life = None
    if len(key) <= 40 and source.isdecimal() and position.isdecimal():
        life = call_life(
            found.engine, Viewer(site=found.config.site), found.config, int(source), int(position)
        )
    if life is None:
        fail(f"there is no call {key}")
    if as_json:
        return show_json({"call": life.row, "legs": life.legs, "lines": life.lines})
    row = {name: _told(found, name, value) for name, value in msgspec.structs.asdict(life.row).items()}
    typer.echo("\n".join(f"{name}: {value}" for name, value in row.items() if value not in ("", 0, None)))
    lines = [
        {
            "at": _told(found, "at", line.at),
            "event": str(line.event.__struct_config__.tag),
            "place": f"{line.source}@{line.position}",
        }
        for line in life.lines
    ]
    return typer.echo("\n".join(table(lines)))


def _period(config: FloorConfig, name: str) -> Period:
    try:
        return period(config, name) if name else month_of(config, time.time())
    except ValueError as error:
        fail(str(error))
