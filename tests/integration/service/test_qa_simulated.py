"""The QA life of the simulated floor: by the plan, whole, the same in every run, and never ahead of time."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from msgspec.json import encode
from sqlalchemy import Engine, Table, insert, select

from ccfloor.access.rights import Role
from ccfloor.acd.sim_quality import load_quality
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.floor.events import EndedBy, Outcome
from ccfloor.floor.records import CallRow
from ccfloor.kpi.period import day_number
from ccfloor.qa.appeals import AppealState
from ccfloor.service.history import FEED, SOURCE, HistoryProcess, Progress, qa_wanted, read_progress
from ccfloor.service.qa import samples, scoring
from ccfloor.service.qa.calendar import work_calendar
from ccfloor.service.qa.drawing import draw_day, draw_key, verify
from ccfloor.service.qa.facts import rebuild
from ccfloor.service.qa.scoring import Begin
from ccfloor.service.qa.simulated import days_of
from ccfloor.service.qa.simulated_life import make
from ccfloor.service.qa.simulated_on import go_on
from ccfloor.service.qa.versions import version
from ccfloor.service.settings import Settings, SimulatorSettings
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.qa_tables import (
    qa_appeal_steps,
    qa_appeals,
    qa_cases,
    qa_draws,
    qa_feedback,
    qa_improvements,
    qa_item_days,
    qa_lines,
    qa_needs,
    qa_revisions,
    qa_samples,
    qa_scores,
    qa_sessions,
)
from ccfloor.store.tables import calls, kpi_facts, sources
from ccfloor.store.viewer import Viewer
from tests.fakes.current import upgrade

AGENTS = {"陈思远": "A", "王丽娜": "A", "李想": "A", "孙浩": "B", "朱婷": "B", "马骏": "B"}
LEADS = ("陈思远", "孙浩")
CONFIG = FloorConfig(
    zone="Asia/Shanghai",
    queues={name: QueueInfo(name, name, name) for name in ("hotline", "complaint-line")},
    seats={
        f"SIM/{number}": SeatInfo(
            f"SIM/{number}", agent, agent, str(number), team, "lead" if agent in LEADS else "agent"
        )
        for number, (agent, team) in enumerate(AGENTS.items(), 1001)
    },
)
FIRST, DAYS = date(2026, 10, 12), 42
END = FIRST + timedelta(days=DAYS)  # Monday 23 November
NOW = CONFIG.day_begins(END) + 11 * 3600
SETTINGS = Settings.model_validate({"access": {"key": "a key of these tests alone, long enough for all"}})
FILE = load_quality()
POOR = FILE.agents.model_copy(update={"skill": FILE.agents.skill.model_copy(update={"mean": 0.84})})
QUALITY = FILE.model_copy(update={"appeal": 0.9, "agents": POOR})
TABLES = (
    *(qa_draws, qa_samples, qa_scores, qa_lines, qa_item_days, qa_revisions, qa_appeals, qa_appeal_steps),
    *(qa_feedback, qa_sessions, qa_improvements, qa_needs, qa_cases),
)


class Stopped(Exception):
    """The process was ended here."""


def _stored(engine: Engine) -> Engine:
    """Six weeks of a floor whose calls are all there: seven a day of each agent, one day in seven off."""
    start, end = CONFIG.day_begins(FIRST), CONFIG.day_begins(END)
    mark = encode(Progress(start, end, end, 5)).decode()
    told = {"site": "main", "feed": FEED, "name": SOURCE, "kind": "live", "cursor": 1, "mark": mark}
    rows = [_call(place) for place in range(DAYS * len(AGENTS) * 7)]
    with writing(engine) as connection:
        connection.execute(insert(sources).values(told | dict(first_at=start, last_at=end, events=1, bad=0)))
        connection.execute(insert(calls), [row for row in rows if row])
    return engine


def _call(place: int) -> dict[str, Any]:
    day, rest = divmod(place, len(AGENTS) * 7)
    number, hour = divmod(rest, 7)
    if day % 7 == number:
        return {}
    agent = list(AGENTS)[number]
    at = CONFIG.day_begins(FIRST + timedelta(days=day)) + (9 + hour) * 3600 + number * 60
    row = CallRow(
        source=1, position=place + 1, call=f"c{place}",
        queue="complaint-line" if place % 11 == 0 else "hotline",
        entered_at=at - 12, number=f"1380000{place % 250:04d}", outcome=Outcome.ANSWERED,
        ended_by=EndedBy.CALLER, seat=f"SIM/{1001 + number}", agent=agent, answered_at=at, left_at=at,
        ended_at=at + 200, wait_ms=12_000, talk_ms=(40 + place * 37 % 500) * 1000, final=True,
    )  # fmt: skip
    told = {name: getattr(row, name) for name in row.__struct_fields__}
    return {"source_id": told.pop("source"), "site": "main", **told}


def _make(engine: Engine, now: float = NOW, breathe: Callable[[], None] = lambda: None) -> int:
    return make(SETTINGS, CONFIG, engine, now, breathe, QUALITY)


@pytest.fixture(scope="module")
def lived(shared: Engine) -> Engine:
    assert _make(_stored(shared)) > 150
    return shared


def _rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    order = table.primary_key.columns
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*order)).mappings()]


def test_it_is_made_once(lived: Engine) -> None:
    found = read_progress(lived, "main")
    assert found is not None and found.qa_made and found.quality == found.end and found.share == 1
    assert qa_wanted(SETTINGS, lived) is None
    assert HistoryProcess.begin(SETTINGS, CONFIG, lived, NOW) is None
    before = len(_rows(lived, qa_scores))
    assert _make(lived) == 0 and len(_rows(lived, qa_scores)) == before


def test_only_of_a_simulated_floor_whose_calls_are_all_there(database: Engine) -> None:
    engine = _stored(database)
    assert qa_wanted(SETTINGS, engine) is not None
    assert qa_wanted(Settings(source="asterisk"), engine) is None
    assert qa_wanted(Settings(simulator=SimulatorSettings(history_days=0)), engine) is None
    half = Progress(0.0, 10.0, 5.0, 5)
    with writing(engine) as connection:
        connection.execute(sources.update().values(mark=encode(half).decode()))
    assert qa_wanted(SETTINGS, engine) is None and _make(engine) == 0


@pytest.mark.parametrize(
    ("first", "days", "begins"),
    [
        (date(2026, 9, 23), 60, date(2026, 10, 1)),
        (date(2026, 9, 8), 60, date(2026, 9, 8)),
        (date(2026, 9, 9), 60, date(2026, 10, 1)),
        (date(2026, 12, 15), 60, date(2027, 1, 1)),
        (date(2026, 9, 23), 30, date(2026, 9, 23)),
    ],
)
def test_it_begins_with_a_month_where_that_leaves_enough(first: date, days: int, begins: date) -> None:
    start, end = (CONFIG.day_begins(day) for day in (first, first + timedelta(days=days)))
    lived = list(days_of(CONFIG, Progress(start, end, end, 5)))
    assert lived == [begins + timedelta(days=place) for place in range((first - begins).days + days)]


def test_stopped_anywhere_it_goes_on_to_the_same(lived: Engine, tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "floor.db"))  # SQLite beside either: the same numbers on both
    upgrade(engine)
    _stored(engine)
    for stop in (3, 40, 50, 12):
        left = iter(range(stop))

        def breathe(left: Any = left) -> None:
            if next(left, None) is None:
                raise Stopped

        with pytest.raises(Stopped):
            _make(engine, breathe=breathe)
    _make(engine)
    for table in TABLES:
        assert _rows(engine, table) == _rows(lived, table), table.name


def test_quotas_are_met_by_who_may(lived: Engine) -> None:
    samples = _rows(lived, qa_samples)
    plain = [row for row in samples if row["by"] == "qa"]
    weeks = Counter((row["agent"], date.fromisoformat(str(row["day"])).isocalendar()[:2]) for row in plain)
    assert set(weeks) == {(agent, (2026, week)) for agent in AGENTS for week in range(42, 48)}
    assert min(weeks.values()) >= 3
    october = Counter(row["agent"] for row in plain if row["day"] // 100 == 202610)
    assert set(october.values()) <= {20, 21, 22}, "what is drawn for the week is of the month, too"
    assert {row["reviewer"] for row in plain} == {"qa.lin", "qa.zhao", "qa.sun"}
    for row in samples:
        if row["by"] == "lead":
            lead = f"lead.{AGENTS[row['agent']].lower()}"
            assert row["reviewer"] == ("qa.head" if row["agent"] in LEADS else lead)
    assert {row["reason"] for row in samples} == {"random", "complaint", "repeat"}


def test_every_draw_can_be_made_again(lived: Engine) -> None:
    """They are the site's own: by its key, of its calls."""
    draws = _rows(lived, qa_draws)
    assert len(draws) == DAYS
    key = draw_key(SETTINGS, lived, NOW)
    for day in (FIRST, FIRST + timedelta(days=20), END - timedelta(days=1)):
        found = verify(lived, Viewer(), CONFIG, key, "weekly", day)
        assert found.sound and found.same_calls and found.same_samples


