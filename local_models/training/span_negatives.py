"""Questions and passages bent until they no longer fit, although they still share nearly all of their words.

A reader that learns from people's questions alone finds the likeliest words and never says no. People who write
unanswerable questions swap a name, a number or a year, turn a word into its opposite, negate, ask for another
kind of thing, or put in a condition that belongs elsewhere (Rajpurkar et al. 2018, section 4.2, lists these
kinds); the same is done here by rule. A few of the results are answerable after all, or no sentence of a person.

A rule leaves traces in its sentences, and a reader would learn the traces. So a bend changes the question or the
passage or both: in both it fits again. Then only whether the two agree tells the answer.

It knows questions and texts as characters.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from local_models.training.wordnet import WordNet
from local_models.verbs import IRREGULAR, REGULAR, past

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
_AUXILIARY = re.compile(
    r"\b(?:was|were|is|are|can|could|will|would|has|have|had|should|must|may|might)\b(?! (?:not|never)\b)"
)
_DID = re.compile(r"\bdid\b")
_PAST_OF = {verb: past(verb) for verb in (*IRREGULAR, *REGULAR)}
_KINDS = ("When", "Where", "Who", "How many people", "How much money", "In what year", "In which country")
_KIND = re.compile(r"^(?:When|Where|How|Why|In what year|In which year|What year) (?=(?:did|was|were|is|does)\b)")
_WORD = re.compile(r"[A-Za-z][a-z]{3,}")
_NAME = re.compile(r"\b[A-Z][a-z]+(?: (?:of |the |de |von )?[A-Z][a-z]+)*\b")
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


@dataclass(frozen=True, slots=True)
class Bend:
    """A question changed in one place. `out` gives way to `into` in a passage bent alike; empty: it can't be."""

    question: str
    out: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True)
class BentPassage:
    """A passage with other words around the answer, which stands at `start`."""

    text: str
    start: int


class Bender:
    """Bends questions, with words of the same article, of all questions and of WordNet where there is one."""

    def __init__(self, any_words: WordPool, wordnet: WordNet | None, rng: random.Random) -> None:
        self._any_words = any_words
        self._wordnet = wordnet
        self._rng = rng

    def bend(self, question: str, text: str, near: WordPool) -> Bend | None:
        """The question changed in one place; `near` holds the words of questions on the same article.

        None where no way that was tried fits.
        """
        ways: list[Callable[[str, str], Bend | None]] = [
            *(partial(self._other_word, near=near),) * 2,
            *(self._other_name,) * 2,
            *(self._opposite,) * 4,
            self._sister,
            self._negated,
            self._other_kind,
            self._other_number,
        ]
        self._rng.shuffle(ways)
        for way in ways[:6]:
            made = way(question, text)
            if made is not None and made.question != question:
                return made
        return None

    def _other_word(self, question: str, text: str, near: WordPool) -> Bend | None:
        low = text.lower()
        words = [word for word in content_words(question) if word.lower() in low]
        if not words:
            return None
        word = self._rng.choice(words)
        other = near.draw(word, low, self._rng) or self._any_words.draw(word, low, self._rng)
        return _exchange(question, word, other) if other else None

    def _other_name(self, question: str, text: str) -> Bend | None:
        """Another name of the text, which then takes the place of the first one there as well."""
        names = [name for name in _names(question.partition(" ")[2]) if name in text]
        if not names:
            return None
        name = self._rng.choice(names)
        others = [other for other in sorted(set(_names(text))) if other not in question and name not in other]
        alike = [other for other in others if len(other.split()) == len(name.split())]
        return _exchange(question, name, self._rng.choice(alike)) if alike else None

    def _opposite(self, question: str, _text: str) -> Bend | None:
        words = [(word, others) for word in re.findall(r"[a-z]+", question) if (others := self._opposites(word))]
        if not words:
            return None
        word, others = self._rng.choice(words)
        return _exchange(question, word, self._rng.choice(others))

    def _opposites(self, word: str) -> list[str]:
        return OPPOSITES[word] if word in OPPOSITES else self._wordnet.opposites(word) if self._wordnet else []

    def _sister(self, question: str, text: str) -> Bend | None:
        if self._wordnet is None:
            return None
        low = text.lower()
        words = [word for word in content_words(question) if word.islower()]
        pairs = [(word, other) for word in words for other in self._wordnet.sisters(word) if other not in low]
        return _exchange(question, *self._rng.choice(pairs)) if pairs else None

    def _negated(self, question: str, text: str) -> Bend | None:
        words = [word for word in question.split() if word in _NEGATED]
        if not words:
            return None
        word = words[0]
        changed = _replaced(question, word, _NEGATED[word] if self._rng.random() < 0.6 else f"{word} never")
        verbs = [verb for verb in question.split() if verb in _PAST_OF and _has(text, _PAST_OF[verb])]
        if _DID.search(question) and verbs:
            verb = verbs[-1]
            return Bend(changed, _PAST_OF[verb], f"did not {verb}")
        return Bend(changed, word, f"{word} not") if _AUXILIARY.fullmatch(word) else Bend(changed)

    def _other_kind(self, question: str, text: str) -> Bend | None:
        found = _KIND.match(question)
        if not found or (found.group().startswith("Where") and len(text) > 1500):  # a long text has places and dates
            return None
        asked = found.group().strip()
        kind = self._rng.choice([kind for kind in _KINDS[:2] if kind != asked])
        return Bend(f"{kind} {question[found.end() :]}")

    def _other_number(self, question: str, text: str) -> Bend | None:
        numbers = _NUMBER.findall(question)
        if not numbers:
            return None
        number = self._rng.choice(numbers)
        others = [other for other in _NUMBER.findall(text) if other not in question]
        if number.isdigit() and (not others or self._rng.random() < 0.5):
            others = [str(int(number) + self._rng.choice((-30, -12, -7, -1, 1, 7, 12, 30)))]
        return _exchange(question, number, self._rng.choice(others)) if others else None


