"""Several files read at once, and handed on in the order they were begun.

Only reading runs in threads of its own, each with a child; every question to the library and every change of it stays
with the one who asks. Knows nothing of folders.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from local_models.cancel import CancelToken
from rag.errors import DocumentError
from rag.file_desk import FileDesk, FileEvent, PassedOver, Task, Text


class Readings:
    """Files under way. A context manager: what is not read when it is left goes back to waiting."""

    def __init__(self, desk: FileDesk, width: int, cancel: CancelToken) -> None:
        """`width`: how many files are read at once at most."""
        self._desk = desk
        self._width = width
        self._cancel = CancelToken()
        self._forget = cancel.on_cancel(self._cancel.cancel)
        self._threads = ThreadPoolExecutor(width, thread_name_prefix="footnote-reading")
        self._under_way: deque[tuple[Task, Future[Text]] | FileEvent | PassedOver] = deque()

    def begin(self, seen: Task | FileEvent | PassedOver) -> None:
        """Read the file, or keep its place in the order if nothing is to be read."""
        if isinstance(seen, Task):
            self._under_way.append((seen, self._threads.submit(self._desk.read, seen, self._cancel)))
        else:
            self._under_way.append(seen)

    def is_full(self) -> bool:
        """Whether one has to end before another begins, or the first of them has ended by now."""
        if not self._under_way:
            return False
        first = self._under_way[0]
        reading = sum(1 for each in self._under_way if isinstance(each, tuple))
        return not isinstance(first, tuple) or first[1].done() or reading >= self._width

    def __bool__(self) -> bool:
        """Whether any is left."""
        return bool(self._under_way)

    def end(self) -> FileEvent | PassedOver:
        """Wait for the one that was begun first, and what became of it. Raises Cancelled, DiskFull, LibraryError."""
        self._cancel.check()
        first = self._under_way[0]
        event = self._ended(*first) if isinstance(first, tuple) else first
        self._under_way.popleft()
        return event

    def __enter__(self) -> Readings:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cancel.cancel()
        self._forget()
        self._threads.shutdown(cancel_futures=True)
        self._desk.put_back(each[0] for each in self._under_way if isinstance(each, tuple))

    def _ended(self, task: Task, reading: Future[Text]) -> FileEvent | PassedOver:
        try:
            text = reading.result()
        except DocumentError as error:
            return self._desk.fail(task, error)
        return self._desk.keep(task, text)
