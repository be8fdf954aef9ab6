"""Texts that people wrote, without telephone numbers."""

import re

from ccfloor.store.viewer import mask_number

# A day and hour look like a number of eight and more digits: they are let through.
_NUMBER = re.compile(r"(20\d\d-\d\d-\d\d(?: \d\d:\d\d)?)|(?<![\d*])\+?\d(?:[ -]?\d){6,}(?!\d)")


def without_numbers(text: str) -> str:
    """A text with the middle of every telephone number hidden."""
    return _NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    return found[1] or mask_number(re.sub(r"[ -]", "", found[0]))
