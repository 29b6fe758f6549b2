"""The browser's way back: a small HTTP server on loopback that waits for one answer."""

from __future__ import annotations

import hmac
import sys
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import AuthError, SourceError
from csmdesk.sync.oauth.provider import CALLBACK, PORTS, Provider

_GLANCE = 0.1  # seconds between two looks at the cancel token
_DONE = "You are signed in. This window can be closed."
_REFUSED = "CSMDesk was not given access. This window can be closed."
_STRANGE = "This is not the sign-in that CSMDesk waits for."


class Listener:
    """Waits for the answer that carries `state`; a context manager. `port` is where it listens."""

    def __init__(self, provider: Provider, state: str, ports: Sequence[int] = PORTS) -> None:
        self._provider = provider
        self._state = state
        self._answers: SimpleQueue[dict[str, str]] = SimpleQueue()
        self._server = self._bound(ports)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Listener:
        threading.Thread(target=self._server.serve_forever, args=(_GLANCE,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def code(self, cancel: CancelToken, timeout: float) -> str:
        """The code of the answer. Raises Cancelled, or AuthError when there comes none."""
        title, source = self._provider.title, self._provider.source
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            cancel.check()
            try:
                answer = self._answers.get(timeout=_GLANCE)
            except Empty:
                continue
            if "code" in answer:
                return answer["code"]
            raise AuthError(
                source,
                f"{title} gave CSMDesk no access ({_word(answer.get('error', 'no reason told'))}).",
                "Sign in again and agree, or ask an admin whether the app is allowed.",
            )
        raise AuthError(
            source,
            f"Nobody signed in to {title} within {timeout / 60:.0f} minutes.",
            "Begin again when you are ready.",
        )

    def take(self, query: str) -> tuple[int, str]:
        """Status and text for a browser that came back with this query."""
        answer = {name: values[0] for name, values in parse_qs(query).items()}
        told = answer.get("state", "").encode()
        if not hmac.compare_digest(told, self._state.encode()):
            return 400, _STRANGE  # an older attempt, or somebody else's: go on waiting
        self._answers.put(answer)
        return 200, _DONE if "code" in answer else _REFUSED

    def _bound(self, ports: Sequence[int]) -> _Server:
        for port in ports:
            try:
                return _Server(port, self)
            except OSError:
                continue
        listed = ", ".join(map(str, ports))
        raise SourceError(
            self._provider.source,
            f"The ports for signing in ({listed}) are all in use by other programs.",
            "Close the program that uses one of them, or another sign-in that is still open.",
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there it lets two programs share a port

    def __init__(self, port: int, listener: Listener) -> None:
        self.listener = listener
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no event."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5.0  # browsers open connections that they do not use

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        status, text = 404, "There is nothing here."
        if parts.path == CALLBACK:
            status, text = self.server.listener.take(parts.query)
        body = f"<!doctype html><meta charset=utf-8><title>CSMDesk</title><p>{text}</p>".encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet: the request line holds the code."""


def _word(text: str) -> str:
    """An error code as the system sent it, cut to what one looks like."""
    return "".join(letter for letter in text if letter.isalnum() or letter in "_- ")[:60]
