"""What the fake of the service says, and the four invented documents it says it from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rag.types import (
    Citation,
    CitationOrigin,
    Document,
    DocumentState,
    Place,
    Quote,
    Source,
    Span,
)

ANSWER = """The notice period for a rented flat is **three months** to the end of a month [1], and it must be given \
in writing [2].

- The deposit may be at most three months' rent [3].
- After handing over the keys the landlord has *six months* to account for it [3].

```python
def last_day(start: date) -> date:
    return end_of_month(start + relativedelta(months=3))
```
"""

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)

_TEXTS = (
    (
        (
            "The tenant may end the contract at any time. The notice period is three months to the end of a calendar "
            "month. If the tenant moves within the same town, the landlord may agree to a shorter period."
        ),
        "The notice period is three months to the end of a calendar month.",
        Place(page=4),
        "Lease › 7 Ending the contract",
    ),
    (
        (
            "Notice must be given in writing and signed by hand. A message by e-mail or telephone does not end the "
            "contract."
        ),
        "Notice must be given in writing and signed by hand.",
        Place(page=4, last_page=5),
        "Lease › 7 Ending the contract",
    ),
    (
        (
            "# Deposit\nThe deposit is at most three months' rent without running costs. Within six months after the "
            "keys were handed over the landlord accounts for it and pays back what is left."
        ),
        "Within six months after the keys were handed over the landlord accounts for it",
        Place(lines=(10, 14)),
        "Moving out › Deposit",
    ),
)


def sample_documents(folder: Path) -> list[Document]:
    """Four documents; the paths do not exist unless the test writes them."""
    names = (
        ("Lease Rosenweg 12.pdf", "Lease of the flat in Rosenweg 12", "application/pdf", 18),
        ("moving-out.md", "Moving out", "text/markdown", 1),
        ("A very long name of a report that nobody would ever shorten, final version 3 (corrected).docx", "", "x", 40),
        ("租赁合同.pdf", "租赁合同", "application/pdf", 6),
    )
    return [
        Document(
            id=number,
            path=folder / name,
            title=title,
            media_type=media_type,
            sha256=f"{number:064x}",
            size=40_000 * number,
            state=DocumentState.COMPLETE,
            pages=pages,
            passages=pages * 4,
            added_at=NOW,
        )
        for number, (name, title, media_type, pages) in enumerate(names, start=1)
    ]


def sources_of(documents: Mapping[int, Document], folder: Path) -> tuple[Source, ...]:
    """Three passages of the first two documents; what stood in one that is removed is of a file in `folder`."""
    owners = (documents.get(1), documents.get(1), documents.get(2))
    return tuple(
        Source(
            number=number,
            passage_id=number if owner else None,
            document_id=owner.id if owner else None,
            document=owner.path.name if owner else "a removed file.pdf",
            path=owner.path if owner else folder / "a removed file.pdf",
            heading=heading,
            place=place,
            text=text,
            span=Span(100 * number, 100 * number + len(text), place.page),
        )
        for number, ((text, _quote, place, heading), owner) in enumerate(zip(_TEXTS, owners, strict=True), start=1)
    )


def quotes_of(sources: tuple[Source, ...]) -> tuple[Quote, ...]:
    """One sentence of each."""
    return tuple(
        Quote(source, quote, _within(source, quote), 0.9 - 0.2 * index)
        for index, (source, (_text, quote, _place, _heading)) in enumerate(zip(sources, _TEXTS, strict=True))
    )


def cite(text: str, quotes: tuple[Quote, ...]) -> tuple[Citation, ...]:
    """One citation for each [n] in the text, resting on the sentence before it."""
    found: list[Citation] = []
    start = 0
    for quote in quotes:
        end = text.find(f"[{quote.source.number}]", start)
        if end < 0:
            continue
        found.append(Citation(quote.source, start, end, quote.text, quote.span, 0.88, CitationOrigin.MODEL))
        start = end + 3
    return tuple(found)


def _within(source: Source, quote: str) -> Span:
    start = source.span.start + source.text.index(quote)
    return Span(start, start + len(quote), source.place.page)
