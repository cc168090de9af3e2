"""What Footnote says about an answer of its own, in sentences a person reads. Knows nothing of how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.prompting import Prompt
from rag.types import CheckedSentence, SentenceVerdict

FREE_MARK = "Not from your documents"
"""Stands at every answer that was written without documents, wherever it is shown, copied, exported or printed."""

BUG = "Something went wrong inside Footnote; this is a mistake in the program, not yours."
"""Stands at what a bug left unfinished; whoever runs the job says more."""

NOTHING_SEARCHED = "There are no documents to search yet. Add some first."

FREE_NEEDS = (
    "The small model in the box only reads out of your documents: it can't answer without them.",
    "Add a bigger model on the Models page, or with `footnote models add FILE`, and choose it.",
)
"""What is wrong and what to do, when an answer without documents is asked of the bundled reader."""


def left_out(prompt: Prompt) -> Iterator[str]:
    """What did not fit into the prompt, a sentence each."""
    if prompt.turns_left_out:
        turns = "question was" if prompt.turns_left_out == 1 else f"{prompt.turns_left_out} questions were"
        yield f"The conversation is longer than the model's context: the oldest {turns} left out."
    if prompt.sources_left_out:
        passages = "passage" if prompt.sources_left_out == 1 else "passages"
        yield f"{prompt.sources_left_out} more {passages} did not fit into the model's context."


def claims_found(sentences: Sequence[CheckedSentence]) -> str:
    """What stands at the head of a checked answer: how many of its claims the documents carry; empty without claims."""
    verdicts = [sentence.verdict for sentence in sentences if sentence.verdict is not SentenceVerdict.NOT_A_CLAIM]
    found, partly = verdicts.count(SentenceVerdict.SUPPORTED), verdicts.count(SentenceVerdict.PARTLY)
    if not verdicts:
        return ""
    if not (found or partly):
        none = "None of its claims was" if len(verdicts) > 1 else "This was not"
        return f"{none} found in your documents. Trust the quotes, not the text."
    claims = "claim" if len(verdicts) == 1 else "claims"
    in_part = f", {partly} in part" if partly else ""
    return f"{found} of {len(verdicts)} {claims} found in your documents{in_part}"


def doubt(sentence: CheckedSentence) -> str:
    """Why a sentence is marked, as a sentence of its own; empty for one that is not."""
    if sentence.verdict is SentenceVerdict.PARTLY:
        return f"Found only in part: {sentence.reason}."
    if sentence.verdict is SentenceVerdict.NOT_SUPPORTED:
        return f"Not found in your documents: {sentence.reason}."
    return ""
