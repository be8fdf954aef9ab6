"""Each role opens each page: no button is pressable whose act the service would refuse to that role."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.access.places import PAGES
from ccfloor.access.rights import RIGHTS, Right, Role, may
from ccfloor.kpi.period import day_of
from ccfloor.kpi.scope import SITE
from ccfloor.service import annotations, incidents, leave, runtime
from ccfloor.service.access import accounts, displays, identity
from ccfloor.service.access.identity import Identity
from ccfloor.service.audit import Actor
from ccfloor.store.viewer import EVERYTHING
from tests.integration.access.five_queues import CONFIG, MINE, NOW, T0, agent, seat, world

ROOT = Path(__file__).resolve().parents[3]
TODAY = day_of(CONFIG, T0 + 3600).day
DAY = f"{TODAY:%Y-%m-%d}"
VIEWS: dict[str, tuple[dict[str, str], ...]] = {
    "queue_history": ({"from": DAY, "to": DAY, "view": "callers"},),
    "reports": ({"period": DAY}, {"view": "plans"}, {"view": "made"}),
    "agents": ({"scope": "site", "from": DAY, "to": DAY},),
    "definitions": ({"kpi": "service_level"},),
    "rules": ({"rule": "new"},),
    "qa_forms": (
        {},
        *({"kind": "form", "name": "hotline", "view": view} for view in ("edit", "versions")),
        {"kind": "plan", "name": "weekly", "view": "edit"},
    ),
    "qa_improve": tuple({"view": view} for view in ("plans", "needs", "cases")),
    "qa_calibration": ({}, {"view": "rechecks"}),
    "qa_work": tuple({"view": view} for view in ("mine", "free", "draws")),
}

# Beginnings of keys and the right that the service asks for behind them; None: nothing is changed.
BUTTONS: dict[str, Right | None] = {
    "download": Right.EXPORT,
    "people-b-campaign-log": None,
    "people-b-campaign": Right.DESK,
    "FormSubmitter:people-campaign": Right.DESK,
    "people-b-leave-log": None,
    "people-b-leave": Right.DESK,
    "FormSubmitter:people-leave": Right.DESK,
    "people-b-incident": Right.DESK,
    "FormSubmitter:people-incident": Right.DESK,
    "pi-report": Right.DESK,
    "people-b-mark-log": None,
    "people-b-mark": Right.NOTES,
    "FormSubmitter:tr-form": Right.NOTES,
    "qh-b-": Right.NOTES,
    "reveal-": Right.REVEAL,
    "def-save": Right.TARGETS,
    "people-undo-target": Right.TARGETS,
    "people-b-report-log": None,
    "people-b-report": Right.SCHEDULE,
    "FormSubmitter:report-plan": Right.SCHEDULE,
    "report-check": None,
    "imports-file": Right.IMPORTS,
    "people-b-import": Right.IMPORTS,
    "display-": Right.DISPLAYS,
    "FormSubmitter:notify-test": Right.NOTIFY,
    "rules:save": Right.RULES,
    "rules:": None,
    "audit-go-on": None,
    "people-b-account": Right.ACCOUNTS,
    "FormSubmitter:account": Right.ACCOUNTS,
    "account-": None,
    "people-b-session": Right.OWN,
    "qf:": None,  # the editor's own, until it is saved
    "qf-": Right.QA_FORMS,
    "FormSubmitter:qf-": Right.QA_PLAN,
    "FormSubmitter:qa-tell": Right.QA_SCORE,
    "FormSubmitter:qa-other": Right.QA_SCORE,
    "FormSubmitter:qa-need": Right.QA_SCORE,
    "FormSubmitter:qa-improve": Right.QA_SCORE,
    "FormSubmitter:qa-calibration": Right.QA_PLAN,
    "FormSubmitter:qa-recheck": Right.QA_PLAN,
    "FormSubmitter:qa-work-draw": Right.QA_PLAN,
    "qa-work-verify": Right.QA_FORMS,
    "qa-work-take": Right.QA_SCORE,
    "qa-work-replace": Right.QA_SCORE,
    "qa-work-": Right.QA_PLAN,
    "qa-need-": Right.QA_SCORE,
    "qa-improve-": Right.QA_SCORE,
    "qa-sheets-": Right.QA_PLAN,
}
WHOLE = {Right.RULES, Right.IMPORTS, Right.QA_FORMS}  # refused to who sees a part of the site


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[runtime.Service]:
    folder = tmp_path_factory.mktemp("buttons")
    (folder / "notify.yaml").write_text(_CHANNEL, encoding="utf-8")
    made = world(folder)
    _filled(made)
    runtime.use(made)
    yield made
    runtime.use(None)
    made.engine.dispose()


_CHANNEL = "channels:\n  lead: {kind: dingtalk, enabled: true, url: {env: CCFLOOR_TEST_URL}}\n"


def _filled(service: runtime.Service) -> None:
    """One of everything that has buttons."""
    engine, boss = service.engine, Actor("boss", Role.ADMIN)
    asked = leave.Asked(seat("loans"), NOW + 3600, NOW + 7200, "tired")
    leave.request_leave(engine, EVERYTHING, CONFIG, asked, "Lead", NOW)
    incidents.declare_incident(engine, EVERYTHING, "power", "dark", NOW - 60, "Lead", NOW)
    mark = annotations.Draft(SITE, annotations.KINDS[0], TODAY, TODAY, "new script")
    annotations.add_annotation(engine, EVERYTHING, CONFIG, mark, "Lead", "why", NOW)
    wall = displays.Draft("hall", "wall")
    displays.add_display(engine, CONFIG, EVERYTHING, wall, boss, "why", NOW)
    draft = accounts.Draft("wu", "Wu", Role.LEAD)
    accounts.add_account(engine, "main", draft, boss, "why", NOW)


def _page(page: str, lang: str, asked: dict[str, str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60)
    for name, value in {"lang": lang, **asked}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def _buttons(app: AppTest) -> list[tuple[str, Any]]:
    """What can be pressed or filled with files, with its key."""
    files = [("download", one.proto) for one in app.get("download_button")]
    found = [*app.button, *app.get("file_uploader")]
    return files + [(str(one.proto.id).split("-", 2)[-1], one.proto) for one in found]


def _right(key: str) -> Right | None:
    """The right behind a key. Raises KeyError for a button that has no line."""
    return BUTTONS[max((one for one in BUTTONS if key.startswith(one)), key=len, default=key)]


PEOPLE = {
    f"{role}-{'part' if queues else 'whole'}": Identity(
        number,
        str(role),
        role=role,
        queues=queues,
        agents=frozenset((agent("loans"),)) if role == Role.AGENT else None,
    )
    for number, role in enumerate(sorted(RIGHTS[Right.DEFINITIONS]), 1)
    for queues in (None, MINE)
}
OPENED = [(page, asked) for page in PAGES for asked in VIEWS.get(page, ({},))]
CASES = [
    (page, asked, who)
    for page, asked in OPENED
    for who, one in PEOPLE.items()
    if any(may(one.role, right) for right in PAGES[page].rights)
]


@pytest.mark.parametrize(("page", "asked", "who"), CASES)
def test_what_can_be_pressed_is_not_refused(
    service: runtime.Service, monkeypatch: pytest.MonkeyPatch, page: str, asked: dict[str, str], who: str
) -> None:
    person = PEOPLE[who]
    monkeypatch.setattr(identity, "_asks", [lambda: person])
    for key, button in _buttons(_page(page, "en", asked)):
        right = _right(key)
        allowed = right is None or (may(person.role, right) and not (person.queues and right in WHOLE))
        assert button.disabled or allowed, key
        assert allowed or button.help, key


def test_every_kind_of_button_is_there(service: runtime.Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_asks", [lambda: PEOPLE["admin-whole"]])
    found = {_right(key) for page, asked in OPENED for key, _ in _buttons(_page(page, "zh", asked))}
    wanted = {Right.DESK, Right.NOTES, Right.TARGETS, Right.SCHEDULE, Right.RULES, Right.NOTIFY}
    assert found >= wanted | {Right.IMPORTS, Right.DISPLAYS, Right.ACCOUNTS, Right.EXPORT}
