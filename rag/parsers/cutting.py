"""Cuts pages into passages, in the parse child: those of a file just read, and stored ones anew.

A change of the passages' length or of the embedder needs the pages, not the files: these may have changed since, or be
on a disk that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from local_models.cancel import CancelToken
from local_models.embedders.tokens import EmbedderTokens
from rag.chunking import cut
from rag.index.terms import passage_terms
from rag.parsers.catalogue import PARSERS
from rag.parsers.wire import decode, encode
from rag.titles import full_title
from rag.types import Counting, Page, Passage, PassageTerms


class Cutter:
    """Keeps the tokenizer of the last request, which takes 30 ms to load."""

    def __init__(self) -> None:
        self._tokens: dict[str, EmbedderTokens] = {}

    def cut(self, params: Mapping[str, Any], cancel: CancelToken) -> Iterator[Mapping[str, object]]:
        """params: pages (as rag.parsers.wire has them), media_type, title, path, tokenizer, limit; yields passages,
        each followed by its words' terms.
        """
        pages = [page for page in map(decode, params["pages"]) if isinstance(page, Page)]
        for item in self.passages(pages, params["title"], counting_of(params["media_type"]), params):
            cancel.check()
            yield encode(item)

    def passages(
        self, pages: Sequence[Page], title: str, counting: Counting, params: Mapping[str, Any]
    ) -> Iterator[Passage | PassageTerms]:
        """Each passage, followed by its words' terms. params: path, tokenizer, limit."""
        title = full_title(title, Path(params["path"]))
        for passage in cut(pages, self._tokenizer(params["tokenizer"]), limit=params["limit"], counting=counting):
            yield passage
            yield passage_terms(title, passage.heading, passage.text)

    def _tokenizer(self, name: str) -> EmbedderTokens:
        if name not in self._tokens:
            self._tokens = {name: EmbedderTokens(Path(name))}
        return self._tokens[name]


def counting_of(media_type: str) -> Counting:
    """How places are counted in documents of that kind; by pages in one that is read no more."""
    return next((parser.counting for parser in PARSERS if media_type in parser.media_types), Counting.PAGES)
