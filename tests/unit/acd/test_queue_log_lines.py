"""Every verb of Asterisk 11 to 23, and every way in which a line can be wrong."""

import string

import pytest

from ccfloor.acd.queue_log_lines import BadLine, parse_line
from ccfloor.acd.queue_log_verbs import VERBS
from ccfloor.acd.sentences import FIELDS, SENTENCES, in_language, say
from ccfloor.floor.events import (
    CallAnswered,
    CallEnded,
    CallJoined,
    CallLeft,
    CallRang,
    EndedBy,
    FloorEvent,
    Noted,
    Outcome,
    RingEnded,
    RingResult,
    SeatJoined,
    SeatLeft,
    SeatPaused,
    SeatPenalty,
    SeatSigned,
    SwitchStarted,
)

AT = 1795282822.0
LEG = {"at": AT, "call": "1795282817.0", "queue": "support", "seat": "王芳"}
CALL = {"at": AT, "call": "1795282817.0", "queue": "support"}
GONE = {"wait_s": 20.0, "position": 1}


def leg(data: str) -> str:
    return f"1795282822|1795282817.0|support|王芳|{data}"


def call(data: str) -> str:
    return f"1795282822|1795282817.0|support|NONE|{data}"


def member(data: str, queue: str = "support") -> str:
    return f"1795282822|NONE|{queue}|王芳|{data}"


def ended(by: EndedBy, target: str = "") -> CallEnded:
    return CallEnded(**LEG, by=by, wait_s=5.0, talk_s=13.0, target=target)


def paused(queue: str, reason: str = "") -> SeatPaused:
    return SeatPaused(at=AT, seat="王芳", queue=queue, paused=True, reason=reason)


def resumed(queue: str) -> SeatPaused:
    return SeatPaused(at=AT, seat="王芳", queue=queue, paused=False)


