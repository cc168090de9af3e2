"""One model on its way in: copied from a file or downloaded, with its rate, its time left, and a way to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from desktop.controls import ElidedLabel, button, column, label, redress, row
from desktop.jobs import Job, Lanes
from desktop.library.pace import Pace, time_left_words
from desktop.models.model import size_words
from desktop.tokens import XS, M, S
from local_models.cancel import CancelToken
from local_models.types import DownloadProgress
from rag.errors import FootnoteError
from rag.events import Progress

_SCALE = 10_000
"""Steps of the bar: bytes of a large model do not fit into its 32 bits."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What to do, said in a few words. `resumable`: what came before a stop is kept."""

    words: str
    work: Callable[[CancelToken], Iterator[object]]
    resumable: bool


class TransferBar(QFrame):
    """`arrived` when the model is there. A stopped or failed transfer can be tried again with the same button."""

    arrived = Signal()

    def __init__(self, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._lanes = lanes
        self._transfer: Transfer | None = None
        self._job: Job | None = None
        self._pace = Pace()
        self._words = ElidedLabel()
        self._detail = label("", "small", wrap=True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Progress of the model")
        self._stop = button("Cancel")
        self._again = button("Go on", "primary")
        self._close = button("Close", "quiet")
        words = column(gap=XS)
        for each in (self._words, self._bar, self._detail):
            words.addWidget(each)
        line = row(self, margin=M, gap=S)
        line.addLayout(words, 1)
        for made in (self._again, self._stop, self._close):
            line.addWidget(made, 0, Qt.AlignmentFlag.AlignVCenter)
        self._stop.clicked.connect(self._cancel)
        self._again.clicked.connect(self._run)
        self._close.clicked.connect(self.hide)
        self.hide()

    @property
    def busy(self) -> bool:
        return self._job is not None

    def start(self, transfer: Transfer) -> None:
        """Begin; one at a time."""
        self._transfer = transfer
        self._run()

    @Slot()
    def _run(self) -> None:
        if self._transfer is None:
            return
        self._pace = Pace()
        self._words.setText(self._transfer.words)
        self._bar.setRange(0, 0)
        self._say("Beginning…")
        self._offer(self._stop)
        self._job = self._lanes.read.start(self._transfer.work)
        self._job.reported.connect(self._take)
        self._job.completed.connect(self._complete)
        self._job.failed.connect(self._fail)
        self._job.stopped.connect(self._stopped)
        self.show()

    @Slot(object)
    def _take(self, event: object) -> None:
        if isinstance(event, Progress | DownloadProgress):
            self._pace.note(event.done, event.total)
            self._bar.setRange(0, _SCALE if event.total else 0)
            self._bar.setValue(_SCALE * event.done // event.total if event.total else 0)
            self._say(progress_words(event.done, event.total, self._pace))

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._stop.setEnabled(False)
            self._job.cancel()

    @Slot()
    def _complete(self) -> None:
        self._job = None
        self._bar.setRange(0, 1)
        self._bar.setValue(1)
        self._say("It is there and was checked. Choose it below to use it.", role="good")
        self._offer(self._close)
        self.arrived.emit()

    @Slot(object)
    def _fail(self, error: FootnoteError) -> None:
        self._end(str(error), role="bad")

    @Slot()
    def _stopped(self) -> None:
        kept = self._transfer is not None and self._transfer.resumable
        self._end("Stopped. What has come is kept." if kept else "Stopped. Nothing was added.")

    def _end(self, text: str, role: str = "small") -> None:
        self._job = None
        self._bar.setRange(0, 1)
        self._say(text, role)
        resumable = self._transfer is not None and self._transfer.resumable
        self._again.setText("Go on" if resumable else "Try again")
        self._offer(self._again, self._close)

    def _offer(self, *offered: QWidget) -> None:
        self._stop.setEnabled(True)
        for each in (self._again, self._stop, self._close):
            each.setVisible(each in offered)

    def _say(self, text: str, role: str = "small") -> None:
        self._detail.setText(text)
        redress(self._detail, "role", role)


def progress_words(done: int, total: int, pace: Pace) -> str:
    """ "120 MB of 2.1 GB · 14 MB a second · about 2 minutes left"."""
    rate = pace.per_second()
    parts = [
        f"{size_words(done)} of {size_words(total)}" if total else size_words(done),
        f"{size_words(round(rate))} a second" if rate else "",
        time_left_words(pace.seconds_left()),
    ]
    return " · ".join(part for part in parts if part)
