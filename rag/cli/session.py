"""What a command gets: the open library, the terminal, a token that Ctrl-C sets; and how it names what it means.

Knows nothing of any single command.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Protocol

from local_models.cancel import CancelToken, never
from local_models.types import Sampling
from rag.assistant import Assistant
from rag.cli.terminal import Terminal
from rag.errors import Cancelled, FootnoteError, NotFound
from rag.types import Document, Mode, Scope

Opener = Callable[[Path], Assistant]


class Commands(Protocol):
    """What argparse's add_subparsers returns, as far as it is used here."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser: ...  # noqa: A002 - argparse's name


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the program. The library is opened by the commands that need it, through `open`."""

    terminal: Terminal
    cancel: CancelToken
    data_dir: Path
    opener: Opener

    @contextmanager
    def open(self) -> Iterator[Assistant]:
        """The library, closed again whatever happens. Raises LibraryError."""
        assistant = self.opener(self.data_dir)
        try:
            for notice in assistant.standing_notices():
                self.terminal.note(notice)
            yield assistant
        finally:
            assistant.close()

    @contextmanager
    def open_to_ask(self, mode: Mode | None, conversation_id: int | None) -> Iterator[Assistant]:
        """The library, while the models that a question will need load beside. Raises LibraryError."""
        with ThreadPoolExecutor(1) as beside:
            with self.open() as assistant:
                loading = beside.submit(_load_models, assistant, mode, conversation_id)
                yield assistant
            loading.result()  # closing the library ended it; a bug in it is told


def _load_models(assistant: Assistant, mode: Mode | None, conversation_id: int | None) -> None:
    """What fails is left to the question, which tries again and tells."""
    with suppress(Cancelled, FootnoteError):
        if mode is None and conversation_id is not None:
            mode = assistant.conversation(conversation_id).mode
        for _ in assistant.warm_up(never(), mode or Mode.GROUNDED):
            pass


Run = Callable[[argparse.Namespace, Session], int]


@contextmanager
def stopping_on_interrupt(token: CancelToken) -> Iterator[None]:
    """Ctrl-C sets `token`, so that the job unwinds and keeps what it has; a second one ends the program."""

    def stop(number: int, frame: FrameType | None) -> None:
        if token.cancelled:
            signal.default_int_handler(number, frame)
        token.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def add_scope(parser: argparse.ArgumentParser) -> None:
    """The options that choose documents."""
    parser.add_argument(
        "--in", dest="collections", metavar="COLLECTION", action="append", default=[], help="only this collection"
    )
    parser.add_argument(
        "--document", dest="documents", metavar="DOCUMENT", action="append", default=[], help="only this document"
    )


def chosen_scope(args: argparse.Namespace, assistant: Assistant) -> Scope:
    """The scope the options name. Raises NotFound for a collection or document that is not there."""
    known = {collection.name: collection.id for collection in assistant.collections()}
    for name in args.collections:
        if name not in known:
            names = ", ".join(sorted(known)) or "there are none yet"
            raise NotFound(f'There is no collection "{name}".', f"Collections: {names}.")
    documents = find_documents(assistant, args.documents)
    return Scope(frozenset(known[name] for name in args.collections), frozenset(document.id for document in documents))


def find_documents(assistant: Assistant, wanted: Sequence[str]) -> list[Document]:
    """Each of `wanted` is an id, a path, or a file's name. Raises NotFound for one that fits none."""
    documents = assistant.documents() if wanted else []
    return [document for text in wanted for document in _matching(documents, text)]


def _matching(documents: Sequence[Document], text: str) -> list[Document]:
    path = Path(os.path.abspath(text))  # noqa: PTH100 - a link is known by the name it was added under
    found = [document for document in documents if str(document.id) == text or document.path == path]
    found = found or [document for document in documents if document.path.name == text]
    if not found:
        raise NotFound(f'There is no document "{text}" in the library.', "List them with `footnote docs`.")
    return found


def add_sampling(parser: argparse.ArgumentParser) -> None:
    """The options that say how the model chooses its words."""
    group = parser.add_argument_group("sampling (without them: as set under preferences)")
    group.add_argument("--temperature", type=float, help="0 always takes the likeliest word")
    group.add_argument("--top-p", type=float, help="above 0, up to 1")
    group.add_argument("--top-k", type=int, help="0 switches it off")
    group.add_argument("--min-p", type=float, help="0 up to, not including, 1")
    group.add_argument("--repeat-penalty", type=float, help="1 switches it off")
    group.add_argument("--seed", type=int, help="-1 for another answer each time")
    group.add_argument("--max-tokens", type=int, help="the longest answer")


def chosen_sampling(args: argparse.Namespace, usual: Sampling) -> Sampling:
    """`usual` with what the options say."""
    names = ("temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed", "max_tokens")
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    return replace(usual, **given)
