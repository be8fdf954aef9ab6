"""A page run without a browser: opened as an address opens it, read, and clicked. For tests of pages."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from ccfloor.service import runtime
from ccfloor.service.settings import load
from ccfloor.store.tables import metadata

_VALUES = ("header", "subheader", "caption", "error", "warning")
_LABELS = ("button", "download_button", "checkbox", "text_input", "expander", "tab")


@contextmanager
def quiet_service(folder: Path, **settings: Any) -> Iterator[runtime.Service]:
    """A service over a database of its own, that collects nothing."""
    url = f"sqlite:///{folder / 'floor.db'}"
    service = runtime.Service(load(environ={}, db=url, source="none", **settings))
    metadata.create_all(service.engine)
    runtime.use(service)
    yield service
    runtime.use(None)
    service.engine.dispose()


def opened(script: Callable[[], None], who: str = "", **asked: str) -> AppTest:
    """The page after its first run; with a name filled in where it asks for one."""
    test = AppTest.from_function(script, default_timeout=60)
    for name, value in asked.items():
        test.query_params[name] = value
    test.run()
    if who:
        test.text_input(key="people-who").set_value(who).run()
    assert not test.exception, test.exception
    return test


def words(test: AppTest) -> str:
    """Everything the page says, without the style."""
    parts = [str(getattr(element, "value", "")) for kind in _VALUES for element in test.get(kind)]
    parts += [re.sub(r"<style>.*?</style>", "", part.proto.body, flags=re.S) for part in _html(test)]
    parts += [str(getattr(element, "label", "")) for kind in _LABELS for element in test.get(kind)]
    return "\n".join(parts)


def _html(test: AppTest) -> list[Any]:
    return list(test.get("html"))


def press(test: AppTest, label: str) -> None:
    """Click the button of this label, the first there is."""
    next(button for button in test.button if button.label == label).click().run()
    assert not test.exception, test.exception
