"""Can Qt be loaded? On Linux a missing system library gets one clear line instead of a traceback."""

from __future__ import annotations

import os
import re
import shutil
import sys

_PACKAGES = {
    # library: (Debian and Ubuntu, Fedora, Arch, openSUSE)
    "libEGL.so.1": ("libegl1", "mesa-libEGL", "libglvnd", "libEGL1"),
    "libGL.so.1": ("libgl1", "mesa-libGL", "libglvnd", "libGL1"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig", "fontconfig"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    "libxcb-cursor.so.0": (
        "libxcb-cursor0",
        "xcb-util-cursor",
        "xcb-util-cursor",
        "libxcb-cursor0",
    ),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm", "libxcb-icccm4"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image", "libxcb-image0"),
    "libxcb-keysyms.so.1": (
        "libxcb-keysyms1",
        "xcb-util-keysyms",
        "xcb-util-keysyms",
        "libxcb-keysyms1",
    ),
    "libxcb-render-util.so.0": (
        "libxcb-render-util0",
        "xcb-util-renderutil",
        "xcb-util-renderutil",
        "libxcb-render-util0",
    ),
    "libxkbcommon-x11.so.0": (
        "libxkbcommon-x11-0",
        "libxkbcommon-x11",
        "libxkbcommon-x11",
        "libxkbcommon-x11-0",
    ),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2", "libglib-2_0-0"),
}
X11_LIBRARIES = ("libxcb-", "libxkbcommon-x11")
_MANAGERS = {
    "apt-get": "sudo apt-get install -y",
    "dnf": "sudo dnf install -y",
    "pacman": "sudo pacman -S --noconfirm",
    "zypper": "sudo zypper install -y",
}


def missing_library() -> str:
    """ "" when Qt loads; else a sentence that names the library and the line that installs it."""
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return explain(str(error))
    return missing_for_x11()


def missing_for_x11() -> str:
    """The same for what Qt's X11 plugin needs: without it Qt ends the process with a core dump."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform != "linux" or wanted not in ("", "xcb"):
        return ""
    if not os.environ.get("DISPLAY"):
        if wanted == "" and os.environ.get("WAYLAND_DISPLAY"):
            return ""
        return "CSMDesk found no screen: neither DISPLAY nor WAYLAND_DISPLAY is set. Start it on a desktop."
    import ctypes

    missing = []
    for library in (name for name in _PACKAGES if name.startswith(X11_LIBRARIES)):
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(library)
    return needed(missing) if missing else ""


def explain(message: str) -> str:
    """The sentence for an import error's text."""
    found = re.search(r"(lib[\w.+-]+\.so[.\d]*)", message)
    if found is None:
        return f"CSMDesk cannot start its window: {message}. Install it again with pip."
    return needed([found.group(1)])


def needed(libraries: list[str]) -> str:
    """Which system libraries lack, and the one line that installs them."""
    kind = "library" if len(libraries) == 1 else "libraries"
    named = ", ".join(libraries)
    return f"CSMDesk needs the system {kind} {named}. Install with:\n  {install_line(libraries)}"


def install_line(libraries: list[str]) -> str:
    """The install command of the package manager that this machine has."""
    for place, (manager, command) in enumerate(_MANAGERS.items()):
        if shutil.which(manager):
            known = [_PACKAGES.get(one) for one in libraries]
            packages = [
                names[place] if names else library.partition(".so")[0].lower()
                for names, library in zip(known, libraries, strict=True)
            ]
            return f"{command} {' '.join(dict.fromkeys(packages))}"
    return f"your system's package manager: what holds {', '.join(libraries)}"
