"""Makes raw text fit to be stored, searched and shown: line ends are \\n, and what nobody can see is gone.

Hidden characters are the cheapest way to smuggle an instruction into a document, and NULs and lone surrogates break
databases and JSON. What is left out: control characters, byte order marks, zero-width spaces and joiners of words,
direction overrides, tag characters, variation selectors in rows, fillers, unpaired surrogates and non-characters. ZWJ
and ZWNJ stay, because Persian and Indic words need them. The number of lines never changes, so line numbers stay those
of the file.
"""

from __future__ import annotations

import re
from pathlib import Path

_LINE_ENDS = re.compile(r"\r\n?")
_SPACES = re.compile(r"[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\ufffe\uffff\u202a-\u202e\u2066-\u2069"
    "\u206a-\u206f\u3164\uffa0\U000e0000-\U000e007f\ud800-\udfff]"
    "|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
)
_SMUGGLED = re.compile("(?:[\U000e0020-\U000e007e]{8,}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{8,})")
"""Tag characters and variation selectors spell texts no program shows; a flag takes 6 tags, an emoji 1 selector."""


def clean(text: str) -> str:
    """The text without what can't be seen, its lines ended by \\n. Other white space of old becomes a space."""
    return _UNSEEN.sub("", _SPACES.sub(" ", _LINE_ENDS.sub("\n", text)))


def on_one_line(text: str) -> str:
    """The clean text with every run of white space as one space, none at its ends."""
    plain = text.isascii() and text.isprintable() and "  " not in text  # nearly every cell of a sheet
    return text.strip() if plain else " ".join(clean(text).split())


def smuggled(text: str) -> int:
    """How many texts `clean` would leave out that were spelled in characters nobody sees."""
    return sum(1 for _ in _SMUGGLED.finditer(text))


def shown_name(path: Path) -> str:
    """The file's name for a sentence on the screen: what could turn or hide letters is written as an escape."""
    name = path.name or str(path)
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in name)
