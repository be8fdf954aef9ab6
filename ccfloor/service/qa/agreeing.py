"""How far reviewers are from references and from who scored again: one reading for every page and report.

A form counts by what was handed in first, whatever an appeal or a re-check made of it later. A calibration
counts on the day on which it was closed, a re-check on the day on which it was handed in. Days: 20261122.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import SITE
from ccfloor.qa.agreement import Drift, drift
from ccfloor.qa.calibrate import MOST_POINTS, Compared, Sheet, Standing, compare
from ccfloor.qa.model import Form
from ccfloor.service.kpi_site import HasBook, kpi_book
from ccfloor.service.qa import versions
from ccfloor.service.qa.subject import name_of
from ccfloor.store import qa_reviews, qa_scores, qa_sessions
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.qa_sums import Days
from ccfloor.store.viewer import Viewer

REFERENCE = "reference"
_KPI = "qa_drift"


class Agreed(NamedTuple):
    """By reviewer: where he stands by calibrations, and how far he is from who scored again."""

    calibrated: Mapping[str, Standing]
    rechecked: Mapping[str, Drift]


def most_points(service: HasBook, day: int) -> float:
    """From how many points on a reviewer is too far from the reference: the site's target for the KPI."""
    bound, _ = kpi_book(service).bound(_KPI, SITE, day)
    return MOST_POINTS if bound is None or bound.at_most is None else bound.at_most


def agreed(
    connection: Connection, viewer: Viewer, config: FloorConfig, days: Days, most: float, who: str = ""
) -> Agreed:
    """Of all reviewers that a viewer may read of. ``most``: see ``most_points``."""
    within = qa_scores.seen_by(connection, viewer, config, name_of(viewer, who))
    found = qa_sessions.forms_of(connection, within, days)
    told = compared(found, forms_of(connection.engine, viewer.site, found), most)
    apart: dict[str, list[tuple[float, float]]] = {}
    for one in qa_reviews.rechecked(connection, viewer.site, within, days):
        apart.setdefault(one.reviewer, []).append((one.own, one.other))
    drifts = {name: made for name, scores in apart.items() if (made := drift(name, scores)) is not None}
    return Agreed({one.drift.reviewer: one for one in told.reviewers}, drifts)


def compared(
    found: Iterable[ScoreRow], forms: Mapping[tuple[str, int], Form], most: float = MOST_POINTS
) -> Compared:
    """Forms of sessions beside the references of theirs."""
    told = [(one, sheet_of(one, one.session or 0)) for one in found]
    references = {sheet.group: sheet for one, sheet in told if one.kind == REFERENCE}
    return compare([sheet for one, sheet in told if one.kind != REFERENCE], references, forms, most)


def checked(
    connection: Connection, viewer: Viewer, config: FloorConfig, days: Days, who: str = ""
) -> list[tuple[ScoreRow, ScoreRow]]:
    """Forms that somebody scored again and handed that in on these days: as they were at first, and again."""
    within = qa_scores.seen_by(connection, viewer, config, name_of(viewer, who))
    both = qa_reviews.checked(connection, viewer.site, within, days)
    was = qa_sessions.first_answers(connection, viewer.site, [first.id for first, _ in both])
    return [(replace(first, **was.get(first.id, {})), second) for first, second in both]


def sheet_of(row: ScoreRow, group: int) -> Sheet:
    """A score as it is compared."""
    return Sheet(group, row.reviewer, (row.form, row.version), row.answers, row.score or 0.0, row.fatal)


def forms_of(engine: Engine, site: str, found: Iterable[ScoreRow]) -> dict[tuple[str, int], Form]:
    """The forms of scores, in their versions."""
    wanted = {(one.form, one.version) for one in found}
    return {fits: versions.version(engine, site, "form", *fits).form for fits in sorted(wanted)}
