"""Whose figures: the whole site, a queue, a team or an agent."""

from typing import Literal, NamedTuple

Kind = Literal["site", "queue", "team", "agent"]
KINDS: tuple[Kind, ...] = ("site", "queue", "team", "agent")


class Scope(NamedTuple):
    """One subject of figures. ``name``: a queue's id, a team, an agent as in the tables; "" for the site."""

    kind: Kind = "site"
    name: str = ""

    def __str__(self) -> str:
        """As it stands in a URL and on the command line: ``site``, ``queue:hotline``, ``agent:Chen``."""
        return f"{self.kind}:{self.name}" if self.name else self.kind


SITE = Scope()


def scope(text: str) -> Scope:
    """The scope of a text as ``str(scope)`` gives it; "" is the site. Raises ValueError with a sentence."""
    kind, _, name = text.partition(":")
    if kind in ("", "site") and not name:
        return SITE
    if kind not in KINDS[1:] or not name:
        raise ValueError(f"unknown scope {text}; write site, queue:ID, team:NAME or agent:NAME")
    return Scope(kind, name)
