"""Comparisons and contraries: more is not less, before is not after, the largest is not the smallest.

Two statements contradict when they use the two sides of a pair of contraries (rag.verdicts.opposites) about the same
words, each side turned round by its negation: "not allowed" and "prohibited" agree. "A before B" and "B after A" agree
too: that is told by what stands on which side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rag.support import STOP_WORDS
from rag.verdicts.negation import denied, likeness
from rag.verdicts.opposites import SIDES, sides
from rag.verdicts.statement import Finding, Statement

NEIGHBOURS = 6
"""Words on each side among which the two statements must share one: the contraries are then about the same thing."""

CLEARLY = 2
"""By how much more the contrary must be like the claim, where the evidence says both."""

_PREFIXES = ("un", "non-", "non", "dis", "ir")


@dataclass(frozen=True, slots=True)
class _Side:
    """A word on one side of a pair. `sign` already counts its negation, which alone is for rag.verdicts.negation."""

    pair: int | str
    sign: int
    place: int
    word: str


def check(claim: Statement, evidence: Statement, context: Statement) -> Finding | None:  # noqa: ARG001  # as all checks
    """A word of the claim whose contrary the evidence says of the same thing."""
    mine, its = _sides(claim), _sides(evidence)
    mine, its = (*mine, *_prefixed(claim, evidence)), (*its, *_prefixed(evidence, claim))
    told: dict[int | str, list[_Side]] = {}
    for side in its:
        told.setdefault(side.pair, []).append(side)
    for side in mine:
        contrary = _contrary(claim, side, evidence, told.get(side.pair, []))
        is_both = any(one.sign != side.sign for one in mine if one.pair == side.pair)
        if contrary is not None and not is_both and _same_thing(claim, side.place, evidence, contrary.place):
            said, found = _shown(claim, side.place), _shown(evidence, contrary.place)
            return Finding(f"the source says “{found}”, not “{said}”")
    return None


def _contrary(claim: Statement, side: _Side, evidence: Statement, told: list[_Side]) -> _Side | None:
    """The contrary in the evidence, unless this says the same as well and no further off."""
    same = [other for other in told if other.sign == side.sign]
    contrary = [other for other in told if other.sign != side.sign and other.word != side.word]
    if not contrary:
        return None
    near = {other: likeness(claim, side.place, evidence, other.place) for other in (*same, *contrary)}
    best = max(contrary, key=lambda other: near[other])
    return best if all(near[best] >= near[other] + CLEARLY for other in same) else None


@lru_cache(maxsize=4096)
def _sides(statement: Statement) -> tuple[_Side, ...]:
    no = denied(statement)
    return tuple(
        _Side(pair, -sign if place in no else sign, place, token.stem)
        for place, token in enumerate(statement.tokens)
        if not (place and statement.tokens[place - 1].folded == "at")
        for pair, sign in _of(statement, place)
    )


def _of(statement: Statement, place: int) -> tuple[tuple[int, int], ...]:
    """ "Must not" and "cannot" forbid: they are no contrary of "must"."""
    token = statement.tokens[place]
    following = statement.tokens[place + 1].folded if place + 1 < len(statement.tokens) else ""
    if token.folded == "cannot" or (token.folded in ("must", "shall") and following == "not"):
        return SIDES["forbid"]
    return sides(token)


def _prefixed(statement: Statement, other: Statement) -> list[_Side]:
    """Words that the other statement has with or without a prefix that denies: "heated" and "unheated"."""
    no, others = denied(statement), other.stems
    found = []
    for place, token in enumerate(statement.tokens):
        if token.is_mark or token.folded in SIDES or token.stem in SIDES or token.folded in STOP_WORDS:
            continue
        sign = -1 if place in no else 1
        for prefix in _PREFIXES:
            bare = token.stem.removeprefix(prefix)
            if bare != token.stem and len(bare) >= 4 and bare in others and token.stem not in others:
                found.append(_Side(bare, -sign, place, token.stem))
            elif prefix + token.stem in others and len(token.stem) >= 4:
                found.append(_Side(token.stem, sign, place, token.stem))
    return found


def _same_thing(claim: Statement, here: int, evidence: Statement, there: int) -> bool:
    """Whether words around the two are shared, and not crosswise, as in "A before B" and "B after A"."""
    left, right = _around(claim, here)
    its_left, its_right = _around(evidence, there)
    near = _around(claim, here, NEIGHBOURS)
    its_near = _around(evidence, there, NEIGHBOURS)
    if not (near[0] | near[1]) & (its_near[0] | its_near[1]):
        return False
    straight = len(left & its_left) + len(right & its_right)
    crossed = len(left & its_right) + len(right & its_left)
    return straight >= crossed


def _around(statement: Statement, place: int, reach: int = 30) -> tuple[frozenset[str], frozenset[str]]:
    """The content stems before and behind a place."""
    tokens = statement.tokens
    before, behind = tokens[max(0, place - reach) : place], tokens[place + 1 : place + 1 + reach]
    return (
        frozenset(token.stem for token in before if token.stem and token.folded not in STOP_WORDS),
        frozenset(token.stem for token in behind if token.stem and token.folded not in STOP_WORDS),
    )


def _shown(statement: Statement, place: int) -> str:
    word = statement.tokens[place].text
    return f"not {word}" if place in denied(statement) else word
