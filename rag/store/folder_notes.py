"""What is remembered of folders and of the files in them, besides what was read: stamps, rules, mount points, moves.

Each method is one transaction. Every method raises DiskFull, LibraryDamaged or LibraryError when the database can't be
used; NotFound for an id that is not there. It opens no file and looks into no folder.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import String, delete, func, or_, select, type_coerce, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from rag.errors import UsageError
from rag.store import collections, documents, memberships, vectors, words
from rag.store.columns import storable
from rag.store.database import Database
from rag.store.schema import (
    CollectionDocumentRow,
    CollectionRow,
    DocumentRow,
    DocumentStampRow,
    FolderNoteRow,
    ReportSourceRow,
    SourceRow,
)
from rag.store.scoping import listed
from rag.store.staging_schema import StagedDocumentRow
from rag.types import LEFT_OUT, Collection, Document, DocumentState, PassageTerms

_ASKED_ONE_BY_ONE = 100
"""Paths; for more of them all that there are are read, 10,000 in 20 ms."""

_ASKED_AT_ONCE = 200
"""Conditions of one statement; SQLite's own limit is a tree of 1,000 levels."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A collection that stands for a folder. `rules` are lines in gitignore's syntax; `mounts` are the mount points
    that were seen on the way to it and in it.
    """

    collection: Collection
    root: Path
    rules: tuple[str, ...] = ()
    mounts: tuple[Path, ...] = ()


class FolderNotes:
    """Belongs to one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def folders(self) -> list[Folder]:
        """By name."""
        with self._database.read() as session:
            notes = {row.collection_id: row for row in session.scalars(select(FolderNoteRow))}
            known = [each for each in collections.every(session) if each.root is not None]
            return [_folder(each, notes.get(each.id)) for each in known]

    def set_rules(self, collection_id: int, rules: Sequence[str]) -> None:
        """In place of those there were."""
        self._note(collection_id, {"rules": tuple(rules)})

    def set_mounts(self, collection_id: int, mounts: Sequence[Path]) -> None:
        """In place of those there were. One whose name no database can hold is not remembered."""
        names = [str(mount) for mount in mounts]
        self._note(collection_id, {"mounts": tuple(name for name in names if storable(name) == name)})

    def stamp(self, document_id: int, sha256: str, stamp: str) -> None:
        """The file of the document had this stamp when it was hashed; empty: it had none that can be relied on."""
        with self._database.write() as session:
            if not stamp:
                session.execute(delete(DocumentStampRow).where(DocumentStampRow.document_id == document_id))
                return
            documents.get(session, document_id)
            statement = insert_or(DocumentStampRow).values(document_id=document_id, sha256=sha256, stamp=stamp)
            changed = {"sha256": sha256, "stamp": stamp}
            session.execute(statement.on_conflict_do_update(index_elements=["document_id"], set_=changed))

    def stamps(self) -> dict[Path, str]:
        """By path, of the documents that were read or given up with these very bytes; all others have none."""
        states = [state for state in DocumentState if state not in (DocumentState.WAITING, DocumentState.READING)]
        with self._database.read() as session:
            found = session.execute(
                select(DocumentRow.path, DocumentStampRow.stamp)
                .join(DocumentStampRow, DocumentStampRow.document_id == DocumentRow.id)
                .where(DocumentStampRow.sha256 == DocumentRow.sha256, DocumentRow.state.in_(states))
            )
            return dict(found.all())

    def in_hand(self) -> set[Path]:
        """The files that are being read, and those that wait behind them; none while nothing is read."""
        states = (DocumentState.WAITING, DocumentState.READING)
        with self._database.read() as session:
            rows = session.execute(select(DocumentRow.path, DocumentRow.state).where(DocumentRow.state.in_(states)))
            found = dict(rows.all())
        return set(found) if DocumentState.READING in found.values() else set()

    def same_content(self, sha256: str) -> list[Document]:
        """The documents that were read with these bytes, or could not be, oldest first."""
        states = (DocumentState.READ, DocumentState.COMPLETE, *LEFT_OUT)
        with self._database.read() as session:
            rows = session.scalars(
                select(DocumentRow)
                .where(DocumentRow.sha256 == sha256, DocumentRow.state.in_(states))
                .order_by(DocumentRow.id)
            )
            return [documents.document_of(row) for row in rows]

    def known(self, paths: Sequence[Path]) -> dict[Path, int]:
        """The ids of those of the paths that are documents, in whatever state."""
        wanted = set(paths)
        with self._database.read() as session:
            if len(wanted) <= _ASKED_ONE_BY_ONE:
                found = ((path, documents.find(session, path)) for path in wanted)
                return {path: document.id for path, document in found if document is not None}
            rows = session.execute(select(DocumentRow.path, DocumentRow.id))
            return {path: id_ for path, id_ in rows if path in wanted}

    def below(self, folders: Sequence[Path]) -> list[Document]:
        """The documents at these paths and below them, by path."""
        written = type_coerce(DocumentRow.path, String)
        told = [(str(folder), str(folder).rstrip(os.sep) + os.sep) for folder in folders]
        places = [(written == path) | (func.substr(written, 1, len(start)) == start) for path, start in told]
        odd = func.typeof(written) == "blob"  # a name that is no text: told apart below
        found: dict[int, Document] = {}
        with self._database.read() as session:
            for start in range(0, len(places), _ASKED_AT_ONCE):
                chosen = select(DocumentRow).where(or_(odd, *places[start : start + _ASKED_AT_ONCE]))
                found |= {row.id: documents.document_of(row) for row in session.scalars(chosen)}
        wanted = set(folders)
        inside = (each for each in found.values() if not wanted.isdisjoint((each.path, *each.path.parents)))
        return sorted(inside, key=lambda document: document.path)

    def move(
        self,
        document_id: int,
        path: Path,
        title: str,
        passages: Sequence[int],
        terms: Sequence[PassageTerms],
        *,
        giving_way: Container[int] = (),
    ) -> Document:
        """The document under another path and title, with its passages, vectors and citations.

        It leaves the collections of folders that it is not in any more. `terms` are the words of `passages` with the
        new name among them. Raises UsageError if another document that was read has the path; one that was not, and
        those `giving_way`, are forgotten, and leave it their collections.
        """
        with self._database.write() as session:
            there = documents.find(session, path)
            if there is not None and there.id != document_id:
                if there.passages and there.id not in giving_way:
                    raise UsageError(f"{path} is in the library already.", "Remove one of the two first.")
                memberships.pass_on(session, there.id, document_id)
                words.clear(session, there.id)
                vectors.note_removal(session, there.id)
                documents.clear(session, there.id)
                documents.remove(session, there.id)
            memberships.leave_folders(session, document_id, documents.get(session, document_id).path, path)
            documents.move(session, document_id, path, title)
            session.execute(update(ReportSourceRow).where(ReportSourceRow.document_id == document_id).values(path=path))
            words.rewrite(session, passages, terms)
            staged = delete(StagedDocumentRow).where(StagedDocumentRow.document_id == document_id)
            session.execute(staged)  # it was cut and embedded under its old name
            session.expire_all()
            return documents.get(session, document_id)

    def enlist(self, files: Sequence[tuple[Path, str]], groups: Mapping[Path, Sequence[int]]) -> list[int]:
        """Rows in state WAITING for the paths that have none, each with a title until it is read; ids of these.

        They are in their collections from the same moment on: a run that is killed then knows where they belong.
        """
        now = datetime.now(UTC)
        empty = {"media_type": "", "sha256": "", "size": 0, "state": DocumentState.WAITING, "reason": "", "notices": ()}
        rows = [
            {"path": path, "title": title, "pages": 0, "passages": 0, "added_at": now, **empty} for path, title in files
        ]
        if not rows:
            return []
        with self._database.write() as session:
            statement = insert_or(DocumentRow).on_conflict_do_nothing(index_elements=["path"])
            new = session.execute(statement.returning(DocumentRow.id, DocumentRow.path), rows).all()
            memberships.join(session, [(group, row.id) for row in new for group in groups.get(row.path, ())])
            return sorted(row.id for row in new)

    def forget_waiting(self) -> int:
        """Let go of the files that wait and were never read; returns how many. What was read before stays."""
        with self._database.write() as session:
            gone = delete(DocumentRow).where(DocumentRow.state == DocumentState.WAITING, DocumentRow.passages == 0)
            return len(session.scalars(gone.returning(DocumentRow.id)).all())

    def accuse(self, files: Iterable[Path], suspicion: int) -> None:
        """Something speaks against these files, as far as their reading was begun and came to no end."""
        with self._database.write() as session:
            session.execute(
                update(DocumentRow)
                .where(DocumentRow.path.in_(list(files)), DocumentRow.state == DocumentState.READING)
                .values(attempts=DocumentRow.attempts + suspicion)
            )

    def is_cited(self, document_id: int) -> bool:
        """Whether a conversation or a report has it among its sources."""
        with self._database.read() as session:
            return any(
                session.scalar(select(table.document_id).where(table.document_id == document_id).limit(1)) is not None
                for table in (SourceRow, ReportSourceRow)
            )

    def groups_of(self, document_id: int) -> list[int]:
        """Ids of the collections that the document is in."""
        with self._database.read() as session:
            found = session.scalars(
                select(CollectionDocumentRow.collection_id).where(CollectionDocumentRow.document_id == document_id)
            )
            return sorted(found)

    def memberships(self, collection_ids: Iterable[int]) -> set[tuple[int, int]]:
        """Collection and document, for each document in these collections."""
        wanted = listed(collection_ids)
        with self._database.read() as session:
            rows = session.execute(
                select(CollectionDocumentRow.collection_id, CollectionDocumentRow.document_id).where(
                    CollectionDocumentRow.collection_id.in_(wanted)
                )
            )
            return {(group, document) for group, document in rows}

    def _note(self, collection_id: int, values: dict[str, tuple[str, ...]]) -> None:
        with self._database.write() as session:
            if session.get(CollectionRow, collection_id) is None:
                return
            statement = insert_or(FolderNoteRow).values(collection_id=collection_id, **values)
            session.execute(statement.on_conflict_do_update(index_elements=["collection_id"], set_=values))


def _folder(collection: Collection, note: FolderNoteRow | None) -> Folder:
    assert collection.root is not None
    if note is None:
        return Folder(collection, collection.root)
    return Folder(collection, collection.root, note.rules, tuple(map(Path, note.mounts)))
