"""The chain of the audit log: every entry carries the hash of the one before, so that none can be changed,
taken out or put in between without all later hashes being wrong.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

GENESIS = "0" * 64  # what the first entry of a site follows


class Entry(NamedTuple):
    """One act. ``number`` counts the entries of a site from 1; ``at``: UTC epoch seconds.

    ``before`` and ``after``: JSON texts, "" where nothing was there. ``source``: the address it came from.
    """

    site: str
    number: int
    at: float
    who: str
    role: str
    source: str
    act: str
    about: str
    before: str
    after: str
    why: str


class Broken(NamedTuple):
    """Where a chain does not hold: ``gap`` (a number is missing) or ``changed`` (the hash is another)."""

    number: int
    fault: str


def link(previous: str, entry: Entry) -> str:
    """The hash of an entry that follows ``previous``: SHA-256 over both, as lower-case hex."""
    body = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def broken(entries: Iterable[tuple[Entry, str]], previous: str = GENESIS, after: int = 0) -> Iterator[Broken]:
    """What is wrong in a run of entries with their stored hashes, in the order of their numbers."""
    for entry, told in entries:
        if entry.number != after + 1:
            yield Broken(after + 1, "gap")
        elif link(previous, entry) != told:
            yield Broken(entry.number, "changed")
        previous, after = told, entry.number
