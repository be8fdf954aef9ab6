"""The schema: an upgrade from nothing is what the tables say, however many processes begin it."""

import multiprocessing

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ccfloor.store import access_tables, advice_tables, move_tables, qa_tables, tables
from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import HEAD, revision, upgrade


def test_an_upgrade_from_nothing_gives_the_tables(empty_url: str) -> None:
    engine = open_engine(empty_url)
    assert revision(engine) is None
    upgrade(engine)
    assert revision(engine) == HEAD
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert access_tables.metadata is tables.metadata is qa_tables.metadata is move_tables.metadata
        assert advice_tables.metadata is tables.metadata
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_head_is_the_last_revision_of_the_scripts() -> None:
    import ccfloor.store.migrations as migrations

    assert ScriptDirectory(migrations.__path__[0]).get_current_head() == HEAD


def _upgrade(url: str) -> None:
    upgrade(open_engine(url))


def test_processes_that_start_together_upgrade_once(empty_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_upgrade, args=(empty_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    engine = open_engine(empty_url)
    assert revision(engine) == HEAD
    engine.dispose()
