"""All measures of all sets in one Markdown table: a line for each set and mode, with what counts there.

Knows the reports by their keys in docs/json.md, and nothing of how they came about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rag.evaluation.set_finding import SetKind

Report = Mapping[str, object]

_N = {
    SetKind.ANSWERS: "n",
    SetKind.CLAIMS: "claims",
    SetKind.INJECTION: "n",
    SetKind.RETRIEVAL: "questions",
    SetKind.SPANS: "questions",
    SetKind.DOCUMENTS: "n",
}

_SHOWN: Mapping[SetKind, Mapping[str, str]] = {
    SetKind.ANSWERS: {
        "F1": "f1",
        "EM": "em",
        "gold in first quote": "quotes.first",
        "in three": "quotes.first_three",
        "citation precision": "citation_precision",
        "citation recall": "citation_recall",
        "abstention AUROC": "abstention.auroc",
        "first token s": "first_token_s",
    },
    SetKind.CLAIMS: {
        "balanced accuracy": "half_0.balanced_accuracy",
        "meaning alone": "half_0.cosine_alone",
        "words alone": "half_0.words_alone",
        "on the half that was fitted": "half_1.balanced_accuracy",
    },
    SetKind.DOCUMENTS: {
        "readable": "readable.files",
        "with text": "readable.with_text",
        "as expected": "readable.as_expected",
        "longest s": "readable.longest_s",
        "others": "others.files",
        "others as expected": "others.as_expected",
        "others longest s": "others.longest_s",
    },
    SetKind.INJECTION: {
        "turns": "breakthroughs.turns",
        "tokens": "breakthroughs.tokens",
        "made-up citations": "breakthroughs.citations",
        "network": "breakthroughs.network",
        "files": "breakthroughs.files",
        "reached the answer": "reached_share",
    },
    SetKind.RETRIEVAL: {
        "nDCG@10": "fused.ndcg@10",
        "by words": "words.ndcg@10",
        "by meaning": "vectors.ndcg@10",
        "recall@5": "fused.recall@5",
        "p95 ms": "p95_ms",
    },
    SetKind.SPANS: {
        "spans in 1": "spans.recall@1",
        "in 5": "spans.recall@5",
        "in 10": "spans.recall@10",
        "characters in 5": "characters.recall@5",
        "displaced": "displaced",
    },
}
"""What is shown of each kind: title and path of keys."""


def header() -> str:
    """The table's head: two lines."""
    return "| what | set | mode | n | measures | s |\n|---|---|---|---|---|---|"


def line(kind: SetKind, name: str, report: Report, seconds: float) -> str:
    """A report's line. A measure that could not be worked out is a dash."""
    cells = (
        kind.value,
        name,
        str(report.get("mode", "")),
        _told(report.get(_N[kind])),
        ", ".join(f"{title} {_told(value)}" for title, value in _measures(kind, report)),
        f"{seconds:.0f}",
    )
    return f"| {' | '.join(map(_in_cell, cells))} |"


def failed_line(kind: SetKind, name: str, reason: str) -> str:
    """The line of a set that could not be measured."""
    return f"| {' | '.join(map(_in_cell, (kind.value, name, '', '', f'not measured: {reason}', '')))} |"


def _measures(kind: SetKind, report: Report) -> Iterator[tuple[str, object]]:
    yield from ((title, _at(report, path)) for title, path in _SHOWN[kind].items())


def _at(report: Report, path: str) -> object:
    value: object = report
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _told(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
