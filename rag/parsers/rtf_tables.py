"""What the head of an RTF file declares: its code pages, fonts, colours and heading styles. Knows no text.

Word's Rich Text Format 1.9.1, "Character Set", "Font Table", "Color Table", "Style Sheet".
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from rag.parsers.paper import is_paper

CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
"""Of \\fcharset; the others are the document's own code page."""

PLATFORMS = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_UNUSUAL = {10000: "mac_roman", 10001: "cp932", 936: "gbk", 65001: "utf-8", 1361: "johab"}
_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)


@dataclass(slots=True)
class Tables:
    """`fonts` are code pages by font, `headings` levels 1 to 6 by style; `colours` are (red, green, blue) or None."""

    page: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    headings: dict[int, int] = field(default_factory=dict)
    colours: list[tuple[int, int, int] | None] = field(default_factory=list)
    default_font: int = 0

    def encoding(self, font: int) -> str:
        """The code page of bytes in a font."""
        return self.fonts.get(font, self.page)

    def is_pale(self, colour: int) -> bool:
        """Whether a colour of the table is that of paper; the first one is the automatic colour."""
        rgb = self.colours[colour] if 0 <= colour < len(self.colours) else None
        return rgb is not None and is_paper(rgb)

    def add_style(self, number: int, name: str, outline: int) -> None:
        """Note a paragraph style that is a heading by its English name or by its level in outlines, from 0."""
        found = _HEADING.fullmatch(name.strip())
        if found is not None or 0 <= outline < 9:
            self.headings[number] = min(6, int(found[1]) if found is not None else outline + 1)
        elif name.strip().lower() == "title":
            self.headings[number] = 1


def code_page(number: int) -> str | None:
    """The name of a code page by its number; None for an unknown one."""
    name = _UNUSUAL.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
