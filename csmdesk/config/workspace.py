"""A workspace: a folder with `workspace.toml`, the database, backups and exports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from csmdesk.config.paths import DATABASE_NAME
from csmdesk.config.reading import Check, read_settings
from csmdesk.config.writing import replace_file, write_settings
from csmdesk.config.zone import own_zone
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import EnrolOn, Features, Playbook, PlaybookStep, Settings, Unit

CONFIG_NAME = "workspace.toml"
GOOD_NAME = "workspace.toml.good"
"""A copy of the last configuration that could be used."""


def _playbook(name: str, enrol_on: EnrolOn | None, *steps: tuple[str, int]) -> Playbook:
    told = tuple(PlaybookStep(title=title, day=day) for title, day in steps)
    return Playbook(name=name, steps=told, enrol_on=enrol_on)


DEMO = Settings(
    name="Demo",
    demo=True,
    features=Features(
        key=("report_viewed", "export_created", "rule_edited", "scan_run", "sso_login"),
        units={"scan": Unit(features=("scan_run",))},
    ),
    playbooks=(
        _playbook(
            "Rescue a silent customer",
            EnrolOn(rule="no_login", severity="High"),
            ("Call the champion", 0),
            ("Agree on a plan with dates", 7),
            ("Review the plan", 30),
        ),
        _playbook(
            "Prepare a renewal",
            EnrolOn(rule="renewal_due", severity="Medium"),
            ("Write down value and risks", 7),
            ("Meet the decision maker", 30),
            ("Send the offer", 45),
        ),
        _playbook(
            "Onboarding", None, ("Kick-off meeting", 3), ("First report", 14), ("Handover", 45)
        ),
    ),
)
"""What a new demo workspace is configured with: key features, so that all rules can speak, and
playbooks."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """An opened workspace folder and its validated settings.

    `notices`: why the settings are not those of the file, as sentences for a person.
    """

    folder: Path
    settings: Settings
    notices: tuple[str, ...] = ()

    @property
    def config_path(self) -> Path:
        return self.folder / CONFIG_NAME

    @property
    def database_path(self) -> Path:
        return self.folder / DATABASE_NAME

    @property
    def exports(self) -> Path:
        return self.folder / "exports"

    def saved(self, settings: Settings) -> Workspace:
        """Write changed settings. Refused while the file has a mistake: it would be written over."""
        if self.notices:
            raise BadInput(f"The configuration cannot be changed now. {self.notices[0]}")
        write_settings(self.config_path, settings)
        return Workspace(self.folder, settings)


def open_workspace(folder: Path, *, demo: bool = False, more: Check | None = None) -> Workspace:
    """Open a workspace folder, creating it when it is new: defaults, and the computer's time zone.

    A demo workspace is marked as such and stays one; opening a real one as a demo (or the other
    way round) is refused, so that demo data never mixes with a company's own. `more`: rules that
    the settings must keep beside those of this room; what keeps all of them is kept as the last
    good configuration, which is used while the file has a mistake.
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
        write_settings(path, DEMO if demo else Settings(time_zone=own_zone()))
    settings, notices = _read(path, more)
    if settings.demo != demo:
        kind, remedy = (
            ("a demo", "Add --demo, or name another folder with --workspace.")
            if settings.demo
            else ("not a demo", "Leave out --demo, or name another folder with --workspace.")
        )
        raise BadInput(f"The workspace {folder} is {kind} workspace.", remedy)
    return Workspace(folder, settings, notices)


def _read(path: Path, more: Check | None) -> tuple[Settings, tuple[str, ...]]:
    """The settings in force: the file's, else the last good ones with a notice of what is wrong."""
    good = path.with_name(GOOD_NAME)
    try:
        settings = read_settings(path, more)
    except BadInput as error:
        if not good.exists():
            raise
        notice = f"{error.sentence()} Until then the last good configuration is in use."
        try:
            return read_settings(good, more), (notice,)
        except BadInput:
            raise error from None
    if more is not None:
        content = path.read_bytes()
        if not good.exists() or good.read_bytes() != content:
            replace_file(good, content)
    return settings, ()
