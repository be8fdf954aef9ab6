"""Simulated days watched by the shipped rules, without any database."""

from ccfloor.acd.simulator import SimFloor, load_floor, load_scenario
from ccfloor.floor.state import Floor
from ccfloor.rules.alarms import Alarm
from ccfloor.rules.book import RuleBook, RuleVersion
from ccfloor.rules.engine import RuleEngine
from ccfloor.service.rule_site import load_hours
from ccfloor.service.rulebook import load_folder
from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import load_site, site_folder

MONDAY = 1_795_363_200.0  # midnight in Shanghai


def alarms_of(days: float, *, scenario: str = "calm", seed: int = 1, start: float = MONDAY) -> list[Alarm]:
    """Every alarm of the shipped rules on simulated days, as it fired."""
    settings = SiteSettings()
    config, spec = load_site(settings), load_floor()
    rules = load_folder(site_folder(settings.data) / "rules").rules
    book = RuleBook(RuleVersion(name, 1, 0.0, rule) for name, rule in rules.items())
    engine, floor = RuleEngine(book, config, load_hours(settings, config)), Floor(config)
    engine.bind(floor)
    simulated = SimFloor(spec, load_scenario(scenario, spec), seed, start, zone=config.zone)
    position = 0
    for hour in range(1, int(days * 24) + 1):
        for event in simulated.run_until(start + hour * 3600):
            position += 1
            floor.apply(event, 1, position)  # type: ignore[arg-type]
        floor.take()
    return [alarm for alarm in engine.take() if not alarm.cleared_at]


def is_false(alarm: Alarm) -> bool:
    """On a calm day nothing is wrong with the floor, its queues and teams; a seat did what it did."""
    return not alarm.subject.startswith("seat:")
