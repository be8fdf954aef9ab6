"""Files to take away: each is written into the audit log at the click, before it is made."""

import re
from collections.abc import Callable
from typing import Any

import streamlit as st

from ccfloor.access.acts import Act
from ccfloor.access.rights import Right
from ccfloor.service import runtime
from ccfloor.service.audit import acting, record_alone
from ccfloor.ui import people_kit
from ccfloor.ui.access_kit import gate
from ccfloor.ui.shell import look

_UNSAFE = re.compile(r"[^\w.-]+")
_NAME_MAX = 100  # signs; most systems take 255 bytes


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

    Nothing is made for who may not export, or where the entry cannot be written. The page is not drawn anew:
    that would throw the file away before a slow browser has come for it.
    """
    file = plain_name(file)
    where.download_button(
        label,
        logged(make, file),
        file,
        mime,
        key=key,
        on_click="ignore",
        **gate(Right.EXPORT, look().lang, off=disabled),
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


def plain_name(file: str) -> str:
    """A name that a file can have on every system, whoever thought it up; its end says what it is."""
    name, _, form = file.rpartition(".")
    return f"{_UNSAFE.sub('_', name)[:_NAME_MAX]}.{form}"
