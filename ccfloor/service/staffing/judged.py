"""Learning of moves: what was foretold when one was made, and, once its span is over, what came of it.

What a move follows is known by its seats and queues (``judging.followed``): its foretelling is then that of
the advice; of a move by hand it is what the preview showed. One that cannot be read is marked so and keeps
no other from being judged. Instants are UTC epoch seconds.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.service.moves.preview import Outcome, QueuePreview
from ccfloor.service.staffing.advice_read import read_advised, read_came, read_foretold
from ccfloor.service.staffing.fates import fates
from ccfloor.service.staffing.meddling import Meddlings, meddlings
from ccfloor.staffing.effect import HORIZON_S
from ccfloor.staffing.following import HEARD_S, Heard, Made, followed
from ccfloor.staffing.judging import (
    Came,
    Fate,
    Foretold,
    Level,
    State,
    Told,
    foretold,
    horizon_s,
    state,
)
from ccfloor.store.advice import (
    AdviceRow,
    EffectRow,
    add_effects,
    advice_between,
    came,
    judge,
    moves_untold,
    open_effects,
)
from ccfloor.store.engine import writing
from ccfloor.store.moves import MoveRow, SeatRow, seats_of
from ccfloor.store.seen import Seen, seen

log = logging.getLogger(__name__)
NOTED_S = 2 * 3600.0  # moves that were made so long ago are still set beside what was foretold
_previews = msgspec.json.Decoder(tuple[QueuePreview, ...])


# -- what was foretold -------------------------------------------------------------------------------------


def note_moves(engine: Engine, site: str, now: float, heard_s: float = HEARD_S) -> int:
    """Keep what was foretold of the moves made since the last look; returns how many. SQLAlchemyError.

    ``heard_s``: how long after it was given last a proposal may still be followed.
    """
    with engine.connect() as connection:
        fresh = moves_untold(connection, site, now - NOTED_S)
        if not fresh:
            return 0
        since = min(move.at for move in fresh)
        heard = read_heard(advice_between(connection, site, since - heard_s, now + 1.0))
        seats = seats_of(connection, site, [move.id for move in fresh])
    told = [_told(move, made_by(move, seats), heard, heard_s) for move in fresh]
    with writing(engine) as connection:
        known = {move.id for move in moves_untold(connection, site, now - NOTED_S)}
        add_effects(connection, site, [row for rows in told for row in rows if row.move in known])
    return len(fresh)


def read_heard(rows: Iterable[AdviceRow]) -> list[Heard]:
    """Stored advice; what cannot be read is left out."""
    found = []
    for row in rows:
        body = read_advised(row)
        if body is not None:
            found.append(Heard(row.id, row.given_at, row.seen_at, body.advice))
    return found


def made_by(move: MoveRow, seats: Iterable[SeatRow]) -> Made:
    """A move as it is set beside proposals."""
    mine = frozenset(row.seat for row in seats if row.move == move.id)
    return Made(move.at, mine, frozenset(move.queues), move.beside, move.minutes)


def _told(move: MoveRow, made: Made, heard: Sequence[Heard], heard_s: float) -> list[EffectRow]:
    match = followed(heard, made, heard_s)
    if match is not None:
        said, rank = match
        told = list(_rows(move, foretold(said.advice[rank].effects), said.id, rank))
        return told or [_nothing(move, State.UNTOLD, said.id, rank)]
    try:
        told = list(_rows(move, by_hand(move.predicted, move.minutes), 0, 0))
        return told or [_nothing(move, State.UNTOLD)]
    except (msgspec.DecodeError, ValueError) as error:
        log.warning("what was foretold of move %d cannot be read: %s", move.id, error)
        return [_nothing(move, State.UNREADABLE)]


def _nothing(move: MoveRow, state: State, advice: int = 0, rank: int = 0) -> EffectRow:
    """A move that is not judged is marked at once: nobody looks for what was foretold of it again."""
    queue = min(move.queues, default="") if state is State.UNTOLD else ""
    return EffectRow(move.id, 0, move.at, move.at, advice, rank, queue, state, "")


def _rows(move: MoveRow, told: Iterable[Foretold], advice: int, rank: int) -> Iterator[EffectRow]:
    for place, one in enumerate(told):
        body = msgspec.json.encode(one).decode()
        ends_at = move.at + one.horizon_s
        yield EffectRow(move.id, place, move.at, ends_at, advice, rank, one.queue, State.PENDING, body)


def by_hand(predicted: str, minutes: int) -> tuple[Foretold, ...]:
    """What the preview of a move showed; nothing where it showed nothing. Raises DecodeError."""
    shown = _previews.decode(predicted) if predicted else ()
    told = (
        Foretold(
            one.queue,
            horizon_s(minutes),
            one.seats_after > one.seats_before,
            _level(one.before),
            _level(one.after),
        )
        for one in shown
    )
    return tuple(one for one in told if one.after != Level())


def _level(shown: Outcome) -> Level:
    return Level(*(None if one is None else Told(one) for one in _figures(shown)))


def _figures(shown: Outcome) -> tuple[float | None, float | None, float | None]:
    return shown.service_level, shown.abandoned, shown.wait_s


# -- what came -----------------------------------------------------------------------------------------------


class About(NamedTuple):
    """What is to be known of moves that are judged: what became of their seats, and what mixed with them."""

    fates: Mapping[int, Fate]
    others: Meddlings


def judge_moves(engine: Engine, config: FloorConfig, now: float) -> int:
    """Judge what is due or was taken back before; returns how many rows. Raises SQLAlchemyError."""
    with engine.connect() as connection:
        rows = open_effects(connection, config.site, now + HORIZON_S)
        if not rows:
            return 0
        about = About(fates(connection, config.site, rows), meddlings(connection, config.site, rows))
        sight = seen(connection, config.site)
        told = [(row, *_judged(connection, config, row, about, sight, now)) for row in rows]
    over = [each for each in told if each[1] is not State.PENDING]
    for row, found, body in over:
        with writing(engine) as connection:
            judge(connection, row, found, body, now)
    return len(over)


def _judged(
    connection: Connection, config: FloorConfig, row: EffectRow, about: About, sight: Seen, now: float
) -> tuple[State, str]:
    told = read_foretold(row)
    if told is None:
        return State.UNREADABLE, ""
    unseen_s = sight.gap_s(row.at, row.ends_at)
    fate = about.fates.get(row.move, Fate(0))
    found = state(row.at, told.horizon_s, fate, now, unseen_s, about.others.mixed(row))
    if found not in (State.JUDGED, State.MIXED):
        return found, ""
    threshold_s = config.target(told.queue, row.at).threshold_s
    real = came(connection, config.site, told.queue, row.at, row.ends_at, threshold_s)
    return found, msgspec.json.encode(real).decode()


class Known(NamedTuple):
    """What was foretold, what came, and when that was told apart."""

    told: Foretold
    came: Came
    judged_at: float


def known_of(rows: Iterable[EffectRow], state: State = State.JUDGED) -> Iterator[Known]:
    """Those of a state that can be read; what several moves followed of one proposal counts once."""
    counted: set[tuple[int, int, int]] = set()
    for row in rows:
        told, real = read_foretold(row), read_came(row)
        if row.state != state or told is None or real is None:
            continue
        same = (row.advice, row.rank, row.place)
        if row.advice and same in counted:
            continue
        counted.add(same)
        yield Known(told, real, row.judged_at or 0.0)


def pairs_of(rows: Iterable[EffectRow], state: State = State.JUDGED) -> Iterator[tuple[Foretold, Came]]:
    """What was foretold and what came, of those of a state, each proposal once."""
    return ((one.told, one.came) for one in known_of(rows, state))
