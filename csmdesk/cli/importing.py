"""`csmdesk import DIR`: a folder of CSV, Parquet or XLSX files in the import format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from csmdesk.cli.context import Context, progress_bars
from csmdesk.domain.cancel import CancelToken
from csmdesk.jobs.importing.job import import_folder as import_job


def import_folder(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML that renames foreign columns.")
    ] = None,
    mirror: Annotated[
        bool, typer.Option("--mirror", help="Rows that are gone from a file are deleted.")
    ] = False,
) -> None:
    """Import a folder of files; importing again updates by id."""
    cli: Context = context.obj
    with cli.session() as session, progress_bars() as report:
        summary = import_job(session, folder, CancelToken(), report, mapping, mirror=mirror)
    if cli.json:
        cli.json_out(summary.as_json())
    else:
        cli.show([table.as_json() for table in summary.tables], "Import")
        for line in summary.messages:
            cli.say(line)
