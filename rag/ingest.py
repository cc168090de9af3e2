"""From paths to passages and vectors: words first, meaning in the background.

    paths -> files -> (same content? nothing to do) -> reader -> pages, passages -> one transaction -> searchable
    passages without a vector -> embedder -> store -> index

A file is a row in state READING before it is opened, so what a crash left half read is known at the next start. One bad
file is told and left out; the rest goes on. One that ended its reader, or Footnote itself twice, is quarantined: it is
tried again when its bytes have changed, or when the user says so. Knows nothing of formats, SQL, FAISS or models.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from local_models.cancel import CancelToken
from rag.errors import (
    DocumentEmpty,
    DocumentError,
    DocumentMissing,
    DocumentQuarantined,
    DocumentUnsupported,
    LibraryError,
)
from rag.events import AddEvent, AddFinished, DocumentAdded, DocumentFailed, DocumentUnchanged, Progress
from rag.index.vectors import Ids, VectorIndex
from rag.parsers.cleaning import clean, shown_name
from rag.parsers.wire import Item
from rag.ports import DocumentReader, Embedder
from rag.store.library import Library
from rag.titles import LONGEST_TITLE, full_title, innermost
from rag.types import (
    Document,
    DocumentState,
    HiddenText,
    Opened,
    Page,
    PageSkipped,
    Passage,
    PassageTerms,
    Scope,
    Title,
)
from rag.walking import is_folder, is_gone, suspects_last, walk

EMBED_AT_ONCE = 128
"""Passages embedded, stored and indexed in one step: 1 to 2 s on 2 threads, so a kill loses little."""

MOST_ATTEMPTS = 2
"""Readings of the same bytes that Footnote did not live to see the end of, before they are left alone."""

_SEARCHABLE = (DocumentState.READ, DocumentState.COMPLETE)
_HASHED_AT_ONCE = 2**22
"""Bytes; 3 ms, after which a pause is heard."""


class Effort(Enum):
    """Which files whose bytes are known to be unreadable are tried all the same."""

    CHANGED = "a look at the folders: none"
    NAMED = "the user named them: those that failed"
    ASKED = "the user said to try again: all"


class Ingest:
    """Keeps the library true to the files."""

    def __init__(
        self,
        library: Library,
        reader: DocumentReader,
        embedder: Embedder,
        index: VectorIndex,
        reads: Callable[[Path], bool],
    ) -> None:
        """`reads` tells by a file's name whether to try it in a folder; files named by the user are tried anyway."""
        self._library = library
        self._reader = reader
        self._embedder = embedder
        self._index = index
        self._reads = reads

    def add(self, paths: Sequence[Path], cancel: CancelToken, *, collection: str | None = None) -> Iterator[AddEvent]:
        """Read files and folders. A folder becomes a collection named after it unless `collection` names one.

        Documents of a folder whose file has gone are forgotten, unless nothing is left in it: then it may be a disk
        that is not there.

        Yields one event a file, then AddFinished. Raises Cancelled, and DiskFull or LibraryError when the store fails.
        """
        yield from self._add(paths, cancel, Effort.NAMED, collection)

    def refresh(self, cancel: CancelToken) -> Iterator[AddEvent]:
        """Look again at every folder that is a collection, and at the files a crash left half read."""
        unfinished = [document.path for document in self._library.interrupted()]
        roots = [collection.root for collection in self._library.collections() if collection.root is not None]
        there = [root for root in roots if is_folder(root)]
        alone = [path for path in unfinished if not any(path.is_relative_to(root) for root in there)]
        yield from self._add([*there, *alone], cancel, Effort.CHANGED, None)

    def retry(self, document_ids: Sequence[int], cancel: CancelToken) -> Iterator[AddEvent]:
        """Try these documents again, whatever became of them before; whole and unchanged ones stay as they are.

        Raises NotFound, and what `add` raises.
        """
        paths = [self._library.document(document_id).path for document_id in document_ids]
        yield from self._add(paths, cancel, Effort.ASKED, None)

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
                    [embedding_text(document, passage) for passage, document in batch], cancel
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

    def remove(self, document_ids: Sequence[int]) -> int:
        """Forget documents; answers that cited them keep their quotes. Returns how many there were."""
        if not document_ids:
            return 0
        passages = self._library.passage_ids(Scope(documents=frozenset(document_ids)))
        removed = self._library.remove(document_ids)
        self._forget_vectors(passages)
        return removed

    def _add(
        self, paths: Iterable[Path], cancel: CancelToken, effort: Effort, collection: str | None
    ) -> Iterator[AddEvent]:
        sums = _Sums()
        half_read = {d.path for d in self._library.interrupted() if d.state is DocumentState.READING}
        for path in suspects_last([path.expanduser().absolute() for path in paths], half_read):
            groups = self._groups(path, collection)
            found = walk(path, self._reads)
            sums.skipped += found.skipped
            for failure in found.failed:
                sums.count(failure)
                yield failure
            for number, file in enumerate(suspects_last(found.files, half_read)):
                cancel.check()
                yield Progress(number, len(found.files), shown_name(file))
                for event in self._add_file(file, cancel, effort):
                    sums.count(event)
                    if isinstance(event, DocumentAdded | DocumentUnchanged):
                        self._put_in(groups, event.document)
                    yield event
            if found.files and is_folder(path):
                sums.removed += self._forget_gone(path)
            yield Progress(len(found.files), len(found.files), shown_name(path))
        yield AddFinished(sums.added, sums.unchanged, tuple(sums.failed), sums.passages, sums.skipped, sums.removed)

    def _forget_gone(self, root: Path) -> int:
        below = (document for document in self._library.documents() if document.path.is_relative_to(root))
        return self.remove([document.id for document in below if is_gone(document.path)])

    def _groups(self, path: Path, name: str | None) -> list[int]:
        """The collections that what is read at `path` goes to: the one named, the folder's own, those it lies in."""
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

    def _put_in(self, groups: Iterable[int], document: Document) -> None:
        for group in groups:
            self._library.add_to_collection(group, [document.id])

    def _add_file(self, path: Path, cancel: CancelToken, effort: Effort) -> Iterator[AddEvent]:
        try:
            digest, size = _fingerprint(path, cancel)
            known = self._library.find(path)
            if known is not None and known.sha256 == digest:
                if known.state in _SEARCHABLE:
                    yield DocumentUnchanged(known)
                    return
                if _stays_out(known, effort):
                    yield self._left_out(known, effort)
                    return
            outdated = self._passage_ids(known)
            document = self._read(path, digest, size, cancel)
        except DocumentError as error:
            self._note_failure(path, error)
            yield DocumentFailed(path, str(error), error.code)
        else:
            self._forget_vectors(outdated)
            yield DocumentAdded(document, replaced=known is not None)

    def _left_out(self, document: Document, effort: Effort) -> DocumentFailed:
        """Tells of a file that is not tried; one that Footnote ended with too often is quarantined first."""
        if document.state is DocumentState.READING:
            document = self._library.quarantine(document.id, str(_ended_with(document)))
        return DocumentFailed(document.path, document.reason, document.failure, known=effort is Effort.CHANGED)

    def _note_failure(self, path: Path, error: DocumentError) -> None:
        failed = self._library.find(path)
        if failed is None:
            return
        if isinstance(error, DocumentQuarantined):
            self._library.quarantine(failed.id, str(error))
        else:
            self._library.fail(failed.id, str(error), error.code)

    def _passage_ids(self, document: Document | None) -> Sequence[int] | Ids:
        return [] if document is None else self._library.passage_ids(Scope(documents=frozenset({document.id})))

    def _forget_vectors(self, passage_ids: Sequence[int] | Ids) -> None:
        self._index.remove(passage_ids, generation=self._library.generation(self._embedder.identity.digest))

    def _read(self, path: Path, digest: str, size: int, cancel: CancelToken) -> Document:
        begun = self._library.begin(path, media_type="", sha256=digest, size=size, title=clean(path.stem))
        try:
            read = _Read(title=clean(path.stem))
            for item in self._reader.read(path, cancel):
                read.take(item)
            if not read.passages:
                name = shown_name(path)
                raise DocumentEmpty(f"“{name}” holds no text.", "If it is a scan, run it through OCR first.")
            return self._library.replace(
                begun.id,
                title=read.title,
                pages=read.pages,
                passages=read.passages,
                terms=read.terms,
                sha256=digest,
                size=size,
                media_type=read.media_type,
                notices=[*read.notices, *_told_hidden(read.hidden)],
            )
        except DocumentError:
            raise
        except BaseException:  # cancelled, or the disk is full: the file is not to blame
            with suppress(LibraryError):
                self._library.put_back(begun.id)
            raise


