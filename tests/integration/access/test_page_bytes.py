"""A lead of two of five queues opens every page: nothing that reaches the browser names the other three."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.access.places import PAGES
from ccfloor.access.rights import may
from ccfloor.kpi.period import day_of
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.identity import Identity
from tests.integration.access.five_forms import Kept, filled
from tests.integration.access.five_queues import (
    CONFIG,
    HIDDEN_WORDS,
    LEAD,
    MINE,
    SEEN_WORDS,
    T0,
    agent,
    world,
)
from tests.integration.access.form_reads import QA_VIEWS, filled_in

ROOT = Path(__file__).resolve().parents[3]
DAY = f"{day_of(CONFIG, T0 + 3600).day:%Y-%m-%d}"
MANAGER = LEAD._replace(role="manager")  # of the same two queues: opens more pages
VIEWS: dict[str, tuple[dict[str, str], ...]] = {
    "kpi": ({"period": DAY}, {"period": DAY, "below": "agent"}, {"month": DAY[:7]}, {"scope": "queue:fraud"}),
    "agents": ({}, {"scope": "agent:Fraudson"}),
    "queue_history": ({"from": DAY, "to": DAY}, {"queue": "fraud"}),
    "reports": ({}, {"scope": "queue:fraud"}),
    **QA_VIEWS,
    "qa_forms": (
        {},
        {"kind": "plan", "name": "weekly", "view": "read"},
        {"kind": "plan", "name": "weekly", "view": "edit"},
        {"kind": "plan", "name": "weekly", "view": "compare"},
    ),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    made = world(tmp_path_factory.mktemp("five"))
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


@pytest.fixture(scope="module")
def kept(service: runtime.Service) -> dict[str, Kept]:
    return filled(service)


def opened(
    monkeypatch: pytest.MonkeyPatch, who: Identity, page: str, lang: str, asked: dict[str, str]
) -> str:
    """Everything the page sends to the browser, as text."""
    monkeypatch.setattr(identity, "_asks", [lambda: who])
    app = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60)
    for name, value in {"lang": lang, **asked}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return "\n".join(str(element.proto) for element in _elements(app._tree))


def _elements(block: object) -> Iterator[object]:
    for child in getattr(block, "children", {}).values():
        if hasattr(child, "children"):
            yield from _elements(child)
        if hasattr(child, "proto"):
            yield child


def said(text: str) -> str:
    """As it is read: protobuf writes whatever is not ASCII as octal numbers of its bytes."""
    return text.encode().decode("unicode_escape").encode("latin-1", "ignore").decode("utf-8", "ignore")


CASES = [
    (page, lang, asked)
    for page in PAGES
    for lang in ("zh", "en")
    for asked in VIEWS.get(page, ({},))
    if any(may("manager", right) for right in PAGES[page].rights)
]


@pytest.mark.parametrize(("page", "lang", "asked"), CASES)
def test_no_page_tells_of_another_queue(
    service: runtime.Service,
    kept: Mapping[str, Kept],
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    lang: str,
    asked: dict[str, str],
) -> None:
    asked = filled_in(asked, kept)
    sent = said(opened(monkeypatch, MANAGER, page, lang, asked))
    given = " ".join(asked.values())
    assert {word for word in HIDDEN_WORDS if word in sent} <= {word for word in HIDDEN_WORDS if word in given}


def test_the_qa_pages_are_not_empty(
    service: runtime.Service, kept: Mapping[str, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent(page: str, **asked: str) -> str:
        return said(opened(monkeypatch, MANAGER, page, "zh", filled_in(asked, kept)))

    people = sent("qa", period=DAY, view="people")
    assert {agent(queue) for queue in MINE} <= {word for word in SEEN_WORDS if word in people}
    assert people.count("qa_score?") == 0
    assert sent("qa", period=DAY, view="forms").count("qa_score?") == 2 * len(MINE)
    one = {"qa_score": "id", "qa_calibration": "session", "qa_improve": "plan", "qa_appeals": "appeal"}
    for page, name in one.items():
        of = name if name != "id" else "score"
        assert agent("loans") in sent(page, **{name: f"{{loans.{of}}}"}), page
        assert agent("loans") not in sent(page, **{name: f"{{fraud.{of}}}"}), page


def test_the_pages_are_not_empty(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = said(opened(monkeypatch, MANAGER, "kpi", "zh", {"period": DAY, "below": "queue"}))
    assert any(word in sent for word in SEEN_WORDS)
