"""The library: what the user has given Footnote, how far each document has come, and how to give it more.

It asks the service only through the lanes: lists through `read`, everything that changes the library through `write`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QInputDialog, QSplitter, QStackedWidget, QWidget

from desktop.controls import ElidedLabel, button, column, label, row
from desktop.jobs import Job, Lanes
from desktop.library.collection_list import EVERYTHING, CollectionList
from desktop.library.documents_view import DocumentsView
from desktop.library.empty import EmptyLibrary
from desktop.library.file_manager import show_in_folder
from desktop.library.intake import Intake, IntakeStatus, Request
from desktop.library.intake_bar import IntakeBar, OutcomeNotice
from desktop.library.model import DocumentTable
from desktop.library.outcome import IntakeOutcome
from desktop.library.questions import ask_about_collection, ask_about_removal, tell_reasons
from desktop.library.rules_dialog import RulesDialog
from desktop.library.watching import FolderWatch, watched_words
from desktop.tokens import XL, M, S
from rag.folders.watching import Watched
from rag.types import Collection, Document, Scope

if TYPE_CHECKING:
    from rag.assistant import Assistant

RELOAD_MS = 700
"""While documents come in the lists are read again this often: a person reads no faster, and the disk rests."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What one look into the store found."""

    collection: int
    documents: list[Document]
    collections: list[Collection]
    everything: int