def test_nothing_is_ahead_of_time(lived: Engine) -> None:
    scores = _rows(lived, qa_scores)
    for name in ("submitted_at", "seen_at", "call_at", "saved_at"):
        assert max(row[name] or 0 for row in scores) <= NOW
    assert max(row["at"] for row in _rows(lived, qa_appeal_steps)) <= NOW
    assert max(row["heard_at"] or 0 for row in _rows(lived, qa_feedback)) <= NOW
    waiting = [row for row in _rows(lived, qa_samples) if row["state"] == "open"]
    assert waiting and min(row["day"] for row in waiting) > 20261101, "what is old is scored or dropped"


def test_every_score_is_of_its_sample_and_whole(lived: Engine) -> None:
    samples = {row["id"]: row for row in _rows(lived, qa_samples)}
    scores = [row for row in _rows(lived, qa_scores) if row["sample"] is not None]
    assert Counter(row["sample"] for row in scores).most_common(1)[0][1] == 1
    for row in scores:
        sample = samples[row["sample"]]
        assert sample["state"] == "done" and sample["closed_at"] == row["submitted_at"]
        for name in ("agent", "team", "queue", "day", "reviewer", "source_id", "position"):
            assert row[name] == sample[name]
        assert row["submitted_at"] > sample["at"] > row["call_at"]
        assert row["reviewer"] != row["agent"] and row["team"] == AGENTS[row["agent"]]
    assert {row["fatal"] for row in scores} == {True, False}
    assert {row["passed"] for row in scores} == {True, False}


