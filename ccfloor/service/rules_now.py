"""The rules a command or a page works with: those in force now, those of the files, the site's calendar."""

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from ccfloor.floor.config import FloorConfig
from ccfloor.rules.checks import Known
from ccfloor.rules.load import Loaded
from ccfloor.rules.model import Rule
from ccfloor.service.notify.file import load_notify, notify_path
from ccfloor.service.places import SettingsError
from ccfloor.service.rulebook import book, load_folder
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_folder


def rule_folder(site: SiteSettings) -> Path:
    """Where the site's rule files are."""
    return site_folder(site.data) / "rules"


def known_names(config: FloorConfig, site: SiteSettings) -> Known:
    """What the site's rules may name; channels are not judged while their own file cannot be used."""
    return Known.of(config, channel_names(site))


def channel_names(site: SiteSettings) -> list[str] | None:
    """Names of channels and of lists of channels; None while their file cannot be used."""
    try:
        found = load_notify(notify_path(site.data))
    except SettingsError:
        return None
    return sorted({*found.channels, *found.lists})


def file_rules(config: FloorConfig, site: SiteSettings) -> Loaded:
    """The rules of the site's files as they are written now."""
    return load_folder(rule_folder(site), known_names(config, site))


def present_rules(
    engine: Engine, config: FloorConfig, site: SiteSettings, clock: Callable[[], float] = time.time
) -> list[tuple[int, Rule]]:
    """(version, rule) of all in force now; before the first collector, version 0 of those in the files."""
    versions = book(engine, config.site)
    if not versions.versions:
        return [(0, rule) for rule in file_rules(config, site).rules.values() if rule.enabled]
    present = versions.at(clock()).values()
    return [(item.version, item.rule) for item in present if item.rule is not None]
