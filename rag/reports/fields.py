"""What a column of a table of facts asks for: a question for the span reader, and what kind of words may answer it.

A field's name is no question. What kind of thing it names is told by its words, and decides both how it is asked
("Who is the tenant?") and what can't be its value: no amount without a figure, no date without a day or a year.
Rules are for English; other names are asked with "What is the ...?" and any words will do. Knows no documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_ASKED = re.compile(
    r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|does|do|did|has|have|can|may|must)\b",
    re.IGNORECASE,
)
_PEOPLE = frozenset(
    """tenant landlord owner author seller buyer employer employee manager director contact supplier customer client
    signatory president chair chairman chairperson lessor lessee vendor recipient sender applicant contractor guarantor
    doctor patient teacher editor founder ceo witness lawyer architect agent broker insurer borrower lender party
    parties""".split()
)
_DATES = frozenset("date dates deadline expiry expiration birthday due started ended begins ends".split())
_AMOUNTS = frozenset(
    """price rent cost costs amount fee fees salary total deposit sum premium deductible copay copayment maximum minimum
    budget revenue turnover profit income wage tax vat interest rate discount penalty fine payment balance
    loan""".split()
)
_PHONES = frozenset("phone telephone fax mobile hotline".split())
PHONE_DIGITS = 5
"""Fewer are no telephone number outside of a company."""

_DATED = re.compile(
    r"\b\d{4}\b|\b\d{1,2}[./]\d{1,2}\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Field:
    """How a column is asked for. `fits` is False for words that can't be its value."""

    question: str
    fits: Callable[[str], bool]


def field_of(column: str) -> Field:
    """A question is asked as it is; what stands for a name is turned into one."""
    column = " ".join(column.split())
    if column.endswith("?") or _ASKED.match(column):
        return Field(column if column.endswith("?") else f"{column}?", _any_words)
    name = _without_capital(column)
    words = set(re.findall(r"[a-z]+", name.casefold()))
    if words & _DATES:
        return Field(f"What is the {name}?", _is_date)
    if words & _AMOUNTS:
        return Field(f"How much is the {name}?", _has_figure)
    if words & _PHONES:
        return Field(f"What is the {name}?", _is_phone)
    if words & _PEOPLE:
        return Field(f"Who is the {name}?", _has_name)
    return Field(f"What is the {name}?", _any_words)


def _without_capital(name: str) -> str:
    first = name.split(" ", 1)[0]
    return name[:1].lower() + name[1:] if first[1:] == first[1:].lower() else name


def _any_words(_words: str) -> bool:
    return True


def _has_figure(words: str) -> bool:
    return any(char.isdigit() for char in words)


def _is_phone(words: str) -> bool:
    return sum(char.isdigit() for char in words) >= PHONE_DIGITS


def _is_date(words: str) -> bool:
    return _DATED.search(words) is not None


def _has_name(words: str) -> bool:
    """A capital that does not only stand there because a sentence begins with an article."""
    return re.search(r"\b(?!The\b|A\b|An\b|This\b)[A-ZÀ-Þ]\w", words) is not None
