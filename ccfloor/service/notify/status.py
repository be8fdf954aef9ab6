"""How telling goes: what could not be delivered, the last result of each channel, the last messages.

One message that left for several alarms is several rows of the outbox and counts once.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, select

from ccfloor.rules.telling import DROPPED, FAILED, HELD, SENT, WAITING
from ccfloor.store.tables import notices

SHOWN_S = 8 * 3600.0  # a failure is shown for a shift
_n = notices.c


class Failure(NamedTuple):
    """The latest message that did not get through. ``error`` in English as kept; ``at`` epoch seconds."""

    channel: str
    error: str
    at: float


class Failed(NamedTuple):
    """Messages of the last shift that were given up, or are tried again and again."""

    messages: int
    last: Failure | None


class Passed(NamedTuple):
    """A message: when it was due or left, on which channel, of what kind, what became of it."""

    at: float
    channel: str
    kind: str
    state: str
    attempts: int
    error: str
    title: str
    alarms: int


def failing(site: str, now: float) -> tuple[ColumnElement[bool], ...]:
    """The notices that are given up since a shift, or were tried in vain and wait."""
    troubled = (_n.state == FAILED) | ((_n.attempts > 0) & (_n.error != ""))
    return (_n.site == site, _n.state.in_((FAILED, WAITING)), _n.due_at > now - SHOWN_S, troubled)


def failed_notices(connection: Connection, site: str, now: float) -> Failed:
    """What is not getting through on ``site``: given up within the last shift, or failing now."""
    columns = (_n.channel, _n.state, _n.due_at, _n.error, _n.text)
    rows = connection.execute(select(*columns).where(*failing(site, now)).order_by(_n.due_at)).all()
    messages = {(row.channel, row.state, row.text, row.error): row for row in rows}
    if not rows:
        return Failed(0, None)
    last = rows[-1]
    return Failed(len(messages), Failure(last.channel, last.error, last.due_at))


def last_results(connection: Connection, site: str, now: float) -> dict[str, Passed]:
    """The latest attempt of every channel, of the last 30 days."""
    found: dict[str, Passed] = {}
    for item in _messages(connection, site, now - 30 * 86_400, 500):
        tried = item.state in (SENT, FAILED) or (item.state == WAITING and item.attempts)
        if tried and item.channel not in found:
            found[item.channel] = item
    return found


def recent(connection: Connection, site: str, now: float, most: int = 20) -> list[Passed]:
    """The latest messages, newest first, those that wait, are held or were dropped included."""
    return list(_messages(connection, site, now - 7 * 86_400, 500))[:most]


def test_result(connection: Connection, notice: int) -> tuple[str, str]:
    """State and error of one notice; ("", "") where there is none."""
    row = connection.execute(select(_n.state, _n.error).where(_n.id == notice)).first()
    return (row.state, row.error) if row else ("", "")


def _messages(connection: Connection, site: str, since: float, most: int) -> Iterable[Passed]:
    """Rows that left together, as one; newest first."""
    query = select(notices).where(_n.site == site, _n.at > since).order_by(_n.id.desc()).limit(most)
    found: dict[object, Passed] = {}
    for row in connection.execute(query):
        at = row.sent_at if row.state == SENT else row.due_at if row.state in (FAILED, HELD) else row.at
        one_of_its_own = row.state == DROPPED or not row.text
        key: object = row.id if one_of_its_own else (row.channel, row.state, row.text)
        if key in found:
            found[key] = found[key]._replace(alarms=found[key].alarms + 1)
            continue
        title = row.text.partition("\n")[0]
        found[key] = Passed(at, row.channel, row.kind, row.state, row.attempts, row.error, title, 1)
    return found.values()
