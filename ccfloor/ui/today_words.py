"""Numbers of the page Today in words: calls, seats, gaps, times; how each is worked out and how old it is."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.floor.config import FloorConfig
from ccfloor.service.staffing_today.as_of_today import HALF_LIFE_S
from ccfloor.service.staffing_today.history import DAYS
from ccfloor.service.staffing_today.measured import WEEKS_DAYS
from ccfloor.service.staffing_today.sheet import Line, Sheet
from ccfloor.staffing.volume import Basis, How
from ccfloor.ui.report_words import DASH, MINUS, span
from ccfloor.ui.scope_words import queue_label
from ccfloor.ui.texts import Lang, listed, text


def calls(value: float | None) -> str:
    """A number of calls: with a decimal below ten, unless it is a count."""
    if value is None:
        return DASH
    return f"{value:,.0f}" if isinstance(value, int) or value >= 9.95 else f"{value:.1f}"


def seats(value: float | None) -> str:
    """A number of seats: a mean with one decimal, unless it is whole."""
    if value is None:
        return DASH
    return f"{value:.1f}" if round(value, 1) % 1 else f"{value:.0f}"


def gap(value: float | None) -> str:
    """Seats too many or too few, with the sign."""
    if value is None:
        return DASH
    shown = round(value, 1) + 0.0
    return f"{shown:+.1f}".replace("-", MINUS) if shown else "0"


def percent(value: float) -> str:
    """A change in per cent, with the sign."""
    shown = round(value * 100)
    return f"{shown:+d}%".replace("-", MINUS) if shown else "±0%"


def seconds(value: float) -> str:
    """A duration as m:ss."""
    return span(value)


def clock(at: float, zone: str) -> str:
    """An instant by the site's clock, to the minute."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%H:%M")


def half_hour(line: Line, zone: str) -> str:
    """From when to when."""
    return f"{clock(line.half.start, zone)}–{clock(line.half.end, zone)}"


def band(line: Line) -> str:
    """Between what the calls lie four times out of five; nothing without a forecast."""
    if line.half.low is None or line.half.high is None:
        return ""
    return f"{calls(round(line.half.low))}–{calls(round(line.half.high))}"


def day_name(made: Sheet, lang: Lang) -> str:
    """The business day with its weekday."""
    day = made.day.day
    return f"{day:%Y-%m-%d} {text(f'qh.day.{day.weekday()}', lang)}"


def basis_words(made: Sheet, config: FloorConfig, lang: Lang) -> str:
    """What the forecast rests on and since when, in a sentence or two."""
    bases = [day.basis for day in made.days if day.basis is not None]
    if not bases:
        return unforeseen_words(made, config, lang)
    least = min(bases, key=lambda one: one.days)
    parts = [_days(bases, least, lang)]
    if least.borrowed:
        parts.append(text(f"today.borrowed.{least.kind}", lang))
    if least.how is not How.PATTERN:
        parts.append(text(f"today.how.{least.how}", lang))
    when = made.learned
    learned = (
        text("today.learned", lang, at=clock(when, config.zone)) if when else text("today.learned.none", lang)
    )
    return text("today.sentence.join", lang).join((*parts, learned))


def unforeseen_words(made: Sheet, config: FloorConfig, lang: Lang) -> str:
    """Which queues have no forecast yet, in a sentence; "" where all have."""
    if not made.unforeseen:
        return ""
    if made.queue:
        return text("today.unforeseen.one", lang)
    names = listed((queue_label(config, queue, lang) for queue in made.unforeseen), lang)
    return text("today.unforeseen", lang, queues=names)


def lost_words(made: Sheet, config: FloorConfig, lang: Lang) -> str:
    """Since when nobody sees the floor, in a sentence; "" while it is seen."""
    if made.lost is None:
        return ""
    zone = ZoneInfo(config.zone)
    same = datetime.fromtimestamp(made.lost, zone).date() == datetime.fromtimestamp(made.at, zone).date()
    since = datetime.fromtimestamp(made.lost, zone).strftime("%H:%M" if same else "%Y-%m-%d %H:%M")
    return text("today.lost", lang, since=since)


