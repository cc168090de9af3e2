"""Opens documents that are a ZIP of parts, and parses the parts as XML, under limits. Knows no format.

Nothing outside the file is ever touched: no part is written anywhere, whatever its name says; entities are not
resolved, no DTD is loaded and a document with one is refused, links are not followed. Sizes are counted while
unpacking, because what a ZIP declares can be a lie.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from lxml import etree

from rag.errors import DocumentBroken, DocumentEncrypted, DocumentTooLarge
from rag.parsers.cleaning import shown_name
from rag.parsers.elements import Element

MAX_MEMBERS = 50_000
"""Entries of one ZIP. A book of 5,000 pages with a picture on each has 10,000; their directory takes 100 bytes each."""

MAX_PART = 64 * 2**20
"""Bytes of one part unpacked, where it is parsed as a whole. The text of an 870-page handbook takes 4 MB; lxml needs
about ten times this.
"""

MAX_STREAM = 1024 * 2**20
"""Bytes of one part that is read piece by piece: a sheet of a million rows and 20 columns has about 600 MB of XML."""

MAX_UNPACKED = 2048 * 2**20
"""Bytes of all parts that are read."""

MAX_RATIO, RATIO_FROM = 400, 16 * 2**20
"""Bytes unpacked for each packed one, of a part that has become this large. Deflate can reach 1,032, with nothing but
repetition; sheets of numbers reach 30, the most repetitive ones of the dev set 60.
"""

_LOCAL_HEADER = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_ENCRYPTED = 0x1


class Archive:
    """The parts of a ZIP, by name. A context manager.

    `program` is what the user opens such files with, for advice. Its methods raise DocumentBroken, DocumentEncrypted
    and DocumentTooLarge.
    """

    def __init__(self, path: Path, program: str = "its program") -> None:
        """Raises DocumentBroken, DocumentTooLarge."""
        self.name = shown_name(path)
        self._program = program
        self._read = 0
        try:
            self._zip = zipfile.ZipFile(path)
        except _UNREADABLE as error:
            raise self.broken("its ZIP can't be opened") from error
        if len(self._zip.infolist()) > MAX_MEMBERS:
            self._zip.close()
            raise DocumentTooLarge(
                f"“{self.name}” is packed of more than {MAX_MEMBERS:,} parts.", "Split it into smaller documents."
            )

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def names(self) -> list[str]:
        """Of all parts, in the order of the file. Only good for `read` and `open`: they may be meant to mislead."""
        return self._zip.namelist()

    def read(self, name: str, *, limit: int | None = None) -> bytes | None:
        """A part unpacked, of at most `limit` bytes (MAX_PART); None if there is none of that name."""
        with io.BytesIO() as whole:
            for piece in self._pieces(name, limit or MAX_PART):
                whole.write(piece)
            return whole.getvalue() if name in self._zip.NameToInfo else None

    def xml(self, name: str) -> Element | None:
        """A part as XML, None if there is none of that name."""
        data = self.read(name)
        return None if data is None else self.parsed(data, name)

    def parsed(self, data: bytes, name: str) -> Element:
        """The root of XML that is in the part `name`."""
        try:
            return plain_xml(data)
        except ValueError as error:
            raise self.broken(f"its part {name} {error}") from error

    def elements(self, name: str, tags: frozenset[str]) -> Iterator[Element]:
        """The elements of these local names in a large part, each as soon as it has ended, and forgotten after.

        An element inside another of them comes with it and also on its own, before it.
        """
        feed = etree.XMLPullParser(
            ("end",), tag=[f"{{*}}{tag}" for tag in tags], resolve_entities=False, no_network=True, load_dtd=False
        )
        try:
            for piece in self._pieces(name, MAX_STREAM):
                feed.feed(piece)
                yield from self._ended(feed)
            if name in self._zip.NameToInfo:
                feed.close()
            yield from self._ended(feed)
        except etree.XMLSyntaxError as error:
            raise self.broken(f"its part {name} is not XML") from error
        except ValueError as error:
            raise self.broken(f"its part {name} {error}") from error

    def broken(self, reason: str) -> DocumentBroken:
        """The error to raise where a part is not what it must be."""
        return DocumentBroken(f"“{self.name}” is damaged: {reason}.", f"Open it in {self._program} and save it again.")

    def encrypted(self) -> DocumentEncrypted:
        """The error to raise for a document that only a password opens."""
        return DocumentEncrypted(
            f"“{self.name}” is protected by a password.",
            f"Open it in {self._program} and save it without a password.",
        )

    def _ended(self, feed: etree.XMLPullParser) -> Iterator[Element]:
        for number, (_, element) in enumerate(feed.read_events()):
            if isinstance(element, Element):
                if number == 0:  # what declares a document type stands before the first element
                    _refuse_document_type(element)
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and parent[0] is not element:
                    del parent[0]

    def _pieces(self, name: str, limit: int) -> Iterator[bytes]:
        """A part unpacked, a megabyte at a time; nothing if there is none."""
        info = self._zip.NameToInfo.get(name)
        if info is None:
            return
        if info.flag_bits & _ENCRYPTED:
            raise self.encrypted()
        size = 0
        try:
            with self._zip.open(info) as part:
                while piece := part.read(2**20):
                    size += len(piece)
                    self._check(size, info.compress_size, limit)
                    yield piece
        except _UNREADABLE as error:
            raise self.broken(f"its part {name} can't be unpacked") from error
        finally:
            self._read += size

    def _check(self, size: int, packed: int, limit: int) -> None:
        if size > limit or self._read + size > MAX_UNPACKED:
            raise DocumentTooLarge(
                f"“{self.name}” unpacks to more than {min(limit, MAX_UNPACKED) // 2**20} MB of text.",
                "Split it into smaller documents.",
            )
        if size > RATIO_FROM and size > MAX_RATIO * max(packed, 1):
            raise DocumentTooLarge(
                f"“{self.name}” is far larger unpacked than a document can be: it was made to fill the memory.",
                "Delete it if you do not know where it comes from.",
            )


def plain_xml(data: bytes) -> Element:
    """The root of XML. Raises ValueError, saying what it is instead, for none and for one with a document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError("is not XML") from error
    _refuse_document_type(root)
    return root


def _refuse_document_type(element: Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise ValueError("holds a document type, which no document of its kind does")


def entry_names(head: bytes) -> list[bytes]:
    """The names of the first entries of a ZIP, of which `head` is the beginning; empty for anything else."""
    if not head.startswith(b"PK\x03\x04"):
        return []
    names = []
    for header in _LOCAL_HEADER.finditer(head):
        length = int.from_bytes(header[1], "little")
        names.append(head[header.end() : header.end() + length])
    return names
