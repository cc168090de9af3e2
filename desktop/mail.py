"""How events get from a worker thread to the GUI thread: mailboxes, and the post office that empties them.

The worker touches a mailbox only: a lock, a queue, and a bell that rings once until the box was emptied. What Qt owns
is touched, and let go, by the GUI thread alone: the post office keeps the job and its work until after the last
letter, so that a widget held by a function never dies in a worker's hands (a QWidget that is destroyed there takes
the program with it sooner or later).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from local_models.cancel import CancelToken
from rag.errors import FootnoteError

Work = Callable[[CancelToken], Iterator[object]]

Join = Callable[[object, object], object | None]
"""Two events that follow each other as one, or None to keep them apart."""

DELIVERY_S = 0.008
"""How long events are handed out in one go: half a frame at 60 Hz, and a sixth of the 50 ms the window may block."""

DELIVERY_GAP_MS = 16
"""The least time between two deliveries: one frame at 60 Hz; nobody sees more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The last letter of every mailbox: how the work ended."""

    error: FootnoteError | None = None
    stopped: bool = False


class Receiver(Protocol):
    """Whoever gets the letters, in the GUI thread."""

    def receive(self, letter: object) -> None: ...


class Mailbox:
    """Events on their way to the GUI thread. Rings once, and not again before it was emptied.

    `work` stays here, and not with the worker, until the GUI thread lets it go.
    """

    def __init__(self, work: Work, ring: Callable[[], None], join: Join) -> None:
        self.work = work
        self.token = CancelToken()
        self._ring = ring
        self._join = join
        self._lock = threading.Lock()
        self._letters: deque[object] = deque()

    def put(self, letter: object) -> None:
        """Called by the worker thread."""
        with self._lock:
            both = self._join(self._letters[-1], letter) if self._letters else None
            if both is not None:
                self._letters[-1] = both
                return
            self._letters.append(letter)
            first = len(self._letters) == 1
        if first:
            self._ring()

    def take(self) -> tuple[object, ...]:
        """The oldest letter, or nothing; called by the GUI thread."""
        with self._lock:
            return (self._letters.popleft(),) if self._letters else ()

    def empty(self) -> None:
        """Let the work go; it has ended, or never will begin."""
        self.work = _nothing


class PostOffice(QObject):
    """Lives in the GUI thread and hands out what the mailboxes hold."""

    _rung = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._boxes: dict[Mailbox, Receiver] = {}
        self._open = True
        self.join: Join = keep_apart
        self._delivered_at = 0.0
        self._timer = QTimer(self, singleShot=True, interval=DELIVERY_GAP_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._deliver)
        self._rung.connect(self._plan, Qt.ConnectionType.QueuedConnection)

    def open_box(self, work: Work) -> Mailbox:
        return Mailbox(work, self._ring, self.join)

    def deliver_to(self, mailbox: Mailbox, receiver: Receiver) -> None:
        """From now on, until the last letter."""
        self._boxes[mailbox] = receiver

    def stop(self) -> None:
        """Cancel all work; no letter is handed out any more."""
        self._open = False
        self._timer.stop()
        for mailbox in self._boxes:
            mailbox.token.cancel()

    def clear(self) -> None:
        """Let everything go; called when the threads have been joined."""
        for mailbox in self._boxes:
            mailbox.empty()
        self._boxes.clear()

    def _ring(self) -> None:
        """From any thread."""
        if self._open:
            self._rung.emit()

    def _plan(self) -> None:
        if not self._open or self._timer.isActive():
            return
        if time.monotonic() - self._delivered_at >= DELIVERY_GAP_MS / 1000:
            self._deliver()
        else:
            self._timer.start()

    def _deliver(self) -> None:
        """One letter from each box in turn, so that a busy job can't keep a quiet one waiting."""
        deadline = time.monotonic() + DELIVERY_S
        full = list(self._boxes)
        while full and time.monotonic() < deadline:
            full = [mailbox for mailbox in full if self._deliver_one(mailbox)]
        self._delivered_at = time.monotonic()
        if self._open and full:
            self._timer.start()

    def _deliver_one(self, mailbox: Mailbox) -> bool:
        """False when the box was empty."""
        letters = mailbox.take() if self._open else ()
        for letter in letters:
            receiver = self._boxes[mailbox]
            if isinstance(letter, Ended):
                del self._boxes[mailbox]
                mailbox.empty()
            receiver.receive(letter)
        return bool(letters)


def keep_apart(_earlier: object, _later: object) -> object | None:
    """Every event is handed out by itself."""
    return None


def _nothing(_cancel: CancelToken) -> Iterator[object]:
    yield from ()
