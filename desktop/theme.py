"""How Footnote looks: every colour, distance, size and radius has its name here and nowhere else.

Two palettes, paper and night, follow the system or the user's preference ("system", "light", "dark"). The look is
that of a well-set book: warm paper, ink-blue for what can be clicked, and rubric red, the old printers' second
colour, for footnote marks alone. Contrasts meet WCAG 2.1 AA (a test computes them).

Widgets say what they are by dynamic properties, and the sheet (desktop/stylesheet.py) dresses them:
    QPushButton   kind = "primary" | "quiet" | "danger" | "link" | "disclosure" | "number"   (none: plain, bordered)
    QLabel        role = "title" | "heading" | "muted" | "small" | "bad" | "good" | "warn" | "chip" | "footnote"
    QFrame        role = "mark" | "card" | "notice" | "bar" | "rail" | "side" | "quote" | "question" | "composer"
This file knows nothing of the pages.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from desktop.stylesheet import style_sheet
from desktop.tokens import NIGHT, PAPER, SIZE_BODY, Colours

PREFERENCES = ("system", "light", "dark")

READING_FAMILIES = ("Charter", "Iowan Old Style", "Source Serif 4", "Georgia", "Noto Serif", "DejaVu Serif", "serif")
"""Faces for long text, in the order in which macOS, Windows and Linux are likely to have them."""

CODE_FAMILIES = ("SF Mono", "Cascadia Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono", "monospace")


class Theme(QObject):
    """Dresses the application, and again whenever the system or the user changes between light and dark."""

    changed = Signal()

    def __init__(self, application: QApplication, preference: str = "system") -> None:
        super().__init__(application)
        self._application = application
        self._preference = preference
        self._colours = PAPER
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._apply()

    @property
    def colours(self) -> Colours:
        return self._colours

    @property
    def preference(self) -> str:
        return self._preference

    def prefer(self, preference: str) -> None:
        """Use "system", "light" or "dark" from now on. Raises ValueError for anything else."""
        if preference not in PREFERENCES:
            raise ValueError(f"no such theme: {preference}")
        if preference != self._preference:
            self._preference = preference
            self._apply()

    def _follow_system(self) -> None:
        if self._preference == "system":
            self._apply()

    def _apply(self) -> None:
        self._colours = NIGHT if self._is_dark() else PAPER
        font = self._application.font()
        font.setPointSizeF(SIZE_BODY)
        self._application.setFont(font)
        self._application.setPalette(palette_of(self._colours))
        self._application.setStyleSheet(style_sheet(self._colours))
        self.changed.emit()

    def _is_dark(self) -> bool:
        if self._preference == "system":
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._preference == "dark"


def current_colours() -> Colours:
    """The colours on screen now, for what paints itself; ask again at every paint and in changeEvent."""
    dark = QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128
    return NIGHT if dark else PAPER


def reading_font(size: float) -> QFont:
    """The book face. `size` in points."""
    return _font(READING_FAMILIES, size, QFont.StyleHint.Serif)


def code_font(size: float) -> QFont:
    """A face with letters of one width. `size` in points."""
    return _font(CODE_FAMILIES, size, QFont.StyleHint.Monospace)


def palette_of(colours: Colours) -> QPalette:
    """Qt's palette for what the sheet does not reach: menus, selections, tooltips, placeholders."""
    role = QPalette.ColorRole
    pairs = {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.sunken,
        role.Text: colours.text,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.bad,
        role.Highlight: colours.selection,
        role.HighlightedText: colours.text,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.muted,
        role.Mid: colours.border,
        role.Dark: colours.border,
        role.Light: colours.raised,
        role.Accent: colours.accent,
    }
    palette = QPalette()
    for name, colour in pairs.items():
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(colours.faint))
    return palette


def _font(families: tuple[str, ...], size: float, hint: QFont.StyleHint) -> QFont:
    font = QFont()
    font.setFamilies(list(families))
    font.setStyleHint(hint)
    font.setPointSizeF(size)
    return font
