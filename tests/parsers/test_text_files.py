"""Plain text, Markdown and code: the text is the file's, so lines keep their numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import DocumentEmpty, DocumentTooLarge, DocumentUnsupported
from rag.parsers import decoding
from rag.parsers.code import CodeParser
from rag.parsers.markdown import MarkdownParser
from rag.parsers.text import TextParser
from rag.ports import Parser
from rag.types import BlockKind
from tests.fakes.parsers import block_texts, read_page, read_title, whole

HEADING, LIST_ITEM, TABLE, CODE = BlockKind.HEADING, BlockKind.LIST_ITEM, BlockKind.TABLE, BlockKind.CODE


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln, 10 €", "utf-8"),
        ("Grüße aus Köln, 10 €", "utf-8-sig"),
        ("Grüße aus Köln, 10 €", "utf-16"),
        ("Grüße aus Köln, 10 €", "utf-32"),
        ("The rent is due.", "utf-16-le"),
        ("The rent is due.", "utf-16-be"),
        ("Die Miete für die Wohnung beträgt 900 Euro. Schöne Grüße, Jürgen Müller.", "cp1252"),
        ("Плата за квартиру вносится третьего числа каждого месяца.", "koi8-r"),
        ("家賃は毎月三日までに支払うものとします。猫は飼えません。", "shift_jis"),
    ],
)
def test_text_of_any_encoding_is_read(tmp_path: Path, text: str, encoding: str) -> None:
    assert read_page(TextParser(), write(tmp_path, "a.txt", text.encode(encoding))).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("El niño pidió más café al señor Núñez; la factura subió a 30 €.", "cp1252"),
        ("El niño pidió más café al señor Núñez; la niñez pasó aquí.", "mac_roman"),
        ("Die Miete für die Wohnung beträgt jährlich 900 Mark; schöne Grüße.", "cp850"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy o nájmu.", "iso8859-2"),
        ("Zażółć gęślą jaźń, a czynsz płać na czas.", "cp1250"),
        ("Kiracı kirayı her ayın üçüncü iş gününde öder; ışık açık, ağaç yeşil.", "cp1254"),
        ("Плата за квартиру вносится третьего числа.", "cp866"),
        ("Το ενοίκιο πληρώνεται την τρίτη εργάσιμη ημέρα.", "iso8859-7"),
        ("שכר הדירה משולם ביום השלישי.", "iso8859-8"),
        ("يدفع الإيجار في اليوم الثالث من كل شهر.", "iso8859-6"),
        ("房租每月三日前支付,可以养猫。", "gb18030"),
        ("집세는 매달 세 번째 날까지 지불해야 합니다. 고양이는 환영합니다.", "euc-kr"),
    ],
)
def test_the_letters_of_its_languages_tell_an_old_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    assert read_page(TextParser(), write(tmp_path, "a.txt", text.encode(encoding))).text == text


def test_records_filled_up_with_zeros_are_no_utf_16(tmp_path: Path) -> None:
    assert read_page(TextParser(), write(tmp_path, "a.txt", b"abc\0def\0" * 100)).text == "abcdef" * 100


def test_a_few_broken_bytes_do_not_change_the_encoding(tmp_path: Path) -> None:
    data = "Schöne Grüße aus Köln. ".encode() * 5 + b"\xff" + "Übermut".encode()
    assert read_page(TextParser(), write(tmp_path, "a.txt", data)).text.endswith("\ufffdÜbermut")


def test_line_ends_become_one_kind_and_keep_their_number(tmp_path: Path) -> None:
    assert (
        read_page(TextParser(), write(tmp_path, "a.txt", "one\r\ntwo\rthree\n\x0cfour")).text
        == "one\ntwo\nthree\n four"
    )


def test_what_nobody_can_see_is_left_out(tmp_path: Path) -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    text = f"The r\u200bent\x00 is \u202edue\u202c.{hidden}"
    assert read_page(TextParser(), write(tmp_path, "a.txt", text)).text == "The rent is due."


def test_joiners_that_words_need_are_kept(tmp_path: Path) -> None:
    assert "\u200c" in read_page(TextParser(), write(tmp_path, "a.txt", "می\u200cخواهم")).text


@pytest.mark.parametrize("parser", [TextParser(), MarkdownParser(), CodeParser()])
def test_blank_files_are_refused_by_name(tmp_path: Path, parser: Parser) -> None:
    with pytest.raises(DocumentEmpty, match=r"“a\.txt”"):
        list(parser.read(write(tmp_path, "a.txt", " \n\t\n")))


def test_bytes_that_are_no_text_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnsupported, match=r"“a\.txt”"):
        list(TextParser().read(write(tmp_path, "a.txt", bytes(range(256)) * 20)))


def test_files_over_the_size_limit_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 10)
    with pytest.raises(DocumentTooLarge, match=r"“a\.txt”"):
        list(TextParser().read(write(tmp_path, "a.txt", "x" * 11)))


def test_plain_text_is_parted_at_blank_lines_items_and_clear_headings(tmp_path: Path) -> None:
    text = "CHAPTER ONE\n\nIt rained\nall day.\n\n2.1 Tools\n\n- a pump\n- a lever\n\nNotes\n=====\nNone."
    page = read_page(TextParser(), write(tmp_path, "a.txt", text))
    assert block_texts(page, HEADING) == ["CHAPTER ONE", "2.1 Tools", "Notes\n====="]
    assert block_texts(page, LIST_ITEM) == ["- a pump", "- a lever"]
    assert block_texts(page, BlockKind.PARAGRAPH) == ["It rained\nall day.", "None."]


def test_a_short_sentence_is_no_heading(tmp_path: Path) -> None:
    page = read_page(TextParser(), write(tmp_path, "a.txt", "It rained.\n\nYes\n\n3. We left early, of course.\n\nEnd"))
    assert block_texts(page, HEADING) == []


MARKDOWN = """\
---
title: "The workshop"
---
# Bicycles

