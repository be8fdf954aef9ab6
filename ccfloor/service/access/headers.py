"""Headers of every answer: what a browser must not do with our pages. Streamlit lives with them."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send


def content_policy(scripts: Iterable[str] = ()) -> str:
    """What a browser may load and run for an answer of ours; what each part is for: docs/security.md.

    ``scripts``: those that stand in the answer itself; any other that gets into it is not run.
    """
    own = [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in scripts]
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self' 'wasm-unsafe-eval' blob:", *own)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


HEADERS = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def with_headers(send: Send, secure: bool, private: bool = False) -> Send:
    """A sender that adds them; ``secure``: the browser speaks https. ``private``: nobody keeps a copy."""

    async def said(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _headers(secure, private):
                headers.setdefault(name, value)
        await send(message)

    return said


def _headers(secure: bool, private: bool) -> Iterable[tuple[str, str]]:
    yield from HEADERS.items()
    if private:
        yield "Cache-Control", "no-store"
    if secure:
        yield "Strict-Transport-Security", "max-age=31536000"
