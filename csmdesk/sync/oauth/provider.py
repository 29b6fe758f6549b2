"""Where a person signs in to one system, and as which registered app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from csmdesk.domain.errors import BadInput
from csmdesk.sync.api import check_address

PORTS = (18765, 18766, 18767)
"""Where the browser comes back to; an admin registers each of them with the app."""
CALLBACK = "/callback"


@dataclass(frozen=True, slots=True)
class Provider:
    """`redirect_host`: how the system wants this machine to be named; `more`: what it wants to be
    told beside the standard when it gives tokens."""

    source: str
    title: str
    authorize_url: str
    token_url: str
    client_id: str
    scope: str
    redirect_host: str = "127.0.0.1"
    more: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raise what keeps a sign-in from beginning: no app, or an unsafe address."""
        if not self.client_id:
            raise BadInput(
                f"{self.title}: the client id of your app is missing.",
                "docs/connectors.md, “Sign-in”, tells which app to register; give its id with"
                " --client-id or as client_id in workspace.toml.",
            )
        for address in (self.authorize_url, self.token_url):
            check_address(self.source, self.title, address)

    def redirect_uri(self, port: int) -> str:
        return f"http://{self.redirect_host}:{port}{CALLBACK}"

    def page(self, port: int, state: str, challenge: str) -> str:
        """The address at which the person agrees; it holds no secret."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri(port),
            "scope": self.scope,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.authorize_url}?{urlencode(query)}"
