"""What is about the whole site is refused to who sees a part of it, or cut to that part; pages say so."""

from collections.abc import Callable, Iterator

import pytest

from ccfloor.access.rights import Role
from ccfloor.kpi.period import day_of
from ccfloor.service import runtime
from ccfloor.service.access.identity import Identity
from ccfloor.store import imports, plan_rows, quality_checks, queries
from ccfloor.store.today import seat_day
from ccfloor.store.viewer import Forbidden, Viewer
from tests.integration.access.five_queues import CONFIG, HIDDEN, MINE, QUEUES, T0, agent, seat, world
from tests.integration.access.test_page_bytes import opened, said

SPAN = (T0, T0 + 86_400)
DAY = day_of(CONFIG, T0 + 3600).name
OF_QUEUES = Viewer(Role.MANAGER, queues=MINE)
OF_A_TEAM = Viewer(Role.MANAGER, teams=frozenset(("T0",)))
MANAGER = Identity(7, "boss", "Boss", Role.MANAGER, queues=MINE, source="127.0.0.1")
PART = {"zh": "您的权限只含其中一部分", "en": "your rights cover a part of it"}
BEYOND = {"zh": "不在您的权限范围内", "en": "not within your rights"}
Read = Callable[[runtime.Service, Viewer], object]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    made = world(tmp_path_factory.mktemp("whole"))
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


WHOLE: dict[str, Read] = {
    "imports": lambda of, who: imports.list_imports(of.engine, who),
    "what counts of them": lambda of, who: imports.held(of.engine, who),
    "sources": lambda of, who: queries.source_rows(of.engine, who),
    "bad lines": lambda of, who: queries.bad_lines(of.engine, who),
    "unreadable": lambda of, who: quality_checks.unreadable(of.engine, who, *SPAN),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_the_whole_sites_is_refused_to_who_sees_a_part(service: runtime.Service, name: str) -> None:
    WHOLE[name](service, Viewer(Role.MANAGER))
    for who in (OF_QUEUES, OF_A_TEAM):
        with pytest.raises(Forbidden):
            WHOLE[name](service, who)


def test_seats_are_those_that_served_the_queues(service: runtime.Service) -> None:
    with service.engine.connect() as connection:
        spans = plan_rows.spans_within(connection, OF_QUEUES, CONFIG, *SPAN)
        asked = plan_rows.commands_within(connection, OF_QUEUES, CONFIG, *SPAN)
        now = plan_rows.commands_within(connection, OF_QUEUES, CONFIG, *SPAN, seen={seat("loans")})
        everything = plan_rows.spans_within(connection, Viewer(), CONFIG, *SPAN)
    assert {row.seat for row in spans} == {seat("loans"), seat("cards")}
    assert {row.queue for row in spans} <= MINE | {""}
    assert {row.seat for row in everything} >= {seat(queue) for queue in QUEUES}
    assert asked == [] and {row.seat for row in now} == {seat("loans")}


def test_a_seats_day_is_for_who_sees_one_of_its_queues(service: runtime.Service) -> None:
    for queue in QUEUES:
        found = seat_day(service.engine, OF_QUEUES, CONFIG, seat(queue), *SPAN)
        assert bool(found) == (queue in MINE)
    assert seat_day(service.engine, OF_QUEUES, CONFIG, seat("fraud"), *SPAN, seen=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", ["imports", "data_quality"])
def test_a_page_of_the_whole_site_says_so(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch, page: str, lang: str
) -> None:
    assert PART[lang] in said(opened(monkeypatch, MANAGER, page, lang, {}))
    assert PART[lang] not in said(opened(monkeypatch, MANAGER._replace(queues=None), page, lang, {}))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", ["kpi", "queue_history", "reports", "agents"])
def test_another_queue_is_said_to_be_beyond(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch, page: str, lang: str
) -> None:
    names = {name: f"queue:{name}" for name in (HIDDEN[0], "nosuch")} | {
        agent(HIDDEN[0]): f"agent:{agent(HIDDEN[0])}", "Nobody": "agent:Nobody"
    }  # fmt: skip
    for name, scope in names.items():
        if page == "queue_history" and not scope.startswith("queue:"):
            continue
        sent = said(opened(monkeypatch, MANAGER, page, lang, {"scope": scope, "period": DAY}))
        assert BEYOND[lang] in sent
        assert not any(word in sent for word in (*MINE, *QUEUES[HIDDEN[0]]) if word != name)


def test_to_who_sees_a_part_the_sum_is_not_called_the_site(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in ("kpi", "reports"):
        sent = said(opened(monkeypatch, MANAGER, page, "en", {"period": DAY}))
        assert "ll within" in sent and "Whole site" not in sent
