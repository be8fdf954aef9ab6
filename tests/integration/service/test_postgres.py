"""Collector and lease on PostgreSQL: the same code path, a lock of the server's own."""

import asyncio

import pytest
from sqlalchemy import text

from ccfloor.service.collector import Collector, Door
from ccfloor.service.keeper import RecorderKeeper, live_source
from ccfloor.service.lease import LeaseTaken, take_lease
from ccfloor.store.engine import open_engine
from ccfloor.store.recorder import Recorder
from tests.fakes.current import upgrade
from tests.fakes.postgres import PrivatePostgres
from tests.fakes.stored import CONFIG, T0
from tests.integration.service.test_live import QUICK, Script, nothing_more

pytestmark = pytest.mark.postgres


def test_a_collector_stores_and_shows(postgres: PrivatePostgres) -> None:
    engine = open_engine(postgres.new_database())
    upgrade(engine)
    keeper = RecorderKeeper(
        Recorder(engine, CONFIG, "main", "live", live=True), take_lease(engine, "main"), lambda: T0 + 4000
    )
    door = Door(Script(60, nothing_more))
    asyncio.run(Collector([door], keeper, QUICK, lambda: T0 + 4000).run())
    row = live_source(engine, "main")(-1)
    assert row is not None and row.view.floor.today.offered == 60
    take_lease(engine, "main").release()
    engine.dispose()


def test_who_is_next_finds_a_lease_free_the_moment_it_was_given_back(postgres: PrivatePostgres) -> None:
    url = postgres.new_database()
    one, two = open_engine(url), open_engine(url)
    for _ in range(20):
        take_lease(one, "main").release()
        take_lease(two, "main").release()
    one.dispose()
    two.dispose()


def test_a_lease_dies_with_its_connection(postgres: PrivatePostgres) -> None:
    url = postgres.new_database()
    one, two = open_engine(url), open_engine(url)
    lease = take_lease(one, "main")
    other = take_lease(two, "branch")
    with pytest.raises(LeaseTaken, match="another collector already serves site 'main'"):
        take_lease(two, "main")
    with two.connect() as connection:
        mine = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        connection.execute(mine)
    assert not lease.held() and not other.held()
    lease.release()
    take_lease(two, "main").release()
    for engine in (one, two):
        engine.dispose()
