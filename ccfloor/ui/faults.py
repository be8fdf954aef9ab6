"""What a page says where it fails: one sentence with a number, under which the log tells what happened."""

import logging
import secrets

import streamlit as st

from ccfloor.service.access.identity import SignedOut
from ccfloor.store.viewer import Forbidden
from ccfloor.ui.texts import language, text

log = logging.getLogger(__name__)
_STREAMLITS = "streamlit.error_util"
_TOLD_TWICE = "Uncaught app execution"


def tell(error: Exception) -> bool:
    """Say on the page that it failed, and in the log how. For ``st.App``; True: the page has been told."""
    lang = language(st.query_params.get("lang"), st.context.locale)
    if isinstance(error, SignedOut):
        st.warning(text("cmd.error.signed_out", lang))
    elif isinstance(error, Forbidden):
        st.warning(text("access.forbidden", lang))
    else:
        number = secrets.token_hex(4)
        log.error("fault %s on a page: %s", number, type(error).__name__, exc_info=error)
        st.error(text("notice.fault", lang, number=number))
    return True


def once() -> None:
    """Let Streamlit be silent about what ``tell`` logs with a number."""
    logging.getLogger(_STREAMLITS).addFilter(_new)


def _new(record: logging.LogRecord) -> bool:
    return record.msg != _TOLD_TWICE
