"""An answer's Markdown as blocks, and a block of prose as the HTML that Qt's rich text understands.

A model's text is not trusted: HTML in it is shown as text, images and links are shown as what they are called and
where they point, and nothing is ever loaded. [n] becomes a footnote mark whose address is `footnote:K`, K being its
place among all [n] of the answer, so that the third mark is the third mark also when two have the same number.

It knows neither widgets nor citations. Blocks are cut so that while an answer grows only the last one changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from rag.plain_markdown import as_sentence

MARK = re.compile(r"\[(\d{1,4})\]")
"""The same [n] as in rag.citing: at most four digits."""

MARK_SCHEME = "footnote:"

DOUBT = re.compile("\\[([\ue100-\uf8ff])\\]")
"""The mark that desktop.chat.doubts puts behind a sentence; its address is `doubt:K`, K being the sentence's place."""

DOUBT_SCHEME = "doubt:"

MARK_POINTS = 12.5
"""Qt draws raised text at two thirds of its size: 8.3 pt on the screen, large enough to be read and hit."""


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block: `text` is its Markdown, or the code itself when `is_code`; `start` its offset in the answer.

    `first_mark` counts the [n] before it in the answer. `language` is what stands behind the fence.
    """

    text: str
    start: int
    first_mark: int
    is_code: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What the HTML needs to know of the theme; colours as #RRGGBB."""

    footnote: str
    footnote_background: str
    code_background: str
    muted: str
    border: str
    code_family: str
    doubt: str


def split_blocks(text: str, *, start: int = 0, first_mark: int = 0) -> list[Block]:
    """The top-level blocks of `text`, which begins at offset `start` of the answer, behind `first_mark` marks."""
    offsets = _line_offsets(text)
    blocks: list[Block] = []
    for token in _PARSER.parse(text):
        if token.level != 0 or token.map is None or token.nesting < 0:
            continue
        begin, end = offsets[token.map[0]], offsets[min(token.map[1], len(offsets) - 1)]
        source = text[begin:end]
        is_code = token.type in ("fence", "code_block")
        blocks.append(
            Block(
                text=token.content if is_code else source,
                start=start + begin,
                first_mark=first_mark + len(MARK.findall(text, 0, begin)),
                is_code=is_code,
                language=token.info.strip().split(" ")[0] if is_code else "",
            )
        )
    return blocks


def joined_prose(blocks: Sequence[Block]) -> list[Block]:
    """Neighbouring blocks of prose as one: fewer widgets, and text can be selected across paragraphs."""
    runs: list[Block] = []
    for block in blocks:
        last = runs[-1] if runs else None
        if last is None or last.is_code or block.is_code:
            runs.append(block)
            continue
        gap = "\n" * max(0, block.start - last.start - len(last.text))
        text = f"{last.text.rstrip()}\n\n{gap}{block.text}"
        runs[-1] = Block(text, last.start, last.first_mark)
    return runs


def to_html(block: Block, known: frozenset[int], look: Look) -> str:
    """The block as HTML. `known` are the numbers of sources there are; any other [n] stays plain text."""
    tokens = _PARSER.parse(as_sentence(block.text))
    _number_marks(tokens, block.first_mark)
    _close_up(tokens, known)
    renderer = _Renderer(known, look)
    html: str = renderer.render(tokens, _PARSER.options, {})
    return html


def _line_offsets(text: str) -> list[int]:
    """The offset of each line's first character, and of the end."""
    offsets = [0]
    for line in text.split("\n"):
        offsets.append(min(len(text), offsets[-1] + len(line) + 1))
    return offsets


