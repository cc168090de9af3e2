"""The service with its real children, store and models: what only shows when all of them stand together."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from local_models.types import Generated, GenerationEvent, GenerationRequest
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.events import Finished, Notice
from rag.types import Answer, Mode
from tests.fakes.tiny_embedder import write_tiny_embedder

pytestmark = pytest.mark.real

NOTES = {
    "cat.txt": "The cat is called Minka. She sleeps on the oven and eats at seven.",
    "boiler.txt": "Fault code E4 of the boiler means that the pump is blocked. Call the fitter.",
}


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def assistant(tmp_path: Path, notes: Path) -> Iterator[Assistant]:
    opened = open_assistant(tmp_path / "data")
    read(opened, notes)
    yield opened
    opened.close()


def read(assistant: Assistant, folder: Path) -> int:
    """Add the folder; returns how many passages were embedded."""
    list(assistant.add([folder], CancelToken()))
    return max([0, *(step.done for step in assistant.embed_pending(CancelToken()))])


def ask(assistant: Assistant, question: str, conversation_id: int | None = None) -> tuple[Answer, list[str]]:
    events = list(assistant.ask(question, CancelToken(), conversation_id=conversation_id, mode=Mode.GROUNDED))
    finished = events[-1]
    assert isinstance(finished, Finished)
    return finished.answer, [event.text for event in events if isinstance(event, Notice)]


def test_the_second_turn_reads_nothing_of_the_first_again(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any model but the bundled reader, which is shown no earlier turns."""
    monkeypatch.setattr("rag.answering.is_reader", lambda _: False)
    turns: list[Generated] = []
    generate = assistant.model_room.generator.generate

    def listening(request: GenerationRequest, cancel: CancelToken) -> Iterator[GenerationEvent]:
        for event in generate(request, cancel):
            if isinstance(event, Generated):
                turns.append(event)
            yield event

    monkeypatch.setattr(assistant.model_room.generator, "generate", listening)
    first, _ = ask(assistant, "What does fault code E4 of the boiler mean?")
    conversation = assistant.conversations()[0].id
    second, _ = ask(assistant, "What is the cat called?", conversation)
    assert len(turns) == 2
    assert turns[1].reused_tokens >= turns[0].prompt_tokens
    assert turns[1].prompt_tokens > turns[0].prompt_tokens + turns[0].completion_tokens
    numbers = {source.text: source.number for source in first.sources}
    assert all(numbers.get(source.text, source.number) == source.number for source in second.sources)


def test_layers_for_a_gpu_that_is_not_there_are_said_beside_the_answer(assistant: Assistant) -> None:
    assistant.save_preferences(replace(assistant.preferences(), n_gpu_layers=10))
    answer, notices = ask(assistant, "What is the cat called?")
    info = assistant.model_info()
    assert info is not None
    assert info.device != "cpu" or notices[0].startswith("The model runs on the CPU: ")
    assert set(notices) <= set(answer.notices)


def test_a_chosen_embedder_that_is_gone_gives_way_to_the_built_in_one_and_it_is_said(tmp_path: Path) -> None:
    folder, data = tmp_path / "tiny", tmp_path / "data"
    write_tiny_embedder(folder, NOTES.values())
    first = open_assistant(data)
    first.restaging.begin(folder)
    list(first.restaging.go_on(CancelToken()))
    first.close()
    folder.rename(tmp_path / "elsewhere")
    second = open_assistant(data)
    (notice,) = second.standing_notices()
    assert str(folder) in notice
    assert second.embedder().name == "all-MiniLM-L6-v2"
    assert [check.name for check in second.doctor() if not check.ok] == ["Embedder"]
    second.close()


def test_a_library_that_was_moved_is_searched_by_meaning_without_embedding_again(tmp_path: Path, notes: Path) -> None:
    """A small index has no file; what damages the file of a large one is in tests/index/test_growing.py."""
    first = open_assistant(tmp_path / "data")
    read(first, notes)
    first.close()
    moved = (tmp_path / "data").rename(tmp_path / "moved")
    second = open_assistant(moved)
    assert list(second.embed_pending(CancelToken())) == []
    assert second.memory()["embed"] == 0
    hits = second.search("What is the cat called?", CancelToken()).hits
    assert hits[0].scores.vectors is not None
    second.close()
