"""Sending a report by the site's mail server: a channel of kind email in ``data/notify.yaml``."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import NamedTuple

from ccfloor.service.notify.channels import make_sender
from ccfloor.service.notify.file import EmailEntry, load_notify, notify_path
from ccfloor.service.notify.mail import Mail
from ccfloor.service.notify.outcome import Outcome
from ccfloor.service.notify.secret import SecretError
from ccfloor.service.places import SettingsError
from ccfloor.service.reports.reasons import because
from ccfloor.service.settings import SiteSettings

MOST_BYTES = 20_000_000  # what mail servers take as a rule


class Attachment(NamedTuple):
    """A file of a mail."""

    name: str
    mime: str
    body: bytes


class Letter(NamedTuple):
    """A mail in words; ``id``: the same whenever the same report is sent."""

    id: str
    subject: str
    text: str
    files: Sequence[Attachment]


class MailError(Exception):
    """The mail did not go to everybody: a sentence without any secret in it.

    ``told``: who has it all the same; ``again``: whether another try may help.
    """

    def __init__(self, sentence: str, told: tuple[str, ...] = (), *, again: bool = True) -> None:
        super().__init__(sentence)
        self.told, self.again = told, again


def mail_channels(site: SiteSettings) -> list[str]:
    """The channels a report can go out on: of kind email, and turned on."""
    try:
        file = load_notify(notify_path(site.data))
    except SettingsError:
        return []
    return [name for name, entry in file.channels.items() if isinstance(entry, EmailEntry) and entry.enabled]


def send_letter(
    site: SiteSettings,
    channel: str,
    to: Iterable[str],
    letter: Letter,
    now: float,
    environ: Mapping[str, str] = os.environ,
    had: Collection[str] = (),
) -> tuple[str, ...]:
    """Hand a mail over once; returns the addresses that have it (the channel's own where none are given).

    ``had``: addresses that got it before, and do not again. Raises MailError.
    """
    entry = _entry(site, channel)
    wanted = tuple(dict.fromkeys(tuple(to) or entry.to))
    given = tuple(address for address in wanted if address not in had)
    if not given:
        return wanted
    size = sum(len(file.body) for file in letter.files)
    if size > MOST_BYTES:
        raise MailError(because("too_large", mb=f"{size / 1e6:.0f}"), again=False)
    name = site.name_zh if entry.lang == "zh" else site.name_en
    try:
        sender = make_sender(channel, entry, site.id, name, environ)
    except SecretError as error:
        raise MailError(str(error)) from None
    if not isinstance(sender, Mail):
        raise MailError(because("channel_gone", channel=channel))
    outcome = sender.hand_over(written(letter, entry.sender, name, given, now), given)
    return _arrived(outcome, wanted, given)


def _arrived(outcome: Outcome, wanted: tuple[str, ...], given: tuple[str, ...]) -> tuple[str, ...]:
    """Everybody who was to have it. Raises MailError where the server refused somebody, or everything."""
    refused = dict(outcome.refused)
    if outcome.sent and not refused:
        return wanted
    if not refused:
        raise MailError(outcome.error, again=outcome.again)
    told = tuple(address for address in wanted if address not in refused)
    names = ", ".join(f"{address} ({code})" for address, code in refused.items())
    sentence = because("refused", told=len(told), all=len(wanted), refused=names)
    now = tuple(address for address in given if address not in refused)
    raise MailError(sentence, now, again=min(refused.values()) < 500)


def _entry(site: SiteSettings, channel: str) -> EmailEntry:
    try:
        entry = load_notify(notify_path(site.data)).channels.get(channel)
    except SettingsError:
        raise MailError(because("channels")) from None
    if not isinstance(entry, EmailEntry):
        raise MailError(because("channel_gone", channel=channel))
    if not entry.enabled:
        raise MailError(because("channel_off", channel=channel))
    return entry


def written(letter: Letter, sender: str, name: str, to: Sequence[str], now: float) -> EmailMessage:
    """The mail itself, its files attached."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(letter.subject.split())
    mail["From"] = formataddr((name, sender))
    mail["To"] = ", ".join(to)
    mail["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    mail["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    for file in letter.files:
        kind, _, form = file.mime.partition("/")
        mail.add_attachment(file.body, maintype=kind, subtype=form, filename=file.name)
    return mail
