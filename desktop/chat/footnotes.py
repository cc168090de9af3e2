"""Which source and quote stand behind a footnote mark, and what its tooltip says."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.chat.markdown import MARK
from desktop.viewer.reference import Reference, of_citation, place_of
from rag.titles import where
from rag.types import Citation, Source

_MOST_IN_TOOLTIP = 400
"""Characters of a quote in a tooltip; more would cover the answer."""


class Footnotes:
    """The sources and citations of one answer. Until an answer is cited, a mark means its source as a whole."""

    def __init__(self) -> None:
        self._sources: dict[int, Source] = {}
        self.citations: tuple[Citation, ...] = ()

    def know(self, sources: Sequence[Source]) -> None:
        self._sources |= {source.number: source for source in sources}

    def cite(self, citations: Sequence[Citation]) -> None:
        self.citations = tuple(citations)
        self.know([citation.source for citation in citations])

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(self._sources)

    @property
    def references(self) -> list[Reference]:
        """In the order of the answer; the sources themselves before it is cited."""
        if self.citations:
            return [of_citation(citation) for citation in self.citations]
        return [Reference(source) for source in self._sources.values()]

    def at(self, place: int, text: str) -> Reference | None:
        """What the mark at `place` among all [n] of `text` stands for; None for a number without a source."""
        marks = list(MARK.finditer(text))
        if place >= len(marks):
            return None
        mark = marks[place]
        number = int(mark.group(1))
        same = [citation for citation in self.citations if citation.source.number == number]
        if same:
            return of_citation(min(same, key=lambda citation: abs(citation.answer_end - mark.start())))
        source = self._sources.get(number)
        return Reference(source) if source else None


def show_tooltip(reference: Reference, position: QPoint, widget: QWidget) -> None:
    """The quote and where it stands, beside the mouse."""
    quote = " ".join((reference.quote or reference.source.text).split())
    shown = quote if len(quote) <= _MOST_IN_TOOLTIP else quote[:_MOST_IN_TOOLTIP].rstrip() + "…"
    place = escape(where(reference.source, place=place_of(reference)))
    QToolTip.showText(position, f"<p>“{escape(shown)}”</p><p><small>{place}</small></p>", widget)
