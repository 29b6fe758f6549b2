"""A tiny HTTP server on loopback that answers as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NOW = 1_795_200_000


@dataclass
class Answer:
    """`raw` goes out instead of `payload`; `announce` lies about the length; `wait` in seconds."""

    status: int = 200
    payload: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    announce: int | None = None
    wait: float = 0.0


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


Script = Callable[[Asked], Answer]


@dataclass
class Loopback:
    base_url: str
    asked: list[Asked]


@contextmanager
def serving(script: Script | list[Answer]) -> Iterator[Loopback]:
    """Serve the answers of a list in order (the last one for ever), or what a function says."""
    asked: list[Asked] = []
    left = list(script) if isinstance(script, list) else []
    released = threading.Event()

    def answer(request: Asked) -> Answer:
        asked.append(request)
        if callable(script):
            return script(request)
        return left.pop(0) if len(left) > 1 else left[0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            told = answer(Asked(self.command, self.path, dict(self.headers), body))
            if told.wait:
                released.wait(told.wait)
            content = told.raw if told.raw is not None else json.dumps(told.payload).encode()
            self.send_response_only(told.status)
            for name, value in {"Date": formatdate(NOW, usegmt=True), **told.headers}.items():
                self.send_header(name, value)
            announced = len(content) if told.announce is None else told.announce
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = announced != len(content)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Loopback(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        released.set()
        server.shutdown()
        server.server_close()
