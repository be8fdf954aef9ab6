"""A provider of identities on a free port: discovery, keys, sign-in, tokens; it can be told to lie."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.fakes.fake_server import free_port, until

CLIENT, SECRET = "ccfloor", "the-secret-of-the-client"


class FakeProvider:
    """``person``: the claims of who signs in. ``lies``: claims of ID tokens that are not true."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.port = free_port()
        self.clock = clock
        self.person: dict[str, Any] = {"sub": "u-1", "preferred_username": "li.ming", "name": "李明"}
        self.more: dict[str, Any] = {}  # told only by the userinfo endpoint
        self.lies: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.header: dict[str, Any] = {}
        self.endpoints = ("end_session_endpoint",)
        self.called: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()
        self.rotate()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rotate(self) -> None:
        """Another key, under another name, and only that one."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})

    def signed(self, claims: dict[str, Any]) -> str:
        registry = jws.JWSRegistry(strict_check_header=False)
        header = {"alg": "RS256", "kid": self.key.kid} | self.header
        return jwt.encode(header, claims, self.key, registry=registry)

    def unsigned(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "none"}, claims, OctKey.import_key("x" * 32), ["none"])

    def signed_by_its_public_key(self, claims: dict[str, Any]) -> str:
        """The old trick: the public key taken for a shared secret."""
        header = {"alg": "HS256", "kid": self.key.kid}
        body = ".".join(_part(json.dumps(part).encode()) for part in (header, claims))
        mark = hmac.digest(self.key.as_pem(private=False), body.encode(), "sha256")
        return f"{body}.{_part(mark)}"

    def signed_by_another(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, RSAKey.generate_key(2048))

    # -- the server -------------------------------------------------------------------------------

    def start(self) -> None:
        config = uvicorn.Config(self._app(), host="127.0.0.1", port=self.port, log_level="error")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: bool(self._server and self._server.started), 30, "the provider answers")

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(10)

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize, methods=["GET", "POST"]),
                Route("/token", self._token, methods=["POST"]),
                Route("/userinfo", self._userinfo),
                Route("/end", self._end),
            ]
        )

    async def _discovery(self, _request: Request) -> Response:
        self.called.append("discovery")
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return JSONResponse(told | {name: f"{self.issuer}/end" for name in self.endpoints})

    async def _keys(self, _request: Request) -> Response:
        self.called.append("keys")
        return JSONResponse({"keys": [self.key.as_dict(private=False), {"kty": "OKP", "crv": "?"}]})

    async def _authorize(self, request: Request) -> Response:
        """GET: who signs in is asked. POST: it is this person."""
        asked = dict(request.query_params)
        if request.method == "GET":
            name = escape(str(self.person.get("name", "")))
            return HTMLResponse(
                f"<h1>Provider</h1><form method='post'><button>Sign in as {name}</button></form>"
            )
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 303)

    async def _token(self, request: Request) -> Response:
        self.called.append("token")
        told = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(told.get("code", ""), None)
        if request.headers.get("authorization") != _basic():
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or not _fits(asked, told):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self.clock())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        access = secrets.token_urlsafe(16)
        self._tokens.add(access)
        body = {"access_token": access, "token_type": "Bearer", "expires_in": 300}
        return JSONResponse(body | {"id_token": self.sign(claims | self.person | self.lies)})

    async def _userinfo(self, request: Request) -> Response:
        self.called.append("userinfo")
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse({"sub": self.person["sub"]} | self.more)

    async def _end(self, request: Request) -> Response:
        self.called.append("end")
        return HTMLResponse(f"<h1>Signed out</h1>{escape(request.url.query)}")


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()


def _fits(asked: dict[str, str], told: dict[str, str]) -> bool:
    """Whether the one who brings the code is the one who asked for it (RFC 7636)."""
    digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
    challenge = _part(digest)
    return (
        asked.get("code_challenge_method") == "S256"
        and asked.get("code_challenge") == challenge
        and asked["redirect_uri"] == told.get("redirect_uri")
    )
