"""Texts that people wrote, without telephone numbers."""

from ccfloor.floor.numbers import mask_words


def without_numbers(text: str) -> str:
    """A text with the middle of every telephone number hidden."""
    return mask_words(text)
