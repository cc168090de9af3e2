"""A sentence with one detail changed, so that it no longer says the same: a number, a name, a date, a negation.

    The lease ends on 3 March.    ->  The lease ends on 3 June.   The lease does not end ...   (by rule)

These are the ways in which an answer goes wrong although nearly every word of it stands in the source. Which words
take the place of others is drawn from the text around first, because what is confused stands near. It knows sentences
as characters; whether a change is one of meaning is a matter of the rules, and a few are not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local_models.training.span_negatives import OPPOSITES
from local_models.training.wordnet import WordNet
from local_models.verbs import IRREGULAR, REGULAR, past, present

NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*\d(?![\w])|(?<![\w.])\d(?![\w.])")
NAME = re.compile(r"\b[A-Z][\w’'-]*[a-z][\w’'-]*(?: (?:(?:of|the|de|von|van) )?[A-Z][\w’'-]+)*")
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SPELLED = "two three four five six seven eight nine ten eleven twelve".split()
_COLOURS = "red blue green yellow black white brown grey orange purple".split()
_QUANTIFIERS = ("all", "some", "most", "many", "few", "no", "several", "every", "only")
_FAMILIES: tuple[Sequence[str], ...] = (_MONTHS, _DAYS, _SPELLED, _COLOURS)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|can|could|will|would|has|have|had|should|must|may|might|shall)\b(?! (?:not|never|no)\b)"
)
_NEGATION = re.compile(
    r"\b(is|are|was|were|can|could|will|would|has|have|had|should|must|may|do|does|did) not\b|\bnever "
)
_PAST = {past(verb): verb for verb in (*IRREGULAR, *REGULAR)}
_PRESENT = {present(verb): verb for verb in (*IRREGULAR, *REGULAR)}
_OPENERS = frozenset(
    "the a an in on at he she it they we i this that these those there his her its their our my as for from after "
    "before during since when while although however but and if by with to of all some many most one two both".split()
)
ADJUNCTS = (
    "in {year}", "in {name}", "for {small} years", "with {name}", "because of the cost", "for the first time",
    "every year", "without permission", "after {year}", "before {year}", "by {name}", "at night", "in secret",
    "for free", "at least {small} times", "as the first of its kind", "under the law", "on purpose", "by accident",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """`sentence` as it is now; `out` gave way to `into`. An addition has an empty `out`."""

    sentence: str
    out: str
    into: str


class Changer:
    """Changes one detail; words come from the text around, from WordNet and from a pool of names."""

    def __init__(self, names: Sequence[str], wordnet: WordNet | None, rng: random.Random) -> None:
        self._names = names
        self._wordnet = wordnet
        self._rng = rng

    def change(self, sentence: str, around: str) -> Change | None:
        """`around` is the text that the sentence stands in. None where no rule that was tried fits."""
        ways: list[Callable[[str, str], Change | None]] = [
            *(self._number,) * 3,
            *(self._name,) * 3,
            *(self._family,) * 2,
            *(self._opposite,) * 3,
            *(self._negated,) * 2,
            self._affirmed,
            self._affirmed,
            self._swapped,
            self._swapped,
            self._quantifier,
            self._sister,
            self._added,
        ]
        self._rng.shuffle(ways)
        for way in ways[:8]:
            made = way(sentence, around)
            if made is not None and made.sentence != sentence:
                return made
        return None

    def _number(self, sentence: str, around: str) -> Change | None:
        numbers = NUMBER.findall(sentence)
        if not numbers:
            return None
        number = self._rng.choice(numbers)
        others = [other for other in NUMBER.findall(around) if other != number and len(other) == len(number)]
        drawn = self._rng.choice(others) if others and self._rng.random() < 0.5 else self._other_digits(number)
        return _exchanged(sentence, number, drawn)

    def _other_digits(self, number: str) -> str:
        """One digit changed, or two neighbours swapped."""
        digits = [place for place, letter in enumerate(number) if letter.isdigit()]
        if len(digits) > 1 and self._rng.random() < 0.3:
            one = self._rng.randrange(len(digits) - 1)
            left, right = digits[one], digits[one + 1]
            letters = list(number)
            letters[left], letters[right] = letters[right], letters[left]
            if letters[0] != "0":
                return "".join(letters)
        place = self._rng.choice(digits)
        low = 1 if place == 0 else 0
        digit = str(self._rng.choice([one for one in range(low, 10) if str(one) != number[place]]))
        return number[:place] + digit + number[place + 1 :]

    def _name(self, sentence: str, around: str) -> Change | None:
        names = names_of(sentence)
        if not names:
            return None
        name = self._rng.choice(names)
        near = [other for other in names_of(around) if other not in sentence and name not in other]
        other = self._rng.choice(near) if near and self._rng.random() < 0.7 else self._rng.choice(self._names)
        return _exchanged(sentence, name, other) if other not in sentence and name not in other else None

    def _family(self, sentence: str, _around: str) -> Change | None:
        for family in self._rng.sample(_FAMILIES, len(_FAMILIES)):
            found = [word for word in family if _has(sentence, word)]
            if found:
                word = self._rng.choice(found)
                return _exchanged(sentence, word, self._rng.choice([other for other in family if other != word]))
        return None

    def _opposite(self, sentence: str, _around: str) -> Change | None:
        pairs = [(word, other) for word in re.findall(r"\b[a-z]{3,}\b", sentence) for other in self._opposites(word)]
        return _exchanged(sentence, *self._rng.choice(pairs)) if pairs else None

    def _opposites(self, word: str) -> list[str]:
        return OPPOSITES[word] if word in OPPOSITES else self._wordnet.opposites(word) if self._wordnet else []

    def _sister(self, sentence: str, around: str) -> Change | None:
        if self._wordnet is None:
            return None
        low = around.lower()
        words = re.findall(r"\b[a-z]{4,}\b", sentence)
        pairs = [(word, other) for word in words for other in self._wordnet.sisters(word) if other not in low]
        return _exchanged(sentence, *self._rng.choice(pairs)) if pairs else None

    def _negated(self, sentence: str, _around: str) -> Change | None:
        found = list(_AUXILIARY.finditer(sentence))
        if found:
            at = self._rng.choice(found)
            word = "not" if self._rng.random() < 0.8 else "never"
            return Change(f"{sentence[: at.end()]} {word}{sentence[at.end() :]}", at[0], f"{at[0]} {word}")
        verbs = [word for word in sentence.split()[1:] if word in _PAST or word in _PRESENT]
        if not verbs:
            return None
        verb = verbs[0]
        denied = f"did not {_PAST[verb]}" if verb in _PAST else f"does not {_PRESENT[verb]}"
        return _exchanged(sentence, verb, denied)

    def _affirmed(self, sentence: str, _around: str) -> Change | None:
        found = _NEGATION.search(sentence)
        if not found:
            return None
        into = found[1] or ""
        changed = sentence[: found.start()] + into + sentence[found.end() :]
        return Change(" ".join(changed.split()), found[0].strip(), into)

    def _swapped(self, sentence: str, _around: str) -> Change | None:
        """Two names or two numbers of the sentence have changed places: who did what to whom."""
        pools = [pool for pool in (names_of(sentence), sorted(set(NUMBER.findall(sentence)))) if len(pool) > 1]
        if not pools:
            return None
        one, other = self._rng.sample(self._rng.choice(pools), 2)
        if one in other or other in one or _are_listed(sentence, one, other):
            return None
        places = re.compile(rf"(?<!\w)(?:{re.escape(one)}|{re.escape(other)})(?!\w)")
        swapped = places.sub(lambda found: other if found.group() == one else one, sentence)
        return Change(swapped, one, other)

    def _quantifier(self, sentence: str, _around: str) -> Change | None:
        found = [word for word in _QUANTIFIERS if _has(sentence, word)]
        if not found:
            return None
        word = self._rng.choice(found)
        return _exchanged(sentence, word, self._rng.choice([other for other in _QUANTIFIERS[:7] if other != word]))

    def _added(self, sentence: str, around: str) -> Change | None:
        """Something more, of which the source says nothing."""
        name = self._rng.choice(self._names)
        year = str(self._rng.randint(1780, 2020))
        small = self._rng.choice(_SPELLED)
        adjunct = self._rng.choice(ADJUNCTS).format(year=year, name=name, small=small)
        if adjunct.split()[-1] in around:
            return None
        body = sentence.rstrip(" .!?")
        return Change(f"{body} {adjunct}{sentence[len(body) :]}", "", adjunct)


def names_of(text: str) -> list[str]:
    """Different names, less the words that only begin a sentence."""
    found = []
    for match in NAME.finditer(text):
        name = match.group()
        first, _, rest = name.partition(" ")
        if first.lower() in _OPENERS:
            name = rest
        if len(name) > 2 and name[0].isupper() and name not in found:
            found.append(name)
    return found


def _are_listed(sentence: str, one: str, other: str) -> bool:
    """In "A and B" or "A, B" the order says nothing."""
    between = r"(?:,|,? and|,? or|,? &) (?:the )?"
    pattern = rf"{re.escape(one)}{between}{re.escape(other)}|{re.escape(other)}{between}{re.escape(one)}"
    return re.search(pattern, sentence) is not None


def _exchanged(sentence: str, out: str, into: str) -> Change:
    changed = re.sub(rf"(?<!\w){re.escape(out)}(?!\w)", lambda _: into, sentence, count=1)
    return Change(changed, out, into)


def _has(text: str, word: str) -> bool:
    return re.search(rf"\b{word}\b", text) is not None
