"""Writes small Office documents part by part, so that a test says exactly what stands in the file."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
WIDTH, HEIGHT = 9_144_000, 6_858_000
"""EMU of a slide that is written here."""


def write_package(path: Path, parts: Mapping[str, str]) -> Path:
    """A ZIP of these parts, in this order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return path


def relations(*links: tuple[str, str, str]) -> str:
    """The part that holds links of (id, kind, target)."""
    inside = "".join(f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{to}"/>' for id_, kind, to in links)
    return f'<Relationships xmlns="{_PACKAGE}">{inside}</Relationships>'


def titled(title: str) -> str:
    """The part with the document's properties."""
    return f'<cp xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></cp>'


def write_xlsx(
    path: Path,
    sheets: Mapping[str, str],
    *,
    shared: Sequence[str] = (),
    styles: str = "",
    states: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
    properties: str = "",
) -> Path:
    """`sheets` are the XML inside worksheet by name, `shared` that inside each si, `styles` inside styleSheet."""
    names, states = list(sheets), states or {}
    tabs = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{states.get(name, "visible")}" r:id="s{n}"/>'
        for n, name in enumerate(names, 1)
    )
    links = [(f"s{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)]
    parts = {
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">{properties}'
        f"<sheets>{tabs}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            *links, ("t", "sharedStrings", "sharedStrings.xml"), ("y", "styles", "styles.xml")
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{"".join(f"<si>{one}</si>" for one in shared)}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}">{styles}</styleSheet>',
    }
    for n, inside in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{_SHEET}" xmlns:r="{_OFFICE}">{inside}</worksheet>'
    return write_package(path, {**parts, **(more or {})})


def sheet_data(*rows: Sequence[str | float | None], first: int = 1) -> str:
    """sheetData of these rows, from row `first` on; a None is no cell at all."""
    inside = "".join(
        f'<row r="{number}">{"".join(_cell(number, column, value) for column, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, first)
        if any(value is not None for value in row)
    )
    return f"<sheetData>{inside}</sheetData>"


def _cell(row: int, column: int, value: str | float | None) -> str:
    at = f"{chr(ord('A') + column)}{row}"
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{at}"><v>{value}</v></c>'


def write_pptx(
    path: Path,
    *slides: str,
    attributes: Mapping[int, str] | None = None,
    links: Mapping[int, Sequence[tuple[str, str, str]]] | None = None,
    more: Mapping[str, str] | None = None,
) -> Path:
    """`slides` are the XML inside their shape trees; `attributes` and `links` are by the number of the slide."""
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="s{n}"/>' for n in range(1, len(slides) + 1))
    spaces = f'xmlns:p="{_SLIDE}" xmlns:a="{_DRAWING}" xmlns:r="{_OFFICE}" xmlns:c="{_CHART}"'
    parts = {
        "_rels/.rels": relations(("r1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {spaces}><p:sldIdLst>{ids}</p:sldIdLst>"
        f'<p:sldSz cx="{WIDTH}" cy="{HEIGHT}"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"s{n}", "slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1))
        ),
    }
    for n, inside in enumerate(slides, 1):
        own = (attributes or {}).get(n, "")
        parts[f"ppt/slides/slide{n}.xml"] = f"<p:sld {spaces} {own}>{slide_tree(inside)}</p:sld>"
        parts[f"ppt/slides/_rels/slide{n}.xml.rels"] = relations(*(links or {}).get(n, ()))
    return write_package(path, {**parts, **(more or {})})


def slide_tree(inside: str, background: str = "") -> str:
    return f"<p:cSld>{background}<p:spTree>{inside}</p:spTree></p:cSld>"


def slide_part(name: str, inside: str) -> str:
    """A part like notes: its root with the namespaces that `shape` uses."""
    spaces = f'xmlns:p="{_SLIDE}" xmlns:a="{_DRAWING}" xmlns:r="{_OFFICE}" xmlns:c="{_CHART}"'
    return f"<p:{name} {spaces}>{inside}</p:{name}>"


def shape(
    *paragraphs: str,
    role: str = "",
    at: tuple[int, int, int, int] | None = None,
    fill: str = "",
    run: str = "",
    hidden: bool = False,
) -> str:
    """A shape with these paragraphs of one run each; `at` is left, top, width, height in hundredths of the slide."""
    place = f'<p:ph type="{role}"/>' if role else ""
    where = ""
    if at is not None:
        left, top, width, height = (n * size // 100 for n, size in zip(at, (WIDTH, HEIGHT, WIDTH, HEIGHT), strict=True))
        where = f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
    texts = "".join(f"<a:p><a:r>{run}<a:t>{text}</a:t></a:r></a:p>" for text in paragraphs)
    off = ' hidden="1"' if hidden else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"{off}/><p:cNvSpPr/><p:nvPr>{place}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{where}{fill}</p:spPr><p:txBody>{texts}</p:txBody></p:sp>"
    )


def slide_table(*rows: Sequence[str], headed: bool = True) -> str:
    cells = "".join(
        "<a:tr>"
        + "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{c}</a:t></a:r></a:p></a:txBody></a:tc>" for c in row)
        + "</a:tr>"
        for row in rows
    )
    table = f'<a:tbl><a:tblPr firstRow="{int(headed)}"/>{cells}</a:tbl>'
    return f"<p:graphicFrame><a:graphic><a:graphicData>{table}</a:graphicData></a:graphic></p:graphicFrame>"
