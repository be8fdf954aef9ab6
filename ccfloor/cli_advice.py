"""``python -m ccfloor staffing advice`` and ``backtest``: what is advised, and how far foretelling is off."""

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer

from ccfloor.access.rights import Role
from ccfloor.cli_common import UNKNOWN, Context, Db, Json, Lang, Site, context, fail, show_json, table
from ccfloor.cli_quiet import libraries_aside
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.week import dates
from ccfloor.service.keeper import live_source
from ccfloor.service.site_rules import SiteRules
from ccfloor.service.staffing.advice_board import AdviceBoard, Card, advice_board
from ccfloor.service.staffing.replayed import Step, replayed
from ccfloor.service.staffing.site_options import advice_stale_s, site_options
from ccfloor.staffing.judging import Errors, Pair, errors
from ccfloor.store.viewer import Viewer
from ccfloor.ui.advice_words import sentence, share_text
from ccfloor.ui.texts import Lang as Tongue
from ccfloor.ui.texts import language, listed, text

_SHIFT_S = 5.0  # a view that far off is of another time
_MOST_DAYS = 31
From = Annotated[str, typer.Option("--from", metavar="2026-11-16", help="First business day.")]
To = Annotated[
    str, typer.Option("--to", metavar="2026-11-22", help="Last business day; the first if left out.")
]


def add_to(app: typer.Typer) -> None:
    """Make them two of these commands."""
    app.command()(advice)
    app.command()(backtest)


# -- advice --------------------------------------------------------------------------------------------------


def advice(lang: Lang = "zh", db: Db = None, site: Site = None, as_json: Json = False) -> None:
    """Which seats to move where, why, what it does, and how far such advice was off, as the collector found.

    Ends with 1 where nothing was ever advised.
    """
    found, tongue = context(db, site), language(lang)
    now = _now(found)
    viewer, stale_s = Viewer(role=Role.SYSTEM, site=found.config.site), advice_stale_s(found.settings)
    board = advice_board(found.engine, viewer, found.config, now, stale_s=stale_s)
    if board.at is None:
        fail(text("advice.cli.none", tongue))
    if as_json:
        show_json(board)
        return
    typer.echo("\n".join(_lines(board, found.config, tongue)))


def _now(found: Context) -> float:
    """The instant it is on the floor: a recording or a fast simulated one has its own."""
    row = live_source(found.engine, found.config.site)(-1)
    shift = row.view.at - row.written_at if row is not None else 0.0
    return time.time() + (shift if abs(shift) > _SHIFT_S else 0.0)


def _lines(board: AdviceBoard, config: FloorConfig, lang: Tongue) -> Iterable[str]:
    at = _clock(board.at or 0.0, config)
    yield text("advice.stale" if board.stale else "advice.at", lang, at=at)
    if not board.cards:
        yield text(f"advice.idle.{board.idle}", lang)
    for number, card in enumerate(board.cards, 1):
        yield f"{number}. {sentence(card.reason, config, lang)}"
        yield from (f"   {line}" for line in _ways(card, config, lang))
        yield from (f"   {line}" for line in table([_row(one, lang) for one in card.effects]))
        yield f"   {error_line(card.past, lang)}"


def _ways(card: Card, config: FloorConfig, lang: Tongue) -> Iterable[str]:
    for order in card.orders:
        seats = listed(order.seats, lang)
        if order.undo:
            yield text("advice.undo", lang, seats=seats)
            continue
        back = [card.back_at[queue] for queue in order.queues if queue in card.back_at]
        until = text("moves.for.good", lang)
        if back and order.minutes:
            until = text("advice.until", lang, at=_clock(min(back), config), n=order.minutes)
        key = "advice.way.beside" if order.beside else "advice.way"
        yield text(key, lang, seats=seats, queues=listed(order.queues, lang), until=until)
    if card.levers:
        levers = listed((text(f"advice.lever.{one}", lang) for one in card.levers), lang)
        yield text("advice.levers", lang, list=levers, seats=listed(card.recalled, lang))


def _row(told: Any, lang: Tongue) -> dict[str, str]:
    found = {text("advice.queue", lang): told.queue, text("advice.span", lang): f"{told.horizon_s / 60:.0f}"}
    for name in ("service_level", "abandoned", "wait_s"):
        before, after = (getattr(one, name) for one in (told.before, told.after))
        form = _seconds if name == "wait_s" else share_text
        found[text(f"moves.effect.{name}", lang)] = " → ".join(
            form(None if one is None else one.value) for one in (before, after)
        )
    return found


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} s"


