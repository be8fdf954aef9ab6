"""What doctor finds in the rule files: those that are refused, and what is doubtful in the others."""

from collections.abc import Iterator

from ccfloor.floor.config import FloorConfig
from ccfloor.service.findings import Finding
from ccfloor.service.rule_lines import all_good
from ccfloor.service.rules_now import file_rules
from ccfloor.service.settings import SiteSettings


def rule_files(config: FloorConfig, site: SiteSettings) -> Iterator[Finding]:
    """A sentence for every wrong or doubtful value, or that all is well."""
    loaded = file_rules(config, site)
    for problem in loaded.problems:
        yield Finding("rules", "fail", problem.said("zh"), problem.said("en"))
    for doubt in loaded.warnings:
        yield Finding("rules", "warn", doubt.said("zh"), doubt.said("en"))
    if not loaded.problems and not loaded.warnings:
        said = all_good(len(loaded.rules))
        yield Finding("rules", "ok", said["zh"], said["en"])
