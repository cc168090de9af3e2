"""Documents that are ZIPs are opened without trusting what they declare."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rag.errors import DocumentBroken, DocumentEncrypted, DocumentTooLarge
from rag.parsers import package
from rag.parsers.elements import attribute
from rag.parsers.package import Archive, entry_names


def packed(path: Path, **parts: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return path


def test_parts_are_read_by_name_and_missing_ones_are_none(tmp_path: Path) -> None:
    with Archive(packed(tmp_path / "a.zip", one="first", two="")) as archive:
        assert archive.names() == ["one", "two"]
        assert (archive.read("one"), archive.read("two"), archive.read("three")) == (b"first", b"", None)


def test_a_part_over_its_limit_is_too_large(tmp_path: Path) -> None:
    with Archive(packed(tmp_path / "a.zip", one="a" * 1000)) as archive:
        assert archive.read("one", limit=1000)
        with pytest.raises(DocumentTooLarge, match=r"“a\.zip”"):
            archive.read("one", limit=999)


def test_many_parts_under_their_limits_are_too_large_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_UNPACKED", 1500)
    with Archive(packed(tmp_path / "a.zip", one="a" * 1000, two="b" * 1000)) as archive:
        archive.read("one")
        with pytest.raises(DocumentTooLarge):
            archive.read("two")


def test_nothing_but_repetition_is_refused_while_it_is_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", one="a" * (20 * 2**20))
    with Archive(path) as archive, pytest.raises(DocumentTooLarge, match="made to fill the memory"):
        archive.read("one")


def test_too_many_parts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_MEMBERS", 2)
    with pytest.raises(DocumentTooLarge, match="2 parts"):
        Archive(packed(tmp_path / "a.zip", one="", two="", three=""))


def test_a_locked_part_asks_for_no_password(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", one="first")
    content = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    path.write_bytes(content)
    with Archive(path) as archive, pytest.raises(DocumentEncrypted, match="password"):
        archive.read("one")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_broken(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(DocumentBroken):
        Archive(path)


def test_a_damaged_part_is_broken(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", one="first and then some more text")
    content = bytearray(path.read_bytes())
    content[36] ^= 0xFF
    path.write_bytes(content)
    with Archive(path) as archive, pytest.raises(DocumentBroken, match="unpacked"):
        archive.read("one")


@pytest.mark.parametrize(
    "xml", ["<a>", "text", "", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<!DOCTYPE a SYSTEM "http://x/y"><a/>']
)
def test_what_is_no_plain_xml_is_broken(tmp_path: Path, xml: str) -> None:
    with Archive(packed(tmp_path / "a.zip", one=xml)) as archive:
        with pytest.raises(DocumentBroken):
            archive.xml("one")
        with pytest.raises(DocumentBroken):
            list(archive.elements("one", frozenset({"a"})))


def test_elements_of_a_large_part_come_one_by_one(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c>{n}</c></row>' for n in range(20_000))
    with Archive(packed(tmp_path / "a.zip", one=f'<s xmlns="urn:x"><head/>{rows}</s>')) as archive:
        found = [attribute(row, "r") for row in archive.elements("one", frozenset({"row"}))]
        assert found == [str(n) for n in range(20_000)]
        assert list(archive.elements("none", frozenset({"row"}))) == []


def test_the_first_entries_tell_what_a_zip_is(tmp_path: Path) -> None:
    head = packed(tmp_path / "a.zip", **{"[Content_Types].xml": "x" * 100, "xl/workbook.xml": "y"}).read_bytes()[:4096]
    assert entry_names(head) == [b"[Content_Types].xml", b"xl/workbook.xml"]
    assert entry_names(b"%PDF-1.7 PK\x03\x04") == []
