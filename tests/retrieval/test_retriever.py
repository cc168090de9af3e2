from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from local_models.cancel import CancelToken
from rag.errors import Cancelled
from rag.events import Retrieved
from rag.index.terms import passage_terms
from rag.index.vectors import VectorIndex
from rag.ports import Vectors
from rag.retrieval import Retriever
from rag.store.store import Store
from rag.types import Document, Scope
from tests.fakes.retrieval import TableEmbedder
from tests.fakes.store import new_store, pages_of, passages_of

LEASE = (
    "The monthly rent of the flat is 950 euros and is due on the third working day.",
    "Pets are allowed with the written consent of the landlord.",
    "The landlord repairs the heating within three days of being told.",
)
MANUAL = (
    "Hold the power button for ten seconds to reset the boiler.",
    "The pressure of the heating circuit should be between 1.2 and 1.8 bar.",
)
TOPICS = (("rent", "cost", "pay", "euros"), ("pets", "dog", "cat"), ("heating", "boiler", "warm"), ("button", "reset"))


def topics(text: str) -> NDArray[np.float64]:
    """A vector that knows synonyms: one direction a topic, and one for what has none."""
    lower = text.casefold()
    vector = [float(sum(word in lower for word in words)) for words in TOPICS]
    return np.array([*vector, 0.5 if any(vector) else 1.0 + len(text) % 3])


