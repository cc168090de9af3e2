"""Answers become blocks and HTML that loads nothing and keeps every footnote mark in its place."""

from __future__ import annotations

import re

import pytest

from desktop.chat.markdown import Look, joined_prose, mark_numbers, split_blocks, to_html

LOOK = Look("#a00", "#eee", "#ddd", "#999", "#ccc", "monospace", "#850")

TEXT = """# Notice [2]

Three months [1], in writing [2], says `a[1]` and [9].

```python
x = rows[1]
```

| rent | deposit |
|------|---------|
| 900  | 2700 [3] |

- first
- second [1]
"""


def html_of(text: str, known: frozenset[int] = frozenset({1, 2, 3})) -> str:
    return "".join(to_html(block, known, LOOK) for block in split_blocks(text) if not block.is_code)


def places(html: str) -> list[int]:
    return [int(place) for place in re.findall(r'href="footnote:(\d+)"', html)]


def test_the_blocks_cover_the_text_in_order_and_code_stands_alone() -> None:
    blocks = split_blocks(TEXT)
    assert [block.is_code for block in blocks] == [False, False, True, False, False]
    assert blocks[2].text == "x = rows[1]\n"
    assert blocks[2].language == "python"
    assert all(TEXT[block.start :].startswith(block.text) for block in blocks if not block.is_code)


def test_a_mark_is_named_by_its_place_among_all_of_the_answer() -> None:
    assert mark_numbers(TEXT) == [2, 1, 2, 1, 9, 1, 3, 1]
    assert places(html_of(TEXT)) == [0, 1, 2, 6, 7]


def test_a_number_alone_is_an_answer_and_no_list() -> None:
    shown = html_of("14. [1]")
    assert "<ol" not in shown
    assert "14." in shown
    assert "footnote:0" in shown


def test_joined_prose_keeps_the_places_of_the_marks() -> None:
    joined = joined_prose(split_blocks(TEXT))
    html = "".join(to_html(block, frozenset({1, 2, 3}), LOOK) for block in joined if not block.is_code)
    assert [block.is_code for block in joined] == [False, True, False]
    assert places(html) == [0, 1, 2, 6, 7]


def test_a_number_without_a_source_stays_plain_text() -> None:
    assert "[9]" in html_of("so it is [9]")
    assert not places(html_of("so it is [9]"))


def test_a_mark_stands_close_to_its_word() -> None:
    assert re.search(r"months<sup>", html_of("three months [1]"))


@pytest.mark.parametrize(
    "attack",
    [
        "<img src=http://example.org/x.png>",
        "![x](http://example.org/x.png)",
        "[press](http://example.org)",
        "[press](javascript:alert)",
        "<script>alert()</script>",
        "<a href='file:///etc/passwd'>x</a>",
        "[x]: http://example.org\n\n[x]",
        "<http://example.org>",
    ],
)
def test_nothing_in_an_answer_loads_or_leads_anywhere(attack: str) -> None:
    tags = "".join(re.findall(r"<[^>]*>", html_of(f"See {attack} here")))
    assert not re.search(r"<(img|script|iframe|link|a )|(href|src)=", tags)


def test_an_image_is_shown_as_its_name_and_address() -> None:
    assert "[image: a chart]" in html_of("![a chart](http://example.org/c.png)")
    assert "http://example.org/c.png" in html_of("![a chart](http://example.org/c.png)")


def test_unusual_line_breaks_do_not_shift_the_blocks() -> None:
    text = "one\u2028still one\x0b\n\n```\ncode\n```\n\nlast"
    blocks = split_blocks(text)
    assert [text[block.start :].startswith(block.text) for block in blocks if not block.is_code] == [True, True]
    assert blocks[-1].text == "last"


def test_every_prefix_of_an_answer_can_be_split() -> None:
    for end in range(len(TEXT)):
        for block in joined_prose(split_blocks(TEXT[:end])):
            to_html(block, frozenset({1}), LOOK)
