"""What a new report shall be about: its words, its length, its documents. It makes a ReportRequest and knows no job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from desktop.controls import button, column, label, row
from desktop.reports.document_picker import DocumentPicker
from desktop.reports.kinds import WORDING
from desktop.tokens import XS, M, S
from rag.report_types import ReportKind, ReportRequest
from rag.types import Document

LENGTHS = (("As long as suits the text", 0), ("Short: 5 sentences", 5), ("15 sentences", 15), ("40 sentences", 40))
USUAL_CARDS, MOST_CARDS = 20, 500
TOPIC_LINES = 4


class ReportForm(QWidget):
    """`started` brings a ReportRequest, `chapters_wanted` the ids of the chosen documents."""

    started = Signal(object)
    left = Signal()
    chapters_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = ReportKind.SUMMARY
        self._busy = False
        self._title = label("", "title")
        self._explanation = label("", "muted", wrap=True)
        self._words = QLineEdit()
        self._words.setPlaceholderText("deposit, notice period")
        self._columns = QPlainTextEdit()
        self._columns.setPlaceholderText("Tenant\nMonthly rent\nEnd date\nWho may keep pets?")
        self._columns.setTabChangesFocus(True)
        self._columns.setFixedHeight(self._columns.fontMetrics().lineSpacing() * TOPIC_LINES + 2 * M)
        self._length = QComboBox()
        for words, sentences in LENGTHS:
            self._length.addItem(words, sentences)
        self._phrased = QCheckBox("Let the language model write it, and check each sentence against the documents")
        self._cards = QSpinBox(minimum=1, maximum=MOST_CARDS, value=USUAL_CARDS)
        self._chapter = QComboBox(editable=True)
        self._chapter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._picker = DocumentPicker()
        self._problem = label("", "small")
        self._start = button("Start", "primary")
        self._leave = button("Cancel")
        self._fields: dict[QWidget, frozenset[ReportKind]] = {}
        self._lay_out()
        self._connect()

    def show_kind(
        self,
        kind: ReportKind,
        documents: Sequence[Document],
        chosen: Iterable[int],
        *,
        can_write: bool,
    ) -> None:
        """Begin anew. `can_write`: a language model is chosen that is able to write."""
        self._kind = kind
        wording = WORDING[kind]
        self._title.setText(wording.action.rstrip("…"))
        self._explanation.setText(wording.explanation)
        for widget, kinds in self._fields.items():
            widget.setVisible(kind in kinds)
        self._phrased.setVisible(kind is ReportKind.SUMMARY and can_write)
        self._phrased.setChecked(False)
        self._chapter.clear()
        self._picker.show_documents(documents, chosen, most=wording.most)
        self._refresh()
        self._ask_for_chapters()

    def focus_first(self) -> None:
        """The first thing to fill in."""
        first = {ReportKind.MENTIONS: self._words, ReportKind.FACTS: self._columns}.get(self._kind, self._picker)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_chapters(self, chapters: Sequence[str]) -> None:
        text = self._chapter.currentText()
        self._chapter.clear()
        self._chapter.addItems(["", *chapters])
        self._chapter.setEditText(text)

    def set_busy(self, *, busy: bool) -> None:
        """While a report is being made no second one begins."""
        self._busy = busy
        self._refresh()

    def request(self) -> ReportRequest:
        topics: Sequence[str] = ()
        if self._kind is ReportKind.MENTIONS:
            topics = re.split(r"[,;]", self._words.text())
        elif self._kind is ReportKind.FACTS:
            topics = self._columns.toPlainText().splitlines()
        cards = self._kind is ReportKind.CARDS
        lengths = {ReportKind.SUMMARY: int(self._length.currentData()), ReportKind.CARDS: self._cards.value()}
        return ReportRequest(
            kind=self._kind,
            documents=self._picker.chosen,
            topics=tuple(topic.strip() for topic in topics if topic.strip()),
            length=lengths.get(self._kind, 0),
            chapter=self._chapter.currentText().strip() if cards else "",
            phrased=self._kind is ReportKind.SUMMARY and self._phrased.isVisibleTo(self) and self._phrased.isChecked(),
        )

    def _lay_out(self) -> None:
        stack = column(self, gap=S)
        stack.setContentsMargins(M, 0, M, 0)
        stack.addWidget(self._title)
        stack.addWidget(self._explanation)
        stack.addSpacing(XS)
        for name, widget, kind in (
            ("Words or phrases, with commas between", self._words, ReportKind.MENTIONS),
            ("Columns, one on each line", self._columns, ReportKind.FACTS),
            ("Length", self._length, ReportKind.SUMMARY),
            ("Cards", self._cards, ReportKind.CARDS),
            ("Chapter (leave empty for all)", self._chapter, ReportKind.CARDS),
        ):
            stack.addWidget(self._field(name, widget, kind))
        stack.addWidget(self._phrased)
        stack.addWidget(label("Documents", "small"))
        stack.addWidget(self._picker, 1)
        foot = row(gap=S)
        foot.addWidget(self._problem, 1)
        foot.addWidget(self._leave)
        foot.addWidget(self._start)
        stack.addLayout(foot)

    def _field(self, name: str, widget: QWidget, kind: ReportKind) -> QWidget:
        holder = QWidget()
        stack = column(holder, gap=XS)
        caption = label(name, "small")
        caption.setBuddy(widget)
        widget.setAccessibleName(name)
        typed = widget.lineEdit() if isinstance(widget, QComboBox) else None
        if typed is not None:
            typed.setAccessibleName(name)
        stack.addWidget(caption)
        stack.addWidget(widget)
        self._fields[holder] = frozenset({kind})
        return holder

    def _connect(self) -> None:
        self._words.textChanged.connect(self._refresh)
        self._words.returnPressed.connect(self._send)
        self._columns.textChanged.connect(self._refresh)
        self._picker.changed.connect(self._refresh)
        self._picker.changed.connect(self._ask_for_chapters)
        self._start.clicked.connect(self._send)
        self._leave.clicked.connect(self.left)

    @Slot()
    def _ask_for_chapters(self) -> None:
        if self._kind is ReportKind.CARDS and self._picker.chosen:
            self.chapters_wanted.emit(self._picker.chosen)

    @Slot()
    def _refresh(self) -> None:
        missing = self._missing()
        self._problem.setText(missing)
        self._start.setEnabled(not missing)

    def _missing(self) -> str:
        wording, request = WORDING[self._kind], self.request()
        if self._busy:
            return "Another report is being made."
        if self._kind is ReportKind.MENTIONS and not request.topics:
            return "Type a word to look for."
        if self._kind is ReportKind.FACTS and not request.topics:
            return "Name a column."
        if len(request.documents) < wording.least:
            return "Choose two documents." if wording.least > 1 else "Choose a document."
        return ""

    @Slot()
    def _send(self) -> None:
        if self._start.isEnabled():
            self.started.emit(self.request())
