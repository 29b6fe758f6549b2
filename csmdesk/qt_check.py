"""Can Qt be loaded? On Linux a missing system library gets one clear line instead of a traceback."""

from __future__ import annotations

import re
import shutil

_PACKAGES = {
    # library: (Debian and Ubuntu, Fedora, Arch, openSUSE)
    "libEGL.so.1": ("libegl1", "mesa-libEGL", "libglvnd", "libEGL1"),
    "libGL.so.1": ("libgl1", "mesa-libGL", "libglvnd", "libGL1"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig", "fontconfig"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2", "libglib-2_0-0"),
}
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
    return ""


def explain(message: str) -> str:
    """The sentence for an import error's text."""
    found = re.search(r"(lib[\w.+-]+\.so[.\d]*)", message)
    if found is None:
        return f"CSMDesk cannot start its window: {message}. Install it again with pip."
    library = found.group(1)
    return (
        f"CSMDesk needs the system library {library}. Install it with:\n  {install_line(library)}"
    )


def install_line(library: str) -> str:
    """The install command of the package manager that this machine has."""
    names = _PACKAGES.get(library)
    for place, (manager, command) in enumerate(_MANAGERS.items()):
        if shutil.which(manager):
            name = names[place] if names else library.partition(".so")[0].lower()
            return f"{command} {name}"
    return f"your system's package manager: the package that holds {library}"
