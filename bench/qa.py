"""How long the QA overview, its parts and an agent's page take when very many forms are stored.

    python bench/qa.py                           200,000 forms over 16 months; some minutes to fill
    python bench/qa.py --forms 20000 --months 2  a first look

500 agents in 25 teams, 50 queues, 10 reviewers, the shipped hotline form with its lines, SQLite. Asked by the
functions that pages use, again and again (warm) and of a file that nobody has read (cold). The baseline reads
all scores and lines into pandas and groups them, in the same run. Goal: overview ≤ 500 ms (p95, warm).
"""

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from kpi import VIEWER, Question, Service, forget, percentile, timed
from make_kpi_store import AGENTS, CONFIG, QUEUES, SITE
from sqlalchemy import Engine, Table, insert, select, text
from sqlalchemy.schema import CreateIndex, DropIndex

from ccfloor.access.rights import Role
from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.period import day_number, month_of, period
from ccfloor.kpi.scope import SITE as WHOLE
from ccfloor.kpi.scope import Scope
from ccfloor.qa.model import Form, answers
from ccfloor.qa.score import score
from ccfloor.service.agent_trend import Asked as AskedTrend
from ccfloor.service.qa.agent_trend import of_agent
from ccfloor.service.qa.facts import settle
from ccfloor.service.qa.files import read_files, sync_files
from ccfloor.service.qa.overview import Asked, overview
from ccfloor.service.qa.reviewers import reviewer
from ccfloor.service.qa.scoring import lines_of
from ccfloor.service.settings import load
from ccfloor.store import qa_tables, tables
from ccfloor.store.engine import open_engine, writing
from ccfloor.store.migrate import upgrade
from ccfloor.store.viewer import Viewer

LAST = period(CONFIG, "2026-10-31").day
REVIEWERS = [f"reviewer{number:02d}" for number in range(10)]
TEAM = {seat.agent: seat.team for seat in CONFIG.seats.values()}
LEAD = Viewer(Role.LEAD, who="lead", account=1, teams=frozenset(("Team 03",)))
HALF = Viewer(Role.MANAGER, who="half", account=2, queues=frozenset(QUEUES[:25]))
PATTERNS = 400
_AT_ONCE = 20_000
_WORDS = "称呼客户姓氏，复述了电话与地址；保持时说明了原因，回来先致谢。" * 3


def patterns(form: Form, luck: random.Random) -> list[dict[str, Any]]:
    """Forms as people fill them in, with what they come to."""
    found = []
    for _ in range(PATTERNS):
        told = {item.id: _answer(item, luck) for item in form.items}
        made = score(form, told)
        counted = {"score": made.score, "passed": made.passed, "fatal": bool(made.fatal)}
        found.append({"answers": json.dumps(told), **counted, "lines": list(lines_of(made))})
    return found


def _answer(item: Any, luck: random.Random) -> str:
    """Mostly good; something fatal once in hundred forms or so."""
    if item.kind == "fatal":
        return "yes" if luck.random() < 0.002 else "no"
    known = [one for one in answers(item) if one != "na"]
    return known[min(len(known) - 1, int(luck.expovariate(1.6)))]


def fill(engine: Engine, forms: int, months: int, seed: int = 7) -> dict[str, float]:
    """Forms over months up to LAST, work of each day; seconds spent by part."""
    luck, spent = random.Random(seed), dict[str, float]()
    began = time.perf_counter()
    settings = load(db=str(engine.url.database))
    sync_files(engine, CONFIG, settings.site, period(CONFIG, "2026-10-31").start)
    made = patterns(
        next(one.body for one in read_files(settings.site).found if one.body.id == "hotline"), luck
    )
    days = [LAST - timedelta(days=back) for back in range(round(months * 30.4))]
    _without_indexes(engine)
    with writing(engine) as connection:
        for table, rows in _rows(forms, days, made, luck):
            connection.execute(insert(table), rows)
    _with_indexes(engine)
    spent["forms and lines"] = time.perf_counter() - began
    began = time.perf_counter()
    with writing(engine) as connection:
        settle(connection, CONFIG, map(day_number, days))
    spent["sums of all days"] = time.perf_counter() - began
    return spent


