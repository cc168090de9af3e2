"""The store: one data directory, one database file, and the seven things kept in it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from rag.store.database import Database
from rag.store.drafts import Drafts
from rag.store.folder_notes import FolderNotes
from rag.store.journal import Journal
from rag.store.library import Library
from rag.store.preferences import PreferencesStore
from rag.store.reports import ReportShelf
from rag.store.staging import Staging


class Store:
    """Held by this process alone until `close`. All of it may be used from any thread."""

    def __init__(self, database: Database) -> None:
        self.library = Library(database)
        self.folders = FolderNotes(database)
        self.journal = Journal(database)
        self.drafts = Drafts(database)
        self.reports = ReportShelf(database)
        self.preferences = PreferencesStore(database)
        self.staging = Staging(database)
        self._database = database

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Makes the directory if it is missing, migrates an older library, settles what a crash left.

        Raises LibraryLocked, LibraryTooNew, LibraryDamaged, DiskFull, LibraryError.
        """
        database = Database.open(data_dir)
        try:
            store = cls(database)
            store.journal.settle_interrupted()
            store.reports.settle_interrupted()
        except BaseException:
            database.close()
            raise
        return store

    @property
    def file(self) -> Path:
        return self._database.file

    def check(self) -> list[str]:
        """What is wrong with the file, in SQLite's words; empty when it is sound. Reads all of it."""
        return self._database.check()

    def close(self) -> None:
        """Waits for a write under way. May be called twice; anything after it raises LibraryError."""
        self._database.close()