class Room:
    """A library with the two documents, with or without vectors."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.library = store.library
        self.embedder = TableEmbedder(topics)
        self.index = VectorIndex.open(folder, store.library, self.embedder.identity)
        self.retriever = Retriever(store.library, self.index, self.embedder)

    def add(self, name: str, texts: Sequence[str], title: str = "") -> Document:
        begun = self.library.begin(Path(name), media_type="text/plain", sha256=name, size=1, title=title)
        return self.library.replace(
            begun.id,
            title=title,
            pages=pages_of(texts),
            passages=passages_of(texts),
            terms=[passage_terms(title, "", text) for text in texts],
            sha256=name,
            size=1,
            media_type="text/plain",
        )

    def embed(self) -> None:
        pending = self.library.pending(self.embedder.identity.digest, 100)
        ids = [passage.id for passage, _ in pending]
        vectors = self.embedder.embed([passage.text for passage, _ in pending], CancelToken())
        self.index.add(ids, vectors, generation=self.library.put_vectors(self.embedder.identity, ids, vectors))

    def ask(self, question: str, scope: Scope = Scope(), limit: int = 5) -> Retrieved:
        return self.retriever.retrieve(question, scope=scope, limit=limit, cancel=CancelToken())


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    store = new_store(tmp_path / "data")
    room = Room(store, tmp_path / "index")
    room.add("lease.txt", LEASE, "Lease of the flat")
    room.add("manual.txt", MANUAL, "Boiler manual")
    yield room
    store.close()


def test_words_find_a_passage_before_there_are_vectors(room: Room) -> None:
    best = room.ask("Are pets allowed?").hits[0]
    assert best.passage.text == LEASE[1]
    assert best.document.title == "Lease of the flat"
    assert best.scores.vectors is None


@pytest.fixture
def one_passage(tmp_path: Path) -> Iterator[Room]:
    store = new_store(tmp_path / "small")
    room = Room(store, tmp_path / "index of small")
    room.add("accounts.md", ["The society was founded in 1962. Members pay 40 euros a year."], "Accounts")
    yield room
    store.close()


def test_a_library_of_one_passage_is_relevant_to_a_question_with_its_words_and_to_no_other(one_passage: Room) -> None:
    assert one_passage.ask("How much do members pay?").relevant
    assert one_passage.ask("When was the society founded?").relevant
    assert not one_passage.ask("Who won the world cup in 1998?").relevant


def test_the_embedder_is_not_asked_while_there_are_no_vectors(room: Room) -> None:
    room.ask("Are pets allowed?")
    assert room.embedder.asked == []


def test_vectors_find_what_shares_no_word_with_the_question(room: Room) -> None:
    room.embed()
    assert room.ask("May I keep a dog?").hits[0].passage.text == LEASE[1]


def test_a_passage_without_a_vector_keeps_its_place_among_those_with_one(room: Room) -> None:
    room.embed()
    room.add("annex.txt", ["The notice period for the garage is six weeks."], "Annex")
    best = room.ask("How long is the notice period for the garage?").hits[0]
    assert best.document.title == "Annex"


def test_the_title_finds_every_passage_of_its_file(room: Room) -> None:
    found = room.ask("boiler manual")
    assert [hit.document.title for hit in found.hits[:2]] == ["Boiler manual", "Boiler manual"]


def test_only_documents_in_scope_are_found(room: Room) -> None:
    room.embed()
    manual = next(document for document in room.library.documents() if document.path.name == "manual.txt")
    found = room.ask("What about the heating?", Scope(documents=frozenset({manual.id})))
    assert {hit.document.id for hit in found.hits} == {manual.id}
    assert found.documents_searched == 1


def test_the_best_comes_first_and_no_more_than_asked_for(room: Room) -> None:
    room.embed()
    found = room.ask("Who repairs the heating?", limit=2)
    scores = [hit.scores.fused for hit in found.hits]
    assert len(scores) == 2
    assert scores == sorted(scores, reverse=True)


def test_the_same_text_in_another_file_is_found_once(room: Room) -> None:
    room.add("copy.txt", LEASE, "Lease of the flat")
    texts = [hit.passage.text for hit in room.ask("How high is the rent of the flat?").hits]
    assert len(texts) == len(set(texts))


def test_a_question_about_nothing_in_the_documents_is_told_apart(room: Room) -> None:
    room.embed()
    assert room.ask("How high is the rent?").relevant
    assert not room.ask("Which planet has the largest volcano?").relevant


def test_words_alone_can_tell_a_question_about_nothing_in_the_documents(room: Room) -> None:
    assert room.ask("Are pets allowed?").relevant
    assert not room.ask("Which planet has the largest volcano?").relevant


def test_a_question_without_words_finds_nothing_and_says_so(room: Room) -> None:
    found = room.ask("?!")
    assert found.hits == ()
    assert not found.relevant


def test_an_empty_library_finds_nothing(tmp_path: Path) -> None:
    store = new_store(tmp_path / "data")
    found = Room(store, tmp_path / "index").ask("How high is the rent?")
    store.close()
    assert (found.hits, found.documents_searched, found.relevant) == ((), 0, False)


def test_a_removed_document_is_not_found_by_an_index_that_still_knows_it(room: Room) -> None:
    room.embed()
    room.library.remove([document.id for document in room.library.documents()])
    assert room.ask("How high is the rent?").hits == ()


def test_operators_of_the_search_language_are_words(room: Room) -> None:
    assert room.ask('pets" OR NOT (rent*').hits


def test_an_index_that_comes_into_use_while_a_question_is_embedded_serves_the_next_one(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.embed()
    other = TableEmbedder(lambda text: np.ones(3))
    index = VectorIndex(tmp_path / "other", room.library, other.identity)
    embed = room.embedder.embed

    def embed_and_change(texts: Sequence[str], cancel: CancelToken) -> Vectors:
        vectors = embed(texts, cancel)
        room.retriever.use(index, other)
        return vectors

    monkeypatch.setattr(room.embedder, "embed", embed_and_change)
    assert room.ask("What does it cost me to live here?").hits[0].passage.text == LEASE[0]


def test_a_cancelled_search_stops(room: Room) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        room.retriever.retrieve("rent", scope=Scope(), limit=5, cancel=cancel)


@pytest.fixture
def town(room: Room) -> Room:
    """A question of two steps: the report names the man, and only his own page knows his birthday."""
    room.add("report.txt", ["The caretaker of the boiler is Otto Brandt."], "Report")
    room.add("otto.txt", ["His dog came in 2011.", "Born on 3 May 1964."], "Otto Brandt")
    for number in range(40):
        room.add(f"{number}.txt", [f"Receipt {number} for paper."], f"Receipt {number}")
    room.embed()
    return room


def test_the_best_passage_of_a_document_that_a_hit_names_is_found(town: Room) -> None:
    hits = {hit.document.title: hit for hit in town.ask("When was the caretaker of the boiler born?").hits}
    named = hits["Otto Brandt"]
    assert named.passage.text == "Born on 3 May 1964."
    assert named.scores.named_by == hits["Report"].passage.id
    assert named.scores.rank > named.scores.fused


def test_what_is_named_out_of_scope_stays_out(town: Room) -> None:
    report = next(document for document in town.library.documents() if document.title == "Report")
    found = town.ask("When was the caretaker of the boiler born?", Scope(documents=frozenset({report.id})))
    assert {hit.document.title for hit in found.hits} == {"Report"}


def test_a_name_goes_with_its_file_and_follows_a_move(town: Room) -> None:
    otto = next(document for document in town.library.documents() if document.title == "Otto Brandt")
    assert town.library.named(["otto brandt", "otto"]) == {"otto brandt": [otto.id], "otto": [otto.id]}
    town.library.move(otto.id, Path("caretaker.txt"))
    assert town.library.named(["otto", "caretaker"]) == {"caretaker": [otto.id]}
    town.library.remove([otto.id])
    assert town.library.named(["otto brandt", "caretaker"]) == {}
