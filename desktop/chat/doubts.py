"""The quiet mark behind a sentence that the documents do not carry: what is drawn, what it says, and the answer's head.

The mark is put into the Markdown that is drawn, never into the answer: as one private character in brackets, which no
letter and no [n] can be taken for, so that all that counts letters or marks counts on as before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QToolTip, QWidget

from desktop.viewer.reference import Reference, place_of
from rag.titles import where
from rag.types import Answer, CheckedSentence, Mode, SentenceVerdict
from rag.wording import claims_found, doubt

FIRST, LAST = 0xE100, 0xF8FF
"""Private characters: FIRST stands for the first sentence."""

_MARKS_BEHIND = re.compile(r"(?:\s*\[\d{1,4}\])*")
_PRIVATE = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")
_MOST_IN_TOOLTIP = 300
"""Characters of a quote in a tooltip; more would cover the answer."""


def with_doubts(text: str, sentences: Sequence[CheckedSentence]) -> str:
    """The answer's Markdown with a mark behind each sentence in doubt, after its own [n]."""
    text = _PRIVATE.sub("\N{REPLACEMENT CHARACTER}", text)
    parts = []
    end = 0
    for number, sentence in enumerate(sentences[: LAST - FIRST]):
        if not doubt(sentence):
            continue
        behind = _MARKS_BEHIND.match(text, sentence.end)
        place = max(end, behind.end() if behind else sentence.end)
        parts += [text[end:place], f"[{chr(FIRST + number)}]"]
        end = place
    return "".join([*parts, text[end:]])


def show_doubt(sentence: CheckedSentence, position: QPoint, widget: QWidget) -> None:
    """Why the sentence is in doubt, and what came nearest, beside the mouse."""
    lines = [f"<p>{escape(doubt(sentence))}</p>"]
    if sentence.source is not None and sentence.quote:
        quote = " ".join(sentence.quote.split())
        shown = quote if len(quote) <= _MOST_IN_TOOLTIP else quote[:_MOST_IN_TOOLTIP].rstrip() + "…"
        place = place_of(Reference(sentence.source, sentence.quote, sentence.quote_span))
        told = where(sentence.source, place=place)
        lines.append(f"<p>Nearest: “{escape(shown)}”</p><p><small>{escape(told)}</small></p>")
    QToolTip.showText(position, "".join(lines), widget)


def nearest(sentence: CheckedSentence) -> Reference | None:
    """What was held against the sentence; None where nothing came near it."""
    if sentence.source is None:
        return None
    return Reference(sentence.source, sentence.quote, sentence.quote_span)


def spoken(answer: Answer) -> str:
    """The doubts for those who do not see the marks."""
    told = (f"“{answer.text[each.start : each.end]}” {doubt(each)}" for each in answer.sentences if doubt(each))
    return "\n".join(told)


class ClaimsHead(QLabel):
    """ "6 of 7 claims found in your documents"; hidden where nothing was checked."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.hide()

    def show_claims(self, answer: Answer) -> None:
        text = claims_found(answer.sentences) if answer.mode is Mode.GROUNDED and not answer.abstained else ""
        all_found = all(
            each.verdict in (SentenceVerdict.SUPPORTED, SentenceVerdict.NOT_A_CLAIM) for each in answer.sentences
        )
        role = "small" if all_found else "warn"
        if self.property("role") != role:
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setToolTip("" if all_found else "A raised ? marks what was not found. Point at it, or Tab to it, for why.")
        self.setText(text)
        self.setVisible(bool(text))
