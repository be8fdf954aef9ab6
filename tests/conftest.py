import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop running, in which no other can be started."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
