"""Documents in and out of a real library."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import NotFound, UsageError
from rag.store.documents import put_passages
from rag.store.library import Library
from rag.store.packing import pack_boxes, unpack_boxes
from rag.types import (
    PAGE_BREAK,
    Block,
    BlockKind,
    Cell,
    Document,
    DocumentState,
    Page,
    Passage,
    PassageTerms,
    Place,
    Scope,
    Span,
    TextBox,
)
from tests.fakes.store import add_document, pages_of, passages_of, put_texts, terms_of


def test_a_document_has_a_row_before_its_file_is_opened(library: Library) -> None:
    begun = library.begin(Path("/notes/a.txt"), media_type="text/plain", sha256="s", size=3, title="a")
    assert library.find(Path("/notes/a.txt")) == begun
    assert begun.state is DocumentState.READING
    assert library.interrupted() == [begun]


def test_a_path_that_was_never_added_is_not_found(library: Library) -> None:
    assert library.find(Path("/notes/none.txt")) is None


def test_a_read_document_is_no_longer_interrupted(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one", "two"])
    assert (document.state, document.pages, document.passages) == (DocumentState.READ, 2, 2)
    assert library.interrupted() == []


def test_pages_come_back_as_they_were_put(library: Library) -> None:
    page = Page(
        3,
        "Heading\nBody",
        blocks=(Block(0, 7, BlockKind.HEADING, 2), Block(8, 12, BlockKind.PARAGRAPH)),
        boxes=(TextBox(0, 7, 72.0, 90.25, 300.5, 104.99), TextBox(8, 12, 72.0, 110.0, 200.0, 121.0)),
        width=595.28,
        height=841.89,
        label="Prices",
        cells=(Cell(0, 7, 1, 1), Cell(8, 12, 1_048_576, 16_384)),
    )
    document = library.begin(Path("/a.pdf"), media_type="application/pdf", sha256="s", size=1, title="a")
    library.replace(
        document.id, title="a", pages=[page], passages=[], terms=[], sha256="s", size=1, media_type="application/pdf"
    )
    assert library.pages(document.id) == [page]


def test_passages_come_back_as_they_were_put(library: Library) -> None:
    passage = Passage(0, 0, 0, "text", Span(4, 8, 2), "A › B", Place(lines=(3, 9), chapter="One"))
    document = add_document(library, "/a.txt", [])
    library.replace(
        document.id,
        title="a",
        pages=pages_of(["some text"]),
        passages=[passage],
        terms=[PassageTerms("a", "", "text")],
        sha256="s",
        size=1,
        media_type="text/plain",
    )
    (kept,) = library.document_passages(document.id, 0, 9)
    assert kept == Passage(kept.id, document.id, 0, "text", Span(4, 8, 2), "A › B", Place(lines=(3, 9), chapter="One"))


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 10_000), *[st.integers(-99_999, 99_999)] * 4), max_size=30
    )
)
def test_text_boxes_survive_packing_to_a_hundredth_of_a_point(numbers: list[tuple[int, ...]]) -> None:
    boxes = tuple(TextBox(n[0], n[1], n[2] / 100, n[3] / 100, n[4] / 100, n[5] / 100) for n in numbers)
    assert unpack_boxes(pack_boxes(boxes)) == boxes


def test_only_the_asked_pages_are_read(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one", "two", "three"])
    assert [page.number for page in library.pages(document.id, 2)] == [2, 3]
    assert [page.number for page in library.pages(document.id, 1, 2)] == [1, 2]


@pytest.mark.parametrize("start", range(24))
def test_text_at_any_span_is_that_of_the_joined_pages(library: Library, start: int) -> None:
    texts = ["zero", "", "öne", "t\U0001f642", "five5"]
    document = add_document(library, "/a.txt", texts)
    whole = PAGE_BREAK.join(texts)
    for end in range(start, len(whole) + 3):
        assert library.text(document.id, Span(start, end)) == whole[start:end]


def test_passages_come_in_the_order_of_the_ids_and_missing_ones_are_left_out(library: Library) -> None:
    add_document(library, "/a.txt", ["one", "two", "three"])
    assert [passage.text for passage in library.passages([3, 99, 1])] == ["three", "one"]


def test_neighbours_are_asked_for_by_ordinal(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one", "two", "three", "four"])
    assert [passage.text for passage in library.document_passages(document.id, 1, 2)] == ["two", "three"]


def test_a_document_read_anew_keeps_its_id_and_none_of_its_passages(library: Library) -> None:
    document = add_document(library, "/a.txt", ["old words"])
    old = library.passage_ids()
    begun = library.begin(document.path, media_type="text/plain", sha256="new", size=2, title="ignored")
    replaced = put_texts(library, begun, ["new words"])
    assert (replaced.id, replaced.title) == (document.id, document.title)
    assert library.passages([int(id_) for id_ in old]) == []
    assert [passage.text for passage in library.passages(library.passage_ids().tolist())] == ["new words"]


def test_a_document_being_read_anew_is_found_by_its_old_words_meanwhile(library: Library) -> None:
    document = add_document(library, "/a.txt", ["ancient"])
    library.begin(document.path, media_type="text/plain", sha256="new", size=2, title="a")
    assert len(library.search_words("ancient", weights=(1, 1, 1), scope=Scope(), limit=5)) == 1


def test_a_replacement_that_breaks_in_the_middle_changes_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = add_document(library, "/a.txt", ["old words"])

    def break_after_passages(*arguments: object) -> list[int]:
        put_passages(*arguments)  # type: ignore[arg-type]
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr("rag.store.documents.put_passages", break_after_passages)
    with pytest.raises(RuntimeError, match="pulled the plug"):
        put_texts(library, document, ["new words"])
    assert [passage.text for passage in library.passages(library.passage_ids().tolist())] == ["old words"]
    assert [page.text for page in library.pages(document.id)] == ["old words"]
    assert len(library.search_words("old", weights=(1, 1, 1), scope=Scope(), limit=5)) == 1
    assert library.search_words("new", weights=(1, 1, 1), scope=Scope(), limit=5) == []


def test_fewer_terms_than_passages_are_refused_and_change_nothing(library: Library) -> None:
    document = add_document(library, "/a.txt", ["old"])
    with pytest.raises(ValueError, match="shorter"):
        library.replace(
            document.id,
            title="a",
            pages=pages_of(["a", "b"]),
            passages=passages_of(["a", "b"]),
            terms=terms_of(["a"]),
            sha256="s",
            size=1,
            media_type="text/plain",
        )
    assert library.document(document.id) == document


def test_a_failed_document_says_why_and_keeps_its_older_passages(library: Library) -> None:
    document = add_document(library, "/a.txt", ["older"])
    failed = library.fail(document.id, "The file is encrypted.")
    assert (failed.state, failed.reason, failed.passages) == (DocumentState.FAILED, "The file is encrypted.", 1)
    assert len(library.search_words("older", weights=(1, 1, 1), scope=Scope(), limit=5)) == 1


def test_a_failed_document_read_again_has_no_reason_left(library: Library) -> None:
    document = add_document(library, "/a.txt", ["older"])
    library.fail(document.id, "The file is encrypted.")
    assert put_texts(library, document, ["newer"]).reason == ""


def test_a_removed_document_takes_pages_passages_and_words_with_it(library: Library) -> None:
    document = add_document(library, "/a.txt", ["gone"])
    stays = add_document(library, "/b.txt", ["stays"])
    assert library.remove([document.id, 99]) == 1
    assert library.documents() == [stays]
    assert library.passage_count() == 1
    assert library.word_document_frequency(["gone", "stays"]) == {"stays": 1}


def test_ids_of_removed_passages_and_documents_are_never_used_again(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    library.remove([document.id])
    again = add_document(library, "/a.txt", ["one"])
    assert again.id > document.id
    assert library.passage_ids().tolist() == [2]


def test_a_moved_document_keeps_everything_but_its_path(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    assert library.move(document.id, Path("/b.txt")).path == Path("/b.txt")
    assert library.find(Path("/a.txt")) is None


def test_a_document_is_not_moved_onto_another(library: Library) -> None:
    document = add_document(library, "/a.txt", ["one"])
    add_document(library, "/b.txt", ["two"])
    with pytest.raises(UsageError, match=r"b\.txt"):
        library.move(document.id, Path("/b.txt"))


def test_an_unknown_document_is_named_in_the_error(library: Library) -> None:
    with pytest.raises(NotFound, match="document 7"):
        library.document(7)


def test_a_file_name_that_is_not_utf8_is_kept_and_found(library: Library) -> None:
    path = Path("/notes/caf\udce9.txt")
    document = add_document(library, str(path), ["one"])
    assert library.find(path) == document


def test_lone_surrogates_become_replacement_characters_of_the_same_length(library: Library) -> None:
    document = add_document(library, "/a.txt", ["a\ud800b"])
    assert library.pages(document.id)[0].text == "a�b"


def test_a_scope_adds_collections_and_documents_up(library: Library) -> None:
    first, second, third = (add_document(library, f"/{name}.txt", ["word"]) for name in "abc")
    group = library.create_collection("Group", Path("/"))
    library.add_to_collection(group.id, [first.id])
    scope = Scope(collections=frozenset({group.id}), documents=frozenset({third.id}))
    assert library.documents(scope) == [first, third]
    assert library.count(scope) == 2
    assert library.passage_ids(scope).tolist() == [1, 3]
    assert {id_ for id_, _ in library.search_words("word", weights=(1, 1, 1), scope=scope, limit=9)} == {1, 3}
    assert second not in library.documents(scope)


def test_a_scope_of_many_documents_is_one_statement(library: Library) -> None:
    document = add_document(library, "/a.txt", ["word"])
    scope = Scope(documents=frozenset(range(document.id, 100_000)))
    assert library.documents(scope) == [document]
    assert len(library.search_words("word", weights=(1, 1, 1), scope=scope, limit=9)) == 1


def test_a_scope_of_an_empty_collection_is_empty(library: Library) -> None:
    add_document(library, "/a.txt", ["word"])
    group = library.create_collection("Group", None)
    scope = Scope(collections=frozenset({group.id}))
    assert library.documents(scope) == []
    assert library.search_words("word", weights=(1, 1, 1), scope=scope, limit=9) == []


def test_a_collection_counts_its_documents_once(library: Library) -> None:
    document = add_document(library, "/a.txt", ["word"])
    group = library.create_collection("Group", Path("/notes"))
    library.add_to_collection(group.id, [document.id, document.id, 99])
    library.add_to_collection(group.id, [document.id])
    found = library.collection_named("Group")
    assert found is not None
    assert (found.documents, found.root) == (1, Path("/notes"))
    assert library.collections() == [found]


def test_a_removed_collection_leaves_its_documents(library: Library) -> None:
    document = add_document(library, "/a.txt", ["word"])
    group = library.create_collection("Group", None)
    library.add_to_collection(group.id, [document.id])
    library.remove_collection(group.id)
    assert library.collections() == []
    assert library.documents() == [document]


def test_two_collections_of_one_name_are_refused(library: Library) -> None:
    library.create_collection("Group", None)
    with pytest.raises(UsageError, match="Group"):
        library.create_collection("Group", None)


def test_a_document_taken_out_of_a_collection_stays_in_the_library(library: Library) -> None:
    document: Document = add_document(library, "/a.txt", ["word"])
    group = library.create_collection("Group", None)
    library.add_to_collection(group.id, [document.id])
    library.take_from_collection(group.id, [document.id])
    assert library.documents(Scope(collections=frozenset({group.id}))) == []
    assert library.document(document.id) == document
