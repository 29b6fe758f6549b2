"""A workspace: a folder with `workspace.toml`, the database, backups and exports."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec
import tomlkit

from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Features, Settings

CONFIG_NAME = "workspace.toml"
DATABASE_NAME = "csmdesk.sqlite"
DEMO = Settings(
    name="Demo",
    demo=True,
    features=Features(
        key=("report_viewed", "export_created", "rule_edited", "scan_run", "sso_login")
    ),
)
"""What a new demo workspace is configured with: key features, so that all rules can speak."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """An opened workspace folder and its validated settings."""

    folder: Path
    settings: Settings

    @property
    def config_path(self) -> Path:
        return self.folder / CONFIG_NAME

    @property
    def database_path(self) -> Path:
        return self.folder / DATABASE_NAME

    @property
    def exports(self) -> Path:
        return self.folder / "exports"


def open_workspace(folder: Path, *, demo: bool = False) -> Workspace:
    """Open a workspace folder, creating it with default settings when it is new.

    A demo workspace is marked as such and stays one; opening a real one as a demo (or the other
    way round) is refused, so that demo data never mixes with a company's own.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"The workspace folder {folder} cannot be created: {error.strerror}.",
            "Name another folder with --workspace.",
        ) from error
    path = folder / CONFIG_NAME
    if not path.exists():
        write_settings(path, DEMO if demo else Settings())
    settings = read_settings(path)
    if settings.demo != demo:
        kind, remedy = (
            ("a demo", "Add --demo, or name another folder with --workspace.")
            if settings.demo
            else ("not a demo", "Leave out --demo, or name another folder with --workspace.")
        )
        raise BadInput(f"The workspace {folder} is {kind} workspace.", remedy)
    return Workspace(folder, settings)


def read_settings(path: Path) -> Settings:
    """Parse and validate a configuration file; `BadInput` names file, line or key, and the rule."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}.", "Correct that line.") from error
    try:
        return msgspec.convert(document, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(
            f"{path}: {error}.", "Correct that key or delete it to get its default."
        ) from error


def write_settings(path: Path, settings: Settings) -> None:
    """Write the settings that differ from the defaults, keeping the file's comments and order."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    document = tomlkit.parse(text)
    wanted = _differing(settings)
    for key in list(document):
        if key not in wanted:
            del document[key]
    for key, value in wanted.items():
        if key not in document or document[key].unwrap() != value:
            document[key] = tomlkit.item(value)
    staged = path.with_suffix(".toml.new")
    staged.write_text(tomlkit.dumps(document), encoding="utf-8")
    os.replace(staged, path)


def _differing(settings: Settings) -> dict[str, object]:
    current = msgspec.to_builtins(settings)
    default = msgspec.to_builtins(Settings())
    return {key: value for key, value in current.items() if value != default[key]}
