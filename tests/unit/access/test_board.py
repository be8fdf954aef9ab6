"""What of a wall's address stands fast."""

import pytest

from ccfloor.access.board import BOARDS, board_text, page_of, query_on, without_token
from ccfloor.access.places import PAGES
from ccfloor.access.rights import Role, may


def test_a_board_is_a_page_that_a_wall_may_see() -> None:
    for page in BOARDS:
        assert any(may(Role.DISPLAY, right) for right in PAGES[page].rights)
        assert page_of(board_text(page)) == page


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ([], "kiosk=1"),
        ([("kiosk", "0"), ("lang", "en"), ("replay", "2026-11-20")], "kiosk=1&lang=en"),
        ([("lang", "zh"), ("lang", "en"), ("theme", "light")], "kiosk=1&lang=en&theme=light"),
        ([("lang", "a&kiosk=0")], "kiosk=1&lang=a%26kiosk%3D0"),
    ],
)
def test_language_and_theme_are_free_and_nothing_else(asked: list[tuple[str, str]], query: str) -> None:
    assert query_on(board_text("wall"), asked) == query


def test_the_token_goes_and_the_rest_stays() -> None:
    assert without_token([("display", "x"), ("kiosk", "1"), ("lang", "en")]) == "kiosk=1&lang=en"
