"""All of Footnote taking in a folder, with its real children, in a process that others kill.

Run as a module it waits for lines of JSON: a `Life` each. For each it makes a copy of itself, because starting one
takes seconds; the copy opens the library, takes in the folder, changes the index where that is wanted, and leaves.
At the moment that the life says, counted from the beginning of one of its phases, processes are killed:

    "all"     the program and its children, in one moment, as a power cut does
    "parent"  the program alone: its children have to notice and leave
    "child"   one of its children; the program has to live on

The answer is a line with the exit code, when each phase began, what was killed, and which children stayed behind.
Nothing is faked. Only the index is kept as codes from a few vectors on, so that there is an index file to be torn.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from local_models.cancel import never
from local_models.embedders.folder import default_folder
from local_models.errors import WorkerDied
from rag import bootstrap
from rag.assistant import Assistant
from rag.events import Progress
from rag.index import vectors
from rag.index.codes_file import CodesFile
from rag.index.compact import CodedBlocks

COMPACT_FROM = 64
"""Vectors from which the index has a file here."""

LEAVING_S = 10.0
"""How long a child may take to notice that its parent is gone; it takes milliseconds on an idle machine."""

PHASES = ("opening", "reading", "embedding", "index file", "changing", "taking over", "closing")
KILLED = ("all", "parent", "child")


@dataclass(frozen=True, slots=True)
class Life:
    """One run of the program. `embedder` and `tokens`: the index that is wanted, 0 tokens: as it is; "" is the
    built-in embedder.

    `killed`: "" or one of KILLED, `seconds` after the beginning of `phase`.
    """

    data_dir: str
    folder: str
    embedder: str = ""
    tokens: int = 0
    killed: str = ""
    phase: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Ended:
    """`code`: negative for a signal. `began`: seconds from the start to each phase. `left`: children that stayed."""

    code: int
    began: dict[str, float]
    victim: str
    left: list[str]
    lasted: float


def main() -> None:
    make_files_of_the_index_small()
    with tempfile.TemporaryDirectory() as nowhere:
        live(Life(nowhere, nowhere), -1)  # so that a copy has imported everything
    for line in sys.stdin:
        print(json.dumps(asdict(_lived(Life(**json.loads(line))))), flush=True)


def make_files_of_the_index_small() -> None:
    """An index file from a few vectors on, written in many small records."""
    vectors.VectorIndex.open.__func__.__kwdefaults__["compact_from"] = COMPACT_FROM  # type: ignore[attr-defined]
    vectors._BLOCKS_A_RECORD = 2
    vectors._SAVED_AFTER = 1


def live(life: Life, told: int) -> None:
    """What the window does at its start, or with a folder that was dropped on it. Phases are written into `told`."""
    _tell_of_the_index_file(told)
    _tell(told, "opening")
    assistant = bootstrap.open_assistant(Path(life.data_dir))
    try:
        try:
            _work(assistant, life, told)
        except WorkerDied:  # told to the user, who tries again
            _work(assistant, life, told)
    finally:
        _tell(told, "closing")
        assistant.close()


def _work(assistant: Assistant, life: Life, told: int) -> None:
    folder, cancel = Path(life.folder), never()
    known = any(collection.root == folder for collection in assistant.collections())
    _tell(told, "reading")
    for _ in assistant.refresh(cancel) if known else assistant.add([folder], cancel):
        pass
    _tell(told, "embedding")
    for _ in assistant.embed_pending(cancel):
        pass
    wanted = Path(life.embedder) if life.embedder else None
    preferences = assistant.preferences()
    if life.tokens and (preferences.embedder, preferences.passage_tokens) != (life.embedder, life.tokens):
        _tell(told, "changing")
        if assistant.restaging.state() is None:
            assistant.restaging.begin(wanted, life.tokens)
        for step in assistant.restaging.go_on(cancel):
            if isinstance(step, Progress) and step.label == "Taking over":
                _tell(told, "taking over")
    assistant.ingest._index.settle()


def _tell_of_the_index_file(told: int) -> None:
    start, append = CodesFile.start, CodesFile.append

    def started(file: CodesFile, prototypes: bytes) -> None:
        _tell(told, "index file")
        start(file, prototypes)

    def appended(file: CodesFile, blocks: CodedBlocks) -> None:
        _tell(told, "index file")
        append(file, blocks)

    CodesFile.start, CodesFile.append = started, appended  # type: ignore[assignment,method-assign]


def _tell(told: int, phase: str) -> None:
    if told >= 0:
        os.write(told, phase.encode() + b"\n")


def _lived(life: Life) -> Ended:
    reading, writing = os.pipe()
    began = time.monotonic()
    copy = os.fork()
    if copy == 0:
        os.close(reading)
        _be_the_copy(life, writing)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as phases:
        return _watched(life, copy, phases.fileno(), began)


def _be_the_copy(life: Life, told: int) -> None:
    code = 1
    try:
        live(life, told)
        code = 0
    except BaseException:  # noqa: BLE001 - said before this copy ends
        traceback.print_exc()
    finally:
        os._exit(code)


def _watched(life: Life, copy: int, phases: int, began: float) -> Ended:
    """Kill when it is time, and wait for the end."""
    times: dict[str, float] = {}
    at, victim, left = float("inf"), "", list[str]()
    text = b""
    while True:
        ready, _, _ = select.select([phases], [], [], max(0.0, min(1.0, at - time.monotonic())))
        if ready:
            part = os.read(phases, 4096)
            if not part:
                break
            *lines, text = (text + part).split(b"\n")
            for name in map(bytes.decode, lines):
                times.setdefault(name, time.monotonic() - began)
                if name == life.phase and life.killed and not victim and at == float("inf"):
                    at = time.monotonic() + life.seconds
        if time.monotonic() >= at:
            victim, left = _kill(copy, life.killed)
            at = float("inf")
    code = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
    if victim.startswith(("parent", "all")):
        left = _stayed(_children_once_of(left))
    return Ended(code, times, victim, left, time.monotonic() - began)


def _kill(copy: int, killed: str) -> tuple[str, list[str]]:
    """What was killed, and the numbers of the children there were."""
    program = psutil.Process(copy)
    with suppress(psutil.NoSuchProcess):
        if killed in ("all", "parent"):
            program.suspend()  # so that no child is started between the look and the kill
        children = program.children(recursive=True)
        numbers = [str(child.pid) for child in children]
        if killed == "child":
            if not children:
                return "", []
            victim = random.choice(children)
            name = _role(victim)
            victim.kill()
            return f"child {name}", []
        if killed == "all":
            for child in children:
                with suppress(psutil.NoSuchProcess):
                    child.suspend()
            for child in children:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        os.kill(copy, signal.SIGKILL)
        return f"{killed} ({len(children)} children)", numbers
    return "", []


def _role(process: psutil.Process) -> str:
    """The last word of its command; a child that has not begun its program yet, or has just ended, has none."""
    with suppress(psutil.Error, IndexError):
        return process.cmdline()[-1]
    return "without a name"


def _children_once_of(numbers: list[str]) -> list[psutil.Process]:
    found = []
    for number in numbers:
        with suppress(psutil.NoSuchProcess):
            found.append(psutil.Process(int(number)))
    return found


def _stayed(children: list[psutil.Process]) -> list[str]:
    _, alive = psutil.wait_procs(children, LEAVING_S)
    names = []
    for child in alive:
        if child.status() == psutil.STATUS_ZOMBIE:  # its new parent has not asked for it yet
            continue
        names.append(_role(child))
        child.kill()
    return names


def other_embedder(folder: Path) -> Path:
    """The built-in model as another embedder: the same weights under another checksum."""
    folder.mkdir()
    for each in default_folder().iterdir():
        (folder / each.name).symlink_to(each)
    config = json.loads((default_folder() / "config.json").read_text("utf-8"))
    (folder / "config.json").unlink()
    (folder / "config.json").write_text(json.dumps({**config, "footnote": "other"}), "utf-8")
    return folder


if __name__ == "__main__":
    main()
