"""What the sources of an answer are called."""

from __future__ import annotations

from rag.store.journal import Journal
from rag.store.library import Library
from rag.types import Mode, Scope
from tests.fakes.store import add_document, hits_of


def test_documents_of_one_title_are_told_apart_by_their_files(journal: Journal, library: Library) -> None:
    talk = journal.create(title="Rents", mode=Mode.GROUNDED, scope=Scope())
    asked = journal.add_question(talk.id, None, "Which rent?", Mode.GROUNDED)
    begun = journal.begin_answer(talk.id, asked.id, Mode.GROUNDED, "")
    hits = []
    for path in ("/a/old.txt", "/a/new.txt", "/b/new.txt"):
        hits += hits_of(library, add_document(library, path, [path], title="Lease"))
    hits += hits_of(library, add_document(library, "/a/notes.txt", ["notes"], title="Notes"))
    names = [source.document for source in journal.give_sources(talk.id, begun.id, hits)]
    assert names == ["Lease (old.txt)", "Lease (a/new.txt)", "Lease (b/new.txt)", "Notes"]
