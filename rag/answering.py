"""How Footnote answers. Read it top to bottom.

    question -retrieval-> hits -quoting-> quotes -prompting-> prompt -generator-> text -citing-> answer

Three modes: *quotes* stops after the quotes and needs no model; *grounded* lets a model read the sources and checks
what it wrote; *free* asks the model without documents. Every step is stored as it happens, so a crash loses at most
the last second of a running answer. This module knows nothing of SQL, llama.cpp, FAISS or the screen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from local_models.bundled import is_reader
from local_models.cancel import CancelToken
from local_models.prompt_format import ABSTENTION
from local_models.types import Generated, GenerationRequest, Piece, Prefilling, Role, Sampling
from rag.citing import CitedText, cite, cite_quotes
from rag.errors import Cancelled, FootnoteError, UsageError
from rag.events import AskEvent, AskStarted, Cited, Delta, Finished, Notice, Quoted, Reading, Retrieved
from rag.ports import Embedder, Generator
from rag.prompting import Prompt, lay_out
from rag.quoting import best_quotes
from rag.retrieval import Retriever
from rag.selection import side_by_side
from rag.store.journal import Journal
from rag.types import (
    Answer,
    Conversation,
    Hit,
    Message,
    MessageStatus,
    Mode,
    Quote,
    Source,
    Timings,
)
from rag.user_types import Turn

PASSAGES = 6
"""Passages read for the quotes and by any model; at 256 embedder tokens each they fill a context of 2,048."""

MORE_PASSAGES = 12
"""Passages offered to a model whose context holds at least LARGE_CONTEXT tokens; what does not fit is left out."""

LARGE_CONTEXT = 6144

SHOWN_QUOTES = 3
"""Quotes that make the answer in quotes mode at most; the others stand behind it."""

CLOSE_QUOTE = 0.8
"""A further quote is part of the answer when its score is at least this share of the best one's."""

STRONG_QUOTE = 0.35
"""Below this score the best quote holds the answer to half of XQuAD-en's questions and a fifth of SQuAD 2.0's, where
half have none; 5.5 % of the answerable questions of either lie below, and 9 % of the others (618 and 700 questions).
The bundled reader tells the two apart no better than chance (its card), so the quotes decide for it."""

COMMIT_EVERY_S = 1.0
"""A running answer is written down at least this often."""


@dataclass
class _Draft:
    """The answer as it grows."""

    answer_id: int
    mode: Mode
    started: float
    text: str = ""
    raw: str = ""
    model: str = ""
    abstained: bool = False
    sources: tuple[Source, ...] = ()
    quotes: tuple[Quote, ...] = ()
    cited: CitedText | None = None
    notices: list[str] = field(default_factory=list)
    retrieval_s: float = 0.0
    first_token_s: float = 0.0
    confidence: float | None = None
    generated: Generated | None = None

    def answer(self) -> Answer:
        generated = self.generated
        return Answer(
            text=self.text,
            mode=self.mode,
            abstained=self.abstained,
            citations=self.cited.citations if self.cited else (),
            sources=self.sources,
            quotes=self.quotes,
            notices=tuple(self.notices),
            model=self.model,
            timings=Timings(self.retrieval_s, self.first_token_s, time.monotonic() - self.started),
            prompt_tokens=generated.prompt_tokens if generated else 0,
            completion_tokens=generated.completion_tokens if generated else 0,
            confidence=self.confidence,
            raw=self.raw,
        )


