"""The rules of LaTeX, as far as they tell headings, comments, code and tables apart.

What stands before \\begin{document} and behind \\end{document} is in no block, nor are lines of commands that show
nothing; \\input and \\include are not followed, and no macro is expanded. Comments are found first: a percent sign that
is not escaped, outside of verbatim text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from rag.parsers.markup_lines import LONGEST_MARK, MarkedText, Rule, read_lines
from rag.types import BlockKind

_LEVELS = {"part": 1, "chapter": 2, "section": 3, "subsection": 4, "subsubsection": 5, "paragraph": 6}
_VERBATIM = "verbatim|Verbatim|lstlisting|minted|alltt"
_MARKS = re.compile(
    rf"\\begin\{{(?P<environment>(?:{_VERBATIM})\*?|comment)\}}|(?P<never>\\iffalse)\b"
    r"|\\verb\*?(?P<sign>[^\w\s])[^\n]{0,300}?(?P=sign)|\\.|(?P<comment>%[^\n]*)",
    re.DOTALL,
)
"""What has to be known to tell a comment from a percent sign."""

_ACCENTS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "c": "\u0327", "v": "\u030c"}
_ACCENT = re.compile(r"\\([`'^~\"]|[cv](?=\{))\{?(\\?[a-zA-Z])\}?")
_NO_WORDS = re.compile(r"\\(?:label|index|footnote|cite[a-z]{0,10}|thanks)\{[^{}]{0,300}\}")
_COMMAND = re.compile(r"\\[a-zA-Z]+\*?(?:\[[^\[\]]{0,200}\])?[ \t]*|[{}$]")
_ITEM = re.compile(r"\s*\\item\b")


def read_latex(text: str) -> MarkedText:
    """The text with its blocks."""
    marked = MarkedText(MarkedText(text, unseen=list(_comments(text))).seen())
    if title := _TITLE.search(marked.text):
        marked.title = plain_latex(_braced(marked.text, title.end()))
    begin, end = _body(marked.text)
    read_lines(marked, _RULES, _ITEM)
    marked.blocks = [block for block in marked.blocks if begin <= block.start < end]
    return marked


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Where comments stand. What is never closed is looked for once, so that no file takes long."""
    at = 0
    never_closed: set[str] = set()
    while found := _MARKS.search(text, at):
        at = found.end()
        if found["comment"]:
            yield found.span()
        elif found["environment"] or found["never"]:
            mark = rf"\end{{{found['environment']}}}" if found["environment"] else r"\fi"
            end = -1 if mark in never_closed else text.find(mark, at)
            if end < 0:
                never_closed.add(mark)
                continue
            at = end + len(mark)
            if found["never"] or found["environment"] == "comment":
                yield found.start(), at


def plain_latex(source: str) -> str:
    """A heading's words: accents made, commands and braces left out, on one line."""
    source = _ACCENT.sub(lambda found: unicodedata.normalize("NFC", found[2][-1] + _ACCENTS[found[1]]), source)
    source = re.sub(r"\\([&%$#_{}])", r"\1", _COMMAND.sub("", _NO_WORDS.sub("", source.replace("\\\\", " "))))
    return " ".join(source.replace("~", " ").split())


def _body(text: str) -> tuple[int, int]:
    """Where the document's own text begins and ends; a file that is included elsewhere is text as a whole."""
    begin = text.find(r"\begin{document}")
    end = text.find(r"\end{document}", max(begin, 0))
    return max(begin, 0), end if end >= 0 else len(text)


def _braced(text: str, start: int) -> str:
    """What stands in braces that are opened before `start`; at most LONGEST_MARK characters."""
    depth = 1
    for found in re.finditer(r"\\.|[{}]", text[start : start + LONGEST_MARK]):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return text[start : start + found.start()]
    return text[start : start + LONGEST_MARK].split("\n", 1)[0]


def _heading(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    start = marked.starts[number] + found.end()
    title = _braced(marked.text, start)
    behind = number + 1 + title.count("\n")
    marked.add(number, behind, BlockKind.HEADING, level=_LEVELS[found[1]], name=plain_latex(title))
    return behind


def _code(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    end = _closing(marked, number, found)
    marked.add(number + 1, end - 1, BlockKind.CODE)
    return end


def _table(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    end = _closing(marked, number, found)
    marked.add(number, end, BlockKind.TABLE)
    return end


def _closing(marked: MarkedText, number: int, found: re.Match[str]) -> int:
    end = re.compile(rf".*\\end\{{{re.escape(found[1])}\}}")
    return min(len(marked), marked.find(number, end) + 1)


def _one_line(_: MarkedText, number: int, __: re.Match[str]) -> int:
    return number + 1


_TITLE = re.compile(r"\\title(?:\[[^\[\]]{0,200}\])?\s{0,4}\{")
_SILENT = (
    "begin|end|label|centering|maketitle|usepackage|documentclass|input|include|includegraphics|bibliography"
    "|bibliographystyle|tableofcontents|newpage|clearpage|pagebreak|vspace|hspace|newcommand|renewcommand|def|let"
    "|pagestyle|thispagestyle|setlength|appendix|noindent|bigskip|medskip|smallskip|hline|printbibliography|graphicspath"
)
_RULES: list[Rule] = [
    (re.compile(rf"\s*\\({'|'.join(_LEVELS)})\*?[ \t]*(?:\[[^\[\]]{{0,200}}\])?[ \t]*\{{"), _heading),
    (re.compile(rf"\s*\\begin\{{((?:{_VERBATIM})\*?)\}}"), _code),
    (re.compile(r"\s*\\begin\{((?:tabularx?|longtable|tabular\*|array)\*?)\}"), _table),
    (
        re.compile(
            rf"\s*\\(?:{_SILENT})(?![a-zA-Z])\*?(?:[ \t]*(?:\[[^\[\]]{{0,300}}\]|\{{[^{{}}]{{0,300}}\}})){{0,6}}\s*$"
        ),
        _one_line,
    ),
]
"""The last takes lines that hold nothing but such commands."""
