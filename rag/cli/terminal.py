"""What the commands print with: results on stdout, everything else on stderr, one JSON object when that is asked for.

A pipe gets plain text without colours or bars. Knows nothing of the library or of any command.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

LABEL_WIDTH = 48
"""Columns for the label of a progress bar: bar and numbers still fit a terminal of 100 columns."""


class Bar:
    """One progress bar; `total` 0 means that it is not known yet."""

    def __init__(self, progress: Progress, label: str) -> None:
        self._progress = progress
        self._task = progress.add_task(label, total=None)

    def show(self, done: int, total: int, label: str) -> None:
        label = printable(label)
        if len(label) > LABEL_WIDTH:
            label = "…" + label[1 - LABEL_WIDTH :]
        self._progress.update(self._task, completed=done, total=total or None, description=label)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a command writes. `as_json`: stdout gets exactly one JSON object, through `result`."""

    out: Console
    err: Console
    as_json: bool

    def result(self, value: Mapping[str, object]) -> None:
        """Print the command's one JSON object."""
        self.out.file.write(json.dumps(value, ensure_ascii=False) + "\n")
        self.out.file.flush()

    def say(self, text: str = "", *, end: str = "\n") -> None:
        """A line for people on stdout; nothing with --json."""
        if not self.as_json:
            self.out.print(printable(text), markup=False, soft_wrap=True, end=end)

    def note(self, text: str) -> None:
        """A line beside the result, on stderr."""
        self.err.print(printable(text), markup=False, soft_wrap=True)

    def markdown(self, text: str) -> None:
        """Markdown, rendered on a screen and as it is in a pipe."""
        if self.out.is_terminal and not self.as_json:
            self.out.print(Markdown(printable(text), hyperlinks=False))
        else:
            self.say(text)

    def table(self, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        """A table on a screen; lines with tabs between the cells in a pipe."""
        if self.as_json:
            return
        if not self.out.is_terminal:
            for row in rows:
                self.say("\t".join(" ".join(cell.split()) for cell in row))
            return
        table = Table(*columns, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            table.add_row(*(printable(cell).replace("[", r"\[") for cell in row))
        self.out.print(table)

    @contextmanager
    def bar(self, label: str) -> Iterator[Bar]:
        """A progress bar on stderr while the block runs; invisible when stderr is no screen."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.err, transient=True, disable=not self.err.is_terminal) as progress:
            yield Bar(progress, label)


def printable(text: str) -> str:
    """`text` without control characters, which in a document could move the cursor or retitle the screen."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))


def open_terminal(*, as_json: bool) -> Terminal:
    """The terminal over this process's stdout and stderr, which are made UTF-8 whatever the locale says."""
    return Terminal(_console(sys.stdout), _console(sys.stderr), as_json)


def _console(stream: TextIO) -> Console:
    """File names may hold bytes that are no text; they are shown as escapes, which JSON reads back."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return Console(file=stream, highlight=False, emoji=False)