class Answering:
    """Answers questions inside stored conversations."""

    def __init__(self, retriever: Retriever, journal: Journal, embedder: Embedder, generator: Generator) -> None:
        self._retriever = retriever
        self._journal = journal
        self._embedder = embedder
        self._generator = generator

    def ask(
        self, question: str, conversation: Conversation, parent: int | None, sampling: Sampling, cancel: CancelToken
    ) -> Iterator[AskEvent]:
        """Store the question below the message `parent` and answer it in the conversation's mode and scope.

        Raises UsageError for an empty question, ModelError, WorkerDied; what was written until then is kept.
        """
        if not question.strip():
            raise UsageError("The question is empty.", "Type a question first.")
        asked = self._journal.add_question(conversation.id, parent, question.strip(), conversation.mode)
        yield from self.answer(asked, conversation, sampling, cancel)

    def answer(
        self, question: Message, conversation: Conversation, sampling: Sampling, cancel: CancelToken
    ) -> Iterator[AskEvent]:
        """Answer a stored question; called again for the same question it adds an answer beside the earlier ones."""
        begun = self._journal.begin_answer(conversation.id, question.id, conversation.mode, "")
        draft = _Draft(begun.id, conversation.mode, started=time.monotonic())
        yield AskStarted(conversation.id, question.id, begun.id)
        try:
            yield from self._steps(question, conversation, sampling, draft, cancel)
        except (Cancelled, GeneratorExit) as stop:
            self._journal.finish_answer(draft.answer_id, draft.answer(), MessageStatus.STOPPED)
            if isinstance(stop, GeneratorExit):
                raise
            yield Finished(draft.answer_id, draft.answer(), stopped=True)
        except FootnoteError as error:
            self._journal.write_partial(draft.answer_id, draft.text)
            self._journal.fail_answer(draft.answer_id, str(error))
            raise
        else:
            answer = draft.answer()
            self._journal.finish_answer(draft.answer_id, answer, MessageStatus.COMPLETE)
            yield Finished(draft.answer_id, answer)

    def _steps(
        self, question: Message, conversation: Conversation, sampling: Sampling, draft: _Draft, cancel: CancelToken
    ) -> Iterator[AskEvent]:
        if conversation.mode is Mode.FREE:
            yield from self._write(question, conversation, (), sampling, draft, cancel)
            return
        found = self._retriever.retrieve(question.content, scope=conversation.scope, limit=MORE_PASSAGES, cancel=cancel)
        draft.retrieval_s = time.monotonic() - draft.started
        yield Retrieved(found.hits, found.documents_searched, draft.retrieval_s)
        yield self._quote(question.content, conversation, found.hits[:PASSAGES], draft, cancel)
        if not found.relevant or not draft.quotes:
            yield from self._abstain(draft)
        elif conversation.mode is Mode.QUOTES:
            yield from self._answer_with_quotes(draft)
        else:
            yield from self._write(question, conversation, found.hits[PASSAGES:], sampling, draft, cancel)

    def _quote(
        self, question: str, conversation: Conversation, hits: Sequence[Hit], draft: _Draft, cancel: CancelToken
    ) -> Quoted:
        """Neighbours get neighbouring numbers; `draft.sources` stays best first, for what does not fit is left out."""
        read = side_by_side(hits)
        sources = self._journal.give_sources(conversation.id, draft.answer_id, read)
        ranked = [(source, hit.scores.fused) for source, hit in zip(sources, read, strict=True)]
        ranked.sort(key=lambda pair: -pair[1])
        draft.sources = tuple(source for source, _ in ranked)
        draft.quotes = best_quotes(question, ranked, self._embedder, cancel)
        draft.confidence = draft.quotes[0].score if draft.quotes else 0.0
        return Quoted(draft.sources, draft.quotes)

    def _abstain(self, draft: _Draft) -> Iterator[AskEvent]:
        """Nothing relevant is an answer. The nearest quotes stay beside it."""
        draft.abstained = True
        draft.text = ABSTENTION
        draft.raw = draft.raw or ABSTENTION
        yield Cited(draft.text, ())

    def _answer_with_quotes(self, draft: _Draft) -> Iterator[AskEvent]:
        best = draft.quotes[0].score
        draft.cited = cite_quotes([q for q in draft.quotes[:SHOWN_QUOTES] if q.score >= CLOSE_QUOTE * best])
        draft.text = draft.cited.text
        yield Cited(draft.text, draft.cited.citations)

    def _write(
        self,
        question: Message,
        conversation: Conversation,
        more: Sequence[Hit],
        sampling: Sampling,
        draft: _Draft,
        cancel: CancelToken,
    ) -> Iterator[AskEvent]:
        """Let the model write, storing as it goes, then check what it wrote against the sources."""
        info = self._generator.info(cancel)
        draft.model = info.name
        if info.fallback_reason:
            yield self._notice(draft, info.fallback_reason)
        if info.n_ctx >= LARGE_CONTEXT and more:
            draft.sources += tuple(self._journal.give_sources(conversation.id, draft.answer_id, more))
        prompt = lay_out(
            question.content,
            draft.sources,
            self._history(question),
            mode=conversation.mode,
            count=self._generator.count,
            n_ctx=info.n_ctx,
            max_tokens=sampling.max_tokens,
        )
        self._journal.mark_given(draft.answer_id, [source.number for source in prompt.given])
        for text in _left_out(prompt):
            yield self._notice(draft, text)
        try:
            yield from self._generate(prompt, sampling, draft, cancel)
        except Cancelled:
            if conversation.mode is Mode.GROUNDED:
                draft.cited = cite(draft.text, prompt.sources)
                draft.text = draft.cited.text
            raise
        if conversation.mode is Mode.GROUNDED:
            yield from self._check(prompt.sources, draft, small=is_reader(info))

    def _generate(self, prompt: Prompt, sampling: Sampling, draft: _Draft, cancel: CancelToken) -> Iterator[AskEvent]:
        request = GenerationRequest(prompt.messages, replace(sampling, max_tokens=prompt.max_tokens))
        committed = time.monotonic()
        for event in self._generator.generate(request, cancel):
            match event:
                case Prefilling(done, total):
                    yield Reading(done, total)
                case Piece(text):
                    draft.first_token_s = draft.first_token_s or time.monotonic() - draft.started
                    draft.raw += text
                    draft.text = draft.raw.strip()
                    yield Delta(text)
                case Generated():
                    draft.generated = event
            if time.monotonic() - committed >= COMMIT_EVERY_S:
                self._journal.write_partial(draft.answer_id, draft.text)
                committed = time.monotonic()
        if draft.generated and draft.generated.stop_reason == "cancelled":
            raise Cancelled
        if draft.generated and draft.generated.stop_reason == "length":
            yield self._notice(draft, "The answer reached its maximum length and stops here.")

    def _check(self, sources: Sequence[Source], draft: _Draft, *, small: bool) -> Iterator[AskEvent]:
        """Hold what the model wrote against the sources. The bundled reader's word counts only inside a best quote."""
        abstained = not draft.text or draft.text.startswith(ABSTENTION.rstrip("."))
        cited = cite(draft.text, sources)
        if small and (abstained or not _stands_in(draft.quotes[:SHOWN_QUOTES], cited)):
            yield from self._answer_for_the_reader(draft)
        elif abstained:
            yield from self._abstain(draft)
        else:
            draft.cited, draft.text = cited, cited.text
            if cited.unsupported:
                yield self._notice(draft, _unsupported(cited))
            yield Cited(draft.text, cited.citations)

    def _answer_for_the_reader(self, draft: _Draft) -> Iterator[AskEvent]:
        if draft.quotes[0].score < STRONG_QUOTE:
            yield from self._abstain(draft)
            return
        yield self._notice(draft, "The small model found no answer of its own; these sentences come nearest.")
        yield from self._answer_with_quotes(draft)

    def _history(self, question: Message) -> list[Turn]:
        """The turns above the question that a model took part in, each with the sources first given in it."""
        if question.parent is None:
            return []
        turns = []
        asked = ""
        for message in self._journal.thread(question.conversation_id, question.parent):
            if message.role is Role.USER:
                asked = message.content
            elif message.answer is not None and message.answer.raw and message.mode is not Mode.QUOTES:
                given = tuple(self._journal.given(message.id))
                turns.append(Turn(asked, message.answer.raw, given, grounded=message.mode is Mode.GROUNDED))
        return turns

    def _notice(self, draft: _Draft, text: str) -> Notice:
        draft.notices.append(text)
        return Notice(text)


def _left_out(prompt: Prompt) -> Iterator[str]:
    if prompt.turns_left_out:
        turns = "question was" if prompt.turns_left_out == 1 else f"{prompt.turns_left_out} questions were"
        yield f"The conversation is longer than the model's context: the oldest {turns} left out."
    if prompt.sources_left_out:
        passages = "passage" if prompt.sources_left_out == 1 else "passages"
        yield f"{prompt.sources_left_out} more {passages} did not fit into the model's context."


def _stands_in(quotes: Sequence[Quote], cited: CitedText) -> bool:
    """True if a citation rests on a place inside one of the quotes."""
    return any(
        citation.source.number == quote.source.number
        and citation.quote_span.start < quote.span.end
        and quote.span.start < citation.quote_span.end
        for citation in cited.citations
        for quote in quotes
    )


def _unsupported(cited: CitedText) -> str:
    if cited.unsupported == cited.claims:
        return "None of this could be found in your documents. Trust the quotes, not the text."
    sentences = "sentence" if cited.unsupported == 1 else "sentences"
    return (
        f"{cited.unsupported} of {cited.claims} {sentences} could not be found in your documents and carry no number."
    )