@dataclass
class _Read:
    """What a reader has given of a file so far."""

    title: str
    media_type: str = ""
    pages: list[Page] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    terms: list[PassageTerms] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    hidden: int = 0

    def take(self, item: Item) -> None:
        match item:
            case Opened():
                self.media_type = item.media_type
            case Title():
                self.title = item.text
            case Page():
                self.pages.append(item)
            case PageSkipped():
                named = item.label[:1].upper() + item.label[1:]
                self.notices.append(f"{named or f'Page {item.number}'}: {item.reason}")
            case HiddenText():
                self.hidden += item.passages
            case Passage():
                self.passages.append(item)
            case PassageTerms():
                self.terms.append(item)


@dataclass
class _Sums:
    added: int = 0
    unchanged: int = 0
    passages: int = 0
    skipped: int = 0
    removed: int = 0
    failed: list[DocumentFailed] = field(default_factory=list)

    def count(self, event: AddEvent) -> None:
        match event:
            case DocumentAdded(document):
                self.added += 1
                self.passages += document.passages
            case DocumentUnchanged():
                self.unchanged += 1
            case DocumentFailed():
                self.failed.append(event)


def embedding_text(document: Document, passage: Passage) -> str:
    """What the embedder reads of a passage: the file's title and the headings tell what "it" is in the text."""
    title = full_title(document.title, document.path)[:LONGEST_TITLE]
    return "\n".join(part for part in (title, innermost(passage.heading), passage.text) if part)


