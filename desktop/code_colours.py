"""What code looks like, in answers, sources and drafts: one format for each kind of Pygments token.

Few colours on purpose: keywords, names that are defined, strings, numbers; comments are quiet and slanted.
"""

from __future__ import annotations

from collections.abc import Iterator

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from PySide6.QtGui import QColor, QTextCharFormat

from desktop.theme import current_colours
from desktop.tokens import Colours
from local_models.cancel import CancelToken

COMMON_LANGUAGES = ("python", "bash", "json", "javascript", "sql", "html", "java", "c++")
"""What models write most; each lexer compiles its patterns at first use, which takes 20 to 100 ms."""


def warm_lexers(cancel: CancelToken) -> Iterator[object]:
    """Compile the common lexers; for a lane, so that the first block of code does not hold up the window."""
    for language in COMMON_LANGUAGES:
        cancel.check()
        yield get_lexer_by_name(language)


def code_format(kind: _TokenType) -> QTextCharFormat:
    """The format of a token in the colours on screen now."""
    colours = current_colours()
    made = QTextCharFormat()
    made.setForeground(QColor(_colour_of(kind, colours)))
    if Comment in kind.split():
        made.setFontItalic(True)
    return made


def _colour_of(kind: _TokenType, colours: Colours) -> str:
    ancestors = kind.split()
    families = (
        (Comment, colours.muted),
        (Keyword, colours.code_keyword),
        (Operator.Word, colours.code_keyword),
        (String, colours.code_string),
        (Number, colours.code_number),
        (Name.Function, colours.code_name),
        (Name.Class, colours.code_name),
        (Name.Tag, colours.code_name),
        (Name.Decorator, colours.code_name),
    )
    return next((colour for family, colour in families if family in ancestors), colours.text)
