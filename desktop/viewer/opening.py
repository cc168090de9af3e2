"""Opens a document with the computer's own program for it, at the page or line where that program can be told."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop.viewer.programs import command_at
from rag.types import Place

if sys.platform == "win32":
    import winreg

OPENED_BY_SYSTEM = frozenset(
    ".pdf .docx .doc .odt .rtf .txt .md .epub .pptx .ppt .odp .xlsx .xls .ods .csv .tsv "
    ".png .jpg .jpeg .tif .tiff .bmp .webp".split()
)
"""Documents that a program shows. Anything else might be run by it, or load from the net; its folder is opened."""

ASKING_S = 5.0
"""xdg-mime takes 0.1 s."""


def open_document(path: Path) -> bool:
    """False when no program took it. For the GUI thread: Qt only hands the address over."""
    target = path if path.suffix.lower() in OPENED_BY_SYSTEM else path.parent
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))


def open_at(path: Path, place: Place) -> bool:
    """True when the usual program for such files was started at the place. For a lane: asks the system first."""
    if path.suffix.lower() not in OPENED_BY_SYSTEM:
        return False
    line = place.lines[0] if place.lines else None
    command = command_at(usual_program(path), path, page=place.page, line=line)
    if command is None or shutil.which(command[0]) is None:
        return False
    try:
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it stays when Footnote is closed
        )
    except OSError:
        return False
    return True


def usual_program(path: Path) -> list[str]:
    """The command of the program that the user has chosen for such files, without the file; empty if not to be told."""
    if sys.platform == "win32":
        return _of_registry(path.suffix.lower())
    if sys.platform == "darwin":
        return []  # its programs are opened by name only, and Preview takes no page
    return _of_desktop(path)


def _of_desktop(path: Path) -> list[str]:
    """By the freedesktop.org specifications: the default application of the file's kind, and its Exec line."""
    kind = _said("xdg-mime", "query", "filetype", str(path))
    name = _said("xdg-mime", "query", "default", kind) if kind else ""
    for folder in _application_folders() if name else ():
        entry = folder / name
        if entry.is_file():
            return exec_of(entry.read_text(encoding="utf-8", errors="replace"))
    return []


def exec_of(entry: str) -> list[str]:
    """The command in a desktop entry, without the codes that stand for files."""
    line = next((line for line in entry.splitlines() if line.startswith("Exec=")), "Exec=")
    try:
        words = shlex.split(line.removeprefix("Exec="))
    except ValueError:
        return []
    return [word for word in words if not (len(word) == 2 and word[0] == "%")]


def _said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASKING_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _application_folders() -> list[Path]:
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    others = (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    return [folder / "applications" for folder in (home, *map(Path, filter(None, others)))]


if sys.platform == "win32":

    def _of_registry(suffix: str) -> list[str]:
        chosen = rf"Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\{suffix}\UserChoice"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, chosen) as key:
                kind = winreg.QueryValueEx(key, "ProgId")[0]
            with winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, rf"{kind}\shell\open\command") as key:
                words = shlex.split(winreg.QueryValueEx(key, "")[0], posix=False)
        except (OSError, ValueError):
            return []
        return [word.strip('"') for word in words[:1]]

else:

    def _of_registry(suffix: str) -> list[str]:
        raise NotImplementedError(suffix)
