"""One running answer: the job and all it has said so far, whether or not its conversation is on screen.

The user may look at another conversation meanwhile; whoever comes back gets `events` again and goes on from there.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.jobs import Job, Lane, Work
from rag.errors import FootnoteError
from rag.events import AskStarted, Delta, Reading


class Asking(QObject):
    """`advanced` carries each event of the answer; `ended` comes once, last, with the error or None."""

    advanced = Signal(object)
    ended = Signal(object)

    def __init__(self, lane: Lane, work: Work, question: str, parent: QObject) -> None:
        super().__init__(parent)
        self.question = question
        self.started: AskStarted | None = None
        self.stopped = False
        self._events: list[object] = []
        self._job: Job = lane.start(work)
        self._job.reported.connect(self._take)
        self._job.completed.connect(self._complete)
        self._job.failed.connect(self._fail)
        self._job.stopped.connect(self._stop)

    @property
    def events(self) -> list[object]:
        """What has been said so far, pieces of text joined."""
        return list(self._events)

    def cancel(self) -> None:
        self._job.cancel()

    def _take(self, event: object) -> None:
        if isinstance(event, AskStarted):
            self.started = event
        self._remember(event)
        self.advanced.emit(event)

    def _remember(self, event: object) -> None:
        last = self._events[-1] if self._events else None
        if isinstance(event, Delta) and isinstance(last, Delta):
            self._events[-1] = Delta(last.text + event.text)
        elif isinstance(event, Reading) and isinstance(last, Reading):
            self._events[-1] = event
        else:
            self._events.append(event)

    def _complete(self) -> None:
        self.ended.emit(None)

    def _fail(self, error: FootnoteError) -> None:
        self.ended.emit(error)

    def _stop(self) -> None:
        self.stopped = True
        self.ended.emit(None)
