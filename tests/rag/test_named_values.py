"""What a question names in a table goes before what a reader of prose saw in it."""

from __future__ import annotations

from local_models.types import FoundSpan
from rag.named_values import NAMED, in_named_rows, named_rows
from rag.told_data import told_keys
from rag.told_rows import ToldRows, told

TABLE = "Northhaven | 7.5 metres | 120\nSouthport | 4 metres | 45\nOld Southport | 3 metres | 8"
KEYED = "mail:\n  smtp:\n    port: 587\nweb:\n  port: 80"


def table() -> ToldRows:
    made = told(TABLE, "Harbour | Depth | Berths")
    assert made is not None
    return made


def span(text: str, words: str, probability: float) -> FoundSpan:
    return FoundSpan(text.index(words), text.index(words) + len(words), probability)


def answers(question: str, rows: ToldRows, text: str, *spans: FoundSpan) -> list[tuple[str, float]]:
    kept = in_named_rows(question, rows, spans, named_rows(question, rows))
    return [(text[one.start : one.end], one.probability) for one in kept]


def test_a_value_in_the_row_of_another_name_is_dropped() -> None:
    spans = (span(TABLE, "7.5 metres", 0.5), span(TABLE, "4 metres", 0.4))
    assert answers("How deep is Southport?", table(), TABLE, *spans) == [("4 metres", 0.4)]


def test_of_names_within_another_the_longest_is_meant() -> None:
    assert named_rows("How deep is Old Southport?", table()) == {"Old Southport"}


def test_the_value_whose_row_and_column_are_named_stands_first() -> None:
    found = answers("How many berths does Southport have?", table(), TABLE, span(TABLE, "120", 0.5))
    assert found == [("45", NAMED)]


def test_a_question_that_names_no_row_is_left_to_the_reader() -> None:
    spans = (span(TABLE, "7.5 metres", 0.5), span(TABLE, "4 metres", 0.4))
    assert answers("How deep is the harbour?", table(), TABLE, *spans) == [("7.5 metres", 0.5), ("4 metres", 0.4)]


FLATS = "1 left | Amalia Voss | 720 | 1440\n2 left | Petra Lindqvist | 810 | 1620"


def flats() -> ToldRows:
    made = told(FLATS, "Flat | Tenant | Rent in euros | Deposit (EUR)")
    assert made is not None
    return made


def test_a_row_is_named_by_another_of_its_values_too_and_a_column_without_its_unit() -> None:
    seen = span(FLATS, "1 left", 0.6), span(FLATS, "Petra Lindqvist", 0.5)
    assert answers("What is Amalia Voss's rent?", flats(), FLATS, *seen)[0] == ("720", NAMED)
    assert answers("What deposit does Petra Lindqvist pay?", flats(), FLATS, *seen)[0] == ("1620", NAMED)


def test_a_value_that_the_question_names_does_not_answer_it() -> None:
    assert answers("Which flat does Amalia Voss rent?", flats(), FLATS, span(FLATS, "1 left", 0.6)) == [("1 left", 0.6)]
    assert answers("Where does the tenant Amalia Voss live?", flats(), FLATS, span(FLATS, "1 left", 0.6)) == [
        ("1 left", 0.6)
    ]


def test_what_stands_behind_the_name_of_a_column_and_is_no_unit_belongs_to_it() -> None:
    rows = told("Ferry | 12 | 15\nBus | 3 | 4", "Line | Sales in Germany | Sales (net)")
    assert rows is not None
    assert answers("What are the sales of the ferry in Italy?", rows, "Ferry | 12 | 15\nBus | 3 | 4") == []


def test_a_value_of_keys_is_meant_by_the_innermost_that_tells_it() -> None:
    rows = told_keys(KEYED, [])
    assert rows is not None
    assert answers("Which port does the smtp server use?", rows, KEYED) == [("587", NAMED)]
    assert answers("Which port is it?", rows, KEYED) == []


def test_a_key_that_is_little_of_the_question_answers_nothing() -> None:
    rows = told_keys("name: Tidewatch", [])
    assert rows is not None
    assert answers("What is the name of the new president?", rows, "name: Tidewatch") == []
    assert answers("What is its name?", rows, "name: Tidewatch") == [("Tidewatch", NAMED)]


def test_a_value_gives_way_to_that_of_its_row_in_the_one_column_that_is_named() -> None:
    found = span(TABLE, "7.5 metres", 0.5)
    assert answers("How many berths are there?", table(), TABLE, found) == [("120", 0.5)]
    assert answers("How deep is the one with 120 berths?", table(), TABLE, found) == [("7.5 metres", 0.5)]
    assert answers("How deep with how many berths by depth?", table(), TABLE, found) == [("7.5 metres", 0.5)]


def test_two_that_give_way_to_one_value_are_found_once() -> None:
    rows = told("Ulm | 17 | green", "Town | Sheds | Colour")
    assert rows is not None
    both = (span(rows.source, "green", 0.5), span(rows.source, "17", 0.2))
    assert answers("How many sheds?", rows, rows.source, *both)[0] == ("17", 0.5)
    assert len(answers("How many sheds?", rows, rows.source, *both)) == 1
