"""Reads text with marks of its own: reStructuredText, AsciiDoc, LaTeX and Org.

The page's text is the file's text with comments overwritten by blanks, so line numbers are those an editor shows. No
file that the text names is opened: includes, inputs and images are left alone. Comments are left out without a word:
whoever opens such a file sees them, but its page does not show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rag.parsers.cleaning import clean, smuggled
from rag.parsers.decoding import read_uncleaned
from rag.parsers.formats import MARKUP, media_type_by_name
from rag.parsers.markup_asciidoc import read_asciidoc
from rag.parsers.markup_latex import read_latex
from rag.parsers.markup_lines import MarkedText
from rag.parsers.markup_org import read_org
from rag.parsers.markup_rst import read_rst
from rag.parsers.text import text_page
from rag.types import Counting, HiddenText, Page, PageSkipped, Title

_READERS: Mapping[str, Callable[[str], MarkedText]] = {
    "text/x-rst": read_rst,
    "text/asciidoc": read_asciidoc,
    "text/x-tex": read_latex,
    "text/x-org": read_org,
}


class MarkupParser:
    """Text formats that people write by hand, besides Markdown."""

    media_types: tuple[str, ...] = tuple(_READERS)
    suffixes = frozenset(MARKUP)
    counting = Counting.LINES

    def recognises(self, head: bytes) -> bool:
        """Nothing: all of them can be plain text too."""
        del head
        return False

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, what is hidden in it, and the file as one page.

        Raises DocumentEmpty, DocumentTooLarge, DocumentUnsupported.
        """
        raw = read_uncleaned(path)
        marked = _READERS[media_type_by_name(path) or "text/x-rst"](clean(raw))
        if hidden := smuggled(raw):
            yield HiddenText(hidden)
        page = text_page(path, marked.seen(), lambda _: iter(marked.blocks))
        if marked.title:
            yield Title(marked.title)
        yield page
