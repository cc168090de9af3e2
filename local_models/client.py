"""The parent's side of the pipes: one child process, started when first needed, asked by any thread.

A child's death is an error of the requests it was answering, not of this program: the next request starts a new
child. A child that dies twice within a minute is not started again until somebody calls `start()`, because the same
model would kill it a third time. It knows nothing of what is asked; local_models.worker is the other side.
A client should be closed before the program ends; a child that is left over is stopped when the main thread ends.
"""

from __future__ import annotations

import os
import queue
import site
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from local_models.cancel import CancelToken
from local_models.child import Child, Message, spoken_name
from local_models.errors import Cancelled, WorkerDied, WorkerTimedOut
from local_models.offline import offline_environment
from local_models.protocol import decode_error

CANCEL_GRACE_S = 2.0
"""A cancelled request is answered in about 13 ms (llama.cpp's abort callback): 2 s is a hang."""

DEATHS_WINDOW_S = 60.0

# OpenMP's threads wait for each other by spinning, which starves everything, and themselves, once there are more of
# them than free cores; here one child indexes while another answers. Measured with 4 threads on 4 busy cores: decoding
# 0.1 tokens/s spinning, 13 waiting patiently; embedding 4 passages/s and 50. A short spin first keeps the speed on free
# cores: decoding with 2 threads 73/s without, 177 with 1000 turns, 195 with 20,000. A user's own choice is left alone.
_PATIENT = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "1000"}
_ROOT = str(Path(__file__).resolve().parent.parent)
_POLL_S = 0.5  # Windows does not deliver Ctrl-C to a thread that waits without a limit

_GIVE_UP_ADVICE = {"llm": "Choose a smaller model, or fewer GPU layers, and try again."}


