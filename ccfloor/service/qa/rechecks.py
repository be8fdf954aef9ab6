"""The head scores a share of the forms again: drawn by chance, of each reviewer alike, and blind.

What is drawn becomes a draft of whoever checks, so that from then on the first score is out of sight, until
the second is handed in. Each form is drawn once. The seed of a draw and the digest of what there was to draw
from stand in the audit log: with them it can be drawn again. Both are written in letters, as the log hides
what looks like a telephone number. A re-check counts in no figure. What the program draws at the end of a
month, see ``recheck_months``, is nobody's until somebody takes it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from hashlib import sha256
from math import ceil
from secrets import token_hex
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import day_number
from ccfloor.qa.calibrate import Compared, apart, compare, what_said
from ccfloor.qa.draw import chance
from ccfloor.qa.model import Form, exact
from ccfloor.service.audit import acting, record
from ccfloor.service.people_log import PeopleError, named, said
from ccfloor.service.qa import scoring
from ccfloor.service.qa.agreeing import checked, forms_of, sheet_of
from ccfloor.service.qa.scoring import Begin
from ccfloor.service.qa.subject import name_of, subject_of
from ccfloor.store import qa_rechecks as rows
from ccfloor.store import qa_scores
from ccfloor.store.engine import lock_site, writing
from ccfloor.store.qa_rechecks import Scored
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.viewer import Viewer

SHARE = 0.05  # of each reviewer's forms, unless something else is said
_MOST = 500  # forms of one draw
LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class Drawn(NamedTuple):
    """A draw. ``population``: forms that there were; ``digest``: SHA-256 of their numbers in
    order, a line each; hexadecimal digits 0 to f as a to p.
    """

    seed: str
    population: int
    digest: str
    numbers: tuple[int, ...]


class Pair(NamedTuple):
    """A form and the one by which it was looked at again. ``first``: as it was handed in, before any appeal.

    ``apart``: points of the first above those of the second; ``items``: questions that they answer
    differently.
    """

    first: ScoreRow
    second: ScoreRow
    apart: float
    items: tuple[str, ...]


class Results(NamedTuple):
    """Re-checks handed in. ``share``: re-checked of all forms of each reviewer."""

    pairs: tuple[Pair, ...]
    compared: Compared
    forms: Mapping[tuple[str, int], Form]
    counts: Mapping[str, tuple[int, int]]  # reviewer → re-checked, forms


def draw(
    engine: Engine,
    viewer: Viewer,
    config: FloorConfig,
    first: date,
    last: date,
    share: float,
    who: str,
    why: str,
    now: float,
    *,
    seed: str = "",
) -> Drawn:
    """Draw of each reviewer's forms that were handed in from ``first`` to ``last`` so many that the share
    (0 to 1) of them is looked at again, and begin drafts of them for whoever asks.

    Raises PeopleError: ``no_who``, ``no_why``, ``qa_bad_share``, ``ends_first``, ``qa_nothing_to_draw``.
    """
    viewer.needs(Right.QA_PLAN)
    me, words = named(name_of(viewer, who)), said(why)
    if not 0 < share <= 1:
        raise PeopleError("qa_bad_share")
    if last < first:
        raise PeopleError("ends_first")
    with writing(engine) as connection:
        lock_site(connection, viewer.site)
        there = [
            one
            for one in rows.handed_in(connection, viewer, config, (day_number(first), day_number(last)))
            if one.reviewer != me and one.agent != me and one.agent not in viewer.own
        ]
        made = drawn(there, share, seed or token_hex(16).translate(LETTERS), _MOST)
        if not made.numbers:
            raise PeopleError("qa_nothing_to_draw")
        for number in made.numbers:
            _begin(connection, viewer, config, number, me, now)
        after = {"first": first, "last": last, "share": share, "forms": len(made.numbers)}
        after |= {"population": made.population, "seed": made.seed, "digest": made.digest}
        after |= {"numbers": list(made.numbers)}
        days = {"first_day": day_number(first), "last_day": day_number(last), "plan": "", "month": None}
        told = kept(made, share) | {"at": now, "who": me, "why": words}
        rows.add_draw(connection, viewer.site, days | told)
        _log(connection, viewer, me, after, words, now)
    return made


def kept(made: Drawn, share: float) -> dict[str, Any]:
    """The columns of a drawing that say what was drawn."""
    counted = {"population": made.population, "picks": len(made.numbers)}
    return counted | {"share": share, "seed": made.seed, "digest": made.digest}


def drawn(there: Collection[Scored], share: float, seed: str, most: int = 0) -> Drawn:
    """Of each reviewer the share, rounded up, less what was drawn before; ``most``: no more in all."""
    keys = sorted(one.id for one in there)
    mine: dict[str, list[Scored]] = defaultdict(list)
    for one in there:
        mine[one.reviewer].append(one)
    found: list[int] = []
    for name in sorted(mine):
        before = sum(one.checked for one in mine[name])
        wanted = ceil(exact(share) * len(mine[name])) - before
        left = sorted((one.id for one in mine[name] if not one.checked), key=lambda key: _luck(seed, key))
        found += left[: max(wanted, 0)]
    digest = sha256("\n".join(map(str, keys)).encode()).hexdigest().translate(LETTERS)
    lucky = sorted(found, key=lambda key: _luck(seed, key))[: most or None]
    return Drawn(seed, len(keys), digest, tuple(sorted(lucky)))


def _luck(seed: str, key: int) -> tuple[float, int]:
    return float(chance(seed, "recheck", str(key))), key


def _begin(
    connection: Connection, viewer: Viewer, config: FloorConfig, number: int, me: str, now: float
) -> None:
    about = subject_of(connection, viewer, config, Begin("recheck", original=number), me)
    values = about._asdict() | {"reviewer": me, "state": qa_scores.DRAFT, "began_at": now, "saved_at": now}
    qa_scores.add(connection, viewer.site, values)


def to_check(engine: Engine, viewer: Viewer, config: FloorConfig, who: str = "") -> list[ScoreRow]:
    """What one has drawn and not looked at yet, the oldest call first: nothing of the first score."""
    viewer.needs(Right.QA)
    me = name_of(viewer, who)
    wanted = qa_scores.Wanted(kinds=("recheck",), states=(qa_scores.DRAFT,), reviewer=me)
    if not me:
        return []
    return scoring.list_scores(engine, viewer, config, wanted, who)[::-1]


def results(
    engine: Engine, viewer: Viewer, config: FloorConfig, first: date, last: date, who: str = ""
) -> Results:
    """What came of the re-checks that were handed in from ``first`` to ``last``, the farthest apart first.
    The second is the reference. ``counts``: of forms handed in on these days, whenever looked at again.
    """
    viewer.needs(Right.QA)
    me, days = name_of(viewer, who), (day_number(first), day_number(last))
    with engine.connect() as connection:
        within = qa_scores.seen_by(connection, viewer, config, me)
        there = rows.handed_in(connection, viewer, config, days)
        again = rows.rechecks(connection, within, [one.id for one in there if one.checked])
        told = checked(connection, viewer, config, days, who)
    forms = forms_of(engine, viewer.site, [second for _, second in told])
    sheets = [sheet_of(one, one.id) for one, _ in told]
    compared = compare(sheets, {one.id: sheet_of(two, one.id) for one, two in told}, forms)
    pairs = sorted((_pair(one, two, forms) for one, two in told), key=lambda pair: -abs(pair.apart))
    done = {one.original for one in again}
    counts: dict[str, tuple[int, int]] = {}
    for form in there:
        had, total = counts.get(form.reviewer, (0, 0))
        counts[form.reviewer] = (had + (form.id in done), total + 1)
    return Results(tuple(pairs), compared, forms, counts)


def adopt(
    engine: Engine, viewer: Viewer, config: FloorConfig, number: int, who: str, why: str, now: float
) -> ScoreRow:
    """Correct a form by its re-check (``number``); returns it as it is now.

    Raises PeopleError: ``unknown_qa_score``, ``qa_same`` and what ``scoring.correct`` raises.
    """
    viewer.needs(Right.QA_PLAN)
    second = scoring.find_score(engine, viewer, config, number, who)
    if second is None or second.kind != "recheck" or second.state != qa_scores.SUBMITTED:
        raise PeopleError("unknown_qa_score")
    first = scoring.find_score(engine, viewer, config, second.original or 0, who)
    if first is None:
        raise PeopleError("unknown_qa_score")
    answers = dict.fromkeys(first.answers, "") | second.answers
    return scoring.correct(engine, viewer, config, first.id, answers, who, why, now)


def _pair(first: ScoreRow, second: ScoreRow, forms: Mapping[tuple[str, int], Form]) -> Pair:
    form = forms[second.form, second.version]
    one, two = (what_said(form, sheet_of(row, 0)) for row in (first, second))
    differ = tuple(item for item in one if apart(one[item], two[item]))
    return Pair(first, second, (first.score or 0.0) - (second.score or 0.0), differ)


def _log(
    connection: Connection, viewer: Viewer, me: str, after: Mapping[str, object], why: str, now: float
) -> None:
    about = f"qa_recheck/{after['first']}"
    by = acting(me, viewer)
    record(connection, by, Act.QA_RECHECKS_DRAWN, about, None, after, why, now, site=viewer.site)
