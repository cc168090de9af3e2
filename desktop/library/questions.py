"""What the library asks before it takes something away, and what it tells of failures."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.questions import ask
from rag.parsers.cleaning import shown_name
from rag.types import Collection, Document

_MOST_NAMES = 8
"""Names listed in a question; a dialog with more would not fit a small screen."""


def ask_about_removal(parent: QWidget, documents: list[Document], remove: Callable[[], None]) -> None:
    """Call `remove` if the user agrees."""
    one = len(documents) == 1
    what = f"“{shown_name(documents[0].path)}”" if one else f"{len(documents):,} documents"
    text = (
        f"{'It' if one else 'They'} will no longer be searched. The {'file itself stays' if one else 'files stay'} "
        f"where {'it is' if one else 'they are'}, and answers that cite {'it' if one else 'them'} keep their quotes."
    )
    listed = "" if one else _names(documents)
    ask(parent, f"Remove {what} from the library?", f"{listed}{text}", "Remove", remove)


def ask_about_collection(parent: QWidget, collection: Collection, forget: Callable[[], None]) -> None:
    """Call `forget` if the user agrees."""
    text = "Its documents stay in the library and are still found; only the collection goes."
    ask(parent, f"Forget the collection “{collection.name}”?", text, "Forget", forget)


def tell_reasons(parent: QWidget, documents: list[Document]) -> None:
    """Say why each of these could not be read; the text can be selected and copied."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    box.setWindowTitle("Why it failed")
    box.setText(
        shown_name(documents[0].path) if len(documents) == 1 else f"{len(documents):,} documents could not be read"
    )
    box.setInformativeText("\n".join(_reason(document, many=len(documents) > 1) for document in documents[:20]))
    if len(documents) > 1:
        box.setDetailedText("\n".join(f"{document.path}\n    {document.reason}" for document in documents))
    box.open()


def _names(documents: list[Document]) -> str:
    names = [f"•  {shown_name(document.path)}" for document in documents[:_MOST_NAMES]]
    if len(documents) > _MOST_NAMES:
        names.append(f"•  and {len(documents) - _MOST_NAMES:,} more")
    return "\n".join(names) + "\n\n"


def _reason(document: Document, *, many: bool) -> str:
    reason = document.reason or "No reason was kept; read it again to see it."
    return f"{shown_name(document.path)}: {reason}" if many else reason
