"""The form of generation settings: one line each, with its explanation, and a way back to the defaults."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QGridLayout, QSpinBox, QWidget

from desktop.controls import button, column, label, row
from desktop.models.parameters import DEFAULTS, LOADING, SAMPLING, Parameter
from desktop.tokens import XS, M, S

_NAME = 124
"""Pixels: the longest name, so that the fields of both groups stand in one line."""

_FIELD = 170
"""Pixels: wide enough for "A new one each time"."""


class ParameterForm(QWidget):
    """`changed` when the user has set another value; read `values` then."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, QSpinBox | QDoubleSpinBox] = {}
        self._reset = button("Reset to defaults", "quiet")
        self._reset.setToolTip("Put every number back to what Footnote came with")
        top = row(gap=S)
        top.addWidget(label("Generation settings", "heading"))
        top.addStretch()
        top.addWidget(self._reset)
        stack = column(self, gap=M)
        stack.addLayout(top)
        stack.addLayout(self._grid("How words are chosen", SAMPLING))
        stack.addLayout(self._grid("How the model is loaded (it is loaded again after a change)", LOADING))
        self._reset.clicked.connect(self.reset)

    def show_values(self, values: dict[str, float]) -> None:
        """Fill the form; `changed` is not emitted."""
        for key, field in self._fields.items():
            field.blockSignals(True)  # noqa: FBT003  # Qt's own signature
            _set(field, values[key])
            field.blockSignals(False)  # noqa: FBT003  # as above
        self._follow()

    def values(self) -> dict[str, float]:
        return {key: float(field.value()) for key, field in self._fields.items()}

    @Slot()
    def reset(self) -> None:
        self.show_values(DEFAULTS)
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the page; it changes a number only while that number has the focus."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QAbstractSpinBox) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _grid(self, title: str, parameters: Sequence[Parameter]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(M)
        grid.setVerticalSpacing(XS)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, _NAME)
        grid.addWidget(label(title, "small"), 0, 0, 1, 2)
        for number, parameter in enumerate(parameters):
            field = _field(parameter)
            field.valueChanged.connect(self._note_change)
            field.installEventFilter(self)
            self._fields[parameter.key] = field
            name = label(parameter.name)
            name.setBuddy(field)
            grid.addWidget(name, 2 * number + 1, 0)
            grid.addWidget(field, 2 * number + 1, 1, Qt.AlignmentFlag.AlignLeft)
            explanation = label(parameter.explanation, "small", wrap=True)
            grid.addWidget(explanation, 2 * number + 2, 1)
            grid.setRowMinimumHeight(2 * number + 2, explanation.fontMetrics().lineSpacing() + S)
        return grid

    @Slot()
    def _note_change(self) -> None:
        self._follow()
        self.changed.emit()

    def _follow(self) -> None:
        self._reset.setEnabled(self.values() != DEFAULTS)


def _field(parameter: Parameter) -> QSpinBox | QDoubleSpinBox:
    field: QSpinBox | QDoubleSpinBox
    if parameter.decimals:
        field = QDoubleSpinBox()
        field.setDecimals(parameter.decimals)
        field.setRange(parameter.least, parameter.most)
        field.setSingleStep(parameter.step)
    else:
        field = QSpinBox()
        field.setRange(int(parameter.least), int(parameter.most))
        field.setSingleStep(int(parameter.step))
        field.setGroupSeparatorShown(parameter.key != "seed")
    field.setSpecialValueText(parameter.special)
    field.setFixedWidth(_FIELD)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.setAccessibleName(parameter.name)
    field.setAccessibleDescription(parameter.explanation)
    field.setToolTip(f"{parameter.explanation}\nDefault: {_default_words(parameter)}")
    field.setKeyboardTracking(False)
    field.lineEdit().setTextMargins(XS, 0, 0, 0)
    return field


def _set(field: QSpinBox | QDoubleSpinBox, value: float) -> None:
    if isinstance(field, QSpinBox):
        field.setValue(int(value))
    else:
        field.setValue(value)


def _default_words(parameter: Parameter) -> str:
    value = DEFAULTS[parameter.key]
    if parameter.special and value == parameter.least:
        return parameter.special
    return f"{value:.{parameter.decimals}f}"
