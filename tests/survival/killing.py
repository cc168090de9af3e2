"""Kill all of Footnote again and again while it works, and compare what is there in the end with an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from local_models.embedders.folder import default_folder, read_folder
from local_models.types import EmbedderIdentity
from tests.survival.library_state import State, answers_of, bring_near, differences, faults, state_of
from tests.survival.papers import change_papers, write_more_papers, write_papers
from tests.survival.whole_program import COMPACT_FROM, KILLED, Ended, Life, other_embedder

SHORTER = 96
"""Tokens of a passage after the change of the index; by itself they are longer."""

WITHOUT_CHILDREN = ("opening", "closing")
"""Phases in which there is little to be lost, and no child to be killed."""

Say = Callable[[str], None]


class Program:
    """tests.survival.whole_program, waiting for lives to live."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.survival.whole_program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
        )

    def live(self, life: Life) -> Ended:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(life)) + "\n")
        self._process.stdin.flush()
        return Ended(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate(timeout=20)


@contextmanager
def program() -> Iterator[Program]:
    running = Program()
    try:
        yield running
    finally:
        running.close()


@dataclass
class Tally:
    """`wrong`: what was not as it should be, in words; empty if nothing tells of the kills."""

    kills: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    """Lives that were over, or had no child, when the kill was due."""
    rounds: int = 0
    wrong: list[str] = field(default_factory=list)
    turned: int = 0
    """Vectors that differ in a last bit."""
    vectors: int = 0

    def count(self) -> int:
        return self.kills.total()


@dataclass(frozen=True)
class _Stage:
    """Files as they are then, the index that is wanted, and how an undisturbed run goes and ends."""

    files: Path
    wanted: dict[str, Any]
    began: dict[str, float]
    lasted: float
    state: State
    answers: State

    @property
    def identity(self) -> EmbedderIdentity:
        """Of the embedder that is in use in the end."""
        return read_folder(Path(self.wanted.get("embedder") or default_folder())).identity


class Killing:
    """Lives in one folder of its own, of which one undisturbed library is made first."""

    def __init__(
        self, program: Program, room: Path, seed: int, say: Say = lambda _: None, *, small: bool = False
    ) -> None:
        """`small`: a dozen files that do not change in between."""
        self._program = program
        self._room = room
        self._folder = room / "papers"
        self._moments = random.Random(seed)
        self._say = say
        self._small = small
        self.tally = Tally()
        self._stages = self._undisturbed()

    def kill(self, times: int) -> Tally:
        """Live round after round until so many kills have hit, and compare after each stage of each."""
        self.tally.rounds = 0
        while self.tally.count() < times:
            self.tally.rounds += 1
            data_dir = self._room / f"round-{self.tally.rounds}"
            for number, stage in enumerate(self._stages):
                _make_equal(self._folder, stage.files)
                while self.tally.count() < times and self._killed(data_dir, stage):
                    pass
                ended = self._program.live(self._life(data_dir, stage))
                told = f"round {self.tally.rounds}, stage {number}, {self.tally.count()} kills"
                if ended.code != 0:
                    self.tally.wrong.append(f"{told}: ended with {ended.code}")
                self._compare(data_dir, stage, told)
            shutil.rmtree(data_dir)
        return self.tally

    def _killed(self, data_dir: Path, stage: _Stage) -> bool:
        """One life that is to be killed; whether it was."""
        killed = KILLED[self.tally.count() % len(KILLED)]
        phases = [each for each in stage.began if killed != "child" or each not in WITHOUT_CHILDREN]
        phase = self._moments.choices(phases, [1 if each in WITHOUT_CHILDREN else 3 for each in phases])[0]
        later = [at for at in stage.began.values() if at > stage.began[phase]]
        most = min(later, default=stage.lasted) - stage.began[phase]
        seconds = self._moments.uniform(0, most)
        ended = self._program.live(self._life(data_dir, stage, killed=killed, phase=phase, seconds=seconds))
        hit = ended.victim != ""
        self._say(f"{killed} in {phase} + {seconds:.2f} s: {ended.victim or 'nothing to kill'}, code {ended.code}")
        if hit:
            self.tally.kills[ended.victim.partition(" (")[0]] += 1
            self.tally.phases[phase] += 1
        else:
            self.tally.missed += 1
        self.tally.wrong += [f"{name} stayed when its parent had gone" for name in ended.left]
        if killed == "child" and ended.code != 0:
            self.tally.wrong.append(f"the program ended with {ended.code} when {ended.victim} was killed")
        return ended.code != 0

    def _compare(self, data_dir: Path, stage: _Stage, told: str) -> None:
        found = faults(data_dir, stage.identity, compact_from=COMPACT_FROM)
        state = state_of(data_dir)
        same, near = bring_near(state, stage.state)
        self.tally.vectors += same + near
        self.tally.turned += near
        found += differences(state, stage.state)
        found += differences(answers_of(data_dir, stage.identity, COMPACT_FROM), stage.answers)
        left = sorted(str(each.relative_to(data_dir)) for each in (data_dir / "reading").rglob("*") if each.is_file())
        found += [f"{name} was left in the folder of files being read" for name in left]
        self.tally.wrong += [f"{told}: {each}" for each in found]
        self._say(f"{told}: {len(found)} wrong {found[:5]}")

    def _undisturbed(self) -> list[_Stage]:
        """A folder that is taken in, that has changed, and whose index is to be another one."""
        first, then = self._room / "first", self._room / "then"
        write_more_papers(write_papers(first, 1 if self._small else 4), 1 if self._small else 2)
        if not self._small:
            change_papers(shutil.copytree(first, then))
        other = {"embedder": str(other_embedder(self._room.resolve() / "other")), "tokens": SHORTER}
        plans: list[tuple[Path, dict[str, Any]]] = [(first, {}), (then, {}), (then, other)]
        if self._small:
            plans = [(first, {}), (first, other)]
        stages, data_dir = [], self._room / "undisturbed"
        for files, wanted in plans:
            _make_equal(self._folder, files)
            ended = self._program.live(Life(str(data_dir), str(self._folder), **wanted))
            assert ended.code == 0, ended
            stage = _Stage(files, wanted, ended.began, ended.lasted, state_of(data_dir), {})
            stage = replace(stage, answers=answers_of(data_dir, stage.identity, COMPACT_FROM))
            assert faults(data_dir, stage.identity, compact_from=COMPACT_FROM) == []
            self._say(f"undisturbed: {ended.lasted:.1f} s, {stage.state['counts']}, {ended.began}")
            stages.append(stage)
        return stages

    def _life(self, data_dir: Path, stage: _Stage, **killed: Any) -> Life:
        return Life(str(data_dir), str(self._folder), **stage.wanted, **killed)


def _make_equal(folder: Path, files: Path) -> None:
    """PDF and DOCX written twice differ in a date, so they are copied."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(files, folder)
