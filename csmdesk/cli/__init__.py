"""The command line: one file per verb. JSON on stdout with --json, messages on stderr."""

from __future__ import annotations


def main(options: list[str], rest: list[str]) -> int:
    """Run a verb; 0 ok, 1 failed, 2 usage."""
    from rich.console import Console

    from csmdesk.cli.application import build
    from csmdesk.domain.errors import Cancelled, DeskError

    console = Console(stderr=True)
    try:
        build()(args=[*options, *rest], prog_name="csmdesk")
    except SystemExit as end:  # how typer ends: with the verb's exit code
        return end.code if isinstance(end.code, int) else 1
    except (KeyboardInterrupt, Cancelled):
        console.print("Cancelled. What was stored so far is kept.")
        return 1
    except DeskError as error:
        console.print(f"csmdesk: {error.sentence()}", markup=False, highlight=False, soft_wrap=True)
        return 1
    return 0
