"""Calls to draw from, and plans to draw by."""

from typing import Any

from hypothesis import strategies as st

from ccfloor.qa.draw import Candidate
from ccfloor.qa.plan import Plan
from tests.unit.qa.forms import WORDS


def plan(*quotas: tuple[str, str, int, str], **more: Any) -> Plan:
    """A plan of quotas (id, every, at_least, by); one of a week without any."""
    made = [
        {"id": name, "name": WORDS, "every": every, "at_least": number, "by": by}
        for name, every, number, by in quotas or (("week", "week", 3, "qa"),)
    ]
    return Plan.model_validate({"id": "weekly", "name": WORDS, "form": "hotline", "quotas": made} | more)


def call(key: object, agent: str = "amy", **more: Any) -> Candidate:
    """A call of two minutes in the sales queue at ten."""
    usual = {"team": "a", "queue": "sales", "hour": 10, "talk_s": 120.0}
    return Candidate(key=str(key), agent=agent, **(usual | more))


# A day of an agent: two queues, three hours, four lengths; a few were handed on, complained or came again.
DAY = [
    call(
        f"1:{place}",
        queue="service" if place % 3 == 0 else "sales",
        hour=9 + place % 3,
        talk_s=(45.0, 90.0, 200.0, 600.0)[place % 4],
        transfer=place % 8 == 3,
        complaint=place in (2, 7, 13),
        repeat=place % 6 == 5,
    )
    for place in range(16)
]


@st.composite
def calls(draw: st.DrawFn, agents: tuple[str, ...] = ("amy", "bob")) -> list[Candidate]:
    """Up to forty calls of some agents, each with a key of its own."""
    one = st.builds(
        call,
        agent=st.sampled_from(agents),
        queue=st.sampled_from(("sales", "service")),
        hour=st.integers(8, 10),
        talk_s=st.sampled_from((5.0, 15.0, 60.0, 200.0, 900.0)),
        transfer=st.booleans(),
        complaint=st.booleans(),
        repeat=st.booleans(),
        key=st.just(0),
    )
    return [made._replace(key=f"1:{place}") for place, made in enumerate(draw(st.lists(one, max_size=40)))]
