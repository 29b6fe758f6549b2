"""`csmdesk config`: the configuration in force; `csmdesk config check`: what is wrong with it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import tomlkit
import typer

from csmdesk.cli.context import Context
from csmdesk.config.reading import Problem, examine
from csmdesk.config.workspace import CONFIG_NAME
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Settings
from csmdesk.jobs.settings import effective, engine_problems, open_checked


def config(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="[check]", help="check: list mistakes.")] = "",
    defaults: Annotated[
        bool, typer.Option("--defaults", help="What holds where the file says nothing.")
    ] = False,
) -> None:
    """Print the configuration in force with every default written out, or check the file."""
    cli: Context = context.obj
    if action not in ("", "check"):
        raise BadInput(f"“{action}” is not known.", "Only: csmdesk config check.")
    if action == "check":
        _check(cli)
        return
    settings = Settings()
    if not defaults:
        workspace = open_checked(cli.folder, demo=cli.demo)
        settings = workspace.settings
        for notice in workspace.notices:
            cli.say(notice)
    _print(cli, effective(settings))


def _print(cli: Context, document: dict[str, Any]) -> None:
    if cli.json:
        cli.json_out(document)
    else:
        typer.echo(tomlkit.dumps(document), nl=False)


def _check(cli: Context) -> None:
    path = cli.folder / CONFIG_NAME
    _, problems = examine(path, engine_problems)
    if cli.json:
        cli.json_out([_as_json(one) for one in problems])
    for problem in problems:
        cli.say(problem.sentence())
    if problems:
        raise typer.Exit(1)
    cli.say(f"{path} is right.")


def _as_json(problem: Problem) -> dict[str, Any]:
    return {**asdict(problem), "file": str(problem.file)}
