"""One HTTP client for all systems: waits, retries by outcome, and errors that a person can act on."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import msgspec
import requests

from csmdesk.domain.cancel import CancelToken
from csmdesk.domain.errors import AuthError, BadAnswer, RateLimited, SourceError, Unreachable
from csmdesk.domain.source_status import Rate
from csmdesk.sync.api import Api, Patience
from csmdesk.sync.budget import Budget, asked_wait, server_time
from csmdesk.sync.decode import readable
from csmdesk.sync.errors import Complaint, LacksPermission, Refused
from csmdesk.sync.transport import Params, Reader, Reply, Ticket, TooLarge, Transport

T = TypeVar("T")
R = TypeVar("R", bound=Reader)
E = TypeVar("E", bound=SourceError)
_SHOWN = 300  # characters of a vendor's own words in a message


class _Again(Exception):
    """This attempt failed in a way that another may not."""

    def __init__(self, error: SourceError, wait: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.wait = wait


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    path: str
    params: Params
    body: bytes | None
    group: str
    once: bool = False
    make: Callable[[], Reader] | None = None


@dataclass(frozen=True, slots=True)
class Pending(Generic[T]):
    """A question on its way."""

    _finish: Callable[[_Question, type[T], Ticket | None], T]
    _question: _Question
    _kind: type[T]
    _ticket: Ticket | None

    def result(self) -> T:
        """The answer.

        Raises AuthError, Unreachable, RateLimited, BadAnswer, Refused or Cancelled.
        """
        return self._finish(self._question, self._kind, self._ticket)


class HttpClient:
    """Asks one system. `jitter` gives numbers in [0, 1), `clock` monotonic seconds.

    `server_now` is the newest `Date` a server told, epoch seconds, None before the first answer.
    """

    def __init__(
        self,
        api: Api,
        cancel: CancelToken,
        patience: Patience | None = None,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.api = api
        self.cancel = cancel
        self.requests = 0
        self.server_now: int | None = None
        self._patience = patience or Patience()
        self._jitter = jitter
        self._budget = Budget(clock, self._patience.base / 2, api.quotas)
        self._transport = Transport(api, cancel, self._patience)

    @property
    def rate(self) -> Rate | None:
        """The request budget as the server last told it."""
        return self._budget.rate

    def close(self) -> None:
        self._transport.close()

    def get(self, path: str, kind: type[T], params: Params = ()) -> T:
        return self.begin("GET", path, kind, params).result()

    def post(self, path: str, kind: type[T], body: object, params: Params = ()) -> T:
        """A POST that reads, or writes what may be written twice: it is retried like a GET."""
        return self.begin("POST", path, kind, params, body).result()

    def once(
        self, method: str, path: str, kind: type[T], params: Params = (), body: object = None
    ) -> T:
        """What must not happen twice: without an answer it may have happened, and is not repeated.
        Unreachable then says nothing about whether it did."""
        question = self._question(method, path, params, body, once=True)
        return self._finish(question, kind, None)

    def delete(self, path: str) -> None:
        self.begin("DELETE", path, type(None)).result()

    def read(self, path: str, make: Callable[[], R], params: Params = ()) -> R:
        """A GET whose answer goes piece by piece into a reader; every attempt makes a new one."""
        question = _Question("GET", path, tuple(params), None, self.api.group(path), make=make)
        return self._finish(question, cast(type[R], Reader), None)

    def begin(
        self, method: str, path: str, kind: type[T], params: Params = (), body: object = None
    ) -> Pending[T]:
        """Ask and go on working; `result` of what is returned waits for the answer.

        Nothing is sent ahead while the rate budget wants a pause: `result` sends it then.
        """
        question = self._question(method, path, params, body)
        ticket = None
        if not self.cancel.cancelled and self._budget.free(question.group):
            ticket = self._send(question)
        return Pending(self._finish, question, kind, ticket)

    def _question(
        self, method: str, path: str, params: Params, body: object, *, once: bool = False
    ) -> _Question:
        data = None if body is None else msgspec.json.encode(body)
        return _Question(method, path, tuple(params), data, self.api.group(path), once=once)

    def _finish(self, question: _Question, kind: type[T], ticket: Ticket | None) -> T:
        """Ask until there is an answer that decodes to `kind`."""
        attempt = 0
        while True:
            self.cancel.check()
            if ticket is None:
                self._wait_for_budget(question.group)
                ticket = self._send(question)
            try:
                return self._once(question.group, ticket, kind)
            except _Again as again:
                attempt += 1
                ticket = None
                unsure = question.once and not isinstance(again.error, RateLimited)
                if unsure or attempt >= self._patience.attempts:
                    raise again.error from again
                self.cancel.wait(self._pause(again.wait, attempt))

    def _send(self, question: _Question) -> Ticket:
        self.requests += 1
        self._budget.sent(question.group)
        reader = question.make() if question.make else None
        return self._transport.send(
            question.method, question.path, question.params, question.body, reader
        )

    def _wait_for_budget(self, group: str) -> None:
        seconds = self._budget.delay(group)
        if seconds > self._patience.most_wait:
            raise RateLimited(
                self.api.source,
                f"{self.api.title}: the requests allowed for now are used up.",
                f"More are allowed in {math.ceil(seconds / 60)} minutes; the next synchronisation "
                "goes on from here.",
                int((self.server_now or 0) + seconds) if self.server_now else 0,
            )
        self.cancel.wait(seconds)

    def _pause(self, asked: float | None, attempt: int) -> float:
        """Seconds before the next attempt: what the server asks, else exponential with jitter."""
        if asked is not None:
            return asked + self._patience.base * self._jitter() / 10
        longest = min(self._patience.longest, self._patience.base * 2.0 ** (attempt - 1))
        return longest * (0.5 + self._jitter() / 2)

    def _once(self, group: str, ticket: Ticket, kind: type[T]) -> T:
        try:
            reply = self._transport.receive(ticket)
        except TooLarge:
            raise self._bad(f"is larger than {self._patience.most_bytes:,} bytes") from None
        except Unreachable as error:  # of where a sign-in is renewed
            raise _Again(error) from None
        except requests.Timeout:
            raise _Again(self._unreachable("gave no answer in time")) from None
        except requests.RequestException as error:
            raise _Again(self._unreachable(_reason(error))) from None
        except ValueError as error:  # of a reader
            raise _Again(self._bad(f"is not usable ({self._clean(str(error))})")) from None
        self.server_now = server_time(reply.headers) or self.server_now
        self._budget.note(group, reply.headers)
        if reply.status in (200, 201, 204, 207):
            return self._decoded(reply, kind)
        raise self._failure(group, reply)

    def _unreachable(self, what: str) -> Unreachable:
        return Unreachable(
            self.api.source,
            f"{self.api.title} {what}.",
            "Check the network connection; the next synchronisation goes on from here.",
        )

    def _decoded(self, reply: Reply, kind: type[T]) -> T:
        if reply.reader is not None:
            return cast(T, reply.reader)
        try:
            return msgspec.json.decode(readable(reply.content) or b"null", type=kind)
        except msgspec.ValidationError as error:
            what = f"is not what its documentation promises ({self._clean(str(error))})"
        except msgspec.DecodeError:
            what = "is incomplete or no JSON"
        raise _Again(self._bad(what))

    def _bad(self, what: str) -> BadAnswer:
        return BadAnswer(
            self.api.source,
            f"{self.api.title}: an answer {what}.",
            "Nothing of it was kept; the next synchronisation tries again.",
        )

    def _failure(self, group: str, reply: Reply) -> Exception:
        complaint = self.api.complain(reply.status, reply.content)
        words = self._clean(complaint.message)
        if reply.status in (401, 403) and not complaint.final:
            return self._auth(reply.status, complaint, words)
        if reply.status == 429 or complaint.final:
            return self._limited(group, reply, complaint, words)
        if reply.status >= 500 or reply.status == 408:
            error = Unreachable(
                self.api.source,
                f"{self.api.title} has trouble of its own (error {reply.status}).",
                "Try again later; the next synchronisation goes on from here.",
            )
            return self._again_unless_long(error, asked_wait(reply.headers))
        return Refused(
            self.api.source,
            f"{self.api.title} refused a request (error {reply.status}{': ' + words if words else ''}).",
            reply.status,
            f"Reference: {self._clean(complaint.reference)}." if complaint.reference else "",
        )

    def _auth(self, status: int, complaint: Complaint, words: str) -> AuthError:
        title = self.api.title
        credentials = self.api.credentials
        noun = credentials.noun
        if status == 401:
            return AuthError(
                self.api.source,
                f"{title} does not accept the {noun}.",
                credentials.remedy(title, self.api.source),
            )
        scopes = complaint.scopes or ((words,) if words else ())
        return LacksPermission(
            self.api.source,
            f"{title}: the {noun} lacks a permission ({', '.join(scopes) or 'not named'}).",
            f"Give the {noun} this permission at {title}, or make a new one, then synchronise again.",
            scopes,
        )

    def _limited(
        self, group: str, reply: Reply, complaint: Complaint, words: str
    ) -> RateLimited | _Again:
        self._budget.refused(group)
        wait = asked_wait(reply.headers)
        retry_at = int((self.server_now or 0) + wait) if wait and self.server_now else 0
        if complaint.final:
            return RateLimited(
                self.api.source,
                f"{self.api.title}: the requests allowed for today are used up.",
                f"They come back {complaint.returns}; nothing read so far is lost.",
                retry_at,
            )
        error = RateLimited(
            self.api.source,
            f"{self.api.title} asks us to slow down{f' ({words})' if words else ''}.",
            "The next synchronisation goes on from here.",
            retry_at,
        )
        return self._again_unless_long(error, wait)

    def _again_unless_long(self, error: E, wait: float | None) -> E | _Again:
        too_long = wait is not None and wait > self._patience.most_wait
        return error if too_long else _Again(error, wait)

    def _clean(self, words: str) -> str:
        """A vendor's words, short and without the key."""
        return self.api.credentials.hidden(" ".join(words.split()))[:_SHOWN]


def _reason(error: requests.RequestException) -> str:
    """Why a connection failed, in words that hold no address and no key."""
    text = str(error)
    if "NameResolution" in text or "getaddrinfo" in text:
        return "cannot be found (no network, or a wrong address)"
    if "refused" in text:
        return "refuses the connection"
    if isinstance(error, requests.exceptions.SSLError):
        return "shows a certificate that cannot be trusted"
    return "broke off the connection"
