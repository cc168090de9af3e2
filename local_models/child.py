"""One run of a child process: its pipes, the two threads that read them, the calls it is answering, its end.

local_models.client decides when a child is started or stopped; here is only how. The threads are not daemons
(daemon threads crashed 2 of 20 interpreter exits): they end with the child, and a child that nobody stopped is
stopped when the main thread has ended, because the interpreter waits for these threads before it leaves.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from typing import IO, Any

from local_models.errors import Cancelled, WorkerDied
from local_models.protocol import decode_line, encode_line

CLOSE_GRACE_S = 2.0
STDERR_LINES = 20

_LEAVING_POLL_S = 0.5  # nothing public is called between the main thread's end and the wait for the other threads

Message = dict[str, Any] | Exception | None
"""What a call finds in its inbox: a reply, the child's end, or None: look at the cancel token."""

_NAMES = {"llm": "The language model", "embed": "The embedder", "parse": "The document reader", "train": "The training"}


class Ending(Enum):
    """Why a child ends: by itself, killed because it hung, or because nobody needs it any more."""

    DEATH = "death"
    KILL = "kill"
    STOP = "stop"


class Child:
    """A running process. `on_death` is told, in a thread of its own, when it ends by itself.

    Raises WorkerDied when it can't be started.
    """

    def __init__(
        self,
        role: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_death: Callable[[WorkerDied], None],
    ) -> None:
        self.role = role
        self.ended = threading.Event()
        self._on_death = on_death
        self._ending = Ending.DEATH
        self._send_lock = threading.Lock()
        self._calls_lock = threading.Lock()
        self._calls: dict[int, queue.SimpleQueue[Message]] = {}
        self._end: Exception | None = None
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._process = _spawn(role, command, environment)
        self._stderr_thread = threading.Thread(target=self._read_stderr, name=f"{role} stderr")
        self._replies_thread = threading.Thread(target=self._read_replies, name=f"{role} replies")
        self._leaving_thread = threading.Thread(target=self._stop_when_leaving, name=f"{role} leaving")
        for thread in (self._stderr_thread, self._replies_thread, self._leaving_thread):
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def register(self, call_id: int, inbox: queue.SimpleQueue[Message]) -> None:
        """Put every reply to that call, or the child's end, into `inbox`."""
        with self._calls_lock:
            if self._end is None:
                self._calls[call_id] = inbox
            else:
                inbox.put(self._end)

    def forget(self, call_id: int) -> None:
        with self._calls_lock:
            self._calls.pop(call_id, None)

    def send(self, message: Mapping[str, object]) -> None:
        """Write one line. A child that is gone is no error here: each of its calls is told."""
        line = encode_line(message)
        with self._send_lock:
            try:
                self._stdin.write(line)
                self._stdin.flush()
            except (OSError, ValueError):  # a broken pipe, or closed by stop()
                return

    def kill(self) -> None:
        """Kill it, because it hangs, and wait for its end."""
        self._ending = Ending.KILL
        self._kill()
        self.join()

    def stop(self) -> None:
        """Close its stdin, which makes it leave, and kill it if it does not. Its calls raise Cancelled."""
        self._leave()
        self.join()

    def join(self) -> None:
        """Wait for the end of its threads, which end when it has."""
        self._replies_thread.join()
        self._stderr_thread.join()
        self._leaving_thread.join()

    def _leave(self) -> None:
        self._ending = Ending.STOP
        with self._send_lock:
            _close(self._stdin)
        if not self.ended.wait(CLOSE_GRACE_S):
            self._kill()

    def _kill(self) -> None:
        """With all that it has started: it leads a group of its own."""
        if sys.platform != "win32" and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()

    def _end_its_children(self) -> None:
        """Whoever ended it: what it had started must not work on for nobody."""
        if sys.platform != "win32":
            with suppress(ProcessLookupError, PermissionError):  # macOS: of a group in which nothing runs any more
                os.killpg(self._process.pid, signal.SIGKILL)

    def _stop_when_leaving(self) -> None:
        while not self.ended.wait(_LEAVING_POLL_S):
            if not threading.main_thread().is_alive():
                self._leave()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    def _read_replies(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                if not line.endswith(b"\n"):  # cut in the middle by its death
                    break
                self._deliver(decode_line(line))
        self._bury()

    def _deliver(self, message: dict[str, Any]) -> None:
        with self._calls_lock:
            inbox = self._calls.get(message["id"])
        if inbox is not None:
            inbox.put(message)

    def _bury(self) -> None:
        """Its stdout has ended: reap it, and tell each call that waits."""
        try:
            self._process.wait(CLOSE_GRACE_S)
        except subprocess.TimeoutExpired:
            self._kill()
        code = self._process.wait()
        self._end_its_children()
        self._stderr_thread.join(CLOSE_GRACE_S)
        with self._send_lock:
            _close(self._stdin)
        death = _death(self.role, code, "\n".join(self._stderr))
        if self._ending is Ending.DEATH:
            self._on_death(death)
        with self._calls_lock:
            self._end = Cancelled() if self._ending is Ending.STOP else death
            calls = list(self._calls.values())
            self._calls.clear()
        self.ended.set()
        for inbox in calls:
            inbox.put(self._end)

    def _read_stderr(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self._stderr.append(line.decode("utf-8", "replace").rstrip())


def spoken_name(role: str) -> str:
    """The role in the user's words, to begin a sentence with."""
    return _NAMES.get(role, f"The child process “{role}”")


def _spawn(role: str, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            creationflags=flags,
            start_new_session=True,  # Ctrl-C in the terminal is for the parent, which then cancels
        )
    except OSError as error:
        raise WorkerDied(
            f"{spoken_name(role)} can't be started ({error.strerror}).",
            "Close other programs, or install Footnote again.",
            role=role,
            exit_code=None,
        ) from error


def _death(role: str, code: int, stderr_tail: str) -> WorkerDied:
    how = f"exit code {code}"
    if code < 0:
        known = {member.value: f", {member.name}" for member in signal.Signals}
        how = f"signal {-code}{known.get(-code, '')}"
    return WorkerDied(
        f"{spoken_name(role)} ended unexpectedly ({how}).",
        "Try again: it is started anew.",
        role=role,
        exit_code=code,
        stderr_tail=stderr_tail,
    )


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:  # unwritten bytes for a child that is gone
        return
