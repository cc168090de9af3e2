"""Which passages answer, in what order, and what to hint at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local_models.cancel import never
from rag.errors import ModelBroken
from rag.extraction import READ, Extractor, answer_probability, first_found, hint_of
from rag.types import Quote
from tests.fakes.core import WordEmbedder, WordSpans
from tests.fakes.retrieval import hit
from tests.rag.test_quoting import source


def extractor(spans: WordSpans | None = None) -> Extractor:
    return Extractor(spans or WordSpans(), WordEmbedder())


def quote(number: int, text: str, question: str) -> Quote:
    read = extractor().read(question, [hit(text)], never())
    (found, *_) = extractor().quote(question, [(source(text, number=number), read.hits[0])], never())
    return found


def test_a_passage_that_answers_moves_before_one_that_only_resembles() -> None:
    hits = [hit("Rent is dear.", fused=0.5), hit("The monthly rent is 950 euros.", fused=0.4)]
    read = extractor().read("How much is the monthly rent?", hits, never())
    assert [one.hit for one in read.hits] == hits[::-1]
    assert read.probability == answer_probability(0.5, 0.5, read.hits[0].probability)


@pytest.mark.parametrize("fused", [0.0, 0.3, 1.0])
def test_likeness_and_words_found_each_make_an_answer_more_probable(fused: float) -> None:
    chances = [answer_probability(fused, 0.4, span) for span in (0.0, 0.2, 0.5, 0.9, 1.0)]
    assert chances == sorted(chances)
    assert answer_probability(fused + 0.1, 0.4, 0.5) > answer_probability(fused, 0.4, 0.5)
    assert answer_probability(fused, 0.5, 0.5) > answer_probability(fused, 0.4, 0.5)
    assert all(0 <= chance <= 1 for chance in chances)


def test_what_is_far_behind_is_not_read_and_keeps_its_place() -> None:
    hits = [hit(f"Passage {number}", ordinal=number) for number in range(READ + 3)]
    read = extractor().read("Which passage?", hits, never())
    assert [one.hit for one in read.hits[READ:]] == hits[READ:]
    assert all(not one.spans for one in read.hits[READ:])


def test_of_a_table_the_row_and_column_that_are_named_are_read() -> None:
    text = "Ulm | 17 | green\nBonn | 23 | blue"
    rows = replace(hit(text), passage=replace(hit(text).passage, heading="Towns › Town | Sheds | Colour"))
    (read,) = extractor().read("How many sheds does Bonn have?", [rows], never()).hits
    assert [text[span.start : span.end] for span in read.spans] == ["23"]


def test_without_a_span_reader_the_order_stays_and_nothing_is_said_of_probability() -> None:
    spans = WordSpans()
    spans.fail_with = ModelBroken("The span reader is damaged.", "Install Footnote again.")
    hits = [hit("Rent is dear.", fused=0.5), hit("The monthly rent is 950 euros.", fused=0.4)]
    read = extractor(spans).read("How much is the monthly rent?", hits, never())
    assert [one.hit for one in read.hits] == hits
    assert read.probability is None
    assert "damaged" in read.problem


def test_a_quote_knows_the_place_of_the_words_found_in_the_document() -> None:
    made = quote(3, "The cat sleeps. The monthly rent is 950 euros.", "How much is the monthly rent?")
    assert made.found is not None
    assert made.found_text == "950 euros"
    assert made.found.start == made.span.start + made.text.index("950")


def test_the_hint_is_what_stands_in_bold_in_the_first_quote_that_has_any() -> None:
    asked = "How much is the monthly rent?"
    quotes = [
        replace(quote(1, "The rent is due.", asked), found=None),
        quote(2, "The monthly rent is much: 950 euros.", asked),
        quote(3, "How much monthly rent: 10 euros.", asked),
    ]
    hint = hint_of(quotes)
    assert hint is not None
    assert (hint.number, hint.text) == (2, "950 euros")


def test_a_hint_does_not_end_in_the_stop_of_its_sentence() -> None:
    made = quote(3, "The monthly rent is 950 euros.", "How much is the monthly rent?")
    assert made.found is not None
    hint = hint_of([replace(made, found=replace(made.found, end=made.span.end))])
    assert hint is not None
    assert hint.text == "950 euros"


def test_without_quotes_there_is_no_hint() -> None:
    assert first_found(()) is None
    assert hint_of(()) is None
