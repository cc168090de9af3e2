"""Whether what was found answers: the passages at all, and the words found alone or only their sentence.

Decides by probabilities and by what the question names; writes nothing. Knows nothing of models and prompts.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.asking import asks_for_sentences
from rag.extraction import first_found
from rag.types import Quote

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
    return not asks_for_sentences(question) and (found is None or found.probability >= LIKELY_WORDS)
