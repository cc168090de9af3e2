"""Negation: "not required" is not "required", wherever the "not" stands.

Each negator denies the words behind it, as far as the clause goes. Two statements contradict when a word they share is
denied in one only, and nothing they share is denied in both. Knows no grammar; English first, and the negators of a few
other languages.
"""

from __future__ import annotations

from functools import lru_cache

from rag.support import STOP_WORDS
from rag.verdicts.opposites import SIDES
from rag.verdicts.statement import Finding, Statement, Token

REACH = 7
"""Words behind a negator that it denies at most, within its clause."""

_NEGATORS = frozenset(
    """not no never none neither nor nothing nobody nowhere without cannot hardly scarcely
    kein keine keinen keiner keinem nicht nie niemals non ne pas jamais aucun aucune ningun ninguna sin nunca""".split()
)
_VERBS = frozenset("fail fails failed failing lack lacks lacked lacking refuse refuses refused".split())
"""Verbs that deny what follows."""

_CLAUSE_ENDS = frozenset(
    """but although though however except unless while whereas because if when where since which who aber sondern wenn
    mais sauf pero""".split()
)
_BOUNDS = frozenset("more less later earlier fewer longer greater lower higher sooner exceed exceeding".split())
_HARMLESS = frozenset("only least doubt just merely necessarily".split())
"""Behind "not" or "no": they deny nothing of the sentence."""

_CONDITIONS = frozenset("without unless except until before other if".split())
_REQUIRES = frozenset("only must require requires required need needs with unless after provided first until if".split())
""" "Not without consent" is "only with consent": where one side denies under a condition and the other demands one."""


def check(claim: Statement, evidence: Statement, context: Statement) -> Finding | None:  # noqa: ARG001  # as all checks
    """A word of the claim that is denied in one of the two only."""
    mine, its = _denied(claim), _denied(evidence)
    if not (mine or its):
        return None
    said, told = _plain(claim), _plain(evidence)
    if mine & its or _denied_by_opposite(mine, told) or _denied_by_opposite(its, said):
        return None
    if _is_conditional(claim, evidence) or _is_conditional(evidence, claim):
        return None
    added, dropped = (mine & told) - its, (its & said) - mine
    if dropped:
        return Finding(f"the source says “{_phrase(evidence, dropped)}”")
    if added:
        return Finding(f"the source does not say “{_phrase(claim, added)}”")
    return None


@lru_cache(maxsize=4096)
def denied(statement: Statement) -> frozenset[int]:
    """The places of the tokens that are denied; what is denied twice is not."""
    places: set[int] = set()
    for place in range(len(statement.tokens)):
        if is_negator(statement.tokens, place):
            places ^= set(_reach(statement.tokens, place))
    return frozenset(places)


def is_negator(tokens: tuple[Token, ...], place: int) -> bool:
    """Whether the token denies what is behind it; "no later than", "not only" and "No. 5" do not."""
    token = tokens[place]
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if token.folded.endswith("n't"):
        return True
    if token.folded in _VERBS:
        return following is not None
    if token.folded not in _NEGATORS:
        return False
    if following is None:
        return True
    if token.folded in ("not", "no") and (following.folded in _BOUNDS or following.folded in _HARMLESS):
        return following.folded == "longer" and not _is_followed_by_than(tokens, place + 1)
    if token.folded == "no" and (following.text[:1].isdigit() or following.text == "."):
        return False
    return not (token.folded == "not" and place > 0 and tokens[place - 1].folded == "or")


def _is_followed_by_than(tokens: tuple[Token, ...], place: int) -> bool:
    return place + 1 < len(tokens) and tokens[place + 1].folded == "than"


def _reach(tokens: tuple[Token, ...], place: int) -> list[int]:
    """The places that a negator denies."""
    found = []
    for at in range(place + 1, min(place + 1 + REACH, len(tokens))):
        token = tokens[at]
        if (token.is_mark and token.text not in "\"“”") or token.folded in _CLAUSE_ENDS:
            break
        found.append(at)
    return found


@lru_cache(maxsize=4096)
def _denied(statement: Statement) -> frozenset[str]:
    return frozenset(_content(statement.tokens[place]) for place in denied(statement)) - {""}


@lru_cache(maxsize=4096)
def _plain(statement: Statement) -> frozenset[str]:
    no = denied(statement)
    return frozenset(_content(token) for place, token in enumerate(statement.tokens) if place not in no) - {""}


def _content(token: Token) -> str:
    skipped = token.is_mark or token.folded in STOP_WORDS or token.folded in _NEGATORS or token.text[:1].isdigit()
    return "" if skipped else token.stem


def _denied_by_opposite(denied_words: frozenset[str], plain: frozenset[str]) -> bool:
    """Whether one side denies a word and the other says its contrary: "not allowed" and "prohibited"."""
    contrary = {(pair, -sign) for word in denied_words for pair, sign in SIDES.get(word, ())}
    return any(side in contrary for word in plain for side in SIDES.get(word, ()))


def _is_conditional(one: Statement, other: Statement) -> bool:
    """ "Not without X" on one side, "only with X" on the other."""
    words = [token.folded for token in one.tokens]
    first = next((place for place in range(len(words)) if is_negator(one.tokens, place)), None)
    if first is None or not _CONDITIONS & set(words[first + 1 :]):
        return False
    others = {token.folded for token in other.tokens}
    return bool(_REQUIRES & others) and not any(is_negator(other.tokens, at) for at in range(len(other.tokens)))


def _phrase(statement: Statement, stems: frozenset[str]) -> str:
    """The negator and the words up to the first that matters, as they stand."""
    tokens = statement.tokens
    for place in range(len(tokens)):
        if not is_negator(tokens, place):
            continue
        for at in _reach(tokens, place):
            if tokens[at].stem in stems:
                return statement.text[tokens[place].start : tokens[at].end]
    return " ".join(sorted(stems))
