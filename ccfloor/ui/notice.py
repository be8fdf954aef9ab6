"""What a page says instead of failing, in its own language: the database is away, no picture
comes, something is beyond the viewer's rights."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.service import runtime
from ccfloor.service.said import sentence
from ccfloor.store.viewer import Forbidden
from ccfloor.ui.texts import Lang, text

_LOOK_S = 5.0


@contextmanager
def database_or_notice(lang: Lang) -> Iterator[None]:
    """Run what reads the database; where it cannot or may not be read, one sentence stands in its place."""
    try:
        yield
    except SQLAlchemyError:
        st.warning(text("notice.database", lang))
    except Forbidden:
        st.warning(text("access.forbidden", lang))


@st.fragment(run_every=_LOOK_S)
def trouble_notice(lang: Lang) -> None:
    """Why no new numbers come, as long as it is so; on a page that does not tell it by itself."""
    trouble = runtime.service().trouble
    if trouble:
        st.warning(sentence(trouble, lang))
