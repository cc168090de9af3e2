"""The database file: who may have it, what is wrong with it, how it ends."""

from __future__ import annotations

import errno
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from rag.errors import DiskFull, LibraryDamaged, LibraryError, LibraryLocked
from rag.store.database import FILE_NAME, Database
from rag.store.faults import told_in_words
from rag.store.journal import Journal
from rag.store.library import Library
from rag.store.store import Store
from rag.types import Answer, DocumentState, MessageStatus, Mode, Scope
from tests.fakes.store import EMBEDDER, add_document, new_store, put_texts, unit_vectors

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")


def run(script: str, *arguments: str) -> subprocess.Popen[str]:
    """A child that lives until its stdin ends, or it is killed."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@POSIX
def test_a_new_data_directory_is_private(tmp_path: Path) -> None:
    Store.open(tmp_path / "new" / "data").close()
    assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "data" / FILE_NAME).stat().st_mode) == 0o600


@POSIX
def test_a_folder_with_other_things_in_it_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    tmp_path.chmod(0o755)
    Store.open(tmp_path).close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_what_was_put_is_there_after_opening_again(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    document = add_document(store.library, "/a.txt", ["words"])
    store.close()
    store = Store.open(tmp_path)
    assert store.library.documents() == [document]
    assert store.check() == []
    store.close()


def test_a_second_opener_is_told_which_directory_is_taken(store: Store) -> None:
    with pytest.raises(LibraryLocked) as taken:
        Store.open(store.file.parent)
    assert str(store.file.parent) in taken.value.message


@pytest.mark.real
def test_another_program_is_told_so_too_and_gets_in_afterwards(tmp_path: Path) -> None:
    holding = run(
        "import sys, pathlib; from rag.store.store import Store\n"
        "store = Store.open(pathlib.Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()",
        str(tmp_path),
    )
    with holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == "open\n"
        with pytest.raises(LibraryLocked, match=tmp_path.name):
            Store.open(tmp_path)
        holding.kill()
    Store.open(tmp_path).close()


def test_a_library_that_could_not_be_opened_is_not_left_locked(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database, but long enough to look at" * 100)
    for _ in range(2):
        with pytest.raises(LibraryDamaged, match=FILE_NAME):
            Store.open(tmp_path)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(LibraryDamaged):
        Store.open(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        assert other.execute("SELECT count(*) FROM songs").fetchone() == (0,)


def test_a_page_overwritten_in_the_middle_is_told_as_damage(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add_document(store.library, "/a.txt", ["text"])
    store.close()
    with closing(sqlite3.connect(store.file)) as opened:
        (root,) = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'pages'").fetchone()
        (size,) = opened.execute("PRAGMA page_size").fetchone()
    with store.file.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    database = Database.open(tmp_path)
    with pytest.raises(LibraryDamaged, match="backups"):
        Library(database).pages(1)
    assert database.check() != []
    database.close()


@POSIX
def test_a_directory_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="file"):
        Store.open(tmp_path / "file" / "data")


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    store.close()
    store.close()
    with pytest.raises(LibraryError, match="closed"):
        store.library.documents()
    with pytest.raises(LibraryError, match="closed"):
        store.journal.create(title="", mode=Mode.FREE, scope=Scope())


def test_a_store_may_be_closed_by_another_thread(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    closing_thread = threading.Thread(target=store.close)
    closing_thread.start()
    closing_thread.join()
    Store.open(tmp_path).close()


def test_a_full_disk_is_told_in_words_and_saves_nothing(store: Store, library: Library) -> None:
    document = add_document(library, "/a.txt", ["small"])
    with store._database.read() as session:
        pages = session.scalar(text("PRAGMA page_count"))
    # a limit on pages makes SQLite answer exactly as it does when the disk has no more
    store._database._engine.dispose()
    with store._database.write() as session:
        session.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(DiskFull, match=FILE_NAME):
        put_texts(library, document, ["large " * 50_000])
    assert [page.text for page in library.pages(document.id)] == ["small"]


def test_a_full_disk_noticed_by_the_system_is_told_the_same_way(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="db"), told_in_words(tmp_path / "db"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_what_index_files_are_made_of_is_on_the_disk_before_they_are(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "data")
    waited = {}
    for lasting in (False, True, False):
        with database.write(lasting=lasting) as session:
            waited[lasting] = session.scalar(text("PRAGMA synchronous"))
    database.close()
    assert waited == {False: 1, True: 2}  # NORMAL, FULL (sqlite.org/pragma.html)


def test_a_statement_that_is_wrong_is_a_bug_and_stays_one(store: Store) -> None:
    with pytest.raises(Exception, match="no such table"), store._database.read() as session:
        session.execute(text("SELECT * FROM nowhere"))


def test_readers_on_many_threads_see_whole_states_while_another_writes(library: Library) -> None:
    document = add_document(library, "/a.txt", ["version 0"] * 20)
    done = threading.Event()

    def read() -> int:
        looks = 0
        while not done.is_set() or looks == 0:
            found = {passage.text for passage in library.document_passages(document.id, 0, 99)}
            assert len(found) == 1
            looks += 1
        return looks

    def write() -> None:
        try:
            for version in range(1, 15):
                put_texts(library, document, [f"version {version}"] * 20)
        finally:
            done.set()

    with ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read) for _ in range(3)]
        threads.submit(write).result()
        assert all(reader.result() > 0 for reader in readers)


def test_writers_on_several_threads_lose_nothing(library: Library, journal: Journal) -> None:
    document = add_document(library, "/a.txt", ["one", "two"])
    talk = journal.create(title="", mode=Mode.FREE, scope=Scope())

    def say(name: str) -> None:
        for number in range(10):
            journal.add_question(talk.id, None, f"{name} {number}", Mode.FREE)

    def embed() -> None:
        for _ in range(10):
            library.put_vectors(EMBEDDER, [1, 2], unit_vectors(2))

    with ThreadPoolExecutor(3) as threads:
        for job in [threads.submit(say, "a"), threads.submit(say, "b"), threads.submit(embed)]:
            job.result()
    assert len(journal.message(1).siblings) == 20
    assert library.generation(EMBEDDER.digest) == 10
    assert library.document(document.id).state is DocumentState.COMPLETE


def test_an_answer_that_was_streaming_at_the_crash_is_stopped_with_its_text(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    talk = store.journal.create(title="", mode=Mode.FREE, scope=Scope())
    question = store.journal.add_question(talk.id, None, "why", Mode.FREE)
    answer = store.journal.begin_answer(talk.id, question.id, Mode.FREE, "reader")
    store.journal.write_partial(answer.id, "Because")
    store.close()
    store = Store.open(tmp_path)
    kept = store.journal.message(answer.id)
    assert (kept.status, kept.content) == (MessageStatus.STOPPED, "Because")
    assert kept.answer == Answer("Because", Mode.FREE, model="reader", raw="Because")
    store.close()


STREAM_FOR_EVER = """
import itertools, pathlib, sys
from rag.store.store import Store
from rag.types import Mode, Scope
store = Store.open(pathlib.Path(sys.argv[1]))
store.library.begin(pathlib.Path("/half.txt"), media_type="text/plain", sha256="s", size=1, title="half")
talk = store.journal.create(title="", mode=Mode.FREE, scope=Scope())
question = store.journal.add_question(talk.id, None, "why", Mode.FREE)
answer = store.journal.begin_answer(talk.id, question.id, Mode.FREE, "reader")
for words in itertools.count(1):
    store.journal.write_partial(answer.id, "word " * words)
    print(words, flush=True)
"""


@pytest.mark.real
def test_a_killed_program_loses_at_most_what_it_was_just_writing(tmp_path: Path) -> None:
    with run(STREAM_FOR_EVER, str(tmp_path)) as streaming:
        assert streaming.stdout is not None
        for _ in range(20):
            written = int(streaming.stdout.readline())
        streaming.kill()
    store = Store.open(tmp_path)
    _, answer = store.journal.thread(1)
    assert answer.status is MessageStatus.STOPPED
    assert len(answer.content.split()) >= written
    assert [document.title for document in store.library.interrupted()] == ["half"]
    assert store.check() == []
    store.close()


def test_two_databases_in_one_process_do_not_meet(tmp_path: Path) -> None:
    first, second = Database.open(tmp_path / "a"), Database.open(tmp_path / "b")
    add_document(Library(first), "/a.txt", ["words"])
    assert Library(second).documents() == []
    first.close()
    second.close()


def test_the_check_tells_when_words_and_passages_do_not_match(store: Store, library: Library) -> None:
    add_document(library, "/a.txt", ["one", "two"])
    with store._database.write() as session:
        session.execute(text("DELETE FROM passage_words WHERE rowid = 1"))
    assert store.check() == ["2 passages, but 1 rows in the word index"]
