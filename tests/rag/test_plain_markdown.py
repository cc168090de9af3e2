"""Markdown as text and as HTML: what is no list is shown as none."""

from __future__ import annotations

import pytest

from rag.plain_markdown import as_sentence, to_plain, to_safe_html


@pytest.mark.parametrize("answer", ["14. [1]", "007. [1] [12]", "3)", "9443.\n"])
def test_a_number_alone_is_an_answer_and_no_list(answer: str) -> None:
    assert to_plain(answer) == answer.strip()
    assert "<ol" not in to_safe_html(answer)
    assert answer.split(maxsplit=1)[0] in to_safe_html(answer)


@pytest.mark.parametrize("text", ["1. one\n2. two", "14 euros. [1]", "2. Rent", "12.5 [1]"])
def test_everything_else_stays_as_it_was_written(text: str) -> None:
    assert as_sentence(text) == text
