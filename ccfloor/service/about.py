"""What a reader is told once about the site: names, queues and their targets, bands, the wall's settings."""

from typing import Any

from ccfloor.floor.config import FloorConfig, QueueInfo
from ccfloor.floor.metrics import DEFAULT_SL
from ccfloor.service.scope import Scope
from ccfloor.service.settings import Settings


def about_site(settings: Settings, config: FloorConfig, scope: Scope, now: float) -> dict[str, Any]:
    """The static part of a full message, for one scope. ``now`` picks the targets in force."""
    allowed = [
        info
        for info in config.queues.values()
        if not info.hidden and (scope.queues is None or info.queue in scope.queues)
    ]
    return {
        "site": config.site,
        "name_zh": settings.site.name_zh,
        "name_en": settings.site.name_en,
        "zone": config.zone,
        "day_start_s": config.day_start_s,
        "sl_variant": DEFAULT_SL,
        "queues": {info.queue: _queue(info, now) for info in allowed},
        "bands": settings.bands.model_dump(by_alias=True),
        "kiosk": settings.wall.model_dump(),
        "teams": sorted(_teams(config, scope)),
        "commands": settings.source != "none",
    }


def _teams(config: FloorConfig, scope: Scope) -> set[str]:
    every = {seat.team for seat in config.seats.values() if seat.team}
    return every if scope.teams is None else every & scope.teams


def _queue(info: QueueInfo, now: float) -> dict[str, Any]:
    target = info.target_at(now)
    return {
        "zh": info.zh,
        "en": info.en,
        "threshold_s": target.threshold_s,
        "target": target.target,
        "short_s": target.short_s,
        "abandon_target": target.abandon_target,
        "wait_limit_s": target.wait_limit_s,
        "wrap_up_s": target.wrap_up_s,
    }
