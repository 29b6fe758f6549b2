"""Tokens, and the one address that gives them: for a code, or for the token that renews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import requests

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import AuthError, BadAnswer, SourceError, Unreachable
from csmdesk.sync.api import Patience, check_address
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.transport import TooLarge, whole_answer

_MOST_KEPT = 1_200
"""Characters; Windows keeps a little more in one entry of its keyring."""
_SHOWN = 200
_DEAD = frozenset({"invalid_grant", "invalid_token"})


class Tokens(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`refresh` gives the next pair, once. `until`: epoch seconds, 0 when the system says nothing;
    `address`: where it said that its API is."""

    refresh: str
    access: str = ""
    until: int = 0
    address: str = ""

    def __repr__(self) -> str:
        return "Tokens(***)"

    def text(self) -> str:
        """As it is kept in the keyring. An access token too long for it is asked for again."""
        whole = msgspec.json.encode(self).decode()
        if len(whole) <= _MOST_KEPT:
            return whole
        return msgspec.json.encode(msgspec.structs.replace(self, access="")).decode()

    @classmethod
    def of_text(cls, text: str) -> Tokens | None:
        """What was kept, None when it is something else."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError:
            return None


class _Answer(msgspec.Struct):
    access_token: str
    refresh_token: str = ""
    expires_in: int | None = None
    instance_url: str = ""


class _Error(msgspec.Struct):
    error: Any = ""
    error_description: Any = ""


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """Asks a provider for tokens."""

    provider: Provider
    patience: Patience = field(default_factory=Patience)

    def of_code(self, code: str, verifier: str, redirect_uri: str, now: int) -> Tokens:
        """The first pair after a sign-in."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        return self._ask(fields, now, Tokens(refresh=""))

    def after(self, tokens: Tokens, now: int) -> Tokens:
        """The next pair; the one before is dead from then on. AuthError: sign in again."""
        fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        return self._ask(fields, now, tokens)

    def _ask(self, fields: Mapping[str, str], now: int, before: Tokens) -> Tokens:
        provider = self.provider
        form = {**fields, "client_id": provider.client_id, **provider.more}
        status, content = self._post(form)
        if status != 200:
            raise self._refusal(status, content, fields)
        try:
            answer = msgspec.json.decode(content, type=_Answer)
        except msgspec.DecodeError:
            raise BadAnswer(
                provider.source,
                f"{provider.title}: the answer to the sign-in is not what was promised.",
                "Try again; when it stays so, the address of the sign-in may be wrong.",
            ) from None
        refresh = answer.refresh_token or before.refresh
        if not refresh:
            raise SourceError(
                provider.source,
                f"{provider.title} lets CSMDesk in for a short time only.",
                "Give the registered app the permission to refresh (docs/connectors.md, “Sign-in”).",
            )
        return Tokens(
            refresh=refresh,
            access=answer.access_token,
            until=0 if answer.expires_in is None else now + answer.expires_in,
            address=answer.instance_url or before.address,
        )

    def _post(self, form: Mapping[str, str]) -> tuple[int, bytes]:
        provider, patience = self.provider, self.patience
        local = check_address(provider.source, provider.title, provider.token_url)
        with requests.Session() as session:
            session.trust_env = not local
            try:
                with session.post(
                    provider.token_url,
                    data=form,
                    headers={"Accept": "application/json"},
                    auth=_unsigned,
                    timeout=(patience.connect, patience.read),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    return response.status_code, whole_answer(response, patience, CancelToken())
            except requests.RequestException:
                raise self._unreachable("cannot be reached") from None
            except TooLarge:
                raise self._unreachable("answers without end") from None

    def _refusal(self, status: int, content: bytes, fields: Mapping[str, str]) -> SourceError:
        """A sentence without the secrets that were sent."""
        provider = self.provider
        if status >= 500 or status in (408, 429):
            return self._unreachable(f"has trouble of its own (error {status})")
        try:
            error = msgspec.json.decode(content, type=_Error)
        except (msgspec.DecodeError, UnicodeDecodeError):
            error = _Error()
        if error.error in _DEAD:
            return AuthError(
                provider.source,
                f"{provider.title} does not accept the sign-in any more.",
                again(provider.source),
            )
        words = " ".join(f"{error.error} {error.error_description}".split())
        for secret in fields.values():
            words = words.replace(secret, "***")
        return AuthError(
            provider.source,
            f"{provider.title} refused the sign-in (error {status}: {words[:_SHOWN]}).",
            "Check client id and address of the sign-in (docs/connectors.md, “Sign-in”).",
        )

    def _unreachable(self, what: str) -> Unreachable:
        return Unreachable(
            self.provider.source,
            f"The sign-in of {self.provider.title} {what}.",
            "Check the network connection; the next synchronisation goes on from here.",
        )


def again(source: str) -> str:
    """What a person does about a sign-in that is over."""
    return f"Sign in again: on the Sources page, or with `csmdesk connect {source}`."


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An auth that adds nothing, so that a .netrc of the machine adds nothing either."""
    return request
