"""A sentence said in other or in fewer words, by rules that keep its meaning: shortened, with the subject named.

    In 1998, the mill (built by monks) burned down.   ->  The mill burned down in 1998.

What an answer says stands in its source in other words; a judge that has only seen copies would ask for copies. Every
rule leaves out or moves, or puts a synonym or a name in place of a word, and none adds. It knows English sentences as
characters.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from local_models.training.wordnet import WordNet

_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{1,120}[)\]]")
_LEADING = re.compile(
    r"^((?:In|On|At|During|After|Before|Since|Until|From|By|Under|For|Among) [^,.;]{2,60}), "
    r"([^\s,][^.;]{15,}?)([.!?]?)$"
)
_CONNECTING = re.compile(
    r"^(?:However|Moreover|Furthermore|Therefore|Thus|Additionally|Also|Similarly|Finally|Later), (\w)"
)
_TRAILING = re.compile(r", (?:which|who|where|whose|while|although|because|so that|and|but) [^.;]{10,}([.!?]?)$")
_INSERTED = re.compile(r", (?:which|who|a|an|the|also|known as|born|then|now) [^,.;]{3,80}, ")
_PRONOUN = re.compile(r"^(?:He|She|It|They) (?=\w)")
_OWNED = re.compile(r"^(?:His|Her|Its|Their) (?=\w)")
_SHORT = {
    "is not": "isn't", "are not": "aren't", "was not": "wasn't", "were not": "weren't", "did not": "didn't",
    "does not": "doesn't", "do not": "don't", "cannot": "can't", "will not": "won't", "could not": "couldn't",
}  # fmt: skip
_SAME = tuple(
    pair.split("=")
    for pair in (
        "also known as=called|located in=in|began=started|large=big|big=large|located=situated|used to=once|"
        "approximately=about|about=around|around=about|over=more than|more than=over|because=since|"
        "purchased=bought|bought=purchased|children=kids|film=movie|movie=film|constructed=built|"
        "built=constructed|started=began|assist=help|help=assist|died=passed away|often=frequently|"
        "frequently=often|usually=normally|whole=entire|entire=whole|near=close to|must=has to|many=a lot of|"
        "important=significant|begins=starts|ends=finishes|obtain=get|received=got|required=needed|"
        "permitted=allowed|prohibited=forbidden|forbidden=prohibited|annually=every year|"
        "each year=every year|at least=no fewer than|attorney=lawyer|lawyer=attorney|physician=doctor|"
        "doctor=physician|car=vehicle"
    ).split("|")
)


class Rewording:
    """Draws one to three rules; what comes out may be the sentence itself."""

    def __init__(self, wordnet: WordNet | None, rng: random.Random) -> None:
        self._wordnet = wordnet
        self._rng = rng

    def reword(self, sentence: str, title: str = "") -> str:
        """`title` names what the text is about, and stands in for a pronoun that begins the sentence."""
        ways: list[Callable[[str], str]] = [
            _without_brackets, _moved, _unconnected, _shorter, _without_insertion, self._same_words, self._contracted,
            self._bare,
        ]  # fmt: skip
        made = _named(sentence, title)
        for way in self._rng.sample(ways, self._rng.randint(1, 4)):
            made = way(made)
        return made

    def _same_words(self, sentence: str) -> str:
        fitting = [(one, other) for one, other in _SAME if re.search(rf"\b{one}\b", sentence)]
        for one, other in self._rng.sample(fitting, min(2, len(fitting))):
            sentence = re.sub(rf"\b{one}\b", other, sentence, count=1)
        return sentence

    def _contracted(self, sentence: str) -> str:
        for whole, short in _SHORT.items():
            sentence = sentence.replace(whole, short)
        return sentence

    def _bare(self, sentence: str) -> str:
        """Without its full stop, or in lower case, as people and models write at times."""
        sentence = sentence.rstrip(" .")
        return sentence.lower() if self._rng.random() < 0.3 else sentence


def _named(sentence: str, title: str) -> str:
    title = _BRACKETS.sub("", title).strip()
    if not title or len(title) > 60:
        return sentence
    sentence = _OWNED.sub(f"{title}'s ", sentence)
    return _PRONOUN.sub(f"{title} ", sentence) if not sentence.startswith("They") else sentence


def _without_brackets(sentence: str) -> str:
    return _BRACKETS.sub("", sentence)


def _moved(sentence: str) -> str:
    """What leads goes to the end."""
    found = _LEADING.match(sentence)
    if not found:
        return sentence
    lead, rest, stop = found.groups()
    return f"{rest[0].upper()}{rest[1:]} {lead[0].lower()}{lead[1:]}{stop}"


def _unconnected(sentence: str) -> str:
    return _CONNECTING.sub(lambda found: found[1].upper(), sentence)


def _shorter(sentence: str) -> str:
    """Without its last clause, if a sentence is left."""
    made = _TRAILING.sub(lambda found: found[1], sentence)
    return made if len(made) > 35 else sentence


def _without_insertion(sentence: str) -> str:
    return _INSERTED.sub(" ", sentence, count=1)
