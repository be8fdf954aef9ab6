"""The rows of the two system pages: what was heard of the sources and repaired, and what is set."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from ccfloor.acd.base import Health
from ccfloor.acd.sentences import in_language
from ccfloor.floor.config import FloorConfig
from ccfloor.service.said import sentence
from ccfloor.service.settings import Settings
from ccfloor.service.settings_table import current, settings_table
from ccfloor.store.quality import RepairRow
from ccfloor.store.queries import SourceRow
from ccfloor.store.viewer import Viewer
from ccfloor.ui.texts import Lang, text, texts

DASH = "–"
Row = dict[str, str]


def clock(at: float, zone: str, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """An instant as the site's clock shows it; a dash where there is none."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).strftime(form) if at > 0 else DASH


def named(prefix: str, key: str, lang: Lang) -> str:
    """The text ``prefix.key``, or the key itself where the texts do not know it."""
    return texts(lang).get(f"{prefix}.{key}", key)


def _headed(page: str, values: dict[str, str], lang: Lang) -> Row:
    return {text(f"{page}.{name}", lang): value for name, value in values.items()}


def source_label(name: str, zone: str, lang: Lang) -> str:
    """A source as people call it; one that belongs to a start (``sim:1795276800``) with that instant."""
    kind, _, start = name.partition(":")
    label = named("source", kind, lang)
    if start.isdigit():
        return f"{label} · {clock(float(start), zone, '%m-%d %H:%M')}"
    return f"{label} · {start}" if start else label


def link_rows(reports: Iterable[Health], zone: str, lang: Lang) -> list[Row]:
    """The links as they stand now."""
    return [
        _headed(
            "quality.link",
            {
                "source": source_label(report.source, zone, lang),
                "state": text(f"quality.state.{report.state.value}", lang),
                "since": clock(report.since, zone),
                "says": sentence(report, lang) or DASH,
                "retries": str(report.retries or DASH),
            },
            lang,
        )
        for report in reports
    ]


def source_table(rows: Iterable[SourceRow], zone: str, lang: Lang) -> list[Row]:
    """The streams that told something, with their counts; one that only keeps a place is left out."""
    return [
        _headed(
            "quality.source",
            {
                "name": source_label(row.name, zone, lang),
                "feed": named("quality.feed", row.feed, lang),
                "events": f"{row.events:,}",
                "bad": f"{row.bad:,}",
                "first": clock(row.first_at, zone),
                "last": clock(row.last_at, zone),
            },
            lang,
        )
        for row in rows
        if row.events or row.bad
    ]


def bad_table(rows: Iterable[tuple[str, str, str, float]], zone: str, lang: Lang) -> list[Row]:
    """The unreadable lines: where, why, when."""
    return [
        _headed(
            "quality.bad",
            {
                "source": source_label(source, zone, lang),
                "place": place,
                "why": in_language(why, lang),
                "at": clock(at, zone),
            },
            lang,
        )
        for source, place, why, at in rows
    ]


def repair_table(rows: Iterable[RepairRow], zone: str, lang: Lang) -> list[Row]:
    """The repairs one by one."""
    return [
        _headed(
            "quality.repair",
            {
                "at": clock(row.at, zone),
                "kind": named("repair", row.kind, lang),
                "times": str(row.times),
                "feed": named("quality.feed", row.feed, lang),
            },
            lang,
        )
        for row in rows
    ]


def setting_rows(settings: Settings, lang: Lang) -> list[Row]:
    """Every setting with the value in use; a secret shows only whether it is set."""
    used = current(settings)
    return [
        _headed(
            "settings",
            {
                "name": row.name,
                "value": used[row.name] or DASH,
                "default": row.default or DASH,
                "variable": row.variable,
                "help": row.zh if lang == "zh" else row.en,
            },
            lang,
        )
        for row in settings_table()
    ]


def target_rows(config: FloorConfig, viewer: Viewer, lang: Lang) -> list[Row]:
    """Every queue's promises, each from the day on which it holds."""
    return [
        _headed(
            "settings.queue",
            {
                "queue": info.queue,
                "zh": info.zh or DASH,
                "en": info.en or DASH,
                "from": clock(target.valid_from, config.zone, "%Y-%m-%d"),
                "threshold": f"{target.threshold_s:g}",
                "target": f"{target.target:.0%}",
                "short": f"{target.short_s:g}",
                "wrap_up": f"{target.wrap_up_s:g}",
                "abandon": f"{target.abandon_target:.1%}",
                "wait": f"{target.wait_limit_s:g}",
            },
            lang,
        )
        for info in config.queues.values()
        if viewer.sees_queue(info.queue)
        for target in info.targets
    ]


def reason_rows(config: FloorConfig, lang: Lang) -> list[Row]:
    """Which pause-reason texts of the switch count as which reason."""
    comma = "、" if lang == "zh" else ", "
    spoken: dict[str, list[str]] = {}
    for words, reason in config.reasons.items():
        spoken.setdefault(reason, []).append(words)
    return [
        _headed(
            "settings.reason",
            {"reason": named("reason", reason, lang), "texts": comma.join(sorted(words))},
            lang,
        )
        for reason, words in spoken.items()
    ]
