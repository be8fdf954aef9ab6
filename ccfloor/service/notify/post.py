"""JSON by HTTP POST, with one time limit for the whole exchange; what goes wrong is an outcome."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, NamedTuple

from ccfloor.service.notify.outcome import SENT, Outcome, later, never
from ccfloor.service.notify.reasons import because
from ccfloor.service.notify.secret import scrubbed

_BODY_MAX = 65_536
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_CHUNK = 4096
_WAIT_MAX_S = 600.0
Judge = Callable[[Mapping[str, Any]], Outcome]


class Answer(NamedTuple):
    """What came back. ``wait_s``: how long the server asks to wait."""

    status: int
    body: bytes
    wait_s: float = 0.0


class Poster:
    """Posts to one address. ``secrets`` are kept out of every error."""

    def __init__(self, url: str, timeout_s: float, ca: str | None, secrets: tuple[str, ...] = ()) -> None:
        self._url, self._timeout_s, self._ca = url, timeout_s, ca
        self._secrets = (url, *secrets)

    def post(
        self, body: bytes, judge: Judge | None, headers: Mapping[str, str] | None = None, query: str = ""
    ) -> Outcome:
        """Post JSON. ``judge`` reads the answer's JSON, None: any 2xx is good. Never raises."""
        sent = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "ccfloor", **(headers or {})}
        try:
            request = urllib.request.Request(with_query(self._url, query), body, sent, method="POST")
            answer = self._exchange(request)
        except (OSError, HTTPException, ValueError) as error:
            return self._unreached(error)
        return self._judged(answer, judge)

    def _exchange(self, request: urllib.request.Request) -> Answer:
        deadline = time.monotonic() + self._timeout_s
        context = ssl.create_default_context(cafile=self._ca) if request.type == "https" else None
        handlers: list[Any] = [_NoRedirect()]
        if context:
            handlers.append(urllib.request.HTTPSHandler(context=context))
        opener = urllib.request.build_opener(*handlers)
        try:
            with opener.open(request, timeout=self._timeout_s) as answer:
                return Answer(answer.status, _read(answer, deadline))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _read(error, deadline), _wait(error.headers))

    def _unreached(self, error: Exception) -> Outcome:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, TimeoutError):
            return later(because("timeout", seconds=f"{self._timeout_s:g}"))
        if isinstance(reason, ssl.SSLCertVerificationError):
            return never(because("certificate", reason=reason.verify_message))
        if isinstance(error, HTTPException):
            return later(because("not_http", reason=type(error).__name__))
        if isinstance(error, ValueError) and not isinstance(error, OSError):
            return never(because("address"))
        return later(because("unreachable", reason=scrubbed(str(reason), self._secrets)))

    def _judged(self, answer: Answer, judge: Judge | None) -> Outcome:
        found = _json(answer.body)
        if judge is not None and isinstance(found, dict) and (answer.status < 500):
            outcome = judge(found)
            if not outcome.sent or 200 <= answer.status < 300:
                return outcome._replace(error=scrubbed(outcome.error, self._secrets))
        if answer.status in _BUSY:
            return later(because("http", status=answer.status), answer.wait_s)
        if not 200 <= answer.status < 300:
            return never(because("http", status=answer.status))
        return SENT if judge is None else later(because("not_json"))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A moved address is told, not followed: a POST would come out as something else."""

    def redirect_request(
        self, req: Any, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def with_query(url: str, query: str) -> str:
    """The address with more of a query behind it."""
    return url + ("&" if "?" in url else "?") + query if query else url


def _read(answer: Any, deadline: float) -> bytes:
    """The body, not beyond a size nor beyond the time."""
    found = b""
    while len(found) < _BODY_MAX:
        if time.monotonic() > deadline:
            raise TimeoutError
        part = answer.read1(_CHUNK) if hasattr(answer, "read1") else answer.read(_CHUNK)
        if not part:
            break
        found += part
    return found


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _wait(headers: Any) -> float:
    """Retry-After in seconds, 0.0 where there is none; a date is not looked at."""
    text = (headers.get("Retry-After") or headers.get("x-ogw-ratelimit-reset") or "").strip()
    return min(float(text), _WAIT_MAX_S) if text.isdecimal() else 0.0
