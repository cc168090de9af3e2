from pathlib import Path

import pytest

from rag.index.snapshot import Damaged, append_record, open_snapshot, write_snapshot


def written(path: Path, *records: bytes) -> int:
    length = write_snapshot(path, {"name": "codes"}, b"first part")
    for record in records:
        length = append_record(path, record, at=length)
    return length


def read(path: Path) -> list[bytes]:
    with open_snapshot(path) as snapshot:
        return [snapshot.payload, *snapshot.records()]


def test_what_was_written_is_read_in_order(tmp_path: Path) -> None:
    length = written(tmp_path / "file", b"one", b"", b"three")
    assert read(tmp_path / "file") == [b"first part", b"one", b"", b"three"]
    assert length == (tmp_path / "file").stat().st_size


@pytest.mark.parametrize("lost", [1, 4, 20, 28])
def test_a_record_that_is_cut_ends_the_file_before_it(tmp_path: Path, lost: int) -> None:
    path = tmp_path / "file"
    written(path, b"one", b"second")
    path.write_bytes(path.read_bytes()[:-lost])
    assert read(path) == [b"first part", b"one"]


def test_a_single_flipped_bit_in_a_record_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    written(path, b"one", b"second")
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    assert read(path) == [b"first part", b"one"]


def test_a_record_takes_the_place_of_what_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "file"
    written(path, b"one", b"second")
    path.write_bytes(path.read_bytes()[:-3])
    with open_snapshot(path) as snapshot:
        list(snapshot.records())
        sound = snapshot.sound
    append_record(path, b"new", at=sound)
    assert read(path) == [b"first part", b"one", b"new"]


@pytest.mark.parametrize("kept", [0, 10, 30, 60])
def test_a_file_without_its_first_part_is_damaged(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "file"
    written(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(Damaged):
        read(path)


def test_a_flipped_bit_in_the_first_part_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "file"
    written(path)
    data = bytearray(path.read_bytes())
    data[-2] ^= 1
    path.write_bytes(data)
    with pytest.raises(Damaged):
        read(path)


def test_a_missing_file_counts_as_damaged(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        read(tmp_path / "none")


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    written(path, b"one")
    monkeypatch.setattr("rag.index.snapshot.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_snapshot(path, {"name": "other"}, b"second")
    assert read(path) == [b"first part", b"one"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
