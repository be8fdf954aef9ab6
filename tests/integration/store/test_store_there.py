"""Whoever joins a program at work makes no empty database in the place of one that has gone."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from ccfloor.store.engine import open_engine
from ccfloor.store.migrate import revision, upgrade


def test_a_file_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "floor.db"
    joining = open_engine(str(path), there=True)
    with pytest.raises(OperationalError, match="is gone"):
        joining.connect()
    assert not path.exists()
    upgrade(open_engine(str(path)))
    assert revision(joining) is not None
    path.unlink()
    with pytest.raises(OperationalError, match="is gone"):
        joining.connect()
    assert not path.exists()
