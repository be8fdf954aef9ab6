"""``python -m ccfloor staffing outlook``: how likely the plan's levels are, as the collector found it."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import typer

from ccfloor.cli_common import Db, Json, Lang, Site, context, fail, show_json, table
from ccfloor.floor.config import FloorConfig
from ccfloor.service.hub import LiveRow
from ccfloor.service.keeper import live_source
from ccfloor.service.staffing.outlook_rows import SPANS_S, Row, rows
from ccfloor.service.staffing.outlook_view import Outlook, Unsaid, is_current
from ccfloor.ui.texts import Lang as Tongue
from ccfloor.ui.texts import language, text

_SHIFT_S = 5.0  # a view that far off is of another time
_NAMED = 2  # levels up to this one have a name of their own


def add_to(app: typer.Typer) -> None:
    """Make it one of these commands."""
    app.command()(outlook)


def outlook(lang: Lang = "zh", db: Db = None, site: Site = None, as_json: Json = False) -> None:
    """How likely the plan's levels are to fire within 15, 30 and 60 minutes, and with each possible action.

    What the collector found last; ends with 1 where there is nothing of the last ten minutes.
    """
    found, tongue = context(db, site), language(lang)
    row = live_source(found.engine, found.config.site)(-1)
    told = row.plan.outlook if row is not None and row.plan is not None else None
    if row is None or row.plan is None or told is None:
        fail(text("outlook.why.none", tongue))
    now = _now(row)
    if as_json:
        show_json({**msgspec.to_builtins(told), "age_s": now - told.at, "current": is_current(told, now)})
        return
    if told.why:
        fail(text(f"outlook.why.{told.why}", tongue))
    names = {rung.rule: rung.name.zh if tongue == "zh" else rung.name.en for rung in row.plan.ladder}
    lines = [_cells(one, names, found.config, tongue) for one in rows(told)]
    typer.echo(
        "\n".join(
            [*table(lines), *_unsaid(told.unsaid, names, tongue), _facts(told, now, found.config, tongue)]
        )
    )


def _now(row: LiveRow) -> float:
    """The instant it is on the floor: a recording or a fast simulated one has its own."""
    shift = row.view.at - row.written_at
    return time.time() + (shift if abs(shift) > _SHIFT_S else 0.0)


def _cells(row: Row, names: Mapping[str, str], config: FloorConfig, lang: Tongue) -> dict[str, str]:
    about = names.get(row.rule, row.rule) + (f" {row.subject}" if row.subject else "")
    queues = {"source": row.source, "target": row.target}
    seats = text("outlook.seats", lang, n=row.seats) if row.seats else ""
    shares = {
        text("outlook.column.span", lang, n=round(span / 60)): _percent(share)
        for span, share in zip(SPANS_S, row.shares, strict=True)
    }
    beyond = text("outlook.beyond", lang)
    return {
        text("outlook.column.do", lang): text(f"outlook.do.{row.do}", lang, **queues) + seats,
        text("outlook.column.rule", lang): about + (text("outlook.over", lang) if row.on else ""),
        **shares,
        text("outlook.column.median", lang): beyond
        if row.median_at is None
        else _clock(row.median_at, config),
        text("outlook.column.gain", lang): _change(row, lang),
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _change(row: Row, lang: Tongue) -> str:
    if row.gain is None or row.error is None:
        return "–"
    error = f"{100 * row.error:.1f}"
    return f"{100 * row.gain:+.0f} ± {error}" if row.clear else text("outlook.same", lang, n=error)


def _clock(at: float, config: FloorConfig) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(config.zone)).strftime("%H:%M")


def _unsaid(unsaid: tuple[Unsaid, ...], names: Mapping[str, str], lang: Tongue) -> Iterator[str]:
    for one in unsaid:
        why, name = text(f"outlook.unsaid.{one.why}", lang), names.get(one.rule, one.rule)
        level = text(f"plan.level.{one.level if one.level <= _NAMED else 'n'}", lang, n=one.level)
        yield text("outlook.unsaid", lang, level=level, name=name, why=why)


def _facts(told: Outlook, now: float, config: FloorConfig, lang: Tongue) -> str:
    if is_current(told, now):
        return text("outlook.facts", lang, time=_clock(told.at, config), n=told.paths)
    age = text("outlook.cli.age", lang, n=round((now - told.at) / 60))
    return text("outlook.facts.old", lang, time=_clock(told.at, config), age=age)
