"""The parts of a Word document by their roles. How they are linked is in rag.parsers.ooxml, how opened in package."""

from __future__ import annotations

import posixpath
from pathlib import Path
from types import TracebackType

from rag.parsers.elements import Element, child
from rag.parsers.ooxml import OfficeFile


class Package:
    """A Word document's parts by role. A context manager. Methods raise DocumentBroken, DocumentTooLarge."""

    def __init__(self, path: Path) -> None:
        """Raises DocumentBroken, DocumentTooLarge."""
        self._file = OfficeFile(path, "Word")
        self._main = ""

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.archive.close()

    def document(self) -> Element:
        """The body. Raises DocumentBroken when there is none."""
        self._main, root = self._file.main("word/document.xml")
        body = child(root, "body")
        if body is None:
            raise self._file.archive.broken("it holds no document")
        return body

    def part(self, role: str) -> Element | None:
        """The part the document calls "styles", "numbering", "footnotes" or "endnotes"; None if it has none."""
        return self._file.archive.xml(posixpath.join(posixpath.dirname(self._main), f"{role}.xml"))

    def chart(self, link: str) -> Element | None:
        """The chart that the body names by the id of a link."""
        found = self._file.links(self._main).get(link)
        return self._file.archive.xml(found.target) if found is not None and found.kind == "chart" else None

    def title(self) -> str:
        """The title among the document's properties, or an empty string."""
        return self._file.title()
