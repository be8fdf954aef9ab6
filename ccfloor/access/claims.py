"""What a provider of identities says of a person, turned into a role and a scope by the site's rules.

A rule is one line: ``claim=value -> role``, with ``queues=…`` and ``teams=…`` behind the role where it is
for a part of the floor, as in ``groups=Floor Leads -> lead queues=hotline|vip teams=A``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ccfloor.access.rights import Role

PEOPLE = tuple(role for role in Role if role not in (Role.SYSTEM, Role.DISPLAY))
_ARROW = "->"


class Grant(NamedTuple):
    """A role and its scope; None: all queues, all teams."""

    role: Role
    queues: frozenset[str] | None = None
    teams: frozenset[str] | None = None


class Rule(NamedTuple):
    """Who has this value among those of this claim gets this."""

    claim: str
    value: str
    grant: Grant


def read_rule(line: str) -> Rule:
    """A rule from its line. Raises ValueError with what is wrong with it."""
    who, arrow, what = line.partition(_ARROW)
    claim, equals, value = who.partition("=")
    if not (arrow and equals and claim.strip() and value.strip()):
        raise ValueError(f"{line!r} is not of the form claim=value -> role")
    role, *scope = what.split() or [""]
    if role not in PEOPLE:
        raise ValueError(f"{line!r} names no role; roles are {', '.join(PEOPLE)}")
    return Rule(claim.strip(), value.strip(), Grant(Role(role), **dict(_part(line, word) for word in scope)))


def _part(line: str, word: str) -> tuple[str, frozenset[str]]:
    name, _, listed = word.partition("=")
    names = frozenset(one for one in listed.split("|") if one)
    if name not in ("queues", "teams") or not names:
        raise ValueError(f"{line!r}: {word!r} is neither queues=… nor teams=…")
    return name, names


def granted(rules: Iterable[Rule], claims: Mapping[str, Any]) -> Grant | None:
    """What the first rule that fits gives; None where none does."""
    return next((rule.grant for rule in rules if rule.value in values_of(claims, rule.claim)), None)


def values_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """The values of a claim as texts, none where it is not there.

    ``name`` may lead into a claim within a claim, as ``realm_access.roles`` does.
    """
    found: Any = claims
    for part in (name,) if name in claims else name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return [str(one) for one in listed if isinstance(one, str | int) and not isinstance(one, bool)]
