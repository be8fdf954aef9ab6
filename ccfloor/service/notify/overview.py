"""The channels as people see them: on or off, where to, what became of the last message. No secret in it."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.rules.model import Rule
from ccfloor.service.notify.channels import host, make_sender
from ccfloor.service.notify.file import Entry, NotifyFile, QuietEntry, load_notify, notify_path
from ccfloor.service.notify.secret import SecretError
from ccfloor.service.notify.status import Passed, last_results, recent
from ccfloor.service.places import Problem, SettingsError
from ccfloor.service.rulebook import book


class ChannelState(NamedTuple):
    """One channel. ``trouble``: why it cannot be used, in English as kept; ``target``: host only."""

    name: str
    kind: str
    enabled: bool
    lang: str
    quiet: tuple[QuietEntry, ...]
    target: str
    trouble: str
    last: Passed | None


class Unknown(NamedTuple):
    """A rule that is to tell somebody the file does not know."""

    rule: Rule
    name: str


class Overview(NamedTuple):
    """Everything at once. ``problems``: what is wrong with the file."""

    path: Path
    problems: list[Problem]
    channels: list[ChannelState]
    unknown: list[Unknown]
    messages: list[Passed]


def overview(
    engine: Engine, site: str, data: str, now: float, environ: Mapping[str, str] = os.environ
) -> Overview:
    """The channels of a site's file and how they do. Raises SQLAlchemyError where the database is away."""
    path = notify_path(data)
    try:
        file, problems = load_notify(path), list[Problem]()
    except SettingsError as error:
        file, problems = NotifyFile(), error.problems
    with engine.connect() as connection:
        last = last_results(connection, site, now)
        messages = recent(connection, site, now)
    channels = [_state(name, entry, last.get(name), environ) for name, entry in file.channels.items()]
    rules = [item.rule for item in book(engine, site).at(now).values() if item.rule]
    return Overview(path, problems, channels, [] if problems else unknown(file, rules), messages)


def _state(name: str, entry: Entry, last: Passed | None, environ: Mapping[str, str]) -> ChannelState:
    target, trouble = "", ""
    try:
        target = host(entry, environ)[0]
        make_sender(name, entry, "", "", environ)
    except SecretError as error:
        trouble = str(error) if entry.enabled else ""
    return ChannelState(name, entry.kind, entry.enabled, entry.lang, entry.quiet, target, trouble, last)


def unknown(file: NotifyFile, rules: Iterable[Rule]) -> list[Unknown]:
    """Names that rules use and the file does not know."""
    return [
        Unknown(rule, name)
        for rule in rules
        for name in dict.fromkeys((*rule.tell.channels, *rule.tell.escalate_to))
        if name not in file.names
    ]


def rules_of(engine: Engine, site: str, now: float) -> list[Rule]:
    """The rules in force; none where the database cannot be read."""
    try:
        return [item.rule for item in book(engine, site).at(now).values() if item.rule]
    except SQLAlchemyError:
        return []
