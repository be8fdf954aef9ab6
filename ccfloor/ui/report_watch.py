"""The tables of the monitoring report: signals of control charts, notes about people and forms."""

from ccfloor.service.reports.data import Target, Watched
from ccfloor.ui.report_words import Cell, Table, Words, plain, value_cell, value_text


def watched(words: Words) -> Table | None:
    """Agents whose KPIs show a signal, with what it is; the others are counted."""
    every = words.data.watched
    if not every:
        return None
    shown = [one for one in every if one.findings]
    if not shown:
        note = words.say("watched.none", n=len({one.name for one in every}))
        return Table("watched", words.say("watched"), (), (), note=note)
    header = tuple(
        words.say(f"col.{name}")
        for name in ("agent", "team", "kpi", "value", "median", "limits", "signal", "trend")
    )
    rows = tuple(_chart(words, one) for one in shown)
    note = words.say("watched.note", days=len(words.data.watched_days))
    return Table("watched", words.say("watched"), header, rows, frozenset({0, 1, 2, 6, 7}), note=note)


def _chart(words: Words, one: Watched) -> tuple[Cell, ...]:
    of = one.measure
    low, high = (value_text(of.unit, edge) for edge in (one.lower, one.upper))
    signals = words.say("semicolon").join(_finding(words, hit) for hit in one.findings)
    return (
        plain(words.two(one.name)),
        plain(one.team),
        plain(words.two(of.name)),
        value_cell(of, one.value),
        value_cell(of, one.team_median),
        plain(f"{low}–{high}"),
        plain(signals),
        Cell("", trend=one.values, target=Target(one.lower, one.upper)),
    )


def _finding(words: Words, hit: tuple[str, int, int, int]) -> str:
    rule, first, last, side = hit
    days = words.data.watched_days
    start, end = (words.local(days[index]).strftime("%m-%d") for index in (first, last))
    when = start if first == last else f"{start}–{end}"
    high = words.say("side.high" if side > 0 else "side.low")
    return words.say(f"rule.{rule}", when=when, side=high)


def remarks(words: Words) -> Table | None:
    if not words.data.remarks:
        return None
    header = tuple(words.say(f"col.{name}") for name in ("day", "about", "kind", "text"))
    rows = []
    for one in words.data.remarks:
        days = _stored(one.first) if one.first == one.last else f"{_stored(one.first)} – {_stored(one.last)}"
        about = words.two(one.about) or words.say("scope.site")
        rows.append(
            tuple(map(plain, (days, about, words.known(f"annotation.{one.kind}", one.kind), one.text)))
        )
    return Table("remarks", words.say("remarks"), header, tuple(rows), frozenset(range(4)))


def _stored(day: int) -> str:
    return f"{day // 10_000:04}-{day // 100 % 100:02}-{day % 100:02}"
