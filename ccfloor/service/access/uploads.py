"""What browsers send, kept within bounds before it is held in memory: size of every body, kind of files.

A file that is too large or of another kind is not given to Streamlit: in its place goes an empty one whose
content type says why (``refusal``), so that the page itself can say it in its reader's language.
"""

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import NamedTuple

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ccfloor.access.rights import Right
from ccfloor.service.settings import RECORDING_MAX_MB
from ccfloor.service.table_file import BYTES_MAX

FILE_MAX = BYTES_MAX
BODY_MAX = 1_000_000  # bytes of anything else that is sent: forms, commands
RECORDING_MAX = RECORDING_MAX_MB * 1_000_000  # its route ends at what the site allows
UPLOADS = "/_stcore/upload_file/"
TAKEN_FROM = (Right.IMPORTS, Right.QA_FORMS)  # tables; forms and sampling plans
KINDS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".yaml", ".yml")
_RECORDING = re.compile(r"/api/v1/qa/scores/[0-9]{1,18}/recording")
_FRAME = 65_536  # a multipart body is so much larger than its file at most
_HEARD = 10 * FILE_MAX  # what a browser sends in vain is heard to its end: else it tells of a broken line
_HEAD = 16_384
_LOOK = 1024  # bytes of a file that are looked at
_REFUSED = "application/x-refused-"
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # marks of UTF-16, in which a text has zeros
_OTHER = tuple(
    bytes.fromhex(begin)  # programs, PDF, pictures, packed files
    for begin in (
        "4d5a",
        "7f454c46",
        "2321",
        "25504446",
        "47494638",
        "89504e47",
        "ffd8ff",
        "1f8b",
        "52617221",
        "377abc",
    )
)


def refusal(content_type: str) -> str:
    """Why a file did not come as it was sent: too_big, wrong_kind, old_excel; "" where it did."""
    return content_type.removeprefix(_REFUSED) if content_type.startswith(_REFUSED) else ""


def wrong(name: str, begin: bytes) -> str:
    """What speaks against a file by its name and its first bytes; "" where nothing does."""
    if not name.lower().endswith(KINDS):
        return "wrong_kind"
    if begin.startswith(_OLD_EXCEL):
        return "old_excel"
    if begin.startswith(_ZIP):
        return "" if name.lower().endswith((".xlsx", ".xlsm")) else "wrong_kind"
    binary = begin.startswith(_OTHER) or (b"\0" in begin and not begin.startswith(_WIDE))
    return "wrong_kind" if binary else ""


def most_of(method: str, path: str) -> int:
    """How many bytes may be sent there, where it is no file of Streamlit's."""
    recording = method == "PUT" and _RECORDING.fullmatch(path)
    return RECORDING_MAX if recording else BODY_MAX


def length_of(headers: Headers) -> int | None:
    """How long the body says it is; None where it does not say. Raises HTTPException: it says nonsense."""
    told = headers.get("content-length")
    if told is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", told):
        raise HTTPException(400)
    return int(told)


class Bounds:
    """ASGI middleware behind the guard: only what stays within bounds gets any further."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        """``path``: without the server's base."""
        try:
            length = length_of(Headers(scope=scope))
        except HTTPException:
            await JSONResponse({"error": "bad_request"}, 400)(scope, receive, send)
            return
        upload = path.startswith(UPLOADS) and scope["method"] in ("PUT", "POST")
        most = most_of(scope["method"], path)
        if (length or 0) > (_HEARD if upload else most):
            await JSONResponse({"error": "too_big"}, 413)(scope, receive, send)
        elif upload:
            await self._upload(scope, receive, send, length or 0)
        else:
            await self._app(scope, _counted(receive, most), send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send, length: int) -> None:
        request = Request(scope, receive)
        async with aclosing(request.stream()) as pieces:
            begin = await _begin(pieces)
            part = _part(request.headers.get("content-type", ""), begin)
            if part is None:
                await JSONResponse({"error": "bad_request"}, 400)(scope, receive, send)
                return
            why = "too_big" if length > FILE_MAX + _FRAME else wrong(part.name, part.content)
            if not why:
                await self._app(scope, _counted(_again(begin, pieces, receive), FILE_MAX + _FRAME), send)
            elif await _heard(pieces, len(begin)):
                body = part.instead(why)
                await self._app(_of_length(scope, len(body)), _again(body, None, receive), send)
            else:
                await JSONResponse({"error": "too_big"}, 413)(scope, receive, send)


class _Part(NamedTuple):
    """The first part of a multipart body, as far as it was looked at."""

    border: bytes
    said: bytes  # its Content-Disposition line
    name: str
    content: bytes

    def instead(self, why: str) -> bytes:
        """A body with an empty file of the same name that says why."""
        kind = f"Content-Type: {_REFUSED}{why}".encode()
        return b"\r\n".join((self.border, self.said, kind, b"", b"", self.border + b"--", b""))


def _part(content_type: str, begin: bytes) -> _Part | None:
    kind, options = parse_options_header(content_type)
    head, ended, content = begin.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    border = b"--" + options.get(b"boundary", b"")
    said = next((line for line in lines[1:] if line.lower().startswith(b"content-disposition:")), b"")
    name = parse_options_header(said.partition(b":")[2].strip())[1].get(b"filename", b"")
    if kind != b"multipart/form-data" or not ended or lines[0] != border or not name:
        return None
    return _Part(border, said, name.decode("utf-8", "replace"), content.partition(b"\r\n" + border)[0])


async def _begin(pieces: AsyncIterator[bytes]) -> bytes:
    """So much of a body that the first part's head and a look at its file are in it, or all of it."""
    begin = b""
    async for piece in pieces:
        begin += piece
        _, ended, content = begin.partition(b"\r\n\r\n")
        if len(content) >= _LOOK or (not ended and len(begin) > _HEAD):
            break
    return begin


async def _heard(pieces: AsyncIterator[bytes], size: int) -> bool:
    """Hear a body to its end and keep nothing; False where it has none within reason.

    ``size``: bytes that were heard already.
    """
    async for piece in pieces:
        size += len(piece)
        if size > _HEARD:
            return False
    return size <= _HEARD


def _again(begin: bytes, rest: AsyncIterator[bytes] | None, receive: Receive) -> Receive:
    """A body of what was heard already and what still comes; after its end whatever the server tells."""
    first = [begin]
    ended = rest is None

    async def heard() -> Message:
        nonlocal ended
        if first:
            return {"type": "http.request", "body": first.pop(), "more_body": rest is not None}
        if ended or rest is None:
            return await receive()
        piece = await anext(rest, None)
        ended = piece is None
        return {"type": "http.request", "body": piece or b"", "more_body": not ended}

    return heard


def _counted(receive: Receive, most: int) -> Receive:
    """A body that ends with 413 when it is longer, whatever it said of its length."""
    size = 0

    async def heard() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise HTTPException(413)
        return message

    return heard


def _of_length(scope: Scope, length: int) -> Scope:
    headers = MutableHeaders(raw=list(scope["headers"]))
    headers["content-length"] = str(length)
    if "transfer-encoding" in headers:
        del headers["transfer-encoding"]
    return {**scope, "headers": headers.raw}
