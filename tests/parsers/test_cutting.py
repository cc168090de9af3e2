"""Stored pages are cut anew as their file was cut when it was read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.cancel import never
from local_models.embedders.folder import default_folder
from rag.chunking import PASSAGE_TOKENS, passage_limit
from rag.parsers.cutting import counting_of
from rag.parsers.cutting_child import ChildCutter
from rag.parsers.reading import ChildReader
from rag.store.store import Store
from rag.types import Counting, Document, Opened, Page, Passage, PassageTerms, Title

TOKENIZER = default_folder() / "tokenizer.json"
TEXT = "# Rules of the house\n\n" + "\n\n".join(
    f"## Part {part}\n\n" + " ".join(f"Rule {part}.{rule} says that door {rule} is shut." for rule in range(40))
    for part in range(3)
)


def test_an_embedder_that_reads_little_gets_short_passages() -> None:
    assert passage_limit(256) == PASSAGE_TOKENS
    assert passage_limit(128) == 72
    assert passage_limit(512) == PASSAGE_TOKENS
    assert passage_limit(512, 400) == 400
    assert passage_limit(256, 400) == 200
    assert passage_limit(60) == 24


def test_places_are_counted_as_the_formats_parser_counts_them() -> None:
    assert counting_of("application/pdf") is Counting.PAGES
    assert counting_of("text/plain") is Counting.LINES
    assert counting_of("no/longer-read") is Counting.PAGES


@pytest.fixture(scope="module")
def cutter() -> Iterator[ChildCutter]:
    made = ChildCutter()
    yield made
    made.close()


@pytest.fixture
def document(tmp_path: Path) -> Iterator[tuple[Store, Document, list[Passage], list[PassageTerms]]]:
    """A Markdown file read by the parse child and kept, with the passages and terms that came of it."""
    file = tmp_path / "rules.md"
    file.write_text(TEXT, "utf-8")
    reader = ChildReader(lambda: TOKENIZER)
    items = list(reader.read(file, never()))
    reader.close()
    passages = [item for item in items if isinstance(item, Passage)]
    terms = [item for item in items if isinstance(item, PassageTerms)]
    (opened,) = (item for item in items if isinstance(item, Opened))
    title = next((item.text for item in items if isinstance(item, Title)), "rules")
    store = Store.open(tmp_path / "data")
    begun = store.library.begin(file, media_type=opened.media_type, sha256="x", size=1, title=title)
    kept = store.library.replace(
        begun.id,
        title=title,
        pages=[item for item in items if isinstance(item, Page)],
        passages=passages,
        terms=terms,
        sha256="x",
        size=1,
        media_type=opened.media_type,
    )
    yield store, kept, passages, terms
    store.close()


@pytest.mark.real
def test_the_same_length_gives_the_same_passages_without_the_file(
    cutter: ChildCutter, document: tuple[Store, Document, list[Passage], list[PassageTerms]]
) -> None:
    store, kept, passages, terms = document
    kept.path.unlink()
    again = cutter.cut(kept, store.library.pages(kept.id), TOKENIZER, PASSAGE_TOKENS, never())
    assert again == (passages, terms)
    assert len(passages) > 3


@pytest.mark.real
def test_a_smaller_length_gives_more_passages_that_hold_the_same_text(
    cutter: ChildCutter, document: tuple[Store, Document, list[Passage], list[PassageTerms]]
) -> None:
    store, kept, passages, _ = document
    shorter, terms = cutter.cut(kept, store.library.pages(kept.id), TOKENIZER, 60, never())
    assert len(terms) == len(shorter) > 2 * len(passages)
    assert "".join("".join(each.text.split()) for each in shorter) == "".join(
        "".join(each.text.split()) for each in passages
    )
    assert shorter[-1].place.lines is not None
