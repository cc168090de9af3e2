"""How passages are found by meaning: the embedder and the passages' length, and what a change of them takes.

A choice is first told in passages, minutes and disk; only then is it made, beside the index in use. The making itself
is the library page's, with its bar; here one sees how far it is and can give it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from desktop.controls import ElidedLabel, button, column, label, redress, row
from desktop.jobs import Job, Lanes
from desktop.tokens import M, S
from local_models.cancel import CancelToken
from rag.user_types import Preferences

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.restaging import ChangeCost, ChangeState

LENGTHS = {0: "As suits the model", 80: "Short, about 60 words", 150: "Middle, about 110 words", 400: "Long, 300 words"}
"""Most tokens of a passage -> words; an English word has 1.3 tokens. A model that reads less gets shorter ones."""

MODEL_MEANS = "The model, a sentence-transformers folder. For other languages than English choose a multilingual one."
BUILT_IN = "all-MiniLM-L6-v2 (built in, for English)"


class IndexCard(QWidget):
    """`change_begun` when the user has said yes: somebody has to let the change go on."""

    change_begun = Signal()

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._preferences = Preferences()
        self._cost: ChangeCost | None = None
        self._embedder = ElidedLabel()
        self._choose = button("Choose folder…")
        self._own = button("Use the built-in one", "quiet")
        self._length = QComboBox()
        self._length.setAccessibleName("Length of passages")
        for tokens, words in LENGTHS.items():
            self._length.addItem(words, tokens)
        self._told = label("", "small", wrap=True)
        self._make = button("Make the change", "primary")
        self._leave = button("Not now", "quiet")
        self._give_up = button("Give the change up")
        self._lay_out()
        self._connect()

    @Slot()
    def reload(self) -> None:
        """Look whether a change is under way."""
        self._call(self._assistant.restaging.state).reported.connect(self._show_state)

    def show_preferences(self, preferences: Preferences) -> None:
        """What is in use now."""
        self._preferences = preferences
        self._embedder.setText(preferences.embedder or BUILT_IN)
        self._own.setVisible(bool(preferences.embedder))
        if self._cost is None:
            self._length.setCurrentIndex(max(0, self._length.findData(preferences.passage_tokens)))

    def ask_for(self, folder: str, tokens: int) -> None:
        """Tell what it would take to find by this embedder (empty: the built-in one) and this length."""
        self._say("Looking at what that takes…")
        self._offer(None)
        work = partial(_cost, self._assistant, Path(folder) if folder else None, tokens)
        job = self._lanes.read.start(work)
        job.reported.connect(self._show_cost)
        job.failed.connect(self._show_failure)

    def _lay_out(self) -> None:
        stack = column(self, gap=S)
        stack.addWidget(label(MODEL_MEANS, "small", wrap=True))
        line = row(gap=M)
        line.addWidget(self._embedder, 1)
        line.addWidget(self._own)
        line.addWidget(self._choose)
        stack.addLayout(line)
        line = row(gap=M)
        line.addWidget(label("Length of the passages that are found and cited", "small"), 1)
        line.addWidget(self._length)
        stack.addLayout(line)
        stack.addWidget(self._told)
        line = row(gap=S)
        line.addWidget(self._make)
        line.addWidget(self._leave)
        line.addWidget(self._give_up)
        line.addStretch()
        stack.addLayout(line)
        self._told.hide()
        self._offer(None)
        self._give_up.hide()

    def _connect(self) -> None:
        self._choose.clicked.connect(self._ask_for_folder)
        self._own.clicked.connect(self._ask_for_own)
        self._length.activated.connect(self._ask_for_length)
        self._make.clicked.connect(self._begin)
        self._leave.clicked.connect(self._forget)
        self._give_up.clicked.connect(self._cancel)

    @Slot()
    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder of a sentence-transformers model", str(Path.home()))
        if chosen:
            self.ask_for(chosen, self._length.currentData())

    @Slot()
    def _ask_for_own(self) -> None:
        self.ask_for("", self._length.currentData())

    @Slot()
    def _ask_for_length(self) -> None:
        self.ask_for(self._preferences.embedder, self._length.currentData())

    @Slot(object)
    def _show_cost(self, cost: ChangeCost) -> None:
        self._say(f"{cost.identity.name}, passages of up to {cost.passage_tokens} tokens. {cost.in_words()}")
        self._offer(cost if cost.needed else None)

    @Slot()
    def _begin(self) -> None:
        cost = self._cost
        if cost is not None:
            self._offer(None)
            begin = partial(self._assistant.restaging.begin, cost.folder, cost.passage_tokens)
            self._call(begin).completed.connect(self._tell_begun)

    @Slot()
    def _tell_begun(self) -> None:
        self.change_begun.emit()
        self.reload()

    @Slot()
    def _forget(self) -> None:
        self._offer(None)
        self._say("")
        self.show_preferences(self._preferences)

    @Slot()
    def _cancel(self) -> None:
        self._give_up.hide()
        self._call(self._assistant.restaging.cancel).completed.connect(self._tell_cancelled)

    @Slot()
    def _tell_cancelled(self) -> None:
        self.show_preferences(self._preferences)
        self._say("The change is given up. Nothing else has changed.")

    @Slot(object)
    def _show_state(self, state: ChangeState | None) -> None:
        self._give_up.setVisible(state is not None)
        if state is None:
            if self._cost is None:
                self._say("")
            return
        left = f"{state.documents_left:,} documents are still to be cut. " if state.documents_left else ""
        self._say(
            f"A change to {state.change.identity.name}, passages of up to {state.change.passage_tokens} tokens, is "
            f"under way: {state.embedded:,} of {state.passages:,} passages. {left}The index in use answers meanwhile; "
            "the Library page shows the work, which goes on after a restart."
        )

    def _offer(self, cost: ChangeCost | None) -> None:
        """Ask whether to make this change; None: nothing is asked."""
        self._cost = cost
        self._make.setVisible(cost is not None)
        self._leave.setVisible(cost is not None)

    def _call(self, function: Callable[[], object]) -> Job:
        job = self._lanes.read.call(function)
        job.failed.connect(self._show_failure)
        return job

    @Slot(object)
    def _show_failure(self, error: object) -> None:
        self._say(str(error), role="bad")
        self.show_preferences(self._preferences)

    def _say(self, text: str, role: str = "small") -> None:
        self._told.setText(text)
        self._told.setVisible(bool(text))
        redress(self._told, "role", role)


def _cost(assistant: Assistant, folder: Path | None, tokens: int, cancel: CancelToken) -> Iterator[ChangeCost]:
    yield assistant.restaging.cost(folder, tokens, cancel)
