import os

import pytest
from hypothesis import HealthCheck, settings

# What a test finds is not how fast the machine is on which others work, too.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Every run tries the same examples, so that a change is what makes a test fail; HYPOTHESIS_PROFILE=explore
# looks for others.
settings.register_profile("same", settings.get_profile("any machine"), derandomize=True)
settings.register_profile("explore", settings.get_profile("any machine"))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop running, in which no other can be started."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
