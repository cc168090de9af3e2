"""Brings a database file to this program's schema: checks whose it is, sets a copy aside, migrates.

All revisions run in one transaction, with foreign keys off (SQLite rebuilds a table by dropping it, which would
cascade) and checked at the end: the file is either as it was or wholly new. Knows nothing of what the tables mean.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from rag.errors import LibraryError, LibraryTooNew
from rag.store.faults import damaged, told_in_words
from rag.store.schema import REVISION

KEPT_COPIES = 5


def upgrade(file: Path, revision: str = REVISION) -> Path | None:
    """Migrates `file` (made if missing) to `revision`. Returns the copy set aside, None when none was needed.

    Raises LibraryTooNew, LibraryDamaged, DiskFull, LibraryError.
    """
    with told_in_words(file):
        before = revision_of(file)
        if before == revision:
            return None
        from rag.store import revisions  # noqa: PLC0415  # Alembic: most starts migrate nothing

        if before is not None and before not in revisions.known_revisions():
            raise LibraryTooNew(
                f"The library {file} was made by a newer Footnote (version {before}; this one knows {REVISION}).",
                "Update Footnote, or choose another data directory with --data.",
            )
        copy = None if before is None else set_copy_aside(file, before)
        _migrate(file, partial(revisions.run_revisions, revision=revision))
        return copy


def revision_of(file: Path) -> str | None:
    """The revision of the database, or None when it is new. Raises LibraryDamaged if it is someone else's."""
    if not file.exists() or file.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(file)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise damaged(file)
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise damaged(file)
    return str(row[0])


def set_copy_aside(file: Path, revision: str) -> Path:
    """Copies the whole database, its write-ahead log included, into `backups`; keeps the last five."""
    folder = file.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = folder / f"footnote-{moment}-{revision}.db"
    for half in folder.glob("footnote-*.partial"):  # a kill left it, and it may be as large as the library
        half.unlink()
    partial = copy.with_suffix(".partial")
    partial.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(file)) as database, closing(sqlite3.connect(partial)) as target:
            database.backup(target)
        partial.replace(copy)
    finally:
        partial.unlink(missing_ok=True)
    for old in sorted(folder.glob("footnote-*.db"))[:-KEPT_COPIES]:
        old.unlink()
    return copy


def _migrate(file: Path, run: Callable[[Connection], None]) -> None:
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin_immediate)
    try:
        with engine.begin() as connection:
            run(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise LibraryError(
                    f"The library {file} could not be brought up to date: its table {broken[0]} is inconsistent.",
                    "It was left as it was; please report this, and go on with the Footnote you had.",
                )
    finally:
        engine.dispose()


def _leave_transactions_to_us(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
