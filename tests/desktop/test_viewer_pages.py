"""Drawn pages: where they stand, what of them is drawn and kept, and how their text is selected."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.viewer.drawn_pages import Drawn, DrawnPages
from desktop.viewer.page_view import PageView, Target
from desktop.viewer.pages import MarkedWord, PageSize, PageText
from desktop.viewer.selection import (
    Selection,
    character_at,
    line_around,
    selected_boxes,
    selected_text,
    word_around,
)
from desktop.viewer.sheets import GAP, Sheets, bars
from rag.errors import DocumentBroken
from tests.fakes.viewer import FakePages

SMALL = PageSize(200, 100)


def target(path: Path, number: int = 1, count: int = 3, box: tuple[float, float, float, float] | None = None) -> Target:
    words = {number: (MarkedWord("One", box, 0, 3),)} if box else {}
    return Target(path, "key", number, words, count, SMALL)


@pytest.fixture
def pages() -> FakePages:
    return FakePages()


@pytest.fixture
def view(qtbot: QtBot, lanes: Lanes, pages: FakePages) -> PageView:
    made = PageView(pages, lanes.view)
    qtbot.addWidget(made)
    made.resize(424, 300)
    made.show()
    return made


def settle(qtbot: QtBot, view: PageView) -> None:
    qtbot.waitUntil(lambda: not view.busy, timeout=10_000)


def test_pages_stand_below_each_other_and_are_found_by_height() -> None:
    sheets = Sheets([SMALL, PageSize(100, 400), SMALL], 2.0, 500)
    assert sheets.height == 3 * GAP + GAP + 2 * (100 + 400 + 100)
    assert [sheets.at(y) for y in (-5, GAP, 200 + GAP + 1, 300, 10_000)] == [0, 0, 0, 1, 2]
    assert list(sheets.between(100, 300)) == [0, 1]
    assert sheets.rect(1).left == (500 - 200) / 2
    assert list(Sheets([], 1.0, 100).between(0, 50)) == []


def test_a_height_survives_another_zoom_as_page_and_share() -> None:
    sheets = Sheets([SMALL] * 5, 1.0, 300)
    larger = Sheets([SMALL] * 5, 3.0, 900)
    place = sheets.fraction(sheets.rect(3).top + 50)
    assert place == (3, 0.5)
    assert larger.height_of(place) == larger.rect(3).top + 150


def test_three_thousand_pages_are_laid_out_in_a_moment() -> None:
    sheets = Sheets([SMALL] * 3000, 1.0, 300)
    assert sheets.at(sheets.rect(2999).top + 1) == 2999


def test_the_words_of_a_line_are_marked_as_one_bar_and_cells_apart() -> None:
    one, two = (10.0, 10.0, 30.0, 20.0), (33.0, 10.5, 50.0, 20.0)
    cell, below = (120.0, 10.0, 140.0, 20.0), (10.0, 24.0, 40.0, 34.0)
    assert bars([one, two, cell, below]) == [(10.0, 10.0, 50.0, 20.0), cell, below]
    assert bars([two, one]) == [(10.0, 10.0, 50.0, 20.0)]


def text_of(line: str = "One two\nthree\n") -> PageText:
    boxes, left, top = [], 0.0, 0.0
    for letter in line:
        boxes.append((left, top, left + 10, top + 12))
        left, top = (0.0, top + 20) if letter == "\n" else (left + 10, top)
    return PageText(line, np.array(boxes, dtype=np.float32))


def test_a_point_is_the_nearest_place_between_two_letters() -> None:
    text = text_of()
    assert character_at(text, 1, 5) == 0
    assert character_at(text, 9, 5) == 1
    assert character_at(text, 500, 5) == 7
    assert character_at(text, 21, 25) == 10
    assert character_at(PageText("", np.empty((0, 4), dtype=np.float32)), 5, 5) == 0


def test_in_a_line_that_runs_left_the_place_behind_a_letter_is_at_its_left() -> None:
    boxes = np.array([(20, 0, 30, 12), (10, 0, 20, 12)], dtype=np.float32)
    assert character_at(PageText("אב", boxes), 29, 5) == 0
    assert character_at(PageText("אב", boxes), 11, 5) == 2


def test_words_and_lines_are_selected_whole() -> None:
    text = text_of()
    assert text.text[slice(*word_around(text, 5))] == "two"
    assert text.text[slice(*line_around(text, 5))] == "One two"
    assert selected_boxes(text, 4, 12)[0] == (40, 0, 80, 12)


def test_a_selection_over_pages_is_copied_in_reading_order() -> None:
    backwards = Selection((1, 3), (0, 4))
    assert selected_text(backwards, {0: text_of(), 1: text_of("Four five\n")}) == "two\nthree\nFou"


def test_pictures_are_kept_within_bounds_and_the_last_one_always() -> None:
    kept = DrawnPages(most_bytes=3 * 400)
    for index in range(5):
        kept.keep_picture(index, Drawn(QImage(10, 10, QImage.Format.Format_RGB32), 10))
    assert [index for index in range(5) if kept.picture(index)] == [2, 3, 4]
    kept.keep_picture(9, Drawn(QImage(100, 100, QImage.Format.Format_RGB32), 100))
    assert kept.picture(9) is not None
    assert kept.size == 40_000


def test_the_page_of_the_quote_is_drawn_first_and_what_is_not_seen_is_not(
    view: PageView, pages: FakePages, qtbot: QtBot
) -> None:
    pages.count = 3000
    view.show_target(target(Path("a.pdf"), 1500, 3000, box=(20, 40, 50, 52)))
    settle(qtbot, view)
    assert pages.drawn[0][0] == 1500
    assert {number for number, _ in pages.drawn} <= {1499, 1500, 1501, 1502}
    assert view.number == 1500
    assert view.marks_on(1499) == ((20, 40, 50, 52),)


def test_the_view_stands_a_little_above_the_quote_at_once(view: PageView, pages: FakePages) -> None:
    pages.count = 100
    view.show_target(target(Path("a.pdf"), 50, 100, box=(20, 80, 50, 92)))
    top = view.sheets.box(49, (20, 80, 50, 92)).top - view.verticalScrollBar().value()
    assert 0 < top < 300 / 2


def test_a_page_far_away_is_not_drawn_once_it_is_left(view: PageView, pages: FakePages, qtbot: QtBot) -> None:
    pages.count = 500
    pages.hold[1] = threading.Event()
    view.show_target(target(Path("a.pdf"), 1, 500))
    view.go_to(400)
    settle(qtbot, view)
    assert view.kept.picture(399) is not None
    assert view.kept.picture(0) is None
    assert 200 not in {number for number, _ in pages.drawn}


def test_another_file_forgets_the_pictures_of_the_one_before(view: PageView, pages: FakePages, qtbot: QtBot) -> None:
    pages.hold[1] = threading.Event()
    view.show_target(target(Path("a.pdf")))
    pages.hold.pop(1).set()
    view.show_target(target(Path("b.pdf"), 2))
    settle(qtbot, view)
    view.clear()
    assert view.kept.size == 0


def test_a_page_that_cannot_be_drawn_is_asked_for_once_and_told(view: PageView, pages: FakePages, qtbot: QtBot) -> None:
    pages.fail_with = DocumentBroken("Page 1 of “a.pdf” can't be drawn.")
    with qtbot.waitSignal(view.failed):
        view.show_target(target(Path("a.pdf")))
    settle(qtbot, view)
    assert view.kept.failed(0)


def test_zoom_keeps_what_is_looked_at_and_stays_within_bounds(view: PageView, pages: FakePages, qtbot: QtBot) -> None:
    pages.count = 50
    view.show_target(target(Path("a.pdf"), 20, 50, box=(20, 40, 50, 52)))
    settle(qtbot, view)
    view.zoom_to(3.0)
    assert view.number == 20
    view.zoom_by(50)
    assert view.zoom == pytest.approx(4.0)
    view.zoom_to(None)
    assert view.sheets.rect(0).width == pytest.approx(view.viewport().width() - 2 * GAP, abs=1)


def test_a_resized_view_still_stands_at_the_quote(view: PageView, pages: FakePages, qtbot: QtBot) -> None:
    pages.count = 50
    view.show_target(target(Path("a.pdf"), 20, 50, box=(20, 40, 50, 52)))
    settle(qtbot, view)
    view.resize(700, 400)
    settle(qtbot, view)
    top = view.sheets.box(19, (20, 40, 50, 52)).top - view.verticalScrollBar().value()
    assert 0 < top < 400


def test_text_is_selected_with_the_mouse_and_copied(view: PageView, qtbot: QtBot) -> None:
    view.show_target(target(Path("a.pdf")))
    settle(qtbot, view)
    box = view.sheets.box(0, (20, 40, 160, 52))
    start = QPoint(round(box.left) + 1, round(box.top) + 5) - view.origin()
    end = QPoint(round(view.sheets.box(0, (90, 40, 90, 52)).left), start.y())
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)  # type: ignore[no-untyped-call]
    qtbot.mouseMove(view.viewport(), end)  # type: ignore[no-untyped-call]
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)  # type: ignore[no-untyped-call]
    assert view.hand.text == "One two"
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)  # type: ignore[no-untyped-call]
    assert QGuiApplication.clipboard().text() == "One two"
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=end + QPoint(30, 0))  # type: ignore[no-untyped-call]
    assert view.hand.text == "three"
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)  # type: ignore[no-untyped-call]
    assert view.hand.text == "One two three."


def test_the_quote_is_seen_on_the_page(view: PageView, qtbot: QtBot) -> None:
    view.show_target(target(Path("a.pdf"), box=(20, 40, 50, 52)))
    settle(qtbot, view)
    shown = view.viewport().grab().toImage()
    box = view.sheets.box(0, (20, 40, 50, 52))
    x, y = round(box.left + 5) - view.origin().x(), round(box.top + 5) - view.origin().y()
    assert shown.pixelColor(x, y).blue() < 180 < shown.pixelColor(x, y - 20).blue()
