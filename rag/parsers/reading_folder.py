"""The folder in which files are read: attachments lie there for a moment, and marks of files that take much memory.

When Footnote is found to have ended in the middle of a file, it has to be told whether the file was the reason. A file
is parsed in a child under limits, so there is one road on which it can take the parent, or the whole machine, with it:
memory, which they share. Therefore a mark with the file's path is written to the disk, and made to stay there, in the
moment in which its child takes very much memory, and is removed when the reading has ended in whatever way that
Footnote lived to see. A mark that the next start finds is evidence against the file; that no mark is there is evidence
for it, and a power cut, a kill or a session that was ended leaves none. Who weighs the evidence is rag.file_desk.

Knows nothing of documents and does not read them.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_MARKS = "heavy"
_LOOKED_AT_S = 0.2
"""A child that grows by 2 GB a second is seen three times before it reaches its limit of 2 GiB."""


class ReadingFolder:
    """Of one library. Made where no other process can be in it."""

    def __init__(self, path: Path) -> None:
        """Takes what an earlier run left, and clears it all up: a run that had more readers left more folders."""
        self._path = path
        self.accused = _accused(path / _MARKS)
        """Files that took very much memory when Footnote ended."""
        shutil.rmtree(path, ignore_errors=True)

    def scratch(self, number: int) -> Path:
        """Where reader `number` puts attachments."""
        return self._path / str(number)

    @contextmanager
    def watched(self, path: Path, memory: Callable[[], int], limit: int) -> Iterator[threading.Event]:
        """Mark the file once `memory()`, in bytes, is half of `limit`, or as much as is left in the machine.

        The event given is set from then on.
        """
        heavy, over = threading.Event(), threading.Event()
        mark = self._path / _MARKS / str(threading.get_ident())

        def watch() -> None:
            while not heavy.is_set() and not over.wait(_LOOKED_AT_S):
                if memory() >= min(limit // 2, psutil.virtual_memory().available):
                    _write(mark, path)
                    heavy.set()

        watching = threading.Thread(target=watch, name="memory of a reading")
        watching.start()
        try:
            yield heavy
        finally:
            over.set()
            watching.join()
            if heavy.is_set():
                with suppress(OSError):
                    mark.unlink()


def _accused(marks: Path) -> frozenset[Path]:
    found = set()
    with suppress(OSError):
        for mark in marks.iterdir():
            with suppress(OSError):
                found.add(Path(os.fsdecode(mark.read_bytes())))
    return frozenset(path for path in found if path.name)


def _write(mark: Path, path: Path) -> None:
    """A full disk writes no mark: the file then counts as one that Footnote ended with for no known reason."""
    with suppress(OSError):
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with mark.open("wb") as file:
            file.write(os.fsencode(path))
            file.flush()
            os.fsync(file.fileno())
