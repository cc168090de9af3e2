"""The one database file: opening it, who may have it, and the two kinds of transaction.

Reads run on any thread at once, each on a snapshot (WAL). Writes come from several threads (adding documents,
answering), and SQLite takes one at a time: its own waiting is a poll with sleeps of up to 100 ms and no order, so a
lock here hands over at once. Transactions are short, so nobody waits long for it.

Knows nothing of documents or conversations. No Session leaves rag.store.
"""

from __future__ import annotations

import sqlite3
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from rag.errors import LibraryDamaged, LibraryError, LibraryLocked
from rag.store.faults import damaged, told_in_words
from rag.store.upgrade import upgrade

FILE_NAME = "footnote.db"
LOCK_NAME = "footnote.lock"
WRITES = "writes"
"""In the `info` of a session that reads: how many transactions of this process had ended before it. No other process
writes.
"""

_IMMEDIATE = {"begin_immediate": True}
_LASTING = {"begin_immediate": True, "lasting": True}
_COUNTS = "SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM passage_words_docsize)"
_OCCURRENCES = "CREATE VIRTUAL TABLE temp.passage_occurrences USING fts5vocab(main, passage_words, instance)"
"""A view of the word index for each connection, kept in no file: a row for each word of each passage."""
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 10000",  # ms; only a backup or a viewer from outside can hold the file
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",  # a killed process loses nothing, a power cut at most the last commits; see `write`
    "PRAGMA journal_size_limit = 67108864",  # bytes; a big import must not leave a big log behind
    "PRAGMA secure_delete = FAST",  # a removed document's text is overwritten where that costs no extra writing
    "PRAGMA temp_store = MEMORY",  # what is sorted never reaches a shared /tmp
    "PRAGMA cache_size = -16384",  # KiB for each connection
)


class Database:
    """An open database file, held by this process alone until `close`."""

    def __init__(self, file: Path, lock: FileLock, engine: Engine) -> None:
        self.file = file
        self._lock = lock
        self._engine = engine
        self._writing = engine.execution_options(**_IMMEDIATE)
        self._writing_lastingly = engine.execution_options(**_LASTING)
        self._turn = threading.Lock()
        self._writes = 0
        self._closed = False

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Makes what is missing and migrates what is old.

        Raises LibraryLocked, LibraryTooNew, LibraryDamaged, DiskFull, LibraryError.
        """
        file = data_dir / FILE_NAME
        with told_in_words(file):
            _make_private(data_dir)
            lock = _take(data_dir)
            try:
                file.touch(mode=0o600)
                upgrade(file)
                return cls(file, lock, _engine(file))
            except BaseException:
                lock.release()
                raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One snapshot of everything. Raises LibraryError once closed."""
        self._refuse_when_closed()
        known = {WRITES: self._writes}  # taken before the snapshot is: what is noted under it is never older
        with told_in_words(self.file), Session(self._engine, autoflush=False, info=known) as session:
            yield session

    @contextmanager
    def write(self, *, lasting: bool = False) -> Iterator[Session]:
        """All of it or nothing: committed when the block ends, rolled back when it raises.

        `lasting`: not even a power cut loses it, nor what was written before it, at the price of waiting for the disk.
        For what files outside the database are made of: an index file that knew passages which a power cut took from
        the database would have their codes for other passages, once their numbers are given again.
        """
        engine = self._writing_lastingly if lasting else self._writing
        with self._turn:
            self._refuse_when_closed()
            try:
                with told_in_words(self.file), Session(engine) as session, session.begin():
                    yield session
            finally:
                self._writes += 1

    def check(self) -> list[str]:
        """What is wrong with the file, in SQLite's words; empty when it is sound. Reads all of it."""
        try:
            with self.read() as session:
                connection = session.connection()
                found = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
                torn = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                passages, words = connection.exec_driver_sql(_COUNTS).one()
        except LibraryDamaged as damage:
            return [damage.message]
        findings = [str(line) for line in found if line != "ok"]
        findings += [f"row {row} of {table} points at nothing in {parent}" for table, row, parent, _ in torn]
        if passages != words:
            findings.append(f"{passages} passages, but {words} rows in the word index")
        return findings

    def close(self) -> None:
        """Waits for the write under way. May be called twice."""
        with self._turn:
            if self._closed:
                return
            self._closed = True
            with told_in_words(self.file):
                self._engine.dispose()
            self._lock.release()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise LibraryError(f"The library {self.file} is closed.", "Start Footnote again.")


def _make_private(data_dir: Path) -> None:
    """0700 for a folder we made or that is empty; one that holds other things is left as its owner wants it."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(data_dir.iterdir()) or (data_dir / FILE_NAME).exists():
        data_dir.chmod(0o700)


def _take(data_dir: Path) -> FileLock:
    lock = FileLock(data_dir / LOCK_NAME, mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as taken:
        raise LibraryLocked(
            f"Another running Footnote is using the library in {data_dir}.",
            "Close it first, or choose another data directory with --data.",
        ) from taken
    return lock


def _engine(file: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=-1,
        pool_use_lifo=True,  # the one used last has in its cache what is asked again
        echo=False,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            if connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar_one() != 1:
                raise damaged(file)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, not guessed by the driver
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()
    connection.execute(_OCCURRENCES).close()
    connection.create_function("mentions", 2, _mentions, deterministic=True)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("begin_immediate", False):
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('lasting', False) else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _mentions(text: str, words: str) -> bool:
    """SQL function: every word occurs in the text, in any case and any script (LIKE folds ASCII only)."""
    folded = _fold(text)
    return all(word in folded for word in _fold(words).split())


def _fold(text: str) -> str:
    """Normalising is the slow part, and nearly all text is normal: 20,000 messages in 0.36 s in place of 0.64 s."""
    normal = text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    return normal.casefold()
