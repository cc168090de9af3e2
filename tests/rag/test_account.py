"""Each answer remembers how it was made: what was searched, why each source, which model, how sure."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.account import Account, Certainty, ModelAccount, SourceAccount
from rag.store.account_column import read_account
from rag.store.store import Store
from rag.types import Answer, Mode
from tests.rag.test_answering import Desk, finished


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def account_of(answer: Answer) -> Account:
    assert answer.account is not None
    return answer.account


def test_it_says_what_was_searched_and_read(desk: Desk) -> None:
    account = account_of(finished(desk.ask("How high is the deposit?", desk.conversation())).answer)
    assert (account.searched, account.documents, account.passages, account.scope) == (True, 1, 5, ())
    assert account.given == account.read > 0
    assert account.left_out == 0


def test_it_says_why_each_source_was_found(desk: Desk) -> None:
    answer = finished(desk.ask("Is written consent of the landlord asked for?", desk.conversation())).answer
    account = account_of(answer)
    pets = next(source for source in answer.sources if "Pets" in source.text)
    why = account.of_source(pets.number)
    assert why is not None
    assert "written consent" in why.rare
    assert 0 < why.by_words <= 1
    assert 0 < why.by_meaning <= 1
    assert why.words is not None
    assert why.given


def test_it_names_the_model_and_its_settings(desk: Desk) -> None:
    model = account_of(finished(desk.ask("How high is the deposit?", desk.conversation())).answer).model
    assert model is not None
    assert (model.name, model.file, model.strength) == ("scripted", "scripted.gguf", "citations")


def test_quotes_name_no_model(desk: Desk) -> None:
    answer = finished(desk.ask("How high is the deposit?", desk.conversation(Mode.QUOTES))).answer
    assert account_of(answer).model is None


def test_an_answer_without_documents_searched_nothing(desk: Desk) -> None:
    account = account_of(finished(desk.ask("Write a poem.", desk.conversation(Mode.FREE))).answer)
    assert not account.searched
    assert account.sources == ()
    assert account.model is not None
    assert account.model.strength == ""


def test_the_models_own_certainty_is_kept_by_sentence(desk: Desk) -> None:
    desk.generator.script = lambda _: "The deposit is 1,900 euros [1]. It is paid back within six months [1]."
    desk.generator.logprob = lambda piece: -1.0 if piece.startswith("six") else 0.0
    answer = finished(desk.ask("How high is the deposit?", desk.conversation())).answer
    first, second = account_of(answer).certainties
    assert first.value == 1.0
    assert second.value < 1.0
    assert answer.text[second.start : second.end].startswith("It is paid back")


def test_it_is_stored_with_the_answer(desk: Desk) -> None:
    conversation = desk.conversation()
    answer = finished(desk.ask("How high is the deposit?", conversation)).answer
    stored = desk.journal.thread(conversation.id)[-1].answer
    assert stored is not None
    assert stored.account == answer.account


def test_an_answer_without_an_account_opens(desk: Desk, store: Store) -> None:
    conversation = desk.conversation()
    answer = finished(desk.ask("How high is the deposit?", conversation)).answer
    with closing(sqlite3.connect(store.file)) as opened, opened:
        opened.execute("UPDATE answers SET account = NULL")
    assert desk.journal.thread(conversation.id)[-1].answer == replace(answer, account=None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("[]", None),
        ('{"documents": 3, "of a later version": {"x": 1}}', Account(documents=3)),
        ('{"sources": [{"number": 2, "rare": ["a"], "new": 1}]}', Account(sources=(SourceAccount(2, rare=("a",)),))),
        ('{"model": {"name": "m"}, "certainties": [{"start": 0, "end": 2, "value": 0.5}]}',
         Account(model=ModelAccount("m"), certainties=(Certainty(0, 2, 0.5),))),
        ('{"sources": [{}]}', None),
    ],
)  # fmt: skip
def test_what_another_version_wrote_is_read_as_far_as_it_is_known(text: str, expected: Account | None) -> None:
    assert read_account(text) == expected
