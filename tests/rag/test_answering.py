"""How Footnote answers: with real SQLite below, and a scripted model."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from local_models.prompt_format import ABSTENTION
from local_models.types import CopiedSpans, GenerationRequest, LimitedNumbers, Role
from rag.answering import Answering
from rag.errors import ModelBroken, ModelError, UsageError, WorkerDied
from rag.events import AskEvent, AskStarted, Cited, Delta, Finished, Notice, Quoted, Retrieved, SearchedFor
from rag.extraction import Extractor
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from rag.retrieval import Retriever
from rag.store.store import Store
from rag.types import CitationOrigin, Conversation, MessageStatus, Mode, Scope, SentenceVerdict
from rag.user_types import AnswerSettings
from rag.wording import BUG
from tests.fakes.core import LineReader, ScriptedGenerator, WordEmbedder, WordSpans

LEASE = """The monthly rent of the apartment is 950 euros.
The rent is due on the third working day of each month.
Pets are allowed with the written consent of the landlord.
The deposit is 1,900 euros and is paid back within six months.
The landlord repairs the heating within three days.
"""


class Desk:
    """A library with a lease in it, and a model that says what the test tells it to."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.journal = store.journal
        self.generator = ScriptedGenerator(lambda _: "The monthly rent is 950 euros [1].")
        embedder = WordEmbedder()
        index = VectorIndex.open(folder, store.library, embedder.identity)
        ingest = Ingest(store.library, LineReader(), embedder, index, lambda _: True, store.folders)
        (folder / "lease.txt").write_text(LEASE)
        list(ingest.add([folder / "lease.txt"], CancelToken()))
        list(ingest.embed_pending(CancelToken()))
        retriever = Retriever(store.library, index, embedder)
        self.spans = WordSpans()
        self.answering = Answering(retriever, Extractor(self.spans, embedder), store.journal, self.generator)

    def conversation(self, mode: Mode = Mode.GROUNDED) -> Conversation:
        return self.journal.create(title="", mode=mode, scope=Scope())

    def ask(
        self, question: str, conversation: Conversation, cancel: CancelToken | None = None, parent: int | None = None
    ) -> list[AskEvent]:
        leaf = parent or self.journal.conversation(conversation.id).leaf
        return list(self.answering.ask(question, conversation, leaf, AnswerSettings(), cancel or CancelToken()))


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def finished(events: Sequence[AskEvent]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_a_grounded_answer_comes_in_order_quotes_before_the_model(desk: Desk) -> None:
    events = desk.ask("How much is the monthly rent?", desk.conversation())
    kinds = [type(event) for event in events if not isinstance(event, Delta)]
    order = [kinds.index(kind) for kind in (AskStarted, Retrieved, Quoted, Cited, Finished)]
    assert order == sorted(order)
    first_delta = next(i for i, event in enumerate(events) if isinstance(event, Delta))
    assert first_delta > next(i for i, event in enumerate(events) if isinstance(event, Quoted))


def test_its_citation_is_checked_stored_and_exact(desk: Desk) -> None:
    conversation = desk.conversation()
    answer = finished(desk.ask("How much is the monthly rent?", conversation)).answer
    assert answer.text == "The monthly rent is 950 euros. [1]"
    stored = desk.journal.thread(conversation.id)[-1].answer
    assert stored is not None
    assert stored.citations[0].quote == "The monthly rent of the apartment is 950 euros."
    assert stored.citations[0].origin is CitationOrigin.MODEL
    assert LEASE[stored.citations[0].quote_span.start : stored.citations[0].quote_span.end] == stored.citations[0].quote


def test_a_made_up_number_never_reaches_the_reader(desk: Desk) -> None:
    desk.generator.script = lambda _: "The deposit is 1,900 euros [27]."
    answer = finished(desk.ask("How high is the deposit?", desk.conversation())).answer
    assert "[27]" not in answer.text
    assert answer.citations[0].origin is CitationOrigin.MATCHED


def test_what_is_in_no_document_is_told(desk: Desk) -> None:
    desk.generator.script = lambda _: "The rent rises by 80 percent every year."
    events = desk.ask("By how much does the monthly rent of the apartment rise?", desk.conversation())
    assert finished(events).answer.citations == ()
    (checked,) = finished(events).answer.sentences
    assert checked.verdict is SentenceVerdict.NOT_SUPPORTED
    assert checked.reason


def test_the_models_own_abstention_counts(desk: Desk) -> None:
    desk.generator.script = lambda _: ABSTENTION
    answer = finished(desk.ask("Who repairs the heating of the landlord?", desk.conversation())).answer
    assert answer.abstained
    assert answer.quotes


def test_nothing_relevant_is_an_answer_and_the_model_is_not_asked(desk: Desk) -> None:
    answer = finished(desk.ask("Which planet has the largest volcano?", desk.conversation())).answer
    assert answer.abstained
    assert answer.text == ABSTENTION
    assert desk.generator.requests == []


def test_quotes_need_no_model(desk: Desk) -> None:
    desk.generator.script = lambda _: pytest.fail("the model was asked")
    answer = finished(desk.ask("How high is the deposit?", desk.conversation(Mode.QUOTES))).answer
    assert answer.text.startswith("> The deposit is 1,900 euros")
    assert answer.citations[0].quote.startswith("The deposit is 1,900 euros")
    assert answer.model == ""


def test_free_mode_looks_at_no_document(desk: Desk) -> None:
    desk.generator.script = lambda _: "Dear Sir or Madam [1],"
    events = desk.ask("Write a letter about the rent", desk.conversation(Mode.FREE))
    assert not any(isinstance(event, Retrieved | Quoted) for event in events)
    assert finished(events).answer.text == "Dear Sir or Madam [1],"


def test_the_second_turns_prompt_begins_with_the_whole_first(desk: Desk) -> None:
    conversation = desk.conversation()
    desk.ask("How much is the monthly rent?", conversation)
    desk.generator.script = lambda _: "Pets are allowed with written consent [3]."
    desk.ask("Are pets allowed in the apartment?", conversation)
    first, second = (request.messages for request in desk.generator.requests)
    assert second[: len(first)] == first
    assert second[len(first)].content == "The monthly rent is 950 euros [1]."


def test_a_source_keeps_its_number_for_the_conversations_life(desk: Desk) -> None:
    conversation = desk.conversation()
    desk.ask("How much is the monthly rent?", conversation)
    before = {s.passage_id: s.number for s in desk.journal.sources(conversation.id)}
    desk.ask("When is the rent of the apartment due?", conversation)
    after = {s.passage_id: s.number for s in desk.journal.sources(conversation.id)}
    assert before.items() <= after.items()


def test_a_stopped_answer_is_kept_as_far_as_it_came(desk: Desk) -> None:
    cancel = CancelToken()
    desk.generator.script = lambda _: "The monthly rent is 950 euros. It is due on the third day."
    desk.generator.after_piece = lambda number: cancel.cancel() if number == 5 else None
    conversation = desk.conversation()
    last = finished(desk.ask("How much is the monthly rent?", conversation, cancel))
    assert last.stopped
    message = desk.journal.thread(conversation.id)[-1]
    assert message.status is MessageStatus.STOPPED
    assert message.content.startswith("The monthly rent is 950 euros.")


def test_a_reader_who_walks_away_leaves_a_stopped_answer(desk: Desk) -> None:
    conversation = desk.conversation()
    events = desk.answering.ask("How much is the monthly rent?", conversation, None, AnswerSettings(), CancelToken())
    for event in events:
        if isinstance(event, Delta):
            break
    events.close()  # type: ignore[attr-defined]
    assert desk.journal.thread(conversation.id)[-1].status is MessageStatus.STOPPED


def test_a_dead_child_is_told_and_nothing_stored_is_lost(desk: Desk) -> None:
    def die(_: GenerationRequest) -> str:
        raise WorkerDied("The language model stopped.", "Ask again.", role="llm", exit_code=-9)

    desk.generator.script = die
    conversation = desk.conversation()
    with pytest.raises(WorkerDied):
        desk.ask("How much is the monthly rent?", conversation)
    question, answer = desk.journal.thread(conversation.id)
    assert question.content == "How much is the monthly rent?"
    assert answer.status is MessageStatus.FAILED
    desk.generator.script = lambda _: "The monthly rent is 950 euros [1]."
    assert finished(desk.ask("And how much is the rent?", conversation)).answer.citations


def test_asking_the_stored_question_again_adds_an_answer_beside_the_first(desk: Desk) -> None:
    conversation = desk.conversation()
    events = desk.ask("How much is the monthly rent?", conversation)
    started = next(event for event in events if isinstance(event, AskStarted))
    question = desk.journal.message(started.question_id)
    list(desk.answering.answer(question, conversation, AnswerSettings(), CancelToken()))
    answers = desk.journal.thread(conversation.id)[-1].siblings
    assert len(answers) == 2


def test_an_instruction_inside_a_document_stays_inside_its_source(store: Store, tmp_path: Path) -> None:
    desk = Desk(store, tmp_path)
    conversation = desk.conversation()
    desk.ask("How much is the monthly rent?", conversation)
    messages = desk.generator.requests[0].messages
    assert [message.role for message in messages] == [Role.SYSTEM, Role.USER]


def test_a_library_without_documents_says_so(store: Store, tmp_path: Path) -> None:
    embedder, journal = WordEmbedder(), store.journal
    index = VectorIndex.open(tmp_path, store.library, embedder.identity)
    retriever = Retriever(store.library, index, embedder)
    extractor = Extractor(WordSpans(), embedder)
    answering = Answering(retriever, extractor, journal, ScriptedGenerator(lambda _: ""))
    conversation = journal.create(title="", mode=Mode.QUOTES, scope=Scope())
    answer = finished(list(answering.ask("Rent?", conversation, None, AnswerSettings(), CancelToken()))).answer
    assert answer.abstained
    assert answer.notices == ("There are no documents to search yet. Add some first.",)


def test_words_that_hardly_answer_give_way_to_their_sentence(desk: Desk) -> None:
    desk.generator.name = "footnote-reader"
    desk.spans.sureness = 0.15
    answer = finished(desk.ask("How much is the monthly rent of the apartment?", desk.conversation())).answer
    assert answer.text.startswith("> The monthly rent of the apartment is")
    assert desk.generator.requests == []


def test_an_empty_question_is_refused(desk: Desk) -> None:
    with pytest.raises(UsageError):
        desk.ask("   ", desk.conversation())


def test_a_cancel_before_the_search_leaves_the_question_and_a_stopped_answer(desk: Desk) -> None:
    cancel = CancelToken()
    cancel.cancel()
    conversation = desk.conversation()
    assert finished(desk.ask("How much is the monthly rent?", conversation, cancel)).stopped
    assert len(desk.journal.thread(conversation.id)) == 2


def test_the_cpu_used_instead_of_the_gpu_is_told(desk: Desk) -> None:
    desk.generator.fallback_reason = "The GPU has too little memory, so the model runs on the CPU."
    events = desk.ask("How much is the monthly rent?", desk.conversation())
    assert Notice(desk.generator.fallback_reason) in events


def test_the_bundled_readers_word_counts_inside_a_best_quote(desk: Desk) -> None:
    desk.generator.name = "footnote-reader"
    desk.generator.script = lambda _: "950 euros [1]."
    answer = finished(desk.ask("How much is the monthly rent of the apartment?", desk.conversation())).answer
    assert answer.text == "950 euros. [1]"
    assert not answer.notices


@pytest.mark.parametrize("written", [ABSTENTION, "", "purple elephants [1]"])
def test_where_the_bundled_reader_says_something_else_the_words_found_answer(desk: Desk, written: str) -> None:
    desk.generator.name = "footnote-reader"
    desk.generator.script = lambda _: written
    answer = finished(desk.ask("How much is the monthly rent of the apartment?", desk.conversation())).answer
    assert not answer.abstained
    assert answer.text == f"950 euros [{answer.citations[0].source.number}]"
    assert answer.citations[0].quote == "The monthly rent of the apartment is 950 euros."
    assert answer.raw == written


def test_the_bundled_reader_is_told_what_was_found_and_larger_models_are_not(desk: Desk) -> None:
    question = "How much is the monthly rent of the apartment?"
    desk.ask(question, desk.conversation())
    desk.generator.name = "footnote-reader"
    desk.ask(question, desk.conversation())
    larger, bundled = (request.messages[-1].content for request in desk.generator.requests)
    assert "Found:" not in larger
    assert bundled.endswith("950 euros")


def test_the_bundled_reader_is_asked_each_question_alone_and_nothing_is_told_left_out(desk: Desk) -> None:
    desk.generator.name = "footnote-reader"
    desk.generator.n_ctx = 512
    conversation = desk.conversation()
    questions = ["How much is the monthly rent of the apartment?", "Are pets allowed with written consent?"] * 6
    answers = [finished(desk.ask(question, conversation)).answer for question in questions]
    assert {answer.notices for answer in answers} == {()}
    assert all(answer.text and not answer.abstained for answer in answers)
    assert {len(request.messages) for request in desk.generator.requests} == {2}


def test_a_question_too_long_for_the_bundled_reader_is_answered_by_quotes(desk: Desk) -> None:
    desk.generator.name = "footnote-reader"
    desk.generator.n_ctx = 128
    answer = finished(desk.ask("How much is the monthly rent of the apartment?", desk.conversation())).answer
    assert answer.text.startswith("> The monthly rent of the apartment is")
    assert desk.generator.requests == []


def test_a_larger_model_can_only_write_the_numbers_of_its_sources(desk: Desk) -> None:
    answer = finished(desk.ask("How much is the monthly rent of the apartment?", desk.conversation())).answer
    assert desk.generator.requests[0].constraint == LimitedNumbers(tuple(sorted(s.number for s in answer.sources)))


def test_the_bundled_reader_copies_from_the_sentence_in_which_something_was_found(desk: Desk) -> None:
    desk.generator.name = "footnote-reader"
    desk.ask("How much is the monthly rent of the apartment?", desk.conversation())
    held = desk.generator.requests[0].constraint
    assert isinstance(held, CopiedSpans)
    assert [sentence.text for sentence in held.sentences] == ["The monthly rent of the apartment is 950 euros."]


def test_a_free_answer_is_held_to_nothing(desk: Desk) -> None:
    desk.ask("Write a poem about rent.", desk.conversation(Mode.FREE))
    assert desk.generator.requests[0].constraint is None


def test_the_bundled_reader_is_never_asked_without_documents(desk: Desk) -> None:
    desk.generator.name = "footnote-reader"
    with pytest.raises(ModelError, match="only reads out of your documents"):
        desk.ask("Write a poem about rent.", desk.conversation(Mode.FREE))
    assert desk.generator.requests == []


def test_where_nothing_is_found_likely_the_bundled_reader_is_not_asked(desk: Desk) -> None:
    desk.generator.name = "footnote-reader"
    question = "Which quarrelsome landlord painted the monthly staircase yellow yesterday?"
    answer = finished(desk.ask(question, desk.conversation())).answer
    assert answer.abstained
    assert desk.generator.requests == []


def test_a_question_for_sentences_is_answered_by_quotes_where_the_bundled_reader_has_too_few_words(desk: Desk) -> None:
    desk.generator.name = "footnote-reader"
    question = "What happens with the monthly rent of the apartment?"
    answer = finished(desk.ask(question, desk.conversation())).answer
    assert answer.text.startswith("> The monthly rent of the apartment is")
    assert desk.generator.requests == []


def test_the_confidence_is_the_probability_that_a_passage_answers(desk: Desk) -> None:
    answer = finished(desk.ask("How much is the monthly rent?", desk.conversation(Mode.QUOTES))).answer
    assert answer.confidence is not None
    assert 0.5 < answer.confidence < 1
    assert answer.text.startswith("> The monthly rent of the apartment is **950 euros**. [")
    assert answer.quotes[0].found_text == "950 euros"


def test_a_span_reader_that_fails_is_told_and_the_quotes_answer(desk: Desk) -> None:
    desk.spans.fail_with = ModelBroken("The span reader is damaged.", "Install Footnote again.")
    answer = finished(desk.ask("How much is the monthly rent?", desk.conversation(Mode.QUOTES))).answer
    assert answer.text.startswith("> The monthly rent of the apartment is 950 euros. [")
    assert "damaged" in answer.notices[0]


def test_a_bug_leaves_a_failed_answer_with_what_was_written_and_goes_up(desk: Desk, store: Store) -> None:
    def broken(_: GenerationRequest) -> str:
        raise ZeroDivisionError("a bug")

    conversation, desk.generator.script = desk.conversation(), broken
    with pytest.raises(ZeroDivisionError):
        desk.ask("How much is the monthly rent?", conversation)
    stored = store.journal.thread(conversation.id)[-1]
    assert stored.status is MessageStatus.FAILED
    assert stored.answer is not None
    assert stored.answer.notices[-1] == BUG


def test_a_larger_models_abstention_stands_beside_a_strong_quote(desk: Desk) -> None:
    desk.generator.script = lambda _: ABSTENTION
    answer = finished(desk.ask("How much is the monthly rent of the apartment?", desk.conversation())).answer
    assert answer.abstained
    assert answer.quotes


def test_a_follow_up_is_searched_as_completed_and_the_user_is_told(desk: Desk) -> None:
    conversation = desk.conversation(Mode.QUOTES)
    desk.ask("How much is the monthly rent?", conversation)
    events = desk.ask("and the deposit?", conversation)
    told = next(event for event in events if isinstance(event, SearchedFor))
    assert told.text == "How much is the deposit?"
    assert desk.spans.asked[-1] == told.text
    answer = finished(events).answer
    assert answer.searched_for == told.text
    assert answer.text.startswith("> The deposit is 1,900 euros")
    assert [message.content for message in desk.journal.thread(conversation.id)][2] == "and the deposit?"


def test_the_model_reads_the_completed_question_and_later_prompts_repeat_it(desk: Desk) -> None:
    conversation = desk.conversation()
    desk.ask("How much is the monthly rent?", conversation)
    desk.generator.script = lambda _: "The deposit is 1,900 euros [4]."
    desk.ask("and the deposit?", conversation)
    desk.ask("Are pets allowed with consent?", conversation)
    second, third = (request.messages for request in desk.generator.requests[1:])
    assert second[-1].content.endswith("Question: How much is the deposit?")
    assert third[: len(second)] == second


def test_a_question_that_stands_alone_is_searched_as_it_is(desk: Desk) -> None:
    conversation = desk.conversation(Mode.QUOTES)
    desk.ask("How much is the monthly rent?", conversation)
    events = desk.ask("Are pets allowed in the apartment?", conversation)
    assert not any(isinstance(event, SearchedFor) for event in events)
    assert finished(events).answer.searched_for == ""


def test_the_user_may_put_another_search_in_its_place(desk: Desk) -> None:
    conversation = desk.conversation(Mode.QUOTES)
    events = desk.ask("How much is it?", conversation)
    started = next(event for event in events if isinstance(event, AskStarted))
    question = desk.journal.message(started.question_id)
    again = list(desk.answering.answer(question, conversation, AnswerSettings(), CancelToken(), search="the deposit"))
    assert finished(again).answer.searched_for == "the deposit"
    assert finished(again).answer.text.startswith("> The deposit is 1,900 euros")
    assert len(desk.journal.thread(conversation.id)[-1].siblings) == 2
