"""Secrets of channels: the file names where one lies, an environment variable or a file of its own.

A robot's address is a secret too: whoever has it can write into the group. None is ever shown.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ccfloor.service.notify.reasons import because

_HIDDEN = "***"
_ADDRESS = re.compile(r"https?://\S+")
_ERROR_MAX = 300
ROOT = Path(__file__).resolve().parents[3]


class SecretError(Exception):
    """What a channel needs is not where the file says; the text names the place, never the value."""


class Secret(BaseModel):
    """Where a secret lies: ``{env: NAME}`` or ``{file: /path}``, outside the program's directory."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    file: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_secret_itself(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError("a secret does not stand here, name its place: {env: NAME} or {file: /path}")
        return value

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("name one place: env (a variable) or file (a path outside the program)")
        if self.file and Path(self.file).expanduser().resolve().is_relative_to(ROOT):
            raise ValueError(f"must lie outside {ROOT}, so that it is never published with the program")
        return self

    @property
    def place(self) -> str:
        """Where it lies, for people."""
        return self.env or self.file or ""

    def read(self, environ: Mapping[str, str]) -> str:
        """The secret. Raises SecretError where there is none."""
        if self.env:
            value = environ.get(self.env, "").strip()
            if not value:
                raise SecretError(because("no_variable", name=self.env))
            return value
        try:
            value = Path(self.file or "").expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            value = ""
        if not value:
            raise SecretError(because("no_file", name=self.file))
        return value


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """A text for people and for the record: addresses and secrets hidden, in one line, not too long."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return " ".join(_ADDRESS.sub(_HIDDEN, text).split())[:_ERROR_MAX]


def host_of(address: str) -> str:
    """The host of an address, which is all of it that is shown; empty where it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
