"""What doctor finds in the catalogue of KPIs."""

from collections.abc import Iterator

from ccfloor.service.findings import Finding
from ccfloor.service.kpi_site import catalogue
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings


def kpi_file(site: SiteSettings) -> Iterator[Finding]:
    """A sentence for every wrong value, or that all is well."""
    try:
        count = len(catalogue(site))
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("kpi", "fail", problem.said("zh"), problem.said("en"))
        return
    yield Finding("kpi", "ok", f"{count} 项 KPI 可用", f"{count} KPIs are good")
