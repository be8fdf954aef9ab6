"""All that the QA pages are made of, as a viewer of a part of the floor gets it, by name."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from ccfloor.kpi.period import day_of
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.service import runtime
from ccfloor.service.agent_trend import Asked as AskedTrend
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import (
    agent_trend,
    appeal_stats,
    appeal_views,
    calibration,
    cases,
    desk,
    drill,
    feedback,
    improving,
    needs,
    overview,
    quotas,
    rechecks,
    reviewers,
    samples,
    scoring,
)
from ccfloor.service.reports.gather import gather
from ccfloor.store.qa_appeals import Which
from ccfloor.store.qa_samples import Wanted as WantedSamples
from ccfloor.store.viewer import Forbidden, Viewer
from tests.fakes.stored_qa import RULES
from tests.integration.access.five_forms import TODAY, Kept, reviewer
from tests.integration.access.five_queues import CONFIG, NOW, QUEUES, T0, agent

DAY = day_of(CONFIG, T0 + 3600)
SPAN = (TODAY, TODAY + timedelta(days=1))


def reads(service: runtime.Service, viewer: Viewer, kept: Mapping[str, Kept]) -> Iterator[tuple[str, object]]:
    """What a viewer reads of everybody's, and what he gets who asks for one of each queue."""
    place = (service.engine, viewer, CONFIG)
    asked = overview.Asked(DAY)
    for name, call in {
        "scores": lambda: scoring.list_scores(*place, scoring.Wanted()),
        "overview": lambda: overview.overview(service, viewer, asked),
        "forms": lambda: drill.forms_of(service, viewer, asked, drill.Which()),
        "report": lambda: gather(service, viewer, "qa", SITE, DAY, NOW),
        "work": lambda: samples.my_work(*place, RULES.calendar, "", NOW),
        "free": lambda: samples.free_work(*place, RULES.calendar, NOW),
        "overdue": lambda: samples.overdue(*place, RULES.calendar, NOW + 9 * 86_400),
        "samples": lambda: samples.list_samples(*place, WantedSamples()),
        "quotas": lambda: quotas.boards(*place, TODAY, NOW),
        "sessions": lambda: calibration.list_sessions(*place),
        "standings": lambda: calibration.standings(*place, *SPAN),
        "rechecks": lambda: rechecks.results(*place, *SPAN),
        "to check": lambda: rechecks.to_check(*place),
        "plans": lambda: improving.list_improvements(*place),
        "needs": lambda: needs.list_needs(*place),
        "suggestions": lambda: needs.suggestions(*place, *SPAN),
        "cases": lambda: cases.list_cases(*place),
        "told": lambda: feedback.list_feedback(*place, 0, NOW + 1),
        "appeals": lambda: appeal_views.list_appeals(*place, RULES, Which(), NOW),
        "to decide": lambda: appeal_views.to_decide(*place, RULES, NOW),
        "statistics": lambda: appeal_stats.statistics(*place, RULES, *SPAN),
    }.items():
        yield name, _or_refused(call)
    for queue in QUEUES:
        for name, found in _asked_for(service, viewer, kept[queue], queue):
            yield f"{name} of {queue}", found


def _asked_for(
    service: runtime.Service, viewer: Viewer, of: Kept, queue: str
) -> Iterator[tuple[str, object]]:
    place, who = (service.engine, viewer, CONFIG), agent(queue)
    for name, call in {
        "score": lambda: scoring.find_score(*place, of.score),
        "draft": lambda: scoring.find_score(*place, of.draft),
        "history": lambda: scoring.list_revisions(*place, of.score),
        "desk": lambda: desk.desk(*place, service.settings.qa, of.score),
        "sample": lambda: samples.find_sample(*place, of.sample),
        "session": lambda: calibration.find_session(*place, of.session),
        "results": lambda: calibration.results(*place, of.session),
        "calls": lambda: calibration.calls_to_choose(*place, who, TODAY),
        "plan": lambda: improving.find_improvement(*place, of.plan),
        "case": lambda: cases.find_case(*place, of.case),
        "appeal": lambda: appeal_views.find_appeal(*place, RULES, of.appeal, NOW),
        "steps": lambda: appeal_views.list_steps(*place, of.appeal),
        "chance": lambda: appeal_views.chance(*place, RULES, of.score, NOW),
    }.items():
        yield name, _or_refused(call)


def _or_refused(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (Forbidden, PeopleError):
        return None


def counted(service: runtime.Service, viewer: Viewer, queue: str) -> list[int]:
    """How many forms and values a viewer finds of a queue's agent and reviewer, whom he asks for by name."""
    who, told = agent(queue), list[int]()
    trend = _or_refused(
        lambda: agent_trend.of_agent(service, viewer, who, AskedTrend("qa_score", "day", *SPAN))
    )
    if trend is not None:
        values = [point.result.value for one in trend.trends for point in one.points]
        told += [len(trend.forms), trend.hidden, len(trend.items), len(values) - values.count(None)]
    found = _or_refused(lambda: overview.overview(service, viewer, overview.Asked(DAY, Scope("agent", who))))
    told += [found.all.forms, len(found.items), len(found.reviewers)] if found is not None else []
    one = reviewers.reviewer(service, viewer, reviewer(queue), overview.Asked(DAY))
    told += [one.mine.forms, len(one.items), one.appealed, *one.punctual]
    return told


QA_VIEWS: dict[str, tuple[dict[str, str], ...]] = {
    "qa": (
        *({"period": DAY.name, "view": view} for view in ("overview", "reviewers", "people", "forms")),
        {"period": DAY.name, "view": "reviewers", "reviewer": "li.qa"},
        {"period": DAY.name, "scope": "queue:fraud"},
    ),
    "qa_agent": ({"agent": "Loansson"}, {"agent": "Fraudson"}),
    "qa_score": (
        {},
        *({name: f"{{{queue}.{of}}}"} for queue in ("loans", "fraud")
          for name, of in (("id", "score"), ("id", "draft"), ("sample", "sample"), ("session", "session"))),
    ),
    "qa_work": tuple({"view": view} for view in ("mine", "free", "overdue", "quota", "draws")),
    "qa_calibration": (
        *({"view": view} for view in ("sessions", "standings", "rechecks")),
        {"session": "{loans.session}"},
        {"session": "{fraud.session}"},
    ),
    "qa_improve": (
        *({"view": view} for view in ("plans", "needs", "cases")),
        {"plan": "{loans.plan}"},
        {"plan": "{fraud.plan}"},
        {"view": "cases", "score": "{loans.score}"},
        {"view": "cases", "score": "{fraud.score}"},
    ),
    "qa_appeals": (
        *({"view": view} for view in ("todo", "all", "stats")),
        {"appeal": "{loans.appeal}"},
        {"appeal": "{fraud.appeal}"},
    ),
    "qa_mine": ({}, {"score": "{loans.score}"}, {"score": "{fraud.score}"}),
}  # fmt: skip


def filled_in(asked: Mapping[str, str], kept: Mapping[str, Kept]) -> dict[str, str]:
    """An address with the numbers of what there is."""
    return {name: value.format_map(kept) for name, value in asked.items()}
