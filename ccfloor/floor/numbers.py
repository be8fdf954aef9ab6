"""Telephone numbers as they may be read: masked, or replaced by a keyed hash once they are old. Pure.

A number that was cleared stands as ``~`` and sixteen hex digits of HMAC-SHA256 of it: the same number gives
the same text wherever it stood, so callers are still told apart, but the number is gone. On its way to a
reader that text becomes ``~`` alone (CLEARED).
"""

import hashlib
import hmac
import re

CLEARED = "~"
_HEX = 16
_HEAD, _TAIL, _LONG = 7, 4, 11
_FEW_DIGITS = 3
_HASHED = re.compile(rf"~[0-9a-f]{{{_HEX}}}")
_PLAIN = re.compile(r"[+\d*#]*")
# Five digits and more are a number, also where they are set apart by signs as people write them.
_RUN = r"\+?\d(?:[ .()/\u00a0-]{0,2}\d){4,}"
_DIGITS = re.compile(_RUN)
_EITHER = re.compile(rf"({_HASHED.pattern})|{_RUN}")
# In what people write, a day and hour look like a number of eight digits: they are let through.
_WRITTEN = re.compile(
    rf"(20\d\d-\d\d-\d\d(?: \d\d:\d\d)?|{_HASHED.pattern})|(?<![\d*])\+?\d(?:[ -]?\d){{6,}}(?!\d)"
)
_IN_FILE = re.compile(rf"({_HASHED.pattern}|(?<!\d)20\d\d[01]\d[0-3]\d(?!\d))|\d{{7,}}")
_APART = re.compile(r"[^+\d]")


def is_cleared(number: str) -> bool:
    """Whether this stands for a number that was cleared."""
    return number == CLEARED or _HASHED.fullmatch(number) is not None


def names_caller(number: str) -> bool:
    """Whether a number names a caller: digits, not a word for a withheld one, not zeros alone."""
    if _HASHED.fullmatch(number):
        return True
    digits = [sign for sign in number if sign.isdigit()]
    return len(digits) >= _FEW_DIGITS and any(digit != "0" for digit in digits)


def mask_number(number: str) -> str:
    """A telephone number with its middle hidden (138****2071); a short one keeps its last two digits.

    What is masked already stays as it is.
    """
    if is_cleared(number):
        return CLEARED
    if not _PLAIN.fullmatch(number) and ("*" in number or _DIGITS.search(number)):
        return mask_text(number)
    if len(number) >= _LONG:
        head = number[: min(_HEAD, len(number) - 2 * _TAIL)]
        return head + "*" * (len(number) - len(head) - _TAIL) + number[-_TAIL:]
    kept = number[-2:] if len(number) > 2 else ""
    return "*" * (len(number) - len(kept)) + kept


def mask_text(text: str, cleared: str = CLEARED) -> str:
    """A text with the middle of every number in it hidden: switches often put it into a caller's name.

    ``cleared``: what stands for a number that was cleared.
    """
    return _EITHER.sub(lambda found: cleared if found[1] else mask_number(_APART.sub("", found[0])), text)


def mask_words(text: str) -> str:
    """What people wrote, with the middle of every telephone number hidden."""
    return without_hashes(_WRITTEN.sub(lambda found: found[1] or mask_number(_APART.sub("", found[0])), text))


def mask_file_name(name: str) -> str:
    """A file's name with the middle of every long run of digits hidden, but for days (20261122): recorders
    name files by the caller, and what stands between two runs belongs to neither.
    """
    return _IN_FILE.sub(lambda found: found[1] or mask_number(found[0]), name)


def without_hashes(text: str, cleared: str = CLEARED) -> str:
    """A text in which numbers are as they are, and ``cleared`` stands for those that were cleared."""
    return _HASHED.sub(cleared, text)


class Clearing:
    """Replaces numbers by their hashes. ``key``: whoever has it can find a number again by trying all."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, str] = {}

    def number(self, number: str) -> str:
        """A number's hash; words for a withheld one and what is cleared already stay as they are."""
        if is_cleared(number) or not names_caller(number):
            return number
        return self._hash(number)

    def text(self, text: str) -> str:
        """A text with every number in it replaced."""
        return _EITHER.sub(lambda found: found[1] or self._hash(_APART.sub("", found[0])), text)

    def words(self, text: str) -> str:
        """What people wrote, with every telephone number replaced."""
        return _WRITTEN.sub(lambda found: found[1] or self._hash(_APART.sub("", found[0])), text)

    def _hash(self, number: str) -> str:
        found = self._known.get(number)
        if found is None:
            told = hmac.digest(self._key, number.encode(), hashlib.sha256).hex()[:_HEX]
            found = self._known[number] = CLEARED + told
        return found
