"""What the pages read: only what the viewer may see, in the order and measure asked for."""

import pytest
from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig, SeatInfo
from ccfloor.floor.events import CallAnswered, CallEnded, CallJoined, EndedBy, Outcome
from ccfloor.store.queries import (
    CallFilter,
    agent_days,
    bad_lines,
    call_life,
    call_page,
    repair_counts,
    source_rows,
)
from ccfloor.store.recorder import BadLine, Recorder
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG, T0, day, items

OPEN, MASKED = Viewer(may_see_numbers=True), Viewer()
VIP = Viewer(queues=frozenset({"vip"}), may_see_numbers=True)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    live = Recorder(engine, CONFIG, "main", "live", live=True)
    live.record(items(day(60)), bad=[BadLine("ami", "ami:7", "field Wait is no number", T0)])
    Recorder(engine, CONFIG, "other", "live", live=True).record(items(day(5)))
    return engine


def test_calls_come_page_by_page_latest_first(filled: Engine) -> None:
    first, second = (
        call_page(filled, OPEN, CONFIG, CallFilter(), limit=25, offset=offset) for offset in (0, 25)
    )
    assert first.total == second.total == 60
    entered = [row.entered_at for row in (*first.rows, *second.rows)]
    assert entered == sorted(entered, reverse=True)
    assert len(entered) == len(set(entered)) == 50


def test_filters_narrow(filled: Engine) -> None:
    def total(viewer: Viewer = OPEN, **which: object) -> int:
        return call_page(filled, viewer, CONFIG, CallFilter(**which)).total  # type: ignore[arg-type]

    assert total(outcomes=(Outcome.ABANDONED,)) == 12
    assert total(queue="vip") == 20
    assert total(agent="Agent 1") == 16
    assert total(start=T0 + 100, end=T0 + 200) == 5
    assert total(number="13812340007") == 1
    assert total(VIP) == 20
    assert total(VIP, queue="hot") == 0
    assert total(MASKED, number="13812340007") == 0, "who may not read numbers cannot try them out"
    assert total(Viewer(site="other")) == 5


def test_numbers_are_masked_unless_allowed(filled: Engine) -> None:
    which = CallFilter(end=T0 + 1)
    assert [row.number for row in call_page(filled, OPEN, CONFIG, which).rows] == ["13812340000"]
    assert [row.number for row in call_page(filled, MASKED, CONFIG, which).rows] == ["138****0000"]


def test_one_calls_life(engine: Engine) -> None:
    told = [
        CallJoined(at=T0, call='a%_"b', queue="hot", number="13812342071", name="王 13812342071"),
        CallJoined(at=T0, call="axx_b", queue="hot"),
        CallAnswered(at=T0 + 5, call='a%_"b', queue="hot", seat="P/1", wait_s=5.0),
        CallEnded(
            at=T0 + 9, call='a%_"b', queue="hot", seat="P/1", by=EndedBy.BLIND_TRANSFER, target="13900001111"
        ),
    ]
    Recorder(engine, CONFIG, "main", "live", live=True).record(items(iter(told)))
    life = call_life(engine, OPEN, CONFIG, 1, 1)
    assert life is not None
    assert [line.event for line in life.lines] == [told[0], *told[2:]]
    assert [(leg.seat, leg.result, leg.talk_ms) for leg in life.legs] == [("P/1", "answered", 4000)]
    hidden = call_life(engine, MASKED, CONFIG, 1, 1)
    assert hidden is not None
    assert "13812342071" not in str(hidden)
    assert "13900001111" not in str(hidden)
    assert (hidden.row.number, hidden.row.name) == ("138****2071", "王 138****2071")
    assert call_life(engine, VIP, CONFIG, 1, 1) is None
    assert call_life(engine, Viewer(site="other"), CONFIG, 1, 1) is None


def test_agents_sums_of_the_day(filled: Engine) -> None:
    days = {row.agent: row.sums for row in agent_days(filled, OPEN, CONFIG, T0, T0 + 86_400)}
    assert sum(sums["answered"] for sums in days.values()) == 48
    assert sum(sums["talk_ms"] for sums in days.values()) == 48 * 12_000
    red = FloorConfig(zone="UTC", seats={"P/1": SeatInfo("P/1", agent="Agent 1", team="red")})
    team = Viewer(teams=frozenset({"red"}))
    assert [row.agent for row in agent_days(filled, team, red, T0, T0 + 86_400)] == ["Agent 1"]
    assert agent_days(filled, VIP, CONFIG, T0, T0 + 86_400) == []


def test_sources_bad_lines_and_repairs_of_the_site(filled: Engine) -> None:
    (source,) = source_rows(filled, OPEN)
    assert (source.name, source.kind, source.events, source.bad) == ("ami", "live", len(items(day(60))), 1)
    assert source.first_at == T0
    assert bad_lines(filled, OPEN) == [("ami", "ami:7", "field Wait is no number", T0)]
    assert bad_lines(filled, Viewer(site="other")) == []
    again = [CallJoined(at=T0 + 5000 + number, call="twice", queue="hot") for number in (0, 0)]
    Recorder(filled, CONFIG, "main", "live", live=True).record(items(iter(again), first=10_000))
    assert repair_counts(filled, OPEN, T0 + 4000, T0 + 6000) == {"repeated_join": 1}
    assert repair_counts(filled, Viewer(site="other"), T0, T0 + 6000) == {}
