"""Where sentences of an answer stand on the screen, and the quiet shade behind those the model was less sure of.

Offsets count in the answer's Markdown; on screen its marks are gone. What both have in common are letters and digits in
the same order: the k-th one here is the k-th one there. Where they differ all the same (a picture's words, an entity),
nothing is shaded: a shade behind the wrong words is worse than none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from desktop.chat.markdown import MARK, Block
from rag.account import Certainty

STRONGEST = 70
"""Alpha of 255 behind a sentence the model gave no chance. Text keeps a contrast of 4.5 on it in both palettes."""

SURE = 0.95
"""From this certainty on there is no shade: it could not be seen anyway."""

_LIST_NUMBER = re.compile(r"^(?:[ \t>]|[-+*][ \t])*\d{1,9}[.)](?=\s)", re.MULTILINE)
_PUNCTUATION = ".,;:!?…。！？"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Letters [start, end) of an answer, counted over its whole text, and how strong the shade is, 0 to 1."""

    start: int
    end: int
    strength: float


def stretches(certainties: Sequence[Certainty], text: str) -> tuple[Stretch, ...]:
    """What is to be shaded in the answer `text`: the less sure, the stronger."""
    return tuple(
        Stretch(letters(text, each.start), letters(text, each.end), 1 - each.value)
        for each in certainties
        if each.value < SURE
    )


def letters(text: str, end: int) -> int:
    """How many letters and digits stand before `end`."""
    return sum(letter.isalnum() for letter in text[:end])


def positions(block: Block, first: int, document: QTextDocument) -> dict[int, int] | None:
    """For each letter of the block that is no [n]'s, by its number in the answer, its place in the document.

    `first` is the number of the block's first letter. None where the block and what is shown of it differ.
    """
    shown = _shown_letters(document.toPlainText())
    written = _written_letters(block.text)
    told = [letter for letter in written if not letter.hidden]
    if "".join(letter.text for letter in told) != "".join(letter for _, letter in shown):
        return None
    pairs = zip(told, shown, strict=True)
    return {first + letter.number: place for letter, (place, _) in pairs if not letter.of_mark}


def selections(
    block: Block, first: int, document: QTextDocument, shaded: Sequence[Stretch], colour: str
) -> list[QTextEdit.ExtraSelection]:
    """The shades behind the block's sentences, in #RRGGBB `colour` made transparent."""
    places = positions(block, first, document) if shaded else None
    if not places:
        return []
    numbers = sorted(places)
    text = document.toPlainText()
    found = []
    for stretch in shaded:
        own = numbers[bisect_left(numbers, stretch.start) : bisect_left(numbers, stretch.end)]
        if own:
            end = _behind(text, places[own[-1]])
            found.append(_selection(document, places[own[0]], end, _tinted(colour, stretch.strength)))
    return found


@dataclass(frozen=True, slots=True)
class _Letter:
    """`number` counts all letters and digits; `hidden`: Qt draws the number of a list's item itself."""

    number: int
    text: str
    hidden: bool
    of_mark: bool


def _written_letters(text: str) -> list[_Letter]:
    hidden = {place for match in _LIST_NUMBER.finditer(text) for place in range(*match.span())}
    of_marks = {place for match in MARK.finditer(text) for place in range(*match.span())}
    letters_ = ((place, letter) for place, letter in enumerate(text) if letter.isalnum())
    return [
        _Letter(number, letter, place in hidden, place in of_marks) for number, (place, letter) in enumerate(letters_)
    ]


def _shown_letters(text: str) -> list[tuple[int, str]]:
    """Qt counts in UTF-16: a letter beyond the first plane takes two places."""
    found = []
    place = 0
    for letter in text:
        if letter.isalnum():
            found.append((place, letter))
        place += 2 if ord(letter) > 0xFFFF else 1
    return found


def _behind(text: str, place: int) -> int:
    """Behind the letter at `place`, and the full stop that follows it."""
    wide = sum(ord(letter) > 0xFFFF for letter in text[:place])
    following = text[place - wide + 1 : place - wide + 2]
    return place + (2 if following and following in _PUNCTUATION else 1)


def _selection(document: QTextDocument, start: int, end: int, colour: QColor) -> QTextEdit.ExtraSelection:
    cursor = QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(min(end, document.characterCount() - 1), QTextCursor.MoveMode.KeepAnchor)
    look = QTextCharFormat()
    look.setBackground(colour)
    made = QTextEdit.ExtraSelection()
    made.cursor, made.format = cursor, look
    return made


def _tinted(colour: str, strength: float) -> QColor:
    made = QColor(colour)
    made.setAlpha(round(STRONGEST * min(max(strength, 0.0), 1.0)))
    return made
