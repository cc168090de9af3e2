"""Suggestions for a text or a piece of code: continue it, rewrite a part, explain it, comment on it.

The model sees the nearest text around the selection that fits, and what it says is cleaned by code: fences, chatter
and repeated beginnings go, the selection's indentation comes back. A suggestion replaces nothing: the caller shows
it and saves what the user accepts. Knows nothing of documents, stores or widgets.

The bundled reader copies answers out of sources and can't write, so drafting with it is refused in plain words
rather than tried.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from local_models.bundled import is_reader
from local_models.cancel import CancelToken
from local_models.types import ChatMessage, Generated, GenerationRequest, ModelInfo, Piece, Prefilling, Role, Sampling
from rag.draft_cleaning import clean, join
from rag.errors import Cancelled, ContextTooSmall, ModelError, UsageError
from rag.events import Delta, DraftEvent, DraftSuggested, Notice, Reading
from rag.ports import Generator
from rag.prompting import TURN_OVERHEAD
from rag.user_types import Draft

PROSE = frozenset({"", "text", "markdown"})

WRITING = Sampling(temperature=0.7, top_p=0.9, repeat_penalty=1.05, seed=-1, max_tokens=512)
"""Greedy writing of small models falls into loops (Holtzman et al., 2020); nucleus 0.9 is that paper's range."""

LONGER = {"rewrite": 1.3, "comment": 1.6}
"""How much room the answer needs, in lengths of the selection; a comment on every third line adds about half."""

_PIECE = 400
"""Characters: the step in which text is left out, about 100 tokens of English."""


class DraftAction(StrEnum):
    """What is asked of the model."""

    CONTINUE = "continue"
    REWRITE = "rewrite"
    EXPLAIN = "explain"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class _Parts:
    """A text cut at the selection. `left_out` counts the characters that did not fit."""

    before: str
    selected: str
    after: str
    left_out: int = 0


def suggest(
    generator: Generator,
    draft: Draft,
    action: DraftAction,
    cancel: CancelToken,
    *,
    selection: tuple[int, int] | None = None,
    instruction: str = "",
    sampling: Sampling | None = None,
) -> Iterator[DraftEvent]:
    """Yield Reading, Delta and Notice, then one DraftSuggested with the cleaned text.

    `selection` are code points [start, end) of the draft; None means the cursor stands at the end when continuing,
    and the whole text otherwise. After a cancel, what was written so far is the suggestion.
    Raises UsageError (nothing to work on, no instruction), ModelError with the bundled reader, ContextTooSmall,
    WorkerDied, and Cancelled when nothing was written yet.
    """
    parts = _cut(draft.content, action, selection)
    _check(parts, action, instruction)
    info = generator.info(cancel)
    refuse_reader(info)
    frame = _messages(draft, replace(parts, before=".", after="."), action, instruction)
    parts, sampling = _fit(parts, frame, action, sampling or WRITING, generator, info)
    if parts.left_out:
        yield Notice(
            f"The text is longer than the model's context of {info.n_ctx} tokens: "
            f"{parts.left_out} characters farthest from the place were left out."
        )
    request = GenerationRequest(_messages(draft, parts, action, instruction), sampling)
    yield from _generate(generator, request, draft, parts, action, cancel)


def refuse_reader(info: ModelInfo) -> None:
    """Raise ModelError when `info` is the bundled reader."""
    if is_reader(info):
        raise ModelError(
            "Drafting is beyond the small bundled model: it only reads out of your documents.",
            "Add a bigger model with `footnote models add FILE`, or on the Models page, and choose it.",
        )


def _generate(
    generator: Generator,
    request: GenerationRequest,
    draft: Draft,
    parts: _Parts,
    action: DraftAction,
    cancel: CancelToken,
) -> Iterator[DraftEvent]:
    written: list[str] = []
    reason = ""
    for event in generator.generate(request, cancel):
        match event:
            case Prefilling(done, total, _):
                yield Reading(done, total)
            case Piece(text, _):
                written.append(text)
                yield Delta(text)
            case Generated(stop_reason):
                reason = stop_reason
    if reason == "cancelled" and not written:
        raise Cancelled
    if reason == "cancelled":
        yield Notice("Stopped: this is what was written so far.")
    if reason == "length":
        yield Notice(f"The suggestion was cut off at {request.sampling.max_tokens} tokens.")
    yield DraftSuggested(_finish("".join(written), draft, parts, action))


def _finish(text: str, draft: Draft, parts: _Parts, action: DraftAction) -> str:
    code = draft.language not in PROSE
    if action is DraftAction.EXPLAIN or (action is DraftAction.COMMENT and not code):
        return clean(text, code=False, keep_fences=True)
    text = clean(text, code=code, keep_fences=False)
    if action is DraftAction.CONTINUE:
        return join(parts.before, text, code=code)
    return _as_indented(text, parts.selected)


def _cut(content: str, action: DraftAction, selection: tuple[int, int] | None) -> _Parts:
    if selection is None:
        selection = (len(content), len(content)) if action is DraftAction.CONTINUE else (0, len(content))
    start, end = sorted(max(0, min(place, len(content))) for place in selection)
    if action is DraftAction.CONTINUE:
        return _Parts(content[:end], "", content[end:])
    return _Parts(content[:start], content[start:end], content[end:])


