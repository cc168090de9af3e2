"""Which events may become one on their way to the window: pieces of text are joined, of progress the newest counts."""

from __future__ import annotations

from local_models.types import DownloadProgress
from rag.events import Delta, Progress, Reading


def joined(earlier: object, later: object) -> object | None:
    """Both events as one, when the user can't miss the difference; else None."""
    if isinstance(earlier, Delta) and isinstance(later, Delta):
        return Delta(earlier.text + later.text)
    if isinstance(later, Progress | Reading | DownloadProgress) and type(earlier) is type(later):
        return later
    return None