def _stays_out(known: Document, effort: Effort) -> bool:
    """Whether a file with the bytes it had is not tried. One that could not even be opened may be open by now."""
    if effort is Effort.ASKED:
        return False
    match known.state:
        case DocumentState.QUARANTINED:
            return True
        case DocumentState.READING:
            return known.attempts >= MOST_ATTEMPTS
        case DocumentState.FAILED:
            return effort is Effort.CHANGED and known.failure not in ("", DocumentMissing.code)
    return False


def _ended_with(document: Document) -> DocumentQuarantined:
    name = shown_name(document.path)
    return DocumentQuarantined(
        f"“{name}” was being read {document.attempts} times when Footnote ended without warning.",
        "Try it again if you think that something else was the reason.",
    )


def _told_hidden(passages: int) -> list[str]:
    """Instructions for a model are hidden in a document's text that people can't see; so none of it is read."""
    if not passages:
        return []
    if passages == 1:
        return ["1 passage of hidden text was left out: a person who opens this document does not see it."]
    return [f"{passages} passages of hidden text were left out: a person who opens this document does not see them."]


def _fingerprint(path: Path, cancel: CancelToken) -> tuple[str, int]:
    """SHA-256 and size of the file's bytes. Raises DocumentMissing, DocumentUnsupported, Cancelled."""
    name = shown_name(path)
    try:
        if path.exists() and not path.is_file():
            raise DocumentUnsupported(f"“{name}” is not a file or folder.", "Add a document instead.")
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while part := file.read(_HASHED_AT_ONCE):
                cancel.check()
                digest.update(part)
                size += len(part)
        return digest.hexdigest(), size
    except FileNotFoundError as error:
        raise DocumentMissing(f"“{name}” is not there.", "Check the path.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name can't be used"
        raise DocumentMissing(f"“{name}” can't be opened: {reason}.", "Check that you may read it.") from error
