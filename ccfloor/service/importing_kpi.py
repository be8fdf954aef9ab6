"""Taking files of data in: read, judged, shown, then written as a whole or not at all; and taken out again.

Nothing is written while a line is bad, unless the good lines alone are asked for. A content that is in
already is not taken in twice; a row about the same thing as an earlier one replaces it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from ccfloor.access.acts import Act as Logged
from ccfloor.access.rights import Right
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.cells import plain
from ccfloor.kpi.datafile import Checked, Names, Rules, check, fits_header
from ccfloor.kpi.dataset import Dataset
from ccfloor.kpi.datasets import DATASETS
from ccfloor.kpi.period import business_date, date_of, day_number
from ccfloor.service.access.asking import asker_needs, asker_needs_whole
from ccfloor.service.people_log import PeopleError, Told, named, said, write
from ccfloor.service.plan_notes import TEXT_MAX
from ccfloor.service.table_file import BYTES_MAX, Unreadable, read_lines
from ccfloor.store import imports as store
from ccfloor.store.engine import writing
from ccfloor.store.imports import Effect, Taken, Undone
from ccfloor.store.viewer import Viewer

FILE_MAX = 200
Act = Callable[[Engine, FloorConfig, int, str, str, float], Taken]  # undoing and restoring, see below


class Preview(NamedTuple):
    """What a file would do. ``before``: the import that took in the same content already; ``fits``: other
    datasets whose header it has, where it has not the one of this.
    """

    dataset: Dataset
    file: str
    digest: str
    checked: Checked
    effect: Effect
    before: Taken | None
    fits: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every line can be taken in."""
        return not self.checked.faults

    def faults(self, lang: str) -> list[str]:
        """What is wrong, one sentence each."""
        return [fault.said(self.file, lang) for fault in self.checked.faults]


class Outcome(NamedTuple):
    """What was written. ``known``: nothing, since it is in already as this import."""

    id: int
    rows: int
    known: bool = False


def site_names(engine: Engine, config: FloorConfig, site: str) -> Names:
    """What files may call the site's queues, teams and agents."""
    with engine.connect() as connection:
        queues = {name: [name] for name in store.known_queues(connection, site)}
        agents = {name: [name] for name in store.known_agents(connection, site)}
    for queue, info in config.queues.items():
        queues.setdefault(queue, []).extend((queue, info.zh, info.en))
    for seat in config.seats.values():
        if seat.agent:
            more = (seat.agent, seat.agent_en, seat.number, seat.seat, *seat.aliases)
            agents.setdefault(seat.agent, []).extend(more)
        else:
            agents.setdefault(seat.seat, []).extend((seat.seat, seat.number, *seat.aliases))
        for name, english in seat.others.items():
            agents.setdefault(name, []).extend((name, english))
    teams = {seat.team: [seat.team] for seat in config.seats.values() if seat.team}
    return Names(_asked(queues), _asked(teams), _asked(agents))


