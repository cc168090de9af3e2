"""What each kind of report is called on screen, and what the form says of it. Plain values, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from rag.report_types import ReportKind


@dataclass(frozen=True, slots=True)
class Wording:
    """`name` of a report in a list, `action` in a menu, `explanation` above the form, `least` and `most` documents."""

    name: str
    action: str
    explanation: str
    least: int = 1
    most: int = 0


WORDING = {
    ReportKind.SUMMARY: Wording(
        "Summary",
        "Summarise…",
        "The sentences that say most, section by section, each one from its exact place. "
        "Works for documents of any length, without a language model.",
    ),
    ReportKind.COMPARISON: Wording(
        "Comparison",
        "Compare…",
        "Two documents side by side: what is the same, what was changed (figures, dates, names, yes and no are told "
        "apart), what was moved, and what stands in one of them only.",
        least=2,
        most=2,
    ),
    ReportKind.MENTIONS: Wording(
        "Mentions",
        "Find all mentions…",
        "Every place where a word or a phrase stands, in any form of it. Sentences that are only close in meaning are "
        "listed apart.",
    ),
    ReportKind.FACTS: Wording(
        "Table of facts",
        "Make a table of facts…",
        "The same facts from many documents: one row a document, one column a question or the name of a field. "
        "What is not found stays empty.",
    ),
    ReportKind.CARDS: Wording(
        "Flash cards",
        "Make flash cards…",
        "Questions from a document or one of its chapters. A card is kept only if its answer is found in the text "
        "again. They can be saved for Anki.",
    ),
}
