"""From paths to passages and vectors: words first, meaning in the background.

    paths -> files -> (same content? nothing to do) -> reader -> pages, passages -> one transaction -> searchable
    passages without a vector -> embedder -> store -> index

A file is a row before it is opened, so what a crash left half read is known at the next start. One bad file is
told and left out; the rest goes on. Knows nothing of formats, SQL, FAISS or models.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_models.cancel import CancelToken
from rag.errors import DocumentEmpty, DocumentError, DocumentMissing, DocumentUnsupported
from rag.events import AddEvent, AddFinished, DocumentAdded, DocumentFailed, DocumentUnchanged, Progress
from rag.index.vectors import Ids, VectorIndex
from rag.parsers.cleaning import clean
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

EMBED_AT_ONCE = 128
"""Passages embedded, stored and indexed in one step: 1 to 2 s on 2 threads, so a kill loses little."""

_SEARCHABLE = (DocumentState.READ, DocumentState.COMPLETE)


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
        sums = _Sums()
        for path in paths:
            root = path.expanduser().absolute()
            group = self._collection(root, collection)
            files, closed, skipped = _files(root, self._reads)
            sums.skipped += skipped
            for failure in closed:
                sums.count(failure)
                yield failure
            for number, file in enumerate(files):
                cancel.check()
                yield Progress(number, len(files), file.name)
                for event in self._add_file(file, cancel):
                    sums.count(event)
                    if group is not None and isinstance(event, DocumentAdded | DocumentUnchanged):
                        self._library.add_to_collection(group, [event.document.id])
                    yield event
            if files and _is_folder(root):
                sums.removed += self._forget_gone(root)
            yield Progress(len(files), len(files), root.name)
        yield AddFinished(sums.added, sums.unchanged, tuple(sums.failed), sums.passages, sums.skipped, sums.removed)

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

    def refresh(self, cancel: CancelToken) -> Iterator[AddEvent]:
        """Look again at every folder that is a collection, and at the files a crash left half read."""
        unfinished = [document.path for document in self._library.interrupted()]
        roots = [collection.root for collection in self._library.collections() if collection.root is not None]
        yield from self.add([root for root in roots if _is_folder(root)] + unfinished, cancel)

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

    def _forget_gone(self, root: Path) -> int:
        below = (document for document in self._library.documents() if document.path.is_relative_to(root))
        return self.remove([document.id for document in below if _is_gone(document.path)])

    def _collection(self, root: Path, name: str | None) -> int | None:
        """A folder whose name is another folder's collection gets its whole path for a name."""
        if name is None and not _is_folder(root):
            return None
        wanted = name or root.name or str(root)
        known = self._library.collection_named(wanted)
        if name is None and known is not None and known.root != root:
            wanted = str(root)
            known = self._library.collection_named(wanted)
        if known is not None:
            return known.id
        return self._library.create_collection(wanted, root if name is None else None).id

    def _add_file(self, path: Path, cancel: CancelToken) -> Iterator[AddEvent]:
        try:
            digest, size = _fingerprint(path)
            known = self._library.find(path)
            if known is not None and known.sha256 == digest and known.state in _SEARCHABLE:
                yield DocumentUnchanged(known)
                return
            outdated = self._passage_ids(known)
            document = self._read(path, digest, size, cancel)
        except DocumentError as error:
            failed = self._library.find(path)
            if failed is not None:
                self._library.fail(failed.id, str(error))
            yield DocumentFailed(path, str(error), error.code)
        else:
            self._forget_vectors(outdated)
            yield DocumentAdded(document, replaced=known is not None)

    def _passage_ids(self, document: Document | None) -> Sequence[int] | Ids:
        return [] if document is None else self._library.passage_ids(Scope(documents=frozenset({document.id})))

    def _forget_vectors(self, passage_ids: Sequence[int] | Ids) -> None:
        self._index.remove(passage_ids, generation=self._library.generation(self._embedder.identity.digest))

    def _read(self, path: Path, digest: str, size: int, cancel: CancelToken) -> Document:
        media_type, title = "", clean(path.stem)
        begun = self._library.begin(path, media_type=media_type, sha256=digest, size=size, title=title)
        pages: list[Page] = []
        passages: list[Passage] = []
        terms: list[PassageTerms] = []
        notices: list[str] = []
        hidden = 0
        for item in self._reader.read(path, cancel):
            match item:
                case Opened():
                    media_type = item.media_type
                case Title():
                    title = item.text
                case Page():
                    pages.append(item)
                case PageSkipped():
                    notices.append(f"Page {item.number}: {item.reason}")
                case HiddenText():
                    hidden += item.passages
                case Passage():
                    passages.append(item)
                case PassageTerms():
                    terms.append(item)
        if not passages:
            raise DocumentEmpty(f"“{path.name}” holds no text.", "If it is a scan, run it through OCR first.")
        return self._library.replace(
            begun.id,
            title=title,
            pages=pages,
            passages=passages,
            terms=terms,
            sha256=digest,
            size=size,
            media_type=media_type,
            notices=[*notices, *_told_hidden(hidden)],
        )


def _told_hidden(passages: int) -> list[str]:
    """Instructions for a model are hidden in a document's text that people can't see; so none of it is read."""
    if not passages:
        return []
    if passages == 1:
        return ["1 passage of hidden text was left out: a person who opens this document does not see it."]
    return [f"{passages} passages of hidden text were left out: a person who opens this document does not see them."]


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


def _files(root: Path, reads: Callable[[Path], bool]) -> tuple[list[Path], list[DocumentFailed], int]:
    """The files to read below `root`, sorted; the folders that can't be opened; how many files have another format.

    Hidden files are left out, links to folders are not followed (they may lead in circles).
    """
    if not _is_folder(root):
        return [root], [], 0
    files: list[Path] = []
    closed: list[DocumentFailed] = []
    skipped = 0
    for folder, folders, names in os.walk(root, onerror=lambda error: closed.append(_closed_folder(error))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if name.startswith(".") or not _may_be_file(path):
                continue
            if reads(path):
                files.append(path)
            else:
                skipped += 1
    return files, closed, skipped


def _is_folder(path: Path) -> bool:
    """False for one that can't be looked at: it is then told as a file that can't be opened."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _may_be_file(path: Path) -> bool:
    """True for one that can't be looked at, so that it is told."""
    try:
        return path.is_file()
    except OSError:
        return True


def _is_gone(path: Path) -> bool:
    """A file that only can't be looked at is not gone."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _closed_folder(error: OSError) -> DocumentFailed:
    reason = f"The folder “{error.filename}” can't be opened: {error.strerror}. Check that you may read it."
    return DocumentFailed(Path(error.filename), reason, DocumentMissing.code)


def _fingerprint(path: Path) -> tuple[str, int]:
    try:
        if path.exists() and not path.is_file():
            raise DocumentUnsupported(f"“{path}” is not a file or folder.", "Add a document instead.")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
    except FileNotFoundError as error:
        raise DocumentMissing(f"“{path}” is not there.", "Check the path.") from error
    except OSError as error:
        raise DocumentMissing(
            f"“{path}” can't be opened: {error.strerror or error}.", "Check that you may read it."
        ) from error
