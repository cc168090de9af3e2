"""Shows a file where it lies, in the system's own file manager."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def show_in_folder(path: Path) -> None:
    """Open the folder with the file chosen where the system can do that; else the nearest folder that is there."""
    command = select_command(path, sys.platform) if path.exists() else []
    if command:
        QProcess.startDetached(command[0], command[1:])
        return
    folder = next((each for each in path.parents if each.is_dir()), Path.home())
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def select_command(path: Path, platform: str) -> list[str]:
    """The program that chooses a file in its folder; empty on Linux, where each desktop has another."""
    if platform == "darwin":
        return ["open", "-R", str(path)]
    if platform == "win32":
        return ["explorer", "/select,", str(path)]
    return []
