"""Every act that the audit log keeps, by its id: ``group.act``. What is not named here is not logged.

A test goes through all functions that change something: one without an act here fails.
"""

from enum import StrEnum


class Act(StrEnum):
    """What somebody did. The texts of the page are ``audit.act.<id>``."""

    SEAT_ASKED = "seat.asked"
    SEAT_UNDONE = "seat.undone"
    SEAT_ANSWERED = "seat.answered"  # by the switch

    MOVE_ASKED = "move.asked"
    MOVE_STEP = "move.step"  # where it got to, as the switch says
    MOVE_UNDONE = "move.undone"
    MOVE_DENIED = "move.denied"  # tried without the right, or beyond what is in sight
    CREW_SAVED = "crew.saved"
    CREW_REMOVED = "crew.removed"
    CREW_RESTORED = "crew.restored"

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

    QA_FORM_DRAFTED = "qa_form.drafted"  # of a plan, too
    QA_FORM_DROPPED = "qa_form.dropped"
    QA_FORM_PUBLISHED = "qa_form.published"
    QA_FORM_RETIRED = "qa_form.retired"
    QA_FORM_FILE = "qa_form.file"

    QA_DRAWN = "qa_sample.drawn"
    QA_SAMPLE_TAKEN = "qa_sample.taken"
    QA_SAMPLE_GIVEN = "qa_sample.given"  # to another reviewer
    QA_SAMPLE_REPLACED = "qa_sample.replaced"
    QA_SAMPLE_DROPPED = "qa_sample.dropped"
    QA_SAMPLE_ADDED = "qa_sample.added"  # a call that somebody chose

    QA_SCORE_BEGUN = "qa_score.begun"
    QA_SCORE_DISCARDED = "qa_score.discarded"
    QA_SCORE_SUBMITTED = "qa_score.submitted"
    QA_SCORE_VOIDED = "qa_score.voided"
    QA_SCORE_RESTORED = "qa_score.restored"
    QA_SCORE_CORRECTED = "qa_score.corrected"
    QA_TOLD = "qa_score.told"  # the agent, at once
    QA_HEARD = "qa_score.heard"
    QA_SEEN = "qa_score.seen"  # by the agent
    QA_AUDIO_ADDED = "qa_score.audio_added"
    QA_AUDIO_REMOVED = "qa_score.audio_removed"
    QA_AUDIO_HEARD = "qa_score.audio_heard"  # somebody listened
    QA_AUDIO_CLEARED = "qa_score.audio_cleared"  # its days were over

    QA_APPEAL_FILED = "qa_appeal.filed"
    QA_APPEAL_ANSWERED = "qa_appeal.answered"
    QA_APPEAL_HANDED_ON = "qa_appeal.handed_on"  # by who could not answer it
    QA_APPEAL_ESCALATED = "qa_appeal.escalated"
    QA_APPEAL_DECIDED = "qa_appeal.decided"
    QA_APPEAL_REASONS = "qa_appeal.reasons"
    QA_APPEAL_WITHDRAWN = "qa_appeal.withdrawn"
    QA_APPEAL_LAPSED = "qa_appeal.lapsed"  # its time ran out

    QA_SESSION_CALLED = "qa_session.called"  # of calibration
    QA_SESSION_CHANGED = "qa_session.changed"
    QA_SESSION_CLOSED = "qa_session.closed"
    QA_SESSION_OFF = "qa_session.off"
    QA_RECHECKS_DRAWN = "qa_recheck.drawn"
    QA_RECHECK_TAKEN = "qa_recheck.taken"

    QA_IMPROVEMENT_ADDED = "qa_improvement.added"
    QA_IMPROVEMENT_CHANGED = "qa_improvement.changed"
    QA_IMPROVEMENT_DECIDED = "qa_improvement.decided"
    QA_IMPROVEMENT_REOPENED = "qa_improvement.reopened"
    QA_NEED_ADDED = "qa_need.added"  # of training
    QA_NEED_SENT = "qa_need.sent"
    QA_NEED_DONE = "qa_need.done"
    QA_NEED_DROPPED = "qa_need.dropped"
    QA_NEED_REOPENED = "qa_need.reopened"
    QA_CASE_ADDED = "qa_case.added"
    QA_CASE_CHANGED = "qa_case.changed"
    QA_CASE_REMOVED = "qa_case.removed"
    QA_CASE_RESTORED = "qa_case.restored"

    QA_SHEETS_TAKEN = "qa_sheets.taken"  # forms that were filled in elsewhere
    QA_SHEETS_UNDONE = "qa_sheets.undone"
    QA_SHEETS_RESTORED = "qa_sheets.restored"

    EXPORT_TAKEN = "export.taken"
    NUMBER_REVEALED = "number.revealed"
    NUMBERS_CLEARED = "numbers.cleared"


GROUPS: tuple[str, ...] = tuple(dict.fromkeys(act.partition(".")[0] for act in Act))


def acts_of(wanted: str) -> tuple[Act, ...]:
    """The acts of a group or the one of an id; none of an unknown word."""
    return tuple(act for act in Act if wanted in (act, act.partition(".")[0]))
