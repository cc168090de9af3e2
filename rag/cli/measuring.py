"""What the measuring commands share: a library of their own, the bar, and how a report is printed. Knows no measure."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from rag.assistant import Assistant
from rag.cli.session import Session
from rag.cli.terminal import Bar
from rag.events import Progress

Found = TypeVar("Found")


def add_keep(parser: argparse.ArgumentParser) -> None:
    """The option that names where the library stays."""
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the library here, and use it again next time")


@contextmanager
def own_library(keep: Path | None, session: Session) -> Iterator[tuple[Assistant, Path]]:
    """A library of its own and a folder for its files: the user's is neither read nor changed."""
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as temporary:
        folder = (keep or Path(temporary)).absolute()
        with replace(session, data_dir=folder / "library").open() as assistant:
            yield assistant, folder


def use_model(assistant: Assistant, model: str | None, session: Session) -> None:
    """Choose a model of the user's own library, or a file, for a library made to measure; None: the usual one.

    Raises ModelNotFound, ModelBroken, ModelTooLarge.
    """
    if model:
        own = session.data_dir / "models" / model
        assistant.use_model(str(own) if own.is_file() else model)


def shown(events: Iterator[Progress | Found], bar: Bar) -> Iterator[Found]:
    """What a measure finds, with its progress told by the bar."""
    for event in events:
        if isinstance(event, Progress):
            bar.show(event.done, event.total, event.label)
        else:
            yield event


def print_report(report: Mapping[str, object], session: Session) -> None:
    """The one JSON object, or a line for each number."""
    if session.terminal.as_json:
        session.terminal.result(report)
        return
    for name, value in _flat(report):
        session.terminal.say(f"{name:<32} {value}")


def _flat(value: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _flat(item, f"{prefix}{name} ")
        elif isinstance(item, tuple):
            yield prefix + name, " to ".join(_number(part) for part in item)
        else:
            yield prefix + name, _number(item)


def _number(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
