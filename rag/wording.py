"""What Footnote says about an answer of its own, in sentences a person reads. Knows nothing of how it was made."""

from __future__ import annotations

from collections.abc import Iterator

from rag.citing import CitedText
from rag.prompting import Prompt

FREE_MARK = "Not from your documents"
"""Stands at every answer that was written without documents, wherever it is shown, copied, exported or printed."""

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


def unsupported(cited: CitedText) -> str:
    """How many sentences could not be found in the sources; at least one could not."""
    if cited.unsupported == cited.claims:
        return "None of this could be found in your documents. Trust the quotes, not the text."
    sentences = "sentence" if cited.unsupported == 1 else "sentences"
    return (
        f"{cited.unsupported} of {cited.claims} {sentences} could not be found in your documents and carry no number."
    )
