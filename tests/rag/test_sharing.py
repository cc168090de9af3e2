"""What leaves Footnote carries its footnotes, who wrote it and when, and where it is not from."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from local_models.types import Role
from rag.account import Account, ModelAccount
from rag.errors import UsageError
from rag.plain_markdown import to_plain, to_safe_html
from rag.sharing import as_html, as_markdown, as_plain, byline, conversation_written, writer
from rag.types import (
    Answer,
    CheckedSentence,
    Citation,
    CitationOrigin,
    Conversation,
    Message,
    MessageStatus,
    Mode,
    Place,
    Scope,
    SentenceVerdict,
    Source,
    Span,
)

WHEN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LEASE = Source(2, 1, 1, "Lease_*final*.pdf", Path("/a/Lease.pdf"), "", Place(page=4), "text", Span(0, 4, 4))
CITED = Citation(LEASE, 0, 20, "The rent\nis <b>950</b> euros.", Span(0, 4, 4), 0.9, CitationOrigin.MODEL)
ANSWER = Answer(
    "The rent is **950 euros** [2].\n\n- due on the third [2]",
    Mode.GROUNDED,
    citations=(CITED, CITED),
    model="reader 12M",
    sentences=(
        CheckedSentence(0, 10, SentenceVerdict.SUPPORTED),
        CheckedSentence(34, 50, SentenceVerdict.NOT_SUPPORTED, "no word of it is there"),
        CheckedSentence(0, 3, SentenceVerdict.NOT_A_CLAIM),
        CheckedSentence(0, 8, SentenceVerdict.PARTLY),
    ),
)
FREE = Answer("Perhaps 900 [1].", Mode.FREE, model="big")


def test_plain_text_has_each_footnote_once_and_says_who_wrote_it() -> None:
    assert as_plain(ANSWER, WHEN) == (
        "The rent is 950 euros [2].\n\n- due on the third [2]\n\n"
        "[2] Lease_*final*.pdf · page 4: “The rent is <b>950</b> euros.”\n\n"
        "Not found in the documents: “due on the third” (no word of it is there)\nFound only in part: “The rent”\n\n"
        "Written by a language model (reader 12M) with Footnote on 2026-11-22. 1 of 3 claims were found in the "
        "documents, 1 in part."
    )


def test_markdown_keeps_the_answers_marks_and_escapes_what_is_quoted() -> None:
    written = as_markdown(ANSWER, WHEN)
    assert written.startswith("The rent is **950 euros** [2].")
    assert r"\[2\]" not in written.split("\n\n")[0]
    assert r"[2] **Lease\_\*final\*.pdf · page 4**: “The rent is \<b\>950\</b\> euros.”" in written
    assert written.endswith("found in the documents, 1 in part.*")


def test_html_loads_nothing_and_leads_nowhere() -> None:
    answer = Answer(
        "![x](http://evil/?q=1) [here](http://evil) <img src=x> [2] `[2]`", Mode.GROUNDED, citations=(CITED,)
    )
    html = as_html(answer, WHEN)
    assert "<img" not in html
    assert "<a" not in html
    assert "href" not in html
    assert "<sup>[2]</sup> <code>[2]</code>" in html
    assert "&lt;b&gt;950&lt;/b&gt;" in html


def test_markdown_brings_no_picture_and_no_tag_into_another_program() -> None:
    text = "See ![x](http://evil/?q=1) <img src=http://evil> 3 < 4 `<b>` ![a][b]\n\n```html\n<img>\n```\n"
    written = as_markdown(Answer(text, Mode.GROUNDED), WHEN)
    assert r"!\[x\](http://evil/?q=1) \<img src=http://evil> 3 < 4 `<b>` !\[a][b]" in written
    assert "\n<img>\n" in written
    html = to_safe_html(written.replace("```html\n<img>\n```", ""))
    assert "<img" not in MarkdownIt("commonmark").render(written.split("```")[0])
    assert "<img" not in html


@pytest.mark.parametrize(
    "text",
    [
        "[y](javascript:alert(1))",
        "[a [b]](http://evil) and [2](http://evil)",
        "[y]\n\n[y]: javascript:alert(1)",
        "> [y]\n>\n> [y]: javascript:alert(1)",
        r"\[y](http://evil) [y\](http://evil)",
        r"\<img src=x> \![x](http://evil)",
        "``<img src=x>`",
        r"\`<img src=x>`",
        "words ```<img src=x>",
        "~~~\n```\n~~~\n<img src=x>",
        "> ```\n> code\n\n<img src=x>",
        "<javascript:alert(1)>",
        "- [y]\n\n- [y]: http://evil",
        "[y\nz]\n\n[y\nz]: http://evil",
        "a\rb\n```\ncode\n```\n<img src=x>",
        "\u2028```\n<img src=x>\r```",
    ],
)
def test_no_link_and_no_tag_of_an_answer_lives_on_in_markdown(text: str) -> None:
    html = MarkdownIt("commonmark").render(as_markdown(Answer(text, Mode.GROUNDED), WHEN))
    assert "<a" not in html
    assert "<img" not in html


@pytest.mark.parametrize("write", [as_plain, as_markdown, as_html])
def test_what_is_not_from_the_documents_says_so_first(write: object) -> None:
    assert callable(write)
    written = write(FREE, WHEN)
    assert "Not from your documents." in written[:50]
    assert "without documents" in written


def test_quotes_were_written_by_no_model() -> None:
    answer = Answer("> The rent is 950 euros. [2]", Mode.QUOTES, citations=(CITED,))
    assert byline(answer, WHEN) == (
        "Quoted word for word from the documents named by Footnote on 2026-11-22; no language model wrote this."
    )


def test_a_grounded_answer_of_quotes_alone_was_written_by_no_model() -> None:
    answer = Answer("> The rent is 950 euros. [1]", Mode.GROUNDED, model="m", account=Account())
    assert byline(answer, WHEN).endswith("no language model wrote this.")
    assert writer(answer) == ""


@pytest.mark.parametrize("mode", list(Mode))
def test_an_answer_stopped_before_its_first_word_was_written_by_nobody(mode: Mode) -> None:
    assert byline(Answer("", mode), WHEN) == (
        "Nothing was written by Footnote on 2026-11-22: the answer was stopped before."
    )


def test_an_abstention_says_whether_a_model_was_asked() -> None:
    silent = Answer("Your documents do not say.", Mode.GROUNDED, abstained=True, model="m", account=Account())
    asked = Answer(
        "Your documents do not say.", Mode.GROUNDED, abstained=True, model="m", account=Account(model=ModelAccount("m"))
    )
    assert (writer(silent), writer(asked)) == ("", "m")
    assert byline(silent, WHEN).startswith("No answer was found by Footnote")
    assert byline(asked, WHEN).startswith("Written by a language model (m)")


@pytest.mark.parametrize("layout", ["plain", "markdown", "html"])
def test_a_conversation_carries_every_answers_footnotes(layout: str) -> None:
    talk = Conversation(1, "Rent & more", Mode.GROUNDED, Scope(), WHEN, WHEN)
    thread = [
        Message(1, 1, None, Role.USER, "How much?\n<script>", MessageStatus.COMPLETE, WHEN),
        Message(2, 1, 1, Role.ASSISTANT, ANSWER.text, MessageStatus.COMPLETE, WHEN, answer=ANSWER),
        Message(3, 1, 2, Role.USER, "And without?", MessageStatus.COMPLETE, WHEN),
        Message(4, 1, 3, Role.ASSISTANT, FREE.text, MessageStatus.COMPLETE, WHEN, answer=FREE),
    ]
    written = conversation_written(talk, thread, layout)
    assert written.count("Written by a language model") == 2
    assert "Not from your documents" in written
    assert "page 4" in written
    if layout == "html":
        assert "<script>" not in written
        assert "default-src 'none'" in written


@pytest.mark.parametrize("layout", ["plain", "markdown", "html"])
def test_an_answer_to_other_words_than_the_question_says_to_which(layout: str) -> None:
    talk = Conversation(1, "Rent", Mode.GROUNDED, Scope(), WHEN, WHEN)
    answer = replace(ANSWER, searched_for="How high is the rent in 2021 & 2022?")
    thread = [
        Message(1, 1, None, Role.USER, "And then?", MessageStatus.COMPLETE, WHEN),
        Message(2, 1, 1, Role.ASSISTANT, answer.text, MessageStatus.COMPLETE, WHEN, answer=answer),
    ]
    written = (
        to_plain(conversation_written(talk, thread, layout))
        if layout == "markdown"
        else conversation_written(talk, thread, layout)
    )
    sign = "&amp;" if layout == "html" else "&"
    assert f"Searched for: How high is the rent in 2021 {sign} 2022?" in written


def test_an_unknown_layout_is_refused() -> None:
    talk = Conversation(1, "", Mode.GROUNDED, Scope(), WHEN, WHEN)
    with pytest.raises(UsageError, match="docx"):
        conversation_written(talk, [], "docx")


def test_plain_text_keeps_lists_tables_and_code_apart() -> None:
    text = "# Head\n\n1. a\n2. b\n   - c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```py\nf(1)\n```\nend"
    assert to_plain(text) == "Head\n\n1. a\n2. b\n  - c\n\nx | y\n1 | 2\n\nf(1)\n\nend"


def test_html_in_an_answer_is_text() -> None:
    assert to_safe_html("<script>x</script>") == "<p>&lt;script&gt;x&lt;/script&gt;</p>"
