"""Which parser reads a file: its content decides before its name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from rag.errors import DocumentEmpty, DocumentMissing, DocumentUnsupported
from rag.parsers.catalogue import PARSERS, choose, media_type_of
from rag.parsers.code import CodeParser
from rag.parsers.docx import DocxParser
from rag.parsers.formats import MEDIA_TYPES, looks_readable
from rag.parsers.html import HtmlParser
from rag.parsers.image import ImageParser
from rag.parsers.markdown import MarkdownParser
from rag.parsers.pdf import PdfParser
from rag.parsers.text import TextParser
from tests.fakes.parsers import Ink, write_docx, write_pdf


def write(folder: Path, name: str, data: bytes = b"Some text.") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", TextParser),
        ("A.MD", MarkdownParser),
        ("a.html", HtmlParser),
        ("a.py", CodeParser),
        ("Makefile", CodeParser),
        ("README", TextParser),
    ],
)
def test_text_is_read_as_its_name_says(tmp_path: Path, name: str, kind: type) -> None:
    assert isinstance(choose(write(tmp_path, name)), kind)


def test_a_file_is_read_as_what_it_is_not_as_it_is_named(tmp_path: Path) -> None:
    assert isinstance(choose(write_docx(tmp_path / "a.pdf", "")), DocxParser)
    assert isinstance(choose(write_pdf(tmp_path / "a.docx", [[Ink(72, 72, "x")]])), PdfParser)
    assert isinstance(choose(write_pdf(tmp_path / "a.txt", [[Ink(72, 72, "x")]])), PdfParser)
    assert isinstance(choose(write(tmp_path, "b.pdf", b"<!DOCTYPE html><p>x")), HtmlParser)
    assert isinstance(choose(write(tmp_path, "script", b"#!/bin/sh\necho")), CodeParser)
    assert isinstance(choose(write(tmp_path, "c.txt", b"\x89PNG\r\n\x1a\n" + bytes(100))), ImageParser)


def test_the_media_type_is_that_of_the_content(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.pdf", "")
    assert media_type_of(path, choose(path)) == MEDIA_TYPES[".docx"]
    assert media_type_of(Path("a.rs"), CodeParser()) == "text/x-rust"
    assert media_type_of(Path("Dockerfile"), CodeParser()) == "text/x-dockerfile"


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.txt", b"\x7fELF" + bytes(100)), ("a.xyz", b"text"), ("a.bin", b"\x00\x01\x02" + bytes(99))],
)
def test_other_kinds_are_refused_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(DocumentUnsupported, match=name):
        choose(write(tmp_path, name, data))


def test_folders_pipes_and_empty_or_missing_files_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnsupported, match="folder"):
        choose(tmp_path)
    with pytest.raises(DocumentEmpty, match=r"“zero\.pdf” is empty"):
        choose(write(tmp_path, "zero.pdf", b""))
    with pytest.raises(DocumentMissing, match="not there any more"):
        choose(tmp_path / "gone.pdf")
    with pytest.raises(DocumentMissing, match="can't be opened"):
        choose(tmp_path / ("x" * 300))


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes as files")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(DocumentUnsupported, match="pipe"):
        choose(tmp_path / "pipe.txt")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, "secret.txt")
    path.chmod(0)
    with pytest.raises(DocumentMissing, match="may not be read"):
        choose(path)


def test_names_that_hide_their_end_are_shown_with_escapes(tmp_path: Path) -> None:
    with pytest.raises(DocumentMissing, match=r"a\\u202efdp\.exe"):
        choose(tmp_path / "a\u202efdp.exe")


def test_every_known_suffix_has_exactly_one_parser() -> None:
    for suffix, media_type in MEDIA_TYPES.items():
        assert sum(suffix in parser.suffixes for parser in PARSERS) == 1
        assert sum(media_type in parser.media_types for parser in PARSERS) == 1


def test_a_walk_through_a_folder_tries_what_may_be_read() -> None:
    names = ["a.pdf", "A.TXT", "README", "photo.jpg", "Makefile", ".DS_Store", "a.zip"]
    assert [name for name in names if looks_readable(Path(name))] == [
        "a.pdf",
        "A.TXT",
        "README",
        "Makefile",
        ".DS_Store",
    ]
