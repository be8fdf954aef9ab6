"""What a page says where it fails."""

import logging
import re

import pytest
from streamlit.testing.v1 import AppTest

from ccfloor.ui import faults


def failing() -> None:
    import streamlit as st

    from ccfloor.service.access.identity import SignedOut
    from ccfloor.store.viewer import Forbidden
    from ccfloor.ui import faults

    kinds = {"value": ValueError, "out": SignedOut, "beyond": Forbidden}
    try:
        raise kinds[st.query_params["kind"]]("Z1kretWord")
    except Exception as error:
        assert faults.tell(error)


def opened(kind: str, lang: str = "zh") -> AppTest:
    page = AppTest.from_function(failing, default_timeout=30)
    page.query_params["kind"], page.query_params["lang"] = kind, lang
    page.run()
    assert not page.exception, page.exception
    return page


@pytest.mark.parametrize(
    ("lang", "begin"), [("zh", "这部分页面出错"), ("en", "This part of the page failed")]
)
def test_a_sentence_with_the_number_of_the_log(
    caplog: pytest.LogCaptureFixture, lang: str, begin: str
) -> None:
    (said,) = opened("value", lang).error
    assert said.value.startswith(begin) and "Z1kret" not in said.value
    (number,) = re.findall(r"[0-9a-f]{8}", said.value)
    assert f"fault {number} on a page: ValueError" in caplog.text and "Z1kretWord" in caplog.text


@pytest.mark.parametrize(("kind", "words"), [("out", "请重新登录"), ("beyond", "角色")])
def test_what_is_no_fault_is_said_in_its_own_words(
    caplog: pytest.LogCaptureFixture, kind: str, words: str
) -> None:
    page = opened(kind)
    assert not page.error and words in page.warning[0].value and "fault" not in caplog.text


def test_streamlit_does_not_log_it_a_second_time() -> None:
    faults.once()
    log = logging.getLogger("streamlit.error_util")
    told = [log.makeRecord(log.name, 40, "", 0, words, (), None) for words in ("Uncaught app execution", "x")]
    assert [bool(log.filter(record)) for record in told] == [False, True]
