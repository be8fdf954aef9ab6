"""Stored advice, and what was foretold and came of moves, read again: what cannot be read is None."""

import logging

import msgspec

from ccfloor.staffing.advise import Advised
from ccfloor.staffing.judging import Came, Foretold
from ccfloor.store.advice import AdviceRow, EffectRow

log = logging.getLogger(__name__)
_advised = msgspec.json.Decoder(Advised)
_foretold = msgspec.json.Decoder(Foretold)
_came = msgspec.json.Decoder(Came)


def read_advised(row: AdviceRow) -> Advised | None:
    """What was advised."""
    try:
        return _advised.decode(row.body)
    except (msgspec.DecodeError, ValueError) as error:
        log.warning("advice %d cannot be read: %s", row.id, error)
        return None


def read_foretold(row: EffectRow) -> Foretold | None:
    """What was foretold."""
    try:
        return _foretold.decode(row.foretold)
    except (msgspec.DecodeError, ValueError):
        return None


def read_came(row: EffectRow) -> Came | None:
    """What came; None too where that is not told yet."""
    try:
        return _came.decode(row.came) if row.came else None
    except (msgspec.DecodeError, ValueError):
        return None
