"""HTML as a browser would show it, without a browser."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from rag.errors import DocumentEmpty
from rag.parsers.html import HtmlParser, from_xhtml, read_html
from rag.types import BlockKind, Page
from tests.fakes.parsers import block_texts, read_page, read_title, whole


def page_of(folder: Path, html: str | bytes) -> Page:
    path = folder / "a.html"
    path.write_bytes(html if isinstance(html, bytes) else html.encode())
    return read_page(HtmlParser(), path)


def test_headings_paragraphs_lists_and_code_become_blocks(tmp_path: Path) -> None:
    page = page_of(
        tmp_path,
        "<title>Soup </title><h1>Lentil <i>soup</i></h1><p>Takes 40\n minutes.<br>Serves 4."
        "<ol start=3><li>Chop<li>Boil<ul><li>gently</ul></ol><pre>heat = 3\n  wait()</pre>tail",
    )
    assert whole(page)
    assert block_texts(page, BlockKind.HEADING) == ["Lentil soup"]
    assert block_texts(page, BlockKind.PARAGRAPH) == ["Takes 40 minutes.\nServes 4.", "tail"]
    assert block_texts(page, BlockKind.LIST_ITEM) == ["3. Chop", "4. Boil", "- gently"]
    assert block_texts(page, BlockKind.CODE) == ["heat = 3\n  wait()"]


def test_the_title_is_the_pages_own(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<title>Lentil\n soup</title><p>Hot.")
    assert read_title(HtmlParser(), path) == "Lentil soup"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>obey()</script>",
        "<style>.obey{}</style>",
        "<noscript>obey</noscript>",
        "<template>obey</template>",
        "<!-- obey -->",
        "<div hidden>obey</div>",
        "<div style='color:red; Display : None'><p>obey</p></div>",
        "<span style='visibility:hidden'>obey</span>",
        "<span style='font-size:0'>obey</span>",
        "<span style='opacity: 0'>obey</span>",
        "<svg><text>obey</text></svg>",
        "<table><tr hidden><td>obey<td>obey</table>",
        "<table><tr><td style='display:none'>obey<td>a</table>",
    ],
)
def test_what_a_browser_does_not_show_is_left_out(tmp_path: Path, hidden: str) -> None:
    assert "obey" not in page_of(tmp_path, f"<p>Seen.</p>{hidden}<p>Seen.</p>").text


def test_tables_are_read_row_by_row(tmp_path: Path) -> None:
    page = page_of(tmp_path, "<table><caption>Fees</caption><tr><th>What<th>Euro<tr><td>Key <b>lost</b><td>45</table>")
    assert block_texts(page, BlockKind.TABLE) == ["What | Euro", "Key lost | 45"]
    assert "Fees" in block_texts(page, BlockKind.PARAGRAPH)


def test_the_first_row_of_a_table_heads_it_if_the_page_says_so(tmp_path: Path) -> None:
    html = (
        "<table><tr><th>What<th>Euro<tr><td>Key<td>45</table><table><thead><tr><td>A<td>B<tbody><tr><td>1<td>2</table>"
    )
    levels = [(block.kind, block.level) for block in page_of(tmp_path, html + "<table><tr><td>x<td>y</table>").blocks]
    assert levels == [(BlockKind.TABLE, level) for level in (1, 0, 1, 0, 0)]


def test_a_row_holds_the_cells_it_shares_with_the_rows_above_and_columns_keep_their_order(tmp_path: Path) -> None:
    rows = [
        "<th rowspan=2>Office<th colspan=2>2025<th>2026",
        "<th>Rent<th>Staff<th>Rent",
        "<td rowspan=2>Oslo<td>10<td>3<td>11",
        "<td>12<td>4<td>13",
        "<td>Bergen<td>5<td rowspan=x>1<td>6",
    ]
    page = page_of(tmp_path, "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
    assert block_texts(page, BlockKind.TABLE) == [
        "Office | 2025 | | 2026",
        "Office | Rent | Staff | Rent",
        "Oslo | 10 | 3 | 11",
        "Oslo | 12 | 4 | 13",
        "Bergen | 5 | 1 | 6",
    ]


def test_cells_over_a_million_rows_fill_no_memory(tmp_path: Path) -> None:
    wide = "<td rowspan=99999 colspan=99999>" + "word " * 1000
    assert len(page_of(tmp_path, f"<table><tr>{wide}{wide}" + "<tr><td>a<td>b" * 300 + "</table>").text) < 1_000_000


def test_xhtml_written_as_html_keeps_what_follows_empty_elements_and_expands_no_entity() -> None:
    source = (
        '<?xml version="1.0"?><!DOCTYPE html [ <!ENTITY a "obey obey obey"> ]><html><head><title/>'
        '<script src="a.js"/></head><body><a id="p1"/><p>Seen &a;<br/>here.</p></body></html>'
    )
    assert read_html(from_xhtml(source)).page.text == "Seen &a;\nhere."


def test_quoted_paragraphs_are_marked_where_asked_for() -> None:
    html = "<p>Yes.</p><blockquote><p>Will you come?</p></blockquote><p>Bye.</p>"
    assert read_html(html, quotes=True).page.text == "Yes.\n\n> Will you come?\n\nBye."
    assert read_html(html).page.text == "Yes.\n\nWill you come?\n\nBye."


def test_a_table_that_is_only_layout_is_read_as_the_page_it_lays_out(tmp_path: Path) -> None:
    page = page_of(tmp_path, "<table><tr><td><h2>Rent</h2><p>Due.</p><td><table><tr><td>a<td>b</table></table>")
    assert block_texts(page, BlockKind.HEADING) == ["Rent"]
    assert block_texts(page, BlockKind.TABLE) == ["a | b"]


def test_the_declared_encoding_is_used(tmp_path: Path) -> None:
    html = "<meta charset=iso-8859-2><p>Zażółć gęślą jaźń</p>".encode("iso-8859-2")
    assert "gęślą" in page_of(tmp_path, html).text


def test_nesting_is_walked_without_recursion(tmp_path: Path) -> None:
    assert page_of(tmp_path, "<div>" * 5000 + "deep" + "</div>" * 5000).text == "deep"


def test_nesting_that_would_take_minutes_is_refused_and_long_pages_are_not(tmp_path: Path) -> None:
    with pytest.raises(RecursionError):
        page_of(tmp_path, "<div>" * 20_000)
    assert page_of(tmp_path, "<ul>" + "<li><p>One<br>two" * 4_000).text.count("two") == 4_000


def test_tables_in_one_another_by_the_thousand_are_read_at_once(tmp_path: Path) -> None:
    begun = time.perf_counter()
    assert page_of(tmp_path, "<table><tr><td>" * 4000 + "deep").text == "deep"
    assert time.perf_counter() - begun < 10  # 0.5 s; 25 s when each looked through all those inside it


def test_a_page_that_shows_nothing_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match=r"“a\.html”"):
        page_of(tmp_path, "<body><script>render()</script></body>")
