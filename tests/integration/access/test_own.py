"""Who may see the own results alone: they are there, and nothing of anybody else is."""

from collections.abc import Callable, Iterator

import pytest

from ccfloor.access.rights import Role
from ccfloor.kpi.period import day_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import annotations, called_back, campaigns, commands, incidents, leave, runtime
from ccfloor.service.replay_marks import jumps
from ccfloor.service.reports.gather import gather
from ccfloor.service.rows import metric_rows
from ccfloor.service.rulebook import editions
from ccfloor.service.subjects import stored_queues, subjects
from ccfloor.store import agent_day, call_list, handle_times, imports, quality, quality_checks, queries
from ccfloor.store import queue_history as history
from ccfloor.store.kpi_figures import by_member, figures
from ccfloor.store.queue_moves import moves
from ccfloor.store.today import half_hours, seat_day
from ccfloor.store.viewer import Forbidden, Viewer
from tests.integration.access.five_queues import CONFIG, NOW, QUEUES, T0, agent, seat, world

ME = agent("loans")
VIEWER = Viewer(Role.AGENT, agents=frozenset((ME,)), account=9, who="me")
NOBODY = Viewer(Role.AGENT)  # an agent of whom it is not known who he is
SPAN = (T0, T0 + 86_400)
DAY = day_of(CONFIG, T0 + 3600)
OTHERS = [SITE, Scope("queue", "loans"), Scope("team", "T0"), Scope("agent", agent("fraud"))]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    made = world(tmp_path_factory.mktemp("own"))
    yield made
    made.engine.dispose()


def test_the_own_figures_and_calls_are_there(service: runtime.Service) -> None:
    own, place = Scope("agent", ME), (service.engine, VIEWER, CONFIG)
    assert figures(*place, own, [DAY]) == figures(service.engine, Viewer(), CONFIG, own, [DAY])
    assert figures(*place, own, [DAY])[0]["agent.answered"] > 0
    found = call_list.call_list(*place, own, *SPAN)
    assert found.rows and {row.agent for row in found.rows} == {ME}
    assert {one.agent for one in handle_times.handled(*place, own, *SPAN)} == {ME}
    assert queries.call_life(service.engine, VIEWER, CONFIG, found.rows[0].source, found.rows[0].position)
    with service.engine.connect() as connection:
        assert agent_day.spans_of(connection, VIEWER, CONFIG, ME, *SPAN)
        assert agent_day.calls_of(connection, VIEWER, CONFIG, ME, *SPAN)


@pytest.mark.parametrize("viewer", [VIEWER, NOBODY], ids=["known", "unknown"])
@pytest.mark.parametrize("scope", OTHERS, ids=str)
def test_of_others_there_is_nothing(service: runtime.Service, viewer: Viewer, scope: Scope) -> None:
    place = (service.engine, viewer, CONFIG)
    assert figures(*place, scope, [DAY]) == [{}]
    assert call_list.call_list(*place, scope, *SPAN).total == 0
    assert handle_times.handled(*place, scope, *SPAN) == []
    with service.engine.connect() as connection:
        assert agent_day.spans_of(connection, viewer, CONFIG, scope.name, *SPAN) == []
        assert agent_day.calls_of(connection, viewer, CONFIG, scope.name, *SPAN) == []


def test_members_are_the_own_person_alone(service: runtime.Service) -> None:
    for kind in ("site", "queue", "team"):
        assert by_member(service.engine, VIEWER, CONFIG, kind, DAY) == {}
    assert list(by_member(service.engine, VIEWER, CONFIG, "agent", DAY)) == [Scope("agent", ME)]
    assert subjects(service, VIEWER) == [Scope("agent", ME)]
    assert subjects(service, NOBODY) == [] and stored_queues(service.engine, VIEWER) == []


def test_anothers_call_is_not_there(service: runtime.Service) -> None:
    for queue in QUEUES:
        for call in call_list.call_list(service.engine, Viewer(), CONFIG, Scope("queue", queue), *SPAN).rows:
            life = queries.call_life(service.engine, VIEWER, CONFIG, call.source, call.position)
            assert (life is not None) == (call.agent == ME)


def test_annotations_are_the_own(service: runtime.Service) -> None:
    everything = (service.engine, Viewer(), CONFIG)
    for scope in (SITE, Scope("team", "T0"), Scope("agent", ME), Scope("agent", agent("fraud"))):
        draft = annotations.Draft(scope, "coaching", DAY.day, DAY.day, f"of {scope}")
        annotations.add_annotation(*everything, draft, "Lead", "why", NOW)
    for scope in (Scope("agent", ME), Scope("agent", agent("fraud")), SITE):
        found = annotations.list_annotations(service.engine, VIEWER, CONFIG, scope, DAY.day, DAY.day)
        assert {one.scope for one in found} <= {Scope("agent", ME)}


Read = Callable[[runtime.Service], object]
FLOOR: dict[str, Read] = {
    "half hours": lambda of: half_hours(of.engine, VIEWER, *SPAN),
    "a seat's day": lambda of: seat_day(of.engine, VIEWER, CONFIG, seat("loans"), *SPAN),
    "commands": lambda of: commands.list_commands(of.engine, VIEWER, CONFIG),
    "incidents": lambda of: incidents.list_incidents(of.engine, VIEWER),
    "leave": lambda of: leave.list_leave(of.engine, VIEWER, CONFIG, T0),
    "peaks": lambda of: campaigns.seen_campaigns(of.engine, VIEWER),
    "jumps": lambda of: jumps(of.engine, CONFIG, VIEWER, *SPAN),
    "rules": lambda of: editions(of.engine, VIEWER),
    "a report": lambda of: gather(of, VIEWER, "figures", SITE, DAY, NOW),
    "callers": lambda of: called_back.abandoned_callers(of.engine, VIEWER, "", DAY),
    "moves": lambda of: moves(of.engine, VIEWER, CONFIG, "", DAY),
    "calls": lambda of: queries.call_page(of.engine, VIEWER, CONFIG, queries.CallFilter(*SPAN)),
    "agents": lambda of: queries.agent_days(of.engine, VIEWER, CONFIG, *SPAN),
    "sources": lambda of: queries.source_rows(of.engine, VIEWER),
    "bad lines": lambda of: queries.bad_lines(of.engine, VIEWER),
    "cells": lambda of: history.week_cells(of.engine, VIEWER, CONFIG, "", DAY),
    "calls of cells": lambda of: history.cell_calls(of.engine, VIEWER, CONFIG, "", [DAY]),
    "again": lambda of: history.called_again(of.engine, VIEWER, "", DAY),
    "queues": lambda of: history.queues_seen(of.engine, VIEWER),
    "repaired": lambda of: quality_checks.repaired_calls(of.engine, VIEWER, CONFIG, *SPAN),
    "gaps": lambda of: quality_checks.gaps(of.engine, VIEWER, *SPAN),
    "repairs": lambda of: quality.repair_rows(of.engine, VIEWER, *SPAN),
    "imports": lambda of: imports.list_imports(of.engine, VIEWER),
    "metrics": lambda of: metric_rows(of.engine, CONFIG, VIEWER, {}),
}


@pytest.mark.parametrize("name", FLOOR)
def test_what_is_everybodys_is_refused(service: runtime.Service, name: str) -> None:
    with pytest.raises(Forbidden):
        FLOOR[name](service)
