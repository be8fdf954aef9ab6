"""Files to take away: each is written into the audit log at the click, before it is made."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.audit import acting, record_alone
from ccfloor.ui import people_kit
from ccfloor.ui.shell import look
from ccfloor.ui.texts import text


def download(
    label: str,
    make: Callable[[], bytes],
    file: str,
    mime: str,
    *,
    key: str | None = None,
    disabled: bool = False,
    where: Any = st,
) -> None:
    """A button that gives a file. ``make``: the file's content, made at the click; ``where``: a container.

    Nothing is made for who may not export, or where the entry cannot be written.
    """
    may = runtime.service().viewer().may(Right.EXPORT)
    where.download_button(
        label,
        logged(make, file),
        file,
        mime,
        key=key,
        disabled=disabled or not may,
        help=None if may else text("audit.no_export", look().lang),
    )


def logged(make: Callable[[], bytes], file: str) -> Callable[[], bytes]:
    """``make``, written into the audit log first. Who asks is who sees the button."""
    service = runtime.service()
    viewer = service.viewer()
    by = acting(str(st.session_state.get(people_kit.WHO, "")), viewer)

    def made() -> bytes:
        viewer.needs(Right.EXPORT)
        after = {"format": file.rpartition(".")[2]}
        now, about = service.clock(), f"export/{file}"
        record_alone(service.engine, by, Act.EXPORT_TAKEN, about, after, "", now, site=viewer.site)
        return make()

    return made
