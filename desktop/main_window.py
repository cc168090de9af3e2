"""The window's frame: it stands at once, says what is going on while the library opens, and then holds the workspace.

Takes files and folders dropped anywhere, shows notices at the bottom, and remembers its size. It knows neither the
service nor the pages, so that importing it is quick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QMainWindow, QStackedWidget, QWidget

from desktop.controls import button, column, label, row
from desktop.jobs import UnexpectedError
from desktop.notices import NoticeBar, Picture, quoted
from desktop.tokens import XL, L, M, S
from rag.errors import FootnoteError

USUAL_SIZE = QSize(1280, 820)
LEAST_SIZE = QSize(960, 560)


class MainWindow(QMainWindow):
    """`dropped` carries paths, `retry_requested` comes from a full-window message, `closing` before it closes."""

    dropped = Signal(object)
    retry_requested = Signal()
    closing = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self.setWindowTitle("Footnote")
        self.setMinimumSize(LEAST_SIZE)
        self.setAcceptDrops(True)
        self.notices = NoticeBar()
        self._message = _Message()
        self._message.retried.connect(self.retry_requested)
        self._message.left.connect(self.close)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._message)
        body = QWidget()
        layout = column(body)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.notices)
        self.setCentralWidget(body)
        self._veil = _DropVeil(body)
        self._restore()

    def show_opening(self) -> None:
        self._message.say("Opening your library…", "")
        self._stack.setCurrentWidget(self._message)

    def show_error(self, error: FootnoteError) -> None:
        """The library can't be used: one calm page instead of the workspace."""
        self._message.say_error(error)
        self._stack.setCurrentWidget(self._message)

    def show_workspace(self, workspace: QWidget) -> None:
        self._stack.addWidget(workspace)
        self._stack.setCurrentWidget(workspace)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._stack.currentWidget() is not self._message and dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self._veil.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._veil.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._veil.hide()
        event.acceptProposedAction()
        self.dropped.emit(dropped_paths(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.sync()
        event.accept()
        self.closing.emit()

    def _restore(self) -> None:
        geometry = self._settings.value("geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            screen = QGuiApplication.primaryScreen().availableSize()
            self.resize(USUAL_SIZE.boundedTo(screen - QSize(40, 80)))


def dropped_paths(data: QMimeData) -> Sequence[Path]:
    """The files and folders in a drop; addresses of the web are none."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class _Message(QWidget):
    """One sentence in the middle of the window, with what can be done."""

    retried = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._details = ""
        self._picture = Picture("footnote")
        self._title = label("", "heading", wrap=True)
        self._advice = label("", "muted", wrap=True)
        self._retry = self._button("Try again", self.retried.emit, "primary")
        self._copy = self._button("Copy details", self._copy_details)
        self._leave = self._button("Quit", self.left.emit)
        buttons = row(gap=S)
        buttons.addStretch()
        for widget in (self._copy, self._leave, self._retry):
            buttons.addWidget(widget)
        buttons.addStretch()
        stack = column(self, margin=XL, gap=M)
        stack.addStretch(2)
        stack.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for words in (self._title, self._advice):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setFixedWidth(520)
            middle = row()
            middle.addStretch()
            middle.addWidget(words)
            middle.addStretch()
            stack.addLayout(middle)
        stack.addSpacing(L)
        stack.addLayout(buttons)
        stack.addStretch(3)
        self.say("", "")

    def say(self, title: str, advice: str) -> None:
        self._title.setText(title)
        self._advice.setText(advice)
        for widget in (self._retry, self._copy, self._leave):
            widget.hide()

    def say_error(self, error: FootnoteError) -> None:
        self.say(quoted(error.message), quoted(error.advice))
        self._details = error.details if isinstance(error, UnexpectedError) else ""
        self._copy.setVisible(bool(self._details))
        self._retry.show()
        self._leave.show()

    def _button(self, text: str, act: Callable[[], object], kind: str = "") -> QWidget:
        made = button(text, kind)
        made.clicked.connect(act)
        return made

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._details)


class _DropVeil(QFrame):
    """Covers the window while something is dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self.setObjectName("veil")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        words = QLabel("Drop to add to your library")
        words.setProperty("role", "title")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column(self).addWidget(words)
        parent.installEventFilter(self)
        self.hide()

    def cover(self) -> None:
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._covered.rect())
        return super().eventFilter(watched, event)