def error_line(past: Errors, lang: Tongue) -> str:
    """How far advice that was followed was off, in a sentence."""
    level, gone = past.service_level, past.abandoned
    if level.mae is None or level.bias is None:
        return text("advice.error.none", lang)
    told = {"n": past.n, "bias": f"{level.bias * 100:.1f}", "mae": f"{level.mae * 100:.1f}"}
    told["gone"] = "–" if gone.mae is None else f"{gone.mae * 100:.1f}"
    return text("advice.error", lang, **told, right=past.right, signs=past.signs)


def _clock(at: float, config: FloorConfig) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(config.zone)).strftime("%H:%M")


# -- stored days once more -----------------------------------------------------------------------------------


def backtest(
    first: From,
    last: To = "",
    lang: Lang = "zh",
    db: Db = None,
    site: Site = None,
    as_json: Json = False,
) -> None:
    """Stored days in steps of 15 minutes: what would have been advised, and how far figures were off.

    The figures are those foretold without any move, for the next 30 and 60 minutes, beside what came.
    """
    found, tongue = context(db, site), language(lang)
    start, end = _period(found.config, first, last, tongue)
    rules = SiteRules(found.engine, found.config, found.settings.site)
    rules.read()
    options = site_options(found.settings.site, found.config)
    settings = found.settings.site
    with libraries_aside():
        steps = list(
            replayed(found.engine, found.config, rules.calendar, start, end, options, settings=settings)
        )
    if not steps:
        fail(text("advice.cli.nothing", tongue))
    told = summary(steps)
    if as_json:
        show_json(told)
        return
    lines = [_error_row(row, tongue) for row in told["errors"]]
    counts = [text(f"advice.cli.{name}", tongue, n=told[name]) for name in ("steps", "advised", "unseen")]
    idle = (f"{text(f'advice.idle.{why}', tongue)} {n}" for why, n in told["idle"].items())
    typer.echo("\n".join([*table(lines), listed(counts, tongue), *idle]))


def _period(config: FloorConfig, first: str, last: str, lang: Tongue) -> tuple[float, float]:
    try:
        of = dates(config, date.fromisoformat(first), date.fromisoformat(last or first))
    except ValueError:
        fail(text("cli.staffing.day", lang, day=f"{first} {last}".strip()), UNKNOWN)
    if not 0 < of.end - of.start <= (_MOST_DAYS + 1) * 86_400:
        fail(text("advice.cli.days", lang, n=_MOST_DAYS), UNKNOWN)
    return of.start, of.end


def summary(steps: Sequence[Step]) -> dict[str, Any]:
    """Counts of what would have been advised, and errors by queue and span."""
    pairs = [pair for step in steps for pair in step.pairs]
    idle: dict[str, int] = {}
    for step in steps:
        if step.advised is not None and step.advised.idle is not None:
            idle[str(step.advised.idle)] = idle.get(str(step.advised.idle), 0) + 1
    advised = [step for step in steps if step.advised is not None and step.advised.advice]
    return {
        "steps": len(steps),
        "advised": len(advised),
        "unseen": sum(step.advised is None for step in steps),
        "idle": idle,
        "errors": [_errors(queue, span, some) for (queue, span), some in sorted(_grouped(pairs).items())],
        "advice": [
            {"at": step.at, "advice": msgspec.to_builtins(step.advised.advice)}
            for step in advised
            if step.advised is not None
        ],
    }


def _grouped(pairs: Iterable[Pair]) -> dict[tuple[str, float], list[Pair]]:
    found: dict[tuple[str, float], list[Pair]] = {}
    for told, came in pairs:
        found.setdefault((told.queue, told.horizon_s), []).append((told, came))
    return found


def _errors(queue: str, span_s: float, pairs: list[Pair]) -> dict[str, Any]:
    found = errors(pairs)
    figures = {"service_level": found.service_level, "abandoned": found.abandoned, "wait_s": found.wait_s}
    return {"queue": queue, "minutes": round(span_s / 60), "n": found.n, **msgspec.to_builtins(figures)}


def _error_row(row: dict[str, Any], lang: Tongue) -> dict[str, Any]:
    found = {
        text("advice.queue", lang): row["queue"],
        text("advice.span", lang): row["minutes"],
        "n": row["n"],
    }
    for name in ("service_level", "abandoned", "wait_s"):
        label, told = text(f"moves.effect.{name}", lang), row[name]
        scale = 1.0 if name == "wait_s" else 100.0
        for part in ("bias", "mae"):
            value = told[part]
            found[f"{label} {text(f'advice.{part}', lang)}"] = (
                "–" if value is None else f"{value * scale:.1f}"
            )
        found[f"{label} {text('advice.held', lang)}"] = share_text(
            told["held"] / told["spans"] if told["spans"] else None
        )
    return found
