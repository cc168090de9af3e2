"""From the bytes of tokens to pieces of text: characters are never cut, and a stop string is never shown.

A token of a byte-level vocabulary may be half a character, and a stop string may come in several tokens; what might
still become either is held back until the next token tells. It knows nothing of models.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from local_models.types import Piece


class PieceCutter:
    """Takes each token's bytes, gives back what can be shown. `stopped` is set when a stop string came."""

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._stop = tuple(text for text in stop if text)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._tokens = 0
        self._logprob = 0.0
        self.stopped = False

    def add(self, data: bytes, logprob: float) -> Piece | None:
        """The next piece, or None while nothing can be shown yet. `logprob` is the token's, natural logarithm."""
        self._tokens += 1
        self._logprob += logprob
        self._held += self._decoder.decode(data)
        return self._release(self._cut())

    def finish(self) -> Piece | None:
        """What was held back, once no token will come."""
        if not self.stopped:
            self._held += self._decoder.decode(b"", final=True)
        return self._release(self._cut() if self.stopped else len(self._held))

    def _cut(self) -> int:
        """How many of the held characters may be shown."""
        found = [place for text in self._stop if (place := self._held.find(text)) >= 0]
        if found:
            self._held = self._held[: min(found)]
            self.stopped = True
            return len(self._held)
        return len(self._held) - max((_overlap(self._held, text) for text in self._stop), default=0)

    def _release(self, length: int) -> Piece | None:
        if not length:
            return None
        piece = Piece(self._held[:length], self._tokens, self._logprob)
        self._held, self._tokens, self._logprob = self._held[length:], 0, 0.0
        return piece


def _overlap(text: str, stop: str) -> int:
    """The longest end of `text` that begins `stop`."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if stop.startswith(text[-length:]):
            return length
    return 0
