"""Opens the ZIP that a Word document is, and parses its parts as XML, under limits.

Nothing outside the file is ever touched: entities are not resolved, no DTD is loaded and a document with one is
refused, links are not followed. Sizes are counted while unpacking, because what a ZIP declares can be a lie.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from pathlib import Path
from types import TracebackType

from lxml import etree

from rag.errors import DocumentBroken, DocumentEncrypted, DocumentTooLarge
from rag.parsers.cleaning import shown_name

Element = etree._Element  # noqa: SLF001 - lxml has no public name for it

MAX_PART = 64 * 2**20
"""Bytes of one part unpacked. The text of an 870-page handbook takes 4 MB; lxml needs about ten times this."""

_OLE2 = b"\xd0\xcf\x11\xe0"
_OFFICE_DOCUMENT = "/officeDocument"


class Package:
    """A Word document's parts by role. A context manager."""

    def __init__(self, path: Path) -> None:
        """Raises DocumentBroken, DocumentEncrypted."""
        self._path = path
        self._name = shown_name(path)
        self._zip = self._open()
        self._main = ""

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def document(self) -> Element:
        """The body. Raises DocumentBroken when there is none, DocumentTooLarge."""
        root = self._parse(self._main_name())
        body = child(root, "body") if root is not None else None
        if body is None:
            raise self._broken("it holds no document")
        return body

    def part(self, role: str) -> Element | None:
        """The part the document calls "styles", "numbering", "footnotes" or "endnotes"; None if it has none."""
        return self._parse(posixpath.join(posixpath.dirname(self._main_name()), f"{role}.xml"))

    def title(self) -> str:
        """The title among the document's properties, or an empty string."""
        properties = self._parse("docProps/core.xml")
        title = child(properties, "title")
        return (title.text or "") if title is not None else ""

    def _open(self) -> zipfile.ZipFile:
        try:
            with self._path.open("rb") as file:
                if file.read(4) == _OLE2:
                    raise DocumentEncrypted(
                        f"“{self._name}” is protected by a password, or is an old Word document under a new name.",
                        "Open it in Word and save it as DOCX without a password.",
                    )
            return zipfile.ZipFile(self._path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise self._broken("its ZIP can't be opened") from error

    def _main_name(self) -> str:
        if not self._main:
            self._main = self._linked_main() or "word/document.xml"
        return self._main

    def _linked_main(self) -> str:
        relations = self._parse("_rels/.rels")
        for relation in relations if relations is not None else ():
            if attribute(relation, "Type").endswith(_OFFICE_DOCUMENT):
                return attribute(relation, "Target").lstrip("/")
        return ""

    def _parse(self, name: str) -> Element | None:
        data = self._read(name)
        if data is None:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise self._broken(f"its part {name} is not XML") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise self._broken("it holds a document type, which no Word document does")
        return root

    def _read(self, name: str) -> bytes | None:
        try:
            with self._zip.open(name) as part:
                data = part.read(MAX_PART + 1)
        except KeyError:
            return None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise self._broken(f"its part {name} can't be unpacked") from error
        if len(data) > MAX_PART:
            raise DocumentTooLarge(
                f"“{self._name}” unpacks to more than {MAX_PART // 2**20} MB of text.",
                "Split it into smaller documents.",
            )
        return data

    def _broken(self, reason: str) -> DocumentBroken:
        return DocumentBroken(f"“{self._name}” is damaged: {reason}.", "Open it in Word and save it again.")


def local_name(element: Element) -> str:
    """The tag without its namespace; empty for what is no element (an entity, a comment)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(parent: Element | None, name: str) -> Element | None:
    """The first child of that local name."""
    if parent is None:
        return None
    return next((element for element in parent if local_name(element) == name), None)


def attribute(element: Element, name: str) -> str:
    """The attribute of that local name, or an empty string."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def is_on(switch: Element) -> bool:
    """Whether an on/off property is on: it is, unless it says otherwise (ECMA-376, 17.17.4)."""
    return attribute(switch, "val").lower() not in {"0", "false", "off", "none"}
