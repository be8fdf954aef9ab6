"""Runs of plans: one row a plan and period. Who writes the row makes the report; so one of several
servers does. A run that failed is tried again, and one whose maker died is taken over. One that somebody
asks for once more is made whatever has become of its plan since.

Instants are UTC epoch seconds.
"""

import json
from typing import NamedTuple

from sqlalchemy import Engine, RowMapping, insert, select, update
from sqlalchemy.exc import IntegrityError

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.service.people_log import PeopleError, Told, named, said, write
from ccfloor.service.reports.due import Owed
from ccfloor.service.reports.plans import find_plan, read_plans
from ccfloor.store.engine import writing
from ccfloor.store.tables import report_runs
from ccfloor.store.viewer import Viewer

RUNNING, DONE, FAILED, ASKED = "running", "done", "failed", "asked"
MOST_ATTEMPTS = 4
AGAIN_S = 300.0  # times the attempts so far
DEAD_S = 900.0  # nobody makes a report for so long


class Run(NamedTuple):
    """A stored run. ``files``: below the folder of reports; ``told``: addresses it was sent to."""

    id: int
    plan: int
    period: str
    due_at: float
    started_at: float
    finished_at: float | None
    state: str
    error: str
    files: tuple[str, ...]
    digest: str
    told: tuple[str, ...]
    attempts: int

    def open_again(self, now: float) -> bool:
        """Whether it may be made by another: asked for, failed a while ago, or its maker has died."""
        if self.state == RUNNING:
            return now - self.started_at > DEAD_S
        return self.state == ASKED or (
            self.state == FAILED and self.attempts < MOST_ATTEMPTS and now >= self.again_at
        )

    @property
    def again_at(self) -> float:
        """When a failed run is tried again."""
        return (self.finished_at or self.started_at) + AGAIN_S * self.attempts

    @property
    def given_up(self) -> bool:
        """Whether nobody tries again by himself."""
        return self.state == FAILED and self.attempts >= MOST_ATTEMPTS

    @property
    def partly(self) -> bool:
        """Whether some have it and others do not."""
        return self.state == FAILED and bool(self.told)

    def stuck(self, now: float) -> str:
        """Why it is not for people to ask for it once more, as a code; empty where it is."""
        if self.state == FAILED or (self.state == RUNNING and self.open_again(now)):
            return ""
        return "report_run_done" if self.state == DONE else "report_run_running"


def claim(engine: Engine, site: str, plan: int, one: Owed, now: float) -> Run | None:
    """The right to make a report, given once; None where another has it or it is settled."""
    mine = (
        report_runs.c.site == site,
        report_runs.c.plan_id == plan,
        report_runs.c.period == one.period.name,
    )
    begun = {"state": RUNNING, "started_at": now, "finished_at": None, "error": ""}
    with writing(engine) as connection:
        row = connection.execute(select(report_runs).where(*mine)).mappings().first()
        if row is None:
            fresh = {"site": site, "plan_id": plan, "period": one.period.name, "due_at": one.due_at}
            rest = {"files": "[]", "digest": "", "told": "[]", "attempts": 1}
            try:
                with connection.begin_nested():
                    connection.execute(insert(report_runs).values(fresh | begun | rest))
            except IntegrityError:  # another server was faster
                return None
        else:
            before = _run(row)
            if not before.open_again(now):
                return None
            same = (report_runs.c.id == before.id, report_runs.c.started_at == before.started_at)
            values = begun | {"attempts": before.attempts + 1}
            if not connection.execute(update(report_runs).where(*same).values(values)).rowcount:
                return None
        return _run(connection.execute(select(report_runs).where(*mine)).mappings().one())


