"""Rows told in words lead back to their cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.bundled import bundled_span_reader
from local_models.embedders.spans import SpanModel
from rag.told_rows import header_at, told

ROWS = "Flyers | PHI | 2\nLeafs | | 13"


def spoken(text: str, header: str = "") -> list[str]:
    made = told(text, header)
    assert made is not None
    return [line.strip() for line in made.text.strip().split("\n")]


def test_each_value_stands_behind_its_row_and_its_column() -> None:
    assert spoken(ROWS, "Team | City | Cups") == ["Flyers City: PHI. Flyers Cups: 2.", "Leafs Cups: 13."]


def test_a_header_that_stands_in_the_text_is_not_told_as_a_row() -> None:
    assert spoken(f"Team | City | Cups\n{ROWS}")[1:] == ["Flyers City: PHI. Flyers Cups: 2.", "Leafs Cups: 13."]


def test_a_table_in_markdown_is_told_without_its_bars() -> None:
    text = "| Town | Sheds |\n|---|---|\n| Ulm | 17 |"
    assert spoken(text)[-1] == "Ulm Sheds: 17."
    assert spoken("| Ulm | 17 |", "Town | Sheds") == ["Ulm Sheds: 17."]


def test_columns_without_a_name_keep_the_others_in_place() -> None:
    assert spoken("Ulm | 17 | 3", "| Sheds | Cars") == ["Ulm Sheds: 17. Ulm Cars: 3."]


def test_prose_beside_the_rows_is_left_as_it_is() -> None:
    assert spoken("As of May:\n\nUlm | 17\nThat is all.", "Town | Sheds") == [
        "As of May:",
        "Ulm Sheds: 17.",
        "That is all.",
    ]


@pytest.mark.parametrize("text", ["Only prose.", "Ann | 30\nBob | 31", "Name | Ann\nTown | Ulm", "", "a | b"])
def test_what_has_no_header_is_not_told(text: str) -> None:
    assert told(text, "") is None


def test_a_row_wider_than_it_is_worth_is_not_told() -> None:
    header = " | ".join(f"a long name of a column {number}" for number in range(40))
    assert told(" | ".join("x" for _ in range(40)), header) is None


@pytest.mark.parametrize(
    ("spoken_words", "cell"),
    [("PHI", "PHI"), ("City: PHI", "PHI"), ("Flyers Cups: 2", "2"), ("HI", "PHI"), ("13.", "13"), ("Leafs", "Leafs")],
)
def test_words_found_lead_back_to_their_cell(spoken_words: str, cell: str) -> None:
    made = told(ROWS, "Team | City | Cups")
    assert made is not None
    start = made.text.index(spoken_words)
    place = made.back(start, start + len(spoken_words))
    assert place is not None
    assert ROWS[place[0] : place[1]] == cell


def test_a_short_value_is_whole_and_of_a_long_one_the_words_found() -> None:
    long = "The crane was mended in May, painted green in June and sold in July of that year."
    text = f"Crane | 7.5 metres | {long}"
    made = told(text, "Thing | Height | Story")
    assert made is not None
    for words, found in (("metres", "7.5 metres"), ("sold in July", "sold in July")):
        start = made.text.index(words)
        place = made.back(start, start + len(words))
        assert place is not None
        assert text[place[0] : place[1]] == found


def test_a_header_in_the_text_is_known_and_nothing_is_found_in_it() -> None:
    text = "| Town | Sheds |\n|---|---|\n| Ulm | 17 |"
    made = told(text, "")
    assert made is not None
    assert made.back(made.text.index("Sheds"), made.text.index("Sheds") + 5) is None
    assert header_at(text) == (0, 16)
    assert header_at("Only prose.") is None


def test_names_of_columns_alone_lead_nowhere() -> None:
    made = told(ROWS, "Team | City | Cups")
    assert made is not None
    start = made.text.index("City")
    assert made.back(start, start + 4) is None


@given(st.text(st.sampled_from("ab1 |\n."), max_size=60), st.sampled_from(["", "A | B", "A | | C"]), st.data())
def test_whatever_is_found_lies_in_the_text(text: str, header: str, data: st.DataObject) -> None:
    made = told(text, header)
    if made is not None and made.text:
        start = data.draw(st.integers(0, len(made.text) - 1))
        end = data.draw(st.integers(start + 1, len(made.text)))
        place = made.back(start, end)
        assert place is None or 0 <= place[0] < place[1] <= len(text)


@pytest.mark.real
@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("What is the price of the valve?", "17.50 €"),
        ("Who supplies the boiler?", "Weber KG"),
        ("How many of the pump are in stock?", "41"),
    ],
)
def test_the_span_reader_in_the_box_finds_cells(question: str, cell: str) -> None:
    text = "pump | 230.00 € | Haas AG | 41\nvalve | 17.50 € | Ostwind | 230\nboiler | 880.00 € | Weber KG | 3"
    made = told(text, "Item | Price | Supplier | Stock")
    assert made is not None
    found = SpanModel(bundled_span_reader(), threads=1).read(question, [made.text])[0][0]
    place = made.back(found.start, found.end)
    assert place is not None
    assert text[place[0] : place[1]] == cell
