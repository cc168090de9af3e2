"""Runs long jobs away from the GUI thread and brings their events back to it.

A job is a plain generator of events that takes a cancel token (rag.assistant), or a quick function. It runs in a
lane: `read` has two threads, `write` and `ask` one each, so writes to the library never overtake each other and
there is no lock code above this file. A worker thread only ever touches a plain mailbox; every Qt object is touched
by the GUI thread alone, so a widget may die while its job is still winding down.

What comes too fast is joined on the way (`joined`), and handed out for a few milliseconds at a time: a thousand
events do not flood the event loop. This file knows nothing of documents and of widgets. It is the one place of the
window that catches `Exception`: a bug becomes an UnexpectedError, logged without any document's text.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from local_models.cancel import CancelToken
from local_models.types import DownloadProgress
from rag.errors import Cancelled, FootnoteError
from rag.events import Delta, Progress, Reading

Work = Callable[[CancelToken], Iterator[object]]

DELIVERY_S = 0.008
"""How long events are handed out in one go: half a frame at 60 Hz, and a sixth of the 50 ms the window may block."""

DELIVERY_GAP_MS = 16
"""The least time between two deliveries: one frame at 60 Hz; nobody sees more."""

logger = logging.getLogger("footnote.jobs")


class UnexpectedError(FootnoteError):
    """A bug, worded for the user. `details` has kinds and places of the errors, never their texts or a document's."""

    code = "bug"

    def __init__(self, details: str) -> None:
        super().__init__(
            "Something went wrong inside Footnote; this is a mistake in the program, not yours.",
            "Your documents and conversations are safe. Try again, or copy the details for a report.",
        )
        self.details = details


class Job(QObject):
    """A running piece of work. Exactly one of `completed`, `failed` (a FootnoteError) and `stopped` comes last.

    Signals come in the GUI thread, never before the event loop runs again: connect after the start, in peace.
    """

    reported = Signal(object)
    completed = Signal()
    failed = Signal(object)
    stopped = Signal()

    def __init__(self, token: CancelToken) -> None:
        super().__init__()
        self._token = token

    def cancel(self) -> None:
        """Ask the work to stop; `stopped` comes when it has. Does nothing once it has ended."""
        self._token.cancel()


class Lane:
    """A queue of work with its own threads. Made by Lanes."""

    def __init__(self, name: str, workers: int, post_office: _PostOffice) -> None:
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=f"footnote-{name}")
        self._post_office = post_office
        self._lock = threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> bool:
        """True while work stands in the queue behind what runs; a patient job ends early then. From any thread."""
        with self._lock:
            return self._waiting > 0

    def start(self, work: Work) -> Job:
        """Run a generator of events. Raises RuntimeError after Lanes.close."""
        token = CancelToken()
        job = Job(token)
        mailbox = self._post_office.open_box(job, token)
        self._count(1)
        self._threads.submit(self._begin, work, token, mailbox)
        return job

    def call(self, function: Callable[[], object]) -> Job:
        """Run a quick function; its result is reported once."""

        def work(_token: CancelToken) -> Iterator[object]:
            yield function()

        return self.start(work)

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _begin(self, work: Work, token: CancelToken, mailbox: _Mailbox) -> None:
        self._count(-1)
        _run(work, token, mailbox)

    def _count(self, change: int) -> None:
        with self._lock:
            self._waiting += change


class Lanes(QObject):
    """The window's threads: `read` for looking things up, `write` for the library, `ask` for the model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._post_office = _PostOffice(self)
        self.read = Lane("read", 2, self._post_office)
        self.write = Lane("write", 1, self._post_office)
        self.ask = Lane("ask", 1, self._post_office)

    def close(self) -> None:
        """Cancel every job and join the threads. No signal comes afterwards. Calling it again does nothing."""
        self._post_office.close()
        for lane in (self.read, self.write, self.ask):
            lane.close()


def joined(earlier: object, later: object) -> object | None:
    """Both events as one, when the user can't miss the difference; else None."""
    if isinstance(earlier, Delta) and isinstance(later, Delta):
        return Delta(earlier.text + later.text)
    if isinstance(later, Progress | Reading | DownloadProgress) and type(earlier) is type(later):
        return later
    return None


def describe_bug(error: BaseException) -> UnexpectedError:
    """Log an error nobody expected and word it for the user. Messages of errors are left out: they may quote a text."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(seen.__traceback__)
        ]
        seen = seen.__cause__ or seen.__context__
    details = "\n".join(lines)
    logger.error("unexpected error\n%s", details)
    return UnexpectedError(details)


@dataclass(frozen=True, slots=True)
class _Ended:
    """The last letter of every mailbox: how the work ended."""

    error: FootnoteError | None = None
    stopped: bool = False


def _run(work: Work, token: CancelToken, mailbox: _Mailbox) -> None:
    """The job runner; everything that can be raised ends here, as a letter."""
    try:
        token.check()
        for event in work(token):
            mailbox.put(event)
        ended = _Ended()
    except Cancelled:
        ended = _Ended(stopped=True)
    except FootnoteError as error:
        ended = _Ended(error)
    except Exception as error:  # noqa: BLE001  # the job runner: a bug must not end the thread unseen
        bug = describe_bug(error)
        ended = _Ended(stopped=True) if token.cancelled else _Ended(bug)
    mailbox.put(ended)


class _Mailbox:
    """Events on their way to the GUI thread. Rings once, and not again before it was emptied."""

    def __init__(self, job: Job, token: CancelToken, ring: Callable[[], None]) -> None:
        self.job = job
        self.token = token
        self._ring = ring
        self._lock = threading.Lock()
        self._letters: deque[object] = deque()

    def put(self, letter: object) -> None:
        """Called by the worker thread."""
        with self._lock:
            both = joined(self._letters[-1], letter) if self._letters else None
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


class _PostOffice(QObject):
    """Lives in the GUI thread and hands out what the mailboxes hold. Keeps each job alive until it has ended."""

    _rung = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._boxes: list[_Mailbox] = []
        self._open = True
        self._delivered_at = 0.0
        self._timer = QTimer(self, singleShot=True, interval=DELIVERY_GAP_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._deliver)
        self._rung.connect(self._plan, Qt.ConnectionType.QueuedConnection)

    def open_box(self, job: Job, token: CancelToken) -> _Mailbox:
        mailbox = _Mailbox(job, token, self._ring)
        self._boxes.append(mailbox)
        return mailbox

    def close(self) -> None:
        self._open = False
        self._timer.stop()
        for mailbox in self._boxes:
            mailbox.token.cancel()
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

    def _deliver_one(self, mailbox: _Mailbox) -> bool:
        """False when the box was empty."""
        letters = mailbox.take()
        for letter in letters:
            self._hand_out(mailbox, letter)
        return bool(letters)

    def _hand_out(self, mailbox: _Mailbox, letter: object) -> None:
        job = mailbox.job
        if isinstance(letter, _Ended) and mailbox in self._boxes:
            self._boxes.remove(mailbox)
        if not self._open or not isValid(job):
            return
        if not isinstance(letter, _Ended):
            job.reported.emit(letter)
        elif letter.stopped:
            job.stopped.emit()
        elif letter.error is not None:
            job.failed.emit(letter.error)
        else:
            job.completed.emit()
