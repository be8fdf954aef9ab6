"""Notes on alarms: who took one on, what was ticked; refused where they make no sense. In both databases."""

from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.rules.alarms import alarm_key
from ccfloor.service.incidents import declare_incident
from ccfloor.service.plan_notes import (
    NoteError,
    acked,
    acknowledge,
    read_notes,
    tick,
    ticked,
    untick,
    write_note,
)
from ccfloor.store.engine import writing
from ccfloor.store.tables import alarms, plan_notes, rule_versions
from ccfloor.store.viewer import Viewer
from tests.unit.service.plans import LEVEL1

ALL = Viewer()
CONFIG = FloorConfig(seats={"P/1": SeatInfo("P/1", team="A")})
FIRED = 1_800_000_000.123_456
KEY = alarm_key("level1", "", FIRED)


def alarm(engine: Engine, subject: str = "", site: str = "main") -> str:
    """A stored alarm of the rule with a checklist; returns its key."""
    row: dict[str, Any] = dict.fromkeys(("active_at", "cleared_at", "blind_s", "value", "worst"), 0.0)
    row |= {"site": site, "rule": "level1", "subject": subject, "fired_at": FIRED, "version": 1}
    with writing(engine) as connection:
        connection.execute(insert(alarms).values(**row, severity="alarm", plan="peak", level=1))
    return alarm_key("level1", subject, FIRED)


@pytest.fixture
def fired(database: Engine) -> Engine:
    """A database with one alarm and its rule."""
    row = {"site": "main", "rule": "level1", "version": 1, "valid_from": 0.0, "at": 0.0}
    with writing(database) as connection:
        body = LEVEL1.model_dump_json()
        connection.execute(insert(rule_versions).values(**row, source="file", who="", why="", body=body))
    assert alarm(database) == KEY
    return database


def notes(engine: Engine, about: str = KEY) -> list[Any]:
    with engine.connect() as connection:
        return read_notes(connection, "main", [about]).get(about, [])


def test_the_first_who_acknowledges_has_it(fired: Engine) -> None:
    acknowledge(fired, ALL, CONFIG, KEY, " 周岚 ", FIRED + 9)
    with pytest.raises(NoteError, match="already_acked"):
        acknowledge(fired, ALL, CONFIG, KEY, "李想", FIRED + 10)
    note = acked(notes(fired))
    assert note is not None and (note.who, note.at) == ("周岚", FIRED + 9)


def test_items_are_ticked_and_unticked_and_everything_stays_on_record(fired: Engine) -> None:
    tick(fired, ALL, CONFIG, KEY, "tell", "a", 1.0)
    with pytest.raises(NoteError, match="already_ticked"):
        tick(fired, ALL, CONFIG, KEY, "tell", "b", 2.0)
    untick(fired, ALL, CONFIG, KEY, "tell", "b", 3.0)
    with pytest.raises(NoteError, match="not_ticked"):
        untick(fired, ALL, CONFIG, KEY, "tell", "b", 4.0)
    tick(fired, ALL, CONFIG, KEY, "tell", "c", 5.0)
    assert [note.kind for note in notes(fired)] == ["tick", "untick", "tick"]
    assert ticked(notes(fired))["tell"].who == "c"


@pytest.mark.parametrize(
    ("about", "who", "item", "code"),
    [
        (KEY, "  ", "tell", "no_who"),
        (KEY, "a", "dance", "unknown_item"),
        (alarm_key("level1", "", FIRED + 1), "a", "tell", "unknown_alarm"),
        (alarm_key("level2", "", FIRED), "a", "tell", "unknown_alarm"),
        ("level1", "a", "tell", "unknown_alarm"),
        ("incident/7", "a", "tell", "unknown_alarm"),
        ("incident/x", "a", "tell", "unknown_alarm"),
    ],
)
def test_what_makes_no_sense_is_refused(fired: Engine, about: str, who: str, item: str, code: str) -> None:
    with pytest.raises(NoteError) as refused:
        tick(fired, ALL, CONFIG, about, item, who, 1.0)
    assert refused.value.code == code
    with fired.connect() as connection:
        assert connection.execute(select(plan_notes)).all() == []


def test_a_note_needs_words_and_an_incident_takes_them_too(fired: Engine) -> None:
    with pytest.raises(NoteError, match="no_text"):
        write_note(fired, ALL, CONFIG, KEY, " ", "a", 1.0)
    write_note(fired, ALL, CONFIG, KEY, "x" * 5000, "a", 1.0)
    assert len(notes(fired)[0].text) == 1000
    about = f"incident/{declare_incident(fired, ALL, 'network', 'line down', 1.0, 'a', 2.0)}"
    write_note(fired, ALL, CONFIG, about, "called the carrier", "a", 3.0)
    assert notes(fired, about)[-1].text == "called the carrier"


def test_a_viewer_touches_only_what_he_may_see(fired: Engine) -> None:
    mine = Viewer(queues=frozenset({"hotline"}), teams=frozenset({"A"}))
    for subject in ("queue:hotline", "team:A", "seat:P/1"):
        acknowledge(fired, mine, CONFIG, alarm(fired, subject), "a", 1.0)
    for subject in ("queue:other", "team:B", "seat:P/2", "group:both"):
        with pytest.raises(NoteError, match="unknown_alarm"):
            acknowledge(fired, mine, CONFIG, alarm(fired, subject), "a", 1.0)
    elsewhere = alarm(fired, "queue:far", site="far")
    with pytest.raises(NoteError, match="unknown_alarm"):
        acknowledge(fired, ALL, CONFIG, elsewhere, "a", 1.0)
