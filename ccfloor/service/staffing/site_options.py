"""What a site decides of its seats, from its staffing file."""

from ccfloor.floor.config import FloorConfig
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings
from ccfloor.service.staffing.seats_now import Options
from ccfloor.service.staffing_today.site import load_staffing


def site_options(settings: SiteSettings, config: FloorConfig) -> Options:
    """What the site decides of seats; the usual where its file cannot be used, which the doctor tells."""
    try:
        site = load_staffing(settings, config)
    except SettingsError:
        return Options()
    return Options(min_seats={queue: site.rule(queue).min_seats for queue in config.queues})
