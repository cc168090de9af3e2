"""Lay out what the model reads, so that it only ever grows while everything fits.

    system · [turn 1: its sources, question] · answer · [turn 2: only sources not yet given, question] · …

A turn is written the same way each time it is sent, so llama.cpp finds the earlier conversation in its KV cache.
When the context is full, the oldest turns are left out, half of the history at once (so that the following turns
can grow again), and the caller is told how many. Knows nothing of retrieval, citing or stores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local_models.prompt_format import FREE_SYSTEM, GROUNDED_SYSTEM, Hint, NumberedSource, grounded_turn, hint_line
from local_models.types import ChatMessage, Role
from rag.errors import ContextTooSmall
from rag.types import Mode, Source
from rag.user_types import Turn

Count = Callable[[Sequence[str]], list[int]]

TURN_OVERHEAD = 8
"""Tokens that a chat template puts around one message; Llama 3 needs 5, ChatML 5, Gemma 4."""

SHORTEST_ANSWER = 48
"""Tokens: a sentence and its citation. With less room than this there is no answering."""

HISTORY_SHARE = 0.5
"""Of what is left after question and answer, the most that earlier turns may take when sources compete with them."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages to send; `given` are the sources that stand in this turn for the first time.

    `sources` are all that stand in the prompt. `turns_left_out` and `sources_left_out` count what did not fit.
    `max_tokens` is the room for the answer. `hint` stands behind the question; none where its source did not fit.
    """

    messages: tuple[ChatMessage, ...]
    given: tuple[Source, ...]
    sources: tuple[Source, ...]
    turns_left_out: int
    sources_left_out: int
    max_tokens: int
    hint: Hint | None = None


def lay_out(
    question: str,
    found: Sequence[Source],
    history: Sequence[Turn],
    *,
    mode: Mode,
    count: Count,
    n_ctx: int,
    max_tokens: int,
    hint: Hint | None = None,
) -> Prompt:
    """Fit system, history, sources (best first in `found`) and question into `n_ctx` tokens.

    `hint` stands behind the question in grounded mode, if its source stands in the prompt.
    Raises ContextTooSmall when the question does not fit, or in grounded mode not even one source beside it.
    """
    system = GROUNDED_SYSTEM if mode is Mode.GROUNDED else FREE_SYSTEM
    answer_room = max(SHORTEST_ANSWER, min(max_tokens, n_ctx // 4))
    beside = [question, hint_line(hint)] if hint else [question]
    fixed = sum(count([system, *beside])) + 3 * TURN_OVERHEAD + answer_room
    room = n_ctx - fixed
    if room < 0:
        raise _too_small(n_ctx)
    capacity = int((n_ctx - answer_room) * (HISTORY_SHARE if found else 1.0))
    kept = _fitting_history(history, count, capacity, int(room * HISTORY_SHARE) if found else room)
    standing = {source.number for turn in kept for source in turn.sources}
    room -= sum(_turn_tokens(kept, count))
    wanted = [source for source in found if source.number not in standing]
    given, room = _fitting_sources(wanted, count, room)
    if mode is Mode.GROUNDED and found and not given and not standing:
        raise _too_small(n_ctx)
    shown = standing | {source.number for source in given}
    hint = hint if hint is not None and hint.number in shown and mode is Mode.GROUNDED else None
    messages = [ChatMessage(Role.SYSTEM, system)]
    for turn in kept:
        messages += [ChatMessage(Role.USER, _ask_again(turn))]
        messages += [ChatMessage(Role.ASSISTANT, turn.answer)]
    messages.append(ChatMessage(Role.USER, _ask(question, given, hint, grounded=mode is Mode.GROUNDED)))
    return Prompt(
        messages=tuple(messages),
        given=tuple(given),
        sources=tuple(source for turn in kept for source in turn.sources) + tuple(given),
        turns_left_out=len(history) - len(kept),
        sources_left_out=len(wanted) - len(given),
        max_tokens=min(max_tokens, answer_room + room),
        hint=hint,
    )


def numbered(source: Source) -> NumberedSource:
    """The source as the model sees it."""
    title = f"{source.document} › {source.heading}" if source.heading else source.document
    return NumberedSource(source.number, title, source.text)


def _ask(question: str, sources: Sequence[Source], hint: Hint | None = None, *, grounded: bool) -> str:
    return grounded_turn(tuple(numbered(source) for source in sources), question, hint) if grounded else question


def _ask_again(turn: Turn) -> str:
    return _ask(turn.question, turn.sources, grounded=turn.grounded)


def _turn_tokens(turns: Sequence[Turn], count: Count) -> list[int]:
    texts = [_ask_again(turn) + turn.answer for turn in turns]
    return [tokens + 2 * TURN_OVERHEAD for tokens in count(texts)] if texts else []


def _fitting_history(history: Sequence[Turn], count: Count, capacity: int, room: int) -> list[Turn]:
    """The newest turns that fit.

    Replayed from the first turn on, so that the cut made at an overflow is made at the same place in every
    following turn: the prompt grows again from there, and its KV cache holds.
    """
    sizes = _turn_tokens(history, count)
    first, spent = 0, 0
    for index, size in enumerate(sizes):
        spent += size
        if spent > capacity:
            while spent > capacity // 2 and first <= index:
                spent -= sizes[first]
                first += 1
    while spent > room and first < len(sizes):
        spent -= sizes[first]
        first += 1
    return list(history[first:])


def _fitting_sources(sources: Sequence[Source], count: Count, room: int) -> tuple[list[Source], int]:
    """The best ones first, until the room is full, in the order of their numbers; and the room that is left."""
    given: list[Source] = []
    sizes = count([_ask("", [source], grounded=True) for source in sources]) if sources else []
    for source, size in zip(sources, sizes, strict=True):
        if size > room:
            break
        given.append(source)
        room -= size
    return sorted(given, key=lambda source: source.number), room


def _too_small(n_ctx: int) -> ContextTooSmall:
    return ContextTooSmall(
        f"The question and its shortest source do not fit into the model's context of {n_ctx} tokens.",
        "Shorten the question, or choose a larger context under Models.",
    )
