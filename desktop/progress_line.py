"""The line at the bottom of the window: documents on their way into the library at the left, the model at the right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from desktop.controls import ElidedLabel, IconButton, label, row
from desktop.library.intake import IntakeStatus
from desktop.tokens import XS, M, S
from local_models.types import ModelInfo

_DEVICES = {"cpu": "CPU", "cuda": "GPU (CUDA)", "metal": "GPU (Metal)"}


class ProgressLine(QFrame):
    """Progress is hidden while nothing goes on; the model stays."""

    pause_requested = Signal()
    resume_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._is_paused = self._going = self._is_elsewhere = False
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self._bar.setAccessibleName("Progress of adding documents")
        self._words = ElidedLabel()
        self._words.setProperty("role", "small")
        self._pause = IconButton("pause", "Pause")
        self._pause.clicked.connect(self._toggle)
        self._cancel = IconButton("close", "Stop adding documents")
        self._cancel.clicked.connect(self.cancel_requested)
        self._model = label("", "small")
        line = row(self, gap=S)
        line.setContentsMargins(M, XS, M, XS)
        line.addWidget(self._bar)
        line.addWidget(self._words, 1)
        line.addWidget(self._pause)
        line.addWidget(self._cancel)
        line.addStretch()
        line.addWidget(self._model)
        self.setFixedHeight(34)
        self.show_status(None)

    @property
    def text(self) -> str:
        return self._words.text()

    def show_status(self, status: IntakeStatus | None) -> None:
        """None when all is done."""
        self._going = status is not None
        self._is_paused = False
        if status is not None:
            self._pause.show_icon("pause", "Pause")
            self._pause.setEnabled(True)
            self._bar.setRange(0, status.total)
            self._bar.setValue(status.done)
            self._words.setText(f"{status.detail} · {status.sentence}")
        self._show_parts()

    def show_paused(self) -> None:
        """It was paused, here or on the library's page."""
        self._is_paused = True
        self._pause.show_icon("play", "Go on")
        self._pause.setEnabled(True)
        self._words.setText("Paused. What has been read can be asked.")

    def hide_progress(self, *, hidden: bool) -> None:
        """While the library's page is on screen it shows the same, larger."""
        self._is_elsewhere = hidden
        self._show_parts()

    def _show_parts(self) -> None:
        for widget in (self._bar, self._words, self._pause, self._cancel):
            widget.setVisible(self._going and not self._is_elsewhere)

    def show_model(self, info: ModelInfo | None) -> None:
        """Which model answers, and on what."""
        if info is None:
            self._model.setText("")
            return
        self._model.setText(f"{info.name} · {_DEVICES.get(info.device, info.device)}")
        self._model.setToolTip(info.fallback_reason)

    def _toggle(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._pause.show_icon("pause", "Pause")
            self.resume_requested.emit()
            return
        self._pause.setEnabled(False)
        self._words.setText("Pausing after the file at hand…")
        self.pause_requested.emit()
