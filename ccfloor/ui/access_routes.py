"""Signing in and out, and the own password: the routes of the way in."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from ccfloor.service import runtime
from ccfloor.service.access.accounts import AccountError, change_password
from ccfloor.service.access.cookies import board_cookie_of, cookie_of, give, over_https, take, take_board
from ccfloor.service.access.guard import source_of
from ccfloor.service.access.identity import Identity
from ccfloor.service.access.sign_in import Refused, sign_in
from ccfloor.service.access.ways import OIDC_OUT, OIDC_START, PASSWORD, SIGN_IN, SIGN_OUT
from ccfloor.store.accounts import Account, account_of, all_accounts
from ccfloor.ui.oidc_routes import FAULTS, has_end, oidc_routes
from ccfloor.ui.sign_in import FIRST, Way, first_page, inside, link_button, password_page, sign_in_page
from ccfloor.ui.texts import language, text
from ccfloor.ui.tokens import Theme

_BODY_MAX = 4096
_TOLD = ("ended", "changed", "out", "revoked")


def access_routes(base: str = "/") -> list[BaseRoute]:
    """The routes of the way in, under the server's base."""
    home = base.rstrip("/")
    return [
        Route(home + SIGN_IN, enter, methods=["GET", "POST"]),
        Route(home + SIGN_OUT, leave, methods=["POST"]),
        Route(home + PASSWORD, own_password, methods=["GET", "POST"]),
        *oidc_routes(home),
    ]


async def enter(request: Request) -> Response:
    """GET: the form. POST: name and password; who is let in goes where the way led."""
    way = _way(request)
    try:
        if request.method == "GET":
            nobody = await asyncio.to_thread(_nobody)
            ends = "out" in request.query_params and await asyncio.to_thread(has_end)
            told = _told(request, way)
            return _form_page(way, _bad(request, way), ends, told=told, nobody=nobody)
        return await _entered(request, way)
    except SQLAlchemyError:
        return _form_page(way, text("access.error.database_away", way.lang), code=503)


def _form_page(way: Way, bad: str = "", ends: bool = False, **more: Any) -> Response:
    """The form, with a button beside it where single sign-on is set up; ``ends``: and one to end it."""
    oidc = runtime.service().settings.oidc
    words = oidc.button_zh if way.lang == "zh" else oidc.button_en
    links = [(words, OIDC_START)] if oidc.on else []
    links += [(text("access.out.provider", way.lang), OIDC_OUT)] if ends else []
    after = "".join(link_button(way, words, going.lstrip("/")) for words, going in links)
    return sign_in_page(way, bad, after=after, **more)


def _bad(request: Request, way: Way) -> str:
    """Why single sign-on let nobody in, as a sentence."""
    fault = request.query_params.get("sso", "")
    return text(f"access.sso.{fault}", way.lang) if fault in FAULTS else ""


def _told(request: Request, way: Way) -> str:
    """Why somebody is here again, as a sentence; "" where there is nothing to tell."""
    found = next((name for name in _TOLD if name in request.query_params), "")
    return text(f"access.{found}", way.lang) if found else ""


async def _entered(request: Request, way: Way) -> Response:
    form = await _form(request)
    service = runtime.service()
    source, now = source_of(request), service.clock()
    site, name, password = service.settings.site.id, form.get("name", ""), form.get("password", "")
    found = await asyncio.to_thread(sign_in, service.engine, site, name, password, source, now)
    if isinstance(found, Refused):
        bad = text(f"access.error.{found.code}", way.lang, seconds=_seconds(found.wait_s))
        return _form_page(way, bad, code=429 if found.code == "wait" else 401)
    program = request.headers.get("user-agent", "")
    if before := cookie_of(request.cookies):  # it is another one's now, or a new one of the same
        await asyncio.to_thread(service.doors.close, before)
    cookie = await asyncio.to_thread(service.doors.let_in, found, source, program)
    answer = RedirectResponse(_next(way, found), 303)
    give(answer, cookie, over_https(request))
    return answer


def _next(way: Way, account: Account) -> str:
    if account.must_change:
        return "auth/password" + way.query()
    return way.going or f"{first_page(account)}{way.query()}"


async def leave(request: Request) -> Response:
    """Sign out; the session is over everywhere it was used. A wall's browser is a wall no longer."""
    who = await _who(request)
    form = await _form(request)
    way = _way(request)
    if who is None and board_cookie_of(request.cookies):
        answer = RedirectResponse(f"../{FIRST}" + way.query(), 303)
        take_board(answer)
        return answer
    if who is None or form.get("csrf") != who.csrf:
        return RedirectResponse("../login" + way.query(), 303)
    more = {"out": "1"} if await asyncio.to_thread(_by_provider, who) else {}
    await asyncio.to_thread(runtime.service().doors.close, cookie_of(request.cookies))
    answer = RedirectResponse("../login" + way.query(**more), 303)
    take(answer)
    return answer


def _by_provider(who: Identity) -> bool:
    """Whether somebody came in by single sign-on."""
    service = runtime.service()
    with service.engine.connect() as connection:
        account = account_of(connection, who.account)
    return bool(service.settings.oidc.on and account and account.subject)


async def own_password(request: Request) -> Response:
    """GET: the form. POST: the present password and the new one, twice."""
    way = _way(request)
    who = await _who(request)
    if who is None:
        return RedirectResponse("../login" + way.query(), 303)
    if request.method == "GET":
        return password_page(way, who.csrf, must=who.must_change)
    form = await _form(request)
    try:
        fault, wait_s = await asyncio.to_thread(_change, runtime.service().engine, who, form)
    except SQLAlchemyError:
        fault, wait_s = "database_away", 0.0
    if fault:
        bad = text(f"access.error.{fault}", way.lang, seconds=_seconds(wait_s))
        return password_page(way, who.csrf, bad, must=who.must_change, code=400)
    answer = RedirectResponse("../login" + way.query(changed="1"), 303)
    take(answer)
    return answer


def _change(engine: Engine, who: Identity, form: dict[str, str]) -> tuple[str, float]:
    """Set the new password; returns what is wrong as a code, "" when it is done, and how long to wait."""
    if form.get("csrf") != who.csrf:
        return "not_ours", 0.0
    if form.get("new") != form.get("again"):
        return "differ", 0.0
    try:
        old, new = form.get("old", ""), form.get("new", "")
        change_password(engine, who.account, old, new, runtime.service().clock())
    except AccountError as error:
        return "old" if error.code == "wrong" else error.code, error.wait_s
    return "", 0.0


def _seconds(wait_s: float) -> int:
    return max(1, round(wait_s + 0.5))


async def _who(request: Request) -> Identity | None:
    doors = runtime.service().doors
    return await asyncio.to_thread(doors.who, cookie_of(request.cookies))


def _nobody() -> bool:
    service = runtime.service()
    with service.engine.connect() as connection:
        return not all_accounts(connection, service.settings.site.id)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once; too long a body has none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _BODY_MAX:
            return {}
    told = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in told.items()}


def _way(request: Request) -> Way:
    going = inside(request.query_params.get("next", ""))
    led = dict(parse_qsl(urlsplit(going).query))  # it looks as the page would have
    asked = led | dict(request.query_params)
    accepted = request.headers.get("accept-language", "").partition(",")[0]
    lang = language(asked.get("lang"), accepted)
    theme: Theme = "light" if asked.get("theme") == "light" else "dark"
    site = runtime.service().settings.site
    return Way(lang, theme, going, site.name_zh if lang == "zh" else site.name_en)
