"""Single sign-on by OpenID Connect: the way to the provider, and what its answer says of a person.

The code flow with PKCE. What a browser brings back is believed only after the provider itself gave a token
for it, signed by a key of the provider, for this program, for this very sign-in, and not over yet.
"""

import logging
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import RequestException

from ccfloor.access.claims import values_of
from ccfloor.access.local import loopback
from ccfloor.service.access.oidc_words import Asked, OidcError, Person
from ccfloor.service.settings import OidcSettings

log = logging.getLogger(__name__)
SKEW_S = 60  # how far the provider's clock may be from ours
_TIMEOUT_S = 5.0
_KNOWN_S = 3600.0  # what the provider says of itself is asked for again after so long
_REST_S = 5.0  # a provider that did not answer is left alone so long
_SUBJECT_MAX = 500
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_SIGNED = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)  # some add headers of their own
_SIGNING = ("RSA", "EC")
_Told = dict[str, Any]


class Provider:
    """The provider of the settings. Its methods wait for it: to be called in a worker thread."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], float]) -> None:
        self._settings, self._clock = settings, clock
        self._metadata: _Told = {}
        self._keys: KeySet | None = None
        self._read_at = self._failed_at = float("-inf")
        self._lock = Lock()

    def way_there(self, back: str) -> tuple[str, Asked]:
        """The address at which a person signs in, and what to recognise the answer by."""
        asked = Asked(generate_token(40), generate_token(40), generate_token(64))
        address, _ = self._session(back).create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=asked.state,
            nonce=asked.nonce,
            code_verifier=asked.verifier,
        )
        return str(address), asked

    def person(self, asked: Asked, code: str, back: str) -> Person:
        """Who signed in. Raises OidcError: ``down``, ``odd``, ``invalid``."""
        address = self._endpoint("token_endpoint")
        session = self._session(back)
        try:
            token = dict(
                session.fetch_token(
                    address,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=asked.verifier,
                    allow_redirects=False,
                )
            )
        except (RequestException, AuthlibBaseError, ValueError) as error:
            raise _failed("token", error) from None
        claims = self._claims(token, asked.nonce)
        subject = str(claims["sub"])
        if not 0 < len(subject) <= _SUBJECT_MAX:
            raise OidcError("invalid")
        return Person(f"{claims['iss']}|{subject}", self._completed(claims, token, session))

    def way_out(self, back: str) -> str:
        """The address at which the person's session at the provider ends; "" where it has none."""
        address = str(self._known().get("end_session_endpoint", ""))
        asked = {"client_id": self._settings.client_id, "post_logout_redirect_uri": back}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}" if secure(address) else ""

    @property
    def issuer(self) -> str:
        """The provider by its own name. Raises OidcError."""
        return str(self._known()["issuer"])

    # -- what the provider says of itself ---------------------------------------------------------

    def _known(self) -> _Told:
        with self._lock:
            now = self._clock()
            if self._metadata and now - self._read_at < _KNOWN_S:
                return self._metadata
            if now - self._failed_at < _REST_S:
                raise OidcError("down")
            try:
                self._metadata, self._keys = self._described(), None
            except OidcError:
                self._failed_at = now
                raise
            self._read_at = now
            return self._metadata

    def _described(self) -> _Told:
        issuer = self._settings.issuer.rstrip("/")
        found = self._get(f"{issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != issuer:
            log.warning("single sign-on: the provider calls itself another issuer than oidc.issuer")
            raise OidcError("odd")
        return found

    def _endpoint(self, name: str) -> str:
        address = str(self._known().get(name, ""))
        if not secure(address):
            log.warning("single sign-on: the provider tells no safe %s", name)
            raise OidcError("odd")
        return address

    def _get(self, address: str, **headers: str) -> _Told:
        try:
            answer = self._session("").get(
                address, withhold_token=True, headers=headers, allow_redirects=False
            )
            answer.raise_for_status()
            found = answer.json()
        except (RequestException, ValueError) as error:
            raise _failed(urlsplit(address).path, error) from None
        if not isinstance(found, dict):
            raise OidcError("odd")
        return found

    def _session(self, back: str) -> OAuth2Session:
        settings = self._settings
        secret = settings.client_secret.get_secret_value()
        ways = self._metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        posts = "client_secret_basic" not in ways and "client_secret_post" in ways
        known_by = ("client_secret_post" if posts else "client_secret_basic") if secret else "none"
        return OAuth2Session(
            settings.client_id,
            secret or None,
            token_endpoint_auth_method=known_by,
            scope=settings.scopes,
            redirect_uri=back,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT_S,
        )

    # -- what it says of a person -----------------------------------------------------------------

    def _claims(self, token: _Told, nonce: str) -> _Told:
        """The claims of an ID token that is the provider's, ours, of this sign-in, and not over."""
        told = token.get("id_token")
        if not isinstance(told, str) or not nonce:
            raise OidcError("invalid")
        options = {"iss": {"value": self.issuer}, "aud": {"value": self._settings.client_id}}
        params = {"nonce": nonce, "client_id": self._settings.client_id, "access_token": _access(token)}
        try:
            found = self._verified(told)
            claims = CodeIDToken(found.claims, found.header, options, params)
            claims.validate(int(self._clock()), SKEW_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("single sign-on: an ID token is refused: %s: %s", type(error).__name__, error)
            raise OidcError("invalid") from None
        return dict(claims)

    def _verified(self, told: str) -> jwt.Token:
        """The token, signed by a key of the provider's; a key that is not known is looked for once more."""
        had = self._keys
        try:
            return jwt.decode(told, had or self._read_keys(), registry=_SIGNED)
        except (InvalidKeyIdError, BadSignatureError):
            if had is None:
                raise
        return jwt.decode(told, self._read_keys(), registry=_SIGNED)

    def _read_keys(self) -> KeySet:
        listed = self._get(self._endpoint("jwks_uri")).get("keys")
        keys = [key for key in listed or () if isinstance(key, dict)]
        usable = [key for key in keys if key.get("kty") in _SIGNING and key.get("use") != "enc"]
        self._keys = KeySet.import_key_set({"keys": usable})
        return self._keys

    def _completed(self, claims: _Told, token: _Told, session: OAuth2Session) -> _Told:
        """With what the provider tells only when asked, where the rules need a claim that is not there."""
        settings = self._settings
        needed = [settings.name_claim, settings.agent_claim, *(rule.claim for rule in settings.rules)]
        address = self._known().get("userinfo_endpoint")
        access = _access(token)
        if not address or not access or all(values_of(claims, name) for name in needed if name):
            return claims
        more = self._get(self._endpoint("userinfo_endpoint"), Authorization=f"Bearer {access}")
        if more.get("sub") != claims["sub"]:
            raise OidcError("invalid")
        return more | claims


def _access(token: _Told) -> str:
    found = token.get("access_token")
    return found if isinstance(found, str) else ""


def _failed(what: str, error: Exception) -> OidcError:
    """Why the provider gave nothing: it is not there, or it says no. Its words are not for the screen."""
    refused = isinstance(error, AuthlibBaseError)
    why = error.error if isinstance(error, AuthlibBaseError) else type(error).__name__
    log.warning("single sign-on: %s: %s", what, str(why)[:100])
    return OidcError("invalid" if refused else "down")


def secure(address: str) -> bool:
    """Whether an address is https, or on this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname or ""))
