"""The parts of a Word document by their roles. How a ZIP and its XML are opened safely is in rag.parsers.package."""

from __future__ import annotations

import posixpath
from pathlib import Path
from types import TracebackType

from rag.parsers.elements import Element, attribute, child
from rag.parsers.package import Archive

_OFFICE_DOCUMENT = "/officeDocument"


class Package:
    """A Word document's parts by role. A context manager."""

    def __init__(self, path: Path) -> None:
        """Raises DocumentBroken, DocumentTooLarge."""
        self._archive = Archive(path, "Word")
        self._main = ""

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def document(self) -> Element:
        """The body. Raises DocumentBroken when there is none, DocumentTooLarge."""
        body = child(self._archive.xml(self._main_name()), "body")
        if body is None:
            raise self._archive.broken("it holds no document")
        return body

    def part(self, role: str) -> Element | None:
        """The part the document calls "styles", "numbering", "footnotes" or "endnotes"; None if it has none."""
        return self._archive.xml(posixpath.join(posixpath.dirname(self._main_name()), f"{role}.xml"))

    def title(self) -> str:
        """The title among the document's properties, or an empty string."""
        title = child(self._archive.xml("docProps/core.xml"), "title")
        return (title.text or "") if title is not None else ""

    def _main_name(self) -> str:
        if not self._main:
            self._main = self._linked_main() or "word/document.xml"
        return self._main

    def _linked_main(self) -> str:
        relations = self._archive.xml("_rels/.rels")
        for relation in relations if relations is not None else ():
            if attribute(relation, "Type").endswith(_OFFICE_DOCUMENT):
                return attribute(relation, "Target").lstrip("/")
        return ""
