"""How Footnote answers. Read it top to bottom.

    question -retrieval-> hits -reading-> spans -quoting-> quotes -prompting-> prompt -generator-> text -citing-> answer

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
from local_models.types import Generated, GenerationRequest, ModelInfo, Piece, Prefilling, Role
from rag import accounting
from rag.certainty import WrittenPiece
from rag.citing import cite, cite_found, cite_quotes, narrowed, phrases
from rag.constraint import chosen, for_sources
from rag.enough import are_enough, says_so
from rag.errors import Cancelled, ContextTooSmall, FootnoteError, ModelError, UsageError
from rag.events import AskEvent, AskStarted, Cited, Delta, Finished, Notice, Quoted, Reading, Retrieved, SearchedFor
from rag.extraction import Extractor, ReadHit, first_found, hint_of
from rag.followup import complete, earlier_turns
from rag.ports import Generator
from rag.prompting import Prompt, lay_out
from rag.retrieval import Retriever
from rag.running_answer import RunningAnswer
from rag.selection import side_by_side
from rag.store.journal import Journal
from rag.types import (
    Conversation,
    Message,
    MessageStatus,
    Mode,
    Quote,
    Source,
)
from rag.user_types import AnswerSettings, Turn
from rag.verifying import Verifier
from rag.wording import BUG, FREE_NEEDS, NOTHING_SEARCHED, left_out

PASSAGES = 6
"""Passages read for the quotes and by any model; at 256 embedder tokens each they fill a context of 2,048."""

MORE_PASSAGES = 12
"""Passages offered to a model whose context holds at least LARGE_CONTEXT tokens; what does not fit is left out."""

LARGE_CONTEXT = 6144

SHOWN_QUOTES = 3
"""Quotes that make the answer in quotes mode at most; the others stand behind it."""

CLOSE_QUOTE = 0.8
"""A further quote is part of the answer when its score is at least this share of the best one's."""

COMMIT_EVERY_S = 1.0
"""A running answer is written down at least this often."""


