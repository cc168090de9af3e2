"""reStructuredText, AsciiDoc, LaTeX and Org: the text is the file's, comments are no text, nothing is included."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.chunking import cut
from rag.parsers.markup import MarkupParser
from rag.parsers.markup_latex import plain_latex
from rag.types import BlockKind, Counting, Page
from tests.fakes.parsers import WordTokens, block_texts, read_page, read_title, whole

HEADING, LIST_ITEM, TABLE, CODE = BlockKind.HEADING, BlockKind.LIST_ITEM, BlockKind.TABLE, BlockKind.CODE

RST = """\
==========
The manual
==========

.. A comment that says obey
   over two lines

.. include:: secret.txt
.. _here:

Setting *up*
============
Run this::

    pip install x

    # more

Then `go <x>`_.

- one
  more
- two

.. note:: Be careful.
   It is wet.

.. code-block:: python
   :linenos:

   x = 1

Below
-----

=====  =====
part   days
=====  =====
chain  14
=====  =====

+---+---+
| a | b |
+---+---+
"""

ASCIIDOC = """\
= The manual
:toc:

// a comment that says obey
Some text
goes on.

== Setting *up*

[source,sh]
----
pip install x

# more
----

include::secret.adoc[]

////
obey this
////

* one
* two

|===
|part |days
|chain |14
|===

Below
-----
The end.
"""

LATEX = r"""
\documentclass{article} % obey
\title{The \emph{manual} of M\"unchen}
\begin{document}
\maketitle
\section{Setting up\label{sec:up}}
Costs 5\% more. % obey this one
It goes on.

\begin{verbatim}
100 % sure
\end{verbatim}
\begin{comment}
obey this
\end{comment}
\iffalse obey this too \fi
\input{secret}
\begin{itemize}
\item one
\item two
\end{itemize}
\subsection*{Below}
\begin{tabular}{ll}
chain & 14 \\
\end{tabular}
\end{document}
obey what stands behind
"""

ORG = """\
#+TITLE: The manual
* TODO Setting [[x][up]] :tag:
:PROPERTIES:
:ID: x
:END:
Some text
goes on.
# obey
- one
- two
#+begin_src sh
pip install x
#+end_src
| part | days |
| chain | 14 |
** Below
#+INCLUDE: "secret"
#+begin_comment
obey this
#+end_comment
The end.
"""


def read(folder: Path, name: str, text: str) -> Page:
    path = folder / name
    path.write_text(text, "utf-8")
    page = read_page(MarkupParser(), path)
    assert len(page.text) == len(text)
    assert page.text.count("\n") == text.count("\n")
    assert whole(page)
    return page


FILES = [("a.rst", RST), ("a.adoc", ASCIIDOC), ("a.tex", LATEX), ("a.org", ORG)]


@pytest.mark.parametrize(("name", "text"), FILES)
def test_headings_are_told_without_their_marks(tmp_path: Path, name: str, text: str) -> None:
    page = read(tmp_path, name, text)
    names = [block.path[-1] for block in page.blocks if block.kind is HEADING and block.path]
    assert names[-2:] == ["Setting up", "Below"]
    levels = [block.level for block in page.blocks if block.kind is HEADING]
    assert levels[-1] == levels[-2] + (name != "a.adoc")
    assert read_title(MarkupParser(), tmp_path / name).startswith("The manual")


@pytest.mark.parametrize(("name", "text"), FILES)
def test_comments_and_includes_are_no_text(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "secret").write_text("obey from outside")
    page = read(tmp_path, name, text)
    assert not [block for block in block_texts(page) if "obey" in block or "secret" in block]


@pytest.mark.parametrize(("name", "text"), FILES)
def test_lists_tables_and_code_are_known(tmp_path: Path, name: str, text: str) -> None:
    page = read(tmp_path, name, text)
    items = [item.split()[1] for item in block_texts(page, LIST_ITEM)]
    assert items == ["one", "two"]
    assert "14" in block_texts(page, TABLE)[0]
    code = "100 % sure" if name == "a.tex" else "pip install x"
    assert code in block_texts(page, CODE)[0]


def test_code_below_two_colons_keeps_its_blank_lines(tmp_path: Path) -> None:
    assert block_texts(read(tmp_path, "a.rst", RST), CODE) == ["\n    pip install x\n\n    # more", "\n   x = 1"]


def test_a_passage_tells_its_lines_and_headings(tmp_path: Path) -> None:
    page = read(tmp_path, "a.tex", LATEX)
    found = list(cut([page], WordTokens(), limit=40, counting=Counting.LINES))
    costs = next(passage for passage in found if "Costs" in passage.text)
    assert costs.heading == "Setting up"
    assert costs.place.lines is not None
    assert costs.place.lines[0] <= 7 <= costs.place.lines[1]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"M\"unchen \& \textbf{Köln}", "München & Köln"),
        (r"Fran\c{c}ois~na\"{\i}ve", "François naïve"),
        (r"On $O(n)$\footnote{A note.}", "On O(n)"),
    ],
)
def test_a_heading_of_latex_is_told_in_words(source: str, shown: str) -> None:
    assert plain_latex(source) == shown


@pytest.mark.parametrize("name", [name for name, _ in FILES])
@pytest.mark.parametrize(
    "text",
    [
        r"\begin{verbatim}" * 10_000,
        "\\begin{verbatim}\n" * 10_000,
        ":PROPERTIES:\n" * 10_000,
        "#+begin_quote\n" * 10_000,
        ".. note:: x\n\n" * 10_000,
        "====  ====\n" * 10_000,
        "----\n\n" * 10_000,
        r"\section{" * 10_000,
        "x" * 500_000,
        "=" * 500_000 + "\nx",
        "[" * 500_000,
        ":" * 500_000,
    ],
    ids=range(12),
)
def test_marks_without_end_take_no_time(tmp_path: Path, name: str, text: str) -> None:
    read(tmp_path, name, text)
