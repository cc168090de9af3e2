"""Footnote taking in a folder, in a process that may be killed at any of its steps.

Run as a module it waits for lines of JSON: data directory, folder, clock, seconds. For each it makes a copy of itself,
because starting one takes a second; the copy opens the library, takes in the folder and leaves, or is ended by then.
The clock "processor" counts the seconds worked, so that its moments lie where the work is done, however busy the
machine is; "wall" counts the waiting for the disk too. The answer is a line with the exit code and how long it took.

Everything is real but for two children, whose work is done here: files are read by the parse child's own code, and
vectors are made of words.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from local_models.cancel import CancelToken, never
from local_models.embedders.folder import default_folder
from rag import bootstrap
from rag.assistant import Assistant
from rag.parsers import worker
from rag.parsers.wire import Item, decode
from rag.types import DocumentState
from tests.fakes.core import WordEmbedder


class ReaderHere:
    """rag.ports.DocumentReader without a child; one file at a time, because PDFium knows no threads."""

    _turn = threading.Lock()

    def __init__(self, *_: object, **__: object) -> None:
        self._read = worker.handlers()["read"]

    def read(self, path: Path, cancel: CancelToken) -> Iterator[Item]:
        params = {
            "path": str(path),
            "tokenizer": str(default_folder() / "tokenizer.json"),
            "limit": 200,
            "characters": 1_000_000,
            "pages": 1000,
        }
        with self._turn:
            items = [decode(message) for message in self._read(params, cancel)]
        yield from items

    def memory(self) -> int:
        return 0

    def close(self) -> None:
        return


class EmbedderHere(WordEmbedder):
    tokenizer_json = default_folder() / "tokenizer.json"

    def memory(self) -> int:
        return 0

    def close(self) -> None:
        return


def take_in(assistant: Assistant, folder: Path) -> None:
    """What the window does at its start, or with a folder that was dropped on it."""
    cancel = never()
    known = any(collection.root == folder for collection in assistant.collections())
    for _ in assistant.refresh(cancel) if known else assistant.add([folder], cancel):
        pass
    suspected = [each.id for each in assistant.documents() if each.state is DocumentState.QUARANTINED]
    for _ in assistant.retry(suspected, cancel):  # so many kills running as here may all hit the last file
        pass
    for _ in assistant.embed_pending(cancel):
        pass


def _live(data_dir: Path, folder: Path) -> None:
    assistant = bootstrap.open_assistant(data_dir)
    take_in(assistant, folder)
    assistant.close()


def _end_after(clock: str, seconds: float) -> None:
    """The kernel ends this process, at whatever instruction it is then: as with SIGKILL nothing can be tidied up."""
    if seconds:
        timer = signal.ITIMER_PROF if clock == "processor" else signal.ITIMER_REAL
        signal.signal(signal.SIGPROF if clock == "processor" else signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(timer, seconds)


def _copy_of_this_process(work: Callable[[int], None]) -> tuple[int, str]:
    """Exit code, negative for a signal, and what the copy wrote into its pipe."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work(writing)
            code = 0
        except BaseException:  # noqa: BLE001 - said before this copy ends
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


def main() -> None:
    parts: dict[str, object] = {
        "ChildReader": ReaderHere,
        "suitable_number": lambda: 2,
        "worker_command": lambda *_: ["true"],  # no language model is asked for anything
        "_embedder": lambda *_, **__: (EmbedderHere(), ""),
    }
    for name, part in parts.items():
        setattr(bootstrap, name, part)
    with tempfile.TemporaryDirectory() as nowhere:
        _live(Path(nowhere), Path(nowhere))  # so that a copy has imported everything
    for line in sys.stdin:
        data_dir, folder, clock, seconds = json.loads(line)

        def work(
            writing: int, data: str = data_dir, folder: str = folder, end: tuple[str, float] = (clock, seconds)
        ) -> None:
            _end_after(*end)
            began = time.monotonic(), time.process_time()
            _live(Path(data), Path(folder))
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            lasted = {"wall": time.monotonic() - began[0], "processor": time.process_time() - began[1]}
            os.write(writing, json.dumps(lasted).encode())

        code, said = _copy_of_this_process(work)
        print(json.dumps([code, json.loads(said or "{}")]), flush=True)


if __name__ == "__main__":
    main()
