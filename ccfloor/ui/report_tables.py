"""The tables of a report in one language, in the order in which they stand in it."""

from collections.abc import Sequence
from itertools import groupby

from ccfloor.kpi.causes import Cause
from ccfloor.service.reports.data import Happening, Line, Measure, Members
from ccfloor.ui import report_qa
from ccfloor.ui.kpi_causes import cause_text
from ccfloor.ui.report_watch import remarks, watched
from ccfloor.ui.report_words import (
    DASH,
    Cell,
    Table,
    Words,
    change_cell,
    change_text,
    count,
    plain,
    share_cell,
    value_cell,
    value_text,
)

HEAD = ("offered", "service_level", "abandon_rate", "asa", "aht", "occupancy")
_HEAD_AGENT = ("answered", "aht", "talk", "hold", "acw", "occupancy", "transfer_rate")
_HEAD_QA = ("qa_score", "qa_pass", "qa_fatal", "qa_cover", "qa_drift")
_MOST_HAPPENINGS = 40
_MOST_GAPS = 6


def tables(words: Words) -> list[Table]:
    """Every table that has something to say."""
    data = words.data
    found: list[Table | None]
    if data.kind == "qa":
        found = [kpis(words), *report_qa.tables(words), *_members(words), _quality(words), _meanings(words)]
    elif data.kind == "monitoring":
        found = [watched(words), *_members(words), remarks(words), _quality(words), _meanings(words)]
    else:
        found = [
            kpis(words),
            _missing(words),
            _parts(words),
            *_members(words),
            _flows(words),
            _happenings(words),
            _quality(words),
            _meanings(words),
        ]
    return [table for table in found if table is not None]


def headline(words: Words) -> list[tuple[Line, str, str, str]]:
    """The great numbers: line, value, target, what changed."""
    whole = words.data.scope.kind in ("site", "queue") and words.data.kind == "figures"
    names = _HEAD_QA if words.data.kind == "qa" else HEAD if whole else _HEAD_AGENT
    lines = [line for name in names if (line := words.data.line(name)) is not None]
    return [
        (
            line,
            value_text(line.of.unit, line.value),
            words.target(line.of, line.target, whose=False) if line.target != type(line.target)() else "",
            DASH
            if line.of.unit == "n" and not (words.data.final and words.data.fair)
            else change_text(line.of, line.value, line.before),
        )
        for line in lines
        if line.value is not None
    ]


def sentences(words: Words) -> list[str]:
    """What the figures come to, in words: what was missed, what came near, what fired, what is unsure."""
    data, found = words.data, []
    judged = [line for line in data.lines if line.light != "none"]
    own = [line for line in judged if line.target.origin == "own"]
    others = [line for line in judged if line.target.origin != "own" and line.light == "missed"]
    for key, lines in (
        ("missed", [line for line in own if line.light == "missed"]),
        ("near", [line for line in own if line.light == "near"]),
        ("reference", others),
    ):
        if lines:
            some = words.say("comma").join(_judged(words, line) for line in lines)
            found.append(words.say(f"sum.{key}", n=len(lines), some=some))
    if judged and len(found) == 0:
        found.append(words.say("sum.all", n=len(judged)))
    found += [_causes(words, line) for line in judged if line.causes]
    found += report_qa.sentences(words)
    fired = [one for one in data.happenings if one.kind == "fired"]
    incidents = len(data.happenings) - len(fired)
    if fired:
        lost = sum(one.lost or 0 for one in fired)
        found.append(words.say("sum.fired", n=len(fired), lost=f"{lost:,.0f}"))
    if incidents:
        found.append(words.say("sum.incidents", n=incidents))
    if data.watched:
        agents = {one.name for one in data.watched if one.findings}
        found.append(words.say("sum.watched", n=len(agents), all=len({one.name for one in data.watched})))
    if data.quality.gap_s >= 60:
        found.append(words.say("sum.gaps", minutes=f"{data.quality.gap_s / 60:,.0f}"))
    return found


def _causes(words: Words, line: Line) -> str:
    """What to look into where a target is missed."""
    some = [
        cause_text(Cause(name, dict(numbers), weight), words.lang) for name, weight, numbers in line.causes
    ]
    return words.say("sum.causes", name=words.two(line.of.name), some=words.say("semicolon").join(some))


def _judged(words: Words, line: Line) -> str:
    shown = value_text(line.of.unit, line.value)
    aim = words.target(line.of, line.target, whose=False)
    return words.say("sum.one", name=words.two(line.of.name), value=shown, target=aim)


# -- KPIs --------------------------------------------------------------------------------------------


