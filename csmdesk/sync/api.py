"""What the client has to know about one system, and where it is allowed to send a key."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from csmdesk.domain.errors import SourceError
from csmdesk.domain.settings import Source
from csmdesk.domain.systems import system_named
from csmdesk.sync.credentials import Credentials
from csmdesk.sync.errors import Complaint

MEGABYTE = 1_000_000
_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def basic(key: str) -> str:
    """The Authorization header of a key that is "user:password", or a user without a password."""
    pair = key if ":" in key else f"{key}:"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def bearer(key: str) -> str:
    """The Authorization header of most systems."""
    return f"Bearer {key}"


PATH_VERSION = "{version}"


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `requests` of a group in any `seconds`: of a system that tells it in no header."""

    group: str
    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Api:
    """A system's address, credentials and manners. `group` names the rate budget a path draws from.

    `hosts`: beginnings of paths that are asked at another address. `version` stands in the place of
    PATH_VERSION in paths.
    """

    source: str
    title: str
    base_url: str
    credentials: Credentials
    complain: Callable[[int, bytes], Complaint]
    headers: Mapping[str, str] = field(default_factory=dict)
    authorization: Callable[[str], str] = bearer
    group: Callable[[str], str] = lambda _: ""
    quotas: tuple[Quota, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    version: str = ""

    def address(self, path: str) -> str:
        """Where a path is asked."""
        hosts = self.hosts
        base = next((hosts[begin] for begin in hosts if path.startswith(begin)), self.base_url)
        return base.rstrip("/") + path.replace(PATH_VERSION, self.version)


@dataclass(frozen=True, slots=True)
class Patience:
    """Time-outs in seconds, sizes in bytes, and how often and how long to try again."""

    connect: float = 10.0
    read: float = 60.0
    whole: float = 300.0
    most_bytes: int = 256 * MEGABYTE
    attempts: int = 6
    base: float = 0.5
    longest: float = 30.0
    most_wait: float = 300.0


def address_of(source: Source, template: str, site: str = "") -> str:
    """The address of a source: the configured one, or `template` with its site filled in.

    `site` is the site where none is configured. Raises SourceError: none is, or it is no plain name.
    """
    if source.base_url:
        return source.base_url
    name = source.site or site
    if not _SITE.fullmatch(name):
        title = system_named(source.system).title
        raise SourceError(
            source.system,
            f"{title}: “{name}” is no site." if name else f"{title}: the site is not named.",
            f"It is the first part of {template.format(site='YOUR-SITE')}; "
            f"`csmdesk connect {source.system} --site` takes it.",
        )
    return template.format(site=name)


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine, without asking a name server."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_address(source: str, title: str, address: str) -> bool:
    """Refuse an address to which a secret must not go; True when it is this machine.

    Raises SourceError: no host, another scheme than https, or credentials in the address.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    local = is_loopback(host)
    if parts.scheme == "http" and not local:
        raise SourceError(
            source,
            f"{title}: {host or 'the address'} is asked for by plain HTTP, which shows the key.",
            "Use an address that begins with https://.",
        )
    if parts.scheme not in ("http", "https") or not host or parts.username:
        raise SourceError(
            source,
            f"{title}: the address given is not usable.",
            "It must look like https://host/path, without a name or password.",
        )
    return local
