"""Pages drawn by the real child: the quote's own letters, three thousand pages, and files that can't be drawn."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.viewer.drawing import _Desk, place, recognised, spread
from desktop.viewer.page_view import PageView, Target
from desktop.viewer.pages import MarkedWord
from desktop.viewer.pdf import PdfPages
from local_models.cancel import CancelToken, never
from rag.errors import Cancelled, DocumentBroken, DocumentMissing
from rag.parsers.pdf import PdfParser
from rag.parsers.pdf_lines import Line, Word
from rag.parsers.pdf_sight import Sight
from rag.types import Page
from tests.fakes.parsers import A4, Ink, read_pages, write_pdf
from tests.fakes.pictures import DPI, draw, write_tiff
from tests.fakes.viewer import write_register

LETTERS = ((10.0, 0.0, 14.0, 8.0), (14.0, 0.0, 20.0, 8.0), (20.0, 0.0, 21.0, 8.0))
WORDS = (Word("abc", 10.0, 0.0, 21.0, 8.0, LETTERS), Word("de", 30.0, 0.0, 40.0, 8.0))
LINE = Line(WORDS, 8.0, bold=False, sight=Sight.SEEN, hyphenated=False)


def test_part_of_a_word_is_placed_by_its_letters_and_nothing_if_one_word_is_missing() -> None:
    half = ["abc", 10.0, 0.0, 21.0, 8.0, 1, 3]
    whole = ["de", 30.0, 0.0, 40.0, 8.0, 0, 2]
    assert place([LINE], [half, whole]) == [(14.0, 0.0, 21.0, 8.0), (30.0, 0.0, 40.0, 8.0)]
    assert place([LINE], [half, ["de", 31.0, 0.0, 40.0, 8.0, 0, 2]]) == []
    assert place([LINE], [["de", 30.0, 0.0, 40.0, 8.0, 0, 1]]) == []


def test_on_a_page_without_letters_the_quote_stands_where_it_was_recognised() -> None:
    half = ["abcd", 10.0, 0.0, 20.0, 8.0, 1, 3]
    assert recognised([half, ["de", 30.0, 0.0, 40.0, 8.0, 0, 2]]) == [(12.5, 0.0, 17.5, 8.0), (30.0, 0.0, 40.0, 8.0)]


def test_the_text_to_select_has_a_box_for_each_character() -> None:
    text, boxes = spread([LINE])
    assert text == "abc de\n"
    assert boxes.shape == (7, 4)
    assert boxes[3].tolist() == [21.0, 0.0, 30.0, 8.0]
    assert spread([])[1].shape == (0, 4)


@pytest.fixture
def pages() -> Iterator[PdfPages]:
    made = PdfPages()
    yield made
    made.close()


def words_of(page: Page, quote: str) -> tuple[MarkedWord, ...]:
    start = page.text.index(quote)
    end = start + len(quote)
    return tuple(
        MarkedWord(
            page.text[box.start : box.end],
            (box.left, box.top, box.right, box.bottom),
            max(start, box.start) - box.start,
            min(end, box.end) - box.start,
        )
        for box in page.boxes
        if box.start < end and box.end > start
    )


@pytest.mark.real
def test_a_page_is_drawn_as_wide_as_asked_and_a_quote_is_marked_where_it_is_printed(
    pages: PdfPages, tmp_path: Path
) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[Ink(72, 120, "The rent (1,880 euros) is due."), Ink(72, 300, "Other.")]])
    (page,), _ = read_pages(PdfParser(), path)
    found = pages.read(path, 1, words_of(page, "1,880 euros"), never())
    assert len(found.marks) == 2
    assert found.marks[0][0] > page.boxes[2].left
    picture = pages.draw(path, 1, round(page.width), never())
    assert abs(picture.width() - page.width) <= 1
    dark = np.array([picture.pixelColor(x, round(found.marks[0][3]) - 4).lightness() < 128 for x in range(72, 260)])
    inside = slice(int(found.marks[0][0]) - 72, int(found.marks[1][2]) - 72 + 1)
    assert dark[inside].any()
    assert found.text.startswith("The rent (1,880 euros) is due.\n")
    assert found.boxes.shape == (len(found.text), 4)


@pytest.mark.real
def test_words_that_are_not_on_the_page_any_more_are_not_marked(pages: PdfPages, tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", [[Ink(72, 120, "The rent is due.")]])
    (page,), _ = read_pages(PdfParser(), path)
    words = words_of(page, "rent is")
    write_pdf(path, [[Ink(72, 120, "The rant is due.")]])
    assert pages.read(path, 1, words, never()).marks == ()


@pytest.mark.real
def test_three_thousand_pages_are_known_by_size_and_drawn_one_by_one(pages: PdfPages, tmp_path: Path) -> None:
    path = tmp_path / "register.pdf"
    write_register(path, 3000)
    assert len(pages.outline(path, never())) == 3000
    assert "Entry 2718 of the register." in pages.read(path, 2718, (), never()).text
    assert pages.draw(path, 2718, 300, never()).width() == 300
    assert pages.pid is not None
    assert psutil.Process(pages.pid).memory_info().rss < 400e6
    assert pages.draw(path, 1, 100_000, never()).height() <= 4500


@pytest.mark.real
def test_files_that_cannot_be_drawn_are_told_in_words(pages: PdfPages, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(DocumentBroken, match=r"broken\.pdf.*damaged"):
        pages.outline(broken, never())
    with pytest.raises(DocumentMissing, match=r"gone\.pdf"):
        pages.draw(tmp_path / "gone.pdf", 1, 100, never())
    one = write_pdf(tmp_path / "one.pdf", [[Ink(72, 120, "Only page.")]])
    with pytest.raises(DocumentBroken, match="Page 2"):
        pages.draw(one, 2, 100, never())
    cancelled = CancelToken()
    cancelled.cancel()
    with pytest.raises(Cancelled):
        pages.draw(one, 1, 100, cancelled)


@pytest.mark.real
@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_child_that_dies_costs_one_page_and_the_next_is_drawn(pages: PdfPages, tmp_path: Path) -> None:
    one = write_pdf(tmp_path / "one.pdf", [[Ink(72, 120, "Only page.")]])
    pages.draw(one, 1, 100, never())
    assert pages.pid is not None
    os.kill(pages.pid, signal.SIGKILL)
    with suppress(DocumentBroken):
        pages.draw(one, 1, 100, never())
    assert pages.draw(one, 1, 100, never()).width() == 100


@pytest.mark.real
def test_a_quote_on_page_2718_is_shown_boxed(pages: PdfPages, lanes: Lanes, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "register.pdf"
    write_register(path, 3000)
    text = pages.read(path, 2718, (), never())
    start = text.text.index("house")
    left, top, right, bottom = (round(float(side), 1) for side in (*text.boxes[start][:2], *text.boxes[start + 4][2:]))
    view = PageView(pages, lanes.view)
    qtbot.addWidget(view)
    view.resize(500, 600)
    view.show()
    words = {2718: (MarkedWord("house", (left, top, right, bottom), 0, 5),)}
    view.show_target(Target(path, "key", 2718, words, 3000))
    qtbot.waitUntil(lambda: bool(view.marks_on(2717)) and view.kept.picture(2717) is not None, timeout=20_000)
    qtbot.waitUntil(lambda: not view.busy, timeout=20_000)
    assert view.number == 2718
    assert view.kept.picture(0) is None


def test_a_file_is_let_go_after_each_request_where_it_could_not_be_replaced(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "one.pdf", [[Ink(72, 120, "Only page.")]])
    desk = _Desk()
    outline = desk.and_close(desk.outline)
    (answer,) = outline({"path": str(path), "stamp": [1, 1]}, never())
    assert len(answer["sizes"]) == 2  # type: ignore[arg-type]
    assert desk._document is None


@pytest.mark.real
def test_a_picture_is_drawn_as_a_page_and_the_words_recognised_in_it_are_marked(
    pages: PdfPages, tmp_path: Path
) -> None:
    inks = [Ink(72, 100, "The rent is 940 euros.", size=14)]
    path = write_tiff(tmp_path / "fax.tiff", [draw(tmp_path, inks), draw(tmp_path, [])])
    first, second = pages.outline(path, never())
    assert first == second
    assert (first.width, first.height) == pytest.approx((A4[0] * DPI / 300, A4[1] * DPI / 300), abs=1)
    picture = pages.draw(path, 1, 400, never())
    assert abs(picture.width() - 400) <= 1
    assert any(picture.pixelColor(x, round(100 * 400 / A4[0]) - 3).lightness() < 128 for x in range(40, 200))
    assert pages.draw(path, 2, 400, never()).pixelColor(60, 60).lightness() > 250
    words = (MarkedWord("rent", (50.0, 40.0, 90.0, 50.0), 0, 4),)
    assert pages.read(path, 1, words, never()).marks == ((50.0, 40.0, 90.0, 50.0),)
    path.write_bytes(b"II*")
    with pytest.raises(DocumentBroken, match="no picture any more"):
        pages.outline(path, never())