def preview(
    engine: Engine,
    config: FloorConfig,
    dataset: Dataset,
    file: str,
    content: bytes,
    now: float,
    refused: str = "",
) -> Preview:
    """Read and judge a file's content; nothing is written. ``now``: UTC epoch seconds.

    ``refused``: why the file did not come at all, a code of faults.
    """
    names = site_names(engine, config, config.site)
    rules = Rules(dataset, names, day_number(business_date(config, now)), config.day_start_s)
    fits: tuple[str, ...] = ()
    try:
        if refused:
            raise Unreadable(refused, most=BYTES_MAX // 1_000_000)
        lines = read_lines(content)
        checked = check(rules, lines)
        if any(fault.code == "no_header" for fault in checked.faults):
            fits = tuple(
                item.id for item in DATASETS.values() if item != dataset and fits_header(item, lines)
            )
    except Unreadable as error:
        checked = Checked([], [error.fault], 0)
    digest = hashlib.sha256(content).hexdigest()
    with engine.connect() as connection:
        before = store.same_content(connection, config.site, dataset.id, digest)
        effect = store.effect(connection, config.site, dataset.id, checked.rows)
    return Preview(dataset, file[-FILE_MAX:], digest, checked, effect, before, fits)


def take_in(
    engine: Engine,
    config: FloorConfig,
    seen: Preview,
    who: str,
    why: str,
    now: float,
    *,
    good_lines: bool = False,
    covers: tuple[int, int] | None = None,
) -> Outcome:
    """Write what a preview showed. ``good_lines``: although others are bad; ``covers``: first and last day
    of which a complete file tells, where that is more than its rows say.

    Raises PeopleError: no_who, import_bad_lines, import_no_lines, import_wrong_days.
    """
    asker_needs(Right.IMPORTS)
    asker_needs_whole()
    by, note = named(who), why.strip()[:TEXT_MAX]
    first, last = _covered(seen, covers)
    if not seen.checked.rows and not (covers and _told_of_nothing(seen)):
        raise PeopleError("import_no_lines")
    if not (seen.clean or good_lines or _told_of_nothing(seen)):
        raise PeopleError("import_bad_lines")
    rows = seen.checked.rows
    with writing(engine) as connection:
        store.one_by_one(connection)
        if before := store.same_content(connection, config.site, seen.dataset.id, seen.digest):
            return Outcome(before.id, 0, known=True)
        taken = Taken(0, seen.dataset.id, seen.file, seen.digest, now, by, note, len(rows), first, last)
        made = store.take_in(connection, config, taken, rows)
        told = Told(Logged.IMPORT_TAKEN, None, _told(taken))
        write(connection, config.site, about(made), "added", by, note, now, told=told)
    return Outcome(made, len(rows))


def undo_import(engine: Engine, config: FloorConfig, number: int, who: str, why: str, now: float) -> Taken:
    """Take a whole import out again.

    Raises PeopleError: no_who, no_why, import_unknown, import_undone, import_foreign (of a kind that this
    version does not know).
    """
    asker_needs(Right.IMPORTS)
    asker_needs_whole()
    return _turn(engine, config, number, Undone(now, named(who), said(why)), now)


def restore_import(engine: Engine, config: FloorConfig, number: int, who: str, why: str, now: float) -> Taken:
    """Take an undoing back.

    Raises PeopleError: no_who, no_why, import_unknown, import_counts (not undone), import_again (the same
    content was taken in anew since), import_foreign.
    """
    asker_needs(Right.IMPORTS)
    asker_needs_whole()
    back = Undone(None, named(who), said(why))
    return _turn(engine, config, number, back, now)


def _turn(engine: Engine, config: FloorConfig, number: int, undone: Undone, now: float) -> Taken:
    """Let an import count no more, or again, and note who did it."""
    with writing(engine) as connection:
        store.one_by_one(connection)
        taken = store.find_import(connection, config.site, number)
        if taken is None:
            raise PeopleError("import_unknown")
        if code := _not_to_turn(connection, config.site, taken, undone):
            raise PeopleError(code)
        store.turn(connection, config, taken, undone)
        item = "restored" if undone.at is None else "withdrawn"
        act = Logged.IMPORT_RESTORED if undone.at is None else Logged.IMPORT_UNDONE
        told = Told(act, *_turned(taken, undone))
        write(connection, config.site, about(number), item, undone.who, undone.why, now, told=told)
    return taken


def _told(taken: Taken) -> dict[str, object]:
    """An import as the audit log tells it."""
    days = [_day_text(day) for day in (taken.first_day, taken.last_day)]
    named = {"dataset": taken.dataset, "file": taken.file, "rows": taken.rows}
    return named | {"first_day": days[0], "last_day": days[1]}


def _day_text(day: int) -> str:
    """2026-11-22, or 2026-11 of what is told of whole months; "" for none."""
    month = f"{day // 10_000:04}-{day // 100 % 100:02}"
    return "" if not day else f"{month}-{day % 100:02}" if day % 100 else month


def _turned(taken: Taken, undone: Undone) -> tuple[dict[str, object], dict[str, object]]:
    """Before and after."""
    kept = _told(taken)
    return {"counts": undone.at is not None}, kept | {"counts": undone.at is None}


def _not_to_turn(connection: Connection, site: str, taken: Taken, undone: Undone) -> str:
    """Why an import cannot be undone or restored, as a code; empty where it can."""
    if taken.dataset not in DATASETS:
        return "import_foreign"
    if undone.at is not None:
        return "" if taken.undone_at is None else "import_undone"
    if taken.undone_at is None:
        return "import_counts"
    again = store.same_content(connection, site, taken.dataset, taken.digest)
    return "import_again" if again else ""


def imports(engine: Engine, viewer: Viewer, dataset: str = "", limit: int = 200) -> list[Taken]:
    """The imports of the viewer's site, latest first."""
    found = store.list_imports(engine, viewer, dataset, limit)
    return [one._replace(why=viewer.words(one.why), undone_why=viewer.words(one.undone_why)) for one in found]


def about(number: int) -> str:
    """Under which name the log keeps what was done to an import."""
    return f"import/{number}"


def _asked(names: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Every spelling → the names it may mean; a name as it stands in the tables means that one alone."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, spellings in names.items():
        for word in _spelt(spellings):
            found[word].add(name)
    exact = {plain(name).casefold(): {name} for name in names}
    return {word: tuple(sorted(meant)) for word, meant in {**found, **exact}.items()}


def _spelt(words: Iterable[str]) -> set[str]:
    return {plain(word).casefold() for word in words if word}


def _told_of_nothing(seen: Preview) -> bool:
    """A complete file whose header stands alone: there was nothing in its days."""
    return seen.dataset.complete and [fault.code for fault in seen.checked.faults] == ["empty"]


def _covered(seen: Preview, covers: tuple[int, int] | None) -> tuple[int, int]:
    """First and last day of which an import tells."""
    first, last = seen.checked.days
    if covers is None or not seen.dataset.complete:
        return first, last
    if covers[0] > covers[1] or (first and (covers[0] > first or covers[1] < last)):
        raise PeopleError("import_wrong_days")
    if (date_of(covers[1]) - date_of(covers[0])).days > 366:
        raise PeopleError("import_wrong_days")
    return covers
