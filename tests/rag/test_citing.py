"""Citations are attached by code, whatever the model wrote."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.citing import cite, cite_found, cite_quotes, found_words, narrowed
from rag.types import CitationOrigin, Place, Quote, Source, Span

LEASE = (
    "The monthly rent is 950 euros. It is due on the third working day of each month. "
    "Pets are allowed with written consent of the landlord."
)
BIKES = "Check the chain every 300 km. A worn chain ruins the cassette, which costs 80 euros."


def source(number: int, text: str, start: int = 100) -> Source:
    return Source(
        number=number,
        passage_id=number,
        document_id=number,
        document=f"document {number}",
        path=Path(f"/documents/{number}.txt"),
        heading="",
        place=Place(page=1),
        text=text,
        span=Span(start, start + len(text), 1),
    )


SOURCES = (source(1, LEASE), source(2, BIKES, start=7))


def test_a_number_whose_source_carries_the_sentence_is_kept() -> None:
    cited = cite("The rent is 950 euros per month [1].", SOURCES)
    assert [c.source.number for c in cited.citations] == [1]
    assert cited.citations[0].origin is CitationOrigin.MODEL
    assert cited.unsupported == 0


def test_a_made_up_number_is_dropped_and_the_sentence_matched_to_its_real_source() -> None:
    cited = cite("The chain must be checked every 300 km. [7]", SOURCES)
    assert "[7]" not in cited.text
    assert cited.text == "The chain must be checked every 300 km. [2]"
    assert cited.citations[0].origin is CitationOrigin.MATCHED


def test_a_number_of_a_source_that_says_something_else_is_replaced() -> None:
    cited = cite("Pets are allowed with the landlord's written consent. [2]", SOURCES)
    assert [c.source.number for c in cited.citations] == [1]


def test_a_wrong_figure_is_not_supported() -> None:
    cited = cite("The monthly rent is 980 euros.", SOURCES)
    assert cited.citations == ()
    assert (cited.claims, cited.unsupported) == (1, 1)


def test_a_denied_statement_is_not_supported() -> None:
    assert cite("Pets are not allowed with written consent of the landlord.", SOURCES).citations == ()


def test_the_quote_is_the_exact_text_at_its_offsets_in_the_document() -> None:
    cited = cite("It is due on the third working day of each month.", SOURCES)
    citation = cited.citations[0]
    begin = citation.quote_span.start - citation.source.span.start
    assert citation.source.text[begin : begin + len(citation.quote)] == citation.quote
    assert citation.quote == "It is due on the third working day of each month."


def test_the_answer_span_is_the_sentence_without_its_number() -> None:
    cited = cite("Hello there! The rent is 950 euros. [1] Good luck.", SOURCES)
    citation = cited.citations[0]
    assert cited.text[citation.answer_start : citation.answer_end] == "The rent is 950 euros."


def test_code_is_left_alone() -> None:
    answer = "Here it is:\n\n```python\nrent = prices[1]\n```\n"
    assert cite(answer, SOURCES).text == answer


def test_questions_and_headings_are_no_claims() -> None:
    assert cite("What does it cost?", SOURCES).claims == 0


def test_an_answer_without_sources_loses_its_numbers() -> None:
    assert cite("The moon is cheese [3].", ()).text == "The moon is cheese."


def test_the_smallest_quote_that_carries_the_sentence_is_chosen() -> None:
    assert cite("The rent is 950 euros.", SOURCES).citations[0].quote == "The monthly rent is 950 euros."


def test_quotes_become_an_answer_with_exact_citations() -> None:
    quote = Quote(SOURCES[1], BIKES[:29], Span(7, 36, 1), 0.9)
    cited = cite_quotes([quote])
    assert cited.text == "> Check the chain every 300 km. [2]"
    assert cited.citations[0].quote == "Check the chain every 300 km."
    assert cited.citations[0].quote_span == Span(7, 36, 1)


@given(st.text(alphabet=st.sampled_from("ab .[]123`\n?!€"), max_size=200))
def test_no_word_of_the_answer_is_lost(answer: str) -> None:
    said = re.sub(r"[\[\]\d\s]", "", answer)
    assert re.sub(r"[\[\]\d\s]", "", cite(answer, SOURCES).text) == said


def test_an_index_in_inline_code_is_no_mark() -> None:
    answer = "The price stands in `prices[1]` of the table."
    assert cite(answer, SOURCES).text == answer


def test_a_mark_behind_inline_code_is_one() -> None:
    assert cite("The `rent` is 950 euros [1].", SOURCES).text == "The `rent` is 950 euros. [1]"


@pytest.mark.parametrize(
    ("quote", "found", "said"),
    [
        ("The well has no water.", "no water.", "no water"),
        ("The well, they say, has no\nwater.", "no\nwater.", "no water"),
        ("It was built by Acme Inc. in 1990.", "Acme Inc.", "Acme Inc."),
        ("It costs 950 euros, always.", "950 euros,", "950 euros"),
        ("Who came? Nobody came! So we left.", "Nobody came!", "Nobody came"),
    ],
)
def test_words_found_are_said_without_the_stop_behind_them(quote: str, found: str, said: str) -> None:
    start = quote.index(found)
    given = Quote(source(3, quote, 0), quote, Span(0, len(quote)), 0.9, Span(start, start + len(found)), 0.9)
    assert found_words(given) == said
    assert cite_found(given).text == f"{said} [3]"


def test_a_stretch_around_the_sentence_that_answers_is_narrowed_to_it() -> None:
    text = "Anchors may not be dropped here. Waste oil is taken on Tuesdays."
    cited = source(1, text)
    first = cited.span.start
    start = first + text.index("Waste")
    found = first + text.index("Tuesdays")
    quote = Quote(cited, text[33:], Span(start, first + len(text)), 0.9, Span(found, found + 8), 0.9)
    wide = cite_found(replace(quote, text=text, span=cited.span))
    narrow = narrowed(wide, quote)
    assert [one.quote for one in narrow.citations] == ["Waste oil is taken on Tuesdays."]
    assert narrow.citations[0].quote_span == quote.span
    assert narrowed(narrow, replace(quote, source=source(2, text))) == narrow
