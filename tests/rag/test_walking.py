"""Which files of a folder are looked at: the user's own, each once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from rag.walking import suspects_last, walk

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links and odd names need rights there")


def is_text(path: Path) -> bool:
    return path.suffix == ".txt"


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")


def found(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in walk(root, is_text).files]


def test_files_come_folder_by_folder_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, "b.txt", "a.txt", "z/a.txt", "c/d/e.txt", "c/a.txt")
    assert found(tmp_path) == ["a.txt", "b.txt", "c/a.txt", "c/d/e.txt", "z/a.txt"]


def test_other_formats_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "b.jpg", "c/d.exe")
    assert walk(tmp_path, is_text).skipped == 2


def test_what_systems_and_programs_put_there_is_no_document(tmp_path: Path) -> None:
    write(
        tmp_path, "a.txt", ".hidden.txt", ".git/b.txt", "~$lease.txt", ".~lock.lease.txt#", "Icon\r", "__MACOSX/c.txt",
        "node_modules/x/readme.txt", "$RECYCLE.BIN/d.txt", "System Volume Information/e.txt", "__pycache__/f.txt",
        "Editor.app/Contents/g.txt", "lost+found/h.txt",
    )  # fmt: skip
    write(tmp_path, "venv/pyvenv.cfg", "venv/lib/i.txt", "cache/CACHEDIR.TAG", "cache/j.txt")
    write(tmp_path, "data/footnote.db", "data/footnote.lock", "data/models/k.txt")
    assert found(tmp_path) == ["a.txt"]
    assert walk(tmp_path, lambda _: True).skipped == 0


def test_a_folder_the_user_named_is_looked_at_whatever_it_is(tmp_path: Path) -> None:
    write(tmp_path, ".notes/a.txt", ".notes/pyvenv.cfg")
    assert found(tmp_path / ".notes") == ["a.txt"]


def test_what_is_ignored_is_not_entered(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "drafts/b.txt", "drafts/deep/c.txt")
    files = walk(tmp_path, is_text, lambda path: path.name == "drafts").files
    assert [path.name for path in files] == ["a.txt"]


@posix_only
def test_links_to_folders_are_not_followed_so_circles_end(tmp_path: Path) -> None:
    write(tmp_path, "in/a.txt", "out/b.txt")
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "in" / "aside").symlink_to(tmp_path / "out", target_is_directory=True)
    assert found(tmp_path / "in") == ["a.txt"]


@posix_only
def test_a_link_to_a_file_is_read_unless_the_file_is_here_itself(tmp_path: Path) -> None:
    write(tmp_path, "in/a.txt", "out/b.txt")
    (tmp_path / "in" / "again.txt").symlink_to(tmp_path / "in" / "a.txt")
    (tmp_path / "in" / "elsewhere.txt").symlink_to(tmp_path / "out" / "b.txt")
    (tmp_path / "in" / "nowhere.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "in" / "circle.txt").symlink_to(tmp_path / "in" / "circle.txt")
    assert found(tmp_path / "in") == ["a.txt", "elsewhere.txt"]


@posix_only
def test_a_folder_reached_through_a_link_that_was_named_is_walked(tmp_path: Path) -> None:
    write(tmp_path, "real/a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert found(tmp_path / "link") == ["a.txt"]


@posix_only
def test_pipes_are_no_documents(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert found(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_no_text_is_found(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_text("text")
    assert found(tmp_path) == [name]


@posix_only
def test_folders_may_lie_in_each_other_a_thousand_times(tmp_path: Path) -> None:
    before = Path.cwd()
    write(tmp_path, "a.txt")
    os.chdir(tmp_path)
    try:
        for _ in range(1100):
            os.mkdir("d")  # noqa: PTH102 - by its whole path it could not be made
            os.chdir("d")
        assert found(tmp_path) == ["a.txt"]
    finally:
        for _ in range(1100):  # what removes tmp_path would fail at such a depth
            os.chdir("..")
            os.rmdir("d")  # noqa: PTH106
        os.chdir(before)


@posix_only
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may open every folder")
def test_a_closed_folder_is_told(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "closed/b.txt")
    (tmp_path / "closed").chmod(0)
    seen = walk(tmp_path, is_text)
    (tmp_path / "closed").chmod(0o700)
    assert [failure.path.name for failure in seen.failed] == ["closed"]
    assert [path.name for path in seen.files] == ["a.txt"]


def test_suspects_come_last_and_none_is_lost() -> None:
    files = [Path(name) for name in "abcd"]
    assert [path.name for path in suspects_last(files, [Path("b"), Path("x")])] == ["a", "c", "d", "b"]
    assert [path.name for path in suspects_last(files, [Path("c"), Path("a")])] == ["b", "d", "c", "a"]
