"""Whether what was found answers: the passages at all, and the words found alone or only their sentence.

Decides by probabilities and by what the question names; writes nothing. Knows nothing of models and prompts.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.asking import asks_for_sentences
from rag.extraction import first_found
from rag.keyed import holds_keys, key_path, key_words
from rag.support import content_words
from rag.types import CELL_SEPARATOR, Quote

ANSWERED = 0.4
"""Probability that the passages answer (rag.extraction), from which there is an answer; below it Footnote says that the
documents do not say. Of the questions it was set on, 5 % of the answerable ones lie below, 98 % of those on other
subjects, 7 in 10 natural ones without an answer (ClapNQ) and a quarter of SQuAD 2.0's made to look answerable."""

LIKELY_WORDS = 0.2
"""Probability of the words found, from which they alone are an answer; below it a whole sentence is. 5 of 181
answerable questions lie below."""

STRONG_QUOTE = 0.35
"""The same for the score of the best quote, where the span reader could not be asked."""


def says_so(confidence: float | None, quotes: Sequence[Quote]) -> bool:
    """Whether anything but a large model says that the passages answer. `confidence` is None where none was read."""
    return quotes[0].score >= STRONG_QUOTE if confidence is None else confidence >= ANSWERED


def are_enough(quotes: Sequence[Quote], question: str) -> bool:
    """Whether the words found in the quotes can be the whole answer; where none were, the model may find some."""
    found = first_found(quotes)
    if asks_for_sentences(question) or (found is not None and found.probability < LIKELY_WORDS):
        return False
    return found is None or _says_of_what(found, question)


def _says_of_what(quote: Quote, question: str) -> bool:
    """Whether the question names what the words found are said of, where that stands apart from them: in another cell
    of their row, in their key. "7.5 metres" alone is no answer to "How deep is the harbour?" where there are several.
    """
    before, _, behind = quote.parts
    if CELL_SEPARATOR in quote.text:
        names = [*before.split(CELL_SEPARATOR), *behind.split(CELL_SEPARATOR)]
    elif holds_keys(quote.source.path):
        names = [key_words(key_path(quote.source.text, *_within(quote))[-1:])]
    else:
        return True
    asked = content_words(question)
    return any((words := content_words(name)) and words <= asked for name in names)


def _within(quote: Quote) -> tuple[int, int]:
    """Where the quote stands in its source's text."""
    first = quote.source.span.start
    return quote.span.start - first, quote.span.end - first