def test_appeals_stand_in_many_states_and_corrections_are_kept(lived: Engine) -> None:
    appeals = _rows(lived, qa_appeals)
    assert {row["state"] for row in appeals} == set(AppealState)
    assert {"qa.head"} < {row["answered_by"] for row in appeals}
    scores = {row["id"]: row for row in _rows(lived, qa_scores)}
    revised = {row["appeal"]: row for row in _rows(lived, qa_revisions)}
    for row in appeals:
        right = row["decision"] in ("upheld", "partly")
        assert (row["id"] in revised) == right
        if right:
            assert row["after"] > row["before"] == revised[row["id"]]["points"]
            assert scores[row["score"]]["score"] == row["after"]
            assert scores[row["score"]]["revision"] == 1
    assert any(row["decision"] in ("upheld", "partly") for row in appeals)
    steps = _rows(lived, qa_appeal_steps)
    assert [row["at"] for row in steps] == [
        row["at"] for row in sorted(steps, key=lambda row: (row["appeal"], row["at"]))
    ]
    for step in steps:
        assert (step["who"] == "") == (step["step"] == "lapsed")
        if step["step"] in ("answer", "decide"):
            score = scores[next(row["score"] for row in appeals if row["id"] == step["appeal"])]
            assert step["who"] not in (score["reviewer"], score["agent"])


