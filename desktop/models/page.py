"""Models: which one answers, how it chooses its words, and how to get another.

Everything is asked in the read lane: a change of model must not wait behind an hour of reading documents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.controls import button, column, label, redress, row
from desktop.jobs import Job, Lanes
from desktop.models.download_dialog import DownloadDialog, host_of
from desktop.models.model import Column, ModelTable
from desktop.models.parameter_form import ParameterForm
from desktop.models.parameters import values_of, with_values
from desktop.models.transfer import Transfer, TransferBar
from desktop.questions import ask
from desktop.tokens import XL, L, M, S
from local_models.types import ModelFile, ModelInfo
from rag.user_types import Preferences

if TYPE_CHECKING:
    from rag.assistant import Assistant

SETTLE_MS = 600
"""Numbers are saved this long after the last change: a held arrow key saves once."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at the models found."""

    files: list[ModelFile]
    preferences: Preferences
    loaded: ModelInfo | None


class ModelsPage(QWidget):
    """`model_changed` when another model was chosen or its settings were."""

    model_changed = Signal()

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._preferences = Preferences()
        self._kept = ""
        self._table = ModelTable(self)
        self._view = _table_view(self._table)
        self._use = button("Use this model", "primary")
        self._remove = button("Remove…", "danger")
        self._add = button("Add from file…")
        self._download = button("Download…")
        self._status = label("", "small", wrap=True)
        self._transfer = TransferBar(lanes)
        self._form = ParameterForm()
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._lay_out()
        self._connect()
        self.reload()

    @Slot()
    def showEvent(self, event: QShowEvent) -> None:
        """What is loaded changes while other pages are looked at."""
        super().showEvent(event)
        self.reload()

    def reload(self) -> None:
        """Read the models and the settings again."""
        job = self._call(partial(_look, self._assistant))
        job.reported.connect(self._show_look)

    def add_file(self, path: Path) -> None:
        """Copy a GGUF into the data directory."""
        work = partial(self._assistant.add_model, path)
        self._transfer.start(Transfer(f"Copying {path.name}", work, resumable=False))

    def download(self, url: str, sha256: str) -> None:
        """Fetch a model; the user has agreed to the host."""
        name = url.rsplit("/", 1)[-1].split("?", 1)[0]
        work = partial(self._assistant.download_model, url, sha256)
        self._transfer.start(Transfer(f"Downloading {name} from {host_of(url)[1]}", work, resumable=True))

    def _lay_out(self) -> None:
        top = row(gap=S)
        top.addWidget(label("Models", "title"))
        top.addStretch()
        top.addWidget(self._download)
        top.addWidget(self._add)
        below = row(gap=S)
        below.addWidget(self._status, 1)
        below.addWidget(self._remove)
        below.addWidget(self._use)
        inner = QWidget()
        inner.setObjectName("page")
        stack = column(inner, margin=XL, gap=M)
        stack.addLayout(top)
        stack.addWidget(self._transfer)
        stack.addWidget(self._view)
        stack.addLayout(below)
        stack.addSpacing(L)
        stack.addWidget(self._form)
        stack.addStretch()
        scroll = QScrollArea(widgetResizable=True)
        scroll.setWidget(inner)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer: QVBoxLayout = column(self)
        outer.addWidget(scroll)
        self.setFocusProxy(self._view)

    def _connect(self) -> None:
        self._use.clicked.connect(self._use_chosen)
        self._remove.clicked.connect(self._confirm_removal)
        self._add.clicked.connect(self._choose_file)
        self._download.clicked.connect(self._ask_for_address)
        self._transfer.arrived.connect(self.reload)
        self._view.selectionModel().currentRowChanged.connect(self._follow)
        self._view.doubleClicked.connect(self._use_double_clicked)
        self._form.changed.connect(self._settle.start)
        self._settle.timeout.connect(self._save_numbers)

    def _chosen(self) -> ModelFile | None:
        index = self._view.currentIndex()
        return self._table.file(index.row()) if index.isValid() else None

    @Slot(object)
    def _show_look(self, look: _Look) -> None:
        self._preferences = look.preferences
        answering = answering_name(look.files, look.preferences)
        chosen = self._chosen()
        kept = self._kept or (chosen.name if chosen else answering)
        self._kept = ""
        self._table.replace(look.files, answering)
        self._view.selectRow(max(0, self._table.row_of(kept)))
        _fit_height(self._view)
        if not self._settle.isActive():
            self._form.show_values(values_of(look.preferences))
        self._say(loaded_words(look.loaded) if look.files else NO_MODEL)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        chosen = self._chosen()
        files = [self._table.file(row) for row in range(self._table.rowCount())]
        answers = chosen is not None and chosen.name == answering_name(files, self._preferences)
        self._use.setEnabled(chosen is not None and not chosen.problem and not answers)
        self._use.setText("Answers now" if answers else "Use this model")
        self._remove.setVisible(chosen is not None and not chosen.bundled)
        if chosen is not None and chosen.problem:
            self._say(f"{chosen.name}: {chosen.problem}", role="bad")

    @Slot(QModelIndex)
    def _use_double_clicked(self, _index: QModelIndex) -> None:
        if self._use.isEnabled():
            self._use_chosen()

    @Slot()
    def _use_chosen(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self._use.setEnabled(False)
            self._say(f"Changing to {chosen.name}…")
            job = self._call(partial(self._assistant.use_model, chosen.name))
            job.completed.connect(self._note_change)

    @Slot()
    def _note_change(self) -> None:
        self.reload()
        self.model_changed.emit()

    @Slot()
    def _confirm_removal(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            text = f"The file {chosen.path} is deleted from this computer. Answers it gave stay."
            ask(self, f"Remove “{chosen.name}”?", text, "Remove", partial(self._remove_model, chosen.name))

    def _remove_model(self, name: str) -> None:
        self._call(partial(self._assistant.remove_model, name)).completed.connect(self._note_change)

    @Slot()
    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Add a model", str(Path.home()), "GGUF models (*.gguf)")
        if chosen:
            self.add_file(Path(chosen))

    @Slot()
    def _ask_for_address(self) -> None:
        self._dialog = DownloadDialog(self)
        self._dialog.accepted.connect(self._start_download)
        self._dialog.finished.connect(self._dialog.deleteLater)
        self._dialog.open()

    @Slot()
    def _start_download(self) -> None:
        self.download(self._dialog.url, self._dialog.sha256)

    @Slot()
    def _save_numbers(self) -> None:
        job = self._call(partial(_save_numbers, self._assistant, self._form.values()))
        job.reported.connect(self._note_saved)

    @Slot(object)
    def _note_saved(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self._say("Saved. It holds from the next answer on.", role="good")
        self.model_changed.emit()

    def _call(self, function: Callable[[], object]) -> Job:
        job = self._lanes.read.call(function)
        job.failed.connect(self._show_failure)
        return job

    @Slot(object)
    def _show_failure(self, error: object) -> None:
        self._say(str(error), role="bad")
        self._follow()

    def _say(self, text: str, role: str = "small") -> None:
        self._status.setText(text)
        redress(self._status, "role", role)


NO_MODEL = "No language model is here yet; answers are quotes from your documents. Add a GGUF file to get sentences."


def answering_name(files: list[ModelFile], preferences: Preferences) -> str:
    """The name of the model that answers: the chosen one by name or path, else the first; empty without any."""
    if preferences.model:
        return next((each.name for each in files if preferences.model in (each.name, str(each.path))), "")
    return files[0].name if files else ""


def loaded_words(info: ModelInfo | None) -> str:
    """What is in memory now, and why it is not where it was asked to be."""
    if info is None:
        return "It is loaded when the first question comes."
    where = {"cpu": "on the processor", "cuda": "on the graphics card", "metal": "on the graphics chip"}
    text = f"{info.name} is loaded {where.get(info.device, info.device)}, with a context of {info.n_ctx:,} tokens."
    return f"{text} {info.fallback_reason}".strip()


def _look(assistant: Assistant) -> _Look:
    return _Look(assistant.models(), assistant.preferences(), assistant.model_info())


def _save_numbers(assistant: Assistant, values: dict[str, float]) -> Preferences:
    """On top of what is stored now: another page may have changed the theme meanwhile."""
    preferences = with_values(assistant.preferences(), values)
    assistant.save_preferences(preferences)
    return preferences


def _table_view(table: ModelTable) -> QTableView:
    view = QTableView()
    view.setModel(table)
    view.setAccessibleName("Models")
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setStyleSheet(f"QTableView::item {{ padding: 0 {S}px; }}")
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().lineSpacing() + 2 * S)
    columns = view.horizontalHeader()
    columns.setHighlightSections(False)
    for place in (Column.NAME, Column.STATE):
        columns.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
    for place in (Column.PARAMETERS, Column.QUANTIZATION, Column.CONTEXT, Column.SIZE):
        columns.setSectionResizeMode(place, QHeaderView.ResizeMode.ResizeToContents)
    return view


def _fit_height(view: QTableView) -> None:
    """All rows up to eight are in view without a second scroll bar beside the page's own."""
    rows = min(max(view.model().rowCount(), 2), 8)
    height = view.horizontalHeader().sizeHint().height() + rows * view.verticalHeader().defaultSectionSize() + S
    view.setFixedHeight(height)
