"""RTF is read as Word shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import DocumentBroken, DocumentEmpty
from rag.parsers.catalogue import choose
from rag.parsers.rtf import RtfParser
from rag.types import BlockKind, HiddenText, Page, Title

COLOURS = r"{\colortbl;\red255\green255\blue255;\red32\green56\blue100;}"


def write_rtf(folder: Path, inside: str | bytes, head: str = "") -> Path:
    path = folder / "a.rtf"
    raw = inside if isinstance(inside, bytes) else inside.encode("cp1252")
    path.write_bytes(b"{\\rtf1\\ansi\\ansicpg1252\\deff0" + head.encode("ascii") + raw + b"}")
    return path


def read(folder: Path, inside: str | bytes, head: str = "") -> Page:
    (page,) = [item for item in RtfParser().read(write_rtf(folder, inside, head)) if isinstance(item, Page)]
    return page


def test_paragraphs_are_blocks_and_line_ends_of_the_file_are_nothing(tmp_path: Path) -> None:
    page = read(tmp_path, "The rent\r\n is due.\\par\nThe {\\b deposit} is not.\\line Soon.\\par")
    assert page.text == "The rent is due.\n\nThe deposit is not.\nSoon."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"caf\'e9", "café"),
        (r"\u8364?uro", "€uro"),
        (r"\uc2\u1080\'e8\'e9x", "иx"),
        (r"\uc0\u1080x", "иx"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"a\~b\_c\-d\{e\}\\", "a b‑cd{e}\\"),
        (r"\lquote a\rquote\endash\bullet", "‘a’–•"),
        (r"{\f1 \'e8\'e9}", "ий"),
        (r"{\f2 \'83\'5d\'83\'8b}", "ゾル"),
    ],
)
def test_letters_of_all_kinds_are_read(tmp_path: Path, source: str, text: str) -> None:
    fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Gothic;}}"
    assert read(tmp_path, source + r"\par", fonts).text == text


def test_headings_are_known_by_their_style_or_their_level(tmp_path: Path) -> None:
    styles = r"{\stylesheet{\s0 Normal;}{\s1\b heading 2;}{\s7 Mein Titel;}}"
    page = read(tmp_path, r"\pard\s1 Rent\par\pard\outlinelevel2 Due\par\pard\s7 Text\par", styles)
    assert page.text == "Rent\n\nDue\n\nText"
    kinds = [(block.kind, block.level) for block in page.blocks]
    assert kinds == [(BlockKind.HEADING, 2), (BlockKind.HEADING, 3), (BlockKind.PARAGRAPH, 0)]


def test_items_of_lists_have_their_labels(tmp_path: Path) -> None:
    page = read(tmp_path, r"{\listtext\tab 4.2\tab}First\par{\pntext\f1\'b7\tab}Second\par")
    assert page.text == "4.2 First\n• Second"


def test_tables_are_rows_and_their_header_is_marked(tmp_path: Path) -> None:
    rows = r"\trowd\trhdr\intbl Item\cell Price\cell\row\trowd\intbl Rent\par due\cell 900\cell\row\pard After.\par"
    page = read(tmp_path, rows)
    assert page.text == "Item | Price\nRent due | 900\n\nAfter."
    assert [block.level for block in page.blocks] == [1, 0, 0]


def test_notes_and_text_boxes_stand_behind_their_paragraph(tmp_path: Path) -> None:
    box = r"{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt Boxed.\par}}}"
    page = read(tmp_path, rf"Seen{{\footnote Note.}}{box}.\par After.\par")
    assert sorted(page.text.split("\n\n")) == sorted(["Boxed.", "Seen.", "Note.", "After."])
    assert page.text.endswith("Seen.\n\nNote.\n\nAfter.")


def test_pictures_headers_fields_and_unknown_groups_are_left_out(tmp_path: Path) -> None:
    source = (
        r"{\header Page 1}{\pict ffd8ffe0}{\*\unknown text}{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}"
        r"{\object{\*\objdata 01}{\result shown}}{\*\bkmkstart mark}\bin3 }}}after\par"
    )
    assert read(tmp_path, source).text == "linkshownafter"


@pytest.mark.parametrize("unseen", [r"{\v obey me}", r"{\fs2 obey me}", r"{\cf1 obey {\b me}}"])
def test_text_that_nobody_sees_is_left_out_and_counted(tmp_path: Path, unseen: str) -> None:
    items = list(RtfParser().read(write_rtf(tmp_path, rf"seen {unseen}\par", COLOURS)))
    assert [item.text for item in items if isinstance(item, Page)] == ["seen"]
    assert HiddenText(1) in items


def test_deleted_text_is_left_out_and_white_text_on_blue_is_seen(tmp_path: Path) -> None:
    page = read(tmp_path, r"{\deleted gone}{\cf1\chcbpat2 seen}\v0\par", COLOURS)
    assert page.text == "seen"


def test_the_title_is_the_documents_own(tmp_path: Path) -> None:
    path = write_rtf(tmp_path, r"{\info{\title Rents of \'dc}{\author Me}}Text\par")
    assert [item for item in RtfParser().read(path) if isinstance(item, Title)] == [Title("Rents of Ü")]


def test_a_file_that_ends_too_early_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(rb"{\rtf1\ansi The rent{\footnote is due")
    assert [item.text for item in RtfParser().read(path) if isinstance(item, Page)] == ["The rent\n\nis due"]


def test_no_text_and_endless_nesting_are_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty):
        list(RtfParser().read(write_rtf(tmp_path, "")))
    with pytest.raises(DocumentBroken, match="nested"):
        list(RtfParser().read(write_rtf(tmp_path, "{" * 100_000)))


def test_rtf_is_known_under_any_name(tmp_path: Path) -> None:
    path = write_rtf(tmp_path, "Text")
    assert isinstance(choose(path.rename(tmp_path / "a.doc")), RtfParser)
