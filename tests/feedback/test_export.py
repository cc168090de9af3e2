"""What a rating becomes in each layout, and that TRL's shapes are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local_models.prompt_format import GROUNDED_SYSTEM
from rag.errors import UsageError
from rag.feedback import REASONS, check, export
from rag.types import (
    Feedback,
    MessageStatus,
    Mode,
    Place,
    Source,
    Span,
    Verdict,
)
from rag.user_types import FeedbackRecord, Turn

SOURCE = Source(
    3, 7, 2, "Lease.pdf", Path("Lease.pdf"), "Pets", Place(page=4), "Pets need written consent.", Span(10, 36, 4)
)
UP = FeedbackRecord(
    conversation_id=1,
    question_id=10,
    answer_id=11,
    turn=Turn("May I keep a dog?", "Only with written consent. [3]", (SOURCE,)),
    earlier=(Turn("Who is the landlord?", "Oak Ltd. [1]", (replace(SOURCE, number=1, text="Oak Ltd lets."),)),),
    feedback=Feedback(Verdict.UP, ("correct",)),
    mode=Mode.GROUNDED,
    status=MessageStatus.COMPLETE,
    model="a-model",
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
)
DOWN = replace(
    UP,
    answer_id=12,
    turn=replace(UP.turn, answer="Yes, always. [3]"),
    feedback=Feedback(Verdict.DOWN, ("wrong",), "No!"),
)
CORRECTED = replace(DOWN, feedback=Feedback(Verdict.DOWN, correction="Only if the landlord writes so. [3]"))


def texts(messages: object) -> list[str]:
    assert isinstance(messages, list)
    return [message["content"] for message in messages]


def test_sft_holds_the_whole_conversation_with_each_turn_s_sources_before_its_question() -> None:
    (line,) = export([UP], "sft")
    messages = line["messages"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user", "assistant"]
    assert messages[0]["content"] == GROUNDED_SYSTEM
    assert messages[3]["content"].startswith("Sources:\n[3] Lease.pdf › Pets\nPets need written consent.")
    assert messages[3]["content"].endswith("Question: May I keep a dog?")
    assert messages[4]["content"] == UP.turn.answer


def test_sft_takes_the_correction_and_leaves_out_what_was_only_rated_down() -> None:
    assert list(export([DOWN], "sft")) == []
    (line,) = export([CORRECTED], "sft")
    assert texts(line["messages"])[-1] == "Only if the landlord writes so. [3]"


def test_dpo_prefers_the_correction_over_the_answer() -> None:
    (line,) = export([CORRECTED], "dpo")
    assert texts(line["chosen"]) == ["Only if the landlord writes so. [3]"]
    assert texts(line["rejected"]) == ["Yes, always. [3]"]
    assert texts(line["prompt"])[-1].endswith("Question: May I keep a dog?")


def test_dpo_pairs_up_and_down_siblings_of_one_question_only() -> None:
    stranger = replace(UP, question_id=99, turn=replace(UP.turn, answer="Elsewhere."))
    (line,) = export([UP, DOWN, stranger], "dpo")
    assert (texts(line["chosen"]), texts(line["rejected"])) == ([UP.turn.answer], [DOWN.turn.answer])


def test_dpo_does_not_pair_siblings_that_were_given_different_sources() -> None:
    other = replace(DOWN, turn=replace(DOWN.turn, sources=()))
    assert list(export([UP, other], "dpo")) == []


def test_kto_labels_each_answer_and_both_sides_of_a_correction() -> None:
    lines = list(export([UP, DOWN, CORRECTED], "kto"))
    assert [line["label"] for line in lines] == [True, False, True, False]
    assert all(set(line) >= {"prompt", "completion", "label"} for line in lines)


def test_quotes_teach_only_through_their_correction() -> None:
    quotes = replace(UP, mode=Mode.QUOTES)
    assert list(export([quotes], "sft")) == list(export([quotes], "kto")) == []
    corrected = replace(quotes, feedback=CORRECTED.feedback)
    assert len(list(export([corrected], "sft"))) == 1
    assert list(export([corrected], "dpo")) == []


def test_a_stopped_answer_is_not_held_up_as_good() -> None:
    assert list(export([replace(UP, status=MessageStatus.STOPPED)], "sft")) == []


def test_raw_keeps_everything_the_user_said() -> None:
    (line,) = export([DOWN], "raw")
    assert (line["verdict"], line["reasons"], line["comment"]) == ("down", ["wrong"], "No!")


def test_every_layout_names_the_sources_in_a_column_of_their_own() -> None:
    for layout in ("sft", "dpo", "kto", "raw"):
        line = next(export([CORRECTED], layout))
        assert line["sources"] == [
            {
                "number": 3,
                "document": "Lease.pdf",
                "heading": "Pets",
                "place": {"page": 4},
                "text": "Pets need written consent.",
            }
        ]


def test_an_unknown_layout_is_refused_before_the_first_line() -> None:
    with pytest.raises(UsageError, match="sft, dpo, kto, raw"):
        export([], "csv")


def test_a_reason_of_the_other_verdict_is_refused() -> None:
    assert check(UP.feedback) == UP.feedback
    with pytest.raises(UsageError):
        check(Feedback(Verdict.UP, ("wrong",)))


def test_each_verdict_offers_six_to_eight_reasons_and_shares_none() -> None:
    up, down = REASONS[Verdict.UP], REASONS[Verdict.DOWN]
    assert 6 <= len(up) <= 8
    assert 6 <= len(down) <= 8
    assert not set(up) & set(down)
