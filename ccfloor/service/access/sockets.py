"""The open sockets of people and walls: each is closed within two seconds of its session's end."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ccfloor.service.access.cookies import board_cookie_of, cookie_of
from ccfloor.service.access.doors import Doors

SIGNED_OUT, POLICY, AWAY = 4401, 1008, 1013  # codes with which a socket is closed
_LOOK_S = 1.0
Stands = Callable[[Doors], bool]
Acted = Callable[[bytes], bool]


def nothing(_: bytes) -> bool:
    """No message of a socket is what a person did."""
    return False


class Sockets:
    """The open sockets of people and walls: each is closed soon after its session is over."""

    def __init__(self, doors: Callable[[], Doors]) -> None:
        self._doors = doors
        self._open: dict[asyncio.Event, Stands] = {}
        self._watching: asyncio.Task[None] | None = None

    async def serve(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, board: bool, acted: Acted = nothing
    ) -> None:
        """Let the app serve a socket until it ends by itself or its session is over.

        ``board``: it is a wall's, which is over when its link is revoked. ``acted``: which of the browser's
        messages are what a person did, so that the session is used.
        """
        over = asyncio.Event()
        self._open[over] = _stands(HTTPConnection(scope).cookies, board)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        ending = asyncio.create_task(over.wait())
        try:
            cookie = cookie_of(HTTPConnection(scope).cookies)
            heard = receive if board else self._noting(receive, cookie, acted)
            await app(scope, _until(heard, send, ending), _unless(send, over))
        finally:
            self._open.pop(over, None)
            ending.cancel()

    def _noting(self, receive: Receive, cookie: str, acted: Acted) -> Receive:
        async def noted() -> Message:
            message = await receive()
            if acted(message.get("bytes") or b""):
                with suppress(SQLAlchemyError):  # who is known stays known; the next act is noted
                    await asyncio.to_thread(self._doors().who, cookie)
            return message

        return noted

    async def _watch(self) -> None:
        while self._open:
            await asyncio.sleep(_LOOK_S)
            for over in await asyncio.to_thread(self._gone, dict(self._open)):
                over.set()

    def _gone(self, open_: dict[asyncio.Event, Stands]) -> list[asyncio.Event]:
        doors = self._doors()
        return [over for over, stands in open_.items() if not stands(doors)]


def _stands(cookies: Mapping[str, str], board: bool) -> Stands:
    """Whether a socket may stay open; while nobody can be asked it may."""
    token, cookie = board_cookie_of(cookies), cookie_of(cookies)

    def stands(doors: Doors) -> bool:
        try:
            return (doors.board(token) if board else doors.who(cookie, used=False)) is not None
        except SQLAlchemyError:
            return True

    return stands


def _until(receive: Receive, send: Send, ending: asyncio.Task[bool]) -> Receive:
    async def heard() -> Message:
        hearing = asyncio.ensure_future(receive())
        await asyncio.wait((hearing, ending), return_when=asyncio.FIRST_COMPLETED)
        if hearing.done():
            return hearing.result()
        hearing.cancel()
        await send({"type": "websocket.close", "code": SIGNED_OUT})
        return {"type": "websocket.disconnect", "code": SIGNED_OUT}

    return heard


def _unless(send: Send, over: asyncio.Event) -> Send:
    async def said(message: Message) -> None:
        if not over.is_set():
            await send(message)

    return said
