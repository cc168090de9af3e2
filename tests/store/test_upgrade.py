"""Migrations: models and revisions agree, a copy is set aside, a newer library is refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from rag.errors import LibraryDamaged, LibraryError, LibraryTooNew
from rag.store import revisions
from rag.store.revisions import known_revisions
from rag.store.schema import REVISION, Row
from rag.store.store import Store
from rag.store.upgrade import KEPT_COPIES, revision_of, set_copy_aside, upgrade
from rag.types import Answer, MessageStatus, Mode, Quote, Scope, Span
from tests.fakes.store import add_document, hits_of, new_store

NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("documents") as table:
        table.add_column(sa.Column("stars", sa.Integer(), nullable=False, server_default="0"))
        table.alter_column("title", nullable=True)
    {more}
"""


def add_next_revision(monkeypatch: pytest.MonkeyPatch, folder: Path, more: str = "") -> None:
    """Lets Alembic see one more revision, as the next release would bring it."""
    (folder / "r9999_next.py").write_text(NEXT_REVISION.format(head=REVISION, more=more))
    shipped = revisions._config

    def extended() -> Config:
        config = shipped()
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{ScriptDirectory.from_config(shipped()).versions}\n{folder}")
        return config

    monkeypatch.setattr(revisions, "_config", extended)


def filled_library(folder: Path) -> Path:
    store = new_store(folder)
    add_document(store.library, "/a.txt", ["one", "two"])
    store.close()
    return store.file


def test_the_models_and_the_migrations_agree(tmp_path: Path) -> None:
    file = tmp_path / "new.db"
    upgrade(file)
    words = ("passage_words", "passage_vocabulary")
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(words),
            },
        )
        assert compare_metadata(context, Row.metadata) == []
    engine.dispose()


def test_the_newest_revision_is_the_one_the_models_name() -> None:
    assert known_revisions()[0] == REVISION


def test_a_new_library_needs_no_copy(tmp_path: Path) -> None:
    assert upgrade(tmp_path / "new.db") is None
    assert not (tmp_path / "backups").exists()


def test_a_library_up_to_date_is_left_alone(tmp_path: Path) -> None:
    file = filled_library(tmp_path)
    assert upgrade(file) is None


def test_an_older_library_is_migrated_and_a_copy_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filled_library(tmp_path)
    add_next_revision(monkeypatch, tmp_path)
    copy = upgrade(file, "9999")
    assert copy is not None
    assert copy.parent == tmp_path / "backups"
    assert REVISION in copy.name
    assert (revision_of(copy), revision_of(file)) == (REVISION, "9999")
    for database in (copy, file):
        with closing(sqlite3.connect(database)) as opened:
            assert opened.execute("SELECT title FROM documents").fetchall() == [("Title",)]
            assert opened.execute("SELECT text FROM passages ORDER BY id").fetchall() == [("one",), ("two",)]
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("SELECT stars FROM documents").fetchall() == [(0,)]


