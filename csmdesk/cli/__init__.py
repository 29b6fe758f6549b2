"""The command line: one file per verb. JSON on stdout with --json, messages on stderr."""

from __future__ import annotations

import sys


def main(options: list[str], rest: list[str]) -> int:
    """Run a verb; 0 ok, 1 failed, 2 usage."""
    import click
    from rich.console import Console

    from csmdesk.cli.application import build
    from csmdesk.domain.errors import Cancelled, DeskError

    try:
        outcome = build()(args=[*options, *rest], prog_name="csmdesk", standalone_mode=False)
    except click.ClickException as error:
        error.show(sys.stderr)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort, Cancelled):
        Console(stderr=True).print("Cancelled. What was stored so far is kept.")
        return 1
    except DeskError as error:
        console = Console(stderr=True)
        console.print(f"csmdesk: {error.sentence()}", markup=False, highlight=False)
        return 1
    return outcome if isinstance(outcome, int) else 0
