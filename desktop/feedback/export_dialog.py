"""Writes the ratings to a file that trainers read: what each layout is for, how many lines it has, and where to.

The file is written beside its name first and then renamed, so a cut leaves no half file.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QDialog, QFileDialog, QRadioButton, QWidget

from desktop.controls import button, column, label, redress, row
from desktop.jobs import Lanes
from desktop.tokens import XL, XS, L, M, S
from local_models.cancel import CancelToken
from rag.errors import DiskFull, FootnoteError, LibraryError

if TYPE_CHECKING:
    from rag.assistant import Assistant

LAYOUTS = {
    "sft": ("Good answers (SFT)", "Answers you rated up, and your corrections. To teach a model by example."),
    "dpo": ("Pairs (DPO)", "A better and a worse answer to one question. To teach what you prefer."),
    "kto": ("Single ratings (KTO)", "Every rated answer with its thumb. For when there are no pairs."),
    "raw": ("Everything", "All you said, with reasons and comments. To read, or for your own tools."),
}
"""Key of rag.feedback's layouts to its name and what it is good for."""


@dataclass(frozen=True, slots=True)
class _Counted:
    layout: str
    lines: int


class ExportDialog(QDialog):
    """Ratings the user withdrew are in none of the files."""

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._target = Path()
        self._lines: dict[str, int] = {}
        self.setWindowTitle("Export feedback")
        self.setMinimumWidth(480)
        self._choices = {key: QRadioButton(name) for key, (name, _) in LAYOUTS.items()}
        self._counts = {key: label("…", "small") for key in LAYOUTS}
        self._status = label("", "small", wrap=True)
        self._save = button("Save as…", "primary")
        self._close = button("Close")
        self._lay_out()
        self._group = QButtonGroup(self)
        for choice in self._choices.values():
            self._group.addButton(choice)
            choice.toggled.connect(self._follow)
        self._save.clicked.connect(self._choose_file)
        self._close.clicked.connect(self.accept)
        self._choices["sft"].setChecked(True)
        self._count()

    def save_to(self, path: Path) -> None:
        """Write the chosen layout to `path`."""
        self._target = path
        self._save.setEnabled(False)
        self._say("Writing…")
        job = self._lanes.read.call(partial(write_lines, self._assistant, self._layout(), path))
        job.reported.connect(self._tell)
        job.failed.connect(self._show_failure)

    def _lay_out(self) -> None:
        stack = column(self, margin=L, gap=S)
        intro = "Your ratings as JSON lines, with the sources each answer was given. The file stays on this computer."
        stack.addWidget(label(intro, wrap=True))
        for key, (_, purpose) in LAYOUTS.items():
            head = row(gap=S)
            head.addWidget(self._choices[key])
            head.addStretch()
            head.addWidget(self._counts[key])
            words = label(purpose, "small", wrap=True)
            words.setContentsMargins(XL, 0, 0, XS)
            stack.addLayout(head)
            stack.addWidget(words)
        stack.addStretch()
        stack.addWidget(self._status)
        buttons = row(gap=M)
        buttons.addStretch()
        buttons.addWidget(self._close)
        buttons.addWidget(self._save)
        stack.addLayout(buttons)

    def _count(self) -> None:
        job = self._lanes.read.start(partial(count_lines, self._assistant))
        job.reported.connect(self._show_count)
        job.failed.connect(self._show_failure)

    @Slot(object)
    def _show_count(self, counted: _Counted) -> None:
        self._lines[counted.layout] = counted.lines
        self._counts[counted.layout].setText(f"{counted.lines:,} {'line' if counted.lines == 1 else 'lines'}")
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self._save.setEnabled(self._lines.get(self._layout(), 0) > 0)

    @Slot()
    def _choose_file(self) -> None:
        name = str(Path.home() / f"footnote-{self._layout()}.jsonl")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export feedback", name, "JSON lines (*.jsonl)")
        if chosen:
            self.save_to(Path(chosen))

    @Slot(object)
    def _tell(self, lines: int) -> None:
        self._follow()
        self._say(f"{lines:,} lines written to {self._target}.", role="good")

    @Slot(object)
    def _show_failure(self, error: FootnoteError) -> None:
        self._follow()
        self._say(str(error), role="bad")

    def _layout(self) -> str:
        return next(key for key, choice in self._choices.items() if choice.isChecked())

    def _say(self, text: str, role: str = "small") -> None:
        self._status.setText(text)
        redress(self._status, "role", role)


def count_lines(assistant: Assistant, cancel: CancelToken) -> Iterator[_Counted]:
    """How many lines each layout would have, one after the other."""
    for layout in LAYOUTS:
        lines = 0
        for _ in assistant.export_feedback(layout):
            cancel.check()
            lines += 1
        yield _Counted(layout, lines)


def write_lines(assistant: Assistant, layout: str, path: Path) -> int:
    """Write the JSONL file; the lines written. Raises LibraryError, DiskFull."""
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("w", encoding="utf-8") as file:
            lines = 0
            for line in assistant.export_feedback(layout):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                lines += 1
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _worded(error, path) from error
    return lines


def _worded(error: OSError, path: Path) -> LibraryError:
    message = f"{path} could not be written: {error.strerror or error}."
    if error.errno == errno.ENOSPC:
        return DiskFull(message, "Free some space, or choose another place.")
    return LibraryError(message, "Choose a folder you may write to.")
