"""``python -m ccfloor staffing …``: the forecast of a day, and the seats it needs."""

import time
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from ccfloor.cli_advice import add_to as add_advice
from ccfloor.cli_common import UNKNOWN, Context, Db, Json, Lang, Site, context, fail, show_json, table
from ccfloor.cli_outlook import add_to as add_outlook
from ccfloor.floor.config import FloorConfig
from ccfloor.floor.view import FloorView
from ccfloor.kpi.period import business_date
from ccfloor.service.keeper import live_source
from ccfloor.service.staffing_today.day import Today
from ccfloor.service.staffing_today.half_hours import QueueDay
from ccfloor.service.staffing_today.job import TodayKeeper
from ccfloor.service.staffing_today.sheet import Line, Sheet, sheet
from ccfloor.staffing.volume import Basis
from ccfloor.store.viewer import Viewer
from ccfloor.ui import today_words
from ccfloor.ui.texts import Lang as Tongue
from ccfloor.ui.texts import language, text

app = typer.Typer(no_args_is_help=True, help="Staffing: the forecast of calls and the seats they need.")
add_outlook(app)
add_advice(app)
Day = Annotated[str, typer.Option("--day", metavar="2026-11-22", help="A business day; today if left out.")]
_EARLIEST, _LATEST = 1990, 2199  # years of which calendars and clocks can tell
Queue = Annotated[str, typer.Option("--queue", help="A queue; all together if left out.")]


@app.callback()
def staffing() -> None:
    """Commands about staffing."""


@app.command()
def forecast(
    day: Day = "",
    queue: Queue = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Calls expected, calls that came, seats needed, there and planned, by half hour.

    A day that was is told as it had been foreseen before it began; a day to come from what is known now.
    """
    found, tongue = context(db, site), language(lang)
    told = _of_day(found, _day(day, business_date(found.config, time.time()), tongue))
    if queue and queue not in told.queues:
        fail(text("cli.staffing.queue", tongue, queue=queue), UNKNOWN)
    made = sheet(told, Viewer(site=found.config.site), queue)
    if made is None:
        fail(text("today.none", tongue))
    if as_json:
        show_json(_json(made, found.config.zone))
        return
    rows = [_row(line, found.config.zone, tongue) for line in made.lines]
    typer.echo("\n".join(table(rows)))
    _notes(made, found.config, tongue)


def _notes(made: Sheet, config: FloorConfig, lang: Tongue) -> None:
    """What is not known, and what the forecast rests on; names may hold signs that a terminal would obey."""
    told = (today_words.lost_words, today_words.unforeseen_words, today_words.basis_words)
    for note in dict.fromkeys(words(made, config, lang) for words in told):
        if note:
            typer.echo("".join(one if one.isprintable() else " " for one in note))


def _day(told: str, today: date, lang: Tongue) -> date:
    try:
        found = date.fromisoformat(told) if told else today
    except ValueError:
        found = date.min
    if not _EARLIEST <= found.year <= _LATEST:
        fail(text("cli.staffing.day", lang, day=told), UNKNOWN)
    return found


def _of_day(found: Context, day: date) -> Today:
    """Of today with the floor as it is this instant, where somebody collects it."""
    live = live_source(found.engine, found.config.site)

    def view() -> FloorView | None:
        row = live(-1)
        return row.view if row else None

    keeper = TodayKeeper(found.engine, found.config, found.settings.site, time.time, view)
    return keeper.refresh() if day == business_date(found.config, time.time()) else keeper.of_day(day)


def _row(line: Line, zone: str, lang: Tongue) -> dict[str, Any]:
    half = line.half
    cells = {
        "time": today_words.half_hour(line, zone),
        "forecast": today_words.calls(half.mean),
        "band": today_words.band(line),
        "came": today_words.calls(None if line.state == "ahead" else half.actual),
        "handle": today_words.seconds(half.of.aht_s),
        "needed": today_words.seats(half.needed),
        "roster": today_words.seats(half.rostered),
        "present": today_words.seats(half.present),
        "planned": today_words.seats(half.planned),
        "gap": today_words.gap(line.gap),
    }
    return {text(f"today.col.{name}", lang): cell for name, cell in cells.items()}


def _json(made: Sheet, zone: str) -> dict[str, Any]:
    return {
        "day": made.day.name,
        "queue": made.queue,
        "learned_upto": None if made.learned is None else _clock(made.learned, zone),
        "not_seen_since": None if made.lost is None else _clock(made.lost, zone),
        "no_forecast": list(made.unforeseen),
        "halves": [_half(line, zone) for line in made.lines],
        "basis": {day.queue: _basis(day, day.basis) for day in made.days if day.basis is not None},
    }


def _half(line: Line, zone: str) -> dict[str, Any]:
    half = line.half
    return {
        "start": _clock(half.start, zone),
        "state": line.state,
        "forecast": half.mean,
        "low": half.low,
        "high": half.high,
        "ahead": half.ahead,
        "came": None if line.state == "ahead" else half.actual,
        "aht_s": half.of.aht_s,
        "patience_s": half.of.patience_s,
        "needed": None if half.needed is None else round(half.needed, 2),
        "to_roster": half.rostered,
        "at_work": half.present,
        "planned": half.planned,
        "planned_at_work": half.due,
        "gap": line.gap,
        "level_expected": half.level,
        "short": line.short,
    }


def _clock(at: float, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat(timespec="minutes")


def _basis(day: QueueDay, of: Basis) -> dict[str, Any]:
    return {
        "days": of.days,
        "same_weekday": of.weekday,
        "kind": of.kind,
        "borrowed": of.borrowed,
        "how": of.how,
        "first": of.first.isoformat(),
        "last": of.last.isoformat(),
        "target": day.target.target,
        "threshold_s": day.target.threshold_s,
        "shrinkage": day.rule.shrinkage,
        "max_occupancy": day.rule.max_occupancy,
    }
