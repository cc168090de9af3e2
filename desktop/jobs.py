"""Runs long jobs away from the GUI thread and brings their events back to it.

A job is a plain generator of events that takes a cancel token (rag.assistant), or a quick function. It runs in a
lane: `read` and `view` have two threads, `write`, `ask`, `report` and `watch` one each, so writes to the library never
overtake each other and there is no lock code above this file. Events come back by desktop.mail, a few milliseconds'
worth at a time: a thousand events do not flood the event loop, and a widget may die while its job is still winding
down.

This file knows nothing of documents and of widgets. It is the one place of the window that catches `Exception`: a
bug becomes an UnexpectedError, logged without any document's text.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from desktop.mail import Ended, Join, Mailbox, PostOffice, Work
from local_models.cancel import CancelToken
from rag.errors import Cancelled, FootnoteError

__all__ = ["Job", "Lane", "Lanes", "UnexpectedError", "Work", "describe_bug"]

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

    def receive(self, letter: object) -> None:
        """For the post office: say what the letter says."""
        if not isValid(self):
            return
        if not isinstance(letter, Ended):
            self.reported.emit(letter)
        elif letter.stopped:
            self.stopped.emit()
        elif letter.error is not None:
            self.failed.emit(letter.error)
        else:
            self.completed.emit()


class Lane:
    """A queue of work with its own threads. Made by Lanes."""

    def __init__(self, name: str, workers: int, post_office: PostOffice) -> None:
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=f"footnote-{name}")
        self._post_office = post_office
        self._lock = threading.Lock()
        self._waiting = 0
        self._closed = False

    @property
    def waiting(self) -> bool:
        """True while work stands in the queue behind what runs; a patient job ends early then. From any thread."""
        with self._lock:
            return self._waiting > 0

    def start(self, work: Work) -> Job:
        """Run a generator of events. After Lanes.close nothing runs any more, and the job never says a word."""
        mailbox = self._post_office.open_box(work)
        job = Job(mailbox.token)
        if not self._closed:
            self._post_office.deliver_to(mailbox, job)
            self._count(1)
            self._threads.submit(self._begin, mailbox)
        return job

    def call(self, function: Callable[[], object]) -> Job:
        """Run a quick function; its result is reported once."""

        def work(_token: CancelToken) -> Iterator[object]:
            yield function()

        return self.start(work)

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._closed = True
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _begin(self, mailbox: Mailbox) -> None:
        self._count(-1)
        _run(mailbox)

    def _count(self, change: int) -> None:
        with self._lock:
            self._waiting += change


class Lanes(QObject):
    """The window's threads: `read` for looking things up, `write` for the library, `ask` for the model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._post_office = PostOffice(self)
        self.read = Lane("read", 2, self._post_office)
        self.write = Lane("write", 1, self._post_office)
        self.ask = Lane("ask", 1, self._post_office)
        self.report = Lane("report", 1, self._post_office)
        self.view = Lane("view", 2, self._post_office)
        self.watch = Lane("watch", 1, self._post_office)

    def join_with(self, join: Join) -> None:
        """How events of jobs from now on are joined when they come too fast (desktop.joining)."""
        self._post_office.join = join

    def close(self) -> None:
        """Cancel every job and join the threads. No signal comes afterwards. Calling it again does nothing."""
        self._post_office.stop()
        for lane in (self.read, self.write, self.ask, self.report, self.view, self.watch):
            lane.close()
        self._post_office.clear()


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


def _run(mailbox: Mailbox) -> None:
    """The job runner; everything that can be raised ends here, as a letter. It keeps no hold of the work."""
    token = mailbox.token
    try:
        token.check()
        for event in mailbox.work(token):
            mailbox.put(event)
        ended = Ended()
    except Cancelled:
        ended = Ended(stopped=True)
    except FootnoteError as error:
        ended = Ended(error)
    except Exception as error:  # noqa: BLE001  # the job runner: a bug must not end the thread unseen
        bug = describe_bug(error)
        ended = Ended(stopped=True) if token.cancelled else Ended(bug)
    mailbox.put(ended)
