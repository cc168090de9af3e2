"""Reads source code: blocks begin at definitions, and a passage is headed by the names of those it stands in.

The common languages have a grammar (rag.parsers.grammars). For the others a definition is told by the word that opens
it, at the left edge: "func", "sub", "CREATE TABLE". The page's text is the file's text, so line numbers are those an
editor shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rag.parsers.decoding import read_text
from rag.parsers.edges import find_edges
from rag.parsers.formats import CODE, CODE_NAMES, DATA, media_type_by_name
from rag.parsers.grammars import definitions, knows
from rag.parsers.outline import Part, blocks_of
from rag.parsers.text import text_page
from rag.types import Block, Counting, Page, PageSkipped, Title

_DEFINES = re.compile(
    r"^(?:(?:pub(?:lic)?|private|protected|internal|static|final|abstract|open|override|export|local|inline|suspend"
    r"|sealed|data|async|partial|virtual|pure|recursive|elemental|default)(?:\([^()\n]{0,40}\))?[ \t]+){0,6}"
    r"(?:class|struct|interface|trait|enum|object|protocol|extension|module|namespace|record|func|fun|fn|function|def"
    r"|defp|defn-?|defmodule|defmacro|defun|defmethod|sub(?:routine)?|proc(?:edure)?|task|entity|architecture|message"
    r"|service|type|resource|variable|program|target|rule"
    r"|create[ \t]+(?:or[ \t]+replace[ \t]+)?(?:temp(?:orary)?[ \t]+|unique[ \t]+)?"
    r"(?:table|view|function|procedure|trigger|index|type|schema)(?:[ \t]+if[ \t]+not[ \t]+exists)?)"
    r"[ \t]+\(?[\"'`\[]?([\w.:$@/-]{1,100}(?:\"[ \t]+\"[\w-]{1,60})?)",
    re.IGNORECASE | re.MULTILINE,
)
"""Every repetition has an end. Group 1 is the name; a Terraform resource has two."""

_ASSIGNS = re.compile(r"^([\w.$]{1,80})[ \t]*(?:<-|=|:=|::)[ \t]*(?:function|proc|func)\b", re.MULTILINE)
_RULE = re.compile(r"^([\w./%$()-]{1,80})[ \t]*:(?![=:])", re.MULTILINE)


class CodeParser:
    """Source code of any language."""

    media_types: tuple[str, ...] = tuple(sorted({*CODE.values(), *CODE_NAMES.values()} - {*DATA.values()}))
    suffixes = frozenset(CODE) - frozenset(DATA)
    counting = Counting.LINES

    def recognises(self, head: bytes) -> bool:
        """A script's first line, for files without a suffix."""
        return head.startswith(b"#!/")

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped]:
        """Yield the whole file as one page. Raises DocumentEmpty, DocumentTooLarge, DocumentUnsupported."""
        text = read_text(path)
        media_type = media_type_by_name(path) or _by_first_line(text)
        yield text_page(path, text, partial(find_blocks, media_type=media_type, suffix=path.suffix.lower()))


def find_blocks(text: str, media_type: str, suffix: str = "") -> Iterator[Block]:
    """The blocks of a text of source code, each with the definitions it stands in."""
    parts = definitions(text, media_type, suffix) if knows(media_type) else _by_words(text, media_type)
    return blocks_of(text, parts)


def _by_words(text: str, media_type: str) -> Iterator[Part]:
    """The stretches at the left edge that open with a word that defines."""
    forms = [_RULE] if media_type == "text/x-makefile" else [_DEFINES, _ASSIGNS]
    for start, end in find_edges(text, 0, len(text)):
        name = next((found[1] for form in forms if (found := form.search(text, start, min(end, start + 4000)))), "")
        if name:
            yield Part(start, end, 1, name.replace('"', ""))


def _by_first_line(text: str) -> str:
    """The media type of a script without a suffix, by the program its first line calls; empty if it calls none."""
    first = text[:200].split("\n", 1)[0]
    if not first.startswith("#!"):
        return ""
    for word, media_type in _INTERPRETERS.items():
        if word in first:
            return media_type
    return "text/x-sh"


_INTERPRETERS = {
    "python": "text/x-python",
    "node": "text/javascript",
    "ruby": "text/x-ruby",
    "php": "text/x-php",
    "perl": "text/x-perl",
}
