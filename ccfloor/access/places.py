"""Which right every page and every route needs. A page or a route that is not named here is closed.

A test goes through all pages and routes of the program: a new one without a line here fails.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ccfloor.access.rights import Right


class Place(NamedTuple):
    """What a page or route needs: one of ``rights`` to look (GET), one of ``change`` to change (POST).

    ``polled``: open pages look there by themselves, so that looking keeps no session alive.
    """

    rights: tuple[Right, ...] = ()
    change: tuple[Right, ...] = ()
    public: bool = False
    polled: bool = False


PUBLIC = Place(public=True)

PAGES: Mapping[str, Place] = {
    "wall": Place((Right.FLOOR,)),
    "seats": Place((Right.FLOOR,)),
    "moves": Place((Right.SEATS,)),
    "advice": Place((Right.SEATS,)),
    "queues": Place((Right.FLOOR,)),
    "plan": Place((Right.FLOOR,)),
    "today": Place((Right.FLOOR,)),
    "kpi": Place((Right.RESULTS, Right.OWN)),
    "agents": Place((Right.PEOPLE, Right.OWN)),
    "queue_history": Place((Right.RESULTS,)),
    "reports": Place((Right.REPORTS,)),
    "imports": Place((Right.IMPORTS,)),
    "replay": Place((Right.RESULTS,)),
    "qa": Place((Right.QA,)),
    "qa_agent": Place((Right.QA,)),
    "qa_forms": Place((Right.QA, Right.QA_FORMS)),
    "rules": Place((Right.RULES, Right.RESULTS)),
    "data_quality": Place((Right.QUALITY,)),
    "definitions": Place((Right.DEFINITIONS,)),
    "qa_work": Place((Right.QA_SCORE,)),
    "qa_score": Place((Right.QA_SCORE,)),
    "qa_calibration": Place((Right.QA,)),
    "qa_improve": Place((Right.QA,)),
    "qa_sheets": Place((Right.QA_PLAN,)),
    "qa_mine": Place((Right.OWN,)),
    "qa_appeals": Place((Right.QA,)),
    "audit": Place((Right.AUDIT,)),
    "settings": Place((Right.SETTINGS,)),
    "accounts": Place((Right.ACCOUNTS,)),
    "account": Place((Right.OWN,)),  # the own one
}

SOCKETS: Mapping[str, Place] = {
    "/live": Place((Right.FLOOR,)),
    "/replay": Place((Right.RESULTS,)),
}

ROUTES: Mapping[str, Place] = {
    "/healthz": PUBLIC,
    "/metrics": Place((Right.SETTINGS,)),
    "/api/v1/floor": Place((Right.FLOOR,)),
    "/api/v1/metrics": Place((Right.RESULTS,)),
    "/api/v1/kpi": Place((Right.RESULTS, Right.OWN)),
    "/api/v1/seats/{seat:path}/timeline": Place((Right.FLOOR,), polled=True),
    "/api/v1/commands": Place((Right.FLOOR,), (Right.SEATS,), polled=True),
    "/api/v1/commands/{id:int}/undo": Place((), (Right.SEATS,)),
    "/api/v1/moves": Place((Right.SEATS,), (Right.SEATS,), polled=True),
    "/api/v1/moves/preview": Place((), (Right.SEATS,)),
    "/api/v1/moves/{id:int}/undo": Place((), (Right.SEATS,)),
    "/api/v1/crews": Place((), (Right.SEATS,)),
    "/api/v1/crews/{id:int}/remove": Place((), (Right.SEATS,)),
    "/api/v1/crews/{id:int}/restore": Place((), (Right.SEATS,)),
    "/api/v1/queues/today": Place((Right.FLOOR,), polled=True),
    "/api/v1/plan/ack": Place((), (Right.PLAN,)),
    "/api/v1/plan/tick": Place((), (Right.PLAN,)),
    "/api/v1/plan/untick": Place((), (Right.PLAN,)),
    "/api/v1/plan/note": Place((), (Right.PLAN,)),
    "/api/v1/plan/comply": Place((), (Right.PLAN,)),
    "/api/v1/plan/curve": Place((Right.FLOOR,), polled=True),
    "/api/v1/plan/level": Place((Right.FLOOR, Right.OWN), polled=True),
    "/api/v1/reveal": Place((), (Right.REVEAL,)),
    "/api/v1/qa/scores/{id:int}": Place((Right.QA, Right.OWN), (Right.QA_SCORE,)),
    "/api/v1/qa/scores/{id:int}/submit": Place((), (Right.QA_SCORE,)),
    "/api/v1/qa/scores/{id:int}/discard": Place((), (Right.QA_SCORE,)),
    "/api/v1/qa/scores/{id:int}/recording": Place((Right.QA, Right.OWN), (Right.QA_SCORE,)),
    "/api/v1/notify": Place((Right.SETTINGS,)),
    "/api/v1/notify/{channel}/test": Place((Right.SETTINGS,), (Right.NOTIFY,)),
}
