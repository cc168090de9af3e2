"""Writes small messages as Outlook does: an OLE2 file ([MS-CFB]) with a stream for each property."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, Union

Tree: TypeAlias = Mapping[str, Union[bytes, "Tree"]]

_SECTOR, _SMALL_SECTOR, _SMALL_UNDER = 512, 64, 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_TABLE = "__properties_version1.0"


def text(number: int, value: str) -> dict[str, bytes]:
    """A property of text."""
    return {f"__substg1.0_{number:04X}001F": value.encode("utf-16-le")}


def table(begin: int, numbers: Mapping[int, int], kind: int = 0x0003) -> dict[str, bytes]:
    """The short properties of a storage, whose table has `begin` bytes before the first."""
    rows = (struct.pack("<HHIQ", kind, number, 6, value) for number, value in numbers.items())
    return {_TABLE: bytes(begin) + b"".join(rows)}


def write_ole(path: Path, tree: Tree) -> Path:
    """An OLE2 file of these streams (bytes, each under 4096) and storages (mappings)."""
    entries: list[_Entry] = [_Entry("Root Entry", 5)]
    _add(entries, 0, tree)
    small = b""
    small_chain: list[int] = []
    for entry in entries:
        if entry.data:
            assert len(entry.data) < _SMALL_UNDER
            count = -(-len(entry.data) // _SMALL_SECTOR)
            entry.start, entry.size = len(small_chain), len(entry.data)
            small_chain += [*range(entry.start + 1, entry.start + count), _END]
            small += entry.data.ljust(count * _SMALL_SECTOR, b"\0")
    sectors: list[bytes] = []
    chain: list[int] = []

    def put(data: bytes) -> int:
        """The first sector of these bytes."""
        first, count = len(sectors), -(-len(data) // _SECTOR)
        sectors.extend(data[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(data), _SECTOR))
        chain.extend([*range(first + 1, first + count), _END] if count else [])
        return first

    entries[0].start, entries[0].size = put(small), len(small)
    small_fat = put(
        struct.pack(f"<{len(small_chain)}L", *small_chain).ljust(-(-len(small_chain) // 128) * 512, b"\xff")
    )
    directory = put(b"".join(entry.packed() for entry in entries))
    fats = -(-(len(chain) + 4) // 127)
    places = range(len(chain), len(chain) + fats)
    chain += [_FAT] * fats
    chain += [_FREE] * (fats * 128 - len(chain))
    header = struct.pack("<8s16s6H", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, 0)
    header += struct.pack(
        "<10L", 0, 0, fats, directory, 0, _SMALL_UNDER, small_fat, -(-len(small_chain) // 128), _END, 0
    )
    header += b"".join(struct.pack("<L", at) for at in places).ljust(109 * 4, b"\xff")
    path.write_bytes(header.ljust(_SECTOR, b"\0") + b"".join(sectors) + struct.pack(f"<{len(chain)}L", *chain))
    return path


@dataclass
class _Entry:
    """A stream (kind 2) or a storage (1, the root 5), and its neighbours in the directory."""

    name: str
    kind: int
    data: bytes = b""
    right: int = _FREE
    child: int = _FREE
    start: int = _END
    size: int = 0

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le")
        head = struct.pack("<64sHBBLLL", name, len(name) + 2, self.kind, 1, _FREE, self.right, self.child)
        return head + struct.pack("<16sLQQLQ", bytes(16), 0, 0, 0, self.start, self.size)


def _add(entries: list[_Entry], parent: int, tree: Tree) -> None:
    """The children of an entry, each the right neighbour of the one before."""
    before = -1
    for name, content in tree.items():
        number = len(entries)
        entries.append(_Entry(name, 2, content) if isinstance(content, bytes) else _Entry(name, 1))
        if before < 0:
            entries[parent].child = number
        else:
            entries[before].right = number
        before = number
        if not isinstance(content, bytes):
            _add(entries, number, content)
