"""The HTTP side: one threading server, a path prefix for each system, faults on the wire."""

from __future__ import annotations

import math
import socket
import struct
import sys
import time
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from csmdesk.sandbox import faults
from csmdesk.sandbox.faults import Fault, FaultList, spoiled
from csmdesk.sandbox.limits import Limits
from csmdesk.sandbox.state import State
from csmdesk.sandbox.wire import Request, Response, Vendor, pieces

# A client that is gone is no event: these are all ways to learn of it.
_GONE = (ConnectionError, TimeoutError)
_SLOW_PIECES = 10


class SandboxServer(ThreadingHTTPServer):
    """Serves the systems on loopback until `shutdown`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        port: int,
        state: State,
        fault_list: FaultList,
        limits: Limits,
        systems: Mapping[str, Vendor],
    ) -> None:
        self.state = state
        self.faults = fault_list
        self.limits = limits
        self.systems = systems
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A trace for what is our fault, silence for a client that hung up."""
        if not isinstance(sys.exc_info()[1], _GONE):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: SandboxServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    _skew = 0.0  # seconds by which the next answer tells a wrong time

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        _, system, *rest = parts.path.split("/", 2)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            "/" + "".join(rest),
            parse_qs(parts.query, keep_blank_values=True),
            self.headers,
            self.rfile.read(length),
        )
        vendor = self.server.systems.get(system)
        if vendor is None:
            self._send(Response(404, {"error": f"no system at /{system}"}))
            return
        # The control's own calls are neither logged nor disturbed.
        if system.startswith("_"):
            self._send(vendor.handle(request))
            return
        wait = self.server.limits.wait(system, request.path)
        fault = None if wait else self.server.faults.take(system, request)
        response = (
            vendor.trouble("429", math.ceil(wait)) if wait else self._answer(vendor, request, fault)
        )
        self.server.state.requests.append(
            {
                "system": system,
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "status": response.status,
            }
        )
        self._deliver(response, fault)

    def _answer(self, vendor: Vendor, request: Request, fault: Fault | None) -> Response:
        if fault is not None and fault.kind in faults.ANSWERS:
            return vendor.trouble(fault.kind, fault.retry_after)
        response = vendor.handle(request)
        if fault is not None and fault.kind in faults.ROWS:
            return spoiled(vendor, fault.kind, response)
        return response

    def _deliver(self, response: Response, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if fault is None or kind not in faults.WIRE:
            self._send(response)
            return
        if kind == "skew":
            self._skew = fault.seconds
            self._send(response)
            self._skew = 0.0
            return
        if kind == "hang":
            time.sleep(fault.seconds)
            self.close_connection = True
            return
        body = response.encoded()
        if kind == "cut":
            # A complete HTTP answer of half a JSON document.
            self._send_bytes(response, body[: len(body) // 2])
        elif kind == "slow":
            size = max(len(body) // _SLOW_PIECES, 1)
            self._head(response, len(body))
            for piece in pieces(body, size):
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(fault.seconds / _SLOW_PIECES)
        else:
            self._reset(response, body)

    def _reset(self, response: Response, body: bytes) -> None:
        """Half of the announced body, then a TCP reset."""
        self._head(response, len(body))
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        self.connection.close()

    def _send(self, response: Response) -> None:
        if response.chunks is not None:
            self._send_chunks(response, response.chunks)
        else:
            self._send_bytes(response, response.encoded())

    def _send_bytes(self, response: Response, body: bytes) -> None:
        self._head(response, len(body))
        for piece in pieces(body):
            self.wfile.write(piece)

    def _send_chunks(self, response: Response, chunks: Iterable[bytes]) -> None:
        self._head(response, None)
        for chunk in chunks:
            if chunk:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, response: Response, length: int | None) -> None:
        self.send_response(response.status)
        usual = {"Content-Type": "application/json;charset=utf-8"}
        for name, value in (usual | response.headers).items():
            self.send_header(name, value)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` header tells the world's time, not the machine's."""
        moment = self.server.state.now() + self._skew if timestamp is None else timestamp
        return formatdate(moment, usegmt=True)

    def version_string(self) -> str:
        return "csmdesk-sandbox"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet: what was asked is at `/_sandbox/requests`."""
