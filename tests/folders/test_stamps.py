"""A stamp spares hashing, and never hides a change."""

import os
from pathlib import Path

import pytest

from local_models.cancel import never
from rag.folders.stamps import NO_STAMP, TICK_NS, fingerprint, stamp_of


def later(path: Path) -> int:
    """A moment at which the file has long been left alone."""
    known = path.stat()
    return max(known.st_mtime_ns, known.st_ctime_ns) + TICK_NS + 1


def test_a_file_left_alone_keeps_its_stamp(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    found = fingerprint(file, never(), now_ns=lambda: later(file))
    assert found.stamp == stamp_of(file)
    assert found.size == 3


def test_a_file_changed_a_moment_ago_has_none_because_the_clock_is_coarse(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    assert fingerprint(file, never()).stamp == NO_STAMP


@pytest.mark.skipif(os.name == "nt", reason="Windows has no moment that a program can't set back")
def test_other_words_of_the_same_length_with_the_old_moment_set_back_have_another_stamp(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    before = file.stat()
    stamp = fingerprint(file, never(), now_ns=lambda: later(file)).stamp
    while file.stat().st_ctime_ns == before.st_ctime_ns:  # until the file system's clock has ticked
        file.write_text("two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert stamp_of(file) != stamp


def test_a_file_that_is_gone_has_no_stamp(tmp_path: Path) -> None:
    assert stamp_of(tmp_path / "gone") == NO_STAMP