def _read_mark(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # markdown-it's signature of a rule
    """An inline rule for markdown-it: [n] before anything else that begins with a bracket."""
    match = MARK.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("footnote_mark", "", 0)
        token.content = match.group(1)
    state.pos = match.end()
    return True


def _read_doubt(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  # markdown-it's signature of a rule
    match = DOUBT.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.push("doubt_mark", "", 0).content = match.group(1)
    state.pos = match.end()
    return True


def _number_marks(tokens: Sequence[Token], first: int) -> None:
    """Write each mark's place among all [n] into its meta; [n] inside code are counted and stay code."""
    count = first
    for token in tokens:
        for part in token.children or [token]:
            if part.type == "footnote_mark":
                part.meta["place"] = count
                count += 1
            elif part.type in ("code_inline", "fence", "code_block"):
                count += len(MARK.findall(part.content))


def _close_up(tokens: Sequence[Token], known: frozenset[int]) -> None:
    """A raised mark stands close to its word, though models write a space before [n]."""
    for token in tokens:
        parts = token.children or []
        for before, mark in pairwise(parts):
            if mark.type == "footnote_mark" and int(mark.content) in known and before.type == "text":
                before.content = before.content.rstrip()


class _Renderer(RendererHTML):
    """markdown-it's renderer, with our own words for what must not load and what Qt can't show."""

    def __init__(self, known: frozenset[int], look: Look) -> None:
        super().__init__()
        self._known = known
        self._look = look

    def footnote_mark(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        token = tokens[index]
        number = int(token.content)
        if number not in self._known:
            return f"[{number}]"
        look = self._look
        colours = f"color:{look.footnote}; background-color:{look.footnote_background};"
        style = f"{colours} text-decoration:none; font-size:{MARK_POINTS}pt;"
        address = f"{MARK_SCHEME}{token.meta['place']}"
        return f'<sup><a href="{address}" style="{style}">&nbsp;{number}&nbsp;</a></sup>'

    def doubt_mark(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        look = self._look
        colours = f"color:{look.doubt}; background-color:{look.footnote_background};"
        style = f"{colours} text-decoration:none; font-size:{MARK_POINTS}pt; font-weight:600;"
        place = ord(tokens[index].content) - 0xE100
        return f'<sup><a href="{DOUBT_SCHEME}{place}" style="{style}">&nbsp;?&nbsp;</a></sup>'

    def image(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        token = tokens[index]
        return f"[image: {escape(token.content)}]{self._aside(str(token.attrs.get('src', '')))}"

    def link_open(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return "<u>"

    def link_close(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        opening = next(token for token in reversed(tokens[:index]) if token.type == "link_open")
        address = str(opening.attrs.get("href", ""))
        shown = tokens[index - 1].content
        return "</u>" if address == shown else f"</u>{self._aside(address)}"

    def code_inline(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        style = f"font-family:{self._look.code_family}; background-color:{self._look.code_background};"
        return f'<span style="{style}">{escape(tokens[index].content)}</span>'

    def fence(self, tokens: Sequence[Token], index: int, _options: OptionsDict, _environment: EnvType) -> str:
        style = f"font-family:{self._look.code_family}; background-color:{self._look.code_background};"
        return f'<pre style="{style}">{escape(tokens[index].content)}</pre>'

    def code_block(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        return self.fence(tokens, index, options, environment)

    def table_open(self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType) -> str:
        return f'<table border="1" cellpadding="6" style="border-collapse:collapse; border-color:{self._look.border};">'

    def blockquote_open(
        self, _tokens: Sequence[Token], _index: int, _options: OptionsDict, _environment: EnvType
    ) -> str:
        return f'<blockquote style="color:{self._look.muted}; margin-left:16px;">'

    def _aside(self, address: str) -> str:
        return f' <span style="color:{self._look.muted};">({escape(address)})</span>' if address else ""


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.inline.ruler.before("link", "footnote_mark", _read_mark)
    parser.inline.ruler.before("link", "doubt_mark", _read_doubt)
    return parser


_PARSER: MarkdownIt = _make_parser()


def mark_numbers(text: str) -> list[int]:
    """The numbers of all [n] in an answer, in order; a mark's place indexes this list."""
    return [int(number) for number in MARK.findall(text)]
