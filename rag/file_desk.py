"""What becomes of one file: unchanged, moved, read, failed or quarantined.

    path -> hash -> (these bytes are known here, or known elsewhere and gone from there? nothing to read)
         -> row in state READING -> reader -> pages, passages -> one transaction -> searchable

A file is a row in state READING before it is opened, so what a crash left half read is known at the next start. One
that is found guilty is quarantined: it is tried again when its bytes have changed, or when the user says so. The file
is parsed in a child, so what ended says who did it:

- The child ended and Footnote lived on: it was the file. Only SIGKILL comes from outside, from a system that ran out of
  memory or from a person, so the file is read once more, and it is the file when the second child is killed too.
- Footnote ended, and a mark says that the file was taking very much memory (rag.parsers.reading_folder): that is the
  only road on which a file can take more than its child along. Twice, and it is the file.
- Footnote ended, and no mark is there: a power cut, a kill, the end of a session, or a bug of ours that has nothing to
  do with the file. It is read last and alone, so that the rest is safe by then. Should it be open at six such ends
  running, it is left alone all the same, because nobody wants to see a seventh.

Knows nothing of folders, formats, SQL, FAISS or models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    LibraryError,
    NotFound,
    ReaderKilled,
)
from rag.events import DocumentAdded, DocumentFailed, DocumentMoved, DocumentUnchanged
from rag.file_sight import fingerprint_of, has_left
from rag.folders.stamps import NO_STAMP, Fingerprint, stamp_of
from rag.folders.volumes import unreachable
from rag.index.terms import passage_terms
from rag.index.vectors import Ids, VectorIndex
from rag.notices import told_hidden, told_recognised, told_skipped
from rag.parsers.cleaning import clean, shown_name
from rag.parsers.wire import Item
from rag.ports import DocumentReader
from rag.recognition import Recognition
from rag.store.folder_notes import FolderNotes
from rag.store.library import Library
from rag.store.packed_pages import PackedPages
from rag.titles import full_title
from rag.types import (
    Document,
    DocumentState,
    HiddenText,
    Opened,
    Page,
    PageSkipped,
    Passage,
    PassageTerms,
    Title,
)

MOST_SUSPICION = 6
"""Of the same bytes, before they are left alone. Each reading that Footnote did not live to see the end of counts 1."""

ACCUSED = 3
"""What such a reading counts when the file was taking very much memory."""

_SEARCHABLE = (DocumentState.READ, DocumentState.COMPLETE)

FileEvent = DocumentAdded | DocumentMoved | DocumentUnchanged | DocumentFailed

UNKNOWN_BYTES = ""
"""In place of a SHA-256: of a text whose file changed while it was read. It is read again at the next look."""


class Effort(Enum):
    """Which files whose bytes are known to be unreadable are tried all the same."""

    CHANGED = "a look at the folders: none"
    NAMED = "the user named them: those that failed"
    ASKED = "the user said to try again: all"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look can go by. `stamps`: of the last readings, by path; None: every file is hashed. `away`: folders that
    can't be reached now, so that what lay there is not gone.
    """

    stamps: Mapping[Path, str] | None = None
    away: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Nothing is to be told of the file, and it stays as it is: its disk is not there now, or the user has removed its
    document while it was read.
    """

    path: Path


@dataclass(frozen=True, slots=True)
class Task:
    """A file to be read: its row is in state READING. `outdated`: the passages it had before."""

    path: Path
    found: Fingerprint
    document: Document
    outdated: Sequence[int] | Ids
    replaces: bool


@dataclass
class Text:
    """What a reader has given of a file so far. `found`: the bytes that it read, None when nobody knows."""

    title: str
    found: Fingerprint | None
    media_type: str = ""
    pages: PackedPages = field(default_factory=PackedPages)
    passages: list[Passage] = field(default_factory=list)
    terms: list[PassageTerms] = field(default_factory=list)
    skipped: list[PageSkipped] = field(default_factory=list)
    recognised: list[int] = field(default_factory=list)
    hidden: int = 0

    def notices(self) -> list[str]:
        """What was not read, and what may have been read wrong."""
        return [*told_skipped(self.skipped), *told_hidden(self.hidden), *told_recognised(self.recognised)]

    def take(self, item: Item) -> None:
        match item:
            case Opened():
                self.media_type = item.media_type
            case Title():
                self.title = item.text
            case Page():
                self.pages.add(item)
                self.recognised += [item.number] if item.recognised else []
            case PageSkipped():
                self.skipped.append(item)
            case HiddenText():
                self.hidden += item.passages
            case Passage():
                self.passages.append(item)
            case PassageTerms():
                self.terms.append(item)


class FileDesk:
    """Takes files of one library, one at a time; only `read` may run beside others, in any thread."""

    def __init__(
        self,
        library: Library,
        notes: FolderNotes,
        reader: DocumentReader,
        index: VectorIndex,
        recognition: Recognition,
    ) -> None:
        self._recognition = recognition
        self._library = library
        self._notes = notes
        self._reader = reader
        self._index = index

    def look(self, path: Path, effort: Effort, sight: Sight, cancel: CancelToken) -> Task | FileEvent | PassedOver:
        """What is to be done with the file, or what is known of it. Raises Cancelled, DiskFull, LibraryError."""
        if sight.stamps is not None and (event := self._same_stamp(path, sight.stamps, effort)) is not None:
            return event
        try:
            found = fingerprint_of(path, cancel)
        except DocumentError as error:
            return PassedOver(path) if self._is_away(path) else self._note_failure(path, error)
        known = self._library.find(path)
        if known is not None and known.sha256 == found.sha256:
            if _only_closed(known):
                known = self._library.reopen(known.id, self._index.identity.digest)
            if known.state in _SEARCHABLE and not self._recognition.helps(known):
                self._notes.stamp(known.id, found.sha256, found.stamp)
                return DocumentUnchanged(known)
            if self._stays_out(known, effort):
                return self._left_out(known, effort)
        if known is None or not known.passages:
            moved = self._moved_here(path, found, effort, sight.away, cancel)
            if moved is not None:
                return moved
        outdated, _ = self._library.passages_of([] if known is None else [known.id])
        title = clean(path.stem)
        begun = self._library.begin(path, media_type="", sha256=found.sha256, size=found.size, title=title)
        return Task(path, found, begun, outdated, replaces=bool(known is not None and known.passages))

    def read(self, task: Task, cancel: CancelToken) -> Text:
        """Writes nothing. Raises DocumentError, Cancelled."""
        found = task.found
        text = self._read_patiently(task, found, cancel)
        if stamp_of(task.path) != found.seen:  # what was read is not what was hashed: once more
            found = fingerprint_of(task.path, cancel)
            text = self._read_patiently(task, found, cancel)
            if stamp_of(task.path) != found.seen:
                text.found = None
        return text

    def keep(self, task: Task, text: Text) -> DocumentAdded | PassedOver:
        """The text is searchable by words from now on. Raises DiskFull, LibraryError."""
        found = text.found or Fingerprint(UNKNOWN_BYTES, task.found.size, NO_STAMP, NO_STAMP)
        try:
            document = self._library.replace(
                task.document.id,
                title=text.title,
                pages=text.pages,
                passages=text.passages,
                terms=text.terms,
                sha256=found.sha256,
                size=found.size,
                media_type=text.media_type,
                notices=text.notices(),
            )
        except NotFound:
            return PassedOver(task.path)
        self.forget_vectors(task.outdated)
        self._notes.stamp(document.id, found.sha256, found.stamp)
        return DocumentAdded(document, replaced=task.replaces)

    def fail(self, task: Task, error: DocumentError) -> DocumentFailed | PassedOver:
        """The file is left out, and its reason kept; but one whose disk has been pulled out waits."""
        if self._library.find(task.path) is None:
            return PassedOver(task.path)
        if self._is_away(task.path):
            self.put_back([task])
            return PassedOver(task.path)
        failed = self._note_failure(task.path, error)
        self._notes.stamp(task.document.id, task.found.sha256, task.found.stamp)
        return failed

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Their reading was given up, and not because of them."""
        for task in tasks:
            with suppress(LibraryError, NotFound):
                self._library.put_back(task.document.id)

    def move(self, document: Document, path: Path, twin: Document | None = None) -> DocumentMoved:
        """The document is at another place: it keeps id, passages, vectors and citations, and is found by its new name.

        Nothing is embedded again: the name alone would hardly turn a vector. `twin`: a copy that was read at the new
        place, and gives way. All of it is one step, so that a kill leaves the one state or the other.
        """
        title = document.title
        if title == clean(document.path.stem):
            title = clean(path.stem)
        own, _ = self._library.passages_of([document.id])
        passages = self._library.passages(own.tolist())
        named = full_title(title, path)
        terms = [passage_terms(named, passage.heading, passage.text) for passage in passages]
        if named == full_title(document.title, document.path):
            passages, terms = [], []
        giving_way = [] if twin is None else [twin.id]
        outdated, _ = self._library.passages_of(giving_way)
        ids = [passage.id for passage in passages]
        moved = self._notes.move(document.id, path, title, ids, terms, giving_way=giving_way)
        if len(outdated):
            self.forget_vectors(outdated)
        self._notes.stamp(moved.id, moved.sha256, NO_STAMP)
        if _only_closed(moved):
            moved = self._library.reopen(moved.id, self._index.identity.digest)
        return DocumentMoved(moved, document.path)

    def use_index(self, index: VectorIndex) -> None:
        """From now on vectors are taken out of this one."""
        self._index = index

    def forget_vectors(self, passage_ids: Sequence[int] | Ids) -> None:
        """Take vectors out of the index that the library has let go."""
        self._index.remove(passage_ids, generation=self._library.generation(self._index.identity.digest))

    def _read_patiently(self, task: Task, found: Fingerprint, cancel: CancelToken) -> Text:
        try:
            return self._read_once(task, found, cancel)
        except ReaderKilled:
            return self._read_once(task, found, cancel)

    def _read_once(self, task: Task, found: Fingerprint, cancel: CancelToken) -> Text:
        text = Text(clean(task.path.stem), found)
        for item in self._reader.read(task.path, cancel):
            text.take(item)
        if not text.passages:
            name = shown_name(task.path)
            raise DocumentEmpty(f"“{name}” holds no text.", "If there is something in it, save it anew.")
        return text

    def _is_away(self, path: Path) -> bool:
        """Whether it lies in a folder, or on a disk in it, that can't be reached now."""
        folders = [each for each in self._notes.folders() if path.is_relative_to(each.root)]
        away = [lost for folder in folders for lost in unreachable(folder.root, folder.mounts)]
        return any(path.is_relative_to(lost) for lost in away)

    def _same_stamp(self, path: Path, stamps: Mapping[Path, str], effort: Effort) -> FileEvent | None:
        if stamps.get(path, NO_STAMP) == NO_STAMP or stamps[path] != stamp_of(path):
            return None
        known = self._library.find(path)
        if known is None or self._recognition.helps(known):
            return None
        if known.state in _SEARCHABLE:
            return DocumentUnchanged(known)
        return self._left_out(known, effort) if self._stays_out(known, effort) else None

    def _stays_out(self, known: Document, effort: Effort) -> bool:
        return _stays_out(known, effort) and not self._recognition.helps(known)

    def _moved_here(
        self, path: Path, found: Fingerprint, effort: Effort, away: Sequence[Path], cancel: CancelToken
    ) -> DocumentMoved | None:
        """The oldest document of these bytes whose own file is not there any more, at its new place.

        Also one that could not be read, which is left out at its new place too; but where the user wants such files to
        be tried, one without any text is tried as a new one.
        """
        for document in self._notes.same_content(found.sha256):
            if any(document.path.is_relative_to(folder) for folder in away):
                continue
            if not document.passages and not self._stays_out(document, effort):
                continue
            if document.path != path and has_left(document, path, cancel):
                return self.move(document, path)
        return None

    def _left_out(self, document: Document, effort: Effort) -> DocumentFailed:
        """Tells of a file that is not tried; one that Footnote ended with too often is quarantined first."""
        if document.state is DocumentState.READING:
            document = self._library.quarantine(document.id, str(_ended_with(document)))
        return DocumentFailed(document.path, document.reason, document.failure, known=effort is Effort.CHANGED)

    def _note_failure(self, path: Path, error: DocumentError) -> DocumentFailed:
        failed = self._library.find(path)
        if failed is not None and isinstance(error, DocumentQuarantined):
            self._library.quarantine(failed.id, str(error))
        elif failed is not None:
            unread = isinstance(error, DocumentMissing) and not (failed.state in _SEARCHABLE or _only_closed(failed))
            self._library.fail(failed.id, str(error), error.code, unread=unread)
        return DocumentFailed(path, str(error), error.code)


def _only_closed(document: Document) -> bool:
    """A document whose passages are those of its bytes, and whose file could not be opened at the last look."""
    return document.state is DocumentState.FAILED and document.failure == DocumentMissing.code and document.passages > 0


def note_accused(notes: FolderNotes, files: Iterable[Path]) -> None:
    """These took very much memory when Footnote ended last; to be told once, at its start."""
    notes.accuse(files, ACCUSED - 1)


def _stays_out(known: Document, effort: Effort) -> bool:
    """Whether a file with the bytes it had is not tried. One that could not even be opened may be open by now."""
    if effort is Effort.ASKED:
        return False
    match known.state:
        case DocumentState.QUARANTINED:
            return True
        case DocumentState.READING:
            return known.attempts >= MOST_SUSPICION
        case DocumentState.FAILED:
            return effort is Effort.CHANGED and known.failure not in ("", DocumentMissing.code)
    return False


def _ended_with(document: Document) -> DocumentQuarantined:
    name = shown_name(document.path)
    return DocumentQuarantined(
        f"“{name}” was being read again and again when Footnote ended without warning.",
        "Try it again if you think that something else was the reason.",
    )
