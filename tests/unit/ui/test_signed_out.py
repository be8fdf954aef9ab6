"""A page's script whose session is over: nothing that it still does passes for the program's own doing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.settings import load


@pytest.fixture(params=["always", "auto"])
def login(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(identity, "_asks", [])
    db = f"sqlite:///{tmp_path / 'floor.db'}"
    service = runtime.Service(load(environ={}, db=db, source="none", access__login=request.param))
    runtime.use(service)
    yield request.param
    runtime.use(None)
    service.engine.dispose()


def script() -> None:
    import streamlit as st

    from ccfloor.access.rights import Right
    from ccfloor.service.access.asking import asker_needs
    from ccfloor.service.audit import acting
    from ccfloor.ui import access_kit

    access_kit.listen()

    def clicked() -> None:
        asker_needs(Right.NOTIFY)
        st.session_state["done"] = acting("somebody").who

    st.button("go", on_click=clicked)
    st.write(st.session_state.get("done", "nothing"))


def test_a_click_after_the_session_ended_does_nothing(login: str) -> None:
    page = AppTest.from_function(script).run()
    page.button[0].click().run()
    done = [one.value for one in page.markdown]
    if login == "auto":
        assert done == ["somebody"] and not page.exception
    else:
        assert done != ["somebody"] and "done" not in page.session_state