EVERY_VERB: list[tuple[str, FloorEvent]] = [
    (call("ENTERQUEUE||13543047599|1"), CallJoined(**CALL, number="13543047599", position=1)),
    (
        call("ENTERQUEUE||13971920394|1|Zhou Jie"),  # log-caller-id-name, 22.4 on
        CallJoined(**CALL, number="13971920394", position=1, name="Zhou Jie"),
    ),
    (call("ENTERQUEUE|subq||2"), CallJoined(**CALL, position=2)),
    (leg("CONNECT|4|1795282818.2|3"), CallAnswered(**LEG, wait_s=4.0, ring_s=3.0)),
    (leg("COMPLETEAGENT|5|13|1"), ended(EndedBy.AGENT)),
    (leg("COMPLETECALLER|5|13|1"), ended(EndedBy.CALLER)),
    (leg("BLINDTRANSFER|6001|from-agents|5|13|1"), ended(EndedBy.BLIND_TRANSFER, "6001@from-agents")),
    (leg("TRANSFER|6001|from-agents|5|13|1"), ended(EndedBy.BLIND_TRANSFER, "6001@from-agents")),
    (
        leg("ATTENDEDTRANSFER|BRIDGE|9e9007de-3afd|5|13|1"),
        ended(EndedBy.ATTENDED_TRANSFER, "BRIDGE 9e9007de-3afd"),
    ),
    (leg("ATTENDEDTRANSFER|APP|Wait|5|13|1"), ended(EndedBy.ATTENDED_TRANSFER, "APP Wait")),
    (
        leg("ATTENDEDTRANSFER|LINK|PJSIP/101-0a|Local/7@x-01;1|5|13|1"),
        ended(EndedBy.ATTENDED_TRANSFER, "LINK PJSIP/101-0a Local/7@x-01;1"),
    ),
    (call("ABANDON|1|2|20"), CallLeft(**CALL, **GONE, outcome=Outcome.ABANDONED)),
    (leg("ABANDON|1|2|20"), CallLeft(**CALL, **GONE, outcome=Outcome.ABANDONED)),
    (call("EXITWITHTIMEOUT|1|13|20"), CallLeft(**CALL, **GONE, outcome=Outcome.TIMED_OUT)),
    (call("EXITEMPTY|1|3|20"), CallLeft(**CALL, **GONE, outcome=Outcome.LEFT_EMPTY)),
    (call("EXITWITHKEY|#|1|26|20"), CallLeft(**CALL, **GONE, outcome=Outcome.KEY_EXIT, key="#")),
    (call("WITHDRAW|1|17|20|sup moved"), CallLeft(**CALL, **GONE, outcome=Outcome.WITHDRAWN)),
    (call("WITHDRAW|1|17|20|sup|moved"), CallLeft(**CALL, **GONE, outcome=Outcome.WITHDRAWN)),
    (call("WITHDRAW|1|17|20|"), CallLeft(**CALL, **GONE, outcome=Outcome.WITHDRAWN)),
    (leg("RINGING|"), CallRang(**LEG)),
    (leg("RINGNOANSWER|8250"), RingEnded(**LEG, result=RingResult.NO_ANSWER, ring_s=8.25)),
    (leg("RINGNOANSWER|0"), RingEnded(**LEG, result=RingResult.REJECTED, ring_s=0.0)),
    (leg("RINGCANCELED|816"), RingEnded(**LEG, result=RingResult.CANCELED, ring_s=0.816)),
    (leg("AGENTDUMP|"), RingEnded(**LEG, result=RingResult.REJECTED)),
    (leg("SYSCOMPAT|"), RingEnded(**LEG, result=RingResult.CANCELED)),
    (member("ADDMEMBER|"), SeatJoined(at=AT, seat="王芳", queue="support")),
    (member("ADDMEMBER|PAUSED"), SeatJoined(at=AT, seat="王芳", queue="support", paused=True)),
    (
        "1795282822|REALTIME|Billing|LOCAL/333@default/n,0,333,hint:3|ADDMEMBER|",
        SeatJoined(at=AT, seat="LOCAL/333@default/n,0,333,hint:3", queue="Billing"),
    ),
    (member("REMOVEMEMBER|"), SeatLeft(at=AT, seat="王芳", queue="support")),
    (member("PAUSE|lunch"), paused("support", "lunch")),
    (member("PAUSE|"), paused("support")),
    (member("PAUSEALL|callback", "NONE"), paused("", "callback")),
    (member("UNPAUSE|back"), resumed("support")),
    (member("UNPAUSEALL|back", "NONE"), resumed("")),
    (member("PENALTY|2"), SeatPenalty(at=AT, seat="王芳", queue="support", penalty=2)),
    (member("RINGINUSE|0"), Noted(at=AT, verb="RINGINUSE", queue="support", seat="王芳", data="0")),
    (leg("AGENTLOGIN|PJSIP/101-1"), SeatSigned(at=AT, seat="王芳", on=True)),
    (leg("AGENTLOGOFF|PJSIP/101-1|3600"), SeatSigned(at=AT, seat="王芳", on=False)),
    (leg("AGENTCALLBACKLOGIN|101@agents"), SeatSigned(at=AT, seat="王芳", on=True)),
    (leg("AGENTCALLBACKLOGOFF|101@agents|60|Autologoff"), SeatSigned(at=AT, seat="王芳", on=False)),
    ("1795282822|NONE|NONE|NONE|QUEUESTART|", SwitchStarted(at=AT)),
    ("1795282822|NONE|NONE|NONE|CONFIGRELOAD|", Noted(at=AT, verb="CONFIGRELOAD")),
    ("1795282822|1.1|NONE|NONE|DID|4008001234", Noted(at=AT, verb="DID", data="4008001234")),
    (call("INFO|IVR|2"), Noted(at=AT, verb="INFO", queue="support", data="IVR|2")),
    (leg("OUTCALL|ANSWER|20|"), Noted(at=AT, verb="OUTCALL", queue="support", seat="王芳", data="ANSWER|20")),
    (
        member("SHIFTNOTE|note|62"),
        Noted(at=AT, verb="SHIFTNOTE", queue="support", seat="王芳", data="note|62"),
    ),
]


