"""One suggestion: what was asked, where it would go, and what came of it.

The place is a cursor that moves along when the user goes on writing, so accepting late hits the right words, and
accepting over words that were changed meanwhile is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextCursor

from desktop.drafting.open_draft import OpenDraft
from local_models.cancel import CancelToken
from rag.drafting import DraftAction

if TYPE_CHECKING:
    from rag.assistant import Assistant

ACTION_WORDS = {
    DraftAction.CONTINUE: "Continuing",
    DraftAction.REWRITE: "Rewriting",
    DraftAction.EXPLAIN: "Explaining",
    DraftAction.COMMENT: "Commenting",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for. `selection` are code points of `text`, None for the whole."""

    draft_id: int
    text: str
    action: DraftAction
    selection: tuple[int, int] | None
    instruction: str


class Suggestion:
    """`before` is what would be replaced; it is empty when the text is continued."""

    def __init__(self, target: OpenDraft, wish: Wish) -> None:
        start, end = wish.selection or (0, len(wish.text))
        self.target = target
        self.wish = wish
        self.before = wish.text[start:end]
        self.text = ""
        self._place = target.cursor_at(start, end)
        self._place.setKeepPositionOnInsert(start == end)

    @property
    def replaces(self) -> bool:
        """False for what is only to be read: explanations, and remarks on prose."""
        action = self.wish.action
        return action is not DraftAction.EXPLAIN and (action is not DraftAction.COMMENT or self.target.is_code)

    @property
    def still_fits(self) -> bool:
        """The words it would replace are as they were."""
        return _plain(self._place.selectedText()) == self.before

    def accept(self) -> QTextCursor:
        """Put it in place as one undo step; the cursor selects what came in."""
        start = self._place.selectionStart()
        self._place.setKeepPositionOnInsert(False)
        self._place.insertText(self.text)
        cursor = QTextCursor(self.target.document)
        cursor.setPosition(start)
        cursor.setPosition(self._place.position(), QTextCursor.MoveMode.KeepAnchor)
        return cursor


def ask_for(assistant: Assistant, wish: Wish, cancel: CancelToken) -> Iterator[object]:
    """The saved Draft first, so that the model and the history see what the user sees, then the DraftEvents."""
    yield assistant.save_draft(wish.draft_id, wish.text)
    yield from assistant.suggest(
        wish.draft_id, wish.action, cancel, selection=wish.selection, instruction=wish.instruction
    )


def _plain(selected: str) -> str:
    """QTextCursor.selectedText has U+2029 between lines (and U+00A0 stays as it is)."""
    return selected.replace("\u2029", "\n").replace("\u2028", "\n")
