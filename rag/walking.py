"""Which files of a folder are looked at: all that a person could have put there, each once, and nothing else.

Left out are hidden files, what systems and programs put into folders for themselves, and what only a link leads to a
second time. A folder that can't be opened, and a file that is not on this computer, are told. It opens no file: what a
file holds is found out by its reader, in a child.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rag.errors import DocumentMissing
from rag.events import DocumentFailed
from rag.parsers.cleaning import shown_name

OWN_DATABASE, OWN_LOCK = "footnote.db", "footnote.lock"
"""A folder with both is a data directory of Footnote's; rag.store.database has the names too."""

SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "ntuser.dat", "icon\r", "cachedir.tag"})
"""Lower case. Thumbnails and views of folders (Windows), a folder's picture (macOS), the mark of a cache."""

SYSTEM_FOLDERS = frozenset(
    {"$recycle.bin", "system volume information", "lost+found", "__macosx", "__pycache__", "node_modules"}
)
"""Lower case: bins, repairs of disks, shadows of a Mac's archives, and what package managers fetched."""

PROGRAM_SUFFIXES = (".app", ".framework", ".photoslibrary")
"""Folders that a Mac shows as one thing; none of them is a document."""

LOCK_PREFIXES = ("~$", ".~lock.")
"""What Office and LibreOffice put beside a document while it is open."""

# Winnt.h: FILE_ATTRIBUTE_HIDDEN, _SYSTEM; _OFFLINE, _RECALL_ON_OPEN, _RECALL_ON_DATA_ACCESS. sys/stat.h of macOS:
# UF_HIDDEN; SF_DATALESS. A look at such a file's bytes would make the system fetch it.
_WINDOWS_HIDDEN, _WINDOWS_ELSEWHERE = 0x2 | 0x4, 0x1000 | 0x40000 | 0x400000
_MAC_HIDDEN, _MAC_ELSEWHERE = 0x8000, 0x40000000
_HAS_FLAGS = not sys.platform.startswith("linux")


@dataclass
class Walk:
    """What was found: `files` to read, sorted by folder; `failed` is told; `skipped` counts files of other formats.
    `vanished`: folders that were there when their own folder was looked at, and not a moment later.
    """

    files: list[Path] = field(default_factory=list)
    failed: list[DocumentFailed] = field(default_factory=list)
    vanished: list[Path] = field(default_factory=list)
    skipped: int = 0


def walk(root: Path, reads: Callable[[Path], bool], ignored: Callable[[Path], bool] = lambda _: False) -> Walk:
    """The files to read below `root`; `root` itself when it is no folder, or can't be looked at.

    `reads` tells by a file's name whether its format is read; `ignored` leaves out a file, or a folder with all in it.
    Links to folders are not followed: what they lead to can be added by itself. A link to a file is read where the
    file does not lie below `root` itself. A folder that is mounted inside itself is entered once.
    """
    found = Walk()
    if not is_folder(root):
        found.files.append(root)
        return found
    real_root = root.resolve()
    waiting: list[tuple[Path, tuple[_Place, ...]]] = [(root, ())]
    while waiting:  # no recursion: a thousand folders in one another are no reason to fail
        folder, above = waiting.pop()
        here = _place(folder, found)
        if here is None or here in above:
            continue
        entries = _entries(folder, found)
        if folder != root and _is_no_folder_of_documents({entry.name for entry in entries}):
            continue
        folders = []
        for entry in entries:
            path = folder / entry.name
            if _is_hidden(entry) or ignored(path):
                continue
            if _is_real_folder(entry):
                if not _is_of_a_program(entry.name):
                    folders.append(path)
            elif _may_be_document(entry, real_root):
                _take(path, entry, reads, found)
        below = (*above, here) if here.number else above
        waiting.extend((each, below) for each in reversed(folders))
    return found


def is_folder(path: Path) -> bool:
    """False for one that can't be looked at: it is then told as a file that can't be opened."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_gone(path: Path) -> bool:
    """A file that only can't be looked at is not gone."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


class _Place(NamedTuple):
    """Where a folder really is. `number` is 0 on file systems that do not number their folders."""

    device: int
    number: int


def _place(folder: Path, found: Walk) -> _Place | None:
    try:
        known = folder.stat()
    except OSError as error:
        _tell(folder, error, found)
        return None
    return _Place(known.st_dev, known.st_ino)


def _entries(folder: Path, found: Walk) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=_by_name)
    except OSError as error:
        _tell(folder, error, found)
        return []


def _tell(folder: Path, error: OSError, found: Walk) -> None:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        found.vanished.append(folder)
    else:
        found.failed.append(_closed(folder, error))


def _by_name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_no_folder_of_documents(names: Iterable[str]) -> bool:
    """A data directory of ours, a virtual environment of Python's, or what calls itself a cache (bford.info)."""
    names = set(names)
    return {OWN_DATABASE, OWN_LOCK} <= names or "pyvenv.cfg" in names or "CACHEDIR.TAG" in names


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    name = entry.name.lower()
    if name.startswith((".", *LOCK_PREFIXES)) or name in SYSTEM_FILES:
        return True
    return _HAS_FLAGS and _has_flag(entry, _WINDOWS_HIDDEN, _MAC_HIDDEN)


def _is_of_a_program(name: str) -> bool:
    return name.lower() in SYSTEM_FOLDERS or name.lower().endswith(PROGRAM_SUFFIXES)


def _has_flag(entry: os.DirEntry[str], windows: int, mac: int) -> bool:
    try:
        known = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return bool(getattr(known, "st_file_attributes", 0) & windows or getattr(known, "st_flags", 0) & mac)


def _is_real_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _may_be_document(entry: os.DirEntry[str], real_root: Path) -> bool:
    """No pipe, no device, no link to a folder or to nothing. True for what can't be looked at, so that it is told."""
    try:
        if entry.is_symlink():
            target = Path(entry.path).resolve()
            return target.is_file() and not target.is_relative_to(real_root)
        return stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)
    except RuntimeError:  # pathlib's word for a link that leads to itself
        return False
    except OSError:
        return True


def _take(path: Path, entry: os.DirEntry[str], reads: Callable[[Path], bool], found: Walk) -> None:
    if not reads(path):
        found.skipped += 1
    elif _HAS_FLAGS and _has_flag(entry, _WINDOWS_ELSEWHERE, _MAC_ELSEWHERE):
        found.failed.append(_elsewhere(path))
    else:
        found.files.append(path)


def _closed(folder: Path, error: OSError) -> DocumentFailed:
    reason = (
        f"The folder “{shown_name(folder)}” can't be opened: {error.strerror or error}. Check that you may read it."
    )
    return DocumentFailed(folder, reason, DocumentMissing.code)


def _elsewhere(path: Path) -> DocumentFailed:
    reason = f"“{shown_name(path)}” is not on this computer, only its name is. Have it kept here, then add it."
    return DocumentFailed(path, reason, DocumentMissing.code)


def suspects_last(files: Iterable[Path], suspects: Iterable[Path]) -> Iterator[Path]:
    """The same files; those that were being read when the program ended come last, in their own order, so that the rest
    is safe by then.
    """
    files, doubtful = list(files), {file: place for place, file in enumerate(suspects)}
    yield from (file for file in files if file not in doubtful)
    yield from sorted((file for file in files if file in doubtful), key=doubtful.__getitem__)
