"""From a number of the overview down to its forms: those of a period, all or some, as far as one may read."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from ccfloor.access.rights import Right
from ccfloor.kpi.period import day_numbers
from ccfloor.service.qa.overview import Asked, Floor
from ccfloor.store import qa_sums
from ccfloor.store.qa_scores import LatestScores, latest, seen_by
from ccfloor.store.qa_sums import BIN_WIDE, BINS
from ccfloor.store.qa_tables import qa_lines, qa_scores
from ccfloor.store.team_scope import in_scope
from ccfloor.store.team_terms import terms
from ccfloor.store.viewer import Forbidden, Viewer

MOST = 200
_l, _t = qa_lines.c, qa_scores.c


class Which(NamedTuple):
    """Some forms of an overview; empty fields do not narrow.

    ``only``: fatal, failed (not passed), or a bin: ``from`` 80 up to 85. ``item``: that lost points on it, or
    were fatal for it; ``form`` belongs to it.
    """

    agent: str = ""
    reviewer: str = ""
    only: str = ""
    bin: int | None = None
    form: str = ""
    item: str = ""


def forms_of(
    service: Floor, viewer: Viewer, asked: Asked, which: Which, who: str = "", limit: int = MOST
) -> LatestScores:
    """The latest of these forms, and how many there are. ``who``: the name typed on an open floor.

    Raises Forbidden for a scope beyond the viewer's.
    """
    viewer.needs(Right.QA)
    config, days = service.config, day_numbers(service.config, asked.period)
    with service.engine.connect() as connection:
        if not in_scope(viewer, config, terms(connection, config, viewer.site), asked.scope):
            raise Forbidden
        mine = seen_by(connection, viewer, config, viewer.who if viewer.account else who)
        within = [*qa_sums.within(viewer, config, asked.scope, days, asked.form), *mine]
        return latest(connection, [*within, *_narrowed(viewer.site, which)], limit)


def _narrowed(site: str, which: Which) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name in ("agent", "reviewer", "form"):
        if value := getattr(which, name):
            found.append(_t[name] == value)
    if which.only == "fatal":
        found.append(_t.fatal)
    elif which.only == "failed":
        found.append(~_t.passed)
    if which.bin is not None:
        found.append(_t.score >= which.bin)
        found += [_t.score < which.bin + BIN_WIDE] if which.bin < (BINS - 1) * BIN_WIDE else []
    if which.item:
        lost = (_l.possible_milli > _l.earned_milli) | _l.fatal
        of = (_l.site == site, _l.score == _t.id, _l.item == which.item, _l.applies, lost)
        found.append(select(_l.score).where(*of).exists())
    return found