@pytest.mark.parametrize(("line", "event"), EVERY_VERB, ids=[line[24:60] for line, _ in EVERY_VERB])
def test_every_verb_says_what_happened(line: str, event: FloorEvent) -> None:
    assert parse_line(line) == event


def test_no_verb_is_left_untried() -> None:
    assert set(VERBS) == {line.split("|")[4] for line, _ in EVERY_VERB} - {"SHIFTNOTE"}


def test_a_time_may_have_a_fraction() -> None:
    event = parse_line("1374729592.460968|NONE|NONE|NONE|QUEUESTART|")
    assert event == SwitchStarted(at=1374729592.460968)


def test_databases_pad_missing_data_with_empty_columns() -> None:
    assert parse_line(call("ABANDON|1|2|20||")) == parse_line(call("ABANDON|1|2|20"))
    assert parse_line(leg("ATTENDEDTRANSFER|APP|Wait|5|13|1||")) == ended(
        EndedBy.ATTENDED_TRANSFER, "APP Wait"
    )


# -- a "|" where Asterisk did not escape it ----------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "seat"),
    [
        ("1795282822|1.1|sales|Eve|Sun|CONNECT|3|1.2|3", "Eve|Sun"),
        ("1795282822|1.1|sales|王芳|VIP|CONNECT|3|1.2|3", "王芳|VIP"),
        ("1795282822|1.1|sales|a|b|c|d|CONNECT|3|1.2|3", "a|b|c|d"),
    ],
)
def test_a_bar_in_the_agents_name_belongs_to_the_name(line: str, seat: str) -> None:
    event = parse_line(line)
    assert event == CallAnswered(at=AT, call="1.1", queue="sales", seat=seat, wait_s=3.0, ring_s=3.0)


def test_a_bar_in_name_and_reason_at_once() -> None:
    event = parse_line("1795282822|NONE|sales|Eve|VIP|PAUSE|lunch|late")
    assert event == SeatPaused(at=AT, seat="Eve|VIP", queue="sales", paused=True, reason="lunch|late")


def test_a_sites_own_verb_may_carry_a_known_word_in_its_data() -> None:
    event = parse_line("1795282822|NONE|sales|PJSIP/1|SHIFTNOTE|note|PAUSE|x")
    assert event == Noted(at=AT, verb="SHIFTNOTE", queue="sales", seat="PJSIP/1", data="note|PAUSE|x")
    event = parse_line("1795282822|NONE|sales|NONE|班长备注|PAUSE|x")
    assert event == Noted(at=AT, verb="班长备注", queue="sales", data="PAUSE|x")


def test_a_bar_in_a_callers_name() -> None:
    event = parse_line(call("ENTERQUEUE||139|1|Zhou|Jie"))
    assert event == CallJoined(**CALL, number="139", position=1, name="Zhou|Jie")


