"""Signing in to a vendor: authorization and token endpoints, rotating tokens, PKCE.

The person at the sandbox's browser is always there and agrees at once: the page is a redirect.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from urllib.parse import parse_qs, urlencode, urlsplit

from csmdesk.sandbox.wire import Json, Request, Response

CLIENT_ID = "csmdesk-sandbox"
EVENTS = frozenset({"expire", "revoke", "deny"})
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class _Code:
    """What a code was given for; it is good for one exchange."""

    redirect_uri: str
    challenge: str


class Authority:
    """The tokens of one vendor; safe for several threads. `key` is always accepted: it is for
    tests that do not sign in. `lifetime`: seconds of an access token, None = unlimited."""

    def __init__(self, key: str, lifetime: int | None, now: Callable[[], float]) -> None:
        self._key = key
        self._lifetime = lifetime
        self._now = now
        self._lock = Lock()
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, float] = {}  # token -> when it ends
        self._refresh: set[str] = set()
        self._denies = 0
        self._expires_after: int | None = None
        self.renewals = 0

    def accepts(self, bearer: str | None) -> bool:
        """Whether a request with this token is let in; counts it when tokens are to expire."""
        if bearer == self._key:
            return True
        with self._lock:
            if self._expires_after is not None and bearer in self._access:
                self._expires_after -= 1
                if self._expires_after < 0:
                    self._expires_after = None
                    self._access.clear()
            return self._now() < self._access.get(bearer or "", 0.0)

    def happen(self, event: str, after: int) -> None:
        """`expire`: access tokens die after that many more requests; `revoke`: the person takes
        everything back; `deny`: the next sign-in is refused."""
        with self._lock:
            if event == "expire":
                self._expires_after = after
            elif event == "deny":
                self._denies += 1
            else:
                self._access.clear()
                self._refresh.clear()

    def authorize(self, request: Request, _: dict[str, str]) -> Response:
        """Back to the app at once, with a code or an error."""
        asked = {name: values[0] for name, values in request.query.items()}
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT_ID or urlsplit(redirect).hostname not in _LOOPBACK:
            return Response(400, {"error": "invalid_client", "error_description": "unknown app"})
        answer = {"state": asked.get("state", "")}
        with self._lock:
            if self._denies:
                self._denies -= 1
                answer["error"] = "access_denied"
            elif (
                asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256"
            ):
                answer["error"] = "invalid_request"
            else:
                answer["code"] = secrets.token_urlsafe(24)
                self._codes[answer["code"]] = _Code(redirect, asked.get("code_challenge", ""))
        return Response(302, None, {"Location": f"{redirect}?{urlencode(answer)}"})

    def tokens(self, request: Request) -> Json | Response:
        """The fields that every vendor's answer has, or the refusal."""
        asked = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if asked.get("client_id") != CLIENT_ID or "client_secret" in asked:
            return _refused("invalid_client", "client identifier invalid")
        with self._lock:
            if not self._granted(asked):
                return _refused("invalid_grant", "expired or revoked")
            # One pair lives at a time: whoever renews takes it from all others.
            access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
            self._refresh = {refresh}
            end = float("inf") if self._lifetime is None else self._now() + self._lifetime
            self._access = {access: end}
        answer: Json = {"access_token": access, "refresh_token": refresh}
        return answer if self._lifetime is None else answer | {"expires_in": self._lifetime}

    def _granted(self, asked: dict[str, str]) -> bool:
        if asked.get("grant_type") == "refresh_token":
            self.renewals += 1
            return asked.get("refresh_token") in self._refresh
        code = self._codes.pop(asked.get("code", ""), None)
        if code is None or asked.get("grant_type") != "authorization_code":
            return False
        verifier = asked.get("code_verifier", "")
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return challenge == code.challenge and asked.get("redirect_uri") == code.redirect_uri


def _refused(error: str, description: str) -> Response:
    return Response(400, {"error": error, "error_description": description})
