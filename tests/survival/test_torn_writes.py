"""A power cut: the end of a write-ahead log is lost, an index file is torn, temporary files stay half written.

`PRAGMA synchronous = NORMAL` lets a power cut take the last commits, and nothing else; a file that was not made to stay
on the disk may hold anything. So copies of a data directory, taken in the middle of the work, are damaged like that at
many places, and opened.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from rag.index import vectors
from tests.survival.library_state import State, answers_of, differences, faults, state_of
from tests.survival.life import COMPACT_FROM, EMBEDDER, Life

pytestmark = pytest.mark.real  # many libraries are opened and written

CUTS = int(os.environ.get("FOOTNOTE_CUTS", "5"))
"""Damaged copies for each test."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(8):
        lines = [f"{word} {number}.{line} about {word}{line}" for line in range(5) for word in ("rent", "tide", "cat")]
        (folder / f"{number}.txt").write_text("\n".join(lines))
    return folder


@pytest.fixture
def copies(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A data directory as it was on the disk at several moments of its first run; the last is how it ended."""
    monkeypatch.setattr(vectors, "_BLOCKS_A_RECORD", 1)
    monkeypatch.setattr("rag.ingest.EMBED_AT_ONCE", 32)
    life = Life(tmp_path / "undisturbed", folder)
    (tmp_path / "copies").mkdir()
    life.take_in(tmp_path / "copies")
    life.close()
    return sorted((tmp_path / "copies").iterdir())


@pytest.fixture
def expected(tmp_path: Path, copies: list[Path]) -> tuple[State, State]:
    return state_and_answers(tmp_path / "undisturbed")


def state_and_answers(data_dir: Path) -> tuple[State, State]:
    return state_of(data_dir), answers_of(data_dir, EMBEDDER.identity, COMPACT_FROM)


def wrong_after_another_run(data_dir: Path, folder: Path, expected: tuple[State, State]) -> list[str]:
    life = Life(data_dir, folder)
    life.take_in()
    life.close()
    found = faults(data_dir, EMBEDDER.identity, compact_from=COMPACT_FROM)
    state, answers = state_and_answers(data_dir)
    return found + differences(state, expected[0]) + differences(answers, expected[1])


def test_a_log_that_lost_its_end_costs_the_last_commits_and_nothing_else(
    tmp_path: Path, folder: Path, copies: list[Path], expected: tuple[State, State]
) -> None:
    chance = random.Random(7)
    logs = [copy for copy in copies if (copy / "footnote.db-wal").stat().st_size]
    assert len(logs) > 8
    for number in range(CUTS):
        torn = Path(shutil.copytree(chance.choice(logs), tmp_path / f"torn-{number}"))
        log = torn / "footnote.db-wal"
        kept = chance.randrange(log.stat().st_size)
        log.write_bytes(log.read_bytes()[:kept])
        (torn / "footnote.db-shm").unlink(missing_ok=True)
        assert wrong_after_another_run(torn, folder, expected) == [], f"{kept} bytes of the log"


def test_a_log_whose_end_was_never_written_is_read_up_to_there(
    tmp_path: Path, folder: Path, copies: list[Path], expected: tuple[State, State]
) -> None:
    """The file has its length, and its last blocks hold nothing or something old."""
    chance = random.Random(8)
    logs = [copy for copy in copies if (copy / "footnote.db-wal").stat().st_size]
    for number in range(CUTS):
        torn = Path(shutil.copytree(chance.choice(logs), tmp_path / f"torn-{number}"))
        log = torn / "footnote.db-wal"
        data = bytearray(log.read_bytes())
        begin = chance.randrange(len(data))
        data[begin:] = bytes(len(data) - begin) if number % 2 else chance.randbytes(len(data) - begin)
        log.write_bytes(data)
        (torn / "footnote.db-shm").unlink(missing_ok=True)
        assert wrong_after_another_run(torn, folder, expected) == [], f"{begin} bytes of the log"


@pytest.mark.parametrize("damage", ["cut", "a flipped bit", "a block of zeros", "old bytes at the end"])
def test_a_torn_index_file_is_noticed_and_made_good(
    tmp_path: Path, folder: Path, copies: list[Path], expected: tuple[State, State], damage: str
) -> None:
    chance = random.Random(damage)
    (whole,) = (copy for copy in copies if copy.name == "saved")
    (saved,) = (whole / "index").glob("*.faiss")
    for number in range(CUTS):
        torn = Path(shutil.copytree(whole, tmp_path / f"torn-{number}"))
        data = bytearray(saved.read_bytes())
        at = chance.randrange(len(data))
        match damage:
            case "cut":
                data = data[:at]
            case "a flipped bit":
                data[at] ^= 1 << chance.randrange(8)
            case "a block of zeros":
                data[at : at + 512] = bytes(len(data[at : at + 512]))
            case _:
                data += chance.randbytes(chance.randrange(1, 5000))
        (torn / "index" / saved.name).write_bytes(data)
        assert wrong_after_another_run(torn, folder, expected) == [], f"{damage} at {at}"


def test_half_written_files_beside_the_library_are_cleared_up(
    tmp_path: Path, folder: Path, copies: list[Path], expected: tuple[State, State]
) -> None:
    (whole,) = (copy for copy in copies if copy.name == "saved")
    torn = Path(shutil.copytree(whole, tmp_path / "torn"))
    (saved,) = (torn / "index").glob("*.faiss")
    half = saved.with_name(f".{saved.name}.k3x9")
    half.write_bytes(saved.read_bytes()[:1000])
    assert wrong_after_another_run(torn, folder, expected) == []
    assert not half.exists()


def test_an_index_file_that_is_ahead_of_a_database_that_lost_its_end_is_brought_back(
    tmp_path: Path, folder: Path, copies: list[Path], expected: tuple[State, State]
) -> None:
    """The file of the index was made to stay on the disk; the commits it was made of were not."""
    (whole,) = (copy for copy in copies if copy.name == "saved")
    earlier = [copy for copy in copies if copy.name.startswith(("reading", "embedding"))]
    for number, copy in enumerate(earlier):
        torn = Path(shutil.copytree(copy, tmp_path / f"torn-{number}"))
        shutil.rmtree(torn / "index", ignore_errors=True)
        shutil.copytree(whole / "index", torn / "index")
        assert wrong_after_another_run(torn, folder, expected) == [], copy.name