# -- what cannot be read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("1795282822|1.1|support", "line_short", "has 3 fields"),
        ("\x7fELF\x02\x01 rubbish", "line_short", "has 1 fields"),
        (call("ABAN"), "line_cut", "'ABAN'"),
        (call(""), "line_bad_verb", "Field 5 (verb)"),
        (call("\ufffd\ufffdx|2"), "line_bad_verb", "Field 5 (verb)"),
        (call("42|2"), "line_bad_verb", "42"),
        (call("ABANDON|1|2"), "line_cut_data", "ABANDON has 2 data fields and needs 3"),
        (leg("CONNECT|4|1795282818.2"), "line_cut_data", "CONNECT has 2 data fields"),
        (leg("CONNECT|4|1795282818.2|"), "line_bad_number", "'ring time' of CONNECT"),
        (leg("COMPLETECALLER|x|13|1"), "line_bad_number", "'hold time' of COMPLETECALLER"),
        (leg("COMPLETECALLER|5|1e3|1"), "line_bad_number", "'talk time' of COMPLETECALLER"),
        (leg("BLINDTRANSFER|6001|ctx|5|13"), "line_bad_number", "ctx"),
        ("x|1.1|support|NONE|ABANDON|1|2|20", "line_bad_time", "Field 1 (time)"),
        ("-5|1.1|support|NONE|ABANDON|1|2|20", "line_bad_time", "-5"),
        ("nan|1.1|support|NONE|ABANDON|1|2|20", "line_bad_time", "nan"),
        ("inf|1.1|support|NONE|ABANDON|1|2|20", "line_bad_time", "inf"),
        ("1e9|1.1|support|NONE|ABANDON|1|2|20", "line_bad_time", "1e9"),
        ("1_795_282_822|1.1|support|NONE|ABANDON|1|2|20", "line_bad_time", "1_795"),
        ("1795282822000|1.1|support|NONE|ABANDON|1|2|20", "line_bad_time", "1795282822000"),
        ("1795282822||support|NONE|ABANDON|1|2|20", "line_no_value", "Field 2 (call) of ABANDON"),
        ("1795282822|1.1|NONE|NONE|ENTERQUEUE||1|1", "line_no_value", "Field 3 (queue) of ENTERQUEUE"),
        (call("CONNECT|4|1795282818.2|3"), "line_no_value", "Field 4 (agent) of CONNECT"),
        ("1795282822|NONE|support||PAUSE|lunch", "line_no_value", "Field 4 (agent) of PAUSE"),
        (leg("CONNECT|4|1795282818.2|3\0"), "line_binary", "zero bytes"),
    ],
)
def test_a_bad_line_says_which_field_is_wrong(line: str, code: str, said: str) -> None:
    bad = parse_line(line)
    assert isinstance(bad, BadLine)
    assert (bad.code, bad.event) == (code, None)
    assert said in bad.say()
    assert in_language(bad.say("en"), "zh") == bad.say("zh") != bad.say("en")


def test_a_negative_duration_is_reported_and_the_fact_is_kept() -> None:
    """The switch's clock was set back during the call: what happened is true, its length is not known."""
    bad = parse_line(leg("COMPLETEAGENT|5|-3590|1"))
    assert isinstance(bad, BadLine)
    assert bad.event == CallEnded(**LEG, by=EndedBy.AGENT, wait_s=5.0, talk_s=None)
    assert "'talk time' of COMPLETEAGENT is negative: -3590" in bad.say()


@pytest.mark.parametrize(
    "beginning",
    [
        "1795282822|17952",
        "1795282822|1.1|sales|Eve S",
        "1795282822|NONE|sales|Eve|PAUSE|lun",
        "\0\0\0\0",
        "#! x",
    ],
)
def test_a_broken_beginning_does_not_swallow_the_whole_line_behind_it(beginning: str) -> None:
    bad = parse_line(beginning + "1795282822|NONE|NONE|NONE|QUEUESTART|")
    assert isinstance(bad, BadLine)
    assert (bad.code, bad.event) == ("line_torn", SwitchStarted(at=AT))


def test_a_byte_order_mark_is_no_part_of_the_line() -> None:
    assert parse_line("\ufeff1795282822|NONE|NONE|NONE|QUEUESTART|") == SwitchStarted(at=AT)


# -- sentences ---------------------------------------------------------------------------------------


def test_every_sentence_is_said_in_both_languages_with_the_same_gaps() -> None:
    for code, texts in SENTENCES.items():
        gaps = [
            sorted(gap for _, gap, _, _ in string.Formatter().parse(text) if gap) for text in texts.values()
        ]
        assert set(texts) == {"zh", "en"} and gaps[0] == gaps[1], code
    assert all(set(texts) == {"zh", "en"} for texts in FIELDS.values())


def test_a_stored_sentence_can_be_said_in_the_other_language() -> None:
    details = {"verb": "CONNECT", "field": "ring", "value": "x|(y)"}
    english = say("line_bad_number", details, "en")
    assert in_language(english, "zh") == say("line_bad_number", details, "zh")
    assert "振铃时间" in in_language(english, "zh")
    assert in_language("somebody else's words", "zh") == "somebody else's words"
