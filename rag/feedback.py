"""From ratings to training files: what a user may say of an answer, and the JSONL lines that TRL reads.

An example holds the prompt as the model got it: the system line, the turns above, and the rated turn with its
sources before its question (local_models.prompt_format). Sources stand in a column of their own too, so that a
reader of the file can check an example without parsing a prompt; trainers pass over columns they do not know.

Which rating becomes what:

    layout   an answer rated up        one rated down              one with a correction
    sft      its text                  -                           the correction
    dpo      over its down siblings    under its up siblings       the correction over the answer
    kto      label true                label false                 the correction, true; and the answer, false
    raw      everything, one line a rating, in the program's own words

What the user corrected is never also taught as good. Quotes are no model's words, so an answer in quotes mode
teaches only through its correction; an answer that was stopped half-way is not held up as good.

The layouts are TRL's conversational ones (https://huggingface.co/docs/trl/dataset_formats). This module knows no
store and no file: records come in, dictionaries go out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from local_models.prompt_format import FREE_SYSTEM, GROUNDED_SYSTEM, grounded_turn
from local_models.types import Role
from rag.errors import UsageError
from rag.prompting import numbered
from rag.types import Feedback, MessageStatus, Mode, Verdict
from rag.user_types import FeedbackRecord, Turn

Line = dict[str, object]
Messages = list[dict[str, str]]

REASONS: Mapping[Verdict, Mapping[str, str]] = MappingProxyType(
    {
        Verdict.UP: MappingProxyType(
            {
                "correct": "Correct",
                "complete": "Complete",
                "right_sources": "Right sources",
                "exact_quotes": "Quotes to the point",
                "clear": "Clear",
                "right_length": "Right length",
                "honest": "Honest about what is missing",
            }
        ),
        Verdict.DOWN: MappingProxyType(
            {
                "wrong": "Wrong",
                "incomplete": "Incomplete",
                "not_in_sources": "Not in the sources",
                "wrong_sources": "Wrong sources",
                "missed_the_question": "Missed the question",
                "should_have_answered": "The documents do say",
                "too_long": "Too long",
                "unclear": "Hard to read",
            }
        ),
    }
)
"""Short labels by key, for each verdict. Keys are stored and exported: they never change their meaning."""


def check(feedback: Feedback) -> Feedback:
    """`feedback` as it is. Raises UsageError when a reason is not one of its verdict's."""
    known = REASONS[feedback.verdict]
    for reason in feedback.reasons:
        if reason not in known:
            raise UsageError(
                f'"{reason}" is not a reason for "{feedback.verdict}".', f"Choose among: {', '.join(known)}."
            )
    return feedback


def export(records: Iterable[FeedbackRecord], layout: str) -> Iterator[Line]:
    """Yield one dictionary for each line of a JSONL file. Raises UsageError for an unknown layout, at once."""
    writers: dict[str, Callable[[Iterable[FeedbackRecord]], Iterator[Line]]] = {
        "sft": _sft,
        "dpo": _dpo,
        "kto": _kto,
        "raw": _raw,
    }
    if layout not in writers:
        raise UsageError(f'There is no export layout "{layout}".', f"Choose among: {', '.join(writers)}.")
    return writers[layout](records)


def _sft(records: Iterable[FeedbackRecord]) -> Iterator[Line]:
    for record in records:
        target = _correction(record) or (record.turn.answer if _is_good(record) else "")
        if target:
            yield {"messages": [*_prompt(record), *_reply(target)], **_metadata(record)}


def _kto(records: Iterable[FeedbackRecord]) -> Iterator[Line]:
    for record in records:
        correction = _correction(record)
        if correction:
            yield _unpaired(record, correction, label=True)
            if _is_rejectable(record):
                yield _unpaired(record, record.turn.answer, label=False)
        elif _is_good(record):
            yield _unpaired(record, record.turn.answer, label=True)
        elif record.feedback.verdict is Verdict.DOWN and _is_rejectable(record):
            yield _unpaired(record, record.turn.answer, label=False)


def _dpo(records: Iterable[FeedbackRecord]) -> Iterator[Line]:
    siblings: dict[int, list[FeedbackRecord]] = {}
    for record in records:
        siblings.setdefault(record.question_id, []).append(record)
    for family in siblings.values():
        yield from _pairs(family)


def _pairs(family: Sequence[FeedbackRecord]) -> Iterator[Line]:
    """Pairs that share one prompt, each pair of texts once: a sibling given other sources answered another prompt."""
    for record in family:
        if not _is_rejectable(record):
            continue
        chosen = [_correction(record)]
        if record.feedback.verdict is Verdict.DOWN:
            chosen += [good.turn.answer for good in family if _is_good(good) and _prompt(good) == _prompt(record)]
        for text in dict.fromkeys(chosen):
            if text and text != record.turn.answer:
                yield {
                    "prompt": _prompt(record),
                    "chosen": _reply(text),
                    "rejected": _reply(record.turn.answer),
                    **_metadata(record),
                }


def _raw(records: Iterable[FeedbackRecord]) -> Iterator[Line]:
    for record in records:
        yield {
            "conversation_id": record.conversation_id,
            "question_id": record.question_id,
            "question": record.turn.question,
            "answer": record.turn.answer,
            "status": record.status.value,
            "verdict": record.feedback.verdict.value,
            "reasons": list(record.feedback.reasons),
            "comment": record.feedback.comment,
            "correction": record.feedback.correction,
            "earlier": [{"question": turn.question, "answer": turn.answer} for turn in record.earlier],
            **_metadata(record),
        }


def _unpaired(record: FeedbackRecord, text: str, *, label: bool) -> Line:
    return {"prompt": _prompt(record), "completion": _reply(text), "label": label, **_metadata(record)}


def _correction(record: FeedbackRecord) -> str:
    return record.feedback.correction.strip()


def _is_good(record: FeedbackRecord) -> bool:
    return (
        record.feedback.verdict is Verdict.UP
        and not _correction(record)
        and record.mode is not Mode.QUOTES
        and record.status is MessageStatus.COMPLETE
        and bool(record.turn.answer)
    )


def _is_rejectable(record: FeedbackRecord) -> bool:
    """Only a model's own words, and only ones the user disliked or put right, teach what not to say."""
    disliked = record.feedback.verdict is Verdict.DOWN or bool(_correction(record))
    return disliked and record.mode is not Mode.QUOTES and bool(record.turn.answer)


def _prompt(record: FeedbackRecord) -> Messages:
    free = record.mode is Mode.FREE
    messages = [{"role": Role.SYSTEM.value, "content": FREE_SYSTEM if free else GROUNDED_SYSTEM}]
    for turn in record.earlier:
        messages += [_question(turn, grounded=turn.grounded), *_reply(turn.answer)]
    return [*messages, _question(record.turn, grounded=not free)]


def _question(turn: Turn, *, grounded: bool) -> dict[str, str]:
    content = grounded_turn(tuple(map(numbered, turn.sources)), turn.question) if grounded else turn.question
    return {"role": Role.USER.value, "content": content}


def _reply(text: str) -> Messages:
    return [{"role": Role.ASSISTANT.value, "content": text}]


def _metadata(record: FeedbackRecord) -> Line:
    return {
        "answer_id": record.answer_id,
        "mode": record.mode.value,
        "model": record.model,
        "created_at": record.created_at.isoformat(),
        "sources": [
            {
                "number": source.number,
                "document": source.document,
                "heading": source.heading,
                "place": source.place.as_json(),
                "text": source.text,
            }
            for source in record.turn.sources
        ],
    }
