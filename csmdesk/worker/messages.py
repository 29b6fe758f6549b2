"""What window and worker say to each other: one kind byte, then msgpack (or a portfolio frame)."""

from __future__ import annotations

from typing import Any

import msgspec

READY = b"R"
PROGRESS = b"P"
PORTFOLIO = b"S"
DONE = b"D"
FAILED = b"F"
CANCELLED = b"X"
KEY = b"K"


class Command(msgspec.Struct, frozen=True):
    """A job for the worker. Verb "cancel" names the job to cancel in `job`; "key" answers the
    `KeyWish` of that number."""

    job: int
    verb: str
    args: dict[str, Any] = {}


class KeyWish(msgspec.Struct, frozen=True):
    """The worker asks for the key that the window holds for a system, or (`put`) hands over the one
    that is to be held from now on."""

    number: int
    system: str
    key: str | None
    put: bool


class Ready(msgspec.Struct, frozen=True):
    pid: int


class Step(msgspec.Struct, frozen=True):
    """Progress of a job, see `domain.cancel.Progress`."""

    job: int
    key: str
    text: str
    done: int
    total: int


class Done(msgspec.Struct, frozen=True):
    job: int
    summary: dict[str, Any]


class Failed(msgspec.Struct, frozen=True):
    """`details` is for the log and "Show details" only; message and remedy are for the person.

    `again`: another process was in the way, so that the same job may succeed in a while.
    """

    job: int
    message: str
    remedy: str
    details: str = ""
    again: bool = False


def encode(kind: bytes, body: msgspec.Struct) -> bytes:
    return kind + msgspec.msgpack.encode(body)
