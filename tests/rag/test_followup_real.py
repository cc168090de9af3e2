"""A follow-up finds its own answer, with the real embedder, the span reader and the model in the box."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_models.cancel import never
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.events import AskEvent, AskStarted, Finished, SearchedFor
from rag.types import Mode

pytestmark = pytest.mark.real

DOCUMENTS = {
    "report.md": "The revenue of Carrow Ropes was 4.1 million euros in 2020. "
    "The revenue of Carrow Ropes was 5.6 million euros in 2021.",
    "audit.md": "The auditor of the accounts is Hollin & Partners. Hollin & Partners has its office in Bergen.",
    "office.md": "The head office moved to Leeds in 2019. The factory makes ropes for ships and for climbers.",
    "lease.md": "The tenant pays the rent on the third day of each month. Pets need the landlord's consent.",
    "bikes.md": "Check the brakes every week. A chain lasts about three thousand kilometres.",
    "garden.md": "Water the tomatoes in the morning. Cut the hedge before the first of March.",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("followup")
    (folder / "papers").mkdir()
    for name, text in DOCUMENTS.items():
        (folder / "papers" / name).write_text(text, encoding="utf-8")
    opened = open_assistant(folder / "library")
    list(opened.add([folder / "papers"], never()))
    list(opened.embed_pending(never()))
    yield opened
    opened.close()


def ask(assistant: Assistant, question: str, conversation_id: int | None, mode: Mode) -> tuple[list[AskEvent], int]:
    events = list(assistant.ask(question, never(), conversation_id=conversation_id, mode=mode))
    return events, next(event.conversation_id for event in events if isinstance(event, AskStarted))


def answer_of(events: list[AskEvent]) -> str:
    last = events[-1]
    assert isinstance(last, Finished)
    return last.answer.text


@pytest.mark.parametrize("mode", [Mode.QUOTES, Mode.GROUNDED])
def test_another_year_is_searched_read_and_answered(assistant: Assistant, mode: Mode) -> None:
    first, conversation = ask(assistant, "How high was the revenue of Carrow Ropes in 2020?", None, mode)
    assert "4.1 million" in answer_of(first)
    second, _ = ask(assistant, "and in 2021?", conversation, mode)
    assert SearchedFor("How high was the revenue of Carrow Ropes in 2021?") in second
    assert "5.6 million" in answer_of(second).split("\n")[0]


def test_a_changed_search_is_answered_beside_the_first_and_kept_when_asked_again(assistant: Assistant) -> None:
    _, conversation = ask(assistant, "Who is the auditor of the accounts?", None, Mode.QUOTES)
    events, _ = ask(assistant, "where is it?", conversation, Mode.QUOTES)
    answered = next(event.answer_id for event in events if isinstance(event, AskStarted))
    wanted = "Where is the office of Hollin & Partners?"
    again = list(assistant.regenerate(answered, never(), search=wanted))
    assert "Bergen" in answer_of(again)
    beside = next(event.answer_id for event in again if isinstance(event, AskStarted))
    once_more = list(assistant.regenerate(beside, never()))
    assert SearchedFor(wanted) in once_more
    assert len(assistant.thread(conversation)[-1].siblings) == 3
