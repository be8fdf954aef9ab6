"""Who asks: a page of ours, a page of somebody else's, or a program."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers


def same_origin(headers: Headers, allowed: tuple[str, ...]) -> bool:
    """Whether a browser page of ours (or one that is allowed) asks. Programs send no Origin."""
    origin = headers.get("origin")
    if not origin:
        return True
    return urlsplit(origin).netloc == headers.get("host") or origin.rstrip("/") in allowed
