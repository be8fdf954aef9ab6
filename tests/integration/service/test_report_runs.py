"""Runs made once by several servers, taken over, tried again; jobs kept, missed ones made up once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from sqlalchemy import Engine, inspect

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.period import period
from ccfloor.service.people_log import PeopleError, entries
from ccfloor.service.reports import plans
from ccfloor.service.reports.due import Owed
from ccfloor.service.reports.plans import Body, add_plan, find_plan, read_plans
from ccfloor.service.reports.runs import (
    AGAIN_S,
    DEAD_S,
    MOST_ATTEMPTS,
    asked,
    claim,
    finish,
    read_runs,
    retry,
    settled,
)
from ccfloor.service.reports.schedule import Scheduler
from ccfloor.store.viewer import EVERYTHING, Viewer

CONFIG = FloorConfig(zone="Asia/Shanghai")
ONE = Owed(period(CONFIG, "2026-11-21"), 1_795_000_000.0)
NOW = ONE.due_at + 1
VIEWER = Viewer()


# -- runs ----------------------------------------------------------------------------------------------


def test_of_many_servers_one_makes_it(database: Engine) -> None:
    together = threading.Barrier(6)

    def server(_number: int) -> bool:
        together.wait()
        return claim(database, "main", 1, ONE, NOW) is not None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(server, range(6))) == 1
    assert [run.state for run in read_runs(database, VIEWER)] == ["running"]
    assert settled(database, "main", 1, NOW) == {"2026-11-21"}


def test_a_dead_maker_is_succeeded_by_one(database: Engine) -> None:
    first = claim(database, "main", 1, ONE, NOW)
    assert first and claim(database, "main", 1, ONE, NOW + DEAD_S) is None
    later = NOW + DEAD_S + 1
    second = claim(database, "main", 1, ONE, later)
    assert second and second.attempts == 2 and claim(database, "main", 1, ONE, later) is None
    finish(database, first, later + 5, digest="of the dead")  # it wakes up: the run is not its own any more
    assert read_runs(database, VIEWER)[0].state == "running"
    finish(database, second, later + 6, digest="d", files=("a.pdf",), told=("a@b.c",))
    done = read_runs(database, VIEWER)[0]
    assert (done.state, done.digest, done.files, done.told) == ("done", "d", ("a.pdf",), ("a@b.c",))


def test_a_failed_run_is_tried_again_some_times_then_given_up(database: Engine) -> None:
    now = NOW
    for attempt in range(1, MOST_ATTEMPTS + 1):
        run = claim(database, "main", 1, ONE, now)
        assert run and run.attempts == attempt
        finish(database, run, now, error="no mail server")
        assert claim(database, "main", 1, ONE, now + AGAIN_S * attempt - 1) is None
        now += AGAIN_S * attempt
    assert claim(database, "main", 1, ONE, now + 1e6) is None
    assert read_runs(database, VIEWER)[0].given_up


def failed(engine: Engine, plan: int) -> int:
    """A run of a plan that failed; its number."""
    run = claim(engine, "main", plan, ONE, NOW)
    assert run
    finish(engine, run, NOW, error="no mail server")
    return run.id


def test_trying_again_asks_who_and_why_and_is_logged(database: Engine) -> None:
    plan = add_plan(database, VIEWER, "日报", Body(), "陈思远", "经理要看", NOW)
    run = failed(database, plan)
    for who, why, code in (("", "x", "no_who"), ("周岚", " ", "no_why")):
        with pytest.raises(PeopleError, match=code):
            retry(database, VIEWER, run, who, why, NOW + 1)
    assert claim(database, "main", plan, ONE, NOW + 2) is None
    retry(database, VIEWER, run, "周岚", "邮件服务器修好了", NOW + 3)
    assert [one.id for one in asked(database, "main", plan)] == [run]
    last = entries(database, EVERYTHING, f"report/{plan}")[-1]
    assert (last.item, last.who, last.text) == ("report_retried", "周岚", "2026-11-21 · 邮件服务器修好了")
    again = claim(database, "main", plan, ONE, NOW + 4)
    assert again and again.attempts == 1 and asked(database, "main", plan) == []


def test_what_cannot_be_tried_again_says_why(database: Engine) -> None:
    plan = add_plan(database, VIEWER, "日报", Body(), "陈思远", "经理要看", NOW)
    run = claim(database, "main", plan, ONE, NOW)
    assert run

    def code(number: int, now: float) -> str:
        with pytest.raises(PeopleError) as error:
            retry(database, VIEWER, number, "周岚", "再试", now)
        return error.value.code

    assert code(999, NOW) == "report_run_unknown"
    assert code(run.id, NOW + 1) == "report_run_running"
    retry(database, VIEWER, run.id, "周岚", "没有动静", NOW + DEAD_S + 1)  # its maker has died
    again = claim(database, "main", plan, ONE, NOW + DEAD_S + 2)
    assert again
    finish(database, again, NOW + DEAD_S + 3, digest="d")
    assert code(run.id, NOW + DEAD_S + 4) == "report_run_done"
    assert code(failed(database, 77), NOW + 9) == "report_run_plan"


def test_what_was_asked_for_is_made_though_its_plan_was_taken_away(
    kept: Engine, scheduling: Callable[..., Scheduler]
) -> None:
    now = datetime.now(UTC).timestamp()
    gone, paused = (add_plan(kept, VIEWER, name, Body(), "陈", "要", now) for name in ("日报", "周报"))
    runs = [failed(kept, plan) for plan in (gone, paused)]
    plans.remove_plan(kept, VIEWER, gone, "陈", "不再需要", now)
    plans.switch_plan(kept, VIEWER, paused, False, "陈", "停", now)
    maker = FakeMaker(kept)
    one = scheduling(maker)
    until(lambda: one.leads)
    for run in runs:
        retry(kept, VIEWER, run, "周岚", "那天的还要", now)
    until(lambda: {gone, paused} <= set(maker.wait(1)))


def test_another_plan_and_another_site_are_another_run(database: Engine) -> None:
    assert all(claim(database, site, plan, ONE, NOW) for site, plan in (("main", 1), ("main", 2), ("b", 1)))
    assert [run.plan for run in read_runs(database, VIEWER)] == [2, 1]


# -- plans ---------------------------------------------------------------------------------------------


def test_a_plan_is_logged_paused_removed_and_taken_back(database: Engine) -> None:
    number = add_plan(database, VIEWER, " 日报 ", Body(), "陈思远", "经理要看", NOW)
    plans.switch_plan(database, VIEWER, number, False, "周岚", "放假", NOW + 1)
    assert [plan.enabled for plan in read_plans(database, VIEWER)] == [False]
    plans.switch_plan(database, VIEWER, number, True, "周岚", "上班", NOW + 100)
    plans.remove_plan(database, VIEWER, number, "周岚", "不再需要", NOW + 200)
    assert read_plans(database, VIEWER) == []
    assert read_plans(database, Viewer(site="other"), removed=True) == []
    plans.restore_plan(database, VIEWER, number, "周岚", "删错了", NOW + 300)
    plan = find_plan(database, VIEWER, number)
    assert plan and (plan.name, plan.enabled, plan.at) == ("日报", True, NOW + 300)
    told = [(note.item, note.who) for note in entries(database, EVERYTHING, plan.about)]
    assert told == [
        ("report_added", "陈思远"),
        ("report_paused", "周岚"),
        ("report_resumed", "周岚"),
        ("report_removed", "周岚"),
        ("report_restored", "周岚"),
    ]
    for act in (plans.remove_plan, plans.restore_plan):
        with pytest.raises(PeopleError, match="report_unknown"):
            act(database, VIEWER, 99, "周岚", "?", NOW)
    with pytest.raises(PeopleError, match="report_mail"):
        add_plan(database, VIEWER, "x", Body(to=("a@b.c",)), "周岚", "!", NOW)


# -- the scheduler -------------------------------------------------------------------------------------


class FakeMaker:
    """Notes what it is asked to make; settles it as a real one would."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.made, self.called = engine, [], threading.Condition()  # type: ignore[var-annotated]

    def make(self, plan: int) -> None:
        with self.called:
            self.made.append(plan)
            self.called.notify_all()

    def stop(self) -> None:
        return

    def wait(self, count: int, seconds: float = 20.0) -> list[int]:
        with self.called:
            assert self.called.wait_for(lambda: len(self.made) >= count, seconds), self.made
            return list(self.made)


