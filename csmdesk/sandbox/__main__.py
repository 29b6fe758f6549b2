"""`python -m csmdesk.sandbox`: the sandbox as its own process."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import msgspec

from csmdesk.sandbox.authority import CLIENT_ID
from csmdesk.sandbox.chargebee.routes import Chargebee
from csmdesk.sandbox.control import Control
from csmdesk.sandbox.faults import FaultList
from csmdesk.sandbox.hubspot.routes import HubSpot
from csmdesk.sandbox.intercom.routes import Intercom
from csmdesk.sandbox.limits import Limits
from csmdesk.sandbox.mixpanel.routes import Mixpanel
from csmdesk.sandbox.posthog.routes import PROJECT_ID, PostHog
from csmdesk.sandbox.salesforce.routes import Salesforce
from csmdesk.sandbox.server import SandboxServer
from csmdesk.sandbox.state import State
from csmdesk.sandbox.stripe.routes import Stripe
from csmdesk.sandbox.wire import Vendor
from csmdesk.sandbox.zendesk.routes import Zendesk

DEFAULT_CUSTOMERS = 214
DEFAULT_SEED = 7
_PARENT_CHECK_SECONDS = 1.0
_POLL_SECONDS = 0.1  # how soon a server that is to end notices

# How the vendors' keys begin; the rest is random for every process.
_KEY_PREFIXES = {
    "hubspot": "pat-na1-",
    "stripe": "rk_test_",
    "chargebee": "test_",
    "posthog": "phx_",
    "mixpanel": "csmdesk.1a2b3c.mp-service-account:",
    "intercom": "dG9r",
    "zendesk": "",
    "salesforce": "00D",
    "control": "",
}


def build(state: State, port: int, keys: dict[str, str]) -> SandboxServer:
    """The server with all its vendors, bound to loopback; port 0 takes a free one."""
    faults = FaultList()
    limits = Limits(time.monotonic)
    hubspot = HubSpot(state, keys["hubspot"])
    chargebee = Chargebee(state, keys["chargebee"])
    zendesk = Zendesk(state, keys["zendesk"])
    salesforce = Salesforce(state, keys["salesforce"])
    signed: dict[str, Zendesk | Salesforce] = {"zendesk": zendesk, "salesforce": salesforce}
    systems: dict[str, Vendor] = {
        "hubspot": hubspot,
        "stripe": Stripe(state, keys["stripe"]),
        "chargebee": chargebee,
        "chargebee1": Chargebee(state, keys["chargebee"], catalog=1),  # a site of the old kind
        "posthog": PostHog(state, keys["posthog"]),
        "mixpanel": Mixpanel(state, keys["mixpanel"]),
        "intercom": Intercom(state, keys["intercom"]),
        **signed,
        "_sandbox": Control(
            state, faults, limits, hubspot.crm, chargebee.index, signed, keys["control"]
        ),
    }
    return SandboxServer(port, state, faults, limits, systems)


def addresses(port: int, keys: dict[str, str]) -> dict[str, dict[str, str]]:
    """The first line on stdout: where each system is and its key."""
    prefixes = {"control": "_sandbox"}
    found = {
        system: {"base_url": f"http://127.0.0.1:{port}/{prefixes.get(system, system)}", "key": key}
        for system, key in keys.items()
    }
    for system in ("posthog", "mixpanel"):
        found[system]["project_id"] = PROJECT_ID
    for system in ("zendesk", "salesforce"):
        found[system]["client_id"] = CLIENT_ID
    return found


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="csmdesk sandbox", description=__doc__)
    parser.add_argument("--customers", type=int, default=DEFAULT_CUSTOMERS)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--today", type=date.fromisoformat, help="default: the machine's UTC day")
    parser.add_argument("--history", type=int, help="show so many days of rows only, to be slim")
    parser.add_argument("--parent-pid", type=int, help="end when this process ends")
    parser.add_argument("--key", help="use this as every system's key, for tests")
    return parser.parse_args(argv)


def _is_pipe(descriptor: int) -> bool:
    with contextlib.suppress(OSError):
        mode = os.fstat(descriptor).st_mode
        return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    return False


def _end_with_stdin(stop: Callable[[], None]) -> None:
    """Blocks until the other end of stdin is closed."""
    while os.read(0, 4096):
        pass
    stop()


def _end_with_parent(pid: int, stop: Callable[[], None]) -> None:
    """Returns once `pid` is gone: our parent by another id, or no such process."""
    was_parent = os.getppid() == pid
    while _alive(pid) and (not was_parent or os.getppid() == pid):
        time.sleep(_PARENT_CHECK_SECONDS)
    stop()


def _alive(pid: int) -> bool:
    if sys.platform == "win32":  # os.kill(pid, 0) would end it there; stdin tells instead
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until stdin closes, the parent ends, or SIGTERM or Ctrl-C comes.

    Returns 0, or 1 with a sentence on stderr when it cannot start.
    """
    arguments = _arguments(argv)
    today = arguments.today or datetime.now(UTC).date()
    keys = {
        system: arguments.key or prefix + secrets.token_hex(16)
        for system, prefix in _KEY_PREFIXES.items()
    }
    try:
        state = State(arguments.seed, arguments.customers, today, time.monotonic, arguments.history)
        server = build(state, arguments.port, keys)
    except (ValueError, OverflowError, OSError) as error:  # a bad argument, a port in use
        sys.stderr.write(f"The sandbox cannot start: {error}\n")
        return 1
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    signal.signal(signal.SIGINT, lambda *_: over.set())
    if _is_pipe(0):
        threading.Thread(target=_end_with_stdin, args=(over.set,), daemon=True).start()
    if arguments.parent_pid is not None:
        watch = (arguments.parent_pid, over.set)
        threading.Thread(target=_end_with_parent, args=watch, daemon=True).start()
    threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True).start()
    first_line = msgspec.json.encode(addresses(server.server_address[1], keys)).decode()
    sys.stdout.write(first_line + "\n")
    sys.stdout.flush()
    over.wait()
    server.shutdown()
    server.server_close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
