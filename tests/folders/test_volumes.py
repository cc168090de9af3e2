"""A disk that is not there is told from files that were deleted."""

from pathlib import Path

import pytest

from rag.folders import volumes
from rag.folders.volumes import is_remote, mount_of, mounts_of, unreachable


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """What is mounted now, beside the root."""
    now: set[Path] = set()
    monkeypatch.setattr(volumes, "_is_mount", lambda path: path in now or path == Path(path.anchor))
    return now


def test_a_folder_that_is_there_is_reachable(tmp_path: Path) -> None:
    assert unreachable(tmp_path, mounts_of(tmp_path)) == ()


def test_a_folder_that_is_not_there_is_not(tmp_path: Path) -> None:
    assert unreachable(tmp_path / "stick", ()) == (tmp_path / "stick",)


def test_a_folder_left_behind_by_its_disk_is_not_reachable_although_it_is_there(
    tmp_path: Path, mounted: set[Path]
) -> None:
    stick = tmp_path / "stick"
    papers = stick / "papers"
    papers.mkdir(parents=True)
    mounted.add(stick)
    mounts = mounts_of(papers)
    assert mounts == (stick,)
    mounted.clear()
    assert unreachable(papers, mounts) == (papers,)


def test_only_the_part_of_a_folder_that_lay_on_another_disk_is_missing(tmp_path: Path, mounted: set[Path]) -> None:
    inner = tmp_path / "archive"
    inner.mkdir()
    mounted.add(inner)
    mounts = mounts_of(tmp_path, [tmp_path, inner, tmp_path / "letters"])
    assert inner in mounts
    mounted.clear()
    assert unreachable(tmp_path, mounts) == (inner,)


def test_every_path_lies_on_something() -> None:
    here = Path.cwd()
    assert here.is_relative_to(mount_of(here))
    assert is_remote(here) in (True, False)