@pytest.fixture
def kept(database: Engine) -> Engine:
    """The database that the schedulers open for themselves."""
    return database


@pytest.fixture
def scheduling(kept: Engine) -> Iterator[Callable[..., Scheduler]]:
    begun: list[Scheduler] = []

    def start(maker: FakeMaker) -> Scheduler:
        made = Scheduler(
            kept.url.render_as_string(hide_password=False), CONFIG, maker, look_s=0.1, stand_by_s=0.1
        )
        begun.append(made)
        made.start()
        return made

    yield start
    for one in begun:
        one.stop()


def stored_jobs(engine: Engine) -> SQLAlchemyJobStore:
    """The jobs as the scheduler keeps them, once it has made their table: two who make it lock each other."""
    until(lambda: inspect(engine).has_table("report_jobs_main"))
    store = SQLAlchemyJobStore(engine=engine, tablename="report_jobs_main")
    store.start(None, "default")
    return store


def until(check: Callable[[], bool]) -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while not check():
        assert datetime.now(UTC) < deadline
        threading.Event().wait(0.02)


def test_a_missed_job_runs_once_when_a_server_is_up_again(
    kept: Engine, scheduling: Callable[..., Scheduler]
) -> None:
    now = datetime.now(UTC).timestamp()
    number = add_plan(kept, VIEWER, "日报", Body(), "陈", "要", now)
    first = scheduling(FakeMaker(kept))
    store = stored_jobs(kept)
    until(lambda: store.lookup_job(f"plan-{number}") is not None)
    first.stop()
    job = store.lookup_job(f"plan-{number}")
    assert job is not None and job.next_run_time > datetime.now(UTC)
    job.next_run_time = datetime.now(UTC) - timedelta(days=3)  # three fires were missed meanwhile
    store.update_job(job)
    maker = FakeMaker(kept)
    second = scheduling(maker)
    assert maker.wait(1) == [number]
    until(lambda: store.lookup_job(f"plan-{number}").next_run_time > datetime.now(UTC))
    second.stop()
    assert maker.made == [number]


