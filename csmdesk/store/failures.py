"""Database errors as sentences a person can act on."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import DBAPIError

from csmdesk.domain.errors import StoreError

RESTORE = (
    "Put a copy from the workspace's backups in its place, or move the file away and sync again."
)

_SENTENCES = {
    "SQLITE_FULL": (
        "The disk is full: {path} could not be written.",
        "Free some space and try again.",
    ),
    "SQLITE_BUSY": ("Another program is writing to {path}.", "Close it, then try again."),
    "SQLITE_LOCKED": ("Another program is writing to {path}.", "Close it, then try again."),
    "SQLITE_READONLY": ("{path} is read-only.", "Allow writing to the file and its folder."),
    "SQLITE_CANTOPEN": ("{path} cannot be opened.", "Check the folder and its permissions."),
    "SQLITE_PERM": ("{path} cannot be opened.", "Check the folder and its permissions."),
    "SQLITE_IOERR": ("Reading or writing {path} failed.", "Check the disk, then try again."),
    "SQLITE_CORRUPT": ("{path} is damaged.", RESTORE),
    "SQLITE_NOTADB": ("{path} is no database, or its key is wrong.", RESTORE),
}


def store_error(error: BaseException, path: Path) -> StoreError | None:
    """The sentence for a driver's error, or None when it is a mistake of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = str(getattr(cause, "sqlite_errorname", ""))
    for prefix, (message, remedy) in _SENTENCES.items():
        if name == prefix or name.startswith(prefix + "_"):
            return StoreError(message.format(path=path), remedy)
    return None
