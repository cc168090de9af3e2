"""What of a folder is left out, as lines to write: the syntax of .gitignore, explained by three examples."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from desktop.controls import button, column, label, row
from desktop.jobs import Lanes
from desktop.tokens import L, M, S
from rag.errors import FootnoteError
from rag.types import Collection

if TYPE_CHECKING:
    from rag.assistant import Assistant

EXPLANATION = (
    "Write one rule a line, as in a .gitignore file: *.log leaves out all files that end so, drafts/ a folder with all "
    "that is in it, !keep.log brings one back. A file named .footnoteignore inside the folder does the same. "
    "Hidden files and what programs keep for themselves are left out anyway."
)


class RulesDialog(QDialog):
    """`saved` brings the Collection when its rules were kept. A line that is no rule is named, and can be mended."""

    saved = Signal(object)

    def __init__(
        self, assistant: Assistant, lanes: Lanes, collection: Collection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._collection = collection
        self.setWindowTitle(f"Left out of “{collection.name}”")
        self._edit = QPlainTextEdit()
        self._edit.setEnabled(False)
        self._edit.setAccessibleName("Rules, one a line")
        self._edit.setTabChangesFocus(True)
        self._error = label("", "bad", wrap=True)
        self._error.hide()
        self._keep = button("Keep these rules", "primary")
        self._keep.setDefault(True)
        self._leave = button("Cancel")
        self._lay_out()
        self._keep.clicked.connect(self._save)
        self._leave.clicked.connect(self.reject)
        job = lanes.read.call(partial(_rules, assistant, collection.id))
        job.reported.connect(self._show_rules)
        job.failed.connect(self._show_error)

    def _lay_out(self) -> None:
        buttons = row(gap=S)
        buttons.addStretch()
        buttons.addWidget(self._leave)
        buttons.addWidget(self._keep)
        stack = column(self, margin=L, gap=M)
        stack.addWidget(label(EXPLANATION, "muted", wrap=True))
        stack.addWidget(self._edit, 1)
        stack.addWidget(self._error)
        stack.addLayout(buttons)
        self.resize(460, 340)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    @Slot(object)
    def _show_rules(self, rules: tuple[str, ...]) -> None:
        self._edit.setPlainText("\n".join(rules))
        self._edit.setEnabled(True)
        self._edit.setFocus()

    @Slot(object)
    def _show_error(self, error: FootnoteError) -> None:
        self._keep.setEnabled(True)
        self._error.setText(str(error))
        self._error.show()

    @Slot()
    def _save(self) -> None:
        self._error.hide()
        self._keep.setEnabled(False)
        rules = [line for line in self._edit.toPlainText().splitlines() if line.strip()]
        job = self._lanes.write.call(partial(self._assistant.folders.set_rules, self._collection.id, rules))
        job.completed.connect(self._end)
        job.failed.connect(self._show_error)

    @Slot()
    def _end(self) -> None:
        self.saved.emit(self._collection)
        self.accept()


def _rules(assistant: Assistant, collection_id: int) -> tuple[str, ...]:
    known = {folder.collection.id: folder.rules for folder in assistant.folders.all()}
    return known.get(collection_id, ())