class Answering:
    """Answers questions inside stored conversations."""

    def __init__(
        self,
        retriever: Retriever,
        extractor: Extractor,
        journal: Journal,
        generator: Generator,
        verifier: Verifier | None = None,
    ) -> None:
        """Without a `verifier` what is written is checked by rules alone."""
        self._retriever = retriever
        self._extractor = extractor
        self._journal = journal
        self._generator = generator
        self._verifier = verifier or Verifier()

    def with_generator(self, generator: Generator) -> Answering:
        """The same with another model: one that is listened to, say."""
        return Answering(self._retriever, self._extractor, self._journal, generator, self._verifier)

    def ask(
        self,
        question: str,
        conversation: Conversation,
        parent: int | None,
        settings: AnswerSettings,
        cancel: CancelToken,
        *,
        search: str = "",
    ) -> Iterator[AskEvent]:
        """Store the question below the message `parent` and answer it in the conversation's mode and scope.

        `search` as for `answer`. Raises UsageError for an empty question, ModelError, WorkerDied; what was written
        until then is kept.
        """
        if not question.strip():
            raise UsageError("The question is empty.", "Type a question first.")
        asked = self._journal.add_question(conversation.id, parent, question.strip(), conversation.mode)
        yield from self.answer(asked, conversation, settings, cancel, search=search)

    def answer(
        self,
        question: Message,
        conversation: Conversation,
        settings: AnswerSettings,
        cancel: CancelToken,
        *,
        search: str = "",
    ) -> Iterator[AskEvent]:
        """Answer a stored question; called again for the same question it adds an answer beside the earlier ones.

        `search` is searched in place of the question; if empty, a follow-up is completed from the conversation.
        """
        begun = self._journal.begin_answer(conversation.id, question.id, conversation.mode, "")
        running = RunningAnswer(begun.id, conversation.mode, started=time.monotonic())
        yield AskStarted(conversation.id, question.id, begun.id, free=conversation.mode is Mode.FREE)
        try:
            if conversation.mode is not Mode.FREE:
                running.searched_for = search.strip() or self._completed(question)
            if running.searched_for:
                yield SearchedFor(running.searched_for)
                question = replace(question, content=running.searched_for)
            yield from self._steps(question, conversation, settings, running, cancel)
        except (Cancelled, GeneratorExit) as stop:
            self._journal.finish_answer(running.answer_id, running.answer(), MessageStatus.STOPPED)
            if isinstance(stop, GeneratorExit):
                raise
            yield Finished(running.answer_id, running.answer(), stopped=True)
        except FootnoteError as error:
            self._fail(running, str(error))
            raise
        except Exception:
            self._fail(running, BUG)
            raise
        else:
            answer = running.answer()
            self._journal.finish_answer(running.answer_id, answer, MessageStatus.COMPLETE)
            yield Finished(running.answer_id, answer)

    def _fail(self, running: RunningAnswer, reason: str) -> None:
        """Keep the text as far as it came: nobody writes it any more."""
        self._journal.write_partial(running.answer_id, running.text)
        self._journal.fail_answer(running.answer_id, reason)

    def _steps(
        self,
        question: Message,
        conversation: Conversation,
        settings: AnswerSettings,
        running: RunningAnswer,
        cancel: CancelToken,
    ) -> Iterator[AskEvent]:
        if conversation.mode is Mode.FREE:
            yield from self._write(question, conversation, (), settings, running, cancel)
            return
        found = self._retriever.retrieve(question.content, scope=conversation.scope, limit=MORE_PASSAGES, cancel=cancel)
        running.retrieval_s = time.monotonic() - running.started
        running.account = accounting.of_search(found, self._retriever.names(conversation.scope))
        yield Retrieved(
            found.hits, found.documents_searched, running.retrieval_s, found.relevant, found.passages_searched
        )
        read = self._extractor.read(question.content, found.hits, cancel)
        yield self._quote(question.content, conversation, read.hits[:PASSAGES], running, cancel)
        running.confidence = read.probability
        unsearched = "" if found.documents_searched else NOTHING_SEARCHED
        for problem in filter(None, (found.problem, read.problem, unsearched)):
            yield self._notice(running, problem)
        if not found.relevant or not running.quotes:
            yield from self._abstain(running)
        elif conversation.mode is Mode.QUOTES:
            yield from self._answer_from_quotes(running)
        else:
            yield from self._write(question, conversation, read.hits[PASSAGES:], settings, running, cancel)

    def _completed(self, question: Message) -> str:
        """What to search for a follow-up; empty for a question that stands alone.

        It is also what the model reads, and stored: so a turn's prompt is the same each time it is written, and says
        what it asks for where the turns before it were left out.
        """
        if question.parent is None:
            return ""
        thread = self._journal.thread(question.conversation_id, question.parent)
        completed = complete(question.content, earlier_turns(thread))
        return completed if completed != question.content else ""

    def _quote(
        self,
        question: str,
        conversation: Conversation,
        read: Sequence[ReadHit],
        running: RunningAnswer,
        cancel: CancelToken,
    ) -> Quoted:
        """Neighbours get neighbouring numbers; `running.sources` stays best first: what does not fit is left out."""
        by_passage = {one.hit.passage.id: one for one in read}
        numbered = side_by_side([one.hit for one in read])
        sources = self._journal.give_sources(conversation.id, running.answer_id, numbered)
        given = {hit.passage.id: source for hit, source in zip(numbered, sources, strict=True)}
        running.sources = tuple(given[passage] for passage in by_passage)
        self._note_sources(question, running.sources, read, running, cancel)
        running.quotes = self._extractor.quote(
            question, [(given[passage], one) for passage, one in by_passage.items()], cancel
        )
        return Quoted(running.sources, running.quotes)

    def _note_sources(
        self,
        question: str,
        sources: Sequence[Source],
        read: Sequence[ReadHit],
        running: RunningAnswer,
        cancel: CancelToken,
    ) -> None:
        why = self._retriever.grounds(question, [one.hit for one in read], cancel)
        running.account = accounting.with_sources(running.account, sources, read, why)

    def _abstain(self, running: RunningAnswer) -> Iterator[AskEvent]:
        """Nothing relevant is an answer. The nearest quotes stay beside it."""
        running.abstained = True
        running.text = ABSTENTION
        running.raw = running.raw or ABSTENTION
        yield Cited(running.text, ())

    def _answer_from_quotes(self, running: RunningAnswer) -> Iterator[AskEvent]:
        """The best quotes, if anything says that they answer."""
        if not says_so(running.confidence, running.quotes):
            yield from self._abstain(running)
            return
        best = running.quotes[0].score
        running.cited = cite_quotes([q for q in running.quotes[:SHOWN_QUOTES] if q.score >= CLOSE_QUOTE * best])
        running.text = running.cited.text
        yield Cited(running.text, running.cited.citations)

    def _write(
        self,
        question: Message,
        conversation: Conversation,
        more: Sequence[ReadHit],
        settings: AnswerSettings,
        running: RunningAnswer,
        cancel: CancelToken,
    ) -> Iterator[AskEvent]:
        """Let the model write, storing as it goes, then check what it wrote against the sources."""
        info = self._generator.info(cancel)
        running.model = info.name
        if info.fallback_reason:
            yield self._notice(running, info.fallback_reason)
        if info.n_ctx >= LARGE_CONTEXT and more:
            others = self._journal.give_sources(conversation.id, running.answer_id, [one.hit for one in more])
            running.sources += tuple(others)
            self._note_sources(question.content, others, more, running, cancel)
        if conversation.mode is Mode.FREE and is_reader(info):
            raise ModelError(*FREE_NEEDS)
        small = is_reader(info)
        if small and not (says_so(running.confidence, running.quotes) and are_enough(running.quotes, question.content)):
            yield from self._answer_from_quotes(running)
            return
        try:
            prompt = self._prompt(question, running, settings, info, small=small)
        except ContextTooSmall:
            if not small:
                raise
            yield from self._answer_from_quotes(running)
        else:
            yield from self._write_from(prompt, question.content, settings, running, info, cancel, small=small)

    def _prompt(
        self,
        question: Message,
        running: RunningAnswer,
        settings: AnswerSettings,
        info: ModelInfo,
        *,
        small: bool,
    ) -> Prompt:
        """What the model reads. The bundled reader phrases what was found, and has no room for earlier turns."""
        return lay_out(
            question.content,
            running.sources,
            () if small else self._history(question),
            mode=running.mode,
            count=self._generator.count,
            n_ctx=info.n_ctx,
            max_tokens=settings.sampling.max_tokens,
            hint=hint_of(running.quotes) if small else None,
        )

    def _write_from(
        self,
        prompt: Prompt,
        question: str,
        settings: AnswerSettings,
        running: RunningAnswer,
        info: ModelInfo,
        cancel: CancelToken,
        *,
        small: bool,
    ) -> Iterator[AskEvent]:
        grounded = running.mode is Mode.GROUNDED
        strength = chosen(settings.strength, info) if grounded else None
        running.account = accounting.with_model(running.account, info, settings.sampling, strength)
        self._journal.mark_given(running.answer_id, [source.number for source in prompt.given])
        running.account = accounting.with_prompt(running.account, prompt)
        for text in () if small else left_out(prompt):
            yield self._notice(running, text)
        request = GenerationRequest(prompt.messages, replace(settings.sampling, max_tokens=prompt.max_tokens))
        if strength is not None:
            limits = for_sources(_held_to(prompt, running.quotes), question, strength)
            request = replace(request, constraint=limits, abstention=ABSTENTION)
        try:
            yield from self._generate(request, running, cancel)
        except Cancelled:
            if grounded:
                running.cited = cite(running.text, prompt.sources)
                running.text = running.cited.text
            raise
        if grounded:
            yield from self._check(prompt.sources, running, cancel, small=small)

    def _generate(self, request: GenerationRequest, running: RunningAnswer, cancel: CancelToken) -> Iterator[AskEvent]:
        committed = time.monotonic()
        for event in self._generator.generate(request, cancel):
            match event:
                case Prefilling(done, total):
                    yield Reading(done, total)
                case Piece(text, tokens, logprob):
                    running.pieces.append(WrittenPiece(text, tokens, logprob))
                    running.first_token_s = running.first_token_s or time.monotonic() - running.started
                    running.raw += text
                    running.text = running.raw.strip()
                    yield Delta(text)
                case Generated():
                    running.generated = event
                    running.account = accounting.with_generation(running.account, event)
            if time.monotonic() - committed >= COMMIT_EVERY_S:
                self._journal.write_partial(running.answer_id, running.text)
                committed = time.monotonic()
        if running.generated and running.generated.stop_reason == "cancelled":
            raise Cancelled
        if running.generated and running.generated.stop_reason == "length":
            yield self._notice(running, "The answer reached its maximum length and stops here.")

    def _check(
        self, sources: Sequence[Source], running: RunningAnswer, cancel: CancelToken, *, small: bool
    ) -> Iterator[AskEvent]:
        """Hold what the model wrote against the sources. The bundled reader may only phrase what was found."""
        found = first_found(running.quotes) if small else None
        verified = self._verifier.check(running.text, sources, cancel)
        cited = verified.cited
        if verified.problem:
            yield self._notice(running, verified.problem)
        if found is not None and not phrases(cited, found):
            running.cited = cite_found(found)
            running.text = running.cited.text
            yield Cited(running.text, running.cited.citations)
        elif not running.text or running.text.startswith(ABSTENTION.rstrip(".")):
            yield from self._abstain(running)
        elif small and found is None:
            yield from self._answer_from_quotes(running)
        else:
            running.cited = cited if found is None else narrowed(cited, found)
            running.text = cited.text
            yield Cited(running.text, running.cited.citations)

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
                grounded = message.mode is Mode.GROUNDED
                asked = message.answer.searched_for or asked
                turns.append(Turn(asked, message.answer.raw, given, grounded=grounded))
        return turns

    def _notice(self, running: RunningAnswer, text: str) -> Notice:
        running.notices.append(text)
        return Notice(text)


def _held_to(prompt: Prompt, quotes: Sequence[Quote]) -> Sequence[Source]:
    """What an answer may be copied from: all sources, or where something was hinted at, the sentence it stands in."""
    best = first_found(quotes)
    if prompt.hint is None or best is None:
        return prompt.sources
    return (replace(best.source, text=best.text, span=best.span),)
