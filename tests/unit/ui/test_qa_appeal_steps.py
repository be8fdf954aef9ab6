"""The page of an appeal: a red line that is taken away, and an appeal that is handed on to leadership."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.access.rights import Role
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.qa import appeal_views, appeals, scoring
from ccfloor.service.qa.scoring import Begin, Change
from ccfloor.service.settings import load
from tests.fakes import app_page
from tests.fakes.current import upgrade
from tests.fakes.stored_qa import CHEN, CONFIG, GOOD, MANAGER, QA, RULES, at, publish, put_call

ROOT = Path(__file__).resolve().parents[3]
NOW = at(3, 15)
LEAD = Identity(12, "lead.a", "班长", Role.LEAD, teams=frozenset(("A",)))
HEAD = Identity(14, "head", "主管", Role.MANAGER)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[runtime.Service]:
    made = runtime.Service(load(environ={}, db=f"sqlite:///{tmp_path / 'floor.db'}", source="none"))
    made.config, made.clock = CONFIG, lambda: NOW + 60
    upgrade(made.engine)
    publish(made.engine)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


@pytest.fixture
def score(service: runtime.Service) -> int:
    """A form that a red line ended, against which its agent appealed."""
    call = put_call(service.engine, 1, "陈思远", at(1))
    begin = Begin("own", call=call, form="small")
    row = scoring.open_score(service.engine, QA, CONFIG, begin, "", NOW)
    told = Change({"insult": "yes"}, {}, "骂人", base=row.saved_at)
    scoring.submit(service.engine, QA, CONFIG, row.id, told, "", NOW)
    appeals.file_appeal(service.engine, CHEN, CONFIG, RULES, row.id, ["insult"], "没有", "", NOW)
    return row.id


def opened(patch: pytest.MonkeyPatch, who: Identity) -> AppTest:
    patch.setattr(identity, "_asks", [lambda: who])
    test = AppTest.from_file(str(ROOT / "pages/qa_appeals.py"), default_timeout=60)
    test.query_params["lang"], test.query_params["appeal"] = "zh", "1"
    test.run()
    assert not test.exception, test.exception
    return test


def test_who_takes_a_red_line_away_judges_what_was_left_open(
    score: int, service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is chosen for him: each question waits for an answer, and none is asked before."""
    test = opened(monkeypatch, LEAD)
    test.segmented_control(key="qa-decision-1").set_value("upheld").run()
    assert [field.key for field in test.selectbox] == [f"qa-correct-{score}-insult"]
    test.selectbox(key=f"qa-correct-{score}-insult").set_value("no").run()
    left = {f"qa-correct-{score}-{item}": answer for item, answer in GOOD.items()}
    assert [field.value for field in test.selectbox if field.key in left] == [None] * len(left)
    assert "请补评其余各项" in app_page.words(test)
    test.text_area(key="qa-decide-why-1").set_value("没有骂人")
    app_page.press(test, "答复申诉")
    assert appeals_state(service) == "filed", "not while something is left open"
    for key, answer in left.items():
        test.selectbox(key=key).set_value(answer).run()
    assert "得分 0 → 100" in app_page.words(test)
    test.text_area(key="qa-decide-why-1").set_value("没有骂人")
    app_page.press(test, "答复申诉")
    found = scoring.find_score(service.engine, MANAGER, CONFIG, score)
    assert found is not None and (found.score, found.fatal) == (100.0, False)


def appeals_state(service: runtime.Service) -> str:
    found = appeal_views.find_appeal(service.engine, MANAGER, CONFIG, RULES, 1, NOW + 60)
    assert found is not None
    return found.row.state


def test_a_lead_hands_it_on_with_a_reason(
    score: int, service: runtime.Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = opened(monkeypatch, LEAD)
    app_page.press(test, "无法答复，转交领导")
    assert list(test.segmented_control) == []
    test.text_input(key="people-why-qa-appeal-hand-on:1").set_value("规则没有写到")
    app_page.press(test, "确认")
    assert appeals_state(service) == "escalated"
    assert "不由您处理" in app_page.words(opened(monkeypatch, LEAD))
    said = app_page.words(opened(monkeypatch, HEAD))
    assert "规则没有写到" in said and "领导复核" in said and "无法答复，转交领导" in said
