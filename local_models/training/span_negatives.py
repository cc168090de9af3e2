"""Questions bent until their passage no longer answers them, although it still has nearly all of their words.

A reader that learns from people's questions alone finds the likeliest words and never says no. People who write
unanswerable questions swap a name, a number or a year, turn a word into its opposite, negate, ask for another
kind of thing, or put in a condition that belongs elsewhere (Rajpurkar et al. 2018, section 4.2, lists these
kinds); the same is done here by rule. A few of the results are answerable after all, or no sentence of a person.

It knows questions and texts as characters.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable

from local_models.training.examples import swapped

_PAIRS = (
    "largest smallest|biggest smallest|first last|most least|more less|more fewer|before after|highest lowest|"
    "higher lower|longest shortest|longer shorter|north south|northern southern|east west|eastern western|"
    "early late|earlier later|earliest latest|begin end|began ended|beginning end|win lose|won lost|old new|"
    "oldest newest|older younger|oldest youngest|male female|men women|man woman|father mother|son daughter|"
    "brother sister|husband wife|king queen|public private|import export|imported exported|accept reject|"
    "accepted rejected|allow forbid|allowed banned|support oppose|supported opposed|positive negative|major minor|"
    "maximum minimum|open closed|opened closed|start stop|started stopped|start finish|upper lower|left right|"
    "inside outside|internal external|alive dead|born died|rise fall|rose fell|strong weak|stronger weaker|"
    "strongest weakest|rich poor|hot cold|hottest coldest|warm cool|best worst|better worse|always never|"
    "legal illegal|likely unlikely|able unable|known unknown|increase decrease|increased decreased|gain lose|"
    "gained lost|buy sell|bought sold|arrive leave|arrived left|enter leave|entered left|join leave|joined left|"
    "create destroy|created destroyed|built destroyed|build demolish|attack defend|attacked defended|"
    "love hate|loved hated|like dislike|common rare|simple complex|easy difficult|fast slow|faster slower|"
    "fastest slowest|large small|larger smaller|big small|high low|long short|wide narrow|heavy light|"
    "modern ancient|rural urban|local foreign|domestic foreign|winter summer|spring autumn|morning evening|"
    "day night|liberal conservative|democratic republican|primary secondary|senior junior|majority minority|"
    "advantage disadvantage|success failure|successful unsuccessful|cause prevent|caused prevented|include exclude|"
    "included excluded|permanent temporary|voluntary compulsory|necessary unnecessary|rejected approved|"
    "friend enemy|ally enemy|victory defeat|won by lost by|send receive|sent received|give take|gave took|"
    "teacher student|owner tenant|predecessor successor|parent child|above below|over under|with without"
)
OPPOSITES: dict[str, list[str]] = defaultdict(list)
for _pair in _PAIRS.split("|"):
    _one, _, _other = _pair.partition(" ")
    OPPOSITES[_one].append(_other)
    OPPOSITES[_other].append(_one)

_NEGATED = {
    "did": "didn't", "does": "doesn't", "do": "don't", "was": "wasn't", "were": "weren't", "is": "isn't",
    "are": "aren't", "can": "can't", "could": "couldn't", "has": "hasn't", "have": "haven't", "had": "hadn't",
    "will": "won't", "would": "wouldn't", "should": "shouldn't",
}  # fmt: skip
_KINDS = ("When", "Where", "Who", "How many people", "How much money", "In what year", "In which country")
_KIND = re.compile(r"^(?:When|Where|How|Why|In what year|In which year|What year) (?=(?:did|was|were|is|does)\b)")
_WORD = re.compile(r"[A-Za-z][a-z]{3,}")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_PLAIN = frozenset(
    "what when where which whose whom that this these those there their them they have been were with from into "
    "does many much name type kind about also than then would could should will during after before other".split()
)
_ENDINGS = ("ing", "tion", "ed", "ly", "ers", "er", "ous", "al", "ic", "s")


class WordPool:
    """Words that questions use, by their kind: what to put in place of another word."""

    def __init__(self, questions: Iterable[str]) -> None:
        self._kinds: dict[str, list[str]] = defaultdict(list)
        for question in questions:
            for word in content_words(question):
                self._kinds[kind_of(word)].append(word)

    def draw(self, word: str, absent_from: str, rng: random.Random) -> str:
        """A word of the same kind that does not stand in `absent_from`; empty if none is found in a few draws."""
        words = self._kinds.get(kind_of(word), [])
        for _ in range(6 if words else 0):
            other = rng.choice(words)
            if other.lower() not in absent_from and other.lower()[:5] != word.lower()[:5]:
                return other
        return ""


def content_words(question: str) -> list[str]:
    """The words after the first that carry what is asked."""
    words = _WORD.findall(question.partition(" ")[2])
    return [word for word in words if word.lower() not in _PLAIN]


def kind_of(word: str) -> str:
    """Capital and ending: a coarse stand-in for the part of speech."""
    ending = next((ending for ending in _ENDINGS if word.endswith(ending)), "")
    return ("A" if word[0].isupper() else "a") + ending


def bent(question: str, text: str, near: WordPool, any_words: WordPool, rng: random.Random) -> str:
    """`question` changed in one place; `near` holds the words of questions on the same article.

    Empty where no way that was tried fits.
    """
    ways = [_other_word, _other_word, _swapped, _swapped, _opposite, _opposite, _negated, _other_kind, _other_number]
    rng.shuffle(ways)
    for way in ways[:6]:
        changed = way(question, text, (near, any_words), rng)
        if changed and changed != question:
            return changed
    return ""


def _other_word(question: str, text: str, pools: tuple[WordPool, WordPool], rng: random.Random) -> str:
    low = text.lower()
    words = [word for word in content_words(question) if word.lower() in low]
    if not words:
        return ""
    word = rng.choice(words)
    other = pools[0].draw(word, low, rng) or pools[1].draw(word, low, rng)
    return _replaced(question, word, other) if other else ""


def _swapped(question: str, text: str, _pools: tuple[WordPool, WordPool], rng: random.Random) -> str:
    return swapped(question, text, rng)


def _opposite(question: str, _text: str, _pools: tuple[WordPool, WordPool], rng: random.Random) -> str:
    words = [word for word in re.findall(r"[a-z]+", question) if word in OPPOSITES]
    if not words:
        return ""
    word = rng.choice(words)
    return _replaced(question, word, rng.choice(OPPOSITES[word]))


def _negated(question: str, _text: str, _pools: tuple[WordPool, WordPool], rng: random.Random) -> str:
    words = [word for word in question.split() if word in _NEGATED]
    if not words:
        return ""
    word = words[0]
    return _replaced(question, word, _NEGATED[word] if rng.random() < 0.6 else f"{word} never")


def _other_kind(question: str, text: str, _pools: tuple[WordPool, WordPool], rng: random.Random) -> str:
    found = _KIND.match(question)
    if not found or (found.group().startswith("Where") and len(text) > 1500):  # a long text has places and dates
        return ""
    asked = found.group().strip()
    return f"{rng.choice([kind for kind in _KINDS[:2] if kind != asked])} {question[found.end() :]}"


def _other_number(question: str, text: str, _pools: tuple[WordPool, WordPool], rng: random.Random) -> str:
    numbers = _NUMBER.findall(question)
    others = [number for number in _NUMBER.findall(text) if number not in question]
    if not numbers or not others:
        return ""
    return _replaced(question, rng.choice(numbers), rng.choice(others))


def _replaced(question: str, word: str, other: str) -> str:
    return re.sub(rf"\b{re.escape(word)}\b", lambda _: other, question, count=1)
