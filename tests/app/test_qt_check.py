"""A missing system library gets one clear line, never a traceback or a core dump."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from csmdesk import qt_check


def test_the_library_and_its_install_line_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "apt-get" else None)
    message = "libEGL.so.1: cannot open shared object file: No such file or directory"
    assert qt_check.explain(message) == (
        "CSMDesk needs the system library libEGL.so.1. Install with:\n"
        "  sudo apt-get install -y libegl1"
    )


@pytest.mark.parametrize("manager", ["apt-get", "dnf", "pacman", "zypper"])
def test_all_that_lack_are_one_line(monkeypatch: pytest.MonkeyPatch, manager: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == manager else None)
    said = qt_check.needed(["libxcb-cursor.so.0", "libxcb-icccm.so.4"])
    sentence, line = said.splitlines()
    assert "libraries libxcb-cursor.so.0, libxcb-icccm.so.4" in sentence
    assert line.split()[:2] == ["sudo", manager]
    assert line.count("xcb") == 2


def test_an_unknown_library_is_still_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert "libodd.so.3" in qt_check.explain("libodd.so.3: cannot open shared object file")


def test_the_window_without_a_screen_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "csmdesk", "--demo", "--workspace", str(tmp_path)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    if sys.platform != "linux":
        pytest.skip("only Linux has machines without a screen")
    assert done.returncode == 1
    assert "no screen" in done.stderr
    assert "Traceback" not in done.stderr
