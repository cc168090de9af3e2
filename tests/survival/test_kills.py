"""The program is killed while it takes in a folder; the next start goes on, and in the end nothing tells of it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.survival.library_state import State, differences, faults, state_of
from tests.survival.papers import change_papers, write_papers
from tests.survival.program import EmbedderHere

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the program is copied by a fork"),
]

EMBEDDER = EmbedderHere().identity
KILLS = int(os.environ.get("FOOTNOTE_KILLS", "50"))
CLOCKS = ("processor", "wall")

Lasted = dict[str, float]


class Program:
    """tests.survival.program, waiting for lives to live."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.survival.program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
        )

    def live(self, data_dir: Path, folder: Path, clock: str = "wall", seconds: float = 0) -> tuple[int, Lasted]:
        """Exit code and how long it lasted; it is ended after so many seconds, 0: never."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(data_dir), str(folder), clock, seconds]) + "\n")
        self._process.stdin.flush()
        code, lasted = json.loads(self._process.stdout.readline())
        return code, lasted

    def close(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    program = Program()
    yield program
    program.close()


def test_fifty_kills_leave_no_trace(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    stages = [write_papers(tmp_path / "first"), tmp_path / "then"]
    change_papers(shutil.copytree(stages[0], stages[1]))
    lasted, expected = _undisturbed(program, tmp_path / "undisturbed", folder, stages)
    assert [len(state["documents"]) for state in expected] == [29, 27]
    moments = random.Random(KILLS)
    kills = lives = 0
    while kills < KILLS:
        lives += 1
        for stage, files in enumerate(stages):
            _make_equal(folder, files)
            killed = True
            while killed:
                clock = CLOCKS[kills % 2]
                seconds = moments.uniform(0, lasted[stage][clock] / 2) if kills < KILLS else 0
                code, _ = program.live(tmp_path / f"life-{lives}", folder, clock, seconds)
                assert code in (0, -signal.SIGPROF, -signal.SIGALRM)
                killed = code != 0
                kills += killed
            told = f"life {lives}, stage {stage}, {kills} kills"
            assert faults(tmp_path / f"life-{lives}", EMBEDDER) == [], told
            assert differences(state_of(tmp_path / f"life-{lives}"), expected[stage]) == [], told


def _undisturbed(
    program: Program, data_dir: Path, folder: Path, stages: list[Path]
) -> tuple[list[Lasted], list[State]]:
    """Length and end of taking in a folder, and of taking it in again when it has changed."""
    lasted, states = [], []
    for files in stages:
        _make_equal(folder, files)
        code, length = program.live(data_dir, folder)
        assert code == 0
        assert faults(data_dir, EMBEDDER) == []
        lasted.append(length)
        states.append(state_of(data_dir))
    return lasted, states


def _make_equal(folder: Path, files: Path) -> None:
    """PDF and DOCX written twice differ in a date, so they are copied."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(files, folder)
