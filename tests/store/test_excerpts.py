"""A stretch of a document comes with its place and its blocks, and no more is read than that."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import NotFound
from rag.store.library import Library
from rag.types import PAGE_BREAK, Block, BlockKind, Document, Excerpt, Page, Span
from tests.fakes.store import add_document

FIRST = "Heading\n\nThe tenant pays. 𝒜 é 中文."
SECOND = "Rows | and | cells"


@pytest.fixture
def lease(library: Library) -> Document:
    begun = library.begin(Path("/lease.pdf"), media_type="application/pdf", sha256="a", size=1, title="Lease")
    pages = [
        Page(1, FIRST, (Block(0, 7, BlockKind.HEADING, 2), Block(9, len(FIRST), BlockKind.PARAGRAPH))),
        Page(3, SECOND, (Block(0, len(SECOND), BlockKind.TABLE),)),
    ]
    return library.replace(
        begun.id, title="Lease", pages=pages, passages=[], terms=[], sha256="a", media_type="application/pdf", size=1
    )


def test_a_span_within_a_page_is_cut_out_with_its_blocks(library: Library, lease: Document) -> None:
    start = FIRST.index("tenant")
    (found,) = library.excerpts(lease.id, Span(start, start + 11))
    assert found == Excerpt(1, start, "tenant pays", (Block(0, 11, BlockKind.PARAGRAPH),), 0, len(FIRST))


def test_a_span_over_pages_gives_a_piece_of_each(library: Library, lease: Document) -> None:
    text = FIRST + PAGE_BREAK + SECOND
    found = library.excerpts(lease.id, Span(5, len(text) - 3))
    assert [piece.page for piece in found] == [1, 3]
    assert [text[piece.start : piece.start + len(piece.text)] for piece in found] == [piece.text for piece in found]
    assert found[0].blocks[0] == Block(0, 2, BlockKind.HEADING, 2)
    assert found[1].page_start == len(FIRST) + len(PAGE_BREAK)
    assert found[1].text == SECOND[:-3]


@pytest.mark.parametrize("span", [Span(0, 0), Span(10_000, 10_010), Span(len(FIRST), len(FIRST) + 2)])
def test_nothing_stands_at_a_span_that_holds_no_text(library: Library, lease: Document, span: Span) -> None:
    assert library.excerpts(lease.id, span) == []


def test_a_span_that_reaches_beyond_the_ends_gives_all_there_is(library: Library, lease: Document) -> None:
    assert [piece.text for piece in library.excerpts(lease.id, Span(-50, 10_000))] == [FIRST, SECOND]


def test_a_document_that_is_gone_has_no_excerpts(library: Library) -> None:
    document = add_document(library, "/a.txt", ["One."])
    library.remove([document.id])
    with pytest.raises(NotFound):
        library.excerpts(document.id, Span(0, 4))
