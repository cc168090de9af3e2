"""What a document is called beside others, and a passage where it is searched or shown: title, file, headings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.types import CELL_SEPARATOR, HEADING_SEPARATOR, Document, Passage, Place, Source

LONGEST_TITLE, LONGEST_HEADING = 80, 120
"""Characters for the embedder: together about 50 tokens, what a passage of 200 leaves free of the 256 MiniLM reads."""

QUESTION_LENGTH = 60
"""Characters of the first question that name a conversation: one line in the list."""


def title_of_question(question: str) -> str:
    """What a conversation is called that begins with this question."""
    line = " ".join(question.split())
    return line if len(line) <= QUESTION_LENGTH else line[: QUESTION_LENGTH - 1].rsplit(" ", 1)[0] + "…"


def full_title(title: str, path: Path) -> str:
    """Title and file name: people ask by either."""
    name = path.stem.replace("_", " ").replace("-", " ")
    return title if name.casefold() in title.casefold() else f"{title} {name}"


def text_in_context(document: Document, passage: Passage) -> str:
    """What an embedder or a reranker reads of a passage: the file's title and the headings tell what "it" is in it."""
    title = full_title(document.title, document.path)[:LONGEST_TITLE]
    return "\n".join(part for part in (title, innermost(passage.heading), passage.text) if part)


def told_apart(title: str, path: Path, others: Sequence[Path]) -> str:
    """The title; with the file's name, and its folder's where that is needed, if `others` are of the same title."""
    if not others:
        return title
    same_name = any(other.name == path.name for other in others)
    return f"{title} ({path.parent.name}/{path.name})" if same_name else f"{title} ({path.name})"


def innermost(heading: str) -> str:
    """The end of a long path of headings: the nearest ones say most about the passage."""
    while len(heading) > LONGEST_HEADING and " › " in heading:
        heading = heading.split(" › ", 1)[1]
    return heading[:LONGEST_HEADING]


def table_header(heading: str) -> str:
    """The header row that ends a path of headings, "Item | Price": that of a table which began before the passage."""
    last = heading.rsplit(HEADING_SEPARATOR, 1)[-1]
    return last if CELL_SEPARATOR in f" {last}" else ""


def headings_of(heading: str) -> list[str]:
    """A path's headings, outermost first, without the header row of a table."""
    path = heading.split(HEADING_SEPARATOR) if heading else []
    return path[:-1] if table_header(heading) else path


def place_and_headings(source: Source, nearest: Place | None = None) -> str:
    """Where a source stands in its document, in one line; a sheet or chapter whose name the place tells stands once.

    `nearest` is the place of a quote of it.
    """
    place = nearest or source.place
    headings = [heading for heading in headings_of(source.heading) if heading != source.document]
    told = "" if str(place) in headings else str(place)
    path = [] if place.keys else [heading for heading in headings if not told or not is_told(heading, place)]
    return " · ".join(part for part in (told, HEADING_SEPARATOR.join(path)) if part)


def is_told(heading: str, place: Place) -> bool:
    """Whether a place tells the heading itself: "Prices!B4" the sheet, "message 2: Rent" its subject."""
    told = str(place)
    return told == heading or told.startswith(f"{heading}!") or told.endswith(f": {heading}")


def where(source: Source, *, place: Place | None = None, heading: bool = False) -> str:
    """The document and the place in it, in one line; a name that is several of them stands once.

    `place` is a nearer one than the passage's, if one is known; `heading` adds the innermost one above the passage.
    """
    return where_in(source.document, place or source.place, source.heading if heading else "")


def where_in(document: str, place: Place, heading: str = "") -> str:
    """The same for what is no source yet; `heading` is the whole path of headings, of which the innermost is told."""
    told = [one for one in headings_of(heading)[-1:] if not (place.keys or is_told(one, place))]
    parts = (document, str(place), *told)
    return " · ".join(dict.fromkeys(part for part in parts if part))
