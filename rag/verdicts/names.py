"""Names: what "Smith" is said to have done is not said of "Jones".

A name is a capitalised word inside a sentence, an acronym, a word with a capital or a digit inside; a sentence's first
word only where it can hardly be anything else. Knows nothing of who the names are: no list of people or places.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.support import STOP_WORDS
from rag.verdicts.dates import moments
from rag.verdicts.statement import Finding, Statement, Token
from rag.verdicts.units import MONEY, unit_of

_DEMONYMS = {
    "french": "france", "spanish": "spain", "dutch": "netherlands", "british": "britain", "swiss": "switzerland",
    "danish": "denmark", "polish": "poland", "swedish": "sweden", "finnish": "finland", "turkish": "turkey",
    "greek": "greece", "irish": "ireland", "scottish": "scotland", "welsh": "wales", "norwegian": "norway",
    "chinese": "china", "portuguese": "portugal", "english": "england", "uk": "britain", "usa": "us",
}  # fmt: skip

_TITLES = frozenset("mr mrs ms miss dr prof professor sir lady lord dame herr frau madame monsieur".split())

_OPENERS = frozenset(
    """rent water payment interest notice heating electricity gas parking smoking insurance access delivery work
    maintenance repair cleaning damage loss use storage food sugar oil air income profit revenue staff management
    evidence research treatment infection exposure consent permission ownership liability tax information data
    participation attendance membership training equipment everyone everybody someone nobody nothing everything anyone
    yes no please thus hence however therefore moreover although because since while during before after within without
    under above below between among every many most several few both either neither another other overall finally
    today tomorrow yesterday later earlier first second third next last only even just instead together usually often
    always never sometimes currently recently according based given despite unless until upon once whether people
    children women men""".split()
)
"""Words that open sentences without an article; not names, though nothing in front of them says so."""

_VERBS = frozenset(
    """is was are were has had will would shall must may can could does did do pays paid said says signed wrote owns
    owned founded built won lost lives lived works worked became becomes made makes took takes gave gives bought sold
    led leads runs ran received agreed agrees moved left joined met born died""".split()
)
_BARE_ENDINGS = ("ing", "tion", "sion", "ment", "ness", "ity", "ance", "ence", "age", "ism", "ly", "ure", "ship", "ed")

LONG_ENOUGH = 4
"""Letters that two forms of one name must share: German and Germany, Smith and Smiths."""


@dataclass(frozen=True, slots=True)
class Name:
    """`is_code`: an acronym or the like. A first word may be no name after all."""

    text: str
    folded: str
    position: int
    following: str
    is_first: bool
    is_code: bool


def check(claim: Statement, evidence: Statement, context: Statement) -> Finding | None:
    """The first name of the claim that neither the evidence nor its context has."""
    told = {token.folded for token in (*evidence.tokens, *context.tokens)}
    initials = _acronyms(evidence) | _acronyms(context)
    told |= _closed_up(evidence) | _closed_up(context)
    as_written = {token.text.replace(".", "") for token in (*evidence.tokens, *context.tokens)}
    said = {token.folded for token in claim.tokens}
    others = [name for name in names(evidence) if name.folded not in said]
    missing = []
    for name in names(claim):
        is_told = (
            _is_among(name.folded, told)
            or name.folded + name.following in told
            or (name.text.isupper() and name.folded in initials)
        )
        if is_told or _spells_out(name, claim, as_written):
            continue
        is_explained = name.following == ")" and name.is_code
        if not is_explained and (not name.is_first or name.folded not in as_written):
            missing.append(name)
    for name in missing:
        rival = _rival(name, others)
        if rival is not None:
            return Finding(f"{rival.text} stands in the source, not {name.text}")
    sure = [name for name in missing if not name.is_first]
    return Finding(f"{sure[0].text} does not stand in the source", hard=False) if sure else None


@lru_cache(maxsize=4096)
def names(statement: Statement) -> tuple[Name, ...]:
    """The names in a statement, in order; months and weekdays are dates."""
    dates = [(moment.start, moment.end) for moment in moments(statement.text)]
    tokens = statement.tokens
    found = []
    for place, token in enumerate(tokens):
        if token.is_mark or not token.text[:1].isalpha() or any(a <= token.start < b for a, b in dates):
            continue
        first = place == 0 or (tokens[place - 1].text in '.!?:“"' and not _is_initial(tokens, place - 1))
        if _is_name(tokens, place, first=first):
            following = tokens[place + 1].folded if place + 1 < len(tokens) else ""
            odd = _is_odd(token.text)
            found.append(Name(_shown(token), token.folded, place, following, first and not odd, odd))
    return tuple(found)


def _is_name(tokens: tuple[Token, ...], place: int, *, first: bool) -> bool:
    token = tokens[place]
    if token.folded in STOP_WORDS and not (token.text.isupper() and len(token.text) > 1):
        return False
    if token.folded in _TITLES or len(token.folded) < 2 or _is_currency(token):
        return False
    if _is_odd(token.text):
        return True
    if not token.text[0].isupper():
        return False
    return not first or _opens_as_name(tokens, place)


def _is_currency(token: Token) -> bool:
    """EUR is the euro: numbers are held against each other with it, and the source may write €."""
    unit = unit_of(token.folded)
    return unit is not None and unit.dimension in MONEY


def _opens_as_name(tokens: tuple[Token, ...], place: int) -> bool:
    """A capitalised first word with another behind it, or bare before a verb, where a noun would have an article."""
    token = tokens[place]
    if token.folded in _OPENERS:
        return False
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if following is None:
        return False
    if following.text[:1].isupper() and following.folded not in STOP_WORDS:
        return True
    if token.text.endswith(("'s", "'")):
        return True
    if token.folded.endswith(_BARE_ENDINGS):
        return False
    return following.folded in _VERBS or following.text == "," or following.folded.endswith(("s", "ed"))


def _is_odd(text: str) -> bool:
    """NASA, McDonald, B12."""
    rest = text[1:].replace("'s", "")
    return (any(letter.isupper() for letter in rest) and not rest.startswith("-")) or (
        text[0].isupper() and any(letter.isdigit() for letter in rest)
    )


def _is_initial(tokens: tuple[Token, ...], place: int) -> bool:
    return tokens[place].text == "." and place > 0 and len(tokens[place - 1].folded) == 1


def _is_among(name: str, told: set[str]) -> bool:
    if (
        name in told
        or name.replace("-", "") in told
        or _DEMONYMS.get(name, name) in {_DEMONYMS.get(one, one) for one in told}
    ):
        return True
    return any(_is_form(name, one) for one in told if one[:3] == name[:3])


def _is_form(mine: str, its: str) -> bool:
    """One begins with all of the other, but for a short ending."""
    shorter, longer = sorted((mine, its), key=len)
    return len(shorter) >= LONG_ENOUGH and longer.startswith(shorter) and len(longer) - len(shorter) <= 3


def _acronyms(statement: Statement) -> set[str]:
    """The initials of runs of capitalised words: "un" for United Nations, with and without "of"."""
    found = set()
    run = ""
    for token in statement.tokens:
        if token.text[:1].isupper() and not token.is_mark and token.folded not in STOP_WORDS:
            run += token.folded[:1]
            if len(run) > 1:
                found.add(run)
        elif token.folded not in ("of", "and", "for", "the"):
            run = ""
    return found


def _closed_up(statement: Statement) -> set[str]:
    """Neighbouring tokens as one word: "SHP-2" is SHP2, "NIH 3T3" is NIH3T3."""
    tokens = statement.tokens
    return {one.folded + other.folded for one, other in pairwise(tokens) if not (one.is_mark or other.is_mark)}


def _spells_out(name: Name, claim: Statement, told: set[str]) -> bool:
    """Whether the name is part of a run whose initials are told: "United Nations" where the source says UN."""
    tokens = claim.tokens
    start = end = name.position
    while start and tokens[start - 1].text[:1].isupper() and tokens[start - 1].folded not in STOP_WORDS:
        start -= 1
    while end + 1 < len(tokens) and tokens[end + 1].text[:1].isupper():
        end += 1
    initials = "".join(token.text[:1] for token in tokens[start : end + 1])
    return len(initials) > 1 and initials in told


def _rival(name: Name, others: list[Name]) -> Name | None:
    """The name that the evidence has in its place: with the same neighbour, or the nearest in the sentence.

    A first word may be no name at all; then only one that is followed by the same word counts.
    """
    same = [one for one in others if one.following == name.following]
    if same:
        return same[0]
    if name.is_first:
        return next((one for one in others if one.is_first), None)
    if name.is_code:
        return next((one for one in others if one.is_code and _letters(one.folded) == _letters(name.folded)), None)
    others = [one for one in others if not (one.is_code or one.is_first)]
    return min(others, key=lambda one: abs(one.position - name.position), default=None)


def _letters(code: str) -> str:
    """What two codes share that differ in their number: B6 and B12, A380 and A350."""
    return "".join(letter for letter in code if letter.isalpha())


def _shown(token: Token) -> str:
    return token.text.removesuffix("'s")
