"""What is kept of the switch's clock: changes, an hourly reminder, and that it is over."""

from pathlib import Path

from ccfloor.acd.base import Health, LinkState
from ccfloor.service.skew_log import SkewLog
from ccfloor.store.engine import open_engine
from ccfloor.store.quality_checks import skews
from ccfloor.store.tables import metadata
from ccfloor.store.viewer import Viewer


def skewed(seconds: str) -> list[Health]:
    return [
        Health("ami", LinkState.UP, "ami_up"),
        Health("clock", LinkState.UP, "clock_skew", {"seconds": seconds}),
    ]


def test_changes_are_written_once_and_the_end_too(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "floor.db"))
    metadata.create_all(engine)
    log = SkewLog(engine, "main")
    told = [(0, []), (1, skewed("+2.4")), (2, skewed("+2.6")), (3, skewed("+3.0")), (4, skewed("+3.1"))]
    told += [(3700, skewed("+3.1")), (3800, skewed("-5.0")), (3900, []), (4000, [])]
    for at, reports in told:
        log.note(reports, float(at))
    found = skews(engine, Viewer(), 0.0, 1e6)
    assert found.total == 5
    assert [(row.at, row.seconds) for row in reversed(found.rows)] == [
        (1.0, 2.4),
        (3.0, 3.0),
        (3700.0, 3.1),
        (3800.0, -5.0),
        (3900.0, 0.0),
    ]
    assert skews(engine, Viewer(site="other"), 0.0, 1e6).total == 0
    engine.dispose()
