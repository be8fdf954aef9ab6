"""Improvement plans are read and decided by leads of the days that they are about, not of any day before."""

from datetime import date

import pytest
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.scope import Scope
from ccfloor.kpi.teams import Term
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import improving
from ccfloor.service.settings import Settings, load
from ccfloor.store import team_terms
from ccfloor.store.engine import writing
from ccfloor.store.viewer import Viewer
from tests.fakes.stored_qa import CONFIG, LEAD_B, MANAGER, SITE, at

LEAD_A = Viewer(Role.LEAD, account=12, who="lead.a", teams=frozenset(("A",)))
MOVED = 20251101  # 陈思远 came from B to A


class Floor:
    """What plans ask of a service."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.config = engine, CONFIG
        self.settings: Settings = load(environ={}, source="none")

    config: FloorConfig

    def floor_now(self) -> float:
        return at(29)


@pytest.fixture
def floor(database: Engine) -> Floor:
    terms = [Term("陈思远", 0, "B"), Term("陈思远", MOVED, "A"), Term("王丽娜", 0, "A"), Term("孙浩", 0, "B")]
    with writing(database) as connection:
        team_terms.append(connection, SITE, terms, at=1.0)
    return Floor(database)


def planned(floor: Floor, first: date, last: date, viewer: Viewer = MANAGER) -> int:
    whose = Scope("agent", "陈思远")
    draft = improving.Draft(whose, "私密目标", "qa_score", 90.0, "跟听", "lead.a", first, last)
    return improving.add_improvement(floor, viewer, draft, "", at(1))


def seen(floor: Floor, viewer: Viewer) -> list[int]:
    return [one.id for one in improving.list_improvements(floor.engine, viewer, CONFIG)]


def test_who_led_him_a_year_ago_neither_reads_nor_decides_a_plan_of_today(floor: Floor) -> None:
    number = planned(floor, date(2026, 11, 10), date(2026, 11, 30))
    assert (seen(floor, LEAD_B), seen(floor, LEAD_A)) == ([], [number])
    assert improving.find_improvement(floor.engine, LEAD_B, CONFIG, number) is None
    with pytest.raises(PeopleError) as error:
        improving.decide(floor, LEAD_B, number, "dropped", "不用了", "", at(2))
    assert error.value.code == "unknown_qa_improvement"
    with pytest.raises(PeopleError):
        planned(floor, date(2026, 11, 10), date(2026, 11, 30), LEAD_B)


def test_a_plan_of_the_days_in_his_team_stays_in_sight(floor: Floor) -> None:
    """It began there; who leads the agent today reads all of his."""
    number = planned(floor, date(2025, 10, 20), date(2025, 11, 10))
    assert (seen(floor, LEAD_B), seen(floor, LEAD_A)) == ([number], [number])