def _rows(
    forms: int, days: list[Any], made: list[dict[str, Any]], luck: random.Random
) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    for day in days:
        work = {"site": SITE, "day": day_number(day)} | dict.fromkeys(AGENT_FIELDS, 0) | {"answered": 20}
        yield tables.agent_days, [work | {"agent": agent} for agent in AGENTS]
    for first in range(0, forms, _AT_ONCE):
        numbers = range(first + 1, min(first + _AT_ONCE, forms) + 1)
        picked = [luck.choice(made) for _ in numbers]
        whose = [_whose(number, days[number * len(days) // (forms + 1)], luck) for number in numbers]
        yield qa_tables.qa_samples, [_sample(one, luck) for one in whose]
        yield qa_tables.qa_scores, [_score(one, told) for one, told in zip(whose, picked, strict=True)]
        yield (
            qa_tables.qa_lines,
            [
                {
                    "score": one["id"],
                    "site": SITE,
                    "agent": one["agent"],
                    "day": one["day"],
                    "form": "hotline",
                }
                | line._asdict()
                for one, told in zip(whose, picked, strict=True)
                for line in told["lines"]
            ],
        )


def _whose(number: int, day: Any, luck: random.Random) -> dict[str, Any]:
    agent = luck.choice(AGENTS)
    at = period(CONFIG, day.isoformat()).start + luck.uniform(8, 20) * 3600
    return {
        "id": number, "site": SITE, "agent": agent, "team": TEAM[agent], "queue": luck.choice(QUEUES),
        "call_at": at, "day": day_number(day), "reviewer": luck.choice(REVIEWERS),
        "source_id": 1, "position": number,
    }  # fmt: skip


def _sample(one: dict[str, Any], luck: random.Random) -> dict[str, Any]:
    about = {"plan": "weekly", "quota": "week", "span": "", "stratum": "", "population": 20, "by": "qa"}
    reason = "random" if luck.random() < 0.8 else "complaint"
    end = {"state": "done", "due_day": one["day"], "at": one["call_at"], "why": "", "who": ""}
    return one | about | end | {"reason": reason}


def _score(one: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    at = one["call_at"] + 86_400
    texts = {"comments": json.dumps({"": [[12.5, _WORDS]]}), "summary": _WORDS, "about": "", "seen_words": ""}
    state = {"kind": "sample", "form": "hotline", "version": 1, "state": "submitted", "sample": one["id"]}
    times = {"began_at": at, "saved_at": at, "submitted_at": at, "submitted_day": one["day"]}
    rest = {"listened_s": 200, "tell_now": False, "revision": 0, "polite": 1, "record": 1}
    return (
        one | texts | state | times | rest | {name: value for name, value in told.items() if name != "lines"}
    )


def _without_indexes(engine: Engine) -> None:
    with engine.begin() as connection:
        for index in sorted(qa_tables.qa_lines.indexes, key=str):
            connection.execute(DropIndex(index))


def _with_indexes(engine: Engine) -> None:
    with engine.begin() as connection:
        for index in sorted(qa_tables.qa_lines.indexes, key=str):
            connection.execute(CreateIndex(index))
        connection.execute(text("ANALYZE"))


def questions() -> dict[str, Question]:
    """What people look at, by name."""
    month, year = (period(CONFIG, name) for name in ("2026-10", "2026"))
    queue, team = Scope("queue", QUEUES[7]), Scope("team", "Team 03")
    weeks = AskedTrend("qa_score", "week", LAST - timedelta(days=181), LAST)
    return {
        "overview, month": lambda service: overview(service, VIEWER, Asked(month)),
        "overview, year": lambda service: overview(service, VIEWER, Asked(year)),
        "one form, month": lambda service: overview(service, VIEWER, Asked(month, WHOLE, "hotline")),
        "a team's lead": lambda service: overview(service, LEAD, Asked(month)),
        "a team": lambda service: overview(service, VIEWER, Asked(month, team)),
        "a queue": lambda service: overview(service, VIEWER, Asked(month, queue)),
        "half the queues": lambda service: overview(service, HALF, Asked(month)),
        "half, year": lambda service: overview(service, HALF, Asked(year)),
        "a reviewer": lambda service: reviewer(service, VIEWER, REVIEWERS[3], Asked(month)),
        "an agent": lambda service: of_agent(service, VIEWER, AGENTS[42], weeks),
    }


def scan(path: Path) -> int:
    """The baseline: every score and line into pandas, then what the overview shows; returns the forms."""
    with sqlite3.connect(path) as connection:
        told = pd.read_sql_query(
            "SELECT c.id, c.day, c.queue, c.team, c.agent, c.reviewer, c.score, c.passed, c.fatal, s.reason "
            "FROM qa_scores c LEFT JOIN qa_samples s ON c.sample = s.id WHERE c.state = 'submitted'",
            connection,
        )
        lines = pd.read_sql_query(
            "SELECT form, item, applies, earned_milli, possible_milli FROM qa_lines", connection
        )
    told["bin"] = (told["score"] // 5).clip(upper=19)
    for column in ("day", "queue", "team", "agent", "reviewer", "reason", "bin"):
        told.groupby(column)[["score", "passed", "fatal"]].agg(["sum", "count"])
    lines["lost"] = (lines["possible_milli"] - lines["earned_milli"]) * lines["applies"]
    lines.groupby(["form", "item"])["lost"].sum().sort_values(ascending=False)
    return len(told)


def report(path: Path, times: int) -> None:
    """Prints p50 and p95 of every question, and the baseline."""
    end = month_of(CONFIG, period(CONFIG, LAST.isoformat()).start).end
    engine = open_engine(str(path))
    with engine.connect() as connection:
        forms = connection.execute(select(text("count(*)")).select_from(qa_tables.qa_scores)).scalar_one()
    engine.dispose()
    print(f"\n{forms:,} forms, {path.stat().st_size / 1e6:,.0f} MB")
    print(f"{'':18}{'warm p50':>10}{'p95':>8}{'cold':>8}{'CPU':>8}   ms")
    for name, ask in questions().items():
        forget(path)
        service = Service(open_engine(str(path)), CONFIG, load(db=str(path)), end)
        cold = timed(lambda ask=ask, service=service: ask(service))
        began = time.process_time()
        told = [timed(lambda ask=ask, service=service: ask(service)) for _ in range(times)]
        spent = (time.process_time() - began) * 1000 / times
        service.engine.dispose()
        figures = (statistics.median(told), percentile(told, 0.95), cold, spent)
        print("{:18}{:>10.0f}{:>8.0f}{:>8.0f}{:>8.0f}".format(name, *figures), flush=True)
    print(f"{'pandas, all rows':18}{timed(lambda: scan(path)):>10.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--forms", type=int, default=200_000)
    parser.add_argument("--months", type=int, default=16)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--db", type=Path, help="a file to fill and keep; asked again where it is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = given.db or Path(name) / "floor.db"
        if not path.exists():
            engine = open_engine(str(path))
            upgrade(engine)
            spent = fill(engine, given.forms, given.months)
            engine.dispose()
            print(", ".join(f"{part} {seconds:.0f} s" for part, seconds in spent.items()), flush=True)
        report(path, given.times)


if __name__ == "__main__":
    main()
