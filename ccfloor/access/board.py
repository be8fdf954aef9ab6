"""What a wall's link shows: one page, and the parts of its address that stand fast, as ``wall?kiosk=1``."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

BOARDS = ("wall", "seats")  # pages that need nothing but the live stream
TOKEN = "display"  # the parameter that carries a link's token
_FREE = ("lang", "theme")


def board_text(page: str) -> str:
    """The board of a page as it is stored."""
    return f"{page}?kiosk=1"


def page_of(board: str) -> str:
    """The page of a board."""
    return board.partition("?")[0]


def query_on(board: str, asked: Iterable[tuple[str, str]]) -> str:
    """The query of a board's page: what stands fast, and of what was asked for language and theme alone."""
    free = [(name, value) for name, value in asked if name in _FREE]
    return urlencode([*parse_qsl(board.partition("?")[2]), *dict(free).items()])


def without_token(asked: Iterable[tuple[str, str]]) -> str:
    """A query without the token."""
    return urlencode([(name, value) for name, value in asked if name != TOKEN])
