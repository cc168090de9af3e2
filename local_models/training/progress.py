"""What a training step shows while it runs: one bar that knows the clock, and lines that stay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Bar:
    """A bar from 0 to 1 with a note of figures beside it."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def show(self, fraction: float, note: str) -> None:
        self._progress.update(self._task, completed=fraction, note=note)


@contextmanager
def bar(label: str) -> Iterator[Bar]:
    """A bar on the terminal until the block ends."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, refresh_per_second=1) as progress:
        yield Bar(progress, progress.add_task(label, total=1.0, note=""))


def say(line: str) -> None:
    """A line that stays on the terminal, also where the output is a file."""
    Console(soft_wrap=True, highlight=False).print(line, markup=False)
