"""SQL that takes removed passages out of the word index, in steps short enough to let questions in between.

FTS5 only notes what is removed, and reads past it in every search until the segments that held it are merged. With 30 %
of 200,000 passages removed a search for words takes a third more processor time; merging brings it back, and a third of
the index's pages with it. To merge all segments rewrites the index (8 s for 200,000 passages), so it waits until enough
was removed.
"""

from __future__ import annotations

import json
import sqlite3

from sqlalchemy import text
from sqlalchemy.orm import Session

from rag.store.many_words import totals
from rag.store.preferences import put
from rag.store.schema import PreferenceRow

REMOVED_SHARE = 5
"""Merged anew when one passage for so many that are left was removed since."""

REMOVED_LEAST = 10_000
"""And no fewer than so many: below, searches are quick anyway."""

PAGES = 64
"""Written in one step: 30 to 60 ms on a busy computer. Any number of steps goes on where the last one ended."""

_NOTE = "words_removed_at_merge"
"""Among the preferences: how many passages had ever been removed when all segments were merged last."""

_EVER = text("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")
_MERGE = "INSERT INTO passage_words (passage_words, rank) VALUES ('merge', ?)"


def is_due(session: Session) -> bool:
    """Whether enough was removed. No passage is looked at."""
    left = totals(session)[0]
    noted = session.get(PreferenceRow, _NOTE)
    since = _removed(session) - (json.loads(noted.value) if noted else 0)
    return since >= max(REMOVED_LEAST, left // REMOVED_SHARE)


def merge(session: Session) -> bool:
    """One step. True when more is to be done."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError(f"{connection} is no connection to SQLite")
    before = connection.total_changes
    connection.execute(_MERGE, (-PAGES,)).close()
    if connection.total_changes - before >= 2:  # as FTS5's documentation says: fewer mean that nothing was left to do
        return True
    put(session, _NOTE, _removed(session))
    return False


def _removed(session: Session) -> int:
    """Ids are never used again, so those that are missing were removed."""
    return int(session.scalar(_EVER) or 0) - totals(session)[0]
