"""The child's side of the pipes: takes requests, runs handlers one after another, leaves when the parent is gone.

Requests and cancels are read by a thread of their own, so a cancel is heard while a handler works. The worker keeps
the parent's pipes for itself: fd 1 is pointed at stderr and fd 0 at nothing, so stray native prints do no harm.
It knows nothing of models: `python -m local_models.worker ROLE` imports the one module that the role needs.
"""

from __future__ import annotations

import importlib
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from local_models.cancel import CancelToken
from local_models.errors import Cancelled
from local_models.offline import refuse_network
from local_models.protocol import decode_line, encode_error, encode_line

Handler = Callable[[Mapping[str, Any], CancelToken], Iterator[Mapping[str, object]]]

ROLES = {"llm": "local_models.llm_worker", "embed": "local_models.embedders.worker"}
"""Role -> module with a `handlers()`; imported only in that child."""

BROKEN = 70
"""Exit code when the plumbing itself failed (EX_SOFTWARE of sysexits.h)."""


def serve(handlers: Mapping[str, Handler]) -> int:
    """Answer requests until stdin ends. Each handler yields events as JSON objects; a Cancelled or FootnoteError
    it raises is sent to the parent. Does not return while the parent lives.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = _take_pipes()
    desk = _Desk(replies)
    threading.Thread(target=_read, args=(requests, desk), name="requests").start()
    try:
        while True:
            _answer(desk, handlers, desk.next())
    finally:  # only what is not an Exception comes here; the reading thread must not keep a dead desk open
        traceback.print_exc()
        os._exit(BROKEN)


@dataclass(frozen=True, slots=True)
class _Request:
    id: int
    op: str
    params: Mapping[str, Any]
    cancel: CancelToken


class _Desk:
    """Requests waiting and the one in hand; written by the reading thread, emptied by the main thread."""

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies
        self._write_lock = threading.Lock()
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[_Request] = queue.SimpleQueue()
        self._open: dict[int, _Request] = {}
        self._in_hand: int | None = None

    def put(self, message: Mapping[str, Any]) -> None:
        request = _Request(message["id"], message["op"], message.get("params", {}), CancelToken())
        with self._lock:
            self._open[request.id] = request
        self._waiting.put(request)

    def cancel(self, request_id: int) -> None:
        """Set the token of a request in hand; answer for one that still waits, so nobody takes it for a hang."""
        with self._lock:
            request = self._open.get(request_id)
            waits = request is not None and self._in_hand != request_id
            if waits:
                del self._open[request_id]
        if request is not None:
            request.cancel.cancel()
        if waits:
            self.reply(request_id, error=encode_error(Cancelled()))

    def cancel_all(self) -> None:
        """Set every token: nobody waits for an answer any more."""
        with self._lock:
            requests = list(self._open.values())
        for request in requests:
            request.cancel.cancel()

    def next(self) -> _Request:
        while True:
            request = self._waiting.get()
            with self._lock:
                if request.id in self._open:
                    self._in_hand = request.id
                    return request

    def finish(self, request: _Request) -> None:
        with self._lock:
            self._open.pop(request.id, None)
            self._in_hand = None

    def reply(self, request_id: int, **content: object) -> None:
        line = encode_line({"id": request_id, **content})
        with self._write_lock:
            self._replies.write(line)
            self._replies.flush()


def _answer(desk: _Desk, handlers: Mapping[str, Handler], request: _Request) -> None:
    try:
        for event in handlers[request.op](request.params, request.cancel):
            desk.reply(request.id, event=event)
        final: dict[str, object] = {"done": True}
    except Exception as error:  # noqa: BLE001 - the worker loop: one request's failure must not end the child
        final = {"error": encode_error(error)}
    desk.finish(request)
    desk.reply(request.id, **final)


def _read(requests: BinaryIO, desk: _Desk) -> None:
    try:
        for line in requests:
            message = decode_line(line)
            if message.get("cancel"):
                desk.cancel(message["id"])
            else:
                desk.put(message)
    except (ValueError, KeyError):
        traceback.print_exc()
        os._exit(BROKEN)
    # The parent closed the pipe or died. Leave in the middle of whatever the main thread does: native code
    # would not let it look up, and nothing here is worth saving. What it has started elsewhere is stopped.
    desk.cancel_all()
    os._exit(0)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return requests, replies


def main(role: str) -> int:
    """Be the child of that role."""
    refuse_network()
    return serve(importlib.import_module(ROLES[role]).handlers())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
