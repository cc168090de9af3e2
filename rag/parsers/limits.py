"""How much memory a child may take that opens other people's files. Knows nothing of what it does with it."""

from __future__ import annotations

import os
import sys
import threading

import psutil

if sys.platform == "linux":
    import resource

OUT_OF_MEMORY = 77
"""Exit code when the memory limit ended the child."""

_WATCH_S = 0.25


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


def _watch(process: psutil.Process, most: int) -> None:
    waiting = threading.Event()
    while not waiting.wait(_WATCH_S):
        if process.memory_info().rss > most:
            os._exit(OUT_OF_MEMORY)
