"""Assembles the verbs. A new verb is one file and one line here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from csmdesk.cli import (
    backtest,
    config,
    customer,
    importing,
    playbooks,
    quality,
    report,
    run,
    score,
    sources,
    tasks,
    whatif,
    write_back,
)
from csmdesk.cli.context import Context
from csmdesk.config.paths import default_folder


def build() -> typer.Typer:
    """The application with every verb."""
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="Every customer's health, explained. Without a verb a window opens.",
        epilog="Window verbs: shoot OUT_DIR. The demo's service on its own: sandbox.",
    )

    @app.callback()
    def shared(
        context: typer.Context,
        workspace: Annotated[
            Path | None, typer.Option(help="Folder of the workspace.", metavar="DIR")
        ] = None,
        demo: Annotated[
            bool, typer.Option("--demo", help="The embedded demo portfolio; no account needed.")
        ] = False,
        json: Annotated[bool, typer.Option("--json", help="JSON on standard output.")] = False,
    ) -> None:
        context.obj = Context(workspace or default_folder(demo), demo, json)

    app.command("run")(run.run)
    app.command("sync")(run.sync)
    app.command("report")(report.report)
    app.command("customer")(customer.customer)
    app.command("tasks")(tasks.tasks)
    app.command("playbooks")(playbooks.playbooks)
    app.command("score")(score.score)
    app.command("backtest")(backtest.backtest)
    app.command("what-if")(whatif.what_if)
    app.command("import")(importing.import_folder)
    app.command("write-back")(write_back.write_back)
    app.command("quality")(quality.quality)
    app.command("config")(config.config)
    app.command("connect")(sources.connect)
    app.command("disconnect")(sources.disconnect)
    app.command("sources")(sources.sources)
    return app
