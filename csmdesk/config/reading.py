"""Reading a configuration file: every problem with file, line, key, value and rule."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from csmdesk.config.lines import line_of
from csmdesk.config.shapes import shape_problems
from csmdesk.config.validate import check
from csmdesk.domain.errors import BadInput, BadSetting, shown_path
from csmdesk.domain.settings import Settings

Check = Callable[[Settings], Iterable[BadSetting]]
"""More rules, of rooms that this one does not know."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A key of a file that cannot be used; `line` counts from 1."""

    file: Path
    line: int
    key: str
    value: str
    rule: str
    message: str

    def sentence(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


def read_settings(path: Path, more: Check | None = None) -> Settings:
    """Parse and validate a configuration file; `BadInput` names file, line, key, value and rule."""
    settings, problems = examine(path, more)
    if settings is None or problems:
        count = len(problems) - 1
        others = f" ({count} more: “csmdesk config check” lists them)" if count else ""
        raise BadInput(
            problems[0].sentence() + others, "Correct that key or delete it to get its default."
        )
    return settings


def examine(path: Path, more: Check | None = None) -> tuple[Settings | None, Sequence[Problem]]:
    """The settings of a file (None when it has another shape) and every problem, by line.

    Raises `BadInput` when the file cannot be read or is no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not valid TOML: {error}.", "Correct that line.") from error
    settings = None
    found = shape_problems(document)
    if not found:
        settings = msgspec.convert(document, Settings)
        found = [*check(settings), *(more(settings) if more is not None else ())]
    return settings, sorted((_placed(path, text, one) for one in found), key=lambda p: p.line)


def _placed(path: Path, text: str, problem: BadSetting) -> Problem:
    line = line_of(text, problem.path)
    key = shown_path(problem.path)
    return Problem(path, line, key, problem.value, problem.rule, problem.message)
