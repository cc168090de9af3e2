"""Nothing leaves the machine: Python's own sockets are refused by the interpreter, not by good manners.

An audit hook (PEP 578) sees every connect, bind and name look-up of this process and can't be taken off again.
Children have it with the gate shut for good; in the parent only local_models.download is handed the gate.
It does not see sockets that native code opens by itself; none of the libraries used here does.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

OFFLINE_SWITCHES: Mapping[str, str] = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What the libraries in the children read, so that they do not even try."""

_REFUSED = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
        "socket.getnameinfo",
    }
)


class NetworkRefused(PermissionError):
    """Something in this process tried to use the network. An OSError, so libraries take it as "offline"."""


class NetworkGate:
    """Shut, but for the thread that is inside `opened()`."""

    def __init__(self) -> None:
        self._open = threading.local()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Let the calling thread use sockets inside the block."""
        self._open.depth = self._depth() + 1
        try:
            yield
        finally:
            self._open.depth = self._depth() - 1

    @property
    def is_open(self) -> bool:
        return self._depth() > 0

    def _depth(self) -> int:
        return int(getattr(self._open, "depth", 0))


def refuse_network() -> NetworkGate:
    """Refuse sockets in this process from now on, for good; return the gate that lets a thread through.

    Local (AF_UNIX) sockets stay allowed: they do not leave the machine. A second call adds a second, shut gate.
    """
    gate = NetworkGate()

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in _REFUSED and not gate.is_open and not _is_local(arguments):
            raise NetworkRefused(f"{event} refused: Footnote works without the network")

    sys.addaudithook(watch)
    return gate


def offline_environment() -> dict[str, str]:
    """This process's environment with the libraries' offline switches set, for a child."""
    return {**os.environ, **OFFLINE_SWITCHES}


def _is_local(arguments: tuple[object, ...]) -> bool:
    family = getattr(arguments[0], "family", None) if arguments else None
    return family is not None and family == getattr(socket, "AF_UNIX", object())