def finish(
    engine: Engine,
    run: Run,
    now: float,
    *,
    files: tuple[str, ...] = (),
    digest: str = "",
    told: tuple[str, ...] = (),
    error: str = "",
    again: bool = True,
) -> None:
    """What became of a run that is ours: done, or failed with one sentence. Files made stay known.

    ``again``: whether it is tried once more by itself.
    """
    values = {
        "state": FAILED if error else DONE,
        "finished_at": now,
        "error": error[:1000],
        "files": json.dumps(files),
        "digest": digest,
        "told": json.dumps(told),
        "attempts": run.attempts if again else MOST_ATTEMPTS,
    }
    ours = (report_runs.c.id == run.id, report_runs.c.started_at == run.started_at)
    with writing(engine) as connection:
        connection.execute(update(report_runs).where(*ours).values(values))


def settled(engine: Engine, site: str, plan: int, now: float) -> set[str]:
    """The periods of a plan that nobody has to make at this moment."""
    return {run.period for run in _read(engine, site, plan, 0) if not run.open_again(now)}


def asked(engine: Engine, site: str, plan: int | None = None) -> list[Run]:
    """The runs, of one plan or of all, that somebody wants to be made once more; oldest first."""
    found = [run for run in _read(engine, site, plan, 0) if run.state == ASKED]
    return found[::-1]


def retry(engine: Engine, viewer: Viewer, run: int, who: str, why: str, now: float) -> None:
    """Have a failed run made once more, also where its plan was paused or taken away since.

    Raises PeopleError: no_who, no_why, report_run_unknown, report_run_done, report_run_running, and
    report_run_plan (nobody can tell any more what it was to be).
    """
    viewer.needs(Right.SCHEDULE)
    by, words = named(who), said(why)
    found = find_run(engine, viewer, run)
    if found is None:
        raise PeopleError("report_run_unknown")
    if code := found.stuck(now):
        raise PeopleError(code)
    plan = find_plan(engine, viewer, found.plan)
    if plan is None:
        raise PeopleError("report_run_plan")
    same = (
        report_runs.c.id == run,
        report_runs.c.state == found.state,
        report_runs.c.started_at == found.started_at,
    )
    with writing(engine) as connection:
        values = {"state": ASKED, "attempts": 0}
        if not connection.execute(update(report_runs).where(*same).values(values)).rowcount:
            raise PeopleError("report_run_running")
        told = f"{found.period} · {words}"
        act = Told(Act.REPORT_RETRIED, {"state": found.state}, {"name": plan.name, "period": found.period})
        write(connection, viewer.site, plan.about, "report_retried", by, told, now, told=act, viewer=viewer)


def read_runs(engine: Engine, viewer: Viewer, limit: int = 50) -> list[Run]:
    """The runs of the plans that the viewer may read, latest first."""
    if viewer.whole and viewer.may(Right.REPORTS):
        return _read(engine, viewer.site, None, limit)
    mine = {plan.id for plan in read_plans(engine, viewer, removed=True)}
    return [run for run in _read(engine, viewer.site, None, 0) if run.plan in mine][:limit]


def find_run(engine: Engine, viewer: Viewer, run: int) -> Run | None:
    """One run of a plan that the viewer may read."""
    query = select(report_runs).where(report_runs.c.id == run, report_runs.c.site == viewer.site)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    if row is None or not (viewer.whole or find_plan(engine, viewer, row["plan_id"])):
        return None
    return _run(row)


def _read(engine: Engine, site: str, plan: int | None, limit: int) -> list[Run]:
    query = select(report_runs).where(report_runs.c.site == site)
    if plan is not None:
        query = query.where(report_runs.c.plan_id == plan)
    query = query.order_by(report_runs.c.due_at.desc(), report_runs.c.id.desc())
    with engine.connect() as connection:
        return [_run(row) for row in connection.execute(query.limit(limit) if limit else query).mappings()]


def _run(row: RowMapping) -> Run:
    plain = {name: row[name] for name in Run._fields if name in row}
    files, told = (tuple(json.loads(row[name])) for name in ("files", "told"))
    return Run(**plain | {"plan": row["plan_id"], "files": files, "told": told})
