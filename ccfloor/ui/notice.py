"""What a page says instead of failing: the database is away, in the page's own language."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from ccfloor.ui.texts import Lang, text


@contextmanager
def database_or_notice(lang: Lang) -> Iterator[None]:
    """Run what reads the database; where it cannot be read, one sentence stands in its place."""
    try:
        yield
    except SQLAlchemyError as error:
        st.warning(text("notice.database", lang, why=type(error).__name__))
