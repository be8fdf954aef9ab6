"""Addresses within the product that keep what the URL says already: language, theme, site, filters."""

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

import streamlit as st


def address(changed: Mapping[str, str]) -> str:
    """This page's address with some parameters changed (empty: taken away), ready for an ``href``."""
    kept = {name: value for name, value in st.query_params.to_dict().items() if name not in changed}
    asked = kept | {name: value for name, value in changed.items() if value}
    return "?" + escape(urlencode(asked))


_LOOK = ("lang", "theme", "site")  # what every page of this viewer keeps


def page_address(page: str, asked: Mapping[str, str]) -> str:
    """Another page's address with these parameters (empty ones left out), ready for an ``href``."""
    kept = {name: st.query_params[name] for name in _LOOK if name in st.query_params}
    return f"{page}?" + escape(urlencode(kept | {name: value for name, value in asked.items() if value}))


def call_address(source: int, position: int) -> str:
    """The address of one call's life: the call that the event at this position of this source opened."""
    return page_address("kpi", {"call": f"{source}-{position}"})
