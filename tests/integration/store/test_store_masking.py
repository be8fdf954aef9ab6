"""No number leaves for who may not read it: a fabricated day, and the bytes of every read searched."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, insert

from ccfloor.access.rights import Role
from ccfloor.floor.events import (
    AnyEvent,
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRefused,
    EndedBy,
    FloorSnapshot,
    Outcome,
    WaitingState,
)
from ccfloor.kpi.period import Period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service.called_back import abandoned_callers, tick, told
from ccfloor.service.scope import Scope as Sight
from ccfloor.service.scope import scoped
from ccfloor.store import quality_checks, tables
from ccfloor.store.agent_day import calls_of, visits_of
from ccfloor.store.call_list import call_list
from ccfloor.store.engine import writing
from ccfloor.store.past import show_at
from ccfloor.store.queries import CallFilter, bad_lines, call_life, call_page
from ccfloor.store.queue_history import called_again, cell_calls
from ccfloor.store.recorder import Recorder
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG, T0, items

LEAD = Viewer(Role.LEAD, account=3, who="lin", lang="en")
FREE = Viewer(may_see_numbers=True)
AGENT = "Agent 1"
DAY = Period("2026-05-28", "day", T0, T0 + 86_400)
# As switches write them: plain, with a country, apart by signs, as an address, with something behind.
PLANTED = [
    "13955550001",
    "+8613955550002",
    "139-5555-0003",
    "sip:13955550004@gate",
    "13955550005*",
    "(021) 8888 0006",
]
NAMED = [f"Ms Lin {number}" for number in ("13966660001", "139 6666 0002", "139.6666.0003")]
OUTSIDE, WRITTEN, BROKEN = "13977770001", "13988880001", "13999990001"
_SIGNS = re.compile(r"[^0-9]")


def digits(text: str) -> str:
    """The digits of a number that must not be told: the last eleven but its signs."""
    return _SIGNS.sub("", text)[-11:]


SECRETS = [digits(text) for text in (*PLANTED, *NAMED, OUTSIDE, WRITTEN, BROKEN)]


def leaks(found: Any) -> set[str]:
    """The planted numbers in what was read, also where signs stand between their digits."""
    told = msgspec.json.encode(found, enc_hook=str).decode()
    bare = re.sub(r"(?<=\d)[ .()/\-]+(?=\d)", "", told)
    return {secret for secret in SECRETS if secret in told or secret in bare}


def story() -> Iterator[AnyEvent]:
    waiting = tuple(
        WaitingState(f"w-{n}", "hot", n + 1, 5.0, number, NAMED[n % 3]) for n, number in enumerate(PLANTED)
    )
    for n, number in enumerate(PLANTED):
        at, call = T0 + 3600 + 300 * n, f"c-{n}"
        for visit in range(2):
            yield CallJoined(
                at=at + 60 * visit, call=f"{call}-{visit}", queue="hot", number=number, name=NAMED[n % 3]
            )
            yield CallLeft(
                at=at + 60 * visit + 20, call=f"{call}-{visit}", queue="hot", outcome=Outcome.ABANDONED
            )
        yield CallJoined(at=at + 150, call=call, queue="hot", number=number, name=NAMED[n % 3])
        yield CallAnswered(at=at + 155, call=call, queue="hot", seat=AGENT, wait_s=5.0, ring_s=1.0)
        by = EndedBy.BLIND_TRANSFER
        yield CallEnded(at=at + 200, call=call, queue="hot", seat=AGENT, by=by, talk_s=45.0, target=OUTSIDE)
    yield CallRefused(at=T0 + 7200, call="full", queue="hot", outcome=Outcome.REFUSED_FULL, number=PLANTED[0])
    yield CallJoined(at=T0 + 7250, call="lost", queue="hot", number=PLANTED[0], name=NAMED[0])
    yield FloorSnapshot(at=T0 + 7300, waiting=waiting)


@pytest.fixture
def filled(engine: Engine) -> tuple[Engine, Recorder]:
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    recorder.record(items(story()))
    with writing(engine) as connection:
        bad = {
            "site": "main",
            "source": "ami",
            "place": "log:3",
            "why": f"not a line: {BROKEN}",
            "at": T0 + 60,
        }
        connection.execute(insert(tables.bad_lines), [bad])
    return engine, recorder


def lists(engine: Engine, viewer: Viewer) -> dict[str, Any]:
    """Everything that lists calls or callers."""
    with engine.connect() as connection:
        agents = calls_of(connection, viewer, CONFIG, AGENT, T0, T0 + 86_400)
        visits = visits_of(connection, viewer, CONFIG, [f"c-{n}" for n in range(len(PLANTED))])
    end = T0 + 86_400
    return {
        "page": call_page(engine, viewer, CONFIG, CallFilter()).rows,
        "list": call_list(engine, viewer, CONFIG, SITE, T0, end).rows,
        "queue": call_list(engine, viewer, CONFIG, Scope("queue", "hot"), T0, end, which="abandoned").rows,
        "again": called_again(engine, viewer, "", DAY),
        "cell": cell_calls(engine, viewer, CONFIG, "hot", [DAY]),
        "callers": [case._asdict() for case in abandoned_callers(engine, viewer, "", DAY).cases],
        "agent": agents,
        "visits": visits,
        "doubtful": quality_checks.repaired_calls(engine, viewer, CONFIG, T0, end).rows,
        "open": quality_checks.open_calls(engine, viewer, CONFIG, T0, end, T0 + 10 * 86_400).rows,
    }


def test_lists_of_calls_and_callers(filled: tuple[Engine, Recorder]) -> None:
    engine, _ = filled
    free, masked = lists(engine, FREE), lists(engine, LEAD)
    assert {name for name, found in free.items() if not leaks(found)} == set(), "the search finds them"
    assert {name: leaks(found) for name, found in masked.items() if leaks(found)} == {}


def test_a_calls_life_with_the_lines_of_its_journal(filled: tuple[Engine, Recorder]) -> None:
    engine, _ = filled
    rows = call_page(engine, FREE, CONFIG, CallFilter()).rows
    keys = [(row.source, row.position) for row in rows if row.position >= 0]
    assert len(keys) > 3 * len(PLANTED)
    for key in keys:
        free, masked = (call_life(engine, viewer, CONFIG, *key) for viewer in (FREE, LEAD))
        assert free and masked and leaks(free) and len(free.lines) == len(masked.lines)
        assert leaks(masked) == set() and leaks(str(masked)) == set()


def test_the_floor_now_and_then(filled: tuple[Engine, Recorder]) -> None:
    engine, recorder = filled
    now = recorder.floor.view(T0 + 7310)
    then = show_at(engine, CONFIG, "main", T0 + 3610)
    assert len(now.callers) == len(PLANTED) and leaks(now), "names are masked by the viewer's scope"
    assert then is not None and then.callers
    for view in (now, then):
        assert leaks(scoped(view, Sight.of(LEAD))) == set()


def test_notes_about_callers_and_unreadable_lines(filled: tuple[Engine, Recorder]) -> None:
    engine, _ = filled
    case = abandoned_callers(engine, FREE, "", DAY).cases[0]
    tick(engine, FREE, case.last.key, "Zhou", f"rang {WRITTEN}", T0 + 9000)
    end = T0 + 86_400

    def told_of(viewer: Viewer) -> list[Any]:
        ticked = [one.tick for one in abandoned_callers(engine, viewer, "", DAY).cases if one.tick]
        lines = quality_checks.unreadable(engine, viewer, T0, end).rows
        return [ticked, told(engine, viewer, case.last.key), lines, bad_lines(engine, viewer)]

    assert all(map(leaks, told_of(FREE)))
    assert list(map(leaks, told_of(LEAD))) == [set()] * 4


def test_nobody_finds_a_number_by_trying(filled: tuple[Engine, Recorder]) -> None:
    engine, _ = filled
    assert call_page(engine, FREE, CONFIG, CallFilter(number=PLANTED[0])).total
    assert call_page(engine, LEAD, CONFIG, CallFilter(number=PLANTED[0])).total == 0
