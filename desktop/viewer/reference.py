"""What the right panel can open: a stretch of a source, however one came to it."""

from __future__ import annotations

from dataclasses import dataclass

from rag.account import SourceAccount
from rag.quoted_places import place_of_quote, place_of_quoted
from rag.types import Citation, Place, Quote, Source, Span


@dataclass(frozen=True, slots=True)
class Reference:
    """A source and what in it is meant. Spans count in the document's text; an empty `quote` means all of it.

    `scores` say why it became a source, where that was noted down. `found` are the very words within the quote that
    answer, where they are known.
    """

    source: Source
    quote: str = ""
    span: Span | None = None
    scores: SourceAccount | None = None
    found: Span | None = None


def place_of(reference: Reference) -> Place:
    """The quote's own place; the passage's where all of it is meant, or the passage can't tell."""
    source, span = reference.source, reference.span
    if span is None or not reference.quote:
        return source.place
    if reference.found is not None:
        return place_of_quoted(Quote(source, reference.quote, span, 0.0, reference.found))
    return place_of_quote(source, span.start, reference.quote)


def of_citation(citation: Citation) -> Reference:
    return Reference(citation.source, citation.quote, citation.quote_span)


def of_quote(quote: Quote) -> Reference:
    return Reference(quote.source, quote.text, quote.span, found=quote.found)
