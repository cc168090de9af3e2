"""A draft while it is open: its document with its own undo history, its colours, and what is not saved yet.

It knows nothing of widgets or of the service.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextDocumentLayout

from desktop.code_colours import code_format
from desktop.drafting.highlighter import CodeHighlighter
from desktop.drafting.languages import is_code
from desktop.drafting.positions import code_points, utf16_units
from rag.user_types import Draft


class OpenDraft(QObject):
    """Kept as long as its page: switching drafts loses no undo step.

    `edited` comes when words change. (QPlainTextEdit.textChanged also comes for each line that is coloured.)
    """

    edited = Signal()

    def __init__(self, draft: Draft, parent: QObject) -> None:
        super().__init__(parent)
        self.draft = draft
        self.document = QTextDocument(self)
        self.document.setDocumentLayout(QPlainTextDocumentLayout(self.document))
        self.document.setPlainText(draft.content)
        self.document.setModified(False)
        self.document.contentsChange.connect(self._note_edit)
        self._highlighter: CodeHighlighter | None = None
        self.use_language(draft.language)

    @property
    def text(self) -> str:
        return self.document.toPlainText()

    @property
    def unsaved(self) -> bool:
        return self.text != self.draft.content

    @property
    def highlighter(self) -> CodeHighlighter | None:
        return self._highlighter

    def use_language(self, language: str) -> None:
        """Colour it as this language; plain text has no colours."""
        self.draft = replace(self.draft, language=language)
        if self._highlighter is None and language != "text":
            self._highlighter = CodeHighlighter(self.document, language, code_format)
        elif self._highlighter is not None:
            self._highlighter.use_language(language)

    def refresh_colours(self) -> None:
        """After the theme changed."""
        if self._highlighter is not None:
            self._highlighter.use_formats(code_format)

    def rename(self, title: str) -> None:
        self.draft = replace(self.draft, title=title)

    def stored(self, draft: Draft) -> None:
        """The service has kept this state. The language stays the one chosen here: it may be on its way still."""
        self.draft = replace(draft, language=self.draft.language)

    def selection(self, cursor: QTextCursor) -> tuple[int, int]:
        """The selection in code points of the text, as the core counts."""
        text = self.text
        return code_points(text, cursor.selectionStart()), code_points(text, cursor.selectionEnd())

    def cursor_at(self, start: int, end: int) -> QTextCursor:
        """A cursor that selects code points [start, end) and moves along with edits."""
        text = self.text
        cursor = QTextCursor(self.document)
        cursor.setPosition(utf16_units(text, start))
        cursor.setPosition(utf16_units(text, end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def replace_all(self, text: str) -> None:
        """One undo step."""
        cursor = QTextCursor(self.document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    @Slot(int, int, int)
    def _note_edit(self, _position: int, removed: int, added: int) -> None:
        if removed or added:
            self.edited.emit()

    @property
    def is_code(self) -> bool:
        return is_code(self.draft.language)
