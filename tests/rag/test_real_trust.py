"""What an answer says of itself, with the real children, store and models."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from local_models.types import Sampling
from rag.account_words import account_lines, why_source
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.certainty import certainties
from rag.errors import ModelError
from rag.events import AskEvent, Finished
from rag.sharing import as_plain
from rag.types import Mode
from tests.fakes.tiny_gguf import write_tiny_gguf

pytestmark = pytest.mark.real

NOTES = {
    "cat.txt": "The cat is called Minka. She sleeps on the oven and eats at seven.",
    "boiler.txt": "Fault code E4 of the boiler means that the pump is blocked. Call the fitter.",
    "bread.txt": "Bread dough rests overnight in the cellar, where it is cool.",
    "tides.txt": "A spring tide comes two days after the full moon.",
    "bicycle.txt": "The chain is oiled every month, and after each ride in the rain.",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("trust")
    (folder / "notes").mkdir()
    for name, text in NOTES.items():
        (folder / "notes" / name).write_text(text)
    opened = open_assistant(folder / "data")
    list(opened.add([folder / "notes"], CancelToken()))
    list(opened.embed_pending(CancelToken()))
    yield opened
    opened.close()


@pytest.fixture
def free_model(assistant: Assistant, tmp_path: Path) -> Iterator[str]:
    """A model that writes nonsense, but is not the bundled reader."""
    name = assistant.use_model(str(write_tiny_gguf(tmp_path / "bigger.gguf"))).name
    yield name
    assistant.use_model(assistant.models()[0].name)


def finished(events: Iterator[AskEvent]) -> Finished:
    last = list(events)[-1]
    assert isinstance(last, Finished)
    return last


def test_a_grounded_answer_tells_how_it_was_made(assistant: Assistant) -> None:
    answer = finished(assistant.ask("What does fault code E4 of the boiler mean?", CancelToken())).answer
    account = answer.account
    assert account is not None
    assert (account.documents, account.passages) == (5, 5)
    assert account.model is not None
    assert account.model.strength == "verbatim"
    assert Path(account.model.file).is_file()
    first = account.sources[0]
    assert "fault code E4" in " ".join((*first.rare, *first.common))
    assert first.by_words > 0.3
    assert first.by_meaning > 0.3
    assert "Shares the" in why_source(first)
    assert account.prefill_s > 0
    assert account.abstain_probability is not None
    assert {"Searched", "Read", "Model", "File", "Settings", "Time"} <= {line.label for line in account_lines(answer)}


def test_the_models_certainty_of_what_it_copied_is_a_probability(assistant: Assistant) -> None:
    answer = finished(assistant.ask("What is the cat called?", CancelToken())).answer
    assert answer.account is not None
    if not answer.account.certainties:
        assert certainties((), answer.text) == ()
        pytest.skip("the words found stand in place of what the model wrote")
    assert all(0 < each.value <= 1 and math.isfinite(each.value) for each in answer.account.certainties)
    assert answer.account.certainties[0].start == 0


def test_the_bundled_reader_is_not_asked_without_documents_and_nothing_is_stored(assistant: Assistant) -> None:
    before = len(assistant.conversations())
    assert "bigger model" in assistant.needed_without_documents()
    with pytest.raises(ModelError, match="only reads"):
        list(assistant.ask("Who won?", CancelToken(), without_documents=True))
    with pytest.raises(ModelError, match="only reads"):
        list(assistant.ask("Who won?", CancelToken(), mode=Mode.FREE))
    assert len(assistant.conversations()) == before


def test_an_abstention_is_answered_without_documents_beside_it_and_marked_for_good(
    assistant: Assistant, free_model: str
) -> None:
    few = Sampling(max_tokens=12)
    quoted = finished(assistant.ask("Which planet has the largest volcano?", CancelToken(), mode=Mode.QUOTES))
    assert quoted.answer.abstained
    assert assistant.needed_without_documents() == ""
    free = finished(assistant.regenerate(quoted.answer_id, CancelToken(), mode=Mode.FREE, sampling=few))
    conversation = assistant.conversations()[0]
    stored = assistant.thread(conversation.id)[-1]
    assert stored.siblings == (quoted.answer_id, free.answer_id)
    assert stored.answer is not None
    assert stored.answer.mode is Mode.FREE
    assert stored.answer.account is not None
    assert not stored.answer.account.searched
    assert conversation.mode is Mode.QUOTES
    assert as_plain(stored.answer, stored.created_at).startswith("Not from your documents.")
    for layout in ("plain", "markdown", "html"):
        assert "Not from your documents" in assistant.written_out(conversation.id, layout)
    assert free_model


def test_one_question_is_asked_without_documents_and_the_next_with_them(assistant: Assistant, free_model: str) -> None:
    few = Sampling(max_tokens=12)
    asked = finished(assistant.ask("Say hello", CancelToken(), without_documents=True, sampling=few))
    assert asked.answer.mode is Mode.FREE
    assert asked.answer.sources == ()
    conversation = assistant.conversations()[0]
    assert conversation.mode is Mode.GROUNDED
    following = finished(
        assistant.ask("What is the cat called?", CancelToken(), conversation_id=conversation.id, sampling=few)
    )
    assert following.answer.mode is Mode.GROUNDED
    assert following.answer.sources
    assert following.answer.account is not None
    assert following.answer.account.model is not None
    assert following.answer.account.model.file.endswith(f"{free_model}.gguf")
