"""The product with a page that fails, in its script and in a part that runs alone, and says a secret in it.

``python -m tests.fakes.failing_app --port N``
"""

import argparse

import streamlit as st
from streamlit.web import cli

from ccfloor.ui import definitions_page
from ccfloor.ui.shell import Look

SAID = "a message with a Z1kretWord in it"


def fails(_seen: Look) -> None:
    """A page of a part that fails when it is asked, and a rest that fails at once."""
    part()
    raise RuntimeError(SAID)


@st.fragment
def part() -> None:
    """A part that runs alone."""
    if st.button("again"):
        raise ValueError(SAID)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", required=True)
    definitions_page.show = fails
    cli.main(["run", "app.py", "--server.port", parser.parse_args().port, "--server.headless", "true"])