def test_sessions_plans_needs_and_cases_are_there(lived: Engine) -> None:
    sessions = _rows(lived, qa_sessions)
    assert [row["closed_at"] is None for row in sessions] == [False, False, True]
    kinds = Counter((row["session"], row["kind"]) for row in _rows(lived, qa_scores) if row["session"])
    for row in sessions[:2]:
        assert kinds[row["id"], "reference"] == 1 and kinds[row["id"], "calibration"] == 3
    assert kinds[sessions[2]["id"], "calibration"] < 3
    assert Counter(row["state"] for row in _rows(lived, qa_improvements)) == {"open": 1, "consolidated": 1}
    assert {row["state"] for row in _rows(lived, qa_needs)} == {"open", "sent", "done"}
    assert {row["good"] for row in _rows(lived, qa_cases)} == {True, False}
    rechecks = [row for row in _rows(lived, qa_scores) if row["kind"] == "recheck"]
    assert rechecks and all(row["reviewer"] == "qa.head" and row["original"] for row in rechecks)


def test_its_figures_are_those_of_a_rebuild(lived: Engine) -> None:
    before = _rows(lived, kpi_facts), _rows(lived, qa_item_days)
    forms = sum(row["value"] for row in before[0] if row["field"] == "qa.forms" and row["scope"] == "site")
    by_chance = {row["id"] for row in _rows(lived, qa_samples) if row["reason"] == "random"}
    counting = [row for row in _rows(lived, qa_scores) if row["kind"] in ("sample", "lead")]
    assert forms == sum(row["sample"] in by_chance for row in counting) < len(counting)
    with writing(lived) as connection:
        rebuild(connection, CONFIG)
    assert (_rows(lived, kpi_facts), _rows(lived, qa_item_days)) == before


def test_the_dates_are_those_of_the_calls(lived: Engine) -> None:
    for row in _rows(lived, qa_scores):
        assert row["day"] == day_number(CONFIG.business_date(row["call_at"]))


def test_needs_carry_the_title_of_their_question(lived: Engine) -> None:
    titles = {item.name.zh for item in version(lived, "main", "form", "hotline", 1).form.items}
    for row in _rows(lived, qa_needs):
        assert row["topic"].startswith("item:hotline:")
        assert any(f"「{title}」" in row["text"] for title in titles)


def test_what_people_write_is_in_the_sites_language(database: Engine) -> None:
    engine = _stored(database)
    english = SETTINGS.model_copy(update={"simulator": SimulatorSettings(language="en")})
    poor = load_quality(lang="en").model_copy(update={"appeal": 0.9, "agents": POOR})
    assert make(english, CONFIG, engine, NOW, lambda: None, poor) > 150
    asked = ((qa_scores, "summary comments seen_words"), (qa_needs, "text"), (qa_appeals, "text"))
    more = ((qa_improvements, "goal actions decision"), (qa_cases, "title text tags"), (qa_samples, "why"))
    told = [
        row[name]
        for table, names in (*asked, *more)
        for row in _rows(engine, table)
        for name in names.split()
    ]
    assert any(told) and not [words for words in told if re.search("[\u4e00-\u9fff]", words)]


# -- days that follow ------------------------------------------------------------------------------------

NEW_DAYS = 3
LATER = CONFIG.day_begins(END + timedelta(days=12)) + 20 * 3600


def _go(engine: Engine, now: float, settings: Settings = SETTINGS) -> int:
    return go_on(settings, CONFIG, engine, now, quality=QUALITY)