def _days(bases: Sequence[Basis], least: Basis, lang: Lang) -> str:
    kind = text(f"today.kind.{least.kind}", lang, n=least.days)
    first, last = min(one.first for one in bases), max(one.last for one in bases)
    same = least.weekday
    return text("today.basis", lang, kind=kind, same=same, first=first, last=last)


def target_words(made: Sheet, lang: Lang) -> str:
    """The service level that seats are worked out for; of several queues that each has its own."""
    levels = {(day.target.target, day.target.threshold_s) for day in made.days}
    if made.what.level is not None:
        levels = {(made.what.level, threshold) for _, threshold in levels}
    told = [text("today.target.one", lang, level=f"{a:.0%}", t=f"{t:g}") for a, t in sorted(levels)]
    return listed(told, lang)


def formulas(made: Sheet, lang: Lang) -> list[tuple[str, str]]:
    """How each number is worked out: (what, formula with its window)."""
    rule = made.days[0].rule
    same = all(day.rule == rule for day in made.days)
    shrinkage = f"{rule.shrinkage:.0%}" if same else text("today.own", lang)
    occupancy = f"{rule.max_occupancy:.0%}" if same else text("today.own", lang)
    given: dict[str, dict[str, object]] = {
        "forecast": {"days": DAYS},
        "band": {},
        "came": {},
        "handle": {"days": WEEKS_DAYS, "hours": f"{HALF_LIFE_S / 3600:g}"},
        "needed": {"target": target_words(made, lang), "occupancy": occupancy, "days": WEEKS_DAYS},
        "roster": {"shrinkage": shrinkage},
        "present": {},
        "planned": {},
        "gap": {"shrinkage": shrinkage},
    }
    if not made.queue and len(made.days) > 1:
        given["all"] = {}
    return [
        (text(f"today.col.{name}", lang), text(f"today.formula.{name}", lang, **places))
        for name, places in given.items()
    ]


def level(line: Line, lang: Lang) -> str:
    """The service level to expect with the seats there, beside the target."""
    half = line.half
    return text("today.level", lang, level=f"{half.level or 0.0:.0%}", aim=f"{half.aim or 0.0:.0%}")


def hover(line: Line, zone: str, lang: Lang) -> str:
    """A half hour of the charts, all its numbers."""
    half, lines = line.half, [f"<b>{half_hour(line, zone)}</b>"]

    def add(name: str, value: str) -> None:
        lines.append(f"{text(f'today.col.{name}', lang)} {value}")

    if half.mean is None:
        add("forecast", text("today.unforeseen.short", lang))
    else:
        add("forecast", f"{calls(half.mean)} ({band(line)})")
    if half.actual is not None and line.state != "ahead":
        add(
            "came", calls(half.actual) + (f" {text('today.so_far', lang)}" if line.state == "running" else "")
        )
    add("handle", seconds(half.of.aht_s))
    add("needed", seats(half.needed))
    if line.changed is not None:
        add("changed", seats(line.changed))
    if half.present is not None:
        add("present", seats(half.present))
    if half.planned is not None:
        add("planned", f"{seats(half.planned)} / {seats(half.rostered)}")
        add("due", seats(half.due))
    if line.gap is not None:
        add("gap", gap(line.gap))
    if half.level is not None:
        lines.append(level(line, lang))
    return "<br>".join(lines)


def foreseen_words(made: Sheet, lines: Sequence[Line], lang: Lang) -> str:
    """That left of now the forecast is the one from before the day, its line may jump; "": it is not."""
    over = [line for line in lines if line.state == "over"]
    told = made.learned is not None and any(line.half.mean is not None for line in over)
    return text("today.line.ahead", lang) if told else ""
