"""A pytest plugin: writes the names of the tests that failed into a file, a line each."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where to: ``--failed-to FILE``."""
    parser.addoption("--failed-to", type=Path, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Listens to the run if somebody wants to know."""
    where = config.getoption("--failed-to")
    if where is not None:
        config.pluginmanager.register(_Failed(where))


class _Failed:
    def __init__(self, where: Path) -> None:
        self._where = where
        self._names: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._names[report.nodeid] = None

    def pytest_sessionfinish(self) -> None:
        self._where.write_text("".join(f"{name}\n" for name in self._names), encoding="utf-8")
