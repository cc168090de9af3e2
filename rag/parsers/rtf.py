"""Reads Rich Text Format (RTF): headings, lists with their labels, tables row by row, text boxes and footnotes.

Read token by token, each group with a state of its own (Word's Rich Text Format 1.9.1). striprtf, the library there is,
gives bare text without headings and tables' headers, and takes hidden and deleted text for seen. Left out, as in print:
deleted and hidden text, comments, headers and footers, pictures, embedded objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.errors import DocumentBroken, DocumentEmpty
from rag.parsers.building import PageBuilder, table_row
from rag.parsers.cleaning import on_one_line, shown_name
from rag.parsers.decoding import read_limited
from rag.parsers.formats import RTF, suffixes_of
from rag.parsers.numerals import BULLET
from rag.parsers.rtf_tables import CHARSETS, PLATFORMS, Tables, code_page
from rag.parsers.rtf_words import BREAKS, KNOWN_STARRED, LABELS, SKIPPED, SYMBOLS, TEXTS, TOKEN, State
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

MAX_BYTES = 256 * 2**20
"""Of the file; pictures in it are written as digits and take most of it."""

DEEPEST = 2_000
"""Groups inside groups; Word writes about 20."""

UNSEEN_SIZE = 2
"""Half points: nobody reads text of one point."""


@dataclass(slots=True)
class _Entry:
    """An entry of the style sheet, or of the fonts, while it is read."""

    number: int = 0
    outline: int = 9
    name: str = ""
    rgb: list[int] = field(default_factory=list)


class RtfParser:
    """Rich Text Format."""

    media_types: tuple[str, ...] = (RTF,)
    suffixes = suffixes_of(RTF)
    counting = Counting.CHAPTERS

    def recognises(self, head: bytes) -> bool:
        """By the word every such file begins with."""
        return head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"{\\rtf")

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, what is hidden, and the document as one page.

        Raises DocumentBroken, DocumentTooLarge, DocumentEmpty.
        """
        name = shown_name(path)
        data = read_limited(path, MAX_BYTES, "Save it as DOCX, which takes less room.")
        reader = _Reader()
        try:
            reader.read(data.decode("latin-1"))
        except _TooDeep as error:
            raise DocumentBroken(
                f"“{name}” is damaged: its groups are nested too deeply.", "Open it in Word and save it again."
            ) from error
        if reader.title:
            yield Title(reader.title)
        if reader.hidden:
            yield HiddenText(reader.hidden)
        page = reader.builder.page()
        if not page.text:
            raise DocumentEmpty(f"“{name}” holds no text.", "It may hold only pictures.")
        yield page


class _TooDeep(Exception):
    pass


