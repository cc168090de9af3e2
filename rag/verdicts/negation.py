"""Negation: "not required" is not "required", wherever the "not" stands.

Each negator denies the words behind it, as far as the clause goes. Two statements contradict when a word they share is
denied in one only, and nothing they share is denied in both. Knows no grammar; English first, and the negators of a few
other languages.
"""

from __future__ import annotations

from functools import lru_cache

from rag.support import STOP_WORDS
from rag.verdicts.opposites import sides
from rag.verdicts.statement import Finding, Statement, Token

REACH = 7
"""Words behind a negator that it denies at most, within its clause."""

_NEGATORS = frozenset(
    """not no never none neither nor nothing nobody nowhere without cannot hardly scarcely
    kein keine keinen keiner keinem nicht nie niemals ne pas jamais aucun aucune ningun ninguna sin nunca""".split()
)
_VERBS = frozenset("fail fails failed failing lack lacks lacked lacking refuse refuses refused".split())
"""Verbs that deny what follows."""

_DENIED_BEFORE = frozenset("need needs may can".split())
"""Verbs that the "not" behind them denies: "need not" is "not required"."""

_CLAUSE_ENDS = frozenset(
    """but although though however except unless while whereas because if when where since which who aber sondern wenn
    mais sauf pero""".split()
)
_BOUNDS = frozenset("more less later earlier fewer longer greater lower higher sooner exceed exceeding".split())
_HARMLESS = frozenset("only least doubt just merely necessarily".split())
"""Behind "not" or "no": they deny nothing of the sentence."""

_TURNED_ROUND = (
    (
        frozenset("without unless except until before other".split()),
        frozenset("only must needs unless with after provided first".split()),
    ),
    (frozenset(["since"]), frozenset("last latest".split())),
)
""" "Not without consent" is "only with consent", "not inspected since May" is "last inspected in May"."""

_DENYING = frozenset(
    """forbidden forbids forbid prohibited prohibits prohibit banned ban excluded excludes exclude exempt
    impossible unable void free avoid advised refuses refused declined denied ruled rejected""".split()
)
"""Words that deny without a negator: what they say of a word the other statement denies is left to comparisons."""


def check(claim: Statement, evidence: Statement, context: Statement) -> Finding | None:  # noqa: ARG001  # as all checks
    """A word of the claim that is denied in one of the two only."""
    mine, its = denied(claim), denied(evidence)
    if not (mine or its):
        return None
    said, told = _content(claim), _content(evidence)
    pairs = [(place, _counterpart(claim, place, evidence, told[stem])) for place, stem in _places(said) if stem in told]
    if any(place in mine and other in its for place, other in pairs) or _agree_otherwise(claim, evidence):
        return None
    if _sides_of(claim, mine) & _sides_of(evidence, its):
        return None
    dropped = [other for place, other in pairs if other in its and place not in mine]
    if dropped:
        return Finding(f"the source says “{_phrase(evidence, dropped)}”")
    added = [place for place, other in pairs if place in mine and other not in its]
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
    if token.folded in ("not", "no") and following.folded in _HARMLESS:
        return False
    if token.folded in ("not", "no") and following.folded in _BOUNDS:
        return not (_is_followed_by_than(tokens, place + 1) or following.folded.startswith("exceed"))
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
        if (token.is_mark and token.text not in '"“”') or token.folded in _CLAUSE_ENDS:
            break
        found.append(at)
    before = tokens[place - 1].folded if place else ""
    return [place - 1, *found] if before in _DENIED_BEFORE else found


@lru_cache(maxsize=4096)
def _content(statement: Statement) -> dict[str, list[int]]:
    """The places of each content stem."""
    found: dict[str, list[int]] = {}
    for place, token in enumerate(statement.tokens):
        if not (token.is_mark or token.folded in STOP_WORDS or token.folded in _NEGATORS or token.text[:1].isdigit()):
            found.setdefault(token.stem, []).append(place)
    return found


def _places(content: dict[str, list[int]]) -> list[tuple[int, str]]:
    return sorted((place, stem) for stem, places in content.items() for place in places)


def _counterpart(claim: Statement, place: int, evidence: Statement, places: list[int]) -> int:
    """Of the places where the evidence has the word, the one with most of the claim's words around it."""
    if len(places) == 1:
        return places[0]
    return max(places, key=lambda other: likeness(claim, place, evidence, other))


def likeness(claim: Statement, place: int, evidence: Statement, other: int) -> int:
    """How much of what stands around the two places is shared; what is on the same side counts twice."""
    before, behind = _around(claim, place)
    its_before, its_behind = _around(evidence, other)
    same_side = len(before & its_before) + len(behind & its_behind)
    return same_side + len((before | behind) & (its_before | its_behind))


def _around(statement: Statement, place: int) -> tuple[frozenset[str], frozenset[str]]:
    """The stems before and behind a place, as far as its clause goes."""
    tokens = statement.tokens
    start, end = place, place + 1
    while start > max(0, place - REACH) and not _parts(tokens[start - 1]):
        start -= 1
    while end < min(len(tokens), place + 1 + REACH) and not _parts(tokens[end]):
        end += 1
    return _stems(tokens[start:place]), _stems(tokens[place + 1 : end])


def _parts(token: Token) -> bool:
    return token.text in ";.:" or token.folded in _CLAUSE_ENDS


def _sides_of(statement: Statement, places: frozenset[int]) -> set[tuple[int, int]]:
    return {side for place in places for side in sides(statement.tokens[place])}


def _stems(tokens: tuple[Token, ...]) -> frozenset[str]:
    return frozenset(token.stem for token in tokens if token.stem and token.folded not in STOP_WORDS)


def _agree_otherwise(claim: Statement, evidence: Statement) -> bool:
    """Whether one side denies and the other says the same in other words."""
    return any(
        _says_contrary(one, other) or _is_turned_round(one, other)
        for one, other in ((claim, evidence), (evidence, claim))
    )


def _says_contrary(one: Statement, other: Statement) -> bool:
    """ "Not allowed" on one side, "prohibited" on the other."""
    no, others_no = denied(one), denied(other)
    denied_stems = _stems(tuple(one.tokens[place] for place in no))
    contrary = {(pair, -sign) for pair, sign in _sides_of(one, no)}
    for place, token in enumerate(other.tokens):
        if place in others_no or token.is_mark:
            continue
        if token.folded in _DENYING and denied_stems & frozenset().union(*_around(other, place)):
            return True
        if contrary.intersection(sides(token)):
            return True
    return False


def _is_turned_round(one: Statement, other: Statement) -> bool:
    words = [token.folded for token in one.tokens]
    first = next((place for place in range(len(words)) if is_negator(one.tokens, place)), None)
    if first is None or any(is_negator(other.tokens, place) for place in range(len(other.tokens))):
        return False
    others = {token.folded for token in other.tokens}
    return any(mine & set(words[first:]) and its & others for mine, its in _TURNED_ROUND)


def _phrase(statement: Statement, places: list[int]) -> str:
    """The negator and the words up to the first that matters, as they stand."""
    tokens = statement.tokens
    for place in range(len(tokens)):
        if is_negator(tokens, place):
            reached = [at for at in _reach(tokens, place) if at in places]
            if reached:
                return statement.text[tokens[place].start : tokens[reached[0]].end]
    return statement.text[tokens[places[0]].start : tokens[places[0]].end]