def worker_command(role: str, module: str = "local_models.worker") -> list[str]:
    """The command of a child of that role; `module` is run with the role as its argument.

    In a frozen build there is no `python -m`: the executable itself has a switch `--worker ROLE`.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "--worker", role]
    # -P: a child started in a folder of the user's must not import what lies there.
    return [sys.executable, "-P", "-X", "utf8", "-m", module, role]


def _child_environment(added: Mapping[str, str]) -> dict[str, str]:
    """Ours, the offline switches, patience, and where the packages lie when they are run from a checkout."""
    environment = {**_PATIENT, **offline_environment(), **added}
    if _ROOT not in site.getsitepackages():
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [_ROOT, environment.get("PYTHONPATH")]))
    return environment


class WorkerClient:
    """A child process of one role. Thread-safe; a context manager."""

    def __init__(
        self,
        role: str,
        command: Sequence[str],
        *,
        deaths_allowed: int | None = 1,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """The child is started by the first request. `environment` is added to ours and the offline switches.

        `deaths_allowed` within a minute before it stays down; None: it is always started again.
        """
        self.role = role
        self._command = list(command)
        self._environment = _child_environment(environment or {})
        self._deaths_allowed = deaths_allowed
        self._clock = clock
        self._deaths: deque[float] = deque(maxlen=100)
        self._last_death: WorkerDied | None = None
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._next_id = 0
        self._closed = False

    def start(self) -> None:
        """Start the child if it isn't running, whatever happened before. Does not wait for it to be ready."""
        with self._lock:
            self._deaths.clear()
            self._running_child()

    def request(
        self,
        op: str,
        params: Mapping[str, object],
        cancel: CancelToken,
        *,
        timeout_s: float | None = None,
        silence_s: Callable[[], float] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Ask, and yield each event of the answer; other threads may have requests under way.

        After a cancel the child may still send events (a last one that says how far it came); then Cancelled is
        raised, unless the child ended the request in good order. A child that does not end a request within
        CANCEL_GRACE_S of its cancel, or within `timeout_s` of its start, or that sends nothing for
        `silence_s` (asked anew at each event) while it is waited for, is killed. Closing the generator cancels.
        Raises WorkerDied, WorkerTimedOut, Cancelled, and what the handler raised.
        """
        cancel.check()
        with self._lock:
            child = self._running_child()
            self._next_id += 1
            call = _Call(self._next_id, child)
        forget = cancel.on_cancel(call.wake)
        try:
            child.send({"id": call.id, "op": op, "params": dict(params)})
            yield from call.events(cancel, timeout_s, silence_s)
        finally:
            forget()
            call.settle()

    @property
    def running(self) -> bool:
        child = self._child
        return child is not None and not child.ended.is_set()

    @property
    def pid(self) -> int | None:
        """The child's process id, None when none runs."""
        child = self._child
        return child.pid if child is not None and not child.ended.is_set() else None

    def memory(self) -> int:
        """Resident bytes of the child, 0 when none runs."""
        pid = self.pid
        try:
            return int(psutil.Process(pid).memory_info().rss) if pid is not None else 0
        except psutil.NoSuchProcess:
            return 0

    def stop(self) -> None:
        """End the child in good order; requests under way raise Cancelled. The next request starts a new one."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.stop()

    def close(self) -> None:
        """`stop`, for good: a later request raises Cancelled. May be called again."""
        with self._lock:
            self._closed = True
        self.stop()

    def __enter__(self) -> WorkerClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running_child(self) -> Child:
        """The child, started if need be. Called with the lock held."""
        if self._closed:
            raise Cancelled
        if self._child is None or self._child.ended.is_set():
            if self._child is not None:
                self._child.join()
            self._refuse_after_deaths()
            self._child = Child(self.role, self._command, self._environment, self._note_death)
        return self._child

    def _note_death(self, death: WorkerDied) -> None:
        self._deaths.append(self._clock())
        self._last_death = death

    def _refuse_after_deaths(self) -> None:
        now = self._clock()
        while self._deaths and now - self._deaths[0] > DEATHS_WINDOW_S:
            self._deaths.popleft()
        last = self._last_death
        if self._deaths_allowed is None or len(self._deaths) <= self._deaths_allowed or last is None:
            return
        raise WorkerDied(
            f"{spoken_name(self.role)} ended unexpectedly {len(self._deaths)} times within a minute.",
            _GIVE_UP_ADVICE.get(self.role, "Restart Footnote."),
            role=self.role,
            exit_code=last.exit_code,
            stderr_tail=last.stderr_tail,
        )


class _Call:
    """One request under way."""

    def __init__(self, call_id: int, child: Child) -> None:
        self.id = call_id
        self._child = child
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._over = False
        self._asked_to_stop = False
        child.register(call_id, self._inbox)

    def wake(self) -> None:
        """Let the waiting thread look at its cancel token: the canceller's thread never writes to a pipe itself."""
        self._inbox.put(None)

    def events(
        self, cancel: CancelToken, timeout_s: float | None, silence_s: Callable[[], float] | None
    ) -> Iterator[dict[str, Any]]:
        end = None if timeout_s is None else time.monotonic() + timeout_s
        deadline = _sooner(end, silence_s)
        while not self._over:
            if cancel.cancelled and not self._asked_to_stop:
                deadline = self._ask_to_stop()
            message = self._receive(deadline)
            if isinstance(message, Exception):
                raise message
            if message is not None and "event" in message:
                yield message["event"]
                if not self._asked_to_stop:
                    deadline = _sooner(end, silence_s)
            elif message is not None and "error" in message:
                raise decode_error(message["error"])
            elif deadline is not None and time.monotonic() >= deadline and not self._over:
                self._kill_child()
                raise Cancelled if self._asked_to_stop else self._timed_out(timeout_s, silence_s)

    def settle(self) -> None:
        """Leave the child free for the next request: stop this one if it still runs."""
        deadline = time.monotonic() + CANCEL_GRACE_S
        if not self._over and not self._asked_to_stop:
            deadline = self._ask_to_stop()
        while not self._over and time.monotonic() < deadline:
            self._receive(deadline)
        if not self._over:
            self._kill_child()
        self._child.forget(self.id)

    def _receive(self, deadline: float | None) -> Message:
        left = _POLL_S if deadline is None else min(_POLL_S, max(0.0, deadline - time.monotonic()))
        try:
            message = self._inbox.get(timeout=left)
        except queue.Empty:
            return None
        self._over = message is not None and not (isinstance(message, dict) and "event" in message)
        return message

    def _ask_to_stop(self) -> float:
        """Send the cancel; returns until when the child may take."""
        self._asked_to_stop = True
        self._child.send({"id": self.id, "cancel": True})
        return time.monotonic() + CANCEL_GRACE_S

    def _kill_child(self) -> None:
        self._over = True
        self._child.forget(self.id)
        self._child.kill()

    def _timed_out(self, timeout_s: float | None, silence_s: Callable[[], float] | None) -> WorkerTimedOut:
        role = self._child.role
        limit_s = min(limit for limit in (timeout_s, silence_s and silence_s()) if limit is not None)
        message = f"{spoken_name(role)} took longer than {limit_s:g} s and was stopped."
        return WorkerTimedOut(message, role=role, exit_code=None)


def _sooner(end: float | None, silence_s: Callable[[], float] | None) -> float | None:
    """When to stop waiting: at `end`, or after so much silence from now."""
    if silence_s is None:
        return end
    quiet = time.monotonic() + silence_s()
    return quiet if end is None else min(end, quiet)
