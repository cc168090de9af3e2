"""What the right panel can open: a stretch of a source, however one came to it."""

from __future__ import annotations

from dataclasses import dataclass

from rag.account import SourceAccount
from rag.types import Citation, Quote, Source, Span


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


def of_citation(citation: Citation) -> Reference:
    return Reference(citation.source, citation.quote, citation.quote_span)


def of_quote(quote: Quote) -> Reference:
    return Reference(quote.source, quote.text, quote.span, found=quote.found)
