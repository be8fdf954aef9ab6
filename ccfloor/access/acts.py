"""Every act that the audit log keeps, by its id: ``group.act``. What is not named here is not logged.

A test goes through all functions that change something: one without an act here fails.
"""

from enum import StrEnum


class Act(StrEnum):
    """What somebody did. The texts of the page are ``audit.act.<id>``."""

    SEAT_ASKED = "seat.asked"
    SEAT_UNDONE = "seat.undone"
    SEAT_ANSWERED = "seat.answered"  # by the switch

    PLAN_ACK = "plan.ack"
    PLAN_TICK = "plan.tick"
    PLAN_UNTICK = "plan.untick"
    PLAN_NOTE = "plan.note"
    PLAN_COMMAND = "plan.command"

    CAMPAIGN_ADDED = "campaign.added"
    CAMPAIGN_CHANGED = "campaign.changed"
    CAMPAIGN_CANCELLED = "campaign.cancelled"
    CAMPAIGN_RESTORED = "campaign.restored"

    LEAVE_ASKED = "leave.asked"
    LEAVE_WITHDRAWN = "leave.withdrawn"
    LEAVE_RESTORED = "leave.restored"

    INCIDENT_DECLARED = "incident.declared"
    INCIDENT_NOTED = "incident.noted"
    INCIDENT_CLOSED = "incident.closed"
    INCIDENT_REOPENED = "incident.reopened"
    INCIDENT_REPORTED = "incident.reported"

    CALLER_TICKED = "caller.ticked"
    CALLER_UNTICKED = "caller.unticked"

    ANNOTATION_ADDED = "annotation.added"
    ANNOTATION_CHANGED = "annotation.changed"
    ANNOTATION_REMOVED = "annotation.removed"
    ANNOTATION_RESTORED = "annotation.restored"

    RULE_SAVED = "rule.saved"
    RULE_RETIRED = "rule.retired"
    RULE_FILE = "rule.file"  # a rule's file says something else

    TARGET_SET = "target.set"
    TARGET_TAKEN_BACK = "target.taken_back"
    DEFINITION_FILE = "definition.file"

    TEAM_MOVED = "team.moved"
    TEAM_UNDONE = "team.undone"
    TEAM_FILE = "team.file"

    IMPORT_TAKEN = "import.taken"
    IMPORT_UNDONE = "import.undone"
    IMPORT_RESTORED = "import.restored"
    IMPORT_RECORDING = "import.recording"  # what a switch wrote, read in from the command line
    DATA_REBUILT = "data.rebuilt"

    REPORT_PLANNED = "report.planned"
    REPORT_PAUSED = "report.paused"
    REPORT_RESUMED = "report.resumed"
    REPORT_REMOVED = "report.removed"
    REPORT_RESTORED = "report.restored"
    REPORT_RETRIED = "report.retried"

    NOTIFY_TESTED = "notify.tested"

    ACCOUNT_ADDED = "account.added"
    ACCOUNT_ROLE = "account.role"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    ACCOUNT_RESET = "account.reset"
    ACCOUNT_PASSWORD = "account.password"

    SESSION_IN = "session.in"
    SESSION_REFUSED = "session.refused"
    SESSION_OUT = "session.out"
    SESSION_ENDED = "session.ended"  # by another than who had it

    DISPLAY_ADDED = "display.added"
    DISPLAY_REVOKED = "display.revoked"

    EXPORT_TAKEN = "export.taken"
    NUMBER_REVEALED = "number.revealed"
    NUMBERS_CLEARED = "numbers.cleared"


GROUPS: tuple[str, ...] = tuple(dict.fromkeys(act.partition(".")[0] for act in Act))


def acts_of(wanted: str) -> tuple[Act, ...]:
    """The acts of a group or the one of an id; none of an unknown word."""
    return tuple(act for act in Act if wanted in (act, act.partition(".")[0]))
