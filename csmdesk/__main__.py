"""The entry point of `csmdesk` and `python -m csmdesk`: a window, or a verb of the command line.

Nothing heavy is imported here: the worker process imports this module again when it starts.
"""

from __future__ import annotations

import gc
import os
import sys

GLOBAL_FLAGS = ("--demo", "--json")
WINDOW_VERBS = ("shoot",)


def split_arguments(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Global options (they may stand anywhere) and the rest, which begins with the verb if any."""
    options: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word in GLOBAL_FLAGS:
            options.append(word)
        elif word == "--workspace":
            options += [word, next(words, "")]
        elif word.startswith("--workspace="):
            options += ["--workspace", word.partition("=")[2]]
        else:
            rest.append(word)
    return options, rest


def import_before_qt() -> None:
    """What the first frame needs besides Qt.

    Once PySide6 is loaded, it reads the source text of every module that is imported after it.
    """
    import csmdesk.config.paths
    import csmdesk.models.customers
    import csmdesk.runtime.state
    import csmdesk.runtime.stores
    import csmdesk.store.first_rows
    import csmdesk.views.pages  # noqa: F401


def main(arguments: list[str] | None = None) -> int:
    """Route to the window or to the command line; returns the exit code (0 ok, 1 failed, 2 usage)."""
    options, rest = split_arguments(sys.argv[1:] if arguments is None else arguments)
    verb = rest[0] if rest else ""
    if verb == "sandbox":
        from csmdesk.sandbox.__main__ import main as sandbox

        return sandbox(rest[1:])
    if not verb or verb in WINDOW_VERBS:
        gc.disable()  # the window turns it on again when its first frame is painted
        import_before_qt()
        if verb in WINDOW_VERBS:  # pictures need no screen
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from csmdesk.qt_check import missing_library

        problem = missing_library()
        if problem:
            print(problem, file=sys.stderr)  # noqa: T201 - the only place without a console yet
            return 1
        from csmdesk.app import main as window

        return window(options, rest)
    from csmdesk.cli import main as command_line

    return command_line(options, rest)


if __name__ == "__main__":
    sys.exit(main())
