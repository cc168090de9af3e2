"""Holds what was found in tables and keyed data against what the question names: a row, and a column of it.

    How many berths does Southport have?      found: 120, in the row of Northhaven      ->  45

A reader of prose that sees ten rows alike takes a neighbour's value now and then; that the question names the row is
plain to see. Only whole names count, so a question that names none is left to the reader. Knows nothing of models.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from local_models.types import FoundSpan
from rag.support import content_words
from rag.told_rows import ToldRows, Value
from rag.verdicts.units import unit_of

NAMED = 0.7
"""Least probability of a value whose row and column the question names, both of them and no other."""


LEAST_OF_A_NAME = 2
"""Words of a value that names its row: "Amalia Voss" does; one word, "white" or "open", may stand in any question."""

_UNIT = re.compile(r"\s*(?:\((?P<bracketed>[^()]*)\)|\bin (?P<named>\S+))\s*$")
"""Behind the name of a column, "Rent in euros", "Area (m²)": who asks for the rent does not say it."""

_KIND = re.compile(r"\s*which\s+(\w+)", re.IGNORECASE)


def named_rows(question: str, rows: ToldRows) -> frozenset[str]:
    """The names of rows that the question holds; of rows told apart by more of its words, those. Where it holds none,
    the rows of which it holds another whole value, a name in the second column.
    """
    asked = content_words(question)
    told = {value.row: content_words(value.row) & asked for value in rows.values if _is_named(value, asked)}
    if not told:
        return frozenset(value.row for value in rows.values if _names_its_row(value, rows, asked))
    return frozenset(row for row, held in told.items() if not any(held < other for other in told.values()))


def in_named_rows(
    question: str, rows: ToldRows, spans: Sequence[FoundSpan], named: frozenset[str]
) -> tuple[FoundSpan, ...]:
    """The spans (code points of the old text) without those in rows of other names; the one value that the question
    names altogether stands first.
    """
    asked = content_words(question)
    kept = [span for span in spans if not named or _is_in(rows.value_at(span.start), named)]
    moved = [_in_named_column(span, asked, rows) for span in kept]
    likeliest = {span.start: span for span in sorted(moved, key=lambda span: span.probability)}
    kept = sorted(likeliest.values(), key=lambda span: -span.probability)
    meant = _meant(asked, rows, named)
    if meant is None or _asks_for_another(question, meant, asked):
        return tuple(kept)
    surest = max((span.probability for span in spans), default=0.0)
    first = FoundSpan(meant.start, meant.end, max(surest, NAMED))
    return (first, *(span for span in kept if span.end <= meant.start or span.start >= meant.end))


def _in_named_column(span: FoundSpan, asked: frozenset[str], rows: ToldRows) -> FoundSpan:
    """The span, or the value of its row in the one column that the question names, unless it names that value too."""
    found = rows.value_at(span.start)
    named = {value.column for value in rows.values if _names_column(value, asked)}
    if found is None or found.innermost or len(named) != 1 or found.column in named:
        return span
    beside = [value for value in rows.values if value.row == found.row and value.column in named]
    if len(beside) != 1 or content_words(rows.source[beside[0].start : beside[0].end]) <= asked:
        return span
    return FoundSpan(beside[0].start, beside[0].end, span.probability)


def _is_named(value: Value, asked: frozenset[str]) -> bool:
    held = content_words(value.innermost or value.row)
    return bool(held) and held <= asked


def _names_its_row(value: Value, rows: ToldRows, asked: frozenset[str]) -> bool:
    held = content_words(rows.source[value.start : value.end])
    return len(held) >= LEAST_OF_A_NAME and held <= asked


def _names_column(value: Value, asked: frozenset[str]) -> bool:
    held = content_words(_without_unit(value.column))
    return bool(held) and held <= asked


def _asks_for_another(question: str, meant: Value, asked: frozenset[str]) -> bool:
    """ "Which flat does Amalia Voss rent?": she names the row, and what is asked for is its name, not its rent."""
    kind = _KIND.match(question)
    return kind is not None and not _is_named(meant, asked) and not content_words(kind[1]) & content_words(meant.column)


def _without_unit(column: str) -> str:
    found = _UNIT.search(column)
    unit = found and unit_of((found["bracketed"] or found["named"] or "").casefold())
    return column[: found.start()] if found and unit else column


def _is_in(value: Value | None, named: frozenset[str]) -> bool:
    return value is None or value.row in named


def _meant(asked: frozenset[str], rows: ToldRows, named: frozenset[str]) -> Value | None:
    """The only value in a named row whose column is named too; where no row is, the only one of a column that is most
    of the question.
    """
    meant = [
        value
        for value in rows.values
        if (not named or value.row in named) and _names_column(value, asked) and not _names_its_row(value, rows, asked)
    ]
    if len(meant) != 1:
        return None
    told = content_words(f"{meant[0].row} {meant[0].column}")
    return meant[0] if named or len(told & asked) > len(asked) / 2 else None
