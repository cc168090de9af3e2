"""The visible text of an OpenDocument's paragraphs, and what hangs on them: notes and text boxes. Knows no pages.

Left out: deleted text, comments, hidden text and paragraphs, and what can't be told from its ground.
"""

from __future__ import annotations

from rag.parsers.elements import Element, attribute, child, inside, local_name, text_below, whole_number
from rag.parsers.odf_styles import Look, Styles

MOST_SPACES = 200
"""Of one element that stands for many."""

_SKIPPED = frozenset(
    """annotation annotation-end tracked-changes change change-start change-end bookmark bookmark-start bookmark-end
    hidden-text hidden-paragraph ruby-text note-citation desc title forms sequence-decls variable-decls user-field-decls
    soft-page-break event-listeners""".split()
)
_SPACES = {"tab": "\t", "line-break": "\n"}


class VisibleText:
    """Collects the text of a paragraph. `hidden` counts the stretches of text that nobody sees."""

    def __init__(self, styles: Styles, *, ground: str = "", under: Look | None = None) -> None:
        """`ground` is the colour behind the paragraph, #rrggbb; empty for white paper. `under` is how text looks where
        its paragraph says nothing.
        """
        self._under = under or Look()
        self._styles = styles
        self._ground = ground
        self._pieces: list[str] = []
        self._in_hidden = False
        self.boxes: list[Element] = []
        self.notes: list[Element] = []
        self.hidden = 0

    def of(self, paragraph: Element) -> str:
        """The paragraph's text."""
        base = self._styles.look("paragraph", attribute(paragraph, "style-name"))
        base = base.over(self._under).over(Look(ground=self._ground or None))
        self._collect(paragraph, base)
        return "".join(self._pieces)

    def _collect(self, parent: Element, look: Look) -> None:
        self._add(parent.text, look)
        for element in parent:
            name = local_name(element)
            if name in _SPACES:
                self._pieces.append(_SPACES[name])
            elif name == "s":
                self._pieces.append(" " * min(whole_number(attribute(element, "c"), 1), MOST_SPACES))
            elif name == "note":
                self.notes.append(element)
            elif name == "frame" or name in _SHAPES:
                self.boxes.append(element)
            elif name in {"hidden-text", "hidden-paragraph"}:
                self.hidden += bool(text_below(element).strip())
            elif name and name not in _SKIPPED:
                style = attribute(element, "style-name") if name == "span" else ""
                inner = self._styles.look("text", style).over(look) if style else look
                self._collect(element, inner)
            self._add(element.tail, look)

    def _add(self, text: str | None, look: Look) -> None:
        if not text:
            return
        if text.strip() and look.unseen:
            self.hidden += not self._in_hidden
            self._in_hidden = True
        else:
            self._pieces.append(" ".join(text.split("\n")))
            self._in_hidden = self._in_hidden and not text.strip()


_SHAPES = frozenset({"custom-shape", "rect", "ellipse", "g", "line", "connector", "polygon", "path"})


def paragraphs_in(element: Element | None) -> list[Element]:
    """The paragraphs and headings below an element, but not those of its comments and notes."""
    found: list[Element] = []
    for part in element if element is not None else ():
        name = local_name(part)
        if name in {"p", "h"}:
            found.append(part)
        elif name and name not in _SKIPPED and name != "note":
            found.extend(paragraphs_in(part))
    return found


def visible_below(element: Element, styles: Styles, *, ground: str = "", under: Look | None = None) -> tuple[str, int]:
    """The text of all paragraphs below an element on one line, and how many stretches of it nobody sees.

    `ground` and `under` as of VisibleText.
    """
    texts, hidden = [], 0
    for paragraph in paragraphs_in(element):
        text = VisibleText(styles, ground=ground, under=under)
        texts.append(text.of(paragraph))
        hidden += text.hidden
    return " ".join(texts), hidden


def has_text(element: Element) -> bool:
    """Whether there is any text below an element."""
    return any(text_below(part).strip() for part in inside(element, "p"))


def note_text(note: Element, styles: Styles) -> str:
    """A footnote's or an endnote's text."""
    body = child(note, "note-body")
    return visible_below(body, styles)[0] if body is not None else ""
