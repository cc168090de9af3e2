"""Holds an answer to words copied from its sources (local_models.types.CopiedSpans), token by token.

    answer    = otherwise | statement { statement }
    statement = { word } span { word } " [" number of the span's sentence "]" [ "." ]

What was written so far stands at some places of the arena at once (a nondeterministic automaton over its bytes), and
the arena's table tells which tokens may follow; a step costs a few look-ups in arrays. Words and statements are
counted, so every answer ends. A GBNF says the same, but llama.cpp matches one against its whole vocabulary at each
token. It knows nothing of models: token numbers in, token numbers out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from local_models.span_arena import Flags, Places, lay_out
from local_models.types import CopiedSpans
from local_models.vocabulary import NONE, Vocabulary


class Said(NamedTuple):
    """What a statement holds so far: the span's number (0: no span yet) and the counted words used; and what is left:
    words around this span, statements with this one."""

    number: int
    used: frozenset[int]
    words: int
    statements: int


class SpanMask:
    """Follows one answer: `restrict` the next token, then `accept` the one that was chosen."""

    def __init__(self, constraint: CopiedSpans, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._arena = lay_out(constraint, vocabulary)
        self._words_around = constraint.words_around
        first = Said(0, frozenset(), constraint.words_around, constraint.statements)
        openings = self._arena.openings
        self._at: dict[Said, tuple[Places, Flags]] = {first: (openings, np.zeros(len(openings), bool))}
        self._done = False

    def allowed(self) -> NDArray[np.int32]:
        """The tokens that may come next; those that end the answer among them when it may end here.

        A vocabulary that can't write on (it has half a character and not the other half) ends the answer too.
        """
        table = self._arena.table
        none = np.empty(0, np.int32)
        tokens: NDArray[np.int32] = np.concatenate([none, *(table[:, at].ravel() for at, _ in self._at.values())])
        tokens = tokens[tokens != NONE]
        if self._done or not len(tokens):
            return np.concatenate([tokens, self._vocabulary.ends])
        return tokens

    def restrict(self, logits: NDArray[np.float32]) -> None:
        """Leave only what is allowed possible, in place."""
        allowed = self.allowed()
        kept = logits[allowed]
        logits.fill(-np.inf)
        logits[allowed] = kept

    def accept(self, token: int) -> None:
        """The answer goes on with `token`, which was allowed."""
        before, self._at, self._done = self._at, {}, False
        length = len(self._vocabulary.pieces[token])
        if not 0 < length <= len(self._arena.table):
            return
        starting = self._arena.table[length - 1]
        contents = self._arena.contents
        for said, (places, full) in before.items():
            here = starting[places] == token
            if here.any():
                left, reached = places[here], places[here] + length
                self._arrive(said, reached, full[here] | (contents[reached] > contents[left]))

    def _arrive(self, said: Said, places: Places, full: Flags) -> None:
        """Stand at `places`, and wherever one may go on from there. `full`: the span has a word with content."""
        arena = self._arena
        linked = arena.link[places] != NONE
        places = np.concatenate([places, arena.link[places[linked]]])
        full = np.concatenate([full, full[linked]])
        self._stand(said, places, full)
        for word in np.unique(arena.word[places]):
            if word != NONE:
                self._go_on(self._with_word(said, int(word)))
        for number in np.unique(arena.number[places[full & arena.span_ends[places]]]):
            self._go_on(said._replace(number=int(number)))
        if said.statements > 1 and arena.marked[places].any():
            self._go_on(Said(0, frozenset(), self._words_around, said.statements - 1))
        self._done |= bool(arena.done[places].any())

    def _with_word(self, said: Said, word: int) -> Said:
        once = self._arena.words[word].once
        used = said.used if once is None else said.used | {once}
        return said._replace(used=used, words=said.words - 1)

    def _go_on(self, said: Said) -> None:
        """A word or a span is complete: what may follow it."""
        arena = self._arena
        following: list[Iterable[int]] = [
            [word.place for word in arena.words if word.once not in said.used] if said.words else [],
            arena.spans if not said.number else [arena.closings[said.number], arena.closings[said.number] + 1],
        ]
        places = np.concatenate([np.asarray(part, np.int32) for part in following])
        self._stand(said, places, np.zeros(len(places), bool))

    def _stand(self, said: Said, places: Places, full: Flags) -> None:
        known = self._at.get(said)
        if known is not None:
            places, full = np.concatenate([known[0], places]), np.concatenate([known[1], full])
        codes = np.unique(places * 2 + full)
        self._at[said] = (codes // 2, codes % 2 == 1)
