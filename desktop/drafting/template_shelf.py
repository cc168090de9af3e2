"""Keeps the templates: reads them, asks for a template's fields, lets the user keep their own. Shows its dialogs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.drafting.template_dialogs import FillDialog, TemplatesDialog
from desktop.jobs import Lanes
from rag.draft_templates import BUILTIN
from rag.user_types import DraftTemplate

if TYPE_CHECKING:
    from rag.assistant import Assistant


class TemplateShelf(QObject):
    """`changed` brings all templates; `filled` title, language, content and instruction of a draft to begin."""

    changed = Signal(object)
    filled = Signal(str, str, str, str)
    failed = Signal(object)

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._window = parent
        self._templates: list[DraftTemplate] = []
        self._manager: TemplatesDialog | None = None
        self._form: FillDialog | None = None
        self._chosen: int | None = None

    @Slot()
    def reload(self) -> None:
        job = self._lanes.read.call(partial(all_templates, self._assistant))
        job.reported.connect(self._take)
        job.failed.connect(self.failed)

    @Slot(object)
    def fill_in(self, template: DraftTemplate) -> None:
        """Ask for the template's fields; `filled` follows if the user goes on."""
        self._form = FillDialog(template, self._window)
        self._form.accepted.connect(self._begin)
        self._form.finished.connect(self._form.deleteLater)
        self._form.open()

    @Slot()
    def manage(self) -> None:
        """Show all templates, to keep, change and delete one's own."""
        self._manager = TemplatesDialog(self._templates, self._window)
        self._manager.save_requested.connect(self._save)
        self._manager.deletion_requested.connect(self._delete)
        self._manager.finished.connect(self._forget_manager)
        self._manager.open()

    @Slot(object)
    def _take(self, templates: list[DraftTemplate]) -> None:
        self._templates = templates
        if self._manager is not None:
            self._manager.show_templates(templates, self._chosen)
        self.changed.emit(templates)

    @Slot()
    def _begin(self) -> None:
        if self._form is not None:
            template = self._form.template
            self.filled.emit(self._form.title, template.language, self._form.content, template.instruction)

    @Slot(object)
    def _save(self, template: DraftTemplate) -> None:
        save = partial(
            self._assistant.save_template,
            name=template.name,
            language=template.language,
            instruction=template.instruction,
            body=template.body,
            template_id=template.id or None,
        )
        job = self._lanes.read.call(save)
        job.reported.connect(self._note_saved)
        job.completed.connect(self.reload)
        job.failed.connect(self._show_failure)

    @Slot(int)
    def _delete(self, template_id: int) -> None:
        job = self._lanes.read.call(partial(self._assistant.delete_template, template_id))
        job.completed.connect(self.reload)
        job.failed.connect(self._show_failure)

    @Slot(object)
    def _note_saved(self, template: DraftTemplate) -> None:
        self._chosen = template.id

    @Slot(object)
    def _show_failure(self, error: object) -> None:
        if self._manager is not None:
            self._manager.show_error(error)
        else:
            self.failed.emit(error)

    @Slot()
    def _forget_manager(self) -> None:
        if self._manager is not None:
            self._manager.deleteLater()
            self._manager = None


def all_templates(assistant: Assistant) -> list[DraftTemplate]:
    """The built-in ones, then the user's own."""
    own = assistant.draft_templates()
    known = {template.id for template in own}
    return [*(template for template in BUILTIN if template.id not in known), *own]
