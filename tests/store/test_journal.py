"""Conversations, answers, sources and feedback in a real journal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from rag.errors import NotFound, UsageError
from rag.store.journal import Journal
from rag.store.library import Library
from rag.types import (
    Answer,
    CheckedSentence,
    Citation,
    CitationOrigin,
    Conversation,
    Document,
    Feedback,
    Hit,
    Message,
    MessageStatus,
    Mode,
    Passage,
    Quote,
    Scope,
    Scores,
    SentenceVerdict,
    Source,
    Span,
    Timings,
    Verdict,
)
from tests.fakes.store import add_document, hits_of, put_texts

GROUNDED = Mode.GROUNDED


@pytest.fixture
def talk(journal: Journal) -> Conversation:
    return journal.create(title="Rain", mode=GROUNDED, scope=Scope(documents=frozenset({3})))


@pytest.fixture
def document(library: Library) -> Document:
    return add_document(library, "/notes/rain.txt", ["it rains", "it pours", "it snows"])


def ask(journal: Journal, talk: Conversation, question: str, after: int | None = None) -> tuple[Message, Message]:
    asked = journal.add_question(talk.id, after, question, GROUNDED)
    return asked, journal.begin_answer(talk.id, asked.id, GROUNDED, "reader")


def answered(journal: Journal, talk: Conversation, question: str, text: str, after: int | None = None) -> Message:
    _, begun = ask(journal, talk, question, after)
    return journal.finish_answer(begun.id, Answer(text, GROUNDED, model="reader", raw=text), MessageStatus.COMPLETE)


def numbers(sources: list[Source]) -> list[int]:
    return [source.number for source in sources]


def citing(source: Source) -> Citation:
    return Citation(source, 0, 8, source.text, source.span, 0.9, CitationOrigin.MODEL)


def test_a_conversation_comes_back_as_it_was_made(journal: Journal, talk: Conversation) -> None:
    assert journal.conversation(talk.id) == talk
    assert talk.scope == Scope(documents=frozenset({3}))
    assert journal.thread(talk.id) == []


def test_only_what_is_named_is_changed(journal: Journal, talk: Conversation) -> None:
    changed = journal.update(talk.id, title="Snow")
    assert changed == replace(talk, title="Snow")
    assert journal.update(talk.id, scope=Scope()).scope.everything


def test_the_conversation_spoken_in_last_comes_first(journal: Journal, talk: Conversation) -> None:
    other = journal.create(title="Other", mode=GROUNDED, scope=Scope())
    answered(journal, talk, "Does it rain?", "Yes.")
    assert [found.id for found in journal.conversations()] == [talk.id, other.id]


@pytest.mark.parametrize("query", ["rain", "STRASSE nass", "straße", "mokra"])
def test_conversations_are_found_by_title_and_by_what_was_said(
    journal: Journal, talk: Conversation, query: str
) -> None:
    journal.create(title="Other", mode=GROUNDED, scope=Scope())
    answered(journal, talk, "Ist die Straße nass?", "Улица MOKRA.")
    assert [found.id for found in journal.conversations(query)] == [talk.id]


def test_all_words_of_a_query_must_be_in_one_place(journal: Journal, talk: Conversation) -> None:
    answered(journal, talk, "first words", "second words")
    assert journal.conversations("first second") == []


def test_a_percent_sign_is_a_character_like_any_other(journal: Journal, talk: Conversation) -> None:
    answered(journal, talk, "Is 5% enough?", "Yes.")
    assert journal.conversations("%") == [journal.conversation(talk.id)]
    assert journal.conversations("6%") == []


def test_a_deleted_conversation_takes_all_of_its_own_with_it(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    _, begun = ask(journal, talk, "Rain?")
    journal.give_sources(talk.id, begun.id, hits_of(library, document))
    journal.rate(begun.id, Feedback(Verdict.UP))
    journal.delete(talk.id)
    with pytest.raises(NotFound):
        journal.message(begun.id)
    assert journal.conversations() == []
    assert journal.feedback_count()["up"] == 0


def test_a_conversation_deeper_than_sqlite_cascades_is_deleted(journal: Journal, talk: Conversation) -> None:
    root = journal.add_question(talk.id, None, "root", GROUNDED)
    with journal._database.write() as session:
        session.execute(
            text(
                "INSERT INTO messages SELECT value, conversation_id, value - 1, role, content, status, mode, created_at"
                " FROM messages, json_each(:ids) WHERE messages.id = :root"
            ),
            {"root": root.id, "ids": str(list(range(root.id + 1, root.id + 1100)))},
        )
    assert len(journal.thread(talk.id, root.id + 1099)) == 1100
    journal.delete(talk.id)
    assert journal.conversations() == []


def test_a_begun_answer_streams_and_is_empty(journal: Journal, talk: Conversation) -> None:
    asked, begun = ask(journal, talk, "Rain?")
    assert (begun.status, begun.content, begun.answer, begun.parent) == (MessageStatus.STREAMING, "", None, asked.id)


def test_partial_text_is_kept_as_it_comes(journal: Journal, talk: Conversation) -> None:
    _, begun = ask(journal, talk, "Rain?")
    journal.write_partial(begun.id, "It")
    journal.write_partial(begun.id, "It rains")
    assert journal.message(begun.id).content == "It rains"


def test_a_late_partial_does_not_touch_a_finished_answer(journal: Journal, talk: Conversation) -> None:
    done = answered(journal, talk, "Rain?", "It rains.")
    journal.write_partial(done.id, "It ra")
    assert journal.message(done.id) == done


def test_a_finished_answer_comes_back_whole(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    _, begun = ask(journal, talk, "Rain?")
    first, second, third = journal.give_sources(talk.id, begun.id, hits_of(library, document))
    answer = Answer(
        text="It rains [1] and pours [2].",
        mode=GROUNDED,
        abstained=False,
        citations=(citing(first), replace(citing(second), answer_start=9, answer_end=20, support=0.4)),
        sources=(second, first, third),
        quotes=(
            Quote(third, "it snows", Span(20, 28, 3), 0.75, Span(23, 28, 3), 0.5),
            Quote(third, "it", Span(20, 22, 3), 0.1),
        ),
        notices=("The CPU was used.",),
        model="reader",
        timings=Timings(0.1, 0.5, 2.25),
        prompt_tokens=300,
        completion_tokens=12,
        confidence=0.5,
        raw="It rains [1] and pours [2][9].",
        sentences=(CheckedSentence(9, 20, SentenceVerdict.PARTLY, "some", 0.4, first, "it", Span(0, 2, 1)),),
    )
    kept = journal.finish_answer(begun.id, answer, MessageStatus.COMPLETE)
    assert kept.answer == answer
    assert journal.message(begun.id) == kept
    assert kept.status is MessageStatus.COMPLETE


def test_finishing_again_replaces_the_citations(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    _, begun = ask(journal, talk, "Rain?")
    first, second, _ = journal.give_sources(talk.id, begun.id, hits_of(library, document))
    journal.finish_answer(
        begun.id, Answer("a", GROUNDED, citations=(citing(first), citing(second))), MessageStatus.STOPPED
    )
    again = Answer("b", GROUNDED, citations=(citing(second),))
    assert journal.finish_answer(begun.id, again, MessageStatus.COMPLETE).answer == again


def test_a_failed_answer_keeps_its_text_and_says_why(journal: Journal, talk: Conversation) -> None:
    _, begun = ask(journal, talk, "Rain?")
    journal.write_partial(begun.id, "It r")
    failed = journal.fail_answer(begun.id, "The model ended by itself.")
    assert (failed.status, failed.content) == (MessageStatus.FAILED, "It r")
    assert failed.answer is not None
    assert failed.answer.notices == ("The model ended by itself.",)


def test_the_thread_runs_from_the_root_to_the_message_last_looked_at(journal: Journal, talk: Conversation) -> None:
    first = answered(journal, talk, "one", "1")
    second = answered(journal, talk, "two", "2", after=first.id)
    assert [message.content for message in journal.thread(talk.id)] == ["one", "1", "two", "2"]
    assert journal.conversation(talk.id).leaf == second.id


def test_editing_a_question_adds_a_branch_and_erases_nothing(journal: Journal, talk: Conversation) -> None:
    first = answered(journal, talk, "one", "1")
    old = answered(journal, talk, "two", "2", after=first.id)
    new = answered(journal, talk, "two, better", "2!", after=first.id)
    assert [message.content for message in journal.thread(talk.id, old.id)] == ["one", "1", "two", "2"]
    assert [message.content for message in journal.thread(talk.id)] == ["one", "1", "two, better", "2!"]
    assert journal.message(new.parent or 0).siblings == (old.parent, new.parent)


def test_edited_first_questions_are_siblings_at_the_root(journal: Journal, talk: Conversation) -> None:
    first = journal.add_question(talk.id, None, "one", GROUNDED)
    second = journal.add_question(talk.id, None, "one, better", GROUNDED)
    elsewhere = journal.create(title="Other", mode=GROUNDED, scope=Scope())
    journal.add_question(elsewhere.id, None, "not of the family", GROUNDED)
    assert journal.message(first.id).siblings == (first.id, second.id)


def test_answers_to_one_question_stand_beside_each_other(journal: Journal, talk: Conversation) -> None:
    asked, first = ask(journal, talk, "one")
    second = journal.begin_answer(talk.id, asked.id, GROUNDED, "reader")
    assert journal.message(first.id).siblings == (first.id, second.id)


def test_the_newest_message_below_a_branch_is_where_it_was_left(journal: Journal, talk: Conversation) -> None:
    first = answered(journal, talk, "one", "1")
    deep = answered(journal, talk, "two", "2", after=first.id)
    answered(journal, talk, "another", "3")
    assert journal.newest_below(first.id) == deep.id
    assert journal.newest_below(deep.id) == deep.id


def test_looking_at_another_branch_is_remembered(journal: Journal, talk: Conversation) -> None:
    old = answered(journal, talk, "one", "1")
    answered(journal, talk, "one, better", "1!")
    assert journal.update(talk.id, leaf=old.id).leaf == old.id
    assert [message.content for message in journal.thread(talk.id)] == ["one", "1"]


def test_a_message_of_another_conversation_is_neither_leaf_nor_parent_nor_thread(
    journal: Journal, talk: Conversation
) -> None:
    elsewhere = journal.create(title="Other", mode=GROUNDED, scope=Scope())
    foreign = answered(journal, elsewhere, "one", "1")
    with pytest.raises(NotFound):
        journal.update(talk.id, leaf=foreign.id)
    with pytest.raises(NotFound):
        journal.add_question(talk.id, foreign.id, "two", GROUNDED)
    with pytest.raises(NotFound):
        journal.thread(talk.id, foreign.id)


def test_sources_are_numbered_from_one_in_the_order_of_the_hits(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    _, begun = ask(journal, talk, "Rain?")
    hits = hits_of(library, document)
    given = journal.give_sources(talk.id, begun.id, [hits[2], hits[0]])
    assert [(source.number, source.text) for source in given] == [(1, "it snows"), (2, "it rains")]
    assert given[0].path == document.path
    assert journal.sources(talk.id) == given


def test_a_passage_keeps_its_number_for_the_life_of_the_conversation(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    first, second, third = hits_of(library, document)
    _, one = ask(journal, talk, "one")
    journal.give_sources(talk.id, one.id, [first, second])
    _, two = ask(journal, talk, "two", after=one.id)
    assert numbers(journal.give_sources(talk.id, two.id, [third, second, first])) == [3, 2, 1]


def test_numbers_of_different_conversations_have_nothing_to_do_with_each_other(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    first, second, _ = hits_of(library, document)
    _, one = ask(journal, talk, "one")
    journal.give_sources(talk.id, one.id, [first])
    other = journal.create(title="Other", mode=GROUNDED, scope=Scope())
    _, two = ask(journal, other, "two")
    assert numbers(journal.give_sources(other.id, two.id, [second, first])) == [1, 2]


def test_a_turn_gives_only_what_no_turn_above_it_gave(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    first, second, third = hits_of(library, document)
    _, one = ask(journal, talk, "one")
    journal.give_sources(talk.id, one.id, [second, first])
    _, two = ask(journal, talk, "two", after=one.id)
    journal.give_sources(talk.id, two.id, [first, third])
    assert numbers(journal.given(one.id)) == [1, 2]
    assert numbers(journal.given(two.id)) == [3]


def test_a_source_of_another_branch_is_given_again_under_its_number(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    first, second, _ = hits_of(library, document)
    asked, one = ask(journal, talk, "one")
    journal.give_sources(talk.id, one.id, [first, second])
    beside = journal.begin_answer(talk.id, asked.id, GROUNDED, "reader")
    journal.give_sources(talk.id, beside.id, [second])
    assert numbers(journal.given(beside.id)) == [2]


def test_more_sources_for_the_same_turn_are_added_to_it(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    first, second, third = hits_of(library, document)
    _, one = ask(journal, talk, "one")
    journal.give_sources(talk.id, one.id, [first])
    journal.give_sources(talk.id, one.id, [first, third, second])
    assert numbers(journal.given(one.id)) == [1, 2, 3]


def test_what_did_not_fit_the_prompt_is_not_given(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    first, second, third = hits_of(library, document)
    _, one = ask(journal, talk, "one")
    journal.give_sources(talk.id, one.id, [first, second, third])
    journal.mark_given(one.id, [3, 1])
    _, two = ask(journal, talk, "two", after=one.id)
    journal.give_sources(talk.id, two.id, [first, second])
    assert numbers(journal.given(one.id)) == [3, 1]
    assert numbers(journal.given(two.id)) == [2]


def test_a_source_the_turn_never_had_can_not_be_marked_given(journal: Journal, talk: Conversation) -> None:
    _, one = ask(journal, talk, "one")
    with pytest.raises(ValueError, match="7"):
        journal.mark_given(one.id, [7])


def test_a_passage_that_went_before_it_was_given_is_still_a_source(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    hits = hits_of(library, document)
    library.remove([document.id])
    _, one = ask(journal, talk, "one")
    source = journal.give_sources(talk.id, one.id, hits)[0]
    assert (source.text, source.passage_id, source.document_id) == ("it rains", None, None)


def test_the_citation_of_a_removed_document_still_shows_its_quote(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    _, begun = ask(journal, talk, "Rain?")
    source = journal.give_sources(talk.id, begun.id, hits_of(library, document))[0]
    journal.finish_answer(
        begun.id, Answer("It rains [1].", GROUNDED, citations=(citing(source),)), MessageStatus.COMPLETE
    )
    library.remove([document.id])
    answer = journal.message(begun.id).answer
    assert answer is not None
    (citation,) = answer.citations
    assert (citation.quote, citation.quote_span) == ("it rains", Span(0, 8, 1))
    assert citation.source == replace(source, passage_id=None, document_id=None)


def test_a_source_of_a_document_read_anew_keeps_text_and_document_but_not_the_passage(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    _, begun = ask(journal, talk, "Rain?")
    source = journal.give_sources(talk.id, begun.id, hits_of(library, document))[0]
    put_texts(library, document, ["now it is dry"])
    assert journal.sources(talk.id)[0] == replace(source, passage_id=None)


def test_the_same_text_found_again_after_a_new_reading_keeps_its_number(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    _, one = ask(journal, talk, "one")
    journal.give_sources(talk.id, one.id, hits_of(library, document))
    document = put_texts(library, document, ["a new beginning", "it pours"])
    _, two = ask(journal, talk, "two", after=one.id)
    given = journal.give_sources(talk.id, two.id, hits_of(library, document))
    assert [(source.number, source.text) for source in given] == [(4, "a new beginning"), (2, "it pours")]
    assert given[1].span == Span(17, 25, 2)
    assert numbers(journal.given(two.id)) == [4]


def test_sources_follow_a_moved_document(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    _, one = ask(journal, talk, "one")
    journal.give_sources(talk.id, one.id, hits_of(library, document))
    moved = library.move(document.id, document.path.with_name("moved.txt"))
    assert {source.path for source in journal.sources(talk.id)} == {moved.path}


def test_feedback_is_part_of_the_message(journal: Journal, talk: Conversation) -> None:
    done = answered(journal, talk, "Rain?", "Yes.")
    feedback = Feedback(Verdict.DOWN, ("wrong", "too_long"), "It is dry.", "No.")
    journal.rate(done.id, feedback)
    assert journal.thread(talk.id)[-1].feedback == feedback


def test_feedback_can_be_changed(journal: Journal, talk: Conversation) -> None:
    done = answered(journal, talk, "Rain?", "Yes.")
    journal.rate(done.id, Feedback(Verdict.DOWN, ("wrong",)))
    journal.rate(done.id, Feedback(Verdict.UP))
    assert journal.message(done.id).feedback == Feedback(Verdict.UP)
    assert journal.feedback_count() == {"up": 1, "down": 0, "corrected": 0, "withdrawn": 0}


def test_withdrawn_feedback_is_neither_shown_nor_exported(journal: Journal, talk: Conversation) -> None:
    done = answered(journal, talk, "Rain?", "Yes.")
    journal.rate(done.id, Feedback(Verdict.UP))
    journal.withdraw(done.id)
    assert journal.message(done.id).feedback is None
    assert list(journal.feedback_records()) == []
    assert journal.feedback_count() == {"up": 0, "down": 0, "corrected": 0, "withdrawn": 1}


def test_withdrawn_feedback_can_be_given_again(journal: Journal, talk: Conversation) -> None:
    done = answered(journal, talk, "Rain?", "Yes.")
    journal.rate(done.id, Feedback(Verdict.UP))
    journal.withdraw(done.id)
    journal.rate(done.id, Feedback(Verdict.DOWN))
    assert journal.message(done.id).feedback == Feedback(Verdict.DOWN)


def test_withdrawing_what_was_never_given_does_nothing(journal: Journal, talk: Conversation) -> None:
    done = answered(journal, talk, "Rain?", "Yes.")
    journal.withdraw(done.id)
    assert journal.feedback_count()["withdrawn"] == 0


def test_a_question_can_not_be_rated(journal: Journal, talk: Conversation) -> None:
    asked = journal.add_question(talk.id, None, "Rain?", GROUNDED)
    with pytest.raises(UsageError):
        journal.rate(asked.id, Feedback(Verdict.UP))


def test_an_exported_record_holds_the_turns_above_and_the_sources_each_was_given(
    journal: Journal, library: Library, talk: Conversation, document: Document
) -> None:
    first, second, third = hits_of(library, document)
    _, one = ask(journal, talk, "one")
    shown = journal.give_sources(talk.id, one.id, [first, second])
    journal.finish_answer(one.id, Answer("1 [1]", GROUNDED, raw="1 [1][9]"), MessageStatus.COMPLETE)
    asked, two = ask(journal, talk, "two", after=one.id)
    added = journal.give_sources(talk.id, two.id, [first, third])[1:]
    journal.finish_answer(two.id, Answer("2 [3]", GROUNDED, model="reader", raw="2 [3]"), MessageStatus.COMPLETE)
    journal.rate(two.id, Feedback(Verdict.UP))

    (record,) = journal.feedback_records()
    assert (record.question_id, record.answer_id, record.model) == (asked.id, two.id, "reader")
    assert (record.turn.question, record.turn.answer, list(record.turn.sources)) == ("two", "2 [3]", added)
    (earlier,) = record.earlier
    assert (earlier.question, earlier.answer, list(earlier.sources)) == ("one", "1 [1][9]", shown)
    assert record.feedback == Feedback(Verdict.UP)


def test_rated_answers_to_one_question_share_its_id(journal: Journal, talk: Conversation) -> None:
    asked, one = ask(journal, talk, "Rain?")
    two = journal.begin_answer(talk.id, asked.id, GROUNDED, "reader")
    for answer_id, verdict in ((one.id, Verdict.UP), (two.id, Verdict.DOWN)):
        journal.finish_answer(answer_id, Answer(verdict, GROUNDED), MessageStatus.COMPLETE)
        journal.rate(answer_id, Feedback(verdict))
    assert [(record.question_id, record.turn.answer) for record in journal.feedback_records()] == [
        (asked.id, "up"),
        (asked.id, "down"),
    ]


def test_turns_that_showed_quotes_only_are_not_among_those_above(journal: Journal, talk: Conversation) -> None:
    asked = journal.add_question(talk.id, None, "one", Mode.QUOTES)
    quoted = journal.begin_answer(talk.id, asked.id, Mode.QUOTES, "")
    journal.finish_answer(quoted.id, Answer("quotes", Mode.QUOTES, raw="quotes"), MessageStatus.COMPLETE)
    done = answered(journal, talk, "two", "2", after=quoted.id)
    journal.rate(done.id, Feedback(Verdict.UP))
    (record,) = journal.feedback_records()
    assert record.earlier == ()


def test_a_question_with_half_a_character_is_stored(journal: Journal, talk: Conversation) -> None:
    asked = journal.add_question(talk.id, None, "why \ud83d?", GROUNDED)
    assert asked.content == "why �?"
    assert journal.message(asked.id) == asked


def test_a_hit_without_a_stored_passage_is_kept_as_text(
    journal: Journal, talk: Conversation, document: Document
) -> None:
    hit = Hit(Passage(0, 0, 0, "loose", Span(0, 5)), document, Scores(None, None, 0.1))
    _, one = ask(journal, talk, "one")
    assert journal.give_sources(talk.id, one.id, [hit])[0].passage_id is None
