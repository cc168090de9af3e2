"""Whether text in pictures can be read here, and whether the user wants it read in pictures that lie in folders.

A document whose pages could not be read for want of Tesseract is read anew once there is one: no file has changed, so
nothing else would look at it again. Knows nothing of how text is recognised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import DocumentUnrecognised
from rag.events import LeftOut
from rag.notices import UNREAD_SCAN, UNREADABLE
from rag.parsers.formats import is_picture
from rag.types import Document, DocumentState

UNWANTED = "Pictures in folders are not read"
SWITCH = (
    "To have the text in them read, switch on “Read the pictures in folders” under Settings, or run "
    "`footnote folders --pictures on`; each takes some seconds."
)
UNRECOGNISABLE = "Pictures in folders can't be read: Tesseract, which recognises text, is not installed"
INSTALL = "Install Tesseract, as the user guide says, and check the folders again."

_CURABLE = (UNREAD_SCAN, UNREADABLE)


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Recognition:
    """`installed`: there is a program here that recognises text; `wanted`: the user wants pictures in folders read."""

    installed: Callable[[], bool] = _never
    wanted: Callable[[], bool] = _never

    def left_alone(self) -> LeftOut | None:
        """Why pictures in folders are left alone now, of none yet, and what would change it; None: they are read."""
        if not self.wanted():
            return LeftOut(UNWANTED, 0, advice=SWITCH)
        return None if self.installed() else LeftOut(UNRECOGNISABLE, 0, advice=INSTALL)

    def stands_alone(self, path: Path) -> bool:
        """Whether a file is a picture that is in the library only because the user named it."""
        return is_picture(path) and not self.wanted()

    def helps(self, document: Document) -> bool:
        """Whether more of the document could be read now than when it was."""
        return is_unread_scan(document) and self.installed()


NO_RECOGNITION = Recognition()


def is_unread_scan(document: Document) -> bool:
    """Whether pages of it were not read because nothing here recognised text in pictures.

    One that ended its reader since, on its pictures maybe, is none: what is quarantined waits for the user.
    """
    if document.state is DocumentState.FAILED:
        return document.failure == DocumentUnrecognised.code
    searchable = document.state in (DocumentState.READ, DocumentState.COMPLETE)
    return searchable and any(notice.endswith(_CURABLE) for notice in document.notices)
