"""What a child may take that opens other people's files: so much memory, and no file of its own.

Knows nothing of what it does with it.
"""

from __future__ import annotations

import os
import sys
import threading

import psutil

if sys.platform != "win32":
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


def leave_no_files(size: int = 0) -> None:
    """Let this process, and what it starts, write no file longer than `size` bytes, and no dump of its memory.

    A document's text must not reach a core file, and nothing that is unpacked may reach the disk. Windows has no such
    limit.
    """
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _watch(process: psutil.Process, most: int) -> None:
    waiting = threading.Event()
    while not waiting.wait(_WATCH_S):
        if process.memory_info().rss > most:
            os._exit(OUT_OF_MEMORY)
