"""The two forms around templates: filling one in for a new draft, and keeping one's own."""

from __future__ import annotations

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QWidget,
)

from desktop.controls import button, column, label, row
from desktop.dates import long_date
from desktop.drafting.languages import LANGUAGES, is_code
from desktop.theme import code_font
from desktop.tokens import SIZE_BODY, L, M, S
from rag.draft_templates import fields, fill
from rag.user_types import DraftTemplate

_TEMPLATE = int(Qt.ItemDataRole.UserRole)


class FillDialog(QDialog):
    """Asks for the {fields} of a template. Read `title` and `content` after it was accepted."""

    def __init__(self, template: DraftTemplate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.template = template
        self.setWindowTitle(f"New draft: {template.name}")
        self.setMinimumWidth(420)
        self._title = QLineEdit(template.name)
        self._title.selectAll()
        self._fields = {name: QLineEdit(_default(name)) for name in fields(template.body)}
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        create = buttons.button(QDialogButtonBox.StandardButton.Ok)
        create.setText("Create draft")
        create.setProperty("kind", "primary")
        form = QFormLayout()
        form.setSpacing(S)
        form.addRow("Title", self._title)
        for name, field in self._fields.items():
            form.addRow(name.capitalize(), field)
        stack = column(self, margin=L, gap=M)
        stack.addWidget(
            label("What you leave empty stays in the text as a {field} to fill in later.", "small", wrap=True)
        )
        stack.addLayout(form)
        stack.addStretch()
        stack.addWidget(buttons)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

    @property
    def title(self) -> str:
        return self._title.text().strip() or self.template.name

    @property
    def content(self) -> str:
        values = {name: field.text().strip() for name, field in self._fields.items()}
        return fill(self.template.body, {name: value for name, value in values.items() if value})


class TemplatesDialog(QDialog):
    """The user's own templates; the built-in ones can be read and copied. It saves nothing itself.

    `save_requested` brings a DraftTemplate (id 0: a new one), `deletion_requested` an id.
    """

    save_requested = Signal(object)
    deletion_requested = Signal(int)

    def __init__(self, templates: list[DraftTemplate], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Templates")
        self.resize(760, 520)
        self._list = QListWidget()
        self._list.setAccessibleName("Templates")
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._name = QLineEdit()
        self._language = language_choice()
        self._instruction = QLineEdit()
        self._instruction.setPlaceholderText("What the model is told when it rewrites (optional)")
        self._body = QPlainTextEdit()
        self._body.setAccessibleName("Text of the template")
        self._body.setTabChangesFocus(True)
        self._body.setFont(code_font(SIZE_BODY))
        self._hint = label("", "small", wrap=True)
        self._new = button("New")
        self._copy = button("Make a copy")
        self._delete = button("Delete", "danger")
        self._save = button("Save", "primary")
        self._close = button("Close")
        self._lay_out()
        self._connect()
        self.show_templates(templates)

    def show_templates(self, templates: list[DraftTemplate], choose: int | None = None) -> None:
        """Fill the list anew after something was saved or deleted."""
        self._list.clear()
        for template in templates:
            item = QListWidgetItem(template.name + ("  (built in)" if template.builtin else ""))
            item.setData(_TEMPLATE, template)
            self._list.addItem(item)
        ids = [template.id for template in templates]
        self._list.setCurrentRow(ids.index(choose) if choose in ids else 0)

    def show_error(self, error: object) -> None:
        self._hint.setText(str(error))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(S)
        for words, field in (("Name", self._name), ("Language", self._language), ("Instruction", self._instruction)):
            form.addRow(words, field)
        right = column(gap=S)
        right.addLayout(form)
        right.addWidget(self._body, 1)
        right.addWidget(self._hint)
        left = column(gap=S)
        left.addWidget(self._list, 1)
        left.addWidget(self._new)
        middle = row(gap=M)
        middle.addLayout(left, 1)
        middle.addLayout(right, 3)
        buttons = row(gap=S)
        buttons.addWidget(self._delete)
        buttons.addWidget(self._copy)
        buttons.addStretch()
        buttons.addWidget(self._close)
        buttons.addWidget(self._save)
        stack = column(self, margin=L, gap=M)
        stack.addLayout(middle, 1)
        stack.addLayout(buttons)

    def _connect(self) -> None:
        self._list.currentItemChanged.connect(self._show_chosen)
        self._new.clicked.connect(self._begin_new)
        self._copy.clicked.connect(self._begin_copy)
        self._delete.clicked.connect(self._ask_deletion)
        self._save.clicked.connect(self._ask_saving)
        self._close.clicked.connect(self.accept)
        self._name.textChanged.connect(self._follow_name)
        self._body.textChanged.connect(self._follow_fields)

    def _chosen(self) -> DraftTemplate | None:
        item = self._list.currentItem()
        template = item.data(_TEMPLATE) if item is not None else None
        return template if isinstance(template, DraftTemplate) else None

    @Slot()
    def _show_chosen(self) -> None:
        template = self._chosen()
        if template is not None:
            self._show(template.name, template, own=not template.builtin)

    def _show(self, name: str, template: DraftTemplate | None, *, own: bool) -> None:
        self._name.setText(name)
        self._language.setCurrentIndex(max(0, self._language.findData(template.language if template else "markdown")))
        self._instruction.setText(template.instruction if template else "")
        self._instruction.setCursorPosition(0)
        self._body.setPlainText(template.body if template else "")
        for field in (self._name, self._instruction, self._body):
            field.setReadOnly(not own)
        self._language.setEnabled(own)
        self._delete.setVisible(own and template is not None)
        self._copy.setEnabled(template is not None)
        self._follow_name()
        self._follow_fields()

    @Slot()
    def _begin_new(self) -> None:
        self._list.setCurrentRow(-1)
        self._show("", None, own=True)
        self._name.setFocus()

    @Slot()
    def _begin_copy(self) -> None:
        template = self._chosen()
        self._list.setCurrentRow(-1)
        if template is not None:
            self._show(f"{template.name} (copy)", template, own=True)
            self._delete.hide()
            self._name.setFocus()

    @Slot()
    def _ask_deletion(self) -> None:
        template = self._chosen()
        if template is not None and not template.builtin:
            self.deletion_requested.emit(template.id)

    @Slot()
    def _ask_saving(self) -> None:
        template = self._chosen()
        self.save_requested.emit(
            DraftTemplate(
                id=template.id if template is not None else 0,
                name=self._name.text().strip(),
                language=str(self._language.currentData()),
                instruction=self._instruction.text().strip(),
                body=self._body.toPlainText(),
                builtin=False,
            )
        )

    @Slot()
    def _follow_name(self) -> None:
        self._save.setEnabled(bool(self._name.text().strip()) and not self._name.isReadOnly())

    @Slot()
    def _follow_fields(self) -> None:
        names = fields(self._body.toPlainText())
        known = f"Fields to fill in: {', '.join(names)}." if names else "Write {a field} in braces to be asked for it."
        self._hint.setText(known)


def language_choice() -> QComboBox:
    """All languages a draft can be in; the data of each entry is its alias."""
    choice = QComboBox()
    choice.setAccessibleName("Language")
    for alias, name in LANGUAGES.items():
        if is_code(alias) and choice.count() == 2:
            choice.insertSeparator(2)
        choice.addItem(name, alias)
    return choice


def _default(field: str) -> str:
    """Today for a date; nothing else can be known."""
    return long_date(QDate.currentDate()) if field == "date" else ""
