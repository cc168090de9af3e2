"""From paths to passages and vectors: words first, meaning in the background.

    paths -> survey of files -> (known? moved? nothing to read) -> reader -> passages, searchable by words
    passages without a vector -> embedder -> store -> index

One bad file is told and left out; the rest goes on. Several files are read at once, and all of it stands still while a
question is answered. What becomes of one file is in rag.file_desk. Knows nothing of formats, SQL, FAISS or models.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from local_models.cancel import CancelToken
from rag.events import (
    AddEvent,
    AddFinished,
    DocumentAdded,
    DocumentFailed,
    DocumentMoved,
    DocumentUnchanged,
    FilesWaiting,
    Progress,
)
from rag.file_desk import Effort, FileDesk, FileEvent, PassedOver, Sight
from rag.folders.surveying import Survey, Surveyor
from rag.folders.volumes import unreachable
from rag.index.vectors import VectorIndex
from rag.parsers.cleaning import clean, shown_name
from rag.ports import DocumentReader, Embedder
from rag.recognition import NO_RECOGNITION, Recognition
from rag.right_of_way import RightOfWay
from rag.side_by_side import Readings
from rag.store.folder_notes import FolderNotes
from rag.store.library import Library
from rag.titles import text_in_context
from rag.types import Document, DocumentState
from rag.walking import is_folder, is_gone, suspects_last

EMBED_AT_ONCE = 128
"""Passages embedded, stored and indexed in one step: 1 to 2 s on 2 threads, so a kill loses little."""

FILE_COST = 64 * 1024
"""Bytes that a file counts for besides its own, when it is said how much is done: small files take their time too."""


class Ingest:
    """Keeps the library true to the files."""

    def __init__(
        self,
        library: Library,
        reader: DocumentReader,
        embedder: Embedder,
        index: VectorIndex,
        reads: Callable[[Path], bool],
        notes: FolderNotes,
        *,
        way: RightOfWay | None = None,
        at_once: int = 1,
        recognition: Recognition = NO_RECOGNITION,
    ) -> None:
        """`reads` tells by a file's name whether to try it in a folder; files named by the user are tried anyway.

        `at_once`: how many files `reader` reads side by side; `recognition`: what becomes of pictures and scans.
        """
        self._library = library
        self._notes = notes
        self._desk = FileDesk(library, notes, reader, index, recognition)
        self._recognition = recognition
        self._embedder = embedder
        self._index = index
        self._surveyor = Surveyor(reads, recognition)
        self._way = way or RightOfWay()
        self.at_once = at_once

    def add(self, paths: Sequence[Path], cancel: CancelToken, *, collection: str | None = None) -> Iterator[AddEvent]:
        """Read files and folders. A folder becomes a collection named after it unless `collection` names one.

        Documents of a folder whose file has gone are forgotten, unless nothing is left in it: then it may be a disk
        that is not there.

        Yields events of each file, then AddFinished. Raises Cancelled, and DiskFull or LibraryError when the store
        fails.
        """
        yield from self._add(paths, cancel, Effort.NAMED, collection)

    def refresh(self, cancel: CancelToken) -> Iterator[AddEvent]:
        """Look again at every folder that is a collection, and at the files that were never read to their end.

        A file that looks as it did when it was read is not hashed (rag.folders.stamps).
        """
        roots = [folder.root for folder in self._notes.folders()]
        curable = filter(self._recognition.helps, self._library.documents())
        unfinished = [document.path for document in (*self._library.interrupted(), *curable)]
        alone = [path for path in unfinished if not any(path.is_relative_to(root) for root in roots)]
        yield from self._add([*roots, *alone], cancel, Effort.CHANGED, None)

    def retry(self, document_ids: Sequence[int], cancel: CancelToken) -> Iterator[AddEvent]:
        """Try these documents again, whatever became of them before; whole and unchanged ones stay as they are.

        Raises NotFound, and what `add` raises.
        """
        paths = [self._library.document(document_id).path for document_id in document_ids]
        yield from self._add(paths, cancel, Effort.ASKED, None)

    def resume(self, cancel: CancelToken) -> Iterator[AddEvent]:
        """Read the files that an earlier run left waiting or half read. Raises what `add` raises."""
        paths = [document.path for document in self._library.interrupted()]
        yield from self._add(paths, cancel, Effort.CHANGED, None)

    def follow(self, paths: Sequence[Path], cancel: CancelToken) -> Iterator[AddEvent]:
        """Look at paths that were told to have changed, new, changed, moved or gone. Raises what `add` raises."""
        survey = Survey()
        for folder in self._notes.folders():
            self._surveyor.changes(survey, folder, paths, cancel)
        stamps = self._notes.stamps()
        if os.name == "nt":  # what was told to have changed may look the same there (rag.folders.stamps)
            stamps = {path: stamp for path, stamp in stamps.items() if path not in paths}
        yield from self._take(survey, Effort.CHANGED, stamps, cancel)

    def embed_pending(self, cancel: CancelToken) -> Iterator[Progress]:
        """Embed the passages without a vector of this embedder, oldest document first. Resumes after any stop."""
        digest = self._embedder.identity.digest
        total = self._library.pending_count(digest)
        done = 0
        try:
            while batch := self._library.pending(digest, EMBED_AT_ONCE):
                cancel.check()
                yield Progress(done, total, batch[0][1].title)
                vectors = self._embedder.embed(
                    [text_in_context(document, passage) for passage, document in batch], cancel
                )
                ids = [passage.id for passage, _ in batch]
                generation = self._library.put_vectors(self._embedder.identity, ids, vectors)
                self._index.add(ids, vectors, generation=generation)
                done += len(batch)
        finally:
            if done:
                self._index.save()
        if done:
            yield Progress(done, max(total, done), "")

    def rebuild_index(self, cancel: CancelToken) -> Iterator[Progress]:
        """Make the vector index anew from the vectors in the database; at the end `done` are the vectors in it."""
        yield Progress(0, 0, "vector index")
        cancel.check()
        self._index.rebuild()
        self._index.save()
        yield Progress(len(self._index), len(self._index), "vector index")

    def use_index(self, index: VectorIndex) -> None:
        """From now on vectors go into this one. Called where nothing else writes."""
        self._index = index
        self._desk.use_index(index)

    def remove(self, document_ids: Sequence[int]) -> int:
        """Forget documents; answers that cited them keep their quotes. Returns how many there were."""
        if not document_ids:
            return 0
        passages, _ = self._library.passages_of(document_ids)
        removed = self._library.remove(document_ids)
        self._desk.forget_vectors(passages)
        return removed

    def _add(
        self, paths: Iterable[Path], cancel: CancelToken, effort: Effort, collection: str | None
    ) -> Iterator[AddEvent]:
        survey = Survey()
        for path in dict.fromkeys(path.expanduser().absolute() for path in paths):
            groups = self._groups(path, collection)
            around = [folder for folder in self._notes.folders() if path.is_relative_to(folder.root)]
            self._surveyor.everything(survey, path, groups, around, cancel)
        stamps = self._notes.stamps() if effort is Effort.CHANGED else None
        for group, mounts in survey.mounts.items():
            self._notes.set_mounts(group, mounts)
        yield from self._take(survey, effort, stamps, cancel)

    def _take(
        self, survey: Survey, effort: Effort, stamps: dict[Path, str] | None, cancel: CancelToken
    ) -> Iterator[AddEvent]:
        """Read what a survey lists, then let go what it did not list any more."""
        sums = _Sums()
        for failure in survey.failed:
            sums.count(failure)
            yield failure
        yield from self._enlist(survey)
        sight = Sight(stamps, self._away())
        for event in self._read(survey, effort, sight, cancel):
            sums.count(event)
            yield event
        survey.away.extend(each for each in self._away() if each not in survey.away)  # a disk may have gone since
        for event in self._let_go(survey, cancel):
            sums.count(event)
            yield event
        while self._library.merge_words():
            self._way.give_way(cancel)
        yield Progress(len(survey.files), len(survey.files), "", 1.0)
        yield sums.finished(survey)

    def _enlist(self, survey: Survey) -> Iterator[FilesWaiting]:
        """New files are known as waiting, in their collections, before the first of them is read."""
        known = self._notes.known(survey.files)
        self._join(survey, known)
        new = [file for file in survey.files if file not in known]
        ids = self._notes.enlist([(file, clean(file.stem)) for file in new], survey.groups)
        if ids:
            yield FilesWaiting(len(ids))

    def _join(self, survey: Survey, known: Mapping[Path, int]) -> None:
        """Documents that are there already join at once: should this run be killed, the next has not heard of it."""
        wanted = [(group, known[file]) for file in survey.files if file in known for group in survey.groups[file]]
        joined = self._notes.memberships({group for group, _ in wanted})
        for each in dict.fromkeys(group for group, _ in wanted):
            ids = [id_ for group, id_ in wanted if group == each and (group, id_) not in joined]
            if ids:
                self._library.add_to_collection(each, ids)

    def _read(
        self, survey: Survey, effort: Effort, sight: Sight, cancel: CancelToken
    ) -> Iterator[Progress | FileEvent]:
        """Files that were being read when the program ended come last and alone: the rest is safe by then. Those come
        first of them that were so least often, or the same one would be open at every end that comes early.
        """
        interrupted = [each for each in self._library.interrupted() if each.state is DocumentState.READING]
        suspects = [each.path for each in sorted(interrupted, key=attrgetter("attempts"))]
        work = _Work(survey.files)
        with Readings(self._desk, self.at_once, cancel) as readings:
            for file in suspects_last(survey.files, suspects):
                cancel.check()
                while readings and (readings.is_full() or file in suspects):
                    yield from _ended(readings, work)
                self._way.give_way(cancel)
                yield work.begun(file)
                readings.begin(self._desk.look(file, effort, sight, cancel))
            while readings:
                yield from _ended(readings, work)

    def _let_go(self, survey: Survey, cancel: CancelToken) -> Iterator[DocumentMoved]:
        """Forget documents that were looked for and not found, and those that the user has left out since."""
        if not survey.below:
            return
        listed, kept = set(survey.files), [*survey.away, *survey.bare, *survey.vanished]
        gone: list[int] = []
        for document in self._notes.below(survey.below):
            path = document.path
            if path in listed or any(path.is_relative_to(folder) for folder in kept):
                continue
            cancel.check()
            if is_gone(path):
                twin = self._younger_twin(document)
                if twin is None:
                    gone.append(document.id)
                else:
                    yield self._desk.move(document, twin.path, twin)
            elif survey.is_ignored(path) or self._recognition.stands_alone(path):
                gone += self._leave_folders(document)
        self.remove(gone)
        survey.gone += len(gone)

    def _away(self) -> tuple[Path, ...]:
        """What of all folders can't be reached now."""
        return tuple(each for folder in self._notes.folders() for each in unreachable(folder.root, folder.mounts))

    def _leave_folders(self, document: Document) -> list[int]:
        """Out of the collections that are folders; forgotten if no other collection has it."""
        roots = {each.id for each in self._library.collections() if each.root is not None}
        groups = self._notes.groups_of(document.id)
        for group in groups:
            if group in roots:
                self._library.take_from_collection(group, [document.id])
        return [document.id] if groups and roots.issuperset(groups) else []

    def _younger_twin(self, document: Document) -> Document | None:
        """A copy that was read while the original was still there, as when a file is moved to another disk."""
        for other in self._notes.same_content(document.sha256) if document.passages else []:
            if other.id > document.id and not is_gone(other.path) and not self._notes.is_cited(other.id):
                return other
        return None

    def _groups(self, path: Path, name: str | None) -> list[int]:
        """The collections that what is read at `path` goes to: the one named, the folder's own, those it lies in.

        A picture of a folder whose pictures are not read is in none: what is in them follows the folder.
        """
        if name is None and self._recognition.stands_alone(path) and not is_folder(path):
            return []
        if name is None and not is_folder(path):
            known = self._library.collections()
            return [each.id for each in known if each.root is not None and path.is_relative_to(each.root)]
        return [self._collection(path, name)]

    def _collection(self, root: Path, name: str | None) -> int:
        """A folder whose name is another folder's collection gets its whole path for a name."""
        wanted = name or root.name or str(root)
        known = self._library.collection_named(wanted)
        if name is None and known is not None and known.root != root:
            wanted = str(root)
            known = self._library.collection_named(wanted)
        if known is not None:
            return known.id
        return self._library.create_collection(wanted, root if name is None else None).id


