"""Reads documents in a child process, under limits: the DocumentReader of the running program.

A file that hangs, kills or fills the child is an error of that file alone; the child is started again for the next.
Nothing is parsed here, and no library that parses is imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.client import WorkerClient, worker_command
from local_models.errors import WorkerDied, WorkerTimedOut
from rag.chunking import PASSAGE_TOKENS
from rag.errors import DocumentBroken, DocumentError, DocumentTooLarge
from rag.parsers.cleaning import shown_name
from rag.parsers.wire import Item, decode

ROLE = "parse"
MEMORY_VARIABLE = "FOOTNOTE_PARSE_MEMORY"
OUT_OF_MEMORY = 77


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take: seconds, plus some for each megabyte, at most so many; bytes of memory; characters.

    The largest real file tried, an 870-page DOCX, took 2 s and 110 MB. A full page of a PDF takes 20 ms, 45 on a busy
    computer, and may be 1 kB of the file: 3,000 such pages of 2.8 MB took 134 s.
    """

    seconds: float = 120.0
    seconds_per_megabyte: float = 60.0
    most_seconds: float = 900.0
    memory: int = 2 * 2**30
    characters: int = 50_000_000


class ChildReader:
    """rag.ports.DocumentReader over the parse child. Thread-safe; close it before the program ends."""

    def __init__(
        self,
        tokenizer: Callable[[], Path],
        *,
        limits: Limits | None = None,
        passage_tokens: int = PASSAGE_TOKENS,
        command: Sequence[str] | None = None,
    ) -> None:
        """`tokenizer` tells the tokenizer.json of the embedder now in use; `passage_tokens` is the passages' limit.

        `command` starts another child than rag.parsers.worker.
        """
        self._tokenizer = tokenizer
        self._limits = limits or Limits()
        self._passage_tokens = passage_tokens
        self._client = WorkerClient(
            ROLE,
            command or worker_command(ROLE, "rag.parsers.worker"),
            deaths_allowed=None,  # one poison file must not stop the reading of the next
            environment={MEMORY_VARIABLE: str(self._limits.memory)},
        )

    def read(self, path: Path, cancel: CancelToken) -> Iterator[Item]:
        """Yield Opened, the title, the pages, then the passages. Raises DocumentError, Cancelled."""
        params = {
            "path": str(path),
            "tokenizer": str(self._tokenizer()),
            "limit": self._passage_tokens,
            "characters": self._limits.characters,
        }
        seconds = self._seconds(path)
        try:
            yield from map(decode, self._client.request("read", params, cancel, timeout_s=seconds))
        except WorkerTimedOut as error:
            raise DocumentTooLarge(
                f"“{shown_name(path)}” was not read within {seconds:.0f} seconds.", "Split it into smaller files."
            ) from error
        except WorkerDied as error:
            raise _killer(path, error) from error

    def memory(self) -> int:
        """Resident bytes of the child, 0 when none runs."""
        return self._client.memory()

    def close(self) -> None:
        """End the child."""
        self._client.close()

    def _seconds(self, path: Path) -> float:
        try:
            megabytes = path.stat().st_size / 2**20
        except (OSError, ValueError):  # the child will say what is wrong with it
            megabytes = 0.0
        seconds = self._limits.seconds + self._limits.seconds_per_megabyte * megabytes
        return min(seconds, self._limits.most_seconds)


def _killer(path: Path, death: WorkerDied) -> DocumentError:
    name = shown_name(path)
    if death.exit_code == OUT_OF_MEMORY:
        return DocumentTooLarge(
            f"“{name}” needs more memory than is set aside for one file.", "Split it into smaller files."
        )
    return DocumentBroken(
        f"“{name}” could not be read: it made the reading process fail.",
        "It may be damaged; save it anew and add that.",
    )
