"""Numbers look as in the cells of a spreadsheet."""

from __future__ import annotations

import pytest

from rag.parsers.number_formats import HIDING, shown, shown_text


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (1234567, '#,##0,"k"', "1,235k"),
        (0.256, "0%", "26%"),
        (0.2567, "0.00%", "25.67%"),
        (-5, "0;(0)", "(5)"),
        (-5, "0", "-5"),
        (0, '0;-0;"none"', "none"),
        (-0.004, "0.00", "0.00"),
        (12, "0000", "0012"),
        (5551234, "000-0000", "555-1234"),
        (4155551234, "(###) ###-####", "(415) 555-1234"),
        (0.05, ".00", ".05"),
        (1.1, "0.##", "1.1"),
        (0, "#", "0"),
        (3.5, "# ?/?", "3 1/2"),
        (0.75, "?/?", "3/4"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (-1234.5, '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', "$(1,234.50)"),
        (1500, '[>=1000]#,##0,"K";0', "2K"),
        (20, '[>=1000]#,##0,"K";0', "20"),
        (7, '"Q"0', "Q7"),
        (3.14159, "General", "3.14159"),
        (0.1 + 0.2, "General", "0.3"),
        (123456789012, "General", "123456789012"),
        (5, "", "5"),
        (5, ";;;", HIDING),
    ],
)
def test_numbers(value: float, code: str, seen: str) -> None:
    assert shown(value, code) == seen


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        (45366, "yyyy-mm-dd", "2024-03-15"),
        (45366, 'd. mmmm yyyy "(due)"', "15. March 2024 (due)"),
        (45366.75, "d mmm yy h:mm AM/PM", "15 Mar 24 6:00 PM"),
        (45366.51, "dddd, mmmm d", "Friday, March 15"),
        (0.5, "h:mm:ss", "12:00:00"),
        (1.5, "[h]:mm", "36:00"),
        (0.0007, "mm:ss.0", "01:00.5"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-1, "yyyy-mm-dd", "-1"),
        (3_000_000, "yyyy-mm-dd", "3000000"),
    ],
)
def test_dates_and_times(value: float, code: str, seen: str) -> None:
    assert shown(value, code) == seen


def test_a_text_is_shown_as_it_is_unless_its_format_says_otherwise() -> None:
    assert shown_text("rent", "0.00") == "rent"
    assert shown_text("rent", '0;0;0;"<"@">"') == "<rent>"
    assert shown_text("rent", ";;;") == HIDING
