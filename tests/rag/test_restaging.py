"""Another embedder or passages of another length: the real parts, from the cost to the first question after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from local_models.cancel import CancelToken, never
from local_models.embedders.child import ChildEmbedder
from local_models.errors import Cancelled
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.errors import ModelNotFound, UsageError
from rag.events import IndexChanged, Progress
from rag.ports import Vectors
from rag.types import DocumentState
from tests.fakes.tiny_embedder import write_tiny_embedder

pytestmark = pytest.mark.real

NOTES = {
    "cat.md": "# The cat\n\nThe cat is called Minka. " + "She sleeps on the warm stove all day long. " * 30,
    "car.md": "# The car\n\nThe car is in the garage. " + "It needs new tyres before the winter comes. " * 30,
}


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny_embedder(tmp_path / "tiny", NOTES.values())


@pytest.fixture
def assistant(tmp_path: Path, notes: Path) -> Iterator[Assistant]:
    opened = open_assistant(tmp_path / "data")
    list(opened.add([notes], never()))
    list(opened.embed_pending(never()))
    yield opened
    opened.close()


def found_by_meaning(assistant: Assistant, question: str = "What is the cat called?") -> bool:
    return assistant.search(question, never()).hits[0].scores.vectors is not None


def test_the_cost_is_told_and_nothing_changes(assistant: Assistant, tiny: Path) -> None:
    cost = assistant.restaging.cost(tiny, 0, never())
    assert (cost.identity.name, cost.passage_tokens, cost.documents) == ("tiny", 40, 2)
    assert 10 <= cost.passages <= 60
    assert cost.seconds > 0
    assert cost.disk > 0
    assert assistant.restaging.state() is None
    assert not assistant.restaging.cost(None, 0, never()).needed


def test_another_embedder_takes_over_while_the_program_runs(assistant: Assistant, tiny: Path, notes: Path) -> None:
    before = assistant.store.library.passage_ids().tolist()
    assistant.restaging.begin(tiny)
    for event in assistant.restaging.go_on(never()):
        if isinstance(event, Progress):
            assert assistant.store.library.passage_ids().tolist() == before
    assert isinstance(event, IndexChanged)
    assert assistant.embedder().name == "tiny"
    assert found_by_meaning(assistant)
    assert all(document.state is DocumentState.COMPLETE for document in assistant.documents())
    (notes / "new.md").write_text("# The dog\n\nThe dog is called Rex. " + "He barks at night. " * 40, "utf-8")
    list(assistant.add([notes], never()))
    assert sum(step.done for step in assistant.embed_pending(never())) > 0
    assert found_by_meaning(assistant, "What is the dog called?")


def test_the_passages_get_another_length_without_their_files(assistant: Assistant, notes: Path, tmp_path: Path) -> None:
    before = assistant.store.library.passage_count()
    notes.rename(tmp_path / "away")
    change = assistant.restaging.begin(None, 60)
    assert change.passage_tokens == 60
    *_, last = assistant.restaging.go_on(never())
    assert isinstance(last, IndexChanged)
    assert assistant.store.library.passage_count() == last.passages > 2 * before
    assert assistant.preferences().passage_tokens == 60
    assert found_by_meaning(assistant)


def test_a_change_goes_on_after_a_restart_and_holds_for_the_next(assistant: Assistant, tiny: Path) -> None:
    assistant.restaging.begin(tiny)
    cancel = CancelToken()
    steps = assistant.restaging.go_on(cancel)
    next(steps)
    next(steps)
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(steps)
    assistant.close()
    second = open_assistant(assistant.data_dir)
    state = second.restaging.state()
    assert state is not None
    assert (state.change.folder, state.documents_left) == (tiny.resolve(), 1)
    assert found_by_meaning(second)
    list(second.restaging.go_on(never()))
    second.close()
    third = open_assistant(assistant.data_dir)
    assert third.embedder().name == "tiny"
    assert list(third.embed_pending(never())) == []
    assert found_by_meaning(third)
    third.close()


def test_a_cancel_leaves_the_index_in_use(assistant: Assistant, tiny: Path) -> None:
    before = assistant.store.library.passage_ids().tolist()
    assistant.restaging.begin(tiny)
    cancel = CancelToken()
    steps = assistant.restaging.go_on(cancel)
    next(steps)
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(steps)
    assistant.restaging.cancel()
    assert assistant.restaging.state() is None
    assert assistant.store.library.passage_ids().tolist() == before
    assert list(assistant.restaging.go_on(never())) == []
    assert found_by_meaning(assistant)


def test_a_change_given_up_while_it_embeds_leaves_no_second_model_in_memory(
    assistant: Assistant, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_call: dict[str, str] = {}
    embed, unload = ChildEmbedder.embed, ChildEmbedder.unload

    def embedding(self: ChildEmbedder, texts: Sequence[str], cancel: CancelToken) -> Vectors:
        last_call[self.identity.name] = "embed"
        return embed(self, texts, cancel)

    def unloading(self: ChildEmbedder) -> None:
        last_call[self.identity.name] = "unload"
        unload(self)

    monkeypatch.setattr(ChildEmbedder, "embed", embedding)
    monkeypatch.setattr(ChildEmbedder, "unload", unloading)
    assistant.restaging.begin(tiny)
    for step in assistant.restaging.go_on(never()):
        if isinstance(step, Progress) and step.total:
            assistant.restaging.cancel()
    assert last_call["tiny"] == "unload"
    assert found_by_meaning(assistant)


def test_a_change_to_an_embedder_that_has_gone_can_be_given_up(assistant: Assistant, tiny: Path) -> None:
    assistant.restaging.begin(tiny)
    tiny.rename(tiny.with_name("gone"))
    with pytest.raises(ModelNotFound):
        list(assistant.restaging.go_on(never()))
    assistant.restaging.cancel()
    assert assistant.restaging.state() is None
    assert found_by_meaning(assistant)


def test_what_is_in_use_or_not_there_is_refused(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="already"):
        assistant.restaging.begin(None)
    with pytest.raises(UsageError, match="too short"):
        assistant.restaging.cost(None, 3, never())
    with pytest.raises(ModelNotFound, match="nowhere"):
        assistant.restaging.begin(tmp_path / "nowhere")


def test_an_empty_library_changes_at_once(tmp_path: Path, tiny: Path) -> None:
    opened = open_assistant(tmp_path / "empty")
    assert opened.restaging.cost(tiny, 0, never()).passages == 0
    opened.restaging.begin(tiny)
    *_, last = opened.restaging.go_on(never())
    assert isinstance(last, IndexChanged)
    assert opened.embedder().name == "tiny"
    opened.close()


def test_a_stop_right_after_taking_over_leaves_the_new_index_whole(assistant: Assistant) -> None:
    assistant.restaging.begin(None, 60)
    for step in assistant.restaging.go_on(never()):
        if isinstance(step, Progress) and step.label == "Taking over":
            assistant.store.staging.take_over()  # and nobody is told any more
            break
    assistant.close()
    second = open_assistant(assistant.data_dir)
    assert second.restaging.state() is None
    assert second.preferences().passage_tokens == 60
    assert list(second.embed_pending(never())) == []
    assert found_by_meaning(second)
    assert second.store.check() == []
    second.close()
