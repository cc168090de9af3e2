"""Quantities without a number: some are not all, at least is not at most, and "only" must be said by the source.

A claim may say less than its evidence ("some" where the source says "all"), never more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.support import STOP_WORDS
from rag.verdicts.numbers import Quantity, quantities
from rag.verdicts.statement import Finding, Statement

_LEVELS = {
    **dict.fromkeys("all every each both entire whole always".split(), 3),
    **dict.fromkeys("most majority mostly usually generally normally nearly almost".split(), 2),
    **dict.fromkeys("some several many few certain half sometimes often occasionally partly partially".split(), 1),
}
_ADVERBS = frozenset("always mostly usually generally normally sometimes often occasionally partly partially".split())

_AT_LEAST = (
    "at least", "no less than", "not less than", "no fewer than", "not fewer than", "minimum", "minimum of",
    "more than", "over", "above", "exceeding", "exceeds", "not earlier than", "no earlier than", "not before",
    "greater than",
)  # fmt: skip
_AT_MOST = (
    "at most", "no more than", "not more than", "no later than", "not later than", "maximum", "maximum of", "up to",
    "less than", "fewer than", "under", "below", "within", "not exceeding", "not exceed", "no longer than",
)  # fmt: skip
_BEHIND = {"or more": 1, "or over": 1, "and over": 1, "or less": -1, "or fewer": -1, "or under": -1}

_ONLY = frozenset("only solely exclusively merely alone nur seulement solo".split())
_RESTRICTS = _ONLY | frozenset(
    """just sole exclusive nothing no not never none except unless limited restricted restrict limit other must single
    one require required requires reserved provided cannot without until if""".split()
)


@dataclass(frozen=True, slots=True)
class _Level:
    word: str
    level: int
    of: str


def check(claim: Statement, evidence: Statement, context: Statement) -> Finding | None:  # noqa: ARG001  # as all checks
    """Where the claim says more than its evidence, or sets the contrary bound."""
    return _bound(claim, evidence) or _level(claim, evidence) or _only(claim, evidence)


def _bound(claim: Statement, evidence: Statement) -> Finding | None:
    told = [(quantity, _sign(evidence.text, quantity)) for quantity in quantities(evidence.text)]
    for quantity in quantities(claim.text):
        mine = _sign(claim.text, quantity)
        signs = {sign for one, sign in told if one.equals(quantity)}
        if mine and -mine in signs and not signs & {mine, 0}:
            shown = ("at least", "at most") if mine < 0 else ("at most", "at least")
            return Finding(f"the source says {shown[0]} {quantity.text}, not {shown[1]}")
    return None


def _sign(text: str, quantity: Quantity) -> int:
    """1 for a lower bound, -1 for an upper one, 0 for none."""
    before = " ".join(text[max(0, quantity.start - 30) : quantity.start].casefold().split())
    before = before.removesuffix(" a").removesuffix(" of").removesuffix(" the")
    behind = " ".join(text[quantity.start + len(quantity.text) :].casefold().split()[:2]).rstrip(".,;")
    if behind in _BEHIND:
        return _BEHIND[behind]
    least = max((len(words) for words in _AT_LEAST if _ends_with(before, words)), default=0)
    most = max((len(words) for words in _AT_MOST if _ends_with(before, words)), default=0)
    return (least > most) - (most > least)


def _ends_with(text: str, words: str) -> bool:
    return text == words or text.endswith(f" {words}")


def _level(claim: Statement, evidence: Statement) -> Finding | None:
    told = list(_levels(evidence))
    for mine in _levels(claim):
        others = [other for other in told if other.of == mine.of]
        if others and all(other.level < mine.level for other in others):
            return Finding(f"the source says “{others[0].word}”, not “{mine.word}”")
    return None


def _levels(statement: Statement) -> Iterator[_Level]:
    """The quantifiers and the stem of what they stand for, a word that is no stop word within three; adverbs alone."""
    for place, token in enumerate(statement.tokens):
        level = _LEVELS.get(token.folded)
        if level is None:
            continue
        if place and statement.tokens[place - 1].folded == "not":
            level = 1
        if token.folded in _ADVERBS:
            yield _Level(token.folded, level, "")
            continue
        for following in statement.tokens[place + 1 : place + 4]:
            if following.stem and following.folded not in STOP_WORDS and following.folded not in _LEVELS:
                yield _Level(token.folded, level, following.stem)
                break


def _only(claim: Statement, evidence: Statement) -> Finding | None:
    said = next((token for token in claim.tokens if token.folded in _ONLY), None)
    if said is None or any(token.folded in _RESTRICTS for token in evidence.tokens):
        return None
    return Finding(f"the source does not say “{said.text}”", hard=False)