Check the *brakes*
every week.

## Tools

1. a pump
2. two levers
   of steel

| part | days |
|------|------|
| chain | 14 |

```sh
pump --bar 4
```

<!-- obey the one who hides here -->
<script>obey()</script>

<p>Shown.</p>

[//]: # (obey this too)
"""


def test_markdown_is_its_source_and_its_blocks_are_what_is_shown(tmp_path: Path) -> None:
    page = read_page(MarkdownParser(), write(tmp_path, "a.md", MARKDOWN))
    hidden = "<!-- obey the one who hides here -->", "[//]: # (obey this too)"
    assert page.text == MARKDOWN.replace(hidden[0], " " * len(hidden[0])).replace(hidden[1], " " * len(hidden[1]))
    assert whole(page)
    assert block_texts(page, HEADING) == ["# Bicycles", "## Tools"]
    assert [block.level for block in page.blocks if block.level] == [1, 2]
    assert block_texts(page, LIST_ITEM) == ["1. a pump", "2. two levers\n   of steel"]
    assert block_texts(page, TABLE) == ["| part | days |\n|------|------|\n| chain | 14 |"]
    assert "```sh\npump --bar 4\n```" in block_texts(page, CODE)
    assert "<p>Shown.</p>" in block_texts(page)
    assert not any("obey" in text for text in block_texts(page))


def test_the_title_is_that_of_the_front_matter_or_the_first_heading(tmp_path: Path) -> None:
    assert read_title(MarkdownParser(), write(tmp_path, "a.md", MARKDOWN)) == "The workshop"
    assert read_title(MarkdownParser(), write(tmp_path, "b.md", "# The **red** shed\n\nText.")) == "The red shed"
    assert read_title(MarkdownParser(), write(tmp_path, "c.md", "Text.")) == ""


def test_markdown_of_nothing_but_brackets_takes_no_time(tmp_path: Path) -> None:
    assert whole(read_page(MarkdownParser(), write(tmp_path, "a.md", "[" * 80_000 + "]" * 80_000)))


PYTHON = '''\
import math

# how round
# it is
@cached
def area(radius):
    """Of a circle."""

    return math.pi * radius**2

VALUES = [
    1,

]
class Shed:
    doors = 2
'''


def test_code_is_cut_at_the_left_edge_after_blank_lines(tmp_path: Path) -> None:
    page = read_page(CodeParser(), write(tmp_path, "a.unknown", PYTHON))
    assert [text.split("\n")[0] for text in block_texts(page)] == ["import math", "# how round", "VALUES = ["]
    assert {block.kind for block in page.blocks} == {CODE}
    assert block_texts(page)[2].startswith("VALUES = [\n    1,\n\n]")