class LibraryPage(QWidget):
    """`progressed` brings an IntakeStatus, or None when all is done; `library_changed` comes when lists differ.

    `report_asked` brings a ReportKind and the documents chosen.
    """

    progressed = Signal(object)
    paused = Signal()
    index_changed = Signal()
    library_changed = Signal()
    document_opened = Signal(object)
    report_asked = Signal(object, object)

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._table = DocumentTable(self)
        self._documents = DocumentsView(self._table)
        self._collections = CollectionList()
        self._empty = EmptyLibrary()
        self._intake = Intake(assistant, lanes, self)
        self._watch = FolderWatch(assistant, lanes, self)
        self._bar = IntakeBar()
        self._notice = OutcomeNotice()
        self._add_folder = button("Add folder…", "primary")
        self._add_files = button("Add files…")
        self._rescan = button("Check folders", "quiet")
        self._rescan.setToolTip("Look at the folders you added for new, changed and vanished files")
        self._watching = ElidedLabel()
        self._watching.setProperty("role", "small")
        self._body = QStackedWidget()
        self._reload_timer = QTimer(self, singleShot=True, interval=RELOAD_MS)
        self._looking: Job | None = None
        self._count = 0
        self._lay_out()
        self._connect()
        self.reload()

    def add_paths(self, paths: Sequence[Path], collection: str | None = None) -> None:
        """Take in files and folders. Without a name, files go to the collection picked by hand that is shown."""
        if collection is None and not any(path.is_dir() for path in paths):
            collection = self._picked_by_hand()
        self._take_in(Request(tuple(paths), collection))

    @Slot()
    def resume(self) -> None:
        """Go on with what was paused, or give vectors to what an earlier run left without; silent if nothing is."""
        if self._intake.is_paused:
            self._intake.resume()
        elif not self._intake.busy:
            self._intake.start(Request())

    @Slot()
    def check_folders(self) -> None:
        """Look at all folders once."""
        self._take_in(Request(rescan=True))

    @Slot()
    def pause(self) -> None:
        """Stop taking in after the file at hand; `paused` follows."""
        self._intake.pause()

    @Slot()
    def cancel(self) -> None:
        """Stop taking in; what has been read stays."""
        self._intake.cancel()

    def watch(self, *, wanted: bool) -> None:
        """Follow changes in the folders while they happen, or leave them until they are checked."""
        if wanted:
            self._watch.start()
        else:
            self._watch.stop()
            self._ask_away()
        self._watching.setText("" if wanted else "Folders are not watched; check them to see what is new.")

    @Slot()
    def reload(self) -> None:
        """Read the lists again."""
        if self._looking is not None:
            self._looking.reported.disconnect(self._show_snapshot)
        self._looking = self._lanes.read.call(partial(_look, self._assistant, self._collections.current()))
        self._looking.reported.connect(self._show_snapshot)
        self._looking.failed.connect(self._notice.show_error)

    def _lay_out(self) -> None:
        top = row(gap=S)
        top.addWidget(label("Library", "title"))
        top.addSpacing(M)
        top.addWidget(self._watching, 1)
        for each in (self._rescan, self._add_files, self._add_folder):
            top.addWidget(each)
        split = QSplitter()
        split.addWidget(self._collections)
        split.addWidget(self._documents)
        split.setSizes([200, 800])
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        self._collections.setMinimumWidth(120)
        self._documents.setMinimumWidth(280)
        self._documents.setContentsMargins(M, 0, 0, 0)
        self.setFocusProxy(self._documents)
        self._body.addWidget(split)
        self._body.addWidget(self._empty)
        stack = column(self, margin=XL, gap=M)
        stack.addLayout(top)
        stack.addWidget(self._bar)
        stack.addWidget(self._notice)
        stack.addWidget(self._body, 1)

    def _connect(self) -> None:
        self._add_folder.clicked.connect(self._choose_folder)
        self._add_files.clicked.connect(self._choose_files)
        self._empty.folder_asked.connect(self._choose_folder)
        self._empty.files_asked.connect(self._choose_files)
        self._rescan.clicked.connect(self.check_folders)
        self._bar.cancel_requested.connect(self.cancel)
        self._bar.pause_requested.connect(self.pause)
        self._bar.resume_requested.connect(self.resume)
        self._intake.paused.connect(self._bar.show_paused)
        self._intake.paused.connect(self.paused)
        self._intake.index_changed.connect(self.index_changed)
        self._intake.listed.connect(self._reload_soon)
        self._intake.progressed.connect(self._show_status)
        self._intake.document_changed.connect(self._note_document)
        self._intake.ended.connect(self._show_outcome)
        self._collections.chosen.connect(self.reload)
        self._collections.removal_asked.connect(self._confirm_collection)
        self._collections.look_asked.connect(self._look_at)
        self._collections.rules_asked.connect(self._ask_rules)
        self._watch.changed.connect(self._follow)
        self._watch.told.connect(self._show_watched)
        self._watch.failed.connect(self._notice.show_error)
        self._documents.opened.connect(self.document_opened)
        self._documents.report_asked.connect(self.report_asked)
        self._documents.removal_asked.connect(self._confirm_removal)
        self._documents.rereading_asked.connect(self._read_again)
        self._documents.reason_asked.connect(self._tell_reasons)
        self._documents.folder_asked.connect(self._show_in_folder)
        self._documents.collecting_asked.connect(self._choose_collection)
        self._reload_timer.timeout.connect(self.reload)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self).activated.connect(self._documents.focus_filter)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Refresh), self).activated.connect(self.check_folders)

    def _picked_by_hand(self) -> str | None:
        collection = self._collections.current_collection()
        return collection.name if collection is not None and collection.root is None else None

    def _take_in(self, request: Request) -> None:
        self._notice.hide()
        self._bar.begin()
        self._intake.start(request)

    @Slot(object)
    def _show_snapshot(self, snapshot: _Snapshot) -> None:
        self._looking = None
        self._collections.show_collections(snapshot.collections, snapshot.everything)
        if snapshot.collection == self._collections.current():
            chosen = self._documents.keep_selection()
            self._table.replace(snapshot.documents)
            self._documents.select(chosen)
        if snapshot.everything != self._count:
            self._count = snapshot.everything
            self.library_changed.emit()
        empty = not snapshot.everything and not self._intake.busy
        self._body.setCurrentIndex(int(empty))
        for each in (self._rescan, self._add_files, self._add_folder):
            each.setVisible(not empty)

    @Slot(object)
    def _show_status(self, status: IntakeStatus) -> None:
        self._bar.show_status(status)
        self.progressed.emit(status)

    @Slot(object)
    def _note_document(self, document: Document) -> None:
        if self._collections.current() == EVERYTHING:
            self._table.put(document)
        if self._body.currentIndex():
            self._body.setCurrentIndex(0)
        self._reload_soon()

    @Slot()
    def _reload_soon(self) -> None:
        if not self._reload_timer.isActive():
            self._reload_timer.start()

    @Slot(object)
    def _show_outcome(self, outcome: IntakeOutcome) -> None:
        self._bar.hide()
        if outcome.is_news:
            self._notice.show_outcome(outcome)
        self.progressed.emit(None)
        self._note_change()

    @Slot()
    def _note_change(self) -> None:
        self.reload()
        self.library_changed.emit()

    @Slot()
    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Add a folder to the library", str(Path.home()))
        if chosen:
            self.add_paths([Path(chosen)])

    @Slot()
    def _choose_files(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Add files to the library", str(Path.home()))
        if chosen:
            self.add_paths([Path(each) for each in chosen])

    @Slot(object)
    def _follow(self, paths: tuple[Path, ...]) -> None:
        self._intake.start(Request(changed=paths))

    @Slot(object)
    def _show_watched(self, state: Watched) -> None:
        self._show_away(state.unreachable)
        self._watching.setText(watched_words(state))

    def _ask_away(self) -> None:
        self._lanes.read.call(self._assistant.folders.away).reported.connect(self._show_away)

    @Slot(object)
    def _show_away(self, folders: tuple[Path, ...]) -> None:
        self._collections.show_away(folders)
        chosen = self._documents.keep_selection()
        self._table.show_away(folders)
        self._documents.select(chosen)

    @Slot(object)
    def _look_at(self, collection: Collection) -> None:
        if collection.root is not None:
            self._take_in(Request((collection.root,)))

    @Slot(object)
    def _ask_rules(self, collection: Collection) -> None:
        dialog = RulesDialog(self._assistant, self._lanes, collection, self)
        dialog.saved.connect(self._look_at)
        dialog.open()

    @Slot(object)
    def _read_again(self, documents: list[Document]) -> None:
        self._take_in(Request(again=tuple(document.id for document in documents)))

    @Slot(object)
    def _tell_reasons(self, documents: list[Document]) -> None:
        tell_reasons(self, documents)

    @Slot(object)
    def _show_in_folder(self, documents: list[Document]) -> None:
        show_in_folder(documents[0].path)

    @Slot(object)
    def _choose_collection(self, documents: list[Document]) -> None:
        names = [each.name for each in self._collections.picked_by_hand()]
        name, accepted = QInputDialog.getItem(
            self, "Put in collection", "Name of the collection (an existing or a new one):", names or [""], 0
        )
        if accepted and name.strip():
            self.collect(documents, name.strip())

    def collect(self, documents: list[Document], name: str) -> None:
        """Put known documents in a collection, a new one or one that is there."""
        self._take_in(Request(tuple(document.path for document in documents), name, collecting=True))

    @Slot(object)
    def _confirm_removal(self, documents: list[Document]) -> None:
        ask_about_removal(self, documents, partial(self._remove, [document.id for document in documents]))

    def _remove(self, ids: list[int]) -> None:
        self._change(partial(self._assistant.remove, ids))

    @Slot(object)
    def _confirm_collection(self, collection: Collection) -> None:
        ask_about_collection(self, collection, partial(self._forget, collection.id))

    def _forget(self, collection_id: int) -> None:
        self._change(partial(self._assistant.remove_collection, collection_id))

    def _change(self, function: Callable[[], object]) -> None:
        if self._intake.busy and not self._intake.is_paused:
            self._notice.show_waiting("This will be removed when the files that are being read are in.")
        job = self._lanes.write.call(function)
        job.completed.connect(self._notice.hide_waiting)
        job.completed.connect(self._note_change)
        job.failed.connect(self._notice.show_error)


def _look(assistant: Assistant, collection: int) -> _Snapshot:
    collections = assistant.collections()
    everything = assistant.documents()
    if collection == EVERYTHING or collection not in {each.id for each in collections}:
        return _Snapshot(EVERYTHING, everything, collections, len(everything))
    chosen = assistant.documents(Scope(collections=frozenset({collection})))
    return _Snapshot(collection, chosen, collections, len(everything))
