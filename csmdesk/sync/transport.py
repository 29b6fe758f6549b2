"""One request on the wire, in a thread of its own so that a cancel never waits for a time-out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol, TypeAlias

import requests
import urllib3
from requests.auth import AuthBase

from csmdesk.domain.cancel import CancelToken
from csmdesk.sync.api import Api, Patience, check_address

_CHUNK = 1 << 18
_GLANCE = 0.1  # seconds between two looks at the cancel token

Params = Sequence[tuple[str, str]]


class TooLarge(Exception):
    """The answer is larger than the limit."""


class Reader(Protocol):
    """Takes a good answer piece by piece, so that it is never held as a whole."""

    def feed(self, part: bytes) -> None: ...

    def close(self) -> None:
        """The answer is over. ValueError when it cannot have been all of it."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """`reader` has the content of a good answer to a question that came with one."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    reader: Reader | None = None


Ticket: TypeAlias = SimpleQueue[Reply | Exception]
_Question: TypeAlias = tuple[str, str, Params, bytes | None, Reader | None]


class _Signed(AuthBase):
    """An auth object, so that a .netrc of the machine can never replace the key."""

    def __init__(self, header: str) -> None:
        self._header = header

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


class Transport:
    """Keeps the connection open between requests; `close` when done."""

    def __init__(self, api: Api, cancel: CancelToken, patience: Patience) -> None:
        addresses = (api.base_url, *api.hosts.values())
        checked = [check_address(api.source, api.title, address) for address in addresses]
        local = all(checked)
        self._api = api
        self._cancel = cancel
        self._patience = patience
        self._session = requests.Session()
        self._session.trust_env = not local  # proxies are for the world outside
        self._session.headers.update({"Accept": "application/json", **api.headers})
        self._work: SimpleQueue[tuple[_Question, Ticket] | None] = SimpleQueue()
        threading.Thread(target=self._run, name=f"http-{api.source}", daemon=True).start()

    def send(
        self,
        method: str,
        path: str,
        params: Params,
        body: bytes | None,
        reader: Reader | None = None,
    ) -> Ticket:
        """Send a request after those sent before; `receive` gives its answer."""
        ticket: Ticket = SimpleQueue()
        self._work.put(((method, path, params, body, reader), ticket))
        return ticket

    def receive(self, ticket: Ticket) -> Reply:
        """Wait for the whole answer.

        Raises Cancelled at once when cancelled, TooLarge, what requests or the reader raises.
        """
        while True:
            try:
                outcome = ticket.get(timeout=_GLANCE)
            except Empty:
                self._cancel.check()
                continue
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

    def close(self) -> None:
        self._work.put(None)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            question, ticket = work
            try:
                ticket.put(self._exchange(question))
            except Exception as error:
                ticket.put(error)  # raised again in the caller's thread
        self._session.close()

    def _exchange(self, question: _Question) -> Reply:
        """Ask with what we have; when it is refused and can be renewed, ask once more."""
        key = self._api.credentials.current()
        reply = self._ask(key, question)
        renewed = self._api.credentials.renewed(key) if reply.status == 401 else None
        return reply if renewed is None else self._ask(renewed, question)

    def _ask(self, key: str, question: _Question) -> Reply:
        method, path, params, body, reader = question
        headers = {} if body is None else {"Content-Type": "application/json"}
        with self._session.request(
            method,
            self._api.address(path),
            params=list(params),
            data=body,
            headers=headers,
            auth=_Signed(self._api.authorization(key)),
            timeout=(self._patience.connect, self._patience.read),
            allow_redirects=False,  # a key goes nowhere but to the address given
            stream=True,
        ) as response:
            if reader is not None and response.status_code == requests.codes.ok:
                self._feed(reader, response)
                return Reply(response.status_code, response.headers, b"", reader)
            return Reply(response.status_code, response.headers, self._content(response))

    def _feed(self, reader: Reader, response: requests.Response) -> None:
        """As long and as large as it comes: only a pause between two pieces ends it."""
        for part in _arriving(response):
            if self._cancel.cancelled:
                return  # nobody waits for it any more
            reader.feed(part)
        reader.close()

    def _content(self, response: requests.Response) -> bytes:
        return whole_answer(response, self._patience, self._cancel)


def whole_answer(response: requests.Response, patience: Patience, cancel: CancelToken) -> bytes:
    """The content, as long as somebody waits for it. Raises TooLarge, or Timeout when it drips."""
    deadline = time.monotonic() + patience.whole
    parts: list[bytes] = []
    size = 0
    for part in _arriving(response):
        size += len(part)
        if size > patience.most_bytes:
            raise TooLarge
        if time.monotonic() > deadline or cancel.cancelled:
            raise requests.Timeout("the answer takes too long")
        parts.append(part)
    return b"".join(parts)


def _arriving(response: requests.Response) -> Iterator[bytes]:
    """The content as it arrives: `iter_content` would wait for a full piece of what only drips."""
    try:
        while part := response.raw.read1(_CHUNK, decode_content=True):
            yield part
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.Timeout(error) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(error) from error