def kpis(words: Words) -> Table | None:
    """The KPIs that have a value, with target, verdict and what changed."""
    data = words.data
    lines = [line for line in data.lines if line.value is not None]
    if not lines:
        return None
    header = ["kpi", "value", "target", "light", "before", "change"]
    header += ["year_ago", "year_change"] if any(line.year_ago is not None for line in lines) else []
    header += ["trend"] if any(line.by_day for line in lines) else []
    rows = [_kpi(words, line, header) for line in lines]
    own = {"before": words.say(f"col.before.{data.period.part}"), "change": words.say("col.change")}
    labels = tuple(own.get(name) or words.say(f"col.{name}") for name in header)
    return Table(
        "kpis",
        words.say("kpis"),
        labels,
        tuple(rows),
        frozenset({0, 2, 3} | ({len(header) - 1} if header[-1] == "trend" else set())),
        note=words.say("kpis.note"),
    )


def _kpi(words: Words, line: Line, header: Sequence[str]) -> tuple[Cell, ...]:
    data = words.data
    cells = {
        "kpi": plain(words.name(line)),
        "value": value_cell(line.of, line.value, line.light),
        "target": plain(words.target(line.of, line.target)),
        "light": Cell(words.light(line.light), words.light(line.light), light=line.light),
        "before": value_cell(line.of, line.before),
        "change": _change(line, line.before, data.final and data.fair),
        "year_ago": value_cell(line.of, line.year_ago),
        "year_change": _change(line, line.year_ago, data.final and data.fair_year),
        "trend": Cell("", trend=line.by_day, target=line.target),
    }
    return tuple(cells[name] for name in header)


def _change(line: Line, before: float | None, fair: bool) -> Cell:
    """No change of a count beside a period that is not whole: it would compare a part with a whole."""
    return change_cell(line.of, line.value, before) if fair or line.of.unit != "n" else plain(DASH)


def _missing(words: Words) -> Table | None:
    """KPIs without data, grouped by what they wait for."""
    lines = [line for line in words.data.lines if line.value is None and line.missing]
    if not lines:
        return None
    told = sorted((words.missing(line.missing), words.two(line.of.name)) for line in lines)
    rows = [
        (plain(why), plain(words.say("comma").join(name for _, name in some)))
        for why, some in groupby(told, key=lambda pair: pair[0])
    ]
    header = (words.say("col.missing"), words.say("col.kpis"))
    return Table("missing", words.say("missing"), header, tuple(rows), frozenset({0, 1}))


def _parts(words: Words) -> Table | None:
    """The series as numbers: day by day, or half hour by half hour."""
    drawn = words.data.series
    if drawn is None:
        return None
    points = [point for point in drawn.points if any(point.counts) or point.main is not None]
    if not points:
        return None
    by_day = words.data.period.part != "day"
    edges = [
        (sign, name)
        for sign, name in (("≥", "at_least"), ("≤", "at_most"))
        if any(getattr(point.target, name) is not None for point in points)
    ]
    header = (
        words.say("col.day" if by_day else "col.halfhour"),
        *(words.two(one.name) for one in drawn.counts),
        words.two(drawn.main.name),
        *(f"{words.say('col.target')} {sign}" for sign, _ in edges),
        words.say("col.light"),
    )
    rows = tuple(
        (
            Cell(words.part(point.start), words.local(point.start), "mm-dd" if by_day else "hh:mm"),
            *(value_cell(one, value) for one, value in zip(drawn.counts, point.counts, strict=True)),
            value_cell(drawn.main, point.main, point.light),
            *(_edge(words, drawn.main, getattr(point.target, name)) for _, name in edges),
            Cell(words.light(point.light), words.light(point.light), light=point.light),
        )
        for point in points
    )
    key = "by_day" if by_day else "by_halfhour"
    return Table("parts", words.say(key), header, rows, frozenset({0, len(header) - 1}))


def _edge(words: Words, of: Measure, edge: float | None) -> Cell:
    return value_cell(of, edge)._replace(text=words.edge(of, edge) or DASH)


# -- members -----------------------------------------------------------------------------------------


def _members(words: Words) -> list[Table]:
    return [_member_table(words, table) for table in words.data.members]


def _member_table(words: Words, of: Members) -> Table:
    teamed = of.kind == "agent" and any(row.team for row in of.rows)
    header = [words.say(f"col.{of.kind}"), *([words.say("col.team")] if teamed else [])]
    header += [words.two(one.name) for one in of.measures]
    rows = []
    for row in of.rows:
        cells = [
            value_cell(one, cell.value, cell.light) for one, cell in zip(of.measures, row.cells, strict=True)
        ]
        rows.append((plain(words.two(row.name)), *([plain(row.team)] if teamed else []), *cells))
    if of.total:
        cells = [
            value_cell(one, cell.value, cell.light) for one, cell in zip(of.measures, of.total, strict=True)
        ]
        rows.append((plain(words.say("total")), *([plain("")] if teamed else []), *cells))
    left = frozenset({0, 1}) if teamed else frozenset({0})
    note = words.say("members.note") if of.total else ""
    return Table(
        f"{of.kind}s",
        words.say(f"members.{of.kind}"),
        tuple(header),
        tuple(rows),
        left,
        int(bool(of.total)),
        note,
    )


