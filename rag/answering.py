"""How Footnote answers. Read it top to bottom.

    question -retrieval-> hits -quoting-> quotes -prompting-> prompt -generator-> text -citing-> answer

Three modes: *quotes* stops after the quotes and needs no model; *grounded* lets a model read the sources and checks
what it wrote; *free* asks the model without documents. Every step is stored as it happens, so a crash loses at most
the last second of a running answer. This module knows nothing of SQL, llama.cpp, FAISS or the screen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from local_models.bundled import is_reader
from local_models.cancel import CancelToken
from local_models.prompt_format import ABSTENTION
from local_models.types import Generated, GenerationRequest, Piece, Prefilling, Role, Sampling
from rag.citing import CitedText, cite, cite_quotes, rests_on
from rag.errors import Cancelled, FootnoteError, UsageError
from rag.events import AskEvent, AskStarted, Cited, Delta, Finished, Notice, Quoted, Reading, Retrieved
from rag.ports import Embedder, Generator
from rag.prompting import Prompt, lay_out
from rag.quoting import best_quotes
from rag.retrieval import Retriever
from rag.running_answer import RunningAnswer
from rag.selection import side_by_side
from rag.store.journal import Journal
from rag.types import (
    Conversation,
    Hit,
    Message,
    MessageStatus,
    Mode,
    Source,
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
        running = RunningAnswer(begun.id, conversation.mode, started=time.monotonic())
        yield AskStarted(conversation.id, question.id, begun.id)
        try:
            yield from self._steps(question, conversation, sampling, running, cancel)
        except (Cancelled, GeneratorExit) as stop:
            self._journal.finish_answer(running.answer_id, running.answer(), MessageStatus.STOPPED)
            if isinstance(stop, GeneratorExit):
                raise
            yield Finished(running.answer_id, running.answer(), stopped=True)
        except FootnoteError as error:
            self._journal.write_partial(running.answer_id, running.text)
            self._journal.fail_answer(running.answer_id, str(error))
            raise
        else:
            answer = running.answer()
            self._journal.finish_answer(running.answer_id, answer, MessageStatus.COMPLETE)
            yield Finished(running.answer_id, answer)

    def _steps(
        self,
        question: Message,
        conversation: Conversation,
        sampling: Sampling,
        running: RunningAnswer,
        cancel: CancelToken,
    ) -> Iterator[AskEvent]:
        if conversation.mode is Mode.FREE:
            yield from self._write(question, conversation, (), sampling, running, cancel)
            return
        found = self._retriever.retrieve(question.content, scope=conversation.scope, limit=MORE_PASSAGES, cancel=cancel)
        running.retrieval_s = time.monotonic() - running.started
        yield Retrieved(found.hits, found.documents_searched, running.retrieval_s)
        yield self._quote(question.content, conversation, found.hits[:PASSAGES], running, cancel)
        if not found.relevant or not running.quotes:
            yield from self._abstain(running)
        elif conversation.mode is Mode.QUOTES:
            yield from self._answer_with_quotes(running)
        else:
            yield from self._write(question, conversation, found.hits[PASSAGES:], sampling, running, cancel)

    def _quote(
        self,
        question: str,
        conversation: Conversation,
        hits: Sequence[Hit],
        running: RunningAnswer,
        cancel: CancelToken,
    ) -> Quoted:
        """Neighbours get neighbouring numbers; `running.sources` stays best first: what does not fit is left out."""
        read = side_by_side(hits)
        sources = self._journal.give_sources(conversation.id, running.answer_id, read)
        ranked = [(source, hit.scores.fused) for source, hit in zip(sources, read, strict=True)]
        ranked.sort(key=lambda pair: -pair[1])
        running.sources = tuple(source for source, _ in ranked)
        running.quotes = best_quotes(question, ranked, self._embedder, cancel)
        running.confidence = running.quotes[0].score if running.quotes else 0.0
        return Quoted(running.sources, running.quotes)

    def _abstain(self, running: RunningAnswer) -> Iterator[AskEvent]:
        """Nothing relevant is an answer. The nearest quotes stay beside it."""
        running.abstained = True
        running.text = ABSTENTION
        running.raw = running.raw or ABSTENTION
        yield Cited(running.text, ())

    def _answer_with_quotes(self, running: RunningAnswer) -> Iterator[AskEvent]:
        best = running.quotes[0].score
        running.cited = cite_quotes([q for q in running.quotes[:SHOWN_QUOTES] if q.score >= CLOSE_QUOTE * best])
        running.text = running.cited.text
        yield Cited(running.text, running.cited.citations)

    def _write(
        self,
        question: Message,
        conversation: Conversation,
        more: Sequence[Hit],
        sampling: Sampling,
        running: RunningAnswer,
        cancel: CancelToken,
    ) -> Iterator[AskEvent]:
        """Let the model write, storing as it goes, then check what it wrote against the sources."""
        info = self._generator.info(cancel)
        running.model = info.name
        if info.fallback_reason:
            yield self._notice(running, info.fallback_reason)
        if info.n_ctx >= LARGE_CONTEXT and more:
            running.sources += tuple(self._journal.give_sources(conversation.id, running.answer_id, more))
        prompt = lay_out(
            question.content,
            running.sources,
            self._history(question),
            mode=conversation.mode,
            count=self._generator.count,
            n_ctx=info.n_ctx,
            max_tokens=sampling.max_tokens,
        )
        self._journal.mark_given(running.answer_id, [source.number for source in prompt.given])
        for text in _left_out(prompt):
            yield self._notice(running, text)
        try:
            yield from self._generate(prompt, sampling, running, cancel)
        except Cancelled:
            if conversation.mode is Mode.GROUNDED:
                running.cited = cite(running.text, prompt.sources)
                running.text = running.cited.text
            raise
        if conversation.mode is Mode.GROUNDED:
            yield from self._check(prompt.sources, running, small=is_reader(info))

    def _generate(
        self, prompt: Prompt, sampling: Sampling, running: RunningAnswer, cancel: CancelToken
    ) -> Iterator[AskEvent]:
        request = GenerationRequest(prompt.messages, replace(sampling, max_tokens=prompt.max_tokens))
        committed = time.monotonic()
        for event in self._generator.generate(request, cancel):
            match event:
                case Prefilling(done, total):
                    yield Reading(done, total)
                case Piece(text):
                    running.first_token_s = running.first_token_s or time.monotonic() - running.started
                    running.raw += text
                    running.text = running.raw.strip()
                    yield Delta(text)
                case Generated():
                    running.generated = event
            if time.monotonic() - committed >= COMMIT_EVERY_S:
                self._journal.write_partial(running.answer_id, running.text)
                committed = time.monotonic()
        if running.generated and running.generated.stop_reason == "cancelled":
            raise Cancelled
        if running.generated and running.generated.stop_reason == "length":
            yield self._notice(running, "The answer reached its maximum length and stops here.")

    def _check(self, sources: Sequence[Source], running: RunningAnswer, *, small: bool) -> Iterator[AskEvent]:
        """Hold what the model wrote against the sources. The bundled reader's word counts only inside a best quote."""
        abstained = not running.text or running.text.startswith(ABSTENTION.rstrip("."))
        cited = cite(running.text, sources)
        if small and (abstained or not rests_on(cited, running.quotes[:SHOWN_QUOTES])):
            yield from self._answer_for_the_reader(running)
        elif abstained:
            yield from self._abstain(running)
        else:
            running.cited, running.text = cited, cited.text
            if cited.unsupported:
                yield self._notice(running, _unsupported(cited))
            yield Cited(running.text, cited.citations)

    def _answer_for_the_reader(self, running: RunningAnswer) -> Iterator[AskEvent]:
        if running.quotes[0].score < STRONG_QUOTE:
            yield from self._abstain(running)
            return
        yield self._notice(running, "The small model found no answer of its own; these sentences come nearest.")
        yield from self._answer_with_quotes(running)

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

    def _notice(self, running: RunningAnswer, text: str) -> Notice:
        running.notices.append(text)
        return Notice(text)


def _left_out(prompt: Prompt) -> Iterator[str]:
    if prompt.turns_left_out:
        turns = "question was" if prompt.turns_left_out == 1 else f"{prompt.turns_left_out} questions were"
        yield f"The conversation is longer than the model's context: the oldest {turns} left out."
    if prompt.sources_left_out:
        passages = "passage" if prompt.sources_left_out == 1 else "passages"
        yield f"{prompt.sources_left_out} more {passages} did not fit into the model's context."


def _unsupported(cited: CitedText) -> str:
    if cited.unsupported == cited.claims:
        return "None of this could be found in your documents. Trust the quotes, not the text."
    sentences = "sentence" if cited.unsupported == 1 else "sentences"
    return (
        f"{cited.unsupported} of {cited.claims} {sentences} could not be found in your documents and carry no number."
    )
