"""What Pygments calls the languages of source code. For a lane: a lexer's first use takes 20 to 100 ms."""

from __future__ import annotations

from pygments.lexers import get_lexer_by_name, get_lexer_for_mimetype
from pygments.util import ClassNotFound

from rag.parsers.formats import CODE, CODE_NAMES

_OTHER_NAMES = {
    "text/x-c": "c",
    "text/x-makefile": "make",
    "text/x-cmake": "cmake",
    "text/x-terraform": "hcl",
    "text/x-dockerfile": "docker",
}
"""Where Pygments has another media type, or ours for another language."""


def language_of(media_type: str) -> str:
    """Pygments' alias, with its lexer made ready; "text" for what is no code or not known."""
    if media_type not in {*CODE.values(), *CODE_NAMES.values()}:
        return "text"
    for name in (_OTHER_NAMES.get(media_type), media_type.removeprefix("text/x-").removeprefix("text/")):
        if name is not None:
            try:
                return str(get_lexer_by_name(name).aliases[0])
            except ClassNotFound:
                continue
    try:
        return str(get_lexer_for_mimetype(media_type).aliases[0])
    except ClassNotFound:
        return "text"
