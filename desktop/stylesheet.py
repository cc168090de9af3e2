"""Qt's style sheet, made from the tokens. One function, one text: every look of a widget is found here."""

from __future__ import annotations

from pathlib import Path
from string import Template

from desktop.tokens import RADIUS, RADIUS_SMALL, SIZE_BODY, SIZE_HEADING, SIZE_SMALL, SIZE_TITLE, XS, Colours, M, S

_ICONS = Path(__file__).parent / "icons"

_SHEET = Template("""
QMainWindow, QDialog { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: ${xs}px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: ${title}pt; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}pt; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: ${small}pt; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="good"] { color: $good; }
QLabel[role="footnote"] { color: $footnote; font-weight: 600; font-size: ${small}pt; }
QLabel[role="chip"] { color: $muted; background: $sunken; border-radius: ${radius_small}px; padding: 1px ${xs}px;
  font-size: ${small}pt; }

QFrame[role="card"] { background: $surface; border: 1px solid $border; border-radius: ${radius}px; }
QFrame[role="notice"] { background: $sunken; border: none; border-radius: ${radius_small}px; }
QFrame[role="quote"] { background: transparent; border: 1px solid transparent; border-left: 2px solid $border;
  border-radius: 0; }
QFrame[role="quote"]:hover, QFrame[role="quote"]:focus { background: $sunken; border-left-color: $footnote; }
QFrame[role="mark"] { background: transparent; border: 1px solid $warn; border-radius: ${radius_small}px; }
QLabel[role="warn"] { color: $warn; font-weight: 600; font-size: ${small}pt; }
QFrame[role="question"] { background: $sunken; border: none; border-radius: ${radius}px; }
QFrame[role="composer"] { background: $raised; border: 1px solid $border; border-radius: ${radius}px; }
QFrame#veil { background: $selection; border: 2px dashed $accent; }
QFrame#popover { background: $raised; border: 1px solid $border; border-radius: 0; }
QFrame[role="bar"] { background: $window; border: none; border-top: 1px solid $border; }
QFrame[role="rail"] { background: $sunken; border: none; border-right: 1px solid $border; }
QFrame[role="side"] { background: $window; border: none; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton { color: $text; background: $raised; border: 1px solid $border; border-radius: ${radius_small}px;
  padding: 5px ${m}px; }
QPushButton:hover { background: $sunken; }
QPushButton:pressed { background: $selection; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; }
QPushButton[kind="primary"] { color: $on_accent; background: $accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; padding: 4px 11px; }
QPushButton[kind="primary"]:disabled { color: $muted; background: $sunken; border-color: $border; }
QPushButton[kind="danger"] { color: $bad; }
QPushButton[kind="quiet"] { padding: 5px ${s}px; background: transparent; border-color: transparent; color: $muted; }
QPushButton[kind="quiet"]:hover { background: $sunken; color: $text; }
QPushButton[kind="quiet"]:checked { background: $selection; color: $text; }
QPushButton[kind="quiet"]:focus { border-color: $accent; }
QPushButton[kind="disclosure"] { padding: 2px ${xs}px; background: transparent; border-color: transparent;
  color: $muted; font-size: ${small}pt; text-align: left; }
QPushButton[kind="disclosure"]:hover { color: $text; }
QPushButton[kind="disclosure"]:focus { border-color: $accent; }
QPushButton[kind="number"] { color: $footnote; background: transparent; border: 1px solid transparent;
  padding: 0 ${xs}px; font-weight: 600; font-size: ${small}pt; min-width: 18px; }
QPushButton[kind="number"]:hover { background: $selection; }
QPushButton[kind="number"]:focus { border-color: $accent; }
QPushButton[kind="link"] { background: transparent; border: 1px solid transparent; color: $accent;
  padding: 2px ${xs}px; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QPushButton[kind="link"]:focus { border-color: $accent; }

QToolButton { color: $muted; background: transparent; border: 1px solid transparent;
  border-radius: ${radius_small}px; padding: ${xs}px; }
QToolButton:hover { background: $sunken; color: $text; }
QToolButton:pressed, QToolButton:checked { background: $selection; color: $text; }
QToolButton[kind="primary"] { background: $accent; border-radius: 13px; }
QToolButton[kind="primary"]:hover { background: $accent_hover; }
QToolButton[kind="primary"]:disabled { background: $sunken; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox { color: $text; background: $surface;
  border: 1px solid $border; border-radius: ${radius_small}px; padding: ${xs}px 6px;
  selection-background-color: $selection; selection-color: $text; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border-color: $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QComboBox:disabled { color: $faint; }
QComboBox { padding-right: 22px; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("$down"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $border; selection-background-color: $selection; }
QSpinBox, QDoubleSpinBox { padding: 3px 22px 3px 6px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  background: transparent; border: none; width: 20px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$up"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$down"); width: 10px; height: 10px; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $faint; border-radius: 8px;
  background: $surface; }
QRadioButton::indicator:focus, QRadioButton::indicator:hover { border-color: $accent; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $on_accent; }
QPlainTextEdit[kind="bare"], QTextEdit[kind="bare"] { background: transparent; border: none; padding: 0; }
QTextBrowser { background: transparent; border: none; padding: 0; }

QListView, QTreeView, QTableView { background: transparent; border: none; outline: none; color: $text;
  alternate-background-color: $sunken; gridline-color: $border; }
QListView::item, QTreeView::item { padding: 5px ${s}px; border-radius: ${radius_small}px; }
QListView::item:hover, QTreeView::item:hover { background: $sunken; }
QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: $selection; color: $text; }
QListView:focus, QTreeView:focus, QTableView:focus { border: 1px solid $accent; border-radius: ${radius_small}px; }
QListView::item:disabled { background: transparent; color: $muted; }
QTableCornerButton::section { background: $window; border: none; border-bottom: 1px solid $border; }
QHeaderView::section { background: $window; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: ${xs}px ${s}px; font-size: ${small}pt; }

QCheckBox::indicator, QListView::indicator, QTreeView::indicator, QTableView::indicator { width: 14px; height: 14px;
  border: 1px solid $faint; border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked, QListView::indicator:checked, QTreeView::indicator:checked,
QTableView::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }
QCheckBox::indicator:focus, QCheckBox::indicator:hover, QListView::indicator:hover { border-color: $accent; }

QMenu { background: $raised; color: $text; border: 1px solid $border; padding: ${xs}px; }
QMenu::item { padding: 5px ${m}px; border-radius: ${radius_small}px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: ${xs}px ${s}px; }

QTabBar::tab { background: transparent; color: $muted; padding: ${s}px ${m}px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }

QProgressBar { background: $sunken; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget#page { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
""")


def style_sheet(colours: Colours) -> str:
    """The whole application's sheet in one palette."""
    names = {name: getattr(colours, name) for name in Colours.__dataclass_fields__}
    names["tick"] = (_ICONS / ("tick-night.svg" if colours.dark else "tick-paper.svg")).as_posix()
    look = "night" if colours.dark else "paper"
    names |= {side: (_ICONS / f"sheet-{side}-{look}.svg").as_posix() for side in ("up", "down")}
    sizes = {
        "xs": XS,
        "s": S,
        "m": M,
        "radius": RADIUS,
        "radius_small": RADIUS_SMALL,
        "small": SIZE_SMALL,
        "body": SIZE_BODY,
        "heading": SIZE_HEADING,
        "title": SIZE_TITLE,
    }
    return _SHEET.substitute({**names, **{name: str(size) for name, size in sizes.items()}})
