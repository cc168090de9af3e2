"""Markdown of a model as text without marks, and as HTML that loads nothing and links nowhere.

HTML in the text is shown as text, an image by its description and a link by its words, each with its address behind
it. The window has a renderer of its own, which knows its colours and its footnotes (desktop.chat.markdown).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict


class _Safe(RendererHTML):
    """markdown-it's renderer without what could load or lead away."""

    def image(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        token = tokens[index]
        return f"[image: {escape(token.content)}] ({escape(str(token.attrs.get('src', '')))})"

    def link_open(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return ""

    def link_close(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        address = _address(tokens, index)
        return "" if address == tokens[index - 1].content else f" ({escape(address)})"

    def fence(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return f"<pre>{escape(tokens[index].content)}</pre>\n"

    def code_block(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        return self.fence(tokens, index, options, environment)


class _Plain(RendererHTML):
    """The words, and as much white space as tells paragraphs, lists and rows apart. For one text."""

    def __init__(self) -> None:
        super().__init__()
        self._lists: list[int | None] = []

    def renderToken(  # noqa: N802 - markdown-it's name
        self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType
    ) -> str:
        return ""

    def text(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return tokens[index].content

    def code_inline(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        return self.text(tokens, index, options, environment)

    def image(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return f"[image: {tokens[index].content}] ({tokens[index].attrs.get('src', '')})"

    def link_close(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        address = _address(tokens, index)
        return "" if address == tokens[index - 1].content else f" ({address})"

    def softbreak(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return "\n"

    def hardbreak(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        return self.softbreak(tokens, index, options, environment)

    def paragraph_close(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return "\n" if tokens[index].hidden else "\n\n"

    def heading_close(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return "\n\n"

    def bullet_list_open(
        self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType
    ) -> str:
        self._lists.append(None)
        return ""

    def ordered_list_open(
        self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType
    ) -> str:
        self._lists.append(int(tokens[index].attrs.get("start", 1)))
        return ""

    def bullet_list_close(
        self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType
    ) -> str:
        self._lists.pop()
        return "" if self._lists else "\n"

    def ordered_list_close(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType
    ) -> str:
        return self.bullet_list_close(tokens, index, options, environment)

    def list_item_open(
        self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType
    ) -> str:
        indent, number = "  " * (len(self._lists) - 1), self._lists[-1]
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def fence(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return f"{tokens[index].content.rstrip()}\n\n"

    def code_block(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        return self.fence(tokens, index, options, environment)

    def th_close(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return "" if tokens[index + 1].type == "tr_close" else " | "

    def td_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        return self.th_close(tokens, index, options, environment)

    def tr_close(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return "\n"

    def table_close(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return "\n"


_NUMBER_ALONE = re.compile(r"(\s*\d{1,9})([.)])((?:\s*\[[^\[\]\s]{1,4}\])*\s*)")
_PARSER: MarkdownIt = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def as_sentence(text: str) -> str:
    """A number with its stop and nothing but [n] behind it, "14. [1]", escaped: an answer, not a list's first item."""
    return _NUMBER_ALONE.sub(r"\1\\\2\3", text) if _NUMBER_ALONE.fullmatch(text) else text


def to_safe_html(text: str) -> str:
    """Block elements only, without a page around them."""
    html: str = _Safe().render(_PARSER.parse(as_sentence(text)), _PARSER.options, {})
    return html.strip()


def to_plain(text: str) -> str:
    """Words, numbers and line breaks: lists keep a dash or their number, a table's cells are parted by bars."""
    plain: str = _Plain().render(_PARSER.parse(as_sentence(text)), _PARSER.options, {})
    return "\n".join(line.rstrip() for line in plain.strip().split("\n"))


def code_lines(text: str) -> frozenset[int]:
    """The lines, from 0, that are a block of code; their text means no Markdown."""
    blocks = (token for token in _PARSER.parse(text) if token.type in ("fence", "code_block") and token.map)
    return frozenset(line for token in blocks if token.map for line in range(*token.map))


def _address(tokens: Sequence[Token], closing: int) -> str:
    opening = next(token for token in reversed(tokens[:closing]) if token.type == "link_open")
    return str(opening.attrs.get("href", ""))
