"""The figures of many agents over many periods are those of each by itself, also of days not yet counted."""

from msgspec.structs import replace
from sqlalchemy import Engine

from ccfloor.floor.config import SeatInfo
from ccfloor.kpi.fields import AGENT, COUNTED
from ccfloor.kpi.period import Period, day_of, days, month_of, week_of
from ccfloor.kpi.scope import Scope
from ccfloor.store.facts import count_day
from ccfloor.store.kpi_figures import by_member, figures
from ccfloor.store.member_series import member_series
from ccfloor.store.recorder import Recorder
from ccfloor.store.viewer import Viewer
from tests.fakes.stored import CONFIG as PLAIN
from tests.fakes.stored import T0, cut, day, items

AGENTS = ("Agent 0", "Agent 1", "Agent 2")
CONFIG = replace(
    PLAIN, seats={f"P/{n}": SeatInfo(f"P/{n}", agent=name, team="A") for n, name in enumerate(AGENTS)}
)
FIELDS = [*AGENT, *COUNTED]


def filled(engine: Engine) -> None:
    """Three days of calls, of which the second alone has been counted."""
    recorder = Recorder(engine, CONFIG, "main", "live", live=True)
    for number in range(3):
        told = day(150, T0 + 86_400 * number)
        for batch in cut(items(told, first=1 + number * 100_000), 300):
            recorder.record(batch)
    count_day(engine, CONFIG, "main", day_of(CONFIG, T0 + 86_400))


def same(engine: Engine, periods: list[Period]) -> None:
    told = member_series(engine, Viewer(), CONFIG, AGENTS, FIELDS, periods)
    assert set(told) == set(AGENTS)
    for agent in AGENTS:
        alone = figures(engine, Viewer(), CONFIG, Scope("agent", agent), periods)
        assert [_only(one) for one in told[agent]] == [_only(one) for one in alone]
        for at, of in enumerate(periods):
            row = by_member(engine, Viewer(), CONFIG, "agent", of).get(Scope("agent", agent), {})
            assert _only(row) == _only(told[agent][at])


def _only(sums: dict[str, float]) -> dict[str, float]:
    return {name: sums[name] for name in FIELDS if name in sums}


def test_days_that_nobody_counted_yet_are_told_of_everybody(engine: Engine) -> None:
    filled(engine)
    same(engine, days(CONFIG, week_of(CONFIG, T0)))
    same(engine, [week_of(CONFIG, T0)])
    same(engine, [month_of(CONFIG, T0)])
    (month,) = member_series(engine, Viewer(), CONFIG, AGENTS, FIELDS, [month_of(CONFIG, T0)])["Agent 0"]
    assert month["calls.answered"] == month["agent.answered"] > 100
