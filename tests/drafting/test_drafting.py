"""What the model is asked, what fits, what becomes of its words, and when it is not asked at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local_models.cancel import CancelToken, never
from local_models.types import Generated, GenerationEvent, GenerationRequest, ModelInfo, Piece, Prefilling
from rag.drafting import DraftAction, suggest
from rag.errors import Cancelled, ContextTooSmall, ModelError, UsageError
from rag.events import Delta, DraftSuggested, Notice, Reading
from rag.user_types import Draft


class ScriptedGenerator:
    """Says `text` in pieces of a few characters; a token is a word."""

    def __init__(self, text: str, *, name: str = "a-writer", n_ctx: int = 2000, stop_reason: str = "end") -> None:
        self.text = text
        self.model = ModelInfo(name, Path("a.gguf"), "llama", 1, n_ctx, "cpu")
        self.stop_reason = stop_reason
        self.requests: list[GenerationRequest] = []

    def info(self, cancel: CancelToken | None = None) -> ModelInfo:
        return self.model

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def generate(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        self.requests.append(request)
        yield Prefilling(1, 2, 0)
        if not cancel.cancelled:
            for start in range(0, len(self.text), 5):
                yield Piece(self.text[start : start + 5], 1)
        yield Generated("cancelled" if cancel.cancelled else self.stop_reason, 1, 0, 1, 0.1, 0.1)


def draft(content: str, language: str = "markdown") -> Draft:
    return Draft(1, "A title", language, content, 1, datetime(2026, 11, 22, tzinfo=UTC))


def suggestion(events: Sequence[object]) -> str:
    (last,) = [event for event in events if isinstance(event, DraftSuggested)]
    assert events[-1] is last
    return last.text


def test_continuing_yields_reading_then_deltas_then_the_suggestion() -> None:
    events = list(suggest(ScriptedGenerator("and so on."), draft("It began"), DraftAction.CONTINUE, never()))
    assert isinstance(events[0], Reading)
    assert "".join(event.text for event in events if isinstance(event, Delta)) == "and so on."
    assert suggestion(events) == " and so on."


def test_a_repeated_end_is_not_written_twice() -> None:
    said = "the old house by the sea was sold."
    text = "In May the old house by the sea"
    assert suggestion(list(suggest(ScriptedGenerator(said), draft(text), DraftAction.CONTINUE, never()))) == (
        " was sold."
    )


def test_rewriting_keeps_the_indentation_and_drops_fence_and_chatter() -> None:
    content = "def f():\n    x=1\n    return x\n"
    generator = ScriptedGenerator(
        "Sure! Here is the code:\n```python\nx = 1\nreturn x\n```\nLet me know if you need more."
    )
    events = list(
        suggest(
            generator,
            draft(content, "python"),
            DraftAction.REWRITE,
            never(),
            selection=(9, len(content)),
            instruction="PEP 8",
        )
    )
    assert suggestion(events) == "    x = 1\n    return x\n"
    asked = generator.requests[0].messages[-1].content
    assert "SELECTED:\n```python\nx=1\nreturn x" in asked
    assert "Instruction: PEP 8" in asked


def test_an_explanation_keeps_its_fences() -> None:
    said = "It adds:\n```python\n1 + 1\n```"
    events = list(suggest(ScriptedGenerator(said), draft("1 + 1", "python"), DraftAction.EXPLAIN, never()))
    assert suggestion(events) == said


def test_rewriting_without_an_instruction_is_refused() -> None:
    with pytest.raises(UsageError, match="instruction"):
        list(suggest(ScriptedGenerator(""), draft("Some text"), DraftAction.REWRITE, never()))


def test_an_empty_draft_can_be_begun_only_with_an_instruction() -> None:
    with pytest.raises(UsageError, match="empty"):
        list(suggest(ScriptedGenerator("x"), draft(""), DraftAction.CONTINUE, never()))
    events = list(
        suggest(ScriptedGenerator("Dear Ann,"), draft(""), DraftAction.CONTINUE, never(), instruction="a letter")
    )
    assert suggestion(events) == "Dear Ann,"


@pytest.mark.parametrize("name", ["footnote-reader", "Footnote Reader", "footnote-reader-v1.gguf"])
def test_the_bundled_reader_is_refused_and_the_way_to_a_bigger_model_named(name: str) -> None:
    generator = ScriptedGenerator("x", name=name)
    with pytest.raises(ModelError, match="beyond the small bundled model") as caught:
        list(suggest(generator, draft("Some text"), DraftAction.CONTINUE, never()))
    assert "footnote models add FILE" in caught.value.advice
    assert generator.requests == []


def test_text_that_does_not_fit_is_left_out_far_from_the_place_and_said_so() -> None:
    content = "".join(f"line {number} of it\n" for number in range(1000))
    generator = ScriptedGenerator("x", n_ctx=600)
    place = content.index("line 500 of it")
    events = list(suggest(generator, draft(content), DraftAction.CONTINUE, never(), selection=(place, place)))
    notice = next(event for event in events if isinstance(event, Notice))
    assert "left out" in notice.text
    asked = generator.requests[0].messages[-1].content
    assert "line 499 of it" in asked
    assert "line 500 of it" in asked
    assert "line 5 of it" not in asked
    assert sum(generator.count([message.content for message in generator.requests[0].messages])) < 600


def test_a_selection_larger_than_the_context_is_refused_rather_than_cut() -> None:
    with pytest.raises(ContextTooSmall, match="selection does not fit"):
        list(
            suggest(
                ScriptedGenerator("x", n_ctx=200),
                draft("word " * 400),
                DraftAction.REWRITE,
                never(),
                instruction="shorter",
            )
        )


def test_a_suggestion_cut_off_by_its_length_says_so() -> None:
    events = list(
        suggest(ScriptedGenerator("and so", stop_reason="length"), draft("It began"), DraftAction.CONTINUE, never())
    )
    assert any(isinstance(event, Notice) and "cut off" in event.text for event in events)


def test_a_cancel_before_the_first_word_unwinds() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        list(suggest(ScriptedGenerator("x"), draft("It began"), DraftAction.CONTINUE, token))


def test_a_cancel_in_the_middle_keeps_what_was_written() -> None:
    token = CancelToken()

    class Stopping(ScriptedGenerator):
        def generate(self, request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
            yield Piece("and ", 1)
            cancel.cancel()
            yield Generated("cancelled", 1, 0, 1, 0.1, 0.1)

    events = list(suggest(Stopping(""), draft("It began"), DraftAction.CONTINUE, token))
    assert suggestion(events) == " and "
    assert any(isinstance(event, Notice) and "Stopped" in event.text for event in events)
