"""What the user makes and sets: drafts, templates, preferences, and what becomes of a rated answer.

Frozen values, as in rag.types; rows of the database never leave rag.store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from local_models.types import Sampling
from rag.types import Feedback, MessageStatus, Mode, Source


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer as one conversation's model met them; `sources` are those new in this turn.

    `grounded` is False for a turn in free mode, whose question stands in the prompt as it was typed.
    In the turns above a rated one, `answer` is what the model wrote (Answer.raw), because that stood in the prompt;
    in the rated turn it is what the user read.
    """

    question: str
    answer: str
    sources: tuple[Source, ...] = ()
    grounded: bool = True


@dataclass(frozen=True, slots=True)
class FeedbackRecord:
    """A rated answer with all that a training example needs; withdrawn feedback never becomes one.

    `turn.sources` are the sources that this turn added to the prompt, in the order the model got them; `earlier` are
    the turns above it in its branch, oldest first. Answers with one `question_id` are siblings.
    """

    conversation_id: int
    question_id: int
    answer_id: int
    turn: Turn
    earlier: tuple[Turn, ...]
    feedback: Feedback
    mode: Mode
    status: MessageStatus
    model: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A text or piece of code the user works on. `language` is a Pygments alias, "text" or "markdown" for prose."""

    id: int
    title: str
    language: str
    content: str
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """One state in a draft's history. `origin` is "user", "continue", "rewrite", "explain", "comment" or "template"."""

    number: int
    content: str
    origin: str
    instruction: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DraftTemplate:
    """What a new draft starts from. `body` holds {fields} the user fills in. `builtin` ones can't be changed."""

    id: int
    name: str
    language: str
    instruction: str
    body: str
    builtin: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user has set; kept in the store. Empty `model` means the bundled reader.

    `strength` says how far answers are held to their sources (rag.constraint.Strength); empty: as suits the model.
    `certainty`: the model's own certainty is shown behind the sentences (rag.account.Certainty).
    `watch`: changes in the folders of the library are followed while they happen.
    `pictures`: the text in pictures that lie in folders is read, where something is installed that recognises it.
    `reranker` is the folder of a cross-encoder; empty: none.
    `passage_tokens`: most tokens of a passage; 0: as suits the embedder. It and `embedder` say how the passages in the
    library were made, so they are changed by rag.restaging alone.
    """

    model: str = ""
    embedder: str = ""
    sampling: Sampling = Sampling()
    n_ctx: int = 0
    n_gpu_layers: int = 0
    threads: int = 0
    theme: str = "system"
    strength: str = ""
    certainty: bool = False
    watch: bool = True
    pictures: bool = False
    passage_tokens: int = 0
    reranker: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How one answer is written: how tokens are chosen, and how far it is held to its sources (see Preferences)."""

    sampling: Sampling = Sampling()
    strength: str = ""
