"""The reports of several sets as one Markdown table, a row for each set and mode, as a model card shows them.

Knows the reports by their keys in docs/json.md, and nothing of how they came about.
"""

from __future__ import annotations

from collections.abc import Mapping

Report = Mapping[str, object]

COLUMNS: Mapping[str, str] = {
    "F1": "f1",
    "EM": "em",
    "F1 answerable": "answerable.f1",
    "EM answerable": "answerable.em",
    "found F1": "found.f1",
    "found EM": "found.em",
    "citation precision": "citation_precision",
    "citation recall": "citation_recall",
    "abstention precision": "abstention.precision",
    "abstention recall": "abstention.recall",
    "abstention AUROC": "abstention.auroc",
}
"""Measures that have an interval: title and key."""


def header() -> str:
    """The table's head: two lines."""
    titles = ("set", "mode", "n (answerable)", *COLUMNS, "tokens/s", "first token")
    return f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}"


def row(report: Report) -> str:
    """A report's line; `set` and `mode` are among its keys. A measure that could not be worked out is a dash."""
    intervals = _mapping(report["intervals"])
    cells = [
        str(report["set"]),
        str(report["mode"]),
        f"{report['n']} ({report['n_answerable']})",
        *(_measured(_at(report, key), _at(intervals, key)) for key in COLUMNS.values()),
        _number(report["tokens_per_second"], ".0f"),
        _number(report["first_token_s"], ".2f", " s"),
    ]
    return f"| {' | '.join(cells)} |"


def _measured(value: object, interval: object) -> str:
    if not isinstance(interval, tuple):
        return _number(value, ".3f")
    low, high = interval
    return f"{_number(value, '.3f')} ({low:.2f} to {high:.2f})"


def _number(value: object, digits: str, unit: str = "") -> str:
    return f"{value:{digits}}{unit}" if isinstance(value, float) else "-"


def _at(report: Report, key: str) -> object:
    """`key` is a path of keys, joined by dots."""
    value: object = report
    for name in key.split("."):
        value = _mapping(value)[name]
    return value


def _mapping(value: object) -> Report:
    if not isinstance(value, Mapping):
        raise TypeError(f"{value!r} is no part of a report")
    return value
