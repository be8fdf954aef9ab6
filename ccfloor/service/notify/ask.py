"""What people ask to be sent: a test of a channel, a report to the supervisor. The notifier sends it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, insert, select

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.rules.message import Lang, word
from ccfloor.rules.telling import REPORT, TEST, WAITING
from ccfloor.service.access.asking import asker_needs
from ccfloor.service.audit import acting, record
from ccfloor.service.notify.file import NotifyFile
from ccfloor.service.without_numbers import without_numbers
from ccfloor.store.engine import writing
from ccfloor.store.tables import notices

_TEXT_MAX = 4000
_WHO_MAX = 60
_AGAIN_S = 10.0  # between two tests of one channel


class AskError(ValueError):
    """Something that is not sent. ``code`` picks the sentence in the texts (``notify.error.…``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def report_to_supervisor(
    connection: Connection, site: str, file: NotifyFile, about: str, texts: Mapping[str, str], now: float
) -> tuple[str, ...]:
    """Send a report about ``about`` (``incident/<id>``) to the channels of ``report_to``; returns them.

    In the transaction of who reports. ``texts``: zh and en, each channel gets its own language; the first
    line is the title. Quiet hours do not hold it back. Telephone numbers in it are masked. No channel:
    nothing is sent, the answer is empty.
    """
    return send_to(connection, site, file, file.report_to, about, texts, now)


def send_to(
    connection: Connection,
    site: str,
    file: NotifyFile,
    names: tuple[str, ...],
    about: str,
    texts: Mapping[str, str],
    now: float,
) -> tuple[str, ...]:
    """The same to other channels or lists of them; unknown names get nothing."""
    channels = file.resolve(names)
    rows = [
        _row(site, about, name, REPORT, without_numbers(texts[file.channels[name].lang])[:_TEXT_MAX], now)
        for name in channels
    ]
    if rows:
        connection.execute(insert(notices), rows)
    return channels


def send_test(
    engine: Engine,
    site: str,
    file: NotifyFile,
    channel: str,
    names: tuple[str, str],
    zone: str,
    who: str,
    now: float,
) -> int:
    """Send a test message on a channel; returns its notice. ``names``: of the site, zh and en.

    Raises AskError: ``no_who``, ``unknown_channel``, ``channel_off``, ``asked_already`` (a few seconds ago,
    or one still waits).
    """
    asker_needs(Right.NOTIFY)
    if not who.strip():
        raise AskError("no_who")
    if channel not in file.channels:
        raise AskError("unknown_channel")
    entry = file.channels[channel]
    if not entry.enabled:
        raise AskError("channel_off")
    text = _test_text(entry.lang, names, zone, who.strip()[:_WHO_MAX], now)
    with writing(engine) as connection:
        if _asked(connection, site, channel, now):
            raise AskError("asked_already")
        row = _row(site, "test", channel, TEST, text, now)
        made = int(connection.execute(insert(notices).values(row).returning(notices.c.id)).scalar_one())
        after = {"kind": entry.kind}
        record(
            connection, acting(who), Act.NOTIFY_TESTED, f"channel/{channel}", None, after, "", now, site=site
        )
        return made


def _test_text(lang: Lang, names: tuple[str, str], zone: str, who: str, now: float) -> str:
    at = datetime.fromtimestamp(now, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
    return word("test", lang, site=names[0 if lang == "zh" else 1], who=who, at=at)


def _asked(connection: Connection, site: str, channel: str, now: float) -> bool:
    column = notices.c
    mine = (column.site == site, column.channel == channel, column.kind == TEST, column.at > now - 86_400)
    rows: Sequence[tuple[float, str]] = [
        (row.at, row.state) for row in connection.execute(select(column.at, column.state).where(*mine))
    ]
    return any(state == WAITING or at > now - _AGAIN_S for at, state in rows)


def _row(site: str, about: str, channel: str, kind: str, text: str, now: float) -> dict[str, object]:
    fixed = {"site": site, "state": WAITING, "attempts": 0, "error": ""}
    return {**fixed, "about": about, "channel": channel, "kind": kind, "at": now, "due_at": now, "text": text}
