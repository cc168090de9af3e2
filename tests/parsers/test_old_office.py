"""Old and locked Office files end in words that say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import DocumentEncrypted, DocumentUnsupported
from rag.parsers.catalogue import choose


def ole2(path: Path, *streams: str) -> Path:
    names = b"".join(stream.encode("utf-16-le").ljust(64, b"\0") for stream in streams)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + names)
    return path


@pytest.mark.parametrize(
    ("name", "stream", "advice"),
    [
        ("a.doc", "WordDocument", "DOCX"),
        ("a.xls", "Workbook", "XLSX"),
        ("a.xls", "Book", "XLSX"),
        ("a.ppt", "PowerPoint Document", "PPTX"),
        ("named.docx", "WordDocument", "DOCX"),
        ("mail.doc", "__properties_version1.0", ".msg"),
        ("Thumbs.db", "Catalog", "PDF"),
    ],
)
def test_old_formats_say_what_to_save_them_as(tmp_path: Path, name: str, stream: str, advice: str) -> None:
    path = ole2(tmp_path / name, "Root Entry", stream)
    with pytest.raises(DocumentUnsupported, match=name) as error:
        list(choose(path).read(path))
    assert advice in error.value.advice


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a"])
def test_a_locked_document_says_so(tmp_path: Path, name: str) -> None:
    path = ole2(tmp_path / name, "Root Entry", "EncryptionInfo", "EncryptedPackage")
    with pytest.raises(DocumentEncrypted, match="password"):
        list(choose(path).read(path))


def test_another_file_under_an_old_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_text("only text")
    with pytest.raises(DocumentUnsupported, match="not what its name says"):
        list(choose(path).read(path))
