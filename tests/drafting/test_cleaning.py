"""What is taken from a suggestion, and what must stay."""

from __future__ import annotations

import pytest

from rag.draft_cleaning import clean, join


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Here is the rewritten text:\n\nShort and good.", "Short and good."),
        ("Certainly! Here's a shorter version:\nShort and good.", "Short and good."),
        ("Short and good.\n\nLet me know if you want it shorter.", "Short and good."),
        ("<think>\nHow short?\n</think>\nShort and good.", "Short and good."),
        ("```\nShort and good.\n```", "Short and good."),
        ("```markdown\n# Short\n\nand good.", "# Short\n\nand good."),
        ("Here is where we met: at the sea.", "Here is where we met: at the sea."),
        ("Sure is a word, too.", "Sure is a word, too."),
        ("Use it so:\n```\nx\n```\nand so on.", "Use it so:\n```\nx\n```\nand so on."),
    ],
)
def test_prose_loses_chatter_and_an_outer_fence_only(said: str, kept: str) -> None:
    assert clean(said, code=False, keep_fences=False) == kept


def test_code_is_what_stands_in_the_first_fence() -> None:
    said = "This adds them:\n```python\nx = 1\n\ny = 2\n```\nIt is fast.\n```\nother\n```"
    assert clean(said, code=True, keep_fences=False) == "x = 1\n\ny = 2"


def test_code_without_a_fence_keeps_its_first_indentation() -> None:
    assert clean("    return x\n", code=True, keep_fences=False) == "    return x"


@pytest.mark.parametrize(
    ("before", "text", "joined"),
    [
        ("It began", "in May.", " in May."),
        ("It began", ", they say.", ", they say."),
        ("It began ", "in May.", "in May."),
        ("昨日は", "雨でした。", "雨でした。"),
        ("", "In May.", "In May."),
    ],
)
def test_prose_gets_the_space_that_is_missing(before: str, text: str, joined: str) -> None:
    assert join(before, text, code=False) == joined


def test_code_goes_on_in_a_new_line_after_a_colon() -> None:
    assert join("def f():", "    return 1", code=True) == "\n    return 1"
    assert join("def f():\n", "    return 1", code=True) == "    return 1"
    assert join("if x:", "pass", code=True) == "\npass"
