"""A process that asks Zendesk once: `python -m tests.oauth.renewing FOLDER`, then a line on stdin.

Tells on stdout when it is ready, and what came of the question.
"""

from __future__ import annotations

import sys
from pathlib import Path

from csmdesk.domain.errors import DeskError
from csmdesk.jobs.session import open_session
from csmdesk.jobs.sources import connector_of, probe


def main(folder: str) -> None:
    session = open_session(Path(folder), demo=False)
    connector = connector_of(session, "zendesk")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        probe(connector)
        outcome = "fine"
    except DeskError as error:
        outcome = error.sentence()
    sys.stdout.write(f"{outcome}\n")
    session.close()


if __name__ == "__main__":
    main(sys.argv[1])
