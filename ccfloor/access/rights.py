"""The one table of rights: what each role may see and do. Everything that asks, asks here.

Roles follow the floor's own hierarchy: a wall, an agent, a shift lead, quality assurance, a manager, and
who administers the system. A role says what may be done; which queues, teams and people it may be done to
is the account's scope (``ccfloor.store.viewer.Viewer``).
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What an account is. ``SYSTEM`` is the program itself and no account's."""

    DISPLAY = "display"
    AGENT = "agent"
    LEAD = "lead"
    QA = "qa"
    MANAGER = "manager"
    ADMIN = "admin"
    SYSTEM = "system"


class Right(StrEnum):
    """One thing that may be seen or done."""

    FLOOR = "floor"  # the floor as it is now: wall, seats, queues, plan
    OWN = "own"  # the own results: figures, days, calls
    RESULTS = "results"  # results of queues, teams and the site; replays
    PEOPLE = "people"  # results of single agents
    CALLS = "calls"  # lists of calls, and one call's life
    REVEAL = "reveal"  # one caller's whole number; each time is logged
    EXPORT = "export"  # files of what is on screen
    SEATS = "seats"  # commands to seats
    PLAN = "plan"  # acknowledging, ticking and noting in the emergency plan
    DESK = "desk"  # campaigns, leave, incidents
    NOTES = "notes"  # annotations on trends, ticks on callers who were called back
    REPORTS = "reports"  # making reports
    SCHEDULE = "schedule"  # plans of reports
    IMPORTS = "imports"  # data from files: bringing in, taking back
    RULES = "rules"  # the floor's rules
    TARGETS = "targets"  # the site's own targets
    DEFINITIONS = "definitions"  # what each number means
    QUALITY = "quality"  # how good the data are
    SETTINGS = "settings"  # what is set, and the doors to the switch
    NOTIFY = "notify"  # messages sent as a test
    DISPLAYS = "displays"  # links for walls
    AUDIT = "audit"  # the log of who did what
    ACCOUNTS = "accounts"  # accounts, roles and scopes
    QA = "qa"  # quality assurance: scores of others, quotas, charts
    QA_SCORE = "qa_score"  # scoring calls
    QA_FORMS = "qa_forms"  # drafts of forms and sampling plans
    QA_PLAN = "qa_plan"  # publishing them; drawing by hand, calibrations, taking scores back
    QA_DECIDE = "qa_decide"  # answering appeals
    QA_LEADERSHIP = "qa_leadership"  # deciding those that were taken on


_ADMIN = frozenset({Role.ADMIN})
_MANAGER = _ADMIN | {Role.MANAGER}
_LEAD = _MANAGER | {Role.LEAD}
_STAFF = _LEAD | {Role.QA}  # whoever works with other people's results
_PERSON = _STAFF | {Role.AGENT}

RIGHTS: Mapping[Right, frozenset[Role]] = {
    Right.FLOOR: _STAFF | {Role.DISPLAY},
    Right.OWN: _PERSON,
    Right.RESULTS: _STAFF,
    Right.PEOPLE: _STAFF,
    Right.CALLS: _STAFF,
    Right.REVEAL: _STAFF,
    Right.EXPORT: _STAFF,
    Right.SEATS: _LEAD,
    Right.PLAN: _LEAD,
    Right.DESK: _LEAD,
    Right.NOTES: _STAFF,
    Right.REPORTS: _STAFF,
    Right.SCHEDULE: _MANAGER,
    Right.IMPORTS: _MANAGER,
    Right.RULES: _MANAGER,
    Right.TARGETS: _MANAGER,
    Right.DEFINITIONS: _PERSON,
    Right.QUALITY: _MANAGER | {Role.QA},
    Right.SETTINGS: _MANAGER,
    Right.NOTIFY: _ADMIN,
    Right.DISPLAYS: _MANAGER,
    Right.AUDIT: _MANAGER,
    Right.ACCOUNTS: _ADMIN,
    Right.QA: _STAFF,
    Right.QA_SCORE: _STAFF,
    Right.QA_FORMS: _MANAGER | {Role.QA},
    Right.QA_PLAN: _MANAGER,
    Right.QA_DECIDE: _LEAD,
    Right.QA_LEADERSHIP: _MANAGER,
}


def may(role: str, right: Right) -> bool:
    """Whether a role has a right; a role that is not known has none."""
    return role == Role.SYSTEM or role in RIGHTS[right]


def rights_of(role: str) -> frozenset[Right]:
    """Every right of a role."""
    return frozenset(right for right in Right if may(role, right))
