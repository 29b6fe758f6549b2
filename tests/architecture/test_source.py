"""What the import linter cannot see: calls, handlers, lengths, imports from outside."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source import calls, files, name_of, roots, tree

LONGEST_FILE = 399
FORBIDDEN_CALLS = ("processEvents", "terminate", "QThread.sleep", "time.sleep")
"""Nested loops, killed threads and sleeping threads freeze or corrupt a window."""
SLEEPS_ON_PURPOSE = ("csmdesk/sandbox/",)
"""The demo's service may be slow by request: it is a process of its own."""
PURE_ROOMS = ("engine", "domain")
OUTSIDE = {
    "asyncio", "ftplib", "glob", "http", "io", "multiprocessing", "os", "pathlib", "pandas",
    "random", "requests", "secrets", "shutil", "socket", "sqlite3", "ssl", "subprocess",
    "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
"""Clock, chance, files, network and processes: a pure room gets what it needs as arguments."""
ALLOWED = {"csmdesk/domain/cancel.py": {"threading"}}
"""A cancel token is an event that another thread sets."""
CLOCK_CALLS = ("now", "utcnow", "today")
FILE_CALLS = ("open", "print", "input", "exec", "eval")


def test_files_are_short() -> None:
    long = [name_of(path) for path in files() if lines(path) > LONGEST_FILE]
    assert long == []


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_nested_loops_no_killed_threads_no_sleep() -> None:
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in files()
        for line, name in calls(path)
        if is_forbidden(name) and not name_of(path).startswith(SLEEPS_ON_PURPOSE)
    ]
    assert found == []


def is_forbidden(name: str) -> bool:
    return any(name == call or name.endswith(f".{call}") for call in FORBIDDEN_CALLS)


def test_no_handler_swallows_everything() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and swallows(node)
    ]
    assert found == []


def swallows(handler: ast.ExceptHandler) -> bool:
    """A bare `except:`, or one for every exception that does nothing."""
    if handler.type is None:
        return True
    broad = ast.unparse(handler.type) in ("Exception", "BaseException")
    return broad and all(isinstance(node, ast.Pass | ast.Continue) for node in handler.body)


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_pure_rooms_import_nothing_of_the_outside(room: str) -> None:
    found = {
        name_of(path): (roots(path) & OUTSIDE) - ALLOWED.get(name_of(path), set())
        for path in files(room)
    }
    assert {name: bad for name, bad in found.items() if bad} == {}


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_pure_rooms_read_no_clock_and_no_file(room: str) -> None:
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in files(room)
        for line, name in calls(path)
        if name in FILE_CALLS or name.startswith(("np.random", "np.load", "np.save")) or clock(name)
    ]
    assert found == []


def clock(name: str) -> bool:
    owner, _, method = name.rpartition(".")
    return method in CLOCK_CALLS and owner in ("datetime", "date", "datetime.datetime")


def test_plain_sqlite_only_on_the_way_to_the_first_frame() -> None:
    users = [name_of(path) for path in files() if "sqlite3" in roots(path)]
    assert users == ["csmdesk/store/first_rows.py"]


@pytest.mark.parametrize("library", ["sqlalchemy", "alembic"])
def test_the_database_library_stays_in_the_store(library: str) -> None:
    store = set(files("store"))
    assert [name_of(p) for p in files() if library in roots(p) and p not in store] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in files()
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(path))
    ]
    assert silent == []
