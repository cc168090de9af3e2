"""The words of RTF that matter to a reader of text (Word's Rich Text Format 1.9.1), and the state of a group.

Knows neither files nor blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.parsers.numerals import BULLET

TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<symbol>[^a-zA-Z])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\"
)
TEXTS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": BULLET, "emspace": " ", "enspace": " ", "qmspace": " ",
    "nestcell": " ", "nestrow": " ", "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip
SYMBOLS = {"~": "\u00a0", "_": "\u2011", "{": "{", "}": "}", "\\": "\\"}
BREAKS = frozenset({"par", "sect", "page", "column"})
SKIPPED = frozenset(
    """pict nonshppict header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc ftncn aftnsep
    aftnsepc aftncn fldinst xe tc tcn txe rxe themedata colorschememapping datastore latentstyles rsidtbl listtable
    listoverridetable revtbl filetbl generator mmathPr template annotation atnid atnauthor atndate atnref atrfstart
    atrfend bkmkstart bkmkend nonesttables sp objdata objclass objname fontemb falt panose blipuid private pgdsctbl
    docvar formfield datafield""".split()
)
"""Groups whose text is no text of the document."""

KNOWN_STARRED = frozenset({"shpinst", "shptxt", "nesttableprops", "footnote", "listtext", "pntext"})
"""Groups that are read although readers may pass over them."""

LABELS = frozenset({"listtext", "pntext"})
"""Groups with what stands in front of a list's item."""


@dataclass(frozen=True, slots=True)
class State:
    """What holds inside a group. `target` is where its text goes: "body", a table of the head, or "" for nowhere."""

    target: str = "body"
    unicode_skip: int = 1
    font: int = 0
    hidden: bool = False
    deleted: bool = False
    size: int = 24
    colour: int = 0
    shaded: bool = False
    in_table: bool = False
    heading: int = 0
