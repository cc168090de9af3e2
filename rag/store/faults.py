"""What SQLite says when something is wrong, in the user's words.

Knows the error codes, not the statements. A code that is not here is a bug of ours and goes on as it came.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from rag.errors import DiskFull, LibraryDamaged, LibraryError

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FORBIDDEN = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@contextmanager
def told_in_words(file: Path) -> Iterator[None]:
    """Raises DiskFull, LibraryDamaged or LibraryError, naming `file`, in place of what SQLite or the system raised."""
    try:
        yield
    except DBAPIError as fault:
        if isinstance(fault.orig, sqlite3.Error):
            raise _in_words(fault.orig, file) or fault from fault
        raise
    except sqlite3.Error as fault:
        raise _in_words(fault, file) or fault from fault
    except OSError as fault:
        raise _system_in_words(fault, file) from fault


def damaged(file: Path) -> LibraryDamaged:
    return LibraryDamaged(
        f"The library file {file} is damaged and can't be read.",
        f"Put the newest copy from {file.parent / 'backups'} in its place, or move it away to start afresh.",
    )


def _in_words(fault: sqlite3.Error, file: Path) -> LibraryError | None:
    code: int = getattr(fault, "sqlite_errorcode", 0)
    codes = {code, code & 0xFF}  # the low byte of an extended code is its family
    if codes & _FULL:
        return _full(file)
    if codes & _DAMAGED:
        return damaged(file)
    if codes & _FORBIDDEN:
        return _forbidden(file)
    if codes & _BUSY:
        return LibraryError(
            f"The library file {file} is in use by another program.", "Close that program and try again."
        )
    if code & 0xFF == sqlite3.SQLITE_IOERR:
        return LibraryError(
            f"The library file {file} can't be read or written.", "Check the disk it is on, then start Footnote again."
        )
    return None


def _system_in_words(fault: OSError, file: Path) -> LibraryError:
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(file)
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _forbidden(file)
    return LibraryError(
        f"The data directory {file.parent} can't be used: {fault.strerror or fault}.",
        "Choose another one with --data or FOOTNOTE_DATA.",
    )


def _full(file: Path) -> DiskFull:
    return DiskFull(
        f"The disk that holds {file} is full, so nothing was saved.", "Free some space on it and try again."
    )


def _forbidden(file: Path) -> LibraryError:
    return LibraryError(
        f"Footnote may not write to {file}.", f"Give yourself write permission on {file.parent}, or choose another."
    )
