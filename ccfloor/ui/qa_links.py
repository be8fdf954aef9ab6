"""From figures, scores and agents to the QA pages that tell more or go on from there."""

from html import escape

from ccfloor.access.rights import Right
from ccfloor.kpi.period import Period
from ccfloor.kpi.scope import Scope
from ccfloor.service import runtime
from ccfloor.service.qa import scoring
from ccfloor.service.qa.improving import ITEM
from ccfloor.store.qa_scores import ScoreRow
from ccfloor.ui import access_kit
from ccfloor.ui.links import page_address
from ccfloor.ui.texts import Lang, text

KPIS = frozenset(("qa_score", "qa_pass", "qa_fatal", "qa_cover", "qa_drift", "polite", "entry_ok"))


def down(kpi: str, scope: Scope, of: Period, lang: Lang) -> str:
    """A link to what a QA figure of a period is made of; "" for other figures."""
    if kpi not in KPIS or of.part == "halfhour" or not access_kit.may_open("qa"):
        return ""
    asked = {"period": of.name, "scope": str(scope)}
    asked |= {"view": "reviewers"} if kpi == "qa_drift" else {}
    return _link("qa", asked, "qa.to_overview", lang)


def to_agent(kpi: str, scope: Scope, lang: Lang) -> str:
    """A link to an agent's quality over time, of QA figures and for agents alone."""
    if kpi not in KPIS or scope.kind != "agent":
        return ""
    return to_quality(scope.name, lang)


def to_plan(agent: str, measure: str, lang: Lang) -> str:
    """A link to a new improvement plan of an agent, its measure filled in where one is given."""
    if not agent or not access_kit.may_open("qa_improve") or not access_kit.has(Right.QA_SCORE):
        return ""
    asked = {"view": "plans", "scope": str(Scope("agent", agent)), "measure": measure}
    return _link("qa_improve", asked, "qa.to_plan", lang)


def to_case(score: int, lang: Lang) -> str:
    """A link to a new case for the library, made of a score."""
    if not access_kit.may_open("qa_improve") or not access_kit.has(Right.QA_SCORE):
        return ""
    return _link("qa_improve", {"view": "cases", "score": str(score)}, "qa.to_case", lang)


def to_quality(agent: str, lang: Lang) -> str:
    """A link to an agent's quality over time."""
    if not agent or not access_kit.may_open("qa_agent"):
        return ""
    return _link("qa_agent", {"agent": agent}, "qa.to_agent", lang)


def measure_of(row: ScoreRow) -> str:
    """What a plan about this score is measured by: the question that lost most; "" where none did."""
    service = runtime.service()
    lines = scoring.result_of(service.engine, service.config.site, row).lines
    worst = max(lines, key=lambda line: line.lost, default=None)
    return f"{ITEM}{row.form}:{worst.item}" if worst is not None and worst.lost > 0 else ""


def _link(page: str, asked: dict[str, str], key: str, lang: Lang) -> str:
    return f'<a href="{page_address(page, asked)}" target="_self">{escape(text(key, lang))}</a>'