def _check(parts: _Parts, action: DraftAction, instruction: str) -> None:
    if action is DraftAction.CONTINUE:
        if not (parts.before.strip() or parts.after.strip() or instruction.strip()):
            raise UsageError("The draft is empty.", "Write a first line, or say what it shall be about.")
    elif not parts.selected.strip():
        raise UsageError(f"There is no text to {action}.", "Select some text first.")
    if action is DraftAction.REWRITE and not instruction.strip():
        raise UsageError("Rewriting needs an instruction.", 'Say what to change, such as "shorter" or "more formal".')


def _fit(
    parts: _Parts,
    frame: Sequence[ChatMessage],
    action: DraftAction,
    sampling: Sampling,
    generator: Generator,
    info: ModelInfo,
) -> tuple[_Parts, Sampling]:
    """Room for the answer first, then the selection in its frame, then what stands nearest before and after it."""
    selected, *framed = generator.count([parts.selected, *(message.content for message in frame)])
    needed = int(selected * LONGER.get(action.value, 0))
    answer = max(min(sampling.max_tokens, info.n_ctx // 3), needed)
    room = info.n_ctx - answer - sum(framed) - len(frame) * TURN_OVERHEAD
    if room < 0:
        raise ContextTooSmall(
            f"The selection does not fit into the model's context of {info.n_ctx} tokens.",
            "Select less, or choose a larger context under Models.",
        )
    return _trim(parts, room, generator), replace(sampling, max_tokens=answer)


def _trim(parts: _Parts, room: int, generator: Generator) -> _Parts:
    """The text before gets two thirds, as it says more of what comes next; what one side leaves, the other gets."""
    before, after = _pieces(parts.before), _pieces(parts.after)
    sizes = generator.count(before + after)
    before_sizes, after_sizes = sizes[: len(before)], sizes[len(before) :]
    after_room = max(room // 3, room - sum(before_sizes))
    kept_after = _prefix(after_sizes, after_room)
    kept_before = _prefix(before_sizes[::-1], room - sum(after_sizes[:kept_after]))
    head, tail = "".join(before[len(before) - kept_before :]), "".join(after[:kept_after])
    left_out = len(parts.before) + len(parts.after) - len(head) - len(tail)
    return _Parts(head, parts.selected, tail, left_out)


def _pieces(text: str) -> list[str]:
    return [
        line[start : start + _PIECE] for line in text.splitlines(keepends=True) for start in range(0, len(line), _PIECE)
    ]


def _prefix(sizes: Sequence[int], room: int) -> int:
    """How many of `sizes`, from the first on, fit into `room`."""
    for count, size in enumerate(sizes):
        room -= size
        if room < 0:
            return count
    return len(sizes)


_SYSTEM = (
    "You help a person write. Give only the text that was asked for: no greeting, no explanation of what you did, "
    "no closing remark. Keep the language, the style and the format of the text you are given."
)
_ASKED = {
    DraftAction.CONTINUE: "Continue the {kind} exactly where BEFORE ends, leading over to AFTER if there is any.",
    DraftAction.REWRITE: "Rewrite SELECTED as the instruction says. Keep everything the instruction does not change.",
    DraftAction.EXPLAIN: "Explain SELECTED in plain words, for someone who sees it for the first time.",
    DraftAction.COMMENT: "",
}
_COMMENT_CODE = "Give SELECTED again, unchanged, with short comments that say why each part is there."
_COMMENT_PROSE = "List at most five short remarks on SELECTED: what is unclear, missing, wrong or too long."


def _messages(draft: Draft, parts: _Parts, action: DraftAction, instruction: str) -> tuple[ChatMessage, ...]:
    prose = draft.language in PROSE
    kind = "text" if prose else f"{draft.language} code"
    asked = _ASKED[action].format(kind=kind) or (_COMMENT_PROSE if prose else _COMMENT_CODE)
    blocks = [f"A draft titled: {draft.title}" if draft.title else "", _block("BEFORE", parts.before, draft)]
    if parts.selected:
        blocks.append(_block("SELECTED", textwrap.dedent(parts.selected), draft))
    blocks += [_block("AFTER", parts.after, draft), asked]
    if instruction.strip():
        blocks.append(f"Instruction: {instruction.strip()}")
    user = "\n\n".join(block for block in blocks if block)
    return ChatMessage(Role.SYSTEM, _SYSTEM), ChatMessage(Role.USER, user)


def _block(name: str, text: str, draft: Draft) -> str:
    if not text.strip():
        return ""
    return f"{name}:\n```{'' if draft.language in PROSE else draft.language}\n{text}\n```"


def _as_indented(text: str, selected: str) -> str:
    """`text` with the outer white space and the common indentation of `selected`."""
    start, end = len(selected) - len(selected.lstrip()), len(selected.rstrip())
    body = textwrap.indent(text.strip("\n"), _margin(selected))
    return selected[:start] + body.strip() + selected[end:]


def _margin(selected: str) -> str:
    """The indentation that textwrap.dedent takes from every line."""
    lines = [line for line in selected.splitlines() if line.strip()]
    dedented = [line for line in textwrap.dedent(selected).splitlines() if line.strip()]
    return lines[0][: len(lines[0]) - len(dedented[0])]