class _Reader:
    """Goes through the tokens and writes blocks. `hidden` counts the stretches of text that nobody sees."""

    def __init__(self) -> None:
        self.builder = PageBuilder()
        self.hidden = 0
        self.title = ""
        self._tables = Tables()
        self._state = State()
        self._stack: list[State] = []
        self._pieces: list[str] = []
        self._outer: list[tuple[int, list[str], list[str]]] = []
        self._label = ""
        self._notes: list[str] = []
        self._cells: list[str] = []
        self._header_row = False
        self._in_hidden = False
        self._bytes = bytearray()
        self._to_skip = 0
        self._starred = False
        self._entry = _Entry()

    def read(self, source: str) -> None:
        """Read the whole file, of which each character is one byte."""
        at = 0
        while (token := TOKEN.match(source, at)) is not None:
            at = token.end()
            kind = token.lastgroup
            if kind == "text":
                self._text(token["text"])
            elif kind == "hex":
                self._byte(int(token["hex"], 16))
            elif kind == "brace":
                self._flush()
                self._open() if token["brace"] == "{" else self._close()
            elif kind in {"word", "number"}:
                number = int(token["number"]) if token["number"] is not None else None
                at += self._control(token["word"], number)
            elif kind == "symbol":
                self._symbol(token["symbol"])
        self._flush()
        while self._outer:  # the file ends inside a note or a box
            self._leave(self._state.target)
        self._end_paragraph()
        self._end_row()

    def _open(self) -> None:
        if len(self._stack) >= DEEPEST:
            raise _TooDeep
        self._stack.append(self._state)
        self._starred = False
        self._to_skip = 0

    def _close(self) -> None:
        target, depth = self._state.target, len(self._stack)
        self._end_entry(target)
        if self._outer and self._outer[-1][0] == depth:
            self._leave(target)
        if self._stack:
            self._state = self._stack.pop()
        self._to_skip = 0

    def _leave(self, target: str) -> None:
        """Back from a note, a text box or a label to the paragraph that it hangs on."""
        text = "".join(self._pieces)
        if target == "box":
            self._end_paragraph()
        elif target == "note":
            self._notes.append(text)
        elif target == "label":
            self._label = text.strip()
        _, self._pieces, notes = self._outer.pop()
        self._notes = notes + self._notes

    def _enter(self, target: str) -> None:
        self._outer.append((len(self._stack), self._pieces, self._notes))
        self._pieces, self._notes = [], []
        self._state = replace(self._state, target=target)

    def _control(self, word: str, number: int | None) -> int:
        """Obey a control word; the number of raw bytes to leap over."""
        if word == "u":
            self._unicode(number or 0)
            return 0
        self._flush()
        starred, self._starred = self._starred, False
        if word == "bin":
            return max(number or 0, 0)
        if (starred and word not in KNOWN_STARRED) or word in SKIPPED:
            self._state = replace(self._state, target="")
        elif self._state.target == "":
            return 0
        elif not self._destination(word) and not self._head(word, number) and not self._layout(word, number):
            self._look(word, number)
        return 0

    def _destination(self, word: str) -> bool:
        if word in {"fonttbl", "colortbl", "stylesheet", "info"}:
            self._state = replace(self._state, target=word)
            self._entry = _Entry()
        elif word == "title" and self._state.target == "info":
            self._state = replace(self._state, target="title")
        elif self._state.target == "info":
            self._state = replace(self._state, target="")
        elif word == "footnote":
            self._enter("note")
        elif word == "shptxt":
            self._enter("box")
        elif word in LABELS:
            self._enter("label")
        else:
            return False
        return True

    def _head(self, word: str, number: int | None) -> bool:
        """What the tables of the head say."""
        tables, entry, value = self._tables, self._entry, number or 0
        if word in PLATFORMS:
            tables.page = PLATFORMS[word]
        elif word == "ansicpg":
            tables.page = code_page(value) or tables.page
        elif word == "deff":
            tables.default_font = value
            self._state = replace(self._state, font=value)
        elif self._state.target == "fonttbl" and word in {"f", "fcharset", "cpg"}:
            if word == "f":
                entry.number = value
            elif (page := CHARSETS.get(value) if word == "fcharset" else code_page(value)) is not None:
                tables.fonts[entry.number] = page
        elif self._state.target == "colortbl" and word in {"red", "green", "blue"}:
            entry.rgb.append(value)
        elif self._state.target == "stylesheet" and word in {"s", "outlinelevel"}:
            entry.number = value if word == "s" else entry.number
            entry.outline = value if word == "outlinelevel" else entry.outline
        else:
            return self._state.target in {"fonttbl", "colortbl", "stylesheet"}
        return True

    def _layout(self, word: str, number: int | None) -> bool:
        """Paragraphs, rows and cells."""
        if word in BREAKS:
            self._break()
        elif word in TEXTS:
            self._write(TEXTS[word])
        elif word == "pard":
            self._state = replace(self._state, in_table=False, heading=0)
        elif word == "intbl":
            self._state = replace(self._state, in_table=True)
        elif word == "s":
            self._state = replace(self._state, heading=self._tables.headings.get(number or 0, 0))
        elif word == "outlinelevel" and number is not None and 0 <= number < 9:
            self._state = replace(self._state, heading=min(number + 1, 6))
        elif word == "cell":
            self._cells.append("".join(self._pieces))
            self._pieces = []
        elif word == "row":
            self._end_row()
        elif word in {"trowd", "trhdr"}:
            self._header_row = word == "trhdr"
        else:
            return False
        return True

    def _look(self, word: str, number: int | None) -> None:
        """What the text looks like."""
        on, state = number != 0, self._state
        match word:
            case "plain":
                self._state = replace(
                    state, hidden=False, deleted=False, size=24, colour=0, shaded=False, font=self._tables.default_font
                )
            case "f":
                self._state = replace(state, font=number or 0)
            case "uc":
                self._state = replace(state, unicode_skip=max(number or 0, 0))
            case "v":
                self._state = replace(state, hidden=on)
            case "deleted":
                self._state = replace(state, deleted=on)
            case "fs":
                self._state = replace(state, size=number or 24)
            case "cf":
                self._state = replace(state, colour=number or 0)
            case "cb" | "chcbpat" | "highlight" | "cbpat" | "clcbpat" | "shading" | "chshdng" | "clshdng":
                self._state = replace(state, shaded=on)

    def _unicode(self, number: int) -> None:
        self._flush()
        if self._state.target != "":
            self._write(chr(number % 0x10000))
        self._to_skip = self._state.unicode_skip

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif symbol in "\r\n":
            self._flush()
            self._break()
        elif symbol in SYMBOLS:
            self._flush()
            if self._to_skip:
                self._to_skip -= 1
            else:
                self._write(SYMBOLS[symbol])

    def _text(self, text: str) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            text = text[skipped:]
        if self._state.target != "":
            self._bytes.extend(text.encode("latin-1"))

    def _byte(self, value: int) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif self._state.target != "":
            self._bytes.append(value)

    def _flush(self) -> None:
        """Decode the bytes that stand together: in some code pages a letter takes two."""
        if self._bytes:
            text = self._bytes.decode(self._tables.encoding(self._state.font), "replace")
            self._bytes.clear()
            self._write(text)

    def _write(self, text: str) -> None:
        target, state = self._state.target, self._state
        if target in {"fonttbl", "stylesheet", "colortbl"}:
            self._head_text(target, text)
        elif target == "title":
            self.title = on_one_line(self.title + text)
        elif target in {"", "info"} or state.deleted:
            return
        elif text.strip() and self._unseen(state):
            self.hidden += not self._in_hidden
            self._in_hidden = True
        else:
            self._pieces.append(text)
            self._in_hidden = self._in_hidden and not text.strip()

    def _unseen(self, state: State) -> bool:
        white = not state.shaded and not state.in_table and self._tables.is_pale(state.colour)
        return state.hidden or state.size <= UNSEEN_SIZE or white

    def _head_text(self, target: str, text: str) -> None:
        for part in re.findall(r"[^;]+|;", text):
            if part != ";":
                self._entry.name += part
            else:
                self._end_entry(target)

    def _end_entry(self, target: str) -> None:
        entry = self._entry
        if target == "colortbl":
            if entry.rgb or entry.name:
                red, green, blue = (*entry.rgb, 0, 0, 0)[:3]
                self._tables.colours.append((red, green, blue))
            elif len(self._stack) > 1:
                self._tables.colours.append(None)
            self._entry = _Entry()
        elif target == "stylesheet" and entry.name.strip():
            self._tables.add_style(entry.number, entry.name, entry.outline)
            self._entry = _Entry()

    def _break(self) -> None:
        if self._state.in_table or self._state.target == "note":
            self._pieces.append("\n")
        else:
            self._end_row()
            self._end_paragraph()

    def _end_paragraph(self) -> None:
        text, label = "".join(self._pieces).strip(), self._label
        self._pieces, self._label = [], ""
        if text:
            label = BULLET if len(label) == 1 and not label.isalnum() else label
            if self._state.heading:
                self.builder.add(_whole(" ".join(f"{label} {text}".split())), BlockKind.HEADING, self._state.heading)
            elif label:
                self.builder.add(_whole(f"{label} {text}"), BlockKind.LIST_ITEM)
            else:
                self.builder.add(_whole(text), BlockKind.PARAGRAPH)
        for note in self._notes:
            self.builder.add(_whole(note), BlockKind.PARAGRAPH)
        self._notes = []

    def _end_row(self) -> None:
        if self._cells:
            cells = [_whole(cell) for cell in self._cells]
            if len(cells) == 1:
                self.builder.add(cells[0], BlockKind.PARAGRAPH)
            else:
                self.builder.add(table_row(cells), BlockKind.TABLE, int(self._header_row))
            self._cells = []
        self._header_row = False


def _whole(text: str) -> str:
    """The text with its surrogates joined to the letters they stand for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
