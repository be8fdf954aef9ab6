"""Sending a report by the site's mail server: a channel of kind email in ``data/notify.yaml``."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import NamedTuple

from ccfloor.service.notify.channels import make_sender
from ccfloor.service.notify.file import EmailEntry, load_notify, notify_path
from ccfloor.service.notify.mail import Mail
from ccfloor.service.notify.secret import SecretError
from ccfloor.service.places import SettingsError
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
    """The mail did not go; the text says why, without any secret in it."""


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
) -> tuple[str, ...]:
    """Hand a mail over once; returns the addresses it went to (the channel's own where none are given).

    Raises MailError.
    """
    entry = _entry(site, channel)
    given = tuple(to) or entry.to
    size = sum(len(file.body) for file in letter.files)
    if size > MOST_BYTES:
        raise MailError(f"the files are too large for a mail: {size / 1e6:.0f} MB")
    name = site.name_zh if entry.lang == "zh" else site.name_en
    try:
        sender = make_sender(channel, entry, site.id, name, environ)
    except SecretError as error:
        raise MailError(str(error)) from None
    if not isinstance(sender, Mail):
        raise MailError(f"channel {channel} is no mail channel")
    outcome = sender.hand_over(written(letter, entry.sender, name, given, now), given)
    if not outcome.sent:
        raise MailError(outcome.error)
    return given


def _entry(site: SiteSettings, channel: str) -> EmailEntry:
    try:
        entry = load_notify(notify_path(site.data)).channels.get(channel)
    except SettingsError as error:
        raise MailError(f"the file of channels cannot be used: {error}") from None
    if not isinstance(entry, EmailEntry):
        raise MailError(f"there is no mail channel {channel!r} in data/notify.yaml")
    if not entry.enabled:
        raise MailError(f"mail channel {channel!r} is turned off in data/notify.yaml")
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