def test_pages_read_before_sheets_were_known_have_no_name_and_no_cells(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    upgrade(file, "0006")
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute(
            "INSERT INTO documents (path, title, media_type, sha256, size, state, reason, pages, passages, added_at,"
            " notices) VALUES ('/a', 'a', 'text/plain', '', 1, 'read', '', 1, 0, '2026-01-01 00:00:00', '[]')"
        )
        opened.execute("INSERT INTO pages VALUES (1, 1, 0, 3, 0, 0, 'one', x'', x'')")
    upgrade(file)
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("SELECT text, label, cells FROM pages").fetchall() == [("one", "", b"")]


def test_documents_read_before_names_were_kept_get_them(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    upgrade(file, "0010")
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute(
            "INSERT INTO documents (path, title, media_type, sha256, size, state, reason, pages, passages, added_at,"
            " notices) VALUES ('/a/annex_b.pdf', 'Norsby lease', '', '', 1, 'read', '', 1, 0, '2026-01-01', '[]')"
        )
    upgrade(file)
    with closing(sqlite3.connect(file)) as opened:
        names = opened.execute("SELECT key, document_id FROM document_names ORDER BY key").fetchall()
    assert names == [("annex b", 1), ("norsby lease", 1)]


def test_a_migration_that_breaks_leaves_the_library_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filled_library(tmp_path)
    add_next_revision(monkeypatch, tmp_path, more="raise RuntimeError('half way')")
    with pytest.raises(RuntimeError, match="half way"):
        upgrade(file, "9999")
    assert revision_of(file) == REVISION
    with closing(sqlite3.connect(file)) as opened:
        columns = {row[1] for row in opened.execute("PRAGMA table_info(documents)")}
    assert "stars" not in columns


def test_a_migration_that_tears_rows_apart_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filled_library(tmp_path)
    add_next_revision(monkeypatch, tmp_path, more='op.execute("DELETE FROM documents")')
    with pytest.raises(LibraryError, match="inconsistent"):
        upgrade(file, "9999")
    with closing(sqlite3.connect(file)) as opened:
        assert opened.execute("SELECT count(*) FROM documents").fetchone() == (1,)


def test_a_library_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    file = filled_library(tmp_path)
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '7777'")
    before = file.read_bytes()
    with pytest.raises(LibraryTooNew, match="7777"):
        Store.open(tmp_path)
    assert file.read_bytes() == before


def test_a_library_without_its_version_is_damaged(tmp_path: Path) -> None:
    file = filled_library(tmp_path)
    with closing(sqlite3.connect(file)) as opened, opened:
        opened.execute("DELETE FROM alembic_version")
    with pytest.raises(LibraryDamaged):
        Store.open(tmp_path)


def test_a_copy_holds_what_is_still_in_the_log(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add_document(store.library, "/a.txt", ["fresh"])
    copy = set_copy_aside(store.file, REVISION)
    store.close()
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("SELECT text FROM passages").fetchall() == [("fresh",)]


def test_a_copy_that_a_kill_left_half_made_goes_with_the_next(tmp_path: Path) -> None:
    file = filled_library(tmp_path)
    half = set_copy_aside(file, "0001").with_suffix(".partial")
    half.write_bytes(b"half")
    set_copy_aside(file, "0002")
    assert not half.exists()


def test_only_the_last_copies_are_kept(tmp_path: Path) -> None:
    file = filled_library(tmp_path)
    copies = [set_copy_aside(file, REVISION) for _ in range(KEPT_COPIES + 2)]
    assert sorted((tmp_path / "backups").iterdir()) == copies[2:]


def test_the_revisions_need_no_file_of_the_users() -> None:
    assert ScriptDirectory.from_config(revisions._config()).get_current_head() == REVISION


def test_an_answer_stored_by_the_first_revision_is_read_whole(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    document = add_document(store.library, "/a.txt", ["it rains", "it snows"])
    talk = store.journal.create(title="", mode=Mode.QUOTES, scope=Scope())
    asked = store.journal.add_question(talk.id, None, "Snow?", Mode.QUOTES)
    begun = store.journal.begin_answer(talk.id, asked.id, Mode.QUOTES, "")
    (source, *_) = store.journal.give_sources(talk.id, begun.id, hits_of(store.library, document))
    quote = Quote(source, "it snows", Span(0, 8), 0.75)
    answer = Answer("> it snows [1]", Mode.QUOTES, sources=(source,), quotes=(quote,))
    store.journal.finish_answer(begun.id, answer, MessageStatus.COMPLETE)
    store.close()
    with closing(sqlite3.connect(store.file)) as opened, opened:
        for column in ("found_start", "found_end", "probability"):
            opened.execute(f"ALTER TABLE quotes DROP COLUMN {column}")
        for table in (
            "answer_sentences",
            "report_rows",
            "report_sources",
            "reports",
            "document_names",
            "staged_passages",
            "staged_documents",
            "index_changes",
            "document_stamps",
            "folder_notes",
        ):
            opened.execute(f"DROP TABLE IF EXISTS {table}")
        opened.execute("ALTER TABLE answers DROP COLUMN account")
        opened.execute("ALTER TABLE answers DROP COLUMN searched_for")
        for column in ("label", "cells"):
            opened.execute(f"ALTER TABLE pages DROP COLUMN {column}")
        for column in ("failure", "attempts"):
            opened.execute(f"ALTER TABLE documents DROP COLUMN {column}")
        opened.execute("DROP INDEX ix_documents_sha256")
        opened.execute("UPDATE alembic_version SET version_num = '0001'")
    again = Store.open(tmp_path)
    assert again.journal.message(begun.id).answer == answer
    again.close()
    assert list((tmp_path / "backups").glob("*0001*"))


@pytest.mark.real
def test_a_library_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    code = (
        "import sys; from pathlib import Path; from rag.store.store import Store; "
        f"Store.open(Path({str(tmp_path)!r})).close(); print([name for name in sys.modules if 'alembic' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
