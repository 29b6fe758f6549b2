"""On the wire: cancel, certificates, proxies, limits, quotas, and secrets that stay secret."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import logging
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import BadAnswer, Cancelled, RateLimited, SourceError, Unreachable
from csmdesk.sync import transport
from csmdesk.sync.api import Api, Patience, Quota, basic
from csmdesk.sync.budget import Budget
from csmdesk.sync.client import HttpClient
from csmdesk.sync.connectors.chargebee import complain
from csmdesk.sync.credentials import PastedKey
from csmdesk.sync.oauth.provider import Provider
from csmdesk.sync.oauth.tokens import TokenAddress
from tests.sync.loopback import Answer, serving
from tests.sync.test_client import QUICK

KEY = "csmdesk.sa:top-secret-words"
ALLOWED = 0.2  # seconds from a cancel to its report


def client_at(
    address: str, patience: Patience = QUICK, quotas: tuple[Quota, ...] = ()
) -> HttpClient:
    api = Api(
        "chargebee", "Chargebee", address, PastedKey(KEY), complain, authorization=basic,
        quotas=quotas,
    )  # fmt: skip
    return HttpClient(api, CancelToken(), patience, jitter=lambda: 0.5)


@contextmanager
def raw_server(speak: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which `speak` has every connection; gone with the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=_quietly, args=(speak, connection), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        listening.close()


def _quietly(speak: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):  # the client hung up
        speak(connection)


def drip(connection: socket.socket) -> None:
    """An answer that never ends: a byte now and then."""
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.02)


# -- cancel


class Nothing:
    def feed(self, part: bytes) -> None:
        """Every piece is dropped."""

    def close(self) -> None:
        raise AssertionError("the answer never ends")


def ask_twice(client: HttpClient, how: str) -> None:
    if how == "stream":
        client.read("/x", Nothing)
    client.get("/x", dict)
    client.get("/x", dict)


@pytest.mark.parametrize("how", ["hang", "drip", "stream", "retry", "quota"])
def test_a_cancel_is_reported_within_200_milliseconds(how: str) -> None:
    answers = {
        "hang": [Answer(payload={}, wait=30)],
        "retry": [Answer(429, {"message": "slow"}, {"Retry-After": "60"})],
        "quota": [Answer(payload={})],
    }
    slow = Patience(connect=60, read=60, whole=60)
    quotas = (Quota("", 1, 100.0),) if how == "quota" else ()

    def ask(address: str) -> float:
        client = client_at(address, slow, quotas)
        cancelled: list[float] = []

        def cancel() -> None:
            cancelled.append(time.monotonic())
            client.cancel.cancel()

        timer = threading.Timer(0.3, cancel)
        timer.start()
        with pytest.raises(Cancelled):
            ask_twice(client, how)
        passed = time.monotonic() - cancelled[0]
        client.close()
        return passed

    if how in answers:
        with serving(answers[how]) as server:
            assert min(ask(server.base_url) for _ in range(2)) < ALLOWED
    else:
        with raw_server(drip) as port:
            assert min(ask(f"http://127.0.0.1:{port}") for _ in range(2)) < ALLOWED


# -- limits


def test_an_answer_that_drips_has_an_end() -> None:
    with raw_server(drip) as port:
        client = client_at(f"http://127.0.0.1:{port}", Patience(whole=0.2, attempts=1))
        with pytest.raises(Unreachable, match="in time"):
            client.get("/x", dict)
        client.close()


def test_an_answer_that_unfolds_beyond_the_limit_is_refused() -> None:
    bomb = gzip.compress(b" " * 5_000_000)
    answer = Answer(raw=bomb, headers={"Content-Encoding": "gzip"})
    with serving([answer]) as server:
        client = client_at(server.base_url, Patience(most_bytes=1_000_000, attempts=1))
        with pytest.raises(BadAnswer, match="larger than 1,000,000 bytes"):
            client.get("/x", dict)
        client.close()


def test_quotas_are_kept_without_being_told() -> None:
    now = [0.0]
    quotas = (Quota("export", 3, 1.0), Quota("export", 5, 3600.0))
    budget = Budget(lambda: now[0], 0.1, quotas)
    waits = []
    for _ in range(6):
        waits.append(budget.delay("export"))
        now[0] += waits[-1]
        budget.sent("export")
    assert waits == pytest.approx([0, 0, 0, 1, 0, 3599])
    assert budget.delay("query") == 0
    assert budget.free("query")


def test_a_quota_that_is_used_up_for_long_is_an_error_that_says_when() -> None:
    with serving([Answer(payload={})]) as server:
        client = client_at(server.base_url, quotas=(Quota("", 1, 3600.0),))
        client.get("/x", dict)
        with pytest.raises(RateLimited) as caught:
            client.get("/x", dict)
        assert "60 minutes" in caught.value.remedy
        assert len(server.asked) == 1
        client.close()


@pytest.mark.parametrize("asked", ["\xb2", "9" * 400, "-1", "soon"])
def test_a_wait_that_is_none_is_survived(asked: str) -> None:
    headers = {"Retry-After": asked, "X-RateLimit-Limit": asked, "X-RateLimit-Reset": asked}
    with serving([Answer(429, {"message": "slow"}, headers)]) as server:
        client = client_at(server.base_url)
        with pytest.raises(RateLimited):
            client.get("/x", dict)
        client.close()


def test_a_sign_in_reads_no_endless_answer() -> None:
    with serving([Answer(raw=b" " * 5_000_000)]) as server:
        address = f"{server.base_url}/token"
        provider = Provider("zendesk", "Zendesk", address, address, "app", "read")
        asking = TokenAddress(provider, Patience(most_bytes=1_000_000))
        with pytest.raises(Unreachable, match="sign-in of Zendesk answers without end"):
            asking.of_code("code", "verifier", "http://127.0.0.1:1/callback", 0)


# -- certificates and proxies


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company's own authority, certificate and key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(_loopback())])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("ca") / "own.pem"
    plain = serialization.NoEncryption()
    pkcs8, pem = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, pkcs8, plain))
    return path


def _loopback() -> object:
    from ipaddress import ip_address

    return ip_address("127.0.0.1")


@contextmanager
def secure_server(certificate: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"fine": true}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine stands for the world outside, where proxies and own authorities count."""
    monkeypatch.setattr(transport, "check_address", lambda *_: False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("outside")
def test_a_certificate_nobody_vouches_for_ends_it(certificate: Path) -> None:
    with secure_server(certificate) as address:
        client = client_at(address, Patience(attempts=1))
        with pytest.raises(Unreachable, match="certificate that cannot be trusted"):
            client.get("/x", dict)
        client.close()


@pytest.mark.usefixtures("outside")
def test_an_authority_of_ones_own_is_honoured(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with secure_server(certificate) as address:
        client = client_at(address)
        assert client.get("/x", dict) == {"fine": True}
        client.close()


@pytest.mark.usefixtures("outside")
def test_a_proxy_is_honoured_and_never_sees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    def refuse(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    with raw_server(refuse) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        client = client_at("https://acme.chargebee.example", Patience(attempts=1))
        with pytest.raises(Unreachable):
            client.get("/x", dict)
        client.close()
    assert seen[0].startswith(b"CONNECT acme.chargebee.example:443")
    assert b"secret" not in seen[0]
    assert b"Authorization: Basic" not in seen[0]


# -- secrets


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
def test_a_system_that_repeats_our_key_gives_nothing_away(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = f"{KEY} and {basic(KEY)} and {basic(KEY + ':')} and top-secret-words"
    body = [told] if status == 200 else {"message": told, "api_error_code": told}
    with serving([Answer(status, body)]) as server:
        client = client_at(server.base_url, Patience(attempts=1))
        with pytest.raises(SourceError) as caught:
            client.get("/x", dict)
        client.close()
    shown = "".join(traceback.format_exception(caught.value))
    for text in (shown, repr(client.api), str(caught.value.sentence()), caplog.text):
        assert "secret-words" not in text
        assert basic(KEY).removeprefix("Basic ") not in text
