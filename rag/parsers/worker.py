"""The parse child: `python -m rag.parsers.worker` reads one file at a time and cuts it into passages.

It lives apart so that a file that crashes a library, eats the memory or never ends takes nothing else with it. Its
own limits are on memory and on text; the limit on time is the parent's (rag.parsers.reading).
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from local_models.cancel import CancelToken
from local_models.offline import refuse_network
from local_models.worker import Handler, serve
from rag.errors import DocumentBroken, DocumentEmpty, DocumentTooLarge, DocumentUnrecognised
from rag.notices import UNREAD_SCAN, UNREADABLE, told_skipped
from rag.parsers.attachments import MOST_BYTES
from rag.parsers.catalogue import choose, media_type_of
from rag.parsers.cleaning import shown_name
from rag.parsers.cutting import Cutter
from rag.parsers.limits import end_children, go_last, leave_no_files, limit_memory
from rag.parsers.ocr import ADVICE
from rag.parsers.wire import Item, encode
from rag.types import Opened, Page, PageSkipped, Title

MOST_REASONS = 3
"""Why a file gave no text, told in its message; most have one reason."""

MOST_TITLE = 500
"""Letters; what is longer is no title, and a title is kept in many places."""


def handlers() -> dict[str, Handler]:
    """ "read": {"path", "tokenizer", "limit", "characters", "pages"} -> the items of rag.parsers.wire; "ready"; "cut":
    see rag.parsers.cutting.
    """
    cutter = Cutter()
    return {"read": _Reader(cutter).read, "cut": cutter.cut, "ready": _ready}


def _ready(_: Mapping[str, Any], cancel: CancelToken) -> Iterator[Mapping[str, object]]:
    """Nothing: that it is answered says that this process has started as it should."""
    cancel.check()
    yield from ()


class _Reader:
    """Reads files and has their pages cut."""

    def __init__(self, cutter: Cutter) -> None:
        self._cutter = cutter

    def read(self, params: Mapping[str, Any], cancel: CancelToken) -> Iterator[Mapping[str, object]]:
        path = Path(params["path"])
        ended = threading.Event()
        forget = cancel.on_cancel(partial(end_children, ended))
        try:
            for item in self._items(path, params, cancel):
                cancel.check()
                yield encode(item)
        except MemoryError as error:
            raise DocumentTooLarge(f"“{shown_name(path)}” needs more memory than is set aside for one file.") from error
        except RecursionError as error:
            raise DocumentBroken(f"“{shown_name(path)}” is nested too deeply to be read.") from error
        finally:
            forget()
            ended.set()

    def _items(self, path: Path, params: Mapping[str, Any], cancel: CancelToken) -> Iterator[Item]:
        parser = choose(path)
        yield Opened(media_type_of(path, parser))
        title = path.stem
        pages: list[Page] = []
        for item in _within(path, parser.read(path), params["characters"], params["pages"]):
            yield item
            if isinstance(item, Page):
                pages.append(replace(item, boxes=()))  # a third of a gigabyte for 3,000 full pages, and not needed here
            elif isinstance(item, Title):
                title = item.text
        cancel.check()
        yield from self._cutter.passages(pages, title, parser.counting, params)


def _within(path: Path, items: Iterator[Any], letters: int, most_pages: int) -> Iterator[Item]:
    """The items, as long as there are not too many letters or pages; DocumentEmpty when there was no letter."""
    characters = pages = 0
    skipped: list[PageSkipped] = []
    for item in items:
        if isinstance(item, PageSkipped):
            skipped.append(item)
            pages += 1
        elif isinstance(item, Page):
            characters += len(item.text)
            pages += 1
        if characters > letters:
            raise _too_large(path, f"{letters / 1e6:g} million letters")
        if pages > most_pages:
            raise _too_large(path, f"{most_pages:,} pages")
        yield replace(item, text=item.text[:MOST_TITLE]) if isinstance(item, Title) else item
    if not characters:
        raise _empty(path, skipped)


def _too_large(path: Path, most: str) -> DocumentTooLarge:
    return DocumentTooLarge(f"“{shown_name(path)}” holds more than {most}.", "Split it into smaller files.")


def _empty(path: Path, skipped: list[PageSkipped]) -> DocumentEmpty:
    name = shown_name(path)
    if not skipped:
        return DocumentEmpty(f"“{name}” holds no text.")
    reasons = "; ".join(told_skipped(skipped)[:MOST_REASONS])
    told = f"“{name}” gave no text. {reasons.rstrip('.')}."
    recognisable = any(page.reason in (UNREADABLE, UNREAD_SCAN) for page in skipped)
    return DocumentUnrecognised(told, ADVICE) if recognisable else DocumentEmpty(told)


def main(memory: int) -> int:
    """Be the parse child, with `memory` bytes on top of what the imported libraries take."""
    refuse_network()
    go_last()
    limit_memory(memory)
    leave_no_files(MOST_BYTES)  # but for an attachment while it is read
    return serve(handlers())


if __name__ == "__main__":
    sys.exit(main(int(os.environ["FOOTNOTE_PARSE_MEMORY"])))