@dataclass
class _Sums:
    added: int = 0
    unchanged: int = 0
    moved: int = 0
    passages: int = 0
    failed: list[DocumentFailed] = field(default_factory=list)

    def count(self, event: AddEvent) -> None:
        match event:
            case DocumentAdded(document):
                self.added += 1
                self.passages += document.passages
            case DocumentUnchanged():
                self.unchanged += 1
            case DocumentMoved():
                self.moved += 1
            case DocumentFailed():
                self.failed.append(event)

    def finished(self, survey: Survey) -> AddFinished:
        return AddFinished(
            self.added,
            self.unchanged,
            tuple(self.failed),
            self.passages,
            survey.skipped,
            survey.gone,
            self.moved,
            survey.left_out(),
            tuple(survey.away),
        )


class _Work:
    """How much of the reading is done: files by number, and their share of the work by size."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._costs = {file: FILE_COST + _size(file) for file in files}
        self._total = sum(self._costs.values()) or 1
        self._ended = 0
        self._spent = 0
        self._begun: list[Path] = []

    def begun(self, file: Path) -> Progress:
        self._begun.append(file)
        return Progress(self._ended, len(self._costs), shown_name(file), self._spent / self._total)

    def ended(self) -> Progress:
        """Files end in the order they were begun."""
        file = self._begun.pop(0)
        self._ended += 1
        self._spent += self._costs[file]
        return Progress(self._ended, len(self._costs), shown_name(file), self._spent / self._total)


def _ended(readings: Readings, work: _Work) -> Iterator[Progress | FileEvent]:
    event = readings.end()
    yield work.ended()
    if not isinstance(event, PassedOver):
        yield event


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except (OSError, ValueError):
        return 0
