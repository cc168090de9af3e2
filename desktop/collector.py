"""Frees Python's reference cycles in the GUI thread, and nowhere else.

Python collects cycles in whatever thread happens to allocate next. Widgets and their Python halves form cycles, and
a widget that is destroyed in a worker thread takes the program with it (seen here as a crash in setStyleSheet).
So the automatic collection is switched off, and a timer does it where widgets may die.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

PERIOD_MS = 1000
"""Garbage may wait a second; a look at the counters costs a microsecond."""


class Collector(QObject):
    """Works from its making until `stop`."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=PERIOD_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def settle(self) -> None:
        """Take what is there now (modules, pages) out of all later collections, so that they stay short."""
        gc.collect()
        gc.freeze()

    def stop(self) -> None:
        """Leave Python's collection as it was found."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def _collect(self) -> None:
        """The oldest generation that is due, by Python's own thresholds."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [generation for generation in range(3) if counts[generation] > thresholds[generation]]
        if due:
            gc.collect(due[-1])
