"""Retrieval with the real embedder in its child process, the real parsers, store and indexes, on a small library."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.evaluation import retrieval, spans
from rag.evaluation.beir import load_beir

pytestmark = pytest.mark.real

TEXTS = {
    "rent": ("Lease", "The tenant transfers the monthly rent of 950 euros on the third working day of each month."),
    "dog": ("Lease", "Keeping animals in the flat needs the written consent of the landlord."),
    "boiler": ("Boiler manual", "If the display shows E4 the circulation pump is blocked. Switch the boiler off."),
    "soup": ("Lentil soup", "Wash the lentils, add carrots and leek and let everything simmer for forty minutes."),
    "tides": ("Tides", "Spring tides occur when the sun and the moon pull in the same direction."),
    "code": ("", "def monthly_average(readings):\n    return sum(readings) / max(len(readings), 1)\n"),
    "zh": ("租赁合同", "租客须在每月第三个工作日支付租金九百五十欧元。饲养宠物须经房东书面同意。"),
    "de": ("Hausordnung", "Die Waschküche darf werktags zwischen acht und zwanzig Uhr benutzt werden."),
}
QUESTIONS = {
    "When must the rent be paid?": "rent",
    "May I keep a cat?": "dog",
    "What does fault E4 mean?": "boiler",
    "How long do the lentils cook?": "soup",
    "Why is the tide sometimes higher?": "tides",
    "function that computes the mean of values": "code",
    "什么时候付租金？": "zh",
    "Wann kann ich waschen?": "de",
}
OFF_TOPIC = (
    "What is the boiling point of tungsten?",
    "Who won the world cup in 1998?",
    "How do I renew a passport?",
    "Which vitamins are in broccoli?",
)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beir")
    corpus = [{"_id": id_, "title": title, "text": text} for id_, (title, text) in TEXTS.items()]
    queries = [{"_id": str(number), "text": question} for number, question in enumerate(QUESTIONS)]
    qrels = ["query-id\tcorpus-id\tscore", *(f"{number}\t{id_}\t1" for number, id_ in enumerate(QUESTIONS.values()))]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)), encoding="utf-8")
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    (folder / "qrels.tsv").write_text("\n".join(qrels), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    assistant = open_assistant(tmp_path_factory.mktemp("library"))
    yield assistant
    assistant.close()


@pytest.fixture(scope="module")
def report(library: Assistant, collection: Path, tmp_path_factory: pytest.TempPathFactory) -> retrieval.RetrievalReport:
    files = tmp_path_factory.mktemp("files")
    *_, last = retrieval.evaluate(library, load_beir(collection), files, CancelToken())
    assert isinstance(last, retrieval.RetrievalReport)
    return last


def test_questions_find_their_text_by_word_or_by_meaning(report: retrieval.RetrievalReport) -> None:
    assert report.words["recall@5"] < report.fused["recall@5"] == 1.0
    assert report.passages == len(TEXTS)
    assert 0 < report.median_ms <= report.p95_ms


@pytest.mark.usefixtures("report")
def test_questions_that_share_a_word_with_their_text_pass_the_floor(library: Assistant) -> None:
    sharing = [question for question, id_ in QUESTIONS.items() if id_ not in ("code", "de")]
    assert [question for question in sharing if not library.search(question, CancelToken()).relevant] == []


@pytest.mark.usefixtures("report")
@pytest.mark.parametrize("question", OFF_TOPIC)
def test_questions_about_something_else_stay_below_the_floor(library: Assistant, question: str) -> None:
    assert not library.search(question, CancelToken()).relevant


def test_the_place_of_an_answer_is_found_in_a_long_text(tmp_path: Path) -> None:
    paragraphs = [f"{text}\n\n" for _, text in TEXTS.values()]
    document = "".join(paragraphs * 3)
    answer = "the written consent of the landlord"
    start = document.index(answer)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "all.txt").write_text(document, encoding="utf-8", newline="")
    place = {"doc": "all.txt", "start": start, "end": start + len(answer), "text": answer}
    row = {"question": "Are animals allowed in the flat?", "spans": [place]}
    (tmp_path / "questions.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assistant = open_assistant(tmp_path / "library")
    try:
        *_, last = spans.evaluate(assistant, spans.load_spans(tmp_path), tmp_path / "docs", CancelToken())
    finally:
        assistant.close()
    assert isinstance(last, spans.SpanReport)
    assert (last.spans["recall@5"], last.displaced) == (1.0, 0)
