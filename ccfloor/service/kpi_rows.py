"""The KPIs of a period as plain values: for the command line, the API, and whoever compares."""

from typing import Any

from ccfloor.service.kpi_month import Cell, KpiTable, Line, Row


def table_told(table: KpiTable) -> dict[str, Any]:
    """The whole table; shares 0..1, durations in seconds, instants in UTC epoch seconds.

    ``uncounted``: days whose calls are still being counted one by one.
    """
    return {
        "scope": str(table.scope),
        "period": table.period.name,
        "start": table.period.start,
        "end": table.period.end,
        "final": table.state.final,
        "seen_until": table.state.seen_until,
        "uncounted": table.state.uncounted,
        "kpis": [line_told(line, table) for line in table.lines],
    }


def line_told(line: Line, table: KpiTable) -> dict[str, Any]:
    """One KPI; ``parts``: value by name of the day or half hour, without those that have none."""
    bound = line.bound.model_dump(exclude_none=True, exclude={"near", "note"}) if line.bound else None
    parts = zip(table.parts, line.parts, strict=True)
    return {
        "id": line.kpi.id,
        "unit": line.kpi.unit,
        "version": line.kpi.version,
        "variant": line.variant,
        "value": line.result.value,
        "over": line.result.over,
        "under": line.result.under,
        "missing": list(line.result.missing),
        "target": bound,
        "target_of": line.origin,
        "light": line.light,
        "before": line.before.value,
        "year_ago": line.year_ago.value if line.year_ago else None,
        "causes": [{"id": cause.id, **cause.numbers} for cause in line.causes],
        "parts": {part.name: result.value for part, result in parts if result.value is not None},
    }


def row_told(row: Row) -> dict[str, Any]:
    """A member of a scope with its KPIs."""
    return {"scope": str(row.scope), **{cell.kpi.id: _value(cell) for cell in row.cells}}


def _value(cell: Cell) -> float | None:
    return cell.result.value
