"""Writes small OpenDocument files: a ZIP with its kind first, or one piece of XML."""

from __future__ import annotations

import zipfile
from pathlib import Path

_NAMES = ("office", "text", "table", "draw", "presentation", "style", "meta", "manifest")
_SPACES = (
    " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in _NAMES)
    + ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    + ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_MIME = "application/vnd.oasis.opendocument."


def write_odf(
    path: Path, kind: str, inside: str, *, automatic: str = "", styles: str = "", title: str = "", manifest: str = ""
) -> Path:
    """`kind` is "text", "spreadsheet" or "presentation"; `inside` stands in its body, `automatic` and `styles` are
    styles of the content and of the document.
    """
    body = f"<office:body><office:{kind}>{inside}</office:{kind}></office:body>"
    parts = {
        "content.xml": root(
            "document-content", f"<office:automatic-styles>{automatic}</office:automatic-styles>{body}"
        ),
        "styles.xml": root("document-styles", f"<office:styles>{styles}</office:styles>"),
        "meta.xml": root("document-meta", f"<office:meta><dc:title>{title}</dc:title></office:meta>"),
        "META-INF/manifest.xml": root("manifest", manifest),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", _MIME + kind, zipfile.ZIP_STORED)
        for name, text in parts.items():
            package.writestr(name, text)
    return path


def write_flat_odf(path: Path, kind: str, inside: str) -> Path:
    """The same in one piece."""
    body = f"<office:body><office:{kind}>{inside}</office:{kind}></office:body>"
    path.write_text(root("document", body, f'office:mimetype="{_MIME}{kind}"'), encoding="utf-8")
    return path


def root(name: str, inside: str, more: str = "") -> str:
    """A part of the file with all the names of spaces."""
    return f"<office:{name} {more} {_SPACES}>{inside}</office:{name}>"


def style(name: str, family: str, properties: str = "", more: str = "") -> str:
    """`properties` is the XML inside the style."""
    return f'<style:style style:name="{name}" style:family="{family}" {more}>{properties}</style:style>'


def text_style(name: str, attributes: str) -> str:
    """A style of spans, with these attributes of text."""
    return style(name, "text", f"<style:text-properties {attributes}/>")
