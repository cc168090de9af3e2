"""What is left on the disk by a file that takes much memory, and what the next start makes of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local_models.cancel import CancelToken, never
from local_models.embedders.folder import default_folder
from rag.errors import Cancelled, DocumentQuarantined, ReaderKilled
from rag.parsers.reading import ChildReader, Limits
from rag.parsers.reading_folder import ReadingFolder

LIMIT = 2**30
POISON = [sys.executable, "-m", "tests.parsers.poison_worker"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "reading"


def left_by_a_kill(place: Path, path: Path) -> Path:
    """Reads a heavy file in `place`; gives a copy of that folder as it was in the middle of it."""
    with ReadingFolder(place).watched(path, lambda: LIMIT, LIMIT) as heavy:
        assert heavy.wait(10)
        return place.rename(place.with_name("left"))


def test_a_file_that_took_much_memory_at_the_end_is_named_at_the_next_start(place: Path) -> None:
    odd = Path("/papers/caf\udce9.pdf")
    assert ReadingFolder(left_by_a_kill(place, odd)).accused == {odd}


def test_a_mark_is_told_once(place: Path) -> None:
    left = left_by_a_kill(place, Path("/papers/a.pdf"))
    ReadingFolder(left)
    assert ReadingFolder(left).accused == frozenset()


def test_a_small_file_leaves_no_mark(place: Path) -> None:
    looked = threading.Event()

    def memory() -> int:
        looked.set()
        return 1000

    with ReadingFolder(place).watched(Path("/papers/a.pdf"), memory, LIMIT) as heavy:
        assert looked.wait(10)
        assert not place.exists()
    assert not heavy.is_set()


def test_a_file_is_heavy_that_takes_as_much_as_is_left(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: usual._replace(available=900))
    with ReadingFolder(place).watched(Path("/papers/a.pdf"), lambda: 1000, LIMIT) as heavy:
        assert heavy.wait(10)


def test_a_reading_that_ended_leaves_no_mark(place: Path) -> None:
    with ReadingFolder(place).watched(Path("/papers/a.pdf"), lambda: LIMIT, LIMIT) as heavy:
        assert heavy.wait(10)
    assert ReadingFolder(place).accused == frozenset()


def test_what_more_readers_than_now_left_behind_is_cleared_up(place: Path) -> None:
    attachment = place / "3" / "footnote-x" / "attachment.pdf"
    attachment.parent.mkdir(parents=True)
    attachment.write_bytes(b"somebody's letter")
    ReadingFolder(place)
    assert not place.exists()


@pytest.fixture
def poisoned(place: Path) -> Iterator[ChildReader]:
    folder = ReadingFolder(place)
    child = ChildReader(
        lambda: default_folder() / "tokenizer.json",
        limits=Limits(seconds=30, memory=LIMIT),
        command=POISON,
        scratch=folder.scratch(0),
        folder=folder,
    )
    yield child
    child.close()


@pytest.mark.real
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_is_killed_may_have_been_killed_for_something_else(poisoned: ChildReader, tmp_path: Path) -> None:
    (tmp_path / "killed.txt").write_text("Some text.")
    with pytest.raises(ReaderKilled, match="SIGKILL"):
        list(poisoned.read(tmp_path / "killed.txt", never()))


@pytest.mark.real
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_is_killed_while_it_takes_much_memory_is_the_files_fault(
    poisoned: ChildReader, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "swells.txt").write_text("Some text.")
    refused: list[DocumentQuarantined] = []

    def read() -> None:
        try:
            list(poisoned.read(tmp_path / "swells.txt", never()))
        except DocumentQuarantined as error:
            refused.append(error)

    reading = threading.Thread(target=read)
    reading.start()
    while not list(place.glob("heavy/*")):
        assert reading.is_alive()
        reading.join(0.05)
    pid = poisoned._client.pid
    assert pid is not None
    psutil.Process(pid).kill()
    reading.join(10)
    assert [type(each) for each in refused] == [DocumentQuarantined]
    assert ReadingFolder(place).accused == frozenset()


@pytest.mark.real
def test_a_child_that_ends_before_it_has_seen_a_file_is_started_again(place: Path, tmp_path: Path) -> None:
    once = tmp_path / "once"
    code = (
        "import pathlib, runpy, sys; once = pathlib.Path(sys.argv[1]); "
        "once.exists() or (once.touch(), sys.exit(3)); runpy.run_module('rag.parsers.worker', run_name='__main__')"
    )
    child = ChildReader(
        lambda: default_folder() / "tokenizer.json", command=[sys.executable, "-c", code, str(once)], scratch=place
    )
    (tmp_path / "a.txt").write_text("Some text.")
    assert list(child.read(tmp_path / "a.txt", never()))
    child.close()
    with pytest.raises(Cancelled):
        list(child.read(tmp_path / "a.txt", CancelToken()))
