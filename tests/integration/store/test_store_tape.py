"""A tape shows a stored floor as it was, wherever it is set and however it came there."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from ccfloor.floor.events import AnyEvent, CallJoined, Clock, Device, SeatDevice
from ccfloor.floor.state import Floor
from ccfloor.floor.view import FloorView
from ccfloor.rules.alarms import Standing
from ccfloor.store import checkpoint, tape
from ccfloor.store.recorder import Recorder
from ccfloor.store.tape import Shelf, Stopped, Tape
from tests.fakes.stored import CONFIG as SMALL
from tests.fakes.stored import T0 as MORNING
from tests.fakes.stored import cut, day, items
from tests.fakes.surge import CONFIG, T0, make, surge

DEVICES = (Device.IN_USE, Device.IDLE)
MINUTES = 25
EVENTS = surge(MINUTES)
PLACES = (T0 + 61.5, T0 + 1400.0, T0 + 300.25, T0 + 900.0, T0 + 901.0)


def stored(engine: Engine, live: bool = True) -> None:
    """The surge as a collector records it, or as an import does."""
    feed = "live" if live else "import"
    recorder = Recorder(engine, CONFIG, "main", feed, live=live, rules=make if live else None)
    for batch in cut(items(iter(EVENTS)), 97):
        recorder.record(batch)


def straight(events: Sequence[AnyEvent], at: float) -> tuple[FloorView, list[Standing]]:
    """The floor and its rules played from the first event on, without any database."""
    floor, rules = Floor(CONFIG), make(None)
    rules.bind(floor)
    for position, event in enumerate(events, 1):
        if event.at <= at:
            floor.apply(event, 1, position)
    floor.apply(Clock(at=at))
    return replace(floor.view(at), events=0), rules.shown(at)


def told(player: Tape) -> tuple[FloorView, list[Standing]]:
    """What the tape shows where it is."""
    view = player.view()
    assert view is not None and player.rules is not None
    return replace(view, events=0), player.rules.shown(player.at)


def test_wherever_it_is_set_it_shows_the_floor_as_it_was(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "EVERY_EVENTS", 500)
    stored(engine)
    player = Tape(engine, CONFIG, "main", make, Shelf())
    for at in PLACES:
        player.seek(at)
        assert told(player) == straight(EVENTS, at), at


def test_a_day_that_was_read_in_is_never_far_from_a_kept_floor(engine: Engine) -> None:
    many = 46_000
    presses = (SeatDevice(at=MORNING + n, seat=f"P/{n % 3}", device=DEVICES[n // 3 % 2]) for n in range(many))
    recorder = Recorder(engine, SMALL, "main", "import", live=False)
    for batch in cut(items(presses, "log", log=True), 5_000):
        recorder.record(batch)
    with engine.connect() as connection:
        kept = checkpoint.start_from(connection, SMALL, "main", "import", live=False, before=MORNING + many)
    assert many - kept.head <= 2 * checkpoint.EVERY_EVENTS


def test_it_comes_to_the_same_step_by_step(engine: Engine) -> None:
    stored(engine)
    player = Tape(engine, CONFIG, "main", make, Shelf())
    player.seek(T0 + 30)
    while player.at < T0 + 600:
        player.run(player.at + 7.5)
    assert told(player) == straight(EVENTS, player.at)


def test_of_an_import_it_knows_the_windows_too(engine: Engine) -> None:
    stored(engine, live=False)
    player = Tape(engine, CONFIG, "main", make, Shelf())
    player.seek(T0 + 900)
    assert told(player) == straight(EVENTS, T0 + 900)


def test_a_way_once_gone_is_short_the_next_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tape, "MARK_EVENTS", 200)
    stored(engine, live=False)
    shelf = Shelf()
    Tape(engine, CONFIG, "main", make, shelf).seek(T0 + 1400)
    played: list[int] = []
    play = tape.play

    def counting(floor: Floor, coverage: object, batch: list[tape.Entry], *more: object) -> object:
        played.append(sum(len(run.events) for run in batch))
        return play(floor, coverage, batch, *more)

    monkeypatch.setattr(tape, "play", counting)
    another = Tape(engine, CONFIG, "main", make, shelf)
    another.seek(T0 + 1300)
    assert 0 < sum(played) < 400 < len([event for event in EVENTS if event.at <= T0 + 1300])
    assert told(another) == straight(EVENTS, T0 + 1300)


def test_the_shelf_gives_up_what_was_used_least(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tape, "MARK_EVENTS", 200)
    stored(engine, live=False)
    small = Shelf(most=1)
    player = Tape(engine, CONFIG, "main", make, small)
    player.seek(T0 + 1400)
    assert small.before("import", T0 + 1400, 0, True) is None
    assert told(player) == straight(EVENTS, T0 + 1400)


def test_a_way_that_nobody_waits_for_ends_and_the_next_one_is_right(engine: Engine) -> None:
    stored(engine)
    waits = [False]
    player = Tape(engine, CONFIG, "main", make, Shelf(), stop=lambda: not waits[0])
    with pytest.raises(Stopped):
        player.seek(T0 + 900)
    waits[0] = True
    player.seek(T0 + 300)
    assert told(player) == straight(EVENTS, T0 + 300)


def test_an_event_of_a_wrong_clock_does_not_hold_up_those_after_it(engine: Engine) -> None:
    events = list(day(30))
    ahead = next(index for index, event in enumerate(events) if event.at > MORNING + 200)
    strange = [*events[:ahead], Clock(at=MORNING + 86_000.0), *events[ahead:]]
    Recorder(engine, SMALL, "main", "live", live=True).record(items(iter(strange)))
    player = Tape(engine, SMALL, "main", None, Shelf())
    player.seek(MORNING + 500)
    view = player.view()
    assert view is not None
    entered = [event.at for event in day(30) if isinstance(event, CallJoined)]
    assert view.floor.today.offered == sum(at <= MORNING + 500 for at in entered)


def test_before_the_first_word_there_is_nothing_and_then_the_feed_that_tells_of_it(engine: Engine) -> None:
    Recorder(engine, SMALL, "main", "history", live=False).record(items(day(20), source="old"))
    later = MORNING + 7200
    Recorder(engine, SMALL, "main", "live", live=True).record(items(day(20, start=later), source="ami"))
    player = Tape(engine, SMALL, "main", None, Shelf())
    player.seek(MORNING - 10)
    assert player.view() is None and player.feed is None
    player.run(MORNING + 100)
    view = player.view()
    assert player.feed == "history" and view is not None and view.floor.today.offered == 6
    player.run(later + 100)
    view = player.view()
    assert player.feed == "live" and view is not None and view.floor.today.offered == 6