def bent_passage(bend: Bend, text: str, start: int, end: int) -> BentPassage | None:
    """`text` with the bend's words exchanged around the answer at `start` to `end`; None if it can't be bent alike.

    A bend that is not an exchange is made in the sentence of the answer alone.
    """
    answer = text[start:end]
    if not bend.out or not _has(text, bend.out) or _has(answer, bend.out) or _has(answer, bend.into):
        return None
    exchange = " not" not in bend.into
    first = 0 if exchange else text.rfind(". ", 0, start) + 1
    last = len(text) if exchange else (text.find(". ", end) + 1 or len(text))
    before = text[:first] + _exchanged(text[first:start], bend.out, bend.into, swap=exchange)
    after = _exchanged(text[end:last], bend.out, bend.into, swap=exchange) + text[last:]
    if before == text[:start] and after == text[end:]:
        return None
    return BentPassage(before + text[start:end] + after, len(before))


def _names(text: str) -> list[str]:
    """Words with capitals, less those that only begin a sentence."""
    return [name for name in _NAME.findall(text) if len(name) > 3 and name.lower() not in _PLAIN]


def _exchange(question: str, word: str, other: str) -> Bend:
    return Bend(_replaced(question, word, other), word, other)


def _exchanged(text: str, one: str, other: str, *, swap: bool) -> str:
    """`one` replaced by `other`; with `swap` also the other way round."""
    if not swap:
        return re.sub(rf"\b{re.escape(one)}\b", lambda _: other, text)
    places = re.compile(rf"\b(?:{re.escape(one)}|{re.escape(other)})\b")
    return places.sub(lambda found: other if found.group() == one else one, text)


def _has(text: str, words: str) -> bool:
    return re.search(rf"\b{re.escape(words)}\b", text) is not None


def _replaced(question: str, word: str, other: str) -> str:
    return re.sub(rf"\b{re.escape(word)}\b", lambda _: other, question, count=1)
