"""How fast a job goes and how long it will still take, in words a person would use.

It knows nothing of documents or Qt: it is told what is done and asked for a sentence. The time left runs down as a
clock does and is drawn slowly towards what the last seconds let expect, so that it neither jumps nor lies for long.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 12.0
"""Rates look back this far: long enough to smooth single files, short enough to follow a change of kind."""

_QUIET_S = 2.0
"""No estimate before this: the first files say little."""

_SLOW_S = 15.0
"""Time constant with which the time left follows a new estimate: with files of 1 to 100 pages in any order it never
goes up by more than a tenth from one second to the next."""

_FAR_OFF = 2.0
"""Times what is expected, above which the time shown was wrong: the first file waits for the reading process to start,
and a question comes first, so 1 of 481 files after 6 s told 48 minutes where 4 were left. What is too short is only
drawn out slowly."""


class Pace:
    """Feed it with `note`; a total that changes begins a new measurement."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._notes: deque[tuple[float, int]] = deque()
        self._total = 0
        self._began: tuple[float, float] | None = None
        self._left: tuple[float, float] | None = None

    def note(self, done: int, total: int, share: float = 0.0) -> None:
        """`done` of `total` (0: unknown) at this moment; `share` of the work, 0 to 1, where that says more."""
        if total != self._total or (self._notes and done < self._notes[-1][1]):
            self._notes.clear()
            self._began = self._left = None
        self._total = total
        now = self._clock()
        self._notes.append((now, done))
        while len(self._notes) > 2 and now - self._notes[0][0] > _WINDOW_S:
            self._notes.popleft()
        self._expect(now, share or (done / total if total else 0.0))

    def per_second(self) -> float | None:
        """Things per second over the last seconds, None while it is too early to say."""
        if len(self._notes) < 2:
            return None
        (first, before), (last, after) = self._notes[0], self._notes[-1]
        return (after - before) / (last - first) if last - first >= _QUIET_S and after > before else None

    def seconds_left(self) -> float | None:
        """None while it is too early to say, or the total is unknown."""
        return None if self._left is None else self._left[1]

    def _expect(self, now: float, share: float) -> None:
        """The mean rate since the beginning says how long it takes; what is shown follows it slowly."""
        if self._began is None:
            self._began = (now, share)
            return
        began, before = self._began
        if now - began < _QUIET_S or share <= before:
            return
        expected = (1 - share) * (now - began) / (share - before)
        if self._left is None:
            self._left = (now, expected)
            return
        then, shown = self._left
        counted_down = max(0.0, shown - (now - then))
        if expected < counted_down / _FAR_OFF:
            self._left = (now, expected)
            return
        follows = 1 - math.exp(-(now - then) / _SLOW_S)
        self._left = (now, counted_down + (expected - counted_down) * follows)


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