# -- calls that ended otherwise, the plan, quality, definitions ----------------------------------------


def _flows(words: Words) -> Table | None:
    flows = words.data.flows
    if not flows:
        return None
    inside = [flow for flow in flows if not flow.id.startswith("refused_")]
    offered = sum(flow.count for flow in inside)
    rows = []
    for flow in flows:
        among = flow in inside and offered > 0
        rows.append(
            (
                plain(words.say(f"flow.{flow.id}")),
                count(flow.count),
                share_cell(flow.count / offered if among else None),
            )
        )
    total = (plain(words.say("flow.offered")), count(offered), share_cell(1.0 if offered else None))
    at = len(inside)
    rows.insert(at, total)
    header = (words.say("col.outcome"), words.say("col.calls"), words.say("col.share"))
    return Table("flows", words.say("flows"), header, tuple(rows), note=words.say("flows.note"))


def _happenings(words: Words) -> Table | None:
    every = words.data.happenings
    if words.data.scope.kind not in ("site", "queue"):
        return None
    if not every:
        return Table("happenings", words.say("happenings"), (), (), note=words.say("happenings.none"))
    header = tuple(
        words.say(f"col.{name}") for name in ("at", "what", "lasted", "acked", "complied", "level", "lost")
    )
    rows = tuple(_happening(words, one) for one in every[:_MOST_HAPPENINGS])
    left = len(every) - len(rows)
    note = words.say("happenings.note") + (words.say("happenings.more", n=left) if left else "")
    return Table("happenings", words.say("happenings"), header, rows, frozenset({0, 1, 3}), note=note)


def _happening(words: Words, one: Happening) -> tuple[Cell, ...]:
    name = words.two(one.name)
    acked = one.acked_by
    if one.kind == "incident":
        cause = words.known(f"people.cause.{one.acked_by}", one.acked_by)
        name, acked = words.say("incident", cause=cause, text=name), ""
    lasted = value_text("s", one.over - one.at) if one.over else words.say("still")
    complied = words.say("complied", n=one.in_time, all=one.bound) if one.bound else DASH
    missed = one.level is not None and one.target is not None and one.level < one.target
    return (
        Cell(words.clock(one.at), words.local(one.at), "yyyy-mm-dd hh:mm"),
        plain(name),
        plain(lasted),
        plain(words.known(f"role.{acked}", acked) or DASH),
        plain(complied),
        share_cell(one.level, "missed" if missed else "none"),
        Cell(DASH if one.lost is None else f"{one.lost:,.1f}", one.lost, "0.0"),
    )


def _quality(words: Words) -> Table:
    quality = words.data.quality
    rows = [
        (words.say("quality.state"), words.state),
        (words.say("quality.gaps"), _gaps(words)),
        (words.say("quality.repairs"), _repairs(words)),
        (words.say("quality.bad"), f"{quality.bad_lines:,}"),
    ]
    header = (words.say("col.what"), words.say("col.found"))
    cells = tuple((plain(what), plain(found)) for what, found in rows)
    return Table("quality", words.say("quality"), header, cells, frozenset({0, 1}))


def _gaps(words: Words) -> str:
    quality = words.data.quality
    if quality.gap_s < 1:
        return words.say("quality.gaps.none")
    spans = [f"{words.clock(start)}–{words.local(end):%H:%M}" for start, end in quality.gaps[:_MOST_GAPS]]
    more = words.say("etc") if len(quality.gaps) > _MOST_GAPS else ""
    return words.say(
        "quality.gaps.some", span=value_text("s", quality.gap_s), some=words.say("comma").join(spans) + more
    )


def _repairs(words: Words) -> str:
    repairs = words.data.quality.repairs
    if not repairs:
        return words.say("quality.repairs.none")
    some = [f"{words.known(f'repair.{kind}', kind)} {times:,}" for kind, times in repairs]
    return words.say("comma").join(some)


def _meanings(words: Words) -> Table | None:
    if not words.data.meanings:
        return None
    header = tuple(words.say(f"col.{name}") for name in ("kpi", "formula", "source", "version"))
    rows = []
    for one in words.data.meanings:
        variant = words.two(one.variant)
        name = f"{words.two(one.name)} · {variant}" if variant else words.two(one.name)
        cells = (name, words.two(one.formula), words.two(one.source))
        rows.append((*map(plain, cells), count(one.version)))
    left = frozenset({0, 1, 2})
    return Table(
        "meanings", words.say("meanings"), header, tuple(rows), left, note=words.say("meanings.note")
    )
