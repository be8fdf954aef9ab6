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
