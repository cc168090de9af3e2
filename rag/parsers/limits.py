"""What a child may take that opens other people's files: so much memory, no file of its own, the processor last.

Knows nothing of what it does with it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

if sys.platform != "win32":
    import resource

OUT_OF_MEMORY = 77
"""Exit code when the memory limit ended the child."""

NICENESS = 10
"""Of 19. Linux then gives another process 9 times as much of a core that both want (sched(7))."""

_WATCH_S = 0.25


def go_last() -> None:
    """Take the processor when nobody else wants it: reading files must not be felt while a question is answered."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        psutil.Process().nice(NICENESS)


def end_children(until: threading.Event) -> None:
    """Kill what this process has started, and what that has: whoever waits for it goes on at once.

    What is started after that, by a thread that has not looked at its cancel yet, is killed too, until the event.
    """
    _end_children()
    threading.Thread(target=_end_later_ones, args=(until,), name="ending").start()


def _end_later_ones(until: threading.Event) -> None:
    while not until.wait(_WATCH_S):
        _end_children()


def _end_children() -> None:
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            child.kill()


def limit_memory(size: int) -> None:
    """End this process, or its request, when it takes `size` bytes more than now.

    Linux counts address space and makes allocations fail; elsewhere that limit does not work, and a thread watches.
    """
    process = psutil.Process()
    if sys.platform == "linux":
        most = process.memory_info().vms + size
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    else:
        most = process.memory_info().rss + size
        threading.Thread(target=_watch, args=(process, most), name="memory").start()


def leave_no_files(size: int = 0) -> None:
    """Let this process, and what it starts, write no file and no dump of its memory.

    A document's text must not reach a core file, and nothing that is unpacked may reach the disk. Only within
    `writing_allowed` files of up to `size` bytes can be written. Windows has no such limit.
    """
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, size))


@contextmanager
def writing_allowed() -> Iterator[None]:
    """For the one file that has to be written because a library reads nothing else."""
    if sys.platform == "win32":
        yield
        return
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))


def _watch(process: psutil.Process, most: int) -> None:
    waiting = threading.Event()
    while not waiting.wait(_WATCH_S):
        if process.memory_info().rss > most:
            os._exit(OUT_OF_MEMORY)
