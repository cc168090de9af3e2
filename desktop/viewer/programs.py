"""Which programs can be told a page or a line, and how. Plain text of their manuals; no Qt, nothing is started here.

Only the program that the computer itself would use is ever chosen; the table says how to ask it for the place. One
that is not in the table opens the document at its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Arguments = Callable[[Path, int], list[str]]


def _option(name: str) -> Arguments:
    return lambda path, number: [name, str(number), str(path)]


def _joined(name: str) -> Arguments:
    return lambda path, number: [f"{name}{number}", str(path)]


def _address(path: Path, number: int) -> list[str]:
    """Browsers take the page as RFC 8118 has it."""
    return [f"{path.as_uri()}#page={number}"]


def _behind(sign: str) -> Arguments:
    return lambda path, number: [f"{path}{sign}{number}"]


def _goto(path: Path, number: int) -> list[str]:
    return ["--goto", f"{path}:{number}"]


def _acrobat(path: Path, number: int) -> list[str]:
    return ["/A", f"page={number}", str(path)]


PAGES: Mapping[str, Arguments] = {
    **dict.fromkeys(("evince", "papers", "xreader", "atril"), _joined("--page-index=")),
    **dict.fromkeys(("okular",), _option("--page")),
    **dict.fromkeys(("zathura",), _option("-P")),
    **dict.fromkeys(("sumatrapdf",), _option("-page")),
    **dict.fromkeys(("qpdfview",), _behind("#")),
    **dict.fromkeys(("acrobat", "acrord32"), _acrobat),
    **dict.fromkeys(
        ("firefox", "chrome", "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "msedge"),
        _address,
    ),
}
"""Name of the executable in lower case, without .exe -> its arguments for a page."""

LINES: Mapping[str, Arguments] = {
    **dict.fromkeys(("gedit", "gnome-text-editor", "xed", "pluma", "mousepad"), _joined("+")),
    **dict.fromkeys(("kate", "kwrite"), _option("--line")),
    **dict.fromkeys(("code", "codium"), _goto),
    **dict.fromkeys(("subl", "sublime_text"), _behind(":")),
    **dict.fromkeys(("notepad++",), _joined("-n")),
}
"""The same for a line of a text."""


def command_at(executable: Sequence[str], path: Path, *, page: int | None, line: int | None) -> list[str] | None:
    """The command that opens `path` at the place; None when this program can't be told it.

    `executable` is the program with the arguments it is always given, without the file.
    """
    if not executable or not path.is_absolute():
        return None
    name = Path(executable[0].replace("\\", "/")).name.lower().removesuffix(".exe")
    table, number = (PAGES, page) if page is not None else (LINES, line)
    if number is None or name not in table:
        return None
    return [*executable, *table[name](path, number)]
