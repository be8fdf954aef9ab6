"""The routes behind the scoring page: a draft is read, saved, handed in; its recording heard and uploaded.

The server is the truth: it computes what the answers come to, and says so with each saving. What changes
something is refused from another site's page.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ccfloor.qa.score import score
from ccfloor.service import runtime
from ccfloor.service.asked import asked_row
from ccfloor.service.origin import same_origin
from ccfloor.service.people_log import PeopleError
from ccfloor.service.qa import desk, fatal_news, listening, recordings, scoring
from ccfloor.service.qa.scoring import Change, Conflict
from ccfloor.service.qa.subject import name_of
from ccfloor.store.qa_scores import Comments, ScoreRow
from ccfloor.store.viewer import Forbidden

log = logging.getLogger(__name__)
_CACHE = {"Cache-Control": "private, no-store"}  # whoever sits here next is somebody else


class Draft(msgspec.Struct, frozen=True):
    """A draft as the page has it, see ``scoring.Change``. ``who``: the name typed on an open floor."""

    answers: dict[str, str] = {}
    comments: Comments = {}
    summary: str = ""
    listened_s: float = 0
    tell_now: bool = False
    base: float = 0.0
    who: str = ""

    @property
    def change(self) -> Change:
        """What is to be saved."""
        told = (self.answers, self.comments, self.summary, self.listened_s, self.tell_now, self.base)
        return Change(*told)


class Said(msgspec.Struct, frozen=True):
    """Who acts and why."""

    why: str = ""
    who: str = ""


# -- drafts ----------------------------------------------------------------------------------------------


async def one(request: Request) -> Response:
    """GET: all that the page shows of a score. PUT: save the draft; answers its total and ``saved_at``."""
    number = asked_row(request)
    if request.method == "PUT":
        return await _changed(request, Draft, _save, number)
    return await _answered(_desk, number, request.query_params.get("who", ""))


async def submit(request: Request) -> Response:
    """POST: hand the draft in, as the page has it; answers all that the page shows from now on."""
    return await _changed(request, Draft, _submit, asked_row(request))


async def discard(request: Request) -> Response:
    """POST: let go of the draft; answers ``{}``."""
    return await _changed(request, Said, _discard, asked_row(request))


def _desk(number: int, who: str) -> Any:
    service = runtime.service()
    viewer = service.viewer()
    return desk.desk(service.engine, viewer, service.config, service.settings.qa, number, who)


def _save(body: Draft, number: int) -> Any:
    service = runtime.service()
    viewer, now = service.viewer(), service.floor_now()
    row = scoring.save(service.engine, viewer, service.config, number, body.change, body.who, now)
    form = scoring.form_of(service.engine, viewer.site, row)
    told = {"score": desk.shown(row, name_of(viewer, body.who))}
    return told | {"result": desk.result(score(form, row.answers))}


def _submit(body: Draft, number: int) -> Any:
    service = runtime.service()
    now = service.floor_now()
    row = scoring.submit(service.engine, service.viewer(), service.config, number, body.change, body.who, now)
    if row.fatal:
        _tell_fatal(service, now)
    return _desk(number, body.who)


def _tell_fatal(service: runtime.Service, now: float) -> None:
    """At once; where it cannot be now, whoever collects does so in a while."""
    try:
        fatal_news.tell(service.engine, service.config, service.settings.site, now)
    except SQLAlchemyError as error:
        log.warning("a fatal form cannot be told of now: %s", type(error).__name__)


def _discard(body: Said, number: int) -> Any:
    service = runtime.service()
    told = (number, body.who, body.why, service.floor_now())
    scoring.discard(service.engine, service.viewer(), service.config, *told)
    return {}


# -- recordings ------------------------------------------------------------------------------------------


async def recording(request: Request) -> Response:
    """GET: the recording of what a score is about, spans of it too. PUT: upload one (the body, its name in
    ``x-ccfloor-name``). DELETE: take the uploaded one away.
    """
    number = asked_row(request)
    if request.method == "PUT":
        return await _upload(request, number)
    if request.method == "DELETE":
        return await _changed(request, Said, _remove, number)
    return await _said(asyncio.to_thread(_heard, request, number))


def _heard(request: Request, number: int) -> Response:
    service = runtime.service()
    who, span = request.query_params.get("who", ""), request.headers.get("range", "")
    asked = (service.viewer(), service.config, service.settings.qa, number, who)
    place = recordings.place_of(service.engine, *asked)
    if place.known:
        told = (service.engine, asked[0], service.config, number, place)
        listening.note(*told, listening.page_of(request.headers.get("referer", "")), who, service.floor_now())
    if place.audio is not None:
        body = recordings.content(service.engine, place.audio)
        return _bytes(body, place.audio.type, span)
    if place.file is not None:
        kind = recordings.head_type(place.file)
        if not kind:
            raise PeopleError("unknown_qa_audio")
        return FileResponse(place.file, media_type=kind, headers=_CACHE)
    if place.url:
        found = recordings.fetch(place.url, span)
        return StreamingResponse(found.body, found.status, headers=found.headers | _CACHE)
    raise PeopleError("unknown_qa_audio")


def _bytes(body: bytes, kind: str, span: str) -> Response:
    """All of it, or the span that a player asks for (one, as players do)."""
    headers = _CACHE | {"Accept-Ranges": "bytes"}
    part = spanned(span, len(body))
    if part is None:
        return Response(body, media_type=kind, headers=headers)
    first, last = part
    if first >= len(body):
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{len(body)}"})
    headers |= {"Content-Range": f"bytes {first}-{last}/{len(body)}"}
    return Response(body[first : last + 1], 206, headers, kind)


def spanned(span: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a Range header (RFC 9110); None for the whole."""
    unit, _, asked = span.partition("=")
    first, dash, last = asked.strip().partition("-")
    if unit.strip() != "bytes" or not dash or "," in asked:
        return None
    if not first:
        return (max(0, size - int(last)), size - 1) if last.isdecimal() else None
    if not first.isdecimal() or (last and not last.isdecimal()):
        return None
    end = min(int(last), size - 1) if last else size - 1
    return (int(first), end) if not last or int(last) >= int(first) else None


