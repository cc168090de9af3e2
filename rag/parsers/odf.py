"""The parts of an OpenDocument file: a ZIP, or the same in one piece of XML (FODT, FODS, FODP). Knows no kind of it.

OpenDocument 1.3, parts 2 and 3. A part that a password locks is told from the list of parts, where it must be named.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from lxml import etree

from rag.errors import DocumentBroken, DocumentTooLarge
from rag.parsers.cleaning import shown_name
from rag.parsers.elements import Element, child, descend
from rag.parsers.package import MAX_PART, Archive, plain_xml

_PROGRAM = "LibreOffice"
_ENCRYPTION = b"encryption-data"
_MIME = b"application/vnd.oasis.opendocument."


class OdfFile:
    """A document's content and styles. A context manager."""

    def __init__(self, path: Path) -> None:
        """Raises DocumentBroken, DocumentEncrypted, DocumentTooLarge."""
        with path.open("rb") as file:
            packed = file.read(2) == b"PK"
        self._path = path
        self._archive = Archive(path, _PROGRAM) if packed else None
        self._flat = None if packed else self._whole()
        if self._archive is not None and _ENCRYPTION in (self._archive.read("META-INF/manifest.xml") or b""):
            self._archive.close()
            raise self._archive.encrypted()

    def __enter__(self) -> OdfFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._archive is not None:
            self._archive.close()

    def body(self, kind: str) -> Element:
        """The element of the body that holds a "text", "spreadsheet" or "presentation". Raises DocumentBroken."""
        found = descend(self.content(), "body", kind)
        if found is None:
            raise self.broken("it holds no document")
        return found

    def content(self) -> Element | None:
        """The content with its automatic styles."""
        return self._flat if self._archive is None else self._archive.xml("content.xml")

    def styles(self) -> Element | None:
        """The named styles, and what pages look like."""
        return self._flat if self._archive is None else self._archive.xml("styles.xml")

    def elements(self, tags: frozenset[str]) -> Iterator[Element]:
        """The elements of the content with these local names; in the order in which they end."""
        if self._archive is not None:
            yield from self._archive.elements("content.xml", tags)
        elif self._flat is not None:
            walk = etree.iterwalk(self._flat, ("end",), [f"{{*}}{tag}" for tag in tags])
            yield from (element for _, element in walk if isinstance(element, Element))

    def title(self) -> str:
        """The title among the document's properties, or an empty string."""
        meta = self._flat if self._archive is None else self._archive.xml("meta.xml")
        title = child(descend(meta, "meta"), "title")
        return (title.text or "") if title is not None else ""

    def broken(self, reason: str) -> DocumentBroken:
        """The error to raise where a part is not what it must be."""
        return DocumentBroken(
            f"“{shown_name(self._path)}” is damaged: {reason}.", f"Open it in {_PROGRAM} and save it again."
        )

    def _whole(self) -> Element:
        data = self._path.read_bytes() if self._path.stat().st_size <= MAX_PART else None
        if data is None:
            raise DocumentTooLarge(
                f"“{shown_name(self._path)}” holds more than {MAX_PART // 2**20} MB of text.",
                "Split it into smaller documents.",
            )
        try:
            return plain_xml(data)
        except ValueError as error:
            raise self.broken(f"it {error}") from error


def is_odf(head: bytes, kind: str) -> bool:
    """Whether a file that begins with `head` is an OpenDocument "text", "spreadsheet" or "presentation".

    The kind stands uncompressed in a ZIP's first entry, or in the attribute of the root.
    """
    name = _MIME + kind.encode("ascii")
    if head.startswith(b"PK\x03\x04"):
        return name in head[:200]
    return b"<office:document" in head and b'mimetype="' + name in head
