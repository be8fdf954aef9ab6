"""For whom targets can be set."""

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.store.members import teams
from ccfloor.store.viewer import Viewer


def scopes_of(kpi: Kpi, config: FloorConfig, viewer: Viewer) -> list[Scope]:
    """Every scope in sight for which this KPI can have a target: the site first; agents have their team's."""
    queues = [Scope("queue", name) for name in config.queues if viewer.sees_queue(name)]
    found = [SITE, *queues, *(Scope("team", name) for name in teams(config, viewer))]
    return [scope for scope in found if scope.kind in kpi.scopes]
