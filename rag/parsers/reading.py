"""Reads documents in a child process, under limits: the DocumentReader of the running program.

A file that hangs, kills or fills the child is an error of that file alone; the child is started again for the next.
Nothing is parsed here, and no library that parses is imported here.
"""

from __future__ import annotations

import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.client import WorkerClient, worker_command
from local_models.errors import WorkerDied, WorkerTimedOut
from rag.chunking import PASSAGE_TOKENS
from rag.errors import DocumentQuarantined, ReaderKilled
from rag.parsers.cleaning import shown_name
from rag.parsers.reading_folder import ReadingFolder
from rag.parsers.wire import Item, decode
from rag.types import Page

ROLE = "parse"
MEMORY_VARIABLE = "FOOTNOTE_PARSE_MEMORY"
OUT_OF_MEMORY = 77


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take: seconds from one page or passage to the next; bytes of memory; letters; pages.

    A file may take as long as it goes on giving pages, however large it is. Once its letters are there they are cut
    into passages, section by section, and more time is given for each million of them.
    """

    seconds: float = 60.0
    seconds_per_million: float = 20.0
    memory: int = 2 * 2**30
    characters: int = 50_000_000
    pages: int = 200_000


class ChildReader:
    """rag.ports.DocumentReader over the parse child. Thread-safe; close it before the program ends."""

    def __init__(
        self,
        tokenizer: Callable[[], Path],
        *,
        limits: Limits | None = None,
        passage_tokens: Callable[[], int] = lambda: PASSAGE_TOKENS,
        command: Sequence[str] | None = None,
        scratch: Path | None = None,
        folder: ReadingFolder | None = None,
    ) -> None:
        """`tokenizer` tells the tokenizer.json of the embedder now in use; `passage_tokens` the passages' limit.

        `command` starts another child than rag.parsers.worker. `scratch` is a folder of the child's own, made and
        removed here, where an attachment lies while it is read; a kill may leave one there, and nowhere else. `folder`
        keeps the marks of files that take much memory.
        """
        self._tokenizer = tokenizer
        self._limits = limits or Limits()
        self._passage_tokens = passage_tokens
        self._scratch = scratch
        self._folder = folder
        self._clear_scratch()
        lies_in = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch)) if scratch else {}
        self._client = WorkerClient(
            ROLE,
            command or worker_command(ROLE, "rag.parsers.worker"),
            deaths_allowed=None,  # one poison file must not stop the reading of the next
            environment={MEMORY_VARIABLE: str(self._limits.memory), **lies_in},
        )

    def read(self, path: Path, cancel: CancelToken) -> Iterator[Item]:
        """Yield Opened, the title, the pages, then the passages.

        Raises DocumentError, DocumentQuarantined when the file ended the child or had to be stopped, ReaderKilled when
        it may have been something else that ended it, Cancelled, and WorkerDied when the child can't be started or was
        ended from outside: that is no fault of the file's.
        """
        params = {
            "path": str(path),
            "tokenizer": str(self._tokenizer()),
            "limit": self._passage_tokens(),
            "characters": self._limits.characters,
            "pages": self._limits.pages,
        }
        self._make_ready(cancel)
        patience = Patience(self._limits)
        with self._watched(path) as heavy:
            try:
                for message in self._client.request("read", params, cancel, silence_s=patience.seconds):
                    item = decode(message)
                    patience.note(item)
                    yield item
            except WorkerTimedOut as error:
                raise _hung(path, patience.seconds()) from error
            except WorkerDied as error:
                if _ended_from_outside(error.exit_code):
                    raise
                raise _killer(path, error, heavy=heavy.is_set()) from error

    def memory(self) -> int:
        """Resident bytes of the child, 0 when none runs."""
        return self._client.memory()

    def close(self) -> None:
        """End the child."""
        self._client.close()
        self._clear_scratch()

    def _watched(self, path: Path) -> AbstractContextManager[threading.Event]:
        if self._folder is None:
            return nullcontext(threading.Event())
        return self._folder.watched(path, self.memory, self._limits.memory)

    def _make_ready(self, cancel: CancelToken) -> None:
        """A child that dies before it has seen a file is no file's fault, and is started once more."""
        if self._client.running:
            return
        self._clear_scratch()
        if self._scratch:
            self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._ask_ready(cancel)
        except WorkerDied:
            self._ask_ready(cancel)

    def _ask_ready(self, cancel: CancelToken) -> None:
        for _ in self._client.request("ready", {}, cancel):
            pass

    def _clear_scratch(self) -> None:
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)


class Patience:
    """How long the next page or passage is waited for: the longer, the more letters there are to be cut."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._letters = 0

    def note(self, item: Item) -> None:
        if isinstance(item, Page):
            self._letters += len(item.text)

    def seconds(self) -> float:
        return self._limits.seconds + self._limits.seconds_per_million * self._letters / 1e6


def _hung(path: Path, seconds: float) -> DocumentQuarantined:
    return DocumentQuarantined(
        f"“{shown_name(path)}” gave nothing for {seconds:.0f} seconds, so its reading was stopped.",
        "Save it anew, or split it, and add that.",
    )


def _killer(path: Path, death: WorkerDied, *, heavy: bool) -> DocumentQuarantined:
    """SIGKILL comes from outside: from a system without memory, or from a person. Which of them, `heavy` says."""
    name = shown_name(path)
    if death.exit_code == OUT_OF_MEMORY:
        return DocumentQuarantined(
            f"“{name}” needs more memory than is set aside for one file.", "Split it into smaller files."
        )
    kind = ReaderKilled if _how(death.exit_code) == "SIGKILL" and not heavy else DocumentQuarantined
    return kind(
        f"“{name}” could not be read: it made the reading process fail ({_how(death.exit_code)}).",
        "It may be damaged; save it anew and add that.",
    )


def _how(exit_code: int | None) -> str:
    known = {-member.value: member.name for member in signal.Signals}
    return known.get(exit_code or 0, f"exit code {exit_code}")


def _ended_from_outside(exit_code: int | None) -> bool:
    """At the end of a session the system ends children, sometimes before their parents."""
    if exit_code is None:
        return True
    if sys.platform == "win32":  # STATUS_CONTROL_C_EXIT, DBG_TERMINATE_PROCESS (ntstatus.h)
        return exit_code & 0xFFFFFFFF in (0xC000013A, 0x40010004)
    return -exit_code in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
