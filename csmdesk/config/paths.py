"""Names and default places of files; light, for the start needs them before the first frame."""

from __future__ import annotations

from pathlib import Path

DATABASE_NAME = "csmdesk.sqlite"


def default_folder(demo: bool) -> Path:
    """The folder of the workspace that opens when none is named."""
    import platformdirs

    base = Path(platformdirs.user_data_dir("CSMDesk", appauthor=False))
    return base / ("demo" if demo else "workspace")


def account() -> str:
    """The account of this computer that runs the program, "" when unknown."""
    import getpass

    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # no account database, and no variable names one
        return ""
