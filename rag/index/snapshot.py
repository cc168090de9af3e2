"""A file that grows at its end: a line of JSON that says what it is, a first part, then records, each with a checksum.

It knows nothing of vectors. The first part is replaced in one step; records are appended, so that what was written once
is never written again. A record that is cut or damaged ends the file: what came after it is a cache's loss and nobody
else's. Checksums matter because a native library that is handed damaged bytes may take the process with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"footnote-index-2\n"
_LONGEST_HEADER = 4096
_CHECKSUM_BYTES = 16
_RECORD = struct.Struct(f"<Q{_CHECKSUM_BYTES}s")
"""Length of the record in bytes and its checksum, before each of them."""

Header = Mapping[str, str | int]


class Damaged(Exception):
    """The file is not there, not of this format, or not what was written."""


def write_snapshot(path: Path, header: Header, payload: bytes) -> int:
    """Replace `path` in one step by header and first part. A crash leaves the old file or the new one.

    Returns the length of the new file in bytes. Raises OSError.
    """
    line = json.dumps({**header, "blake2b": _checksum(payload).hex(), "bytes": len(payload)}).encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines((_MAGIC, line, payload))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)
    return len(_MAGIC) + len(line) + len(payload)


def append_record(path: Path, record: bytes, *, at: int) -> int:
    """Put a record at that place of the file, whose end it becomes. Returns the file's new length. Raises OSError."""
    with path.open("r+b") as file:
        file.truncate(at)
        file.seek(at)
        file.writelines((_RECORD.pack(len(record), _checksum(record)), record))
        file.flush()
        os.fsync(file.fileno())
    return at + _RECORD.size + len(record)


class Snapshot:
    """A file that is being read: header and first part, then the records while they are whole."""

    def __init__(self, file: BinaryIO, header: dict[str, str | int], payload: bytes, size: int) -> None:
        self.header = header
        self.payload = payload
        self.sound = file.tell()
        """Up to this byte everything read so far was whole."""
        self.size = size
        """Of the whole file, in bytes."""
        self._file = file

    def records(self) -> Iterator[bytes]:
        """One after the other; ends before the first that is cut or damaged."""
        while len(head := self._file.read(_RECORD.size)) == _RECORD.size:
            length, checksum = _RECORD.unpack(head)
            if length > self.size - self._file.tell():
                return
            record = self._file.read(length)
            if _checksum(record) != checksum:
                return
            self.sound = self._file.tell()
            yield record


@contextmanager
def open_snapshot(path: Path) -> Iterator[Snapshot]:
    """Raises Damaged, also when reading fails later."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if file.read(len(_MAGIC)) != _MAGIC:
                raise Damaged(path)
            header = json.loads(file.readline(_LONGEST_HEADER))
            if not isinstance(header, dict) or not isinstance(length := header.get("bytes"), int):
                raise Damaged(path)
            payload = file.read(min(max(length, 0), size))
            if len(payload) != length or header.get("blake2b") != _checksum(payload).hex():
                raise Damaged(path)
            yield Snapshot(file, header, payload, size)
    except (OSError, ValueError) as error:
        raise Damaged(path) from error


def _checksum(payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_CHECKSUM_BYTES).digest()  # 1 GB/s


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself survive a power cut. Windows has no such call and needs none."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
