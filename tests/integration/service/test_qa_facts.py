"""What forms add up to: of days, weeks and calibrations, whatever the order in which things happened."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select

from ccfloor.floor.records import AGENT_FIELDS
from ccfloor.kpi.datasets import DATASETS
from ccfloor.kpi.period import period
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.kpi.teams import Term
from ccfloor.service import importing_kpi
from ccfloor.service.kpi_month import kpi_table
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import scoring
from ccfloor.service.qa.facts import rebuild, settle, settle_weeks
from ccfloor.service.qa.scoring import Filled
from ccfloor.service.runtime import Service
from ccfloor.service.settings import load
from ccfloor.store import qa_more, team_terms
from ccfloor.store.engine import writing
from ccfloor.store.imports import retell
from ccfloor.store.qa_tables import (
    qa_item_days,
    qa_lines,
    qa_revisions,
    qa_samples,
    qa_scores,
    qa_sessions,
)
from ccfloor.store.tables import agent_days, import_rows, imports, kpi_facts
from tests.fakes.stored_qa import (
    CONFIG,
    FORM,
    GOOD,
    LI,
    MANAGER,
    POOR,
    TEAMS,
    ZHOU,
    at,
    publish,
    put_sample,
    put_work,
)

FORMS = {("small", 1): FORM}
KILLED = GOOD | {"insult": "yes"}
_POSITIONS = count(1)


@pytest.fixture(scope="module")
def published(shared: Engine) -> Engine:
    publish(shared)
    return shared


@pytest.fixture
def engine(published: Engine) -> Engine:
    """The same schema without what the test before left."""
    empty(published)
    return published


def empty(engine: Engine) -> None:
    with writing(engine) as connection:
        for table in (qa_samples, qa_scores, qa_lines, qa_item_days, qa_revisions, qa_sessions):
            connection.execute(delete(table))
        for table in (kpi_facts, agent_days, imports, import_rows):
            connection.execute(delete(table))


def filled(agent: str, day: int, answers: dict[str, str] = GOOD, **more: object) -> Filled:
    told = {"queue": "sales", "call_at": at(day), "reviewer": LI, "answers": answers, "at": at(day, 20)}
    return Filled(**{"kind": "sample", "form": "small", "version": 1, "agent": agent,
                     "team": TEAMS[agent], **told, **more})  # fmt: skip


def drawn(engine: Engine, one: Filled, **more: object) -> Filled:
    """The same of a call that chance drew, or that has another ``reason`` to be a sample."""
    call = (1, next(_POSITIONS))
    number = put_sample(engine, call, one.agent, one.call_at, **{"state": "done", **more})
    return one._replace(sample=number, call=call)


def put(engine: Engine, *forms: Filled) -> list[int]:
    forms = tuple(drawn(engine, one) if one.kind == "sample" and not one.sample else one for one in forms)
    with writing(engine) as connection:
        made = scoring.keep_filled(connection, CONFIG, forms, FORMS)
        days = connection.scalars(select(qa_scores.c.day).where(qa_scores.c.id.in_(made)))
        settle(connection, CONFIG, set(days))
    return made


def facts(engine: Engine, day: int = 0) -> dict[tuple[str, str, int], float]:
    table = kpi_facts.c
    query = select(table.field, table.scope, table.day, table.value)
    with engine.connect() as connection:
        rows = connection.execute(query.where(table.day == day) if day else query)
        return {(field, scope, of): value for field, scope, of, value in rows}


def held(engine: Engine) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return tuple(
            sorted(tuple(row) for row in connection.execute(select(table)))
            for table in (kpi_facts, qa_item_days)
        )  # type: ignore[return-value]


def test_a_days_forms_are_told_of_site_queue_team_and_agent(engine: Engine) -> None:
    put(engine, filled("陈思远", 1), filled("陈思远", 1, POOR), filled("孙浩", 1, KILLED, queue="support"))
    told = facts(engine, 20261117)
    of = lambda field: {scope: value for (name, scope, _), value in told.items() if name == field}  # noqa: E731
    assert of("qa.forms") == {
        "site": 3, "queue:sales": 2, "queue:support": 1, "team:A": 2, "team:B": 1, "agent:陈思远": 2,
        "agent:孙浩": 1,
    }  # fmt: skip
    assert of("qa.points")["team:A"] == 130.0 and of("qa.points")["team:B"] == 0.0
    assert (of("qa.passed")["site"], of("qa.fatal")["site"], of("qa.polite")["site"]) == (1, 1, 2)
    assert of("qa.polite_asked") == of("qa.forms")
    assert (of("checks.entries")["site"], of("checks.correct")["site"]) == (3, 2)


def test_items_are_added_up_for_the_same_scopes(engine: Engine) -> None:
    put(engine, filled("陈思远", 1), filled("王丽娜", 1, POOR))
    table = qa_item_days.c
    with engine.connect() as connection:
        rows = connection.execute(select(qa_item_days).where(table.item == "hold").order_by(table.scope))
        told = {row.scope: tuple(row)[5:] for row in rows}
    assert told == {name: (2, 1, 0, 0, 0, 10_000) for name in ("queue:sales", "site", "team:A")}


def test_what_a_form_that_ended_at_something_fatal_left_open_lost_no_points(engine: Engine) -> None:
    put(engine, filled("陈思远", 1, {"greet": "yes", "insult": "yes"}), filled("王丽娜", 1, GOOD))
    table = qa_item_days.c
    with engine.connect() as connection:
        rows = connection.execute(select(qa_item_days).where(table.scope == "site"))
        told = {row.item: tuple(row)[5:] for row in rows}
        agents = qa_more.lost(connection, [], (20261101, 20261130), 1, 0.0)
    assert told["answer"] == (2, 1, 1, 0, 50_000, 50_000)  # forms, asked, full, fatal, earned, possible
    assert told["greet"] == (2, 2, 2, 0, 40_000, 40_000) and told["insult"][:4] == (2, 2, 1, 1)
    assert agents == []


@pytest.mark.parametrize("kind", ["recheck", "calibration", "reference"])
def test_what_only_compares_counts_nowhere(engine: Engine, kind: str) -> None:
    put(engine, filled("陈思远", 1, kind=kind, reviewer=ZHOU))
    assert facts(engine) == {} and held(engine) == ([], [])


def test_a_form_that_does_not_ask_for_phrases_says_nothing_of_them(engine: Engine) -> None:
    plain = FORM.model_copy(
        update={
            "id": "plain",
            "sections": tuple(
                section.model_copy(
                    update={"items": tuple(item.model_copy(update={"tags": ()}) for item in section.items)}
                )
                for section in FORM.sections
            ),
        }
    )
    with writing(engine) as connection:
        forms = {("plain", 1): plain}
        scoring.keep_filled(connection, CONFIG, [filled("陈思远", 1, form="plain", kind="import")], forms)
        settle(connection, CONFIG, [20261117])
    told = {field for field, _, _ in facts(engine)}
    assert told == {"qa.forms", "qa.points", "qa.passed", "qa.fatal"}


def test_a_file_of_the_same_day_is_told_beside_the_own_forms(engine: Engine) -> None:
    put(engine, filled("陈思远", 1), filled("孙浩", 1, POOR))
    text = "日期,坐席,质检份数,总分\n2026-11-17,1002,4,360\n"
    seen = importing_kpi.preview(engine, CONFIG, DATASETS["qa"], "qa.csv", text.encode(), at(9))
    assert not seen.checked.faults
    importing_kpi.take_in(engine, CONFIG, seen, "周岚", "补录", at(9))
    with engine.connect() as connection:
        table = kpi_facts.c
        query = select(table.scope, table.import_id, table.value).where(table.field == "qa.forms")
        rows = {(scope, origin > 0): value for scope, origin, value in connection.execute(query)}
    assert rows[("site", False)] == 2 and rows[("site", True)] == 4
    assert rows[("agent:王丽娜", True)] == 4 and rows[("team:A", False)] == 1
    put(engine, filled("陈思远", 1))
    again = facts(engine, 20261117)
    assert again[("qa.forms", "agent:陈思远", 20261117)] == 2


def test_a_week_is_told_when_it_is_over_with_who_worked_in_it(engine: Engine) -> None:
    put_work(engine, 7)
    put(engine, *(filled("陈思远", day) for day in range(3)), filled("王丽娜", 2))
    assert not [key for key in facts(engine) if key[0] == "qa.agents_due"], "the week runs"
    with writing(engine) as connection:
        connection.execute(insert(agent_days), [day_after()])
    assert settle_weeks(engine, CONFIG) == 1
    assert settle_weeks(engine, CONFIG) == 0
    sunday = facts(engine, 20261122)
    due = {scope: value for (field, scope, _), value in sunday.items() if field == "qa.agents_due"}
    met = {scope: value for (field, scope, _), value in sunday.items() if field == "qa.agents_sampled"}
    assert due == {"site": 3, "team:A": 2, "team:B": 1} and met == {"site": 1, "team:A": 1, "team:B": 0}
    put(engine, filled("王丽娜", 3), filled("王丽娜", 4))
    assert facts(engine, 20261122)[("qa.agents_sampled", "team:A", 20261122)] == 2


def test_a_quota_is_met_by_samples_of_one_plan_and_kind_of_reviewer_alone(engine: Engine) -> None:
    put_work(engine, 7)
    with writing(engine) as connection:
        connection.execute(insert(agent_days), [day_after()])
    put(engine, *(filled("陈思远", day, kind="own") for day in range(3)))
    put(engine, *(filled("孙浩", day, kind="dial_test") for day in range(3)))
    assert settle_weeks(engine, CONFIG) == 0, "nothing is drawn: there is no quota to be met"
    lead = drawn(engine, filled("王丽娜", 2, kind="lead"), by="lead")
    other = drawn(engine, filled("王丽娜", 3), plan="other")
    put(engine, filled("王丽娜", 0), filled("王丽娜", 1), lead, other)
    met = ("qa.agents_sampled", "site", 20261122)
    assert facts(engine)[met] == 0 and facts(engine)[("qa.agents_due", "site", 20261122)] == 3
    put(engine, drawn(engine, filled("王丽娜", 4), reason="complaint"))
    assert facts(engine)[met] == 1
    before = held(engine)
    with writing(engine) as connection:
        connection.execute(delete(kpi_facts))
        rebuild(connection, CONFIG)
    assert held(engine) == before


def test_kpis_are_made_of_what_chance_drew_and_of_sheets_alone(engine: Engine) -> None:
    put(
        engine,
        drawn(engine, filled("陈思远", 1, POOR), reason="complaint"),
        drawn(engine, filled("陈思远", 1, POOR), reason="hand"),
        *(filled("陈思远", 1, KILLED, kind=kind) for kind in ("own", "dial_test")),
        filled("陈思远", 1, KILLED, kind="own", call=None, about="一封邮件"),
    )
    assert facts(engine, 20261117) == {}
    lead = drawn(engine, filled("陈思远", 1, POOR, kind="lead"), by="lead")
    put(engine, filled("陈思远", 1), lead, filled("陈思远", 1, kind="import"))
    told = {field: value for (field, scope, _), value in facts(engine, 20261117).items() if scope == "site"}
    assert told == {"qa.forms": 3, "qa.points": 230.0, "qa.passed": 2, "qa.fatal": 0, "qa.polite": 2,
                    "qa.polite_asked": 3,
                    "checks.entries": 3, "checks.correct": 2}  # fmt: skip


def test_a_form_that_does_not_ask_for_phrases_is_no_impolite_one(engine: Engine) -> None:
    """Neither one whose version has no such question, nor one in which it did not apply."""
    items = [item if item.id != "greet" else item.model_copy(update={"na": True}) for item in FORM.items]
    sections = [FORM.sections[0].model_copy(update={"items": tuple(items)})]
    lenient = FORM.model_copy(update={"sections": tuple(sections)})
    plain = [item.model_copy(update={"tags": ()}) for item in FORM.items]
    silent = FORM.model_copy(
        update={"sections": (FORM.sections[0].model_copy(update={"items": tuple(plain)}),)}
    )
    told = [filled("陈思远", 1), filled("陈思远", 1, POOR), filled("陈思远", 1, GOOD | {"greet": "na"})]
    told.append(filled("陈思远", 1)._replace(version=2))
    forms, made = {("small", 1): lenient, ("small", 2): silent}, [drawn(engine, one) for one in told]
    with writing(engine) as connection:
        scoring.keep_filled(connection, CONFIG, made, forms)
        settle(connection, CONFIG, [20261117])
    of = {field: value for (field, scope, _), value in facts(engine, 20261117).items() if scope == "site"}
    assert (of["qa.forms"], of["qa.polite_asked"], of["qa.polite"]) == (4, 2, 1)
    assert kpis(engine, SITE)[SITE]["polite"] == 0.5


def day_after() -> dict[str, object]:
    """A day of the week after: the one before is over."""
    return {"site": "main", "agent": "孙浩", "day": 20261123} | dict.fromkeys(AGENT_FIELDS, 1)


def test_a_calibration_counts_on_the_day_on_which_it_was_closed(engine: Engine) -> None:
    values = {"site": "main", "name": "校准", "form": "small", "version": 1, "about": "", "agent": "陈思远",
              "queue": "sales", "reference": "boss", "reviewers": f'["{LI}","{ZHOU}"]', "due_day": 20261120,
              "who": "boss", "why": "", "at": at(1), "closed_at": at(4), "closed_by": "boss", "outcome": "",
              "day": 20261120}  # fmt: skip
    with writing(engine) as connection:
        made = connection.execute(insert(qa_sessions).values(values).returning(qa_sessions.c.id)).scalar_one()
    of = {"session": made}
    put(
        engine,
        filled("陈思远", 1, GOOD, kind="reference", reviewer="boss", **of),
        filled("陈思远", 1, POOR, kind="calibration", reviewer=LI, **of),
        filled("陈思远", 1, GOOD, kind="calibration", reviewer=ZHOU, **of),
    )
    with writing(engine) as connection:
        settle(connection, CONFIG, [20261120])
    assert facts(engine) == {
        ("qa.calibrated", "site", 20261120): 2.0, ("qa.drift_points", "site", 20261120): 70.0
    }  # fmt: skip


def test_who_was_in_another_team_on_the_day_takes_his_forms_with_him(engine: Engine) -> None:
    (made,) = put(engine, filled("陈思远", 1))
    with writing(engine) as connection:
        team_terms.append(connection, "main", [Term("陈思远", 0, "A"), Term("陈思远", 20261117, "B")], at=1.0)
        retell(connection, CONFIG, 20261117, None)
    told = {scope for field, scope, _ in facts(engine) if field == "qa.forms"}
    assert told == {"site", "queue:sales", "team:B", "agent:陈思远"}
    with engine.connect() as connection:
        assert connection.scalar(select(qa_scores.c.team).where(qa_scores.c.id == made)) == "B"
        scopes = set(connection.scalars(select(qa_item_days.c.scope)))
    assert scopes == {"site", "queue:sales", "team:B"}
    with writing(engine) as connection:
        connection.execute(delete(team_terms.team_terms))


def kpis(engine: Engine, *scopes: Scope) -> dict[Scope, dict[str, float | None]]:
    """The figures of November."""
    root = Path(__file__).resolve().parents[3]
    told = {"CCFLOOR_SITE_DATA": str(root / "data"), "CCFLOOR_SITE_ZONE": "Asia/Shanghai"}
    url = engine.url.render_as_string(hide_password=False)
    service = Service(load(environ=told, db=url, source="none"))
    service.config = CONFIG
    november = period(CONFIG, "2026-11")
    found = {
        scope: {line.kpi.id: line.result.value for line in kpi_table(service, MANAGER, november, scope).lines}
        for scope in scopes
    }
    service.engine.dispose()
    return found


def test_the_months_kpis_are_those_of_the_forms(engine: Engine) -> None:
    put(engine, filled("陈思远", 1), filled("陈思远", 2, POOR), filled("孙浩", 2, KILLED))
    found = kpis(engine, SITE, Scope("team", "A"), Scope("agent", "孙浩"))
    assert [values["qa_score"] for values in found.values()] == [pytest.approx(130 / 3), 65.0, 0.0]
    assert [values["qa_pass"] for values in found.values()] == [pytest.approx(1 / 3), 0.5, 0.0]
    assert found[SITE]["qa_fatal"] == pytest.approx(1 / 3)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["fill", "void", "restore", "correct"]),
        st.integers(0, 11),
        st.sampled_from([GOOD, POOR, KILLED]),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_whatever_happened_a_rebuild_gives_the_same(
    engine: Engine, acts: list[tuple[str, int, dict[str, str]]]
) -> None:
    empty(engine)
    put_work(engine, 14)
    made: list[int] = []
    people = list(TEAMS)
    for act, number, answers in acts:
        if act == "fill" or not made:
            made += put(engine, filled(people[number % 3], number, answers))
            continue
        _try(engine, act, made[number % len(made)], answers)
    settle_weeks(engine, CONFIG)
    before = held(engine)
    with writing(engine) as connection:
        for table in (kpi_facts, qa_item_days):
            connection.execute(delete(table))
        rebuild(connection, CONFIG)
    assert held(engine) == before


def _try(engine: Engine, act: str, number: int, answers: dict[str, str]) -> None:
    now = at(20)
    try:
        if act == "correct":
            scoring.correct(engine, MANAGER, CONFIG, number, answers, "", "申诉", now)
        elif act == "void":
            scoring.void(engine, MANAGER, CONFIG, number, "", "错听", now)
        else:
            scoring.restore(engine, MANAGER, CONFIG, number, "", "对的", now)
    except PeopleError as error:
        assert error.code in ("qa_same", "qa_not_submitted", "qa_not_void")
