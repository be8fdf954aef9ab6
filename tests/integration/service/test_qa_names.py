"""Callers' numbers in names that people or recorders give: of recordings, of sessions, tags of cases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ccfloor.floor.numbers import mask_file_name
from ccfloor.service.qa import calibration, cases, desk, recordings, scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import QaSettings
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.store.written import Holds, columns
from tests.fakes.stored_qa import CONFIG, GOOD, LI, MANAGER, MONDAY, QA, at, publish, put_call

NOW = at(3, 15)
NUMBER, HIDDEN = "13812342071", "138****2071"
WHOLE = replace(QA, may_see_numbers=True)


@pytest.fixture
def row(database: Engine) -> ScoreRow:
    publish(database)
    call = put_call(database, 1, "陈思远", at(1))
    one = scoring.open_score(database, QA, CONFIG, Begin("own", call=call, form="small"), "", NOW)
    return scoring.submit(database, QA, CONFIG, one.id, Change(GOOD, {}, base=one.saved_at), "", NOW)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"in-{NUMBER}-20261117.wav", f"in-{HIDDEN}-20261117.wav"),
        (f"20261117-101112-{NUMBER}-1001.wav", f"20261117-101112-{HIDDEN}-1001.wav"),
        ("20261117_101112_1001.wav", "20261117_101112_1001.wav"),
        (f"{NUMBER}.ogg", f"{HIDDEN}.ogg"),
    ],
)
def test_a_file_s_name_keeps_its_day_and_seat(name: str, shown: str) -> None:
    assert mask_file_name(name) == shown


def test_a_recording_named_by_the_caller_tells_no_number(database: Engine, row: ScoreRow) -> None:
    name, settings = f"in-{NUMBER}-20261117.wav", QaSettings()
    body = b"RIFF\0\0\0\0WAVEfmt " + bytes(99)
    recordings.upload(database, QA, CONFIG, settings, row.id, name, body, "", NOW)
    told = {
        viewer: desk.desk(database, viewer, CONFIG, settings, row.id)["audio"]["name"]
        for viewer in (QA, WHOLE)
    }
    assert told == {QA: f"in-{HIDDEN}-20261117.wav", WHOLE: name}


def test_a_session_s_name_tells_no_number(database: Engine, row: ScoreRow) -> None:
    call, due = put_call(database, 2, "王丽娜", at(1, 11)), MONDAY + timedelta(days=9)
    draft = calibration.Draft(f"投诉 {NUMBER}", "small", "boss", [LI], due, call)
    number = calibration.add_session(database, MANAGER, CONFIG, draft, "", "校准", NOW)
    found = calibration.find_session(database, QA, CONFIG, number)
    assert found is not None and found.row.name == f"投诉 {HIDDEN}"


def test_a_tag_tells_no_number_and_stays_what_it_was(database: Engine, row: ScoreRow) -> None:
    """Also where who reads it masked saves the case again."""
    number = cases.add_case(
        database, WHOLE, CONFIG, row.id, cases.Draft("好例", "听一听", (NUMBER, "礼貌")), "", NOW
    )
    one = cases.find_case(database, QA, CONFIG, number)
    assert one is not None and one.tags == (HIDDEN, "礼貌")
    again = cases.Draft("更好的例子", one.text, (*one.tags, "耐心"))
    cases.change_case(database, QA, CONFIG, number, again, "", "补充", NOW)
    whole = cases.find_case(database, WHOLE, CONFIG, number)
    assert whole is not None and whole.tags == (NUMBER, "礼貌", "耐心")


def test_they_are_cleared_with_what_else_people_wrote() -> None:
    assert {"qa_audio.name", "qa_sessions.name", "qa_cases.tags"} <= set(columns(Holds.WORDS))