@pytest.fixture
def running(database: Engine) -> Engine:
    """The simulated floor after its past, and three days on which it went on, drawn in their nights."""
    engine = _stored(database)
    _make(engine)
    first = DAYS * len(AGENTS) * 7
    rows = [_call(first + place) for place in range(NEW_DAYS * len(AGENTS) * 7)]
    with writing(engine) as connection:
        connection.execute(insert(calls), [row for row in rows if row])
    key = draw_key(SETTINGS, engine, NOW)
    weekly = version(engine, "main", "plan", "weekly", 1)
    for step in range(NEW_DAYS):
        day = END + timedelta(days=step)
        at = CONFIG.day_begins(day + timedelta(days=1)) + 3600
        assert draw_day(engine, CONFIG, weekly, day, key, work_calendar(SETTINGS.site), at) is not None
    return engine


def _new(engine: Engine, state: str = "") -> list[dict[str, Any]]:
    first = day_number(END)
    return [row for row in _rows(engine, qa_samples) if row["day"] >= first and state in ("", row["state"])]


def test_the_reviewers_go_on_with_new_days_as_time_goes_by(running: Engine) -> None:
    assert _new(running) and {row["reviewer"] for row in _new(running)} == {""}
    before = len(_rows(running, qa_scores))
    at = CONFIG.day_begins(END + timedelta(days=3)) + 15 * 3600
    made = _go(running, at)
    assert made > 0 and _go(running, at) == 0, "once"
    later = _go(running, LATER)
    assert later > 0 and len(_rows(running, qa_scores)) == before + made + later
    done = _new(running, "done")
    names = {one.name for one in (*QUALITY.reviewers, QUALITY.head)} | {"lead.a", "lead.b"}
    assert {row["reviewer"] for row in done} <= names and len(done) >= 0.9 * len(_new(running))
    scores = {row["sample"]: row for row in _rows(running, qa_scores) if row["sample"] is not None}
    for row in done:
        score = scores[row["id"]]
        assert score["reviewer"] == row["reviewer"] != row["agent"]
        assert row["at"] < score["submitted_at"] <= LATER and score["day"] == row["day"]
    assert any(scores[row["id"]]["seen_at"] for row in done)
    assert max(row["seen_at"] or 0 for row in scores.values()) <= LATER
    old = [
        row for row in _rows(running, qa_samples) if row["state"] == "open" and row["day"] < day_number(END)
    ]
    assert old == [], "what was left to be done of the past is done as well"
    told = _rows(running, kpi_facts), _rows(running, qa_item_days)
    with writing(running) as connection:
        rebuild(connection, CONFIG)
    assert (_rows(running, kpi_facts), _rows(running, qa_item_days)) == told


def test_what_a_person_has_in_hand_is_left_alone(running: Engine) -> None:
    taken, opened, given, *_ = [row for row in _new(running) if row["by"] == "qa"]
    admin, at = Viewer(Role.ADMIN), CONFIG.day_begins(END + timedelta(days=4))
    samples.take(running, admin, CONFIG, taken["id"], "qa.lin", at)
    scoring.open_score(running, admin, CONFIG, Begin(sample=opened["id"]), "qa.zhao", at)
    samples.give(running, admin, CONFIG, given["id"], "周岚", "", "请复听", at)
    assert _go(running, LATER + 20 * 86400) > 0
    left = {row["id"]: row for row in _new(running, "open")}
    assert left.keys() == {taken["id"], opened["id"], given["id"]}


def test_only_the_simulators_own_floor_goes_on(running: Engine) -> None:
    for settings in (
        SETTINGS.model_copy(update={"source": "asterisk"}),
        SETTINGS.model_copy(update={"source": "none"}),
        SETTINGS.model_copy(update={"simulator": SimulatorSettings(history_days=0)}),
    ):
        assert _go(running, LATER, settings) == 0
    with writing(running) as connection:
        connection.execute(sources.update().values(mark=encode(Progress(0.0, 1.0, 1.0, 5)).decode()))
    assert _go(running, LATER) == 0, "its past has not been lived through"


def test_one_that_is_told_to_stop_begins_nothing_more(running: Engine) -> None:
    ended = Event()
    ended.set()
    assert go_on(SETTINGS, CONFIG, running, LATER, ended, QUALITY) == 0
    assert _new(running, "done") == []
