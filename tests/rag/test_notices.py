"""What was left out is told once for each reason."""

from __future__ import annotations

import pytest

from rag.notices import pages_skipped, told_hidden, told_skipped
from rag.types import PageSkipped


def pages(*numbers: int, reason: str = "blank") -> list[PageSkipped]:
    return [PageSkipped(number, reason) for number in numbers]


def test_pages_of_one_reason_share_a_line_with_ranges_and_single_numbers() -> None:
    assert told_skipped(pages(*range(3, 13), 15, 17)) == ["Pages 3–12, 15 and 17: blank"]


def test_a_page_alone_is_a_page_and_two_in_a_row_are_no_range() -> None:
    assert told_skipped(pages(4)) == ["Page 4: blank"]
    assert told_skipped(pages(4, 5)) == ["Pages 4 and 5: blank"]


def test_a_scan_of_three_hundred_pages_is_one_line() -> None:
    assert told_skipped(pages(*range(1, 301), reason="no text")) == ["Pages 1–300: no text"]


def test_each_reason_has_its_line_in_the_order_they_came() -> None:
    skipped = [*pages(2, reason="damaged"), *pages(3), *pages(7, reason="damaged")]
    assert told_skipped(skipped) == ["Pages 2 and 7: damaged", "Page 3: blank"]


def test_too_many_ranges_are_counted() -> None:
    (line,) = told_skipped(pages(*range(1, 3001, 2)))
    assert line == "Pages 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and 1,488 more: blank"


def test_pages_of_an_attachment_and_slides_are_grouped_under_their_names() -> None:
    skipped = [
        PageSkipped(0, "blank", "attachment lease.pdf, page 2"),
        PageSkipped(0, "blank", "attachment rent.pdf, page 2"),
        PageSkipped(0, "blank", "attachment lease.pdf, page 5"),
        PageSkipped(3, "hidden, and left out", "Slide 3"),
        PageSkipped(4, "hidden, and left out", "Slide 4"),
        PageSkipped(5, "hidden, and left out", "Slide 5"),
    ]
    assert told_skipped(skipped) == [
        "Attachment lease.pdf, pages 2 and 5: blank",
        "Attachment rent.pdf, page 2: blank",
        "Slides 3–5: hidden, and left out",
    ]


def test_what_has_a_name_and_no_number_is_told_by_its_name() -> None:
    assert told_skipped([PageSkipped(2, "hidden, and left out", "Sheet “Old”")]) == [
        "Sheet “Old”: hidden, and left out"
    ]


@pytest.mark.parametrize("numbers", [(4,), (4, 5), (3, 4, 5, 9), tuple(range(1, 3001, 2))])
def test_the_pages_a_notice_names_can_be_counted(numbers: tuple[int, ...]) -> None:
    assert pages_skipped(told_skipped(pages(*numbers))) == len(numbers)


def test_pages_of_attachments_and_hidden_text_are_no_pages_of_the_document() -> None:
    attached = told_skipped([PageSkipped(0, "blank", "attachment lease.pdf, page 2")])
    assert pages_skipped([*attached, *told_hidden(3)]) == 0
