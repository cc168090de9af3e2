"""The cancel token that every long job takes.

It knows nothing of threads' or processes' ends: it is a flag, and a list of things to do when it is set.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from local_models.errors import Cancelled


class CancelToken:
    """A flag that can be set once, from any thread, and is never cleared."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Set the flag and run the callbacks, each once. Calling it again does nothing."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled if the flag is set."""
        if self._event.is_set():
            raise Cancelled

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Run `callback` when the flag is set; at once if it is set already. Call what is returned to forget it.

        A token may outlive thousands of small requests, so each takes its callback back.
        """
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def wait(self, seconds: float) -> bool:
        """Sleep for at most `seconds`; True if the flag was set."""
        return self._event.wait(seconds)

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


def never() -> CancelToken:
    """A token that nobody will set, for callers that do not cancel."""
    return CancelToken()
