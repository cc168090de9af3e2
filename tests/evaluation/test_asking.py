"""A set is asked: what is indexed, and where each citation is said to stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from local_models.cancel import CancelToken
from rag.assistant import Assistant
from rag.errors import UsageError
from rag.evaluation.answer_sets import AnswerSet, Question
from rag.evaluation.answers import Examination, Outcome
from rag.evaluation.beir import Entry, write_entries
from rag.types import Answer, Citation, Mode, Span
from tests.fakes.cli import ANSWER, SOURCE, FakeAssistant, broken

PETS = Question("Pets?", ("With consent.",), frozenset({"Lease.pdf#4"}), word_for_word=False)
FILES = AnswerSet("flat", (PETS,), files=Path("/docs"))


def ask(fake: FakeAssistant, data: AnswerSet, folder: Path) -> list[Outcome]:
    examination = Examination(cast("Assistant", fake), data, folder)
    list(examination.index(CancelToken()))
    return [one for one in examination.ask(Mode.QUOTES, CancelToken()) if isinstance(one, Outcome)]


def citing(citation: Citation) -> Answer:
    return replace(ANSWER, citations=(citation,))


def test_a_citation_of_a_document_stands_on_the_page_of_its_quote(tmp_path: Path) -> None:
    fake = FakeAssistant()
    [outcome] = ask(fake, FILES, tmp_path)
    assert outcome.cited == (frozenset({"Lease.pdf#4"}),)
    assert fake.asked == [{"question": "Pets?", "mode": Mode.QUOTES}]


def test_a_quote_that_runs_over_a_page_break_stands_on_both_pages(tmp_path: Path) -> None:
    over = replace(ANSWER.citations[0], quote_span=Span(5, 15))
    [outcome] = ask(FakeAssistant([citing(over)]), FILES, tmp_path)
    assert outcome.cited == (frozenset({"Lease.pdf#3", "Lease.pdf#4"}),)


def test_a_citation_of_a_passage_stands_in_it(tmp_path: Path) -> None:
    entries = (Entry("p1", "Lease", SOURCE.text),)
    [path] = write_entries(entries, tmp_path)
    cited = replace(ANSWER.citations[0], source=replace(SOURCE, path=path))
    data = AnswerSet("flat", (replace(PETS, places=frozenset({"p1"})),), entries)
    [outcome] = ask(FakeAssistant([citing(cited)]), data, tmp_path)
    assert outcome.cited == (frozenset({"p1"}),)


def test_a_document_of_the_set_that_cannot_be_read_ends_the_measuring(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="damaged"):
        ask(FakeAssistant(failing=[broken("Lease.pdf")]), FILES, tmp_path)
