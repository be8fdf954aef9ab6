"""Numbers masked and cleared: whatever form they come in, and always the same way."""

import pytest

from ccfloor.floor.numbers import (
    Clearing,
    is_cleared,
    mask_number,
    mask_text,
    mask_words,
    names_caller,
    without_hashes,
)

KEY = Clearing(b"key")
HASHED = KEY.number("13812342071")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812342071", "138****2071"),
        ("+8613812342071", "+86138****2071"),
        ("008613812342071", "0086138****2071"),
        ("13812342071*", "1381****071*"),
        ("sip:13812342071@gate", "sip:138****2071@gate"),
        ("138-1234-2071", "138****2071"),
        ("(010) 6234-5678", "(010****5678"),
        ("62345678", "******78"),
        ("12", "**"),
        ("", ""),
        (HASHED, "~"),
        ("~", "~"),
    ],
)
def test_no_form_of_a_number_is_told(number: str, shown: str) -> None:
    assert mask_number(number) == shown
    assert mask_number(shown) == shown, "masked twice is masked once"


def test_numbers_in_names_and_notes() -> None:
    assert mask_text("Wang 138 1234 2071, seat 12") == "Wang 138****2071, seat 12"
    assert mask_text(f"Wang {HASHED}") == "Wang ~" == without_hashes(f"Wang {HASHED}")
    assert mask_words("2026-11-20 10:00 rang 13812342071") == "2026-11-20 10:00 rang 138****2071"


def test_a_cleared_number_is_the_same_text_wherever_it_stood() -> None:
    assert is_cleared(HASHED) and len(HASHED) == 17 and "1381234" not in HASHED
    assert KEY.text("Wang 138 1234 2071") == f"Wang {HASHED}"
    assert KEY.words("2026-11-20 rang 13812342071") == f"2026-11-20 rang {HASHED}"
    assert Clearing(b"other").number("13812342071") != HASHED


@pytest.mark.parametrize("word", ["", "anonymous", "00000", "12"])
def test_words_for_a_withheld_number_stay(word: str) -> None:
    assert KEY.number(word) == word and not names_caller(word)


def test_clearing_again_changes_nothing() -> None:
    for text in (HASHED, f"Wang {HASHED}", "~0123456789abcdef"):
        assert (KEY.text(text), KEY.words(text)) == (text, text)
    assert KEY.number(HASHED) == HASHED
    assert names_caller("~abcdefabcdefabcd"), "also where the hash has no digit at all"