def test_what_a_plan_owes_without_any_job_is_made(kept: Engine, scheduling: Callable[..., Scheduler]) -> None:
    days_ago = datetime.now(UTC).timestamp() - 3 * 86_400
    number = add_plan(kept, VIEWER, "日报", Body(), "陈", "要", days_ago)
    maker = FakeMaker(kept)
    scheduling(maker)
    assert set(maker.wait(1)) == {number}


def test_one_leads_the_other_follows_when_it_is_gone(
    kept: Engine, scheduling: Callable[..., Scheduler]
) -> None:
    first = scheduling(FakeMaker(kept))
    until(lambda: first.leads)
    heir = FakeMaker(kept)
    second = scheduling(heir)
    days_ago = datetime.now(UTC).timestamp() - 2 * 86_400
    number = add_plan(kept, VIEWER, "日报", Body(), "陈", "要", days_ago)
    assert not second.leads
    first.stop()
    until(lambda: second.leads)
    assert heir.wait(1)[0] == number


def test_plans_are_taken_up_and_let_go_while_it_runs(
    kept: Engine, scheduling: Callable[..., Scheduler]
) -> None:
    one = scheduling(FakeMaker(kept))
    until(lambda: one.leads)
    store = stored_jobs(kept)
    now = datetime.now(UTC).timestamp()
    number = add_plan(kept, VIEWER, "周报", Body(part="week", weekday=3, at="09:15"), "陈", "要", now)
    until(lambda: store.lookup_job(f"plan-{number}") is not None)
    job = store.lookup_job(f"plan-{number}")
    local = job.next_run_time.astimezone(job.trigger.timezone)
    assert (local.isoweekday(), local.hour, local.minute) == (3, 9, 15)
    plans.switch_plan(kept, VIEWER, number, False, "陈", "停", now + 1)
    until(lambda: store.lookup_job(f"plan-{number}") is None)
