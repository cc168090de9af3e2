"""Sentence borders: what a person would call a sentence, in any text that documents and answers hold."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rent is due. The deposit is not.", ["The rent is due.", "The deposit is not."]),
        ("Mr. J. R. Smith met Dr. Lee. They ate.", ["Mr. J. R. Smith met Dr. Lee.", "They ate."]),
        (
            "It costs $3.50 at example.com. Pay by 5 p.m. The shop closes.",
            ["It costs $3.50 at example.com.", "Pay by 5 p.m.", "The shop closes."],
        ),
        ("See Fig. 3 and No. 12. Then Sec. 4.", ["See Fig. 3 and No. 12.", "Then Sec. 4."]),
        ("Use tools, e.g. a file. Done.", ["Use tools, e.g. a file.", "Done."]),
        ("Am 3. Mai kam Dr. Weiß z. B. nach Bonn. Er blieb.", ["Am 3. Mai kam Dr. Weiß z. B. nach Bonn.", "Er blieb."]),
        ("Er bleibt bis zum 5. Juni. Danach nicht.", ["Er bleibt bis zum 5. Juni.", "Danach nicht."]),
        ("Acme Inc. makes anvils. Acme Inc. The end.", ["Acme Inc. makes anvils.", "Acme Inc.", "The end."]),
        ("See 5 U.S.C. § 552 of Acme Inc. (the tenant).", ["See 5 U.S.C. § 552 of Acme Inc. (the tenant)."]),
        (
            "Smith et al. (2019) agree. So do Lee et al. The rest do not.",
            ["Smith et al. (2019) agree.", "So do Lee et al.", "The rest do not."],
        ),
        ("Take vitamin C. It helps.", ["Take vitamin C.", "It helps."]),
        ('"Really?" he asked. “No.” She left.', ['"Really?" he asked.', "“No.”", "She left."]),
        ("Wait... then go. Really?! Yes.", ["Wait... then go.", "Really?!", "Yes."]),
        ("we went home. then we slept.", ["we went home.", "then we slept."]),
    ],
)
def test_full_stops_are_judged_by_the_words_around_them(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一句。第二句！“真的？”他问。", ["第一句。", "第二句！", "“真的？”", "他问。"]),
        ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
        ("هل هذا صحيح؟ نعم. تم۔", ["هل هذا صحيح؟", "نعم.", "تم۔"]),
    ],
)
def test_full_stops_of_other_scripts_end_sentences(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_thai_is_cut_at_spaces_once_a_piece_is_long_enough() -> None:
    assert len(cut("กขคงจฉชซ " * 30)) > 3


def test_citation_marks_stay_with_the_sentence_before_them() -> None:
    assert cut("It is due. [1] It is late [2]. Paid.[1, 3][4] Now.") == [
        "It is due. [1]", "It is late [2].", "Paid.[1, 3][4]", "Now.",
    ]  # fmt: skip
    assert cut("租金到期。[1]押金不退。") == ["租金到期。[1]", "押金不退。"]


def test_a_line_break_inside_a_paragraph_ends_nothing() -> None:
    assert cut("The tenant pays the rent on the\nthird day of the\nmonth in full. Late fees\napply.") == [
        "The tenant pays the rent on the\nthird day of the\nmonth in full.", "Late fees\napply.",
    ]  # fmt: skip


def test_a_page_break_inside_a_sentence_ends_nothing() -> None:
    assert cut("The tenant pays the\n\nrent in full. Then sleeps.") == [
        "The tenant pays the\n\nrent in full.",
        "Then sleeps.",
    ]


def test_list_items_and_enumerations_stand_alone() -> None:
    text = "You need\n- a pump\n- two levers\n1. Lift the wheel.\n2. Turn it\nslowly.\na) rest\nb) rest more"
    assert cut(text) == [
        "You need", "- a pump", "- two levers", "1. Lift the wheel.", "2. Turn it\nslowly.", "a) rest", "b) rest more",
    ]  # fmt: skip


@pytest.mark.parametrize("heading", ["# Rent", "3.2 Rent", "Rent"])
def test_headings_on_their_own_line_stand_alone(heading: str) -> None:
    body = "The tenant pays the rent on the third day of each month."
    assert cut(f"{heading}\n{body}") == [heading, body]


def test_fields_and_table_rows_stand_alone() -> None:
    assert cut("Name: Ada\nDate: 3 May\nRent: 900") == ["Name: Ada", "Date: 3 May", "Rent: 900"]
    assert cut("| a | b |\n|---|---|\n| 1 | 2 |") == ["| a | b |", "|---|---|", "| 1 | 2 |"]


def test_lines_of_code_stand_alone() -> None:
    assert cut("def area(r):\n    return 3 * r\n\nx = 3\nprint(x)") == [
        "def area(r):",
        "return 3 * r",
        "x = 3",
        "print(x)",
    ]


@pytest.mark.parametrize("blank", ["", " \n\t\u3000\n"])
def test_blank_text_has_no_sentences(blank: str) -> None:
    assert sentences(blank) == []


ALPHABET = st.sampled_from(list('aB3 \n\n.!?。"”)[]1#|-,:;{}=ก।\t\r\u2028é'))


@given(st.text(ALPHABET, max_size=200))
def test_spans_are_trimmed_and_in_order_and_hold_every_letter(text: str) -> None:
    spans = sentences(text)
    position = 0
    for start, end in spans:
        assert start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize("unit", ["a", ". ", ".[1", '."', "( ", "\n \n", "[1]", "A.", "x \n", "1.1"])
def test_time_grows_with_length_only(unit: str) -> None:
    started = time.thread_time()
    sentences(unit * (100_000 // len(unit)))
    assert time.thread_time() - started < 20  # 0.03 to 0.4 s here; a quadratic step would take minutes


@pytest.mark.parametrize("heading", ["## 1. Term", "### 12. Notice period", "> 3. Rent", "- 2. Deposit", "**4. Pets**"])
def test_the_number_of_a_marked_heading_belongs_to_it(heading: str) -> None:
    assert cut(heading) == [heading]
    assert cut(f"Before.\n\n{heading}\n\nIt is three months.")[1:] == [heading, "It is three months."]


def test_each_row_of_a_table_stands_alone() -> None:
    rows = ["4895435 | 01/30/17 | DENVER AV", "4895437 | 01/30/17 | DENVER AV", "4895440 | 01/31/17 | 157TH ST"]
    assert cut("\n".join(rows)) == rows
    assert cut("The table says\n" + rows[0] + "\nand more is told below") == [
        "The table says",
        rows[0],
        "and more is told below",
    ]
