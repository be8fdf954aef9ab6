"""What single sign-on is about, apart from the libraries that do it: they are slow to load."""

from typing import Any, NamedTuple


class OidcError(Exception):
    """Why nobody came in. ``code`` picks the sentence (``access.sso.…``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Asked(NamedTuple):
    """What one sign-in is recognised by when it comes back."""

    state: str
    nonce: str
    verifier: str


class Person(NamedTuple):
    """Who the provider says it is. ``subject``: issuer and subject; ``claims``: all it says."""

    subject: str
    claims: dict[str, Any]
