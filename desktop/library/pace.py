"""How fast a job goes and how long it will still take, in words a person would use.

It knows nothing of documents or Qt: it is told what is done and asked for a sentence.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 12.0
"""Rates look back this far: long enough to smooth single files, short enough to follow a change of kind."""

_QUIET_S = 2.0
"""No estimate before this: the first files say little."""


class Pace:
    """Feed it with `note`; a total that changes begins a new measurement."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._notes: deque[tuple[float, int]] = deque()
        self._total = 0

    def note(self, done: int, total: int) -> None:
        """`done` of `total` (0: unknown) at this moment."""
        if total != self._total or (self._notes and done < self._notes[-1][1]):
            self._notes.clear()
        self._total = total
        now = self._clock()
        self._notes.append((now, done))
        while len(self._notes) > 2 and now - self._notes[0][0] > _WINDOW_S:
            self._notes.popleft()

    def per_second(self) -> float | None:
        """Things per second over the last seconds, None while it is too early to say."""
        if len(self._notes) < 2:
            return None
        (first, before), (last, after) = self._notes[0], self._notes[-1]
        return (after - before) / (last - first) if last - first >= _QUIET_S and after > before else None

    def seconds_left(self) -> float | None:
        """None while it is too early to say, or the total is unknown."""
        rate = self.per_second()
        return (self._total - self._notes[-1][1]) / rate if rate and self._total else None


def rate_words(rate: float | None, noun: str) -> str:
    """ "12 passages a second", "40 files a minute", or nothing."""
    if rate is None:
        return ""
    return f"{rate:.0f} {noun} a second" if rate >= 2 else f"{rate * 60:.0f} {noun} a minute"


def time_left_words(seconds: float | None) -> str:
    """Rounded as a person would: "a few seconds left", "about 3 minutes left"."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} seconds left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} minutes left"
    return f"about {round(seconds / 3600)} hours left"
