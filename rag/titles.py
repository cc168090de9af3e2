"""What a passage is called where it is searched: its document's title, its file's name and the headings above it."""

from __future__ import annotations

from pathlib import Path

LONGEST_TITLE, LONGEST_HEADING = 80, 120
"""Characters for the embedder: together about 50 tokens, what a passage of 200 leaves free of the 256 MiniLM reads."""


def full_title(title: str, path: Path) -> str:
    """Title and file name: people ask by either."""
    name = path.stem.replace("_", " ").replace("-", " ")
    return title if name.casefold() in title.casefold() else f"{title} {name}"


def innermost(heading: str) -> str:
    """The end of a long path of headings: the nearest ones say most about the passage."""
    while len(heading) > LONGEST_HEADING and " › " in heading:
        heading = heading.split(" › ", 1)[1]
    return heading[:LONGEST_HEADING]
