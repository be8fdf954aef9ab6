"""For whom targets can be set."""

from ccfloor.floor.config import FloorConfig
from ccfloor.kpi.model import Kpi
from ccfloor.kpi.scope import SITE, Scope
from ccfloor.store.members import teams
from ccfloor.store.viewer import EVERYTHING


def scopes_of(kpi: Kpi, config: FloorConfig) -> list[Scope]:
    """Every scope for which this KPI can have a target: the site first; agents have that of their team."""
    queues = [Scope("queue", name) for name in config.queues]
    found = [SITE, *queues, *(Scope("team", name) for name in teams(config, EVERYTHING))]
    return [scope for scope in found if scope.kind in kpi.scopes]
