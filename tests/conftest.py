import pytest
from hypothesis import HealthCheck, settings

# What a test finds is not how fast the machine is on which others work, too.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop running, in which no other can be started."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
