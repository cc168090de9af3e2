"""Finds the parts of an Office document of since 2007 by how they are linked (ECMA-376 part 2, 9). Knows no program.

Links that lead out of the file are never followed; those that lead to a part that is not there are left out.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from rag.parsers.elements import Element, attribute, child, children
from rag.parsers.package import Archive

_OFFICE_DOCUMENT = "officeDocument"


@dataclass(frozen=True, slots=True)
class Link:
    """`kind` is the end of the link's type: "slide", "notesSlide", "chart". `target` is a part's name."""

    kind: str
    target: str


class OfficeFile:
    """A document's parts and the links between them. A context manager.

    `program` is what the user opens such files with. Methods raise DocumentBroken, DocumentEncrypted, DocumentTooLarge.
    """

    def __init__(self, path: Path, program: str) -> None:
        """Raises DocumentBroken, DocumentTooLarge."""
        self.archive = Archive(path, program)
        self._links: dict[str, dict[str, Link]] = {}

    def __enter__(self) -> OfficeFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.archive.close()

    def main(self, default: str) -> tuple[str, Element]:
        """The name and the root of the part that all others hang on."""
        linked = next((link.target for link in self.links("").values() if link.kind == _OFFICE_DOCUMENT), "")
        for name in (linked, default):
            root = self.archive.xml(name) if name else None
            if root is not None:
                return name, root
        raise self.archive.broken("it holds no document")

    def links(self, part: str) -> dict[str, Link]:
        """The links of a part by their id; of the whole file for an empty name."""
        if part not in self._links:
            folder, name = posixpath.split(part)
            root = self.archive.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
            self._links[part] = {
                attribute(element, "Id"): Link(
                    attribute(element, "Type").rpartition("/")[2], _joined(folder, attribute(element, "Target"))
                )
                for element in children(root, "Relationship")
                if attribute(element, "TargetMode") != "External"
            }
        return self._links[part]

    def linked(self, part: str, kind: str) -> list[str]:
        """The parts of one kind that a part links to."""
        return [link.target for link in self.links(part).values() if link.kind == kind]

    def title(self) -> str:
        """The title among the document's properties, or an empty string."""
        names = self.linked("", "core-properties") or ["docProps/core.xml"]
        title = child(self.archive.xml(names[0]), "title")
        return (title.text or "") if title is not None else ""


def link_id(element: Element, name: str = "id") -> str:
    """The id of the link that an element names: its attribute r:id, of any dialect's namespace."""
    for key, value in element.attrib.items():
        namespace, _, local = str(key).rpartition("}")
        if local == name and namespace.endswith("relationships"):
            return str(value)
    return ""


def _joined(folder: str, target: str) -> str:
    """A target as a name in the ZIP, which knows no leading slash and no dots."""
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
