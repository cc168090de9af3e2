"""Quotes on the screen: the words found stand out, and nothing of a document is taken for markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.chat.quotes import QuoteRow, quote_html, quotes_heading, told_quotes
from rag.types import Answer, Mode, Place, Quote, Source, Span

TEXT = "The rent is\n950 euros <b>a month</b> & no more."


def quote(found: str = "") -> Quote:
    source = Source(1, 1, 1, "lease", Path("/lease.txt"), "", Place(page=1), TEXT, Span(40, 40 + len(TEXT), 1))
    place = Span(40 + TEXT.index(found), 40 + TEXT.index(found) + len(found), 1) if found else None
    return Quote(source, TEXT, source.span, 0.9, place, 0.8 if found else 0.0)


def test_the_words_found_are_bold_and_the_rest_is_escaped() -> None:
    assert quote_html(quote("950 euros")) == ("The rent is <b>950 euros</b> &lt;b&gt;a month&lt;/b&gt; &amp; no more.")


def test_without_found_words_nothing_is_bold() -> None:
    assert "<b>" not in quote_html(quote())


def test_a_row_shows_the_quote_as_a_reader_sees_it(qtbot: QtBot) -> None:
    row = QuoteRow(quote("950 euros"))
    qtbot.addWidget(row)
    assert row.accessibleName().endswith(TEXT)


@pytest.mark.parametrize(
    ("answer", "heading"),
    [
        (Answer("", Mode.QUOTES), "What your documents say"),
        (Answer("", Mode.QUOTES, confidence=0.824), "What your documents say · 82 % likely the answer"),
        (Answer("", Mode.QUOTES, confidence=0.2, abstained=True), "The nearest passages"),
    ],
)
def test_the_heading_says_how_likely_the_quotes_answer(answer: Answer, heading: str) -> None:
    assert quotes_heading(answer) == heading


def test_where_the_documents_do_not_say_no_words_stand_out() -> None:
    (told,) = told_quotes(Answer("", Mode.QUOTES, abstained=True, quotes=(quote("950 euros"),)))
    assert "<b>" not in quote_html(told)
    answered = Answer("", Mode.QUOTES, quotes=(quote("950 euros"),))
    assert told_quotes(answered) == answered.quotes
