"""Reads electronic books (EPUB 2 and 3): every chapter in reading order, with the name the table of contents gives it.

A page is a part of the book, which is mostly a chapter; its label is the chapter's title. A part in which several
chapters begin has none, and its headings tell them apart. Nothing is unpacked to the disk or fetched; books locked by
their sellers are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.building import PageBuilder
from rag.parsers.cleaning import clean, shown_name
from rag.parsers.epub_package import Book
from rag.parsers.formats import EPUB, suffixes_of
from rag.parsers.html import from_xhtml, read_html
from rag.parsers.package import Archive
from rag.types import Block, BlockKind, Counting, HiddenText, Page, PageSkipped, Title

_NEAR_THE_TOP = 3
"""Blocks among which a chapter's heading is looked for: a number or a motto may stand above it."""


class EpubParser:
    """Electronic books."""

    media_types: tuple[str, ...] = (EPUB,)
    suffixes = suffixes_of(EPUB)
    counting = Counting.CHAPTERS

    def recognises(self, head: bytes) -> bool:
        """A ZIP whose first entry says so (EPUB 3.3, 4.3)."""
        return head.startswith(b"PK\x03\x04") and b"mimetypeapplication/epub+zip" in head[:100]

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, and each chapter behind what it hides.

        Raises DocumentBroken, DocumentEncrypted, DocumentTooLarge, DocumentEmpty.
        """
        with Archive(path, "an e-book program") as archive:
            book = Book(archive)
            if title := clean(book.title):
                yield Title(title)
            number = 0
            for item in _chapters(book):
                number += isinstance(item, Page)
                yield replace(item, number=number) if isinstance(item, Page) else item
        if not number:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no text.", "Its pages may be pictures.")


def _chapters(book: Book) -> Iterator[Page | HiddenText]:
    """The chapters with text, all with number 0."""
    contents = book.contents()
    last = ""
    for name in book.chapters():
        found = read_html(from_xhtml(book.source(name)))
        if found.hidden:
            yield HiddenText(found.hidden)
        titles = [clean(title) for title in contents.get(name, ())]
        if found.page.text:
            yield _named(found.page, titles, last)
        last = titles[-1] if titles else last


def _named(page: Page, titles: list[str], before: str) -> Page:
    """The page with its label; `before` is the chapter that ended or goes on where it begins."""
    if len(titles) > 1:
        return page
    if titles:
        return replace(_headed(page, titles[0]), label=titles[0])
    goes_on = not any(block.kind is BlockKind.HEADING for block in page.blocks)
    return replace(page, label=before if goes_on else "")


def _headed(page: Page, title: str) -> Page:
    """The page with its chapter's title as a heading: the one it has, the paragraph that is one, or one of its own."""
    top = page.blocks[:_NEAR_THE_TOP]
    if any(block.kind is BlockKind.HEADING for block in top):
        return page
    for number, block in enumerate(top):
        if _letters(page.text[block.start : block.end]) == _letters(title):
            heading = Block(block.start, block.end, BlockKind.HEADING, 1)
            return replace(page, blocks=(*page.blocks[:number], heading, *page.blocks[number + 1 :]))
    builder = PageBuilder()
    builder.add(title, BlockKind.HEADING, 1)
    for block in page.blocks:
        builder.add(page.text[block.start : block.end], block.kind, block.level)
    return builder.page(0)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
