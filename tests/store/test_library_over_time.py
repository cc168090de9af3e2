"""Whatever is done to a library, in whatever order: words, vectors, sources and states stay in step with passages."""

from __future__ import annotations

import tempfile
from pathlib import Path
from shutil import rmtree

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from local_models.types import EmbedderIdentity
from rag.store.store import Store
from rag.types import DocumentState, Mode, Scope
from tests.fakes.store import EMBEDDER, OTHER_EMBEDDER, add_document, hits_of, new_store, put_texts, unit_vectors

PATHS = st.sampled_from(["/a.txt", "/b.txt", "/c.txt"])
TEXTS = st.lists(st.sampled_from(["rain", "sun", "snow", "rain sun"]), max_size=4)
EMBEDDERS = st.sampled_from([EMBEDDER, OTHER_EMBEDDER])


class LibraryOverTime(RuleBasedStateMachine):
    """`texts` is what each document's passages must be; `numbers` what each source's text must stay."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = new_store(self.folder)
        self.texts: dict[str, list[str]] = {}
        self.numbers: dict[int, str] = {}
        self.used = 0

    def teardown(self) -> None:
        self.store.close()
        rmtree(self.folder)

    @initialize()
    def start_talking(self) -> None:
        self.talk = self.store.journal.create(title="", mode=Mode.GROUNDED, scope=Scope())
        self.leaf: int | None = None

    @rule(path=PATHS, texts=TEXTS)
    def add(self, path: str, texts: list[str]) -> None:
        add_document(self.store.library, path, texts)
        self.texts[path] = texts

    @rule(path=PATHS)
    def begin_and_fail(self, path: str) -> None:
        library = self.store.library
        begun = library.begin(Path(path), media_type="text/plain", sha256="other", size=1, title="t")
        library.fail(begun.id, "broken")
        self.texts.setdefault(path, [])

    @rule(path=PATHS, texts=TEXTS)
    def read_anew(self, path: str, texts: list[str]) -> None:
        known = self.store.library.find(Path(path))
        if known is not None:
            put_texts(self.store.library, known, texts)
            self.texts[path] = texts

    @rule(path=PATHS)
    def remove(self, path: str) -> None:
        known = self.store.library.find(Path(path))
        assert self.store.library.remove([] if known is None else [known.id]) == (path in self.texts)
        self.texts.pop(path, None)

    @rule(identity=EMBEDDERS, limit=st.integers(1, 5))
    def embed(self, identity: EmbedderIdentity, limit: int) -> None:
        library = self.store.library
        before = library.pending_count(identity.digest)
        ids = [passage.id for passage, _ in library.pending(identity.digest, limit)]
        assert bool(ids) == bool(before)
        library.put_vectors(identity, ids, unit_vectors(len(ids), identity))
        assert library.pending_count(identity.digest) == before - len(ids)

    @rule(identity=EMBEDDERS)
    def use_embedder(self, identity: EmbedderIdentity) -> None:
        library = self.store.library
        library.use_embedder(identity)
        for document in library.documents():
            if document.state is DocumentState.COMPLETE and document.passages:
                assert not any(owner.id == document.id for _, owner in library.pending(identity.digest, 99))

    @rule(path=PATHS)
    def give_its_passages(self, path: str) -> None:
        journal, known = self.store.journal, self.store.library.find(Path(path))
        if known is None:
            return
        question = journal.add_question(self.talk.id, self.leaf, "?", Mode.GROUNDED)
        answer = journal.begin_answer(self.talk.id, question.id, Mode.GROUNDED, "reader")
        for source in journal.give_sources(self.talk.id, answer.id, hits_of(self.store.library, known)):
            assert self.numbers.setdefault(source.number, source.text) == source.text
        self.leaf = answer.id

    @rule()
    def start_again(self) -> None:
        self.store.close()
        self.store = Store.open(self.folder)

    @invariant()
    def documents_hold_their_passages(self) -> None:
        library = self.store.library
        documents = {str(document.path): document for document in library.documents()}
        assert set(documents) == set(self.texts)
        for path, texts in self.texts.items():
            passages = library.document_passages(documents[path].id, 0, 99)
            assert [passage.text for passage in passages] == texts
            assert library.passage_ids(Scope(documents=frozenset({documents[path].id}))).tolist() == [
                passage.id for passage in passages
            ]

    @invariant()
    def words_find_every_passage(self) -> None:
        library = self.store.library
        every = [text for texts in self.texts.values() for text in texts]
        for word in ("rain", "sun", "snow"):
            having = sum(word in text.split() for text in every)
            found = library.search_words(word, weights=(1, 1, 1), scope=Scope(), limit=99)
            assert len(found) == having == library.word_document_frequency([word]).get(word, 0)

    @invariant()
    def vectors_belong_to_passages(self) -> None:
        library = self.store.library
        present = set(library.passage_ids().tolist())
        for identity in (EMBEDDER, OTHER_EMBEDDER):
            ids = [int(id_) for batch, _ in library.vectors(identity.digest) for id_ in np.atleast_1d(batch)]
            assert set(ids) <= present
            assert len(ids) == len(present) - library.pending_count(identity.digest)

    @invariant()
    def ids_only_grow(self) -> None:
        with self.store._database.read() as session:
            used = (
                session.scalar(text("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'passages'")) or 0
            )
        assert used >= self.used
        self.used = used

    @invariant()
    def sources_keep_number_and_text(self) -> None:
        kept = {source.number: source.text for source in self.store.journal.sources(self.talk.id)}
        assert kept == self.numbers

    @invariant()
    def the_file_is_sound(self) -> None:
        assert self.store.check() == []


@pytest.mark.real
@pytest.mark.filterwarnings("error")
def test_the_library_stays_in_step_whatever_is_done_to_it() -> None:
    run_state_machine_as_test(
        LibraryOverTime, settings=settings(max_examples=8, stateful_step_count=12, deadline=None, database=None)
    )
