"""Teams over time: kept from the files, corrected by people, and months that are over stay."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert, select
from typer.testing import CliRunner, Result

from ccfloor.cli_kpi import app
from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.kpi.datasets import DATASETS
from ccfloor.kpi.teams import ALWAYS
from ccfloor.service import importing_kpi as importing
from ccfloor.service.collecting import make_collector
from ccfloor.service.people_log import PeopleError, entries
from ccfloor.service.settings import CollectorSettings, Settings, SiteSettings
from ccfloor.service.teams import Decision, keep_teams, move, undo
from ccfloor.store.rebuild import rebuild
from ccfloor.store.tables import agent_days, kpi_facts
from ccfloor.store.team_terms import TermRow, rows, terms_of
from ccfloor.store.viewer import EVERYTHING

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC).timestamp()
DAY = 86_400.0


def site(**teams: str) -> FloorConfig:
    seats = {f"P/{name}": SeatInfo(f"P/{name}", agent=name, team=team) for name, team in teams.items()}
    return FloorConfig(zone="Asia/Shanghai", seats=seats)


def told(engine: Engine) -> Sequence[TermRow]:
    with engine.connect() as connection:
        return rows(connection, "main")


def people(engine: Engine, config: FloorConfig, day: int) -> dict[str, str]:
    found = terms_of(engine, config).on(day)
    return {name: team for name, team in found.items() if not name.startswith("P/")}


def worked(engine: Engine, agent: str, day: int) -> None:
    """A stored day of an agent."""
    names = [column.name for column in agent_days.columns if column.name not in ("site", "agent", "day")]
    with engine.begin() as connection:
        connection.execute(
            insert(agent_days).values(dict.fromkeys(names, 0) | {"site": "main", "agent": agent, "day": day})
        )


def test_without_anything_stored_the_files_count_for_all_time(database: Engine) -> None:
    assert people(database, site(Ann="A", Bob="B"), 20200101) == {"Ann": "A", "Bob": "B"}


def test_the_first_teams_count_from_the_beginning_and_a_change_from_its_day(database: Engine) -> None:
    keep_teams(database, site(Ann="A", Bob="A"), NOW)
    assert {row.from_day for row in told(database)} == {ALWAYS}
    later = site(Ann="B", Bob="A")
    assert keep_teams(database, later, NOW + DAY) == 2, "Ann and her seat"
    assert people(database, later, 20261122) == {"Ann": "A", "Bob": "A"}
    assert people(database, later, 20261123) == {"Ann": "B", "Bob": "A"}


def test_the_files_are_written_down_once(database: Engine) -> None:
    config = site(Ann="A")
    keep_teams(database, config, NOW)
    kept, writes = told(database), []
    event.listen(database, "commit", lambda connection: writes.append(connection))
    assert keep_teams(database, config, NOW + DAY) == 0
    assert (told(database), writes) == (kept, [])


def test_who_is_no_longer_in_the_files_has_left(database: Engine) -> None:
    keep_teams(database, site(Ann="A", Bob="A"), NOW)
    keep_teams(database, site(Ann="A"), NOW + DAY)
    assert people(database, site(Ann="A"), 20261122) == {"Ann": "A", "Bob": "A"}
    assert people(database, site(Ann="A"), 20261123) == {"Ann": "A"}


def test_a_new_agent_belongs_to_his_team_from_the_beginning_unless_closed_months_know_him(
    database: Engine,
) -> None:
    keep_teams(database, site(Ann="A"), NOW)
    worked(database, "Old", 20261031)
    worked(database, "New", 20261101)
    config = site(Ann="A", Old="A", New="A")
    keep_teams(database, config, NOW)
    assert people(database, config, 20261031) == {"Ann": "A", "New": "A"}
    assert people(database, config, 20261122) == {"Ann": "A", "Old": "A", "New": "A"}


def test_a_correction_stands_until_the_files_change_again(database: Engine) -> None:
    config = site(Ann="A", Bob="B")
    number = move(database, config, "Ann", "B", 20261110, Decision("Lan", "moved on the 10th", NOW))
    assert people(database, config, 20261109)["Ann"] == "A"
    assert people(database, config, 20261110)["Ann"] == "B"
    assert keep_teams(database, config, NOW + DAY) == 0
    assert people(database, config, 20261123)["Ann"] == "B"
    assert [(note.who, note.text) for note in entries(database, EVERYTHING, f"team/{number}")] == [
        ("Lan", "moved on the 10th")
    ]


def test_a_month_that_is_over_is_altered_only_expressly(database: Engine) -> None:
    config = site(Ann="A", Bob="B")
    keep_teams(database, config, NOW)
    before = told(database)
    with pytest.raises(PeopleError, match="team_month_closed"):
        move(database, config, "Ann", "B", 20261015, Decision("Lan", "late", NOW))
    assert told(database) == before
    number = move(database, config, "Ann", "B", 20261015, Decision("Lan", "late", NOW, closed=True))
    assert people(database, config, 20261020)["Ann"] == "B"
    with pytest.raises(PeopleError, match="team_month_closed"):
        undo(database, config, number, Decision("Lan", "no", NOW))
    undo(database, config, number, Decision("Lan", "no", NOW, closed=True))
    assert people(database, config, 20261020)["Ann"] == "A"


def test_a_move_is_taken_back_and_so_is_taking_it_back(database: Engine) -> None:
    config = site(Ann="A", Bob="B")
    number = move(database, config, "Ann", "B", 20261110, Decision("Lan", "moved", NOW))
    undo(database, config, number, Decision("Lan", "wrong", NOW))
    assert people(database, config, 20261122)["Ann"] == "A"
    with pytest.raises(PeopleError, match="unknown_move"):
        undo(database, config, number, Decision("Lan", "again", NOW))
    undo(database, config, told(database)[-1].id, Decision("Lan", "right after all", NOW))
    assert people(database, config, 20261122)["Ann"] == "B"


def test_files_without_any_seat_say_nothing_of_teams(database: Engine) -> None:
    keep_teams(database, site(Ann="A"), NOW)
    assert keep_teams(database, FloorConfig(zone="Asia/Shanghai"), NOW + DAY) == 0
    assert people(database, site(Ann="A"), 20261123) == {"Ann": "A"}


def test_what_was_first_known_stays(database: Engine) -> None:
    config = site(Ann="A")
    keep_teams(database, config, NOW)
    with pytest.raises(PeopleError, match="unknown_move"):
        undo(database, config, told(database)[0].id, Decision("Lan", "no", NOW, closed=True))


@pytest.mark.parametrize(
    ("agent", "team", "who", "why", "code"),
    [
        ("Nobody", "A", "Lan", "so", "unknown_agent"),
        ("Ann", "Z", "Lan", "so", "unknown_team"),
        ("Ann", "A", "Lan", "so", "same_team"),
        ("Ann", "B", "", "so", "no_who"),
        ("Ann", "B", "Lan", " ", "no_why"),
    ],
)
def test_what_is_refused(database: Engine, agent: str, team: str, who: str, why: str, code: str) -> None:
    config = site(Ann="A", Bob="B")
    keep_teams(database, config, NOW)
    before = told(database)
    with pytest.raises(PeopleError, match=code):
        move(database, config, agent, team, 20261110, Decision(who, why, NOW))
    assert told(database) == before


# -- the command line --------------------------------------------------------------------------------


def test_the_command_line_moves_lists_and_takes_back(tmp_path: Path) -> None:
    file = tmp_path / "floor.db"
    named = (("Ann", "A"), ("Bob", "B"))
    seats = "".join(f"  - {{seat: P/{name}, agent: {name}, team: {team}}}\n" for name, team in named)
    (tmp_path / "seats.yaml").write_text(f"seats:\n{seats}", encoding="utf-8")

    def run(*words: str) -> Result:
        data = {"CCFLOOR_SITE_DATA": str(tmp_path)}
        return CliRunner().invoke(app, ["team", *words, "--db", str(file)], env=data)

    today = datetime.now(UTC).date()
    ours = ("--who", "Lan", "--why", "a change")
    moved = run("move", "Ann", "--team", "B", "--from", today.isoformat(), *ours)
    assert moved.exit_code == 0, moved.output
    listed = json.loads(run("list", "--json").output)
    assert [(row["agent"], row["team"], row["counts"]) for row in listed][-1] == ("Ann", "B", True)
    closed = run("move", "Bob", "--team", "A", "--from", "2020-01-01", *ours)
    assert closed.exit_code == 1 and "--closed" in closed.stderr
    assert run("move", "Bob", "--team", "A", "--from", "2020-01-01", *ours, "--closed").exit_code == 0
    undone = run("undo", str(listed[-1]["id"]), *ours)
    assert undone.exit_code == 0, undone.output
    listed = json.loads(run("list", "Ann", "--json").output)
    assert [row["counts"] for row in listed] == [True, False, True]
    assert run("move", "Ann", "--team", "B", "--from", "soon", *ours).exit_code == 1


# -- what came in of agents --------------------------------------------------------------------------

SURVEY = "日期,坐席,邀评数,参评数,满意数\n"


def brought(engine: Engine, config: FloorConfig, text: str) -> None:
    preview = importing.preview(engine, config, DATASETS["survey"], "survey.csv", text.encode(), NOW)
    assert preview.clean, preview.faults("en")
    importing.take_in(engine, config, preview, "Lan", "", NOW)


def rated(engine: Engine) -> dict[tuple[str, int], float]:
    """(team, day) → ratings, as stored."""
    table = kpi_facts.c
    query = select(table.scope, table.day, table.value).where(table.field == "survey.rated")
    with engine.connect() as connection:
        rows = connection.execute(query.where(table.scope.startswith("team:")))
        return {(scope.removeprefix("team:"), day): value for scope, day, value in rows}


def test_what_came_in_belongs_to_the_team_of_its_day(database: Engine) -> None:
    before, after = site(Ann="A", Bob="B"), site(Ann="B", Bob="B")
    keep_teams(database, before, NOW - DAY)
    keep_teams(database, after, NOW)
    brought(database, after, SURVEY + "2026-10-05,Ann,9,7,5\n2026-11-21,Ann,9,3,2\n2026-11-22,Ann,9,4,2\n")
    assert rated(database) == {("A", 20261005): 7, ("A", 20261121): 3, ("B", 20261122): 4}


def test_a_change_of_the_files_leaves_what_came_in_before_with_its_team(database: Engine) -> None:
    before, after = site(Ann="A", Bob="B"), site(Ann="B", Bob="B")
    keep_teams(database, before, NOW - DAY)
    brought(database, before, SURVEY + "2026-10-05,Ann,9,7,5\n2026-11-21,Ann,9,3,2\n2026-11-22,Ann,9,4,2\n")
    keep_teams(database, after, NOW)
    assert rated(database) == {("A", 20261005): 7, ("A", 20261121): 3, ("B", 20261122): 4}


def test_a_correction_takes_along_what_came_in_and_back_again(database: Engine) -> None:
    config = site(Ann="A", Bob="B")
    keep_teams(database, config, NOW)
    brought(database, config, SURVEY + "2026-10-31,Ann,9,7,5\n2026-11-10,Ann,9,3,2\n2026-11-20,Bob,9,4,2\n")
    first = rated(database)
    number = move(database, config, "Ann", "B", 20261110, Decision("Lan", "moved", NOW))
    assert rated(database) == {("A", 20261031): 7, ("B", 20261110): 3, ("B", 20261120): 4}
    undo(database, config, number, Decision("Lan", "not so", NOW))
    assert rated(database) == first


# -- who keeps them ----------------------------------------------------------------------------------


def test_a_collector_keeps_the_files_at_its_start_and_a_rebuild_leaves_them_alone(
    database: Engine, tmp_path: Path
) -> None:
    def collected(config: FloorConfig, now: float) -> None:
        place, pace = SiteSettings(data=str(tmp_path)), CollectorSettings(tick_s=0.05)
        settings = Settings(source="none", site=place, collector=pace)
        asyncio.run(make_collector(settings, config, database, lambda: now, ([], lambda: now)).run())

    collected(site(Ann="A"), NOW)
    collected(site(Ann="B"), NOW + DAY)
    kept = told(database)
    assert [(row.from_day, row.team) for row in kept if row.agent == "Ann"] == [
        (ALWAYS, "A"),
        (20261123, "B"),
    ]
    collected(site(Ann="B"), NOW + 2 * DAY)
    rebuild(database, site(Ann="A"), "main")
    assert told(database) == kept
