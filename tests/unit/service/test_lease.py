"""One collector per database and site."""

from pathlib import Path

import pytest

from ccfloor.service.lease import LeaseTaken, take_lease
from ccfloor.store.engine import open_engine


def test_the_second_collector_is_told_in_one_sentence(tmp_path: Path) -> None:
    one, two = (open_engine(f"sqlite:///{tmp_path}/a.db") for _ in range(2))
    lease = take_lease(one, "main")
    with pytest.raises(LeaseTaken, match=r"^another collector \(process \d+\) already serves site 'main'"):
        take_lease(two, "main")
    assert lease.held()
    other = take_lease(two, "branch")
    lease.release()
    lease.release()
    assert not lease.held()
    take_lease(two, "main").release()
    other.release()


def test_other_databases_do_not_matter(tmp_path: Path) -> None:
    leases = [take_lease(open_engine(f"sqlite:///{tmp_path}/{name}.db"), "main") for name in "ab"]
    leases.append(take_lease(open_engine("sqlite:///:memory:"), "main"))
    assert all(lease.held() for lease in leases)
    for lease in leases:
        lease.release()