async def _upload(request: Request, number: int) -> Response:
    service = runtime.service()
    if not same_origin(request.headers, service.settings.web.origins):
        return JSONResponse({"error": "not_ours"}, 403)
    most = service.settings.qa.upload_mb * 1_000_000
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            return JSONResponse({"error": "qa_audio_large"}, 413)
    name, who = (request.headers.get(f"x-ccfloor-{one}", "") for one in ("name", "who"))
    return await _answered(_keep, number, _plain(name), _plain(who), bytes(body))


def _plain(header: str) -> str:
    """A header's text: pages send it percent-encoded."""
    return unquote(header)


def _keep(number: int, name: str, who: str, body: bytes) -> Any:
    service = runtime.service()
    asked = (service.viewer(), service.config, service.settings.qa, number, name, body, who)
    recordings.upload(service.engine, *asked, service.floor_now())
    return _desk(number, who)["audio"]


def _remove(body: Said, number: int) -> Any:
    service = runtime.service()
    told = (number, body.who, body.why, service.floor_now())
    recordings.remove(service.engine, service.viewer(), service.config, *told)
    return _desk(number, body.who)["audio"]


# -- shared ----------------------------------------------------------------------------------------------


async def _changed(request: Request, kind: type[Any], call: Callable[..., Any], *more: Any) -> Response:
    if not same_origin(request.headers, runtime.service().settings.web.origins):
        return JSONResponse({"error": "not_ours"}, 403)
    try:
        body = msgspec.json.decode(await request.body(), type=kind)
    except msgspec.DecodeError:
        return JSONResponse({"error": "bad_request"}, 400)
    return await _answered(call, body, *more)


async def _answered(call: Callable[..., Any], *more: Any) -> Response:
    """What a call in a worker thread gives, as JSON."""

    async def told() -> Response:
        found = await asyncio.to_thread(call, *more)
        return Response(msgspec.json.encode(found), media_type="application/json", headers=_CACHE)

    return await _said(told())


async def _said(answer: Any) -> Response:
    """The answer; what cannot be done with its code and status, a conflict with what stands."""
    try:
        found: Response = await answer
        return found
    except Conflict as error:
        return JSONResponse({"error": error.code, **_standing(error.row)}, 409)
    except PeopleError as error:
        return JSONResponse({"error": error.code}, 404 if error.code.startswith("unknown") else 409)
    except Forbidden:
        return JSONResponse({"error": "forbidden"}, 403)


def _standing(row: ScoreRow) -> dict[str, Any]:
    return {"who": row.reviewer, "saved_at": row.saved_at}


_ONE = "/api/v1/qa/scores/{id:int}"
routes: list[Route] = [
    Route(_ONE, one, methods=["GET", "PUT"]),
    Route(f"{_ONE}/submit", submit, methods=["POST"]),
    Route(f"{_ONE}/discard", discard, methods=["POST"]),
    Route(f"{_ONE}/recording", recording, methods=["GET", "PUT", "DELETE"]),
]
