"""What an EPUB says of itself: its title, its chapters in reading order, and what its table of contents calls them.

Follows EPUB 3.3 (Open Packages, Open Container) as far as books keep to it; older books have an NCX for a table of
contents. XML is parsed leniently, without any declared entity, and nothing is fetched. Knows nothing of text.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from rag.errors import DocumentEncrypted
from rag.parsers.decoding import decode
from rag.parsers.elements import Element, attribute, child, children, descend, inside
from rag.parsers.html import CHARSET, from_xhtml, without_internal_subset
from rag.parsers.package import Archive

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
_FONTS = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
"""Ways to make fonts unusable outside the book (EPUB 3.3, 4.4); they hide no text."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of the book. `name` is that of the part in the ZIP."""

    name: str
    media_type: str
    properties: tuple[str, ...]


class Book:
    """The package document of an open EPUB."""

    def __init__(self, archive: Archive) -> None:
        """Raises DocumentBroken without a list of chapters, DocumentEncrypted for a book sold with a lock."""
        self._archive = archive
        self._names = {name.casefold(): name for name in archive.names()}
        self._refuse_locked()
        opf = self._package_name()
        root = self._xml(opf)
        manifest, spine = child(root, "manifest"), child(root, "spine")
        if root is None or manifest is None or spine is None:
            raise archive.broken("it holds no list of its chapters")
        self._metadata = child(root, "metadata")
        self._items = dict(self._listed(manifest, posixpath.dirname(opf)))
        self._order = [attribute(reference, "idref") for reference in children(spine, "itemref")]
        self._ncx = attribute(spine, "toc")

    @property
    def title(self) -> str:
        found = child(self._metadata, "title")
        return " ".join(str(found.xpath("string()")).split()) if found is not None else ""

    def chapters(self) -> Iterator[str]:
        """The parts with text in reading order, each once; the table of contents is none of them."""
        seen: set[str] = set()
        for reference in self._order:
            item = self._items.get(reference)
            if item is None or item.name in seen or item.media_type not in _PAGES or "nav" in item.properties:
                continue
            seen.add(item.name)
            yield item.name

    def source(self, name: str) -> str:
        """The text of a part in its encoding; empty where there is none of that name."""
        data = self._archive.read(name)
        if data is None:
            return ""
        declared = CHARSET.search(data[:2048])
        return decode(data, declared[1].decode("ascii", "replace") if declared else "")

    def contents(self) -> dict[str, list[str]]:
        """Part -> what the table of contents calls it, or what begins in it, in order."""
        titles: dict[str, list[str]] = {}
        for name, title in self._entries():
            if title and title not in titles.setdefault(name, []):
                titles[name].append(title)
        return titles

    def _entries(self) -> Iterator[tuple[str, str]]:
        nav = next((item for item in self._items.values() if "nav" in item.properties), None)
        if nav is not None:
            tree = LexborHTMLParser(from_xhtml(self.source(nav.name)))
            for link in tree.css('nav[epub\\:type~="toc"] a[href]') or (tree.css_first("nav") or tree).css("a[href]"):
                yield self._target(link.attributes.get("href") or "", nav.name), " ".join(link.text().split())
            return
        ncx = self._items.get(self._ncx) or next(
            (item for item in self._items.values() if item.media_type == "application/x-dtbncx+xml"), None
        )
        root = self._xml(ncx.name) if ncx is not None else None
        for point in inside(root, "navPoint"):
            label = descend(point, "navLabel", "text")
            words = " ".join((label.text or "").split()) if label is not None else ""
            yield self._target(attribute(child(point, "content"), "src"), ncx.name if ncx is not None else ""), words

    def _package_name(self) -> str:
        root = self._xml(_CONTAINER)
        for element in inside(root, "rootfile"):
            return self._real(attribute(element, "full-path"))
        return next((name for name in self._archive.names() if name.lower().endswith(".opf")), "")

    def _listed(self, manifest: Element, folder: str) -> Iterator[tuple[str, Item]]:
        for element in children(manifest, "item"):
            name = self._target(attribute(element, "href"), posixpath.join(folder, "-"))
            properties = tuple(attribute(element, "properties").split())
            yield attribute(element, "id"), Item(name, attribute(element, "media-type"), properties)

    def _target(self, reference: str, inside: str) -> str:
        """The part a link leads to."""
        try:
            path = unquote(urlsplit(reference).path)
        except ValueError:
            return ""
        return self._real(posixpath.normpath(posixpath.join(posixpath.dirname(inside), path)) if path else inside)

    def _real(self, name: str) -> str:
        """Books made where names have no case name their parts in any."""
        return self._names.get(name.lstrip("/").casefold(), name)

    def _refuse_locked(self) -> None:
        root = self._xml(_ENCRYPTION)
        for method in inside(root, "EncryptionMethod"):
            if attribute(method, "Algorithm") not in _FONTS:
                raise DocumentEncrypted(
                    f"“{self._archive.name}” is locked by whoever sold it.",
                    "Only the seller's program opens it; a copy without the lock can be read.",
                )

    def _xml(self, name: str) -> Element | None:
        data = self._archive.read(name) if name else None
        if data is None:
            return None
        source = without_internal_subset(decode(data))
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, recover=True, encoding="utf-8"
        )
        try:
            return etree.fromstring(source.encode("utf-8", "replace"), parser)
        except (etree.XMLSyntaxError, ValueError):
            return None
