"""What doctor finds in the site's file about staffing."""

from collections.abc import Iterator

from ccfloor.floor.config import FloorConfig
from ccfloor.service.findings import Finding
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing_today.site import load_staffing, strangers


def staffing_file(config: FloorConfig, site: SiteSettings) -> Iterator[Finding]:
    """A sentence for every wrong value and every name that nobody knows, or that all is well."""
    try:
        found = load_staffing(site, config)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("staffing", "fail", problem.said("zh"), problem.said("en"))
        return
    doubts = strangers(found, site, config)
    for problem in doubts:
        yield Finding("staffing", "warn", problem.said("zh"), problem.said("en"))
    if doubts:
        return
    told = f"{found.shrinkage:.0%}, {found.max_occupancy:.0%}"
    yield Finding(
        "staffing", "ok", f"人力参数可用：损耗率、利用率上限 {told}", f"shrinkage, occupancy cap: {told}"
    )
