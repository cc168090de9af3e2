"""Reads what is attached to a message with the parser of its kind, in this same process and under its limits.

Parsers read files, so an attachment is written for that moment into a folder of its own among the temporary files,
under a name of ours; whoever starts this process decides where these lie (TMPDIR, TEMP) and clears up after a kill.
Boxes are left out: they count on pages of a file that nobody has. Knows nothing of messages.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from rag.errors import DocumentEmpty, DocumentError, DocumentUnsupported
from rag.parsers.formats import MBOX, MEDIA_TYPES
from rag.parsers.limits import writing_allowed
from rag.ports import Parser
from rag.types import Block, BlockKind, Counting, HiddenText, Page, PageSkipped, Title

MOST_BYTES = 64 * 2**20
"""Of one attachment; mail servers take 25 to 50 MB."""

MOST_BYTES_IN_ALL = 2**30
"""Of one file, which may be an archive of thousands of messages."""

_SUFFIXES = {media_type: suffix for suffix, media_type in reversed(list(MEDIA_TYPES.items()))}
_LEVELS = 2
"""An attachment's headings stand below its name, and that below the subject."""


class Attachments:
    """Those of one file: together they have a limit."""

    def __init__(self, choose: Callable[[Path], Parser]) -> None:
        """`choose` finds the parser that reads a file, or raises DocumentError."""
        self._choose = choose
        self._left = MOST_BYTES_IN_ALL

    def read(self, name: str, media_type: str, data: bytes, where: str) -> Iterator[Page | PageSkipped | HiddenText]:
        """Yield its pages, all with number 0 and a label that begins with `where`; nothing if no parser reads its kind.

        What is wrong with it is yielded as a PageSkipped.
        """
        suffix = _suffix(name, media_type)
        known = MEDIA_TYPES.get(suffix, "")
        if not known or known == MBOX or known.startswith("image/"):  # recognising text in every logo takes too long
            return
        if len(data) > MOST_BYTES:
            yield PageSkipped(0, f"it is larger than {MOST_BYTES // 2**20} MB", where)
            return
        before, self._left = self._left, self._left - len(data)
        if self._left < 0:
            if before >= 0:
                yield PageSkipped(0, "it and all attachments after it are over what is read of one file", where)
            return
        try:
            yield from self._pages(suffix, data, name, where)
        except (DocumentEmpty, DocumentUnsupported):
            return
        except DocumentError as error:
            yield PageSkipped(0, str(error).replace(f"“attachment{suffix}”", f"“{name}”"), where)
        except RecursionError:
            yield PageSkipped(0, "it is nested too deeply to be read", where)

    def _pages(self, suffix: str, data: bytes, name: str, where: str) -> Iterator[Page | PageSkipped | HiddenText]:
        with ExitStack() as opened:
            with writing_allowed():
                folder = opened.enter_context(TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True))
                path = Path(folder, f"attachment{suffix}")
                path.write_bytes(data)
            parser = self._choose(path)
            first = True
            for item in parser.read(path):
                if isinstance(item, Page):
                    label = ", ".join(part for part in (where, _place(item, parser.counting)) if part)
                    page = replace(item, number=0, label=label, boxes=(), width=0.0, height=0.0)
                    yield _below(page, name if first else "")
                    first = False
                elif isinstance(item, PageSkipped):
                    yield PageSkipped(0, item.reason, f"{where}, page {item.number}")
                elif not isinstance(item, Title):
                    yield item


def _suffix(name: str, media_type: str) -> str:
    """The suffix of the name if it is one that is read, else that of the media type."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in MEDIA_TYPES:
        return suffix
    return _SUFFIXES.get(media_type) or mimetypes.guess_extension(media_type) or suffix


def _place(page: Page, counting: Counting) -> str:
    if counting is Counting.PAGES:
        return f"page {page.number}"
    return f"slide {page.number}" if counting is Counting.SLIDES else page.label


def _below(page: Page, name: str) -> Page:
    """The page with the name, if there is one, as a heading above its own text, and its headings below that."""
    shift = len(name) + 2 if name else 0
    blocks = [_moved(block, shift) for block in page.blocks or (Block(0, len(page.text), BlockKind.PARAGRAPH),)]
    if not name:
        return replace(page, blocks=tuple(blocks))
    cells = tuple(replace(cell, start=cell.start + shift, end=cell.end + shift) for cell in page.cells)
    head = Block(0, len(name), BlockKind.HEADING, _LEVELS)
    return replace(page, text=f"{name}\n\n{page.text}", blocks=(head, *blocks), cells=cells)


def _moved(block: Block, shift: int) -> Block:
    level = min(6, block.level + _LEVELS) if block.kind is BlockKind.HEADING else block.level
    return Block(block.start + shift, block.end + shift, block.kind, level)
