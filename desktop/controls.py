"""The small pieces every page is made of: icons, buttons, labels. They know the theme and nothing else.

Icons are SVG files in desktop/icons, drawn for Footnote, in one stroke colour that is replaced while loading; a
widget loads its icon anew when the palette changes.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPaintEvent, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.theme import current_colours
from desktop.tokens import ICON

_FOLDER = Path(__file__).parent / "icons"


def icon(name: str, colour: str, size: int = ICON) -> QIcon:
    """desktop/icons/NAME.svg in `colour` (#RRGGBB), drawn at twice `size` pixels. Raises FileNotFoundError."""
    key = f"footnote/{name}/{colour}/{size}"
    kept = QPixmap()
    if QPixmapCache.find(key, kept):
        return QIcon(kept)
    picture = _draw(name, colour, size)
    QPixmapCache.insert(key, picture)
    return QIcon(picture)


def _draw(name: str, colour: str, size: int) -> QPixmap:
    drawing = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    picture = QPixmap(QSize(size * 2, size * 2))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(picture.rect()))
    painter.end()
    return picture


class IconButton(QToolButton):
    """A button that is only a picture; `text` is its tooltip and its name for screen readers.

    Of `kind` "primary" it is filled.
    """

    def __init__(self, icon_name: str, text: str, parent: QWidget | None = None, *, kind: str = "") -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self.setProperty("kind", kind)
        self.setIconSize(QSize(ICON, ICON))
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._load()

    def show_icon(self, icon_name: str, text: str = "") -> None:
        """Change the picture, and with `text` the name too."""
        self._icon_name = icon_name
        if text:
            self.setToolTip(text)
            self.setAccessibleName(text)
        self._load()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange):
            self._load()

    def _load(self) -> None:
        colours = current_colours()
        filled = self.property("kind") == "primary" and self.isEnabled()
        self.setIcon(icon(self._icon_name, colours.on_accent if filled else colours.muted))


class ElidedLabel(QLabel):
    """One line that ends in … where it does not fit; the whole text is the tooltip."""

    def __init__(self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__(text)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip("")

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.contentsRect().width())
        if shown == self.text():
            super().paintEvent(event)
            return
        self.setToolTip(self.text())
        painter = QPainter(self)
        painter.drawText(self.contentsRect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


def label(text: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """Plain text in one of the roles of desktop.theme."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def button(text: str, kind: str = "") -> QPushButton:
    """A push button in one of the kinds of desktop.theme."""
    made = QPushButton(text)
    if kind:
        made.setProperty("kind", kind)
    return made


def frame(role: str) -> QFrame:
    """A box in one of the roles of desktop.theme."""
    made = QFrame()
    made.setProperty("role", role)
    return made


def row(parent: QWidget | None = None, *, margin: int = 0, gap: int = 0) -> QHBoxLayout:
    """A horizontal layout with its distances from desktop.tokens."""
    layout = QHBoxLayout()
    if parent is not None:
        parent.setLayout(layout)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(gap)
    return layout


def column(parent: QWidget | None = None, *, margin: int = 0, gap: int = 0) -> QVBoxLayout:
    """A vertical layout with its distances from desktop.tokens."""
    layout = QVBoxLayout()
    if parent is not None:
        parent.setLayout(layout)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(gap)
    return layout


def redress(widget: QWidget, name: str, value: str) -> None:
    """Change a dynamic property (`role`, `kind`) after the widget was shown."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
