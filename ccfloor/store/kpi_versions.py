"""Every version of the catalogue's definitions and of a site's targets, as stored. Rows are only added.

``scope`` is empty for a definition (``body``: the KPI as JSON), else as ``str(Scope)`` (``body``: a Choice);
an empty body takes back what was. ``valid_from`` is a day: 20261201.
"""

import logging
from typing import NamedTuple, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, Engine, Row, func, insert, select

from ccfloor.floor.numbers import mask_words
from ccfloor.kpi.book import Choice, ChoiceVersion, KpiVersion
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.scope import scope
from ccfloor.rules.model import Part
from ccfloor.store.tables import kpi_versions

log = logging.getLogger(__name__)
DEFINITION = ""
_table = kpi_versions.c
T = TypeVar("T", bound=Part)


class Kept(NamedTuple):
    """What is stored of a site, in the order of its making."""

    versions: list[KpiVersion]
    choices: list[ChoiceVersion]


def stamp(engine: Engine, site: str) -> int:
    """Another number when anything was added."""
    with engine.connect() as connection:
        query = select(func.max(_table.id)).where(_table.site == site)
        return int(connection.scalar(query) or 0)


def kept(connection: Connection, site: str) -> Kept:
    """Everything stored of a site, reasons without telephone numbers.

    Bodies this program cannot read are left out, and logged.
    """
    found = Kept([], [])
    query = select(kpi_versions).where(_table.site == site).order_by(_table.id)
    for row in connection.execute(query):
        body = _read(row, Choice if row.scope else Kpi)
        if body is None and row.body:
            continue
        if isinstance(body, Choice) or row.scope:
            choice = body if isinstance(body, Choice) else None
            about = (row.kpi, scope(row.scope), row.valid_from)
            found.choices.append(ChoiceVersion(*about, choice, row.at, row.who, mask_words(row.why)))
        else:
            found.versions.append(
                KpiVersion(row.kpi, row.valid_from, body if isinstance(body, Kpi) else None)
            )
    return found


def append(
    connection: Connection,
    site: str,
    kpi: str,
    about: str,
    valid_from: int,
    body: Part | None,
    *,
    at: float,
    who: str,
    why: str,
) -> None:
    """Add a version. ``about``: DEFINITION or ``str(Scope)``; ``body`` None takes back what was."""
    text = body.model_dump_json(exclude_defaults=True) if body is not None else ""
    row = {"site": site, "kpi": kpi, "scope": about, "valid_from": valid_from, "body": text}
    connection.execute(insert(kpi_versions).values({**row, "at": at, "who": who, "why": why}))


def _read(row: Row[tuple[object, ...]], shape: type[T]) -> T | None:
    if not row.body:
        return None
    try:
        return shape.model_validate_json(row.body)
    except ValidationError as error:
        log.warning("kpi: a stored version of %s cannot be read: %s", row.kpi, error)
        return None
