"""Each command's JSON keys, which others rely on, and what people read."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.account import Account, SourceAccount
from rag.cli.main import main
from rag.types import Mode, Scope
from tests.fakes.cli import ANSWER, LEASE, FakeAssistant, broken


def run_json(capsys: pytest.CaptureFixture[str], fake: FakeAssistant, *arguments: str) -> dict[str, object]:
    assert main(["--json", *arguments], opener=fake.opener()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    result = json.loads(lines[0])
    assert isinstance(result, dict)
    return result


def run_text(capsys: pytest.CaptureFixture[str], fake: FakeAssistant, *arguments: str) -> str:
    assert main(list(arguments), opener=fake.opener()) == 0
    return capsys.readouterr().out


def test_add_tells_what_was_added_and_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    result = run_json(capsys, FakeAssistant(failing=[broken("b.pdf")]), "add", "a.pdf", "b.pdf")
    assert result["added"] == 1
    assert result["unchanged"] == 0
    assert result["failed"] == [
        {"path": "b.pdf", "reason": "b.pdf is damaged.", "code": "document_broken", "known": False}
    ]
    assert result["passages"] == 3
    assert result["embedded"] == 3


def test_retry_without_names_tries_only_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    run_json(capsys, fake, "retry")
    run_json(capsys, fake, "retry", str(LEASE.id))
    assert fake.retried == [(), (LEASE.id,)]


def test_what_was_left_out_before_is_not_told_again(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant(failing=[replace(broken("b.pdf"), known=True)])
    assert main(["add", "a.pdf", "b.pdf"], opener=fake.opener()) == 0
    captured = capsys.readouterr()
    assert "b.pdf is damaged." not in captured.err
    assert "1 left out" in captured.out


def test_an_add_in_which_everything_failed_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant(failing=[broken("b.pdf")])
    assert main(["add", "b.pdf"], opener=fake.opener()) == 1
    assert "b.pdf is damaged." in capsys.readouterr().err


def test_search_keeps_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    result = run_json(capsys, FakeAssistant(), "search", "pets", "--limit", "3")
    hits = result["hits"]
    assert isinstance(hits, list)
    assert set(hits[0]) >= {"passage_id", "document", "title", "place", "text", "scores"}
    assert hits[0]["place"] == {"page": 4}
    assert hits[0]["scores"] == {"words": 4.2, "vectors": None, "fused": 0.7}


def test_ask_keeps_its_keys(capsys: pytest.CaptureFixture[str]) -> None:
    result = run_json(capsys, FakeAssistant(), "ask", "May", "I?")
    assert result["answer"] == ANSWER.text
    assert result["abstained"] is False
    assert result["model"] == "a-model"
    assert result["timings"] == {"retrieval_s": 0.1, "first_token_s": 0.5, "total_s": 1.0}
    assert result["tokens"] == {"prompt": 90, "completion": 9}
    assert result["notices"] == []
    citations, sources = result["citations"], result["sources"]
    assert isinstance(citations, list)
    assert isinstance(sources, list)
    assert set(citations[0]) >= {"number", "document", "place", "quote", "support"}
    assert sources[0]["number"] == citations[0]["number"] == 3


def test_ask_passes_mode_scope_and_sampling_on(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    run_text(capsys, fake, "ask", "--mode", "quotes", "--in", "Flat", "--document", "1", "--temperature", "0.5", "Dog?")
    (asked,) = fake.asked
    assert asked["mode"] is Mode.QUOTES
    assert asked["scope"] == Scope(frozenset({5}), frozenset({1}))
    assert getattr(asked["sampling"], "temperature", None) == 0.5


def test_people_read_the_answer_and_each_citation_with_its_place_and_quote(capsys: pytest.CaptureFixture[str]) -> None:
    text = run_text(capsys, FakeAssistant(), "ask", "Dog?")
    assert "Only with written consent. [3]" in text
    assert "[3] Lease · page 4 · Pets\n    “Pets need written consent.”" in text
    assert "\x1b" not in text


def test_history_lists_and_reads_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Dogs" in run_text(capsys, FakeAssistant(), "history")
    text = run_text(capsys, FakeAssistant(), "history", "4")
    assert "You: May I keep a dog?" in text
    assert "one of 2 answers" in text
    result = run_json(capsys, FakeAssistant(), "history", "4")
    assert set(result) == {"conversation", "messages", "sources"}


def test_rating_needs_an_answer_and_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    run_text(capsys, fake, "feedback", "rate", "11", "down", "--reason", "wrong", "--correction", "No.")
    assert fake.rated[11].reasons == ("wrong",)
    assert fake.rated[11].correction == "No."


def test_feedback_is_exported_as_json_lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert json.loads(run_text(capsys, FakeAssistant(), "feedback", "export", "--format", "sft"))["layout"] == "sft"
    out = tmp_path / "sft.jsonl"
    result = run_json(capsys, FakeAssistant(), "feedback", "export", "--format", "sft", "--out", str(out))
    assert result == {"format": "sft", "path": str(out), "count": 1}
    assert json.loads(out.read_text())["layout"] == "sft"


def test_the_bundled_model_is_the_chosen_one_until_another_is(capsys: pytest.CaptureFixture[str]) -> None:
    models = run_json(capsys, FakeAssistant(), "models", "list")["models"]
    assert isinstance(models, list)
    assert (models[0]["name"], models[0]["bundled"], models[0]["chosen"]) == ("footnote-reader", True, True)


def test_a_checksum_of_the_wrong_form_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "download", "https://host/m.gguf", "--sha256", "abc"], opener=FakeAssistant().opener()) == 2
    assert "64 hexadecimal digits" in capsys.readouterr().err


def test_a_suggestion_is_saved_only_when_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    assert " in May." in run_text(capsys, fake, "draft", "continue", "1")
    assert fake.saved == []
    run_text(capsys, fake, "draft", "continue", "1", "--accept")
    assert fake.saved == ["It began in May."]


def test_lines_choose_the_selection(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant(content="one\ntwo\nthree\n")
    run_text(capsys, fake, "draft", "rewrite", "1", "--lines", "2", "--instruction", "shorter", "--accept")
    assert fake.asked[0]["selection"] == (4, 7)
    assert fake.saved == ["one\n in May.\nthree\n"]
    assert main(["draft", "rewrite", "1", "--lines", "9", "--instruction", "x"], opener=fake.opener()) == 2


def test_a_document_is_removed_by_number_path_or_name(capsys: pytest.CaptureFixture[str]) -> None:
    for wanted in ("1", "/docs/Lease.pdf", "Lease.pdf"):
        fake = FakeAssistant()
        assert run_json(capsys, fake, "remove", wanted) == {"removed": 1}
        assert fake.removed == [1]


def test_what_was_searched_for_is_told_and_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    searched = replace(ANSWER, searched_for="May I keep a dog in 2021?")
    fake = FakeAssistant(answers=[searched])
    assert main(["ask", "--search", "dogs", "and", "in", "2021?"], opener=fake.opener()) == 0
    assert "Searched for: May I keep a dog in 2021?" in capsys.readouterr().err
    assert fake.asked[0]["search"] == "dogs"
    assert run_json(capsys, FakeAssistant(answers=[searched]), "ask", "x")["searched_for"] == searched.searched_for


def test_a_chat_answers_the_last_question_again_with_another_search(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("/search cats\nDog?\n/search cats\n"))
    fake = FakeAssistant()
    assert main(["chat"], opener=fake.opener()) == 0
    assert "Ask something first" in capsys.readouterr().err
    assert [asked["question"] for asked in fake.asked] == ["Dog?", "answer 11 again"]
    assert fake.asked[1]["search"] == "cats"


def test_an_answer_without_documents_is_marked_wherever_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant(answers=[replace(ANSWER, mode=Mode.FREE, citations=(), text="Perhaps.")])
    text = run_text(capsys, fake, "ask", "--without-documents", "Dog?")
    assert text.startswith("Not from your documents.")
    assert "without documents." in text.splitlines()[-1]
    assert fake.asked[0]["without_documents"] is True
    assert run_json(capsys, fake, "ask", "Dog?")["from_documents"] is False


def test_every_answer_says_who_wrote_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Written by a language model (a-model) with Footnote on 20" in run_text(capsys, FakeAssistant(), "ask", "x")
    assert "with Footnote on 2026-11-22." in run_text(capsys, FakeAssistant(), "history", "4")


def test_an_abstention_tells_how_to_go_on_without_documents(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant(answers=[replace(ANSWER, abstained=True, citations=())])
    assert main(["ask", "Dog?"], opener=fake.opener()) == 0
    assert "footnote ask --again 11 --without-documents" in capsys.readouterr().err
    fake.needed = "Add a bigger model."
    assert main(["ask", "Dog?"], opener=fake.opener()) == 0
    assert "Add a bigger model." in capsys.readouterr().err


def test_a_question_is_answered_again_without_documents(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    assert main(["ask", "--again", "11", "--without-documents"], opener=fake.opener()) == 0
    assert (fake.asked[0]["question"], fake.asked[0]["mode"]) == ("answer 11 again", Mode.FREE)
    assert main(["ask", "--again", "11", "Dog?"], opener=fake.opener()) == 2
    assert "takes no question" in capsys.readouterr().err


def test_chat_answers_the_last_question_without_documents(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeAssistant()
    monkeypatch.setattr("sys.stdin", io.StringIO("/without\nDog?\n/without\n/how\n"))
    text = run_text(capsys, fake, "chat")
    assert fake.asked[-1]["mode"] is Mode.FREE
    assert "not noted down" in text


def test_how_it_was_answered_is_told_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    account = Account(searched=True, documents=1, passages=3, sources=(SourceAccount(3, rare=("dog",)),))
    fake = FakeAssistant(answers=[replace(ANSWER, account=account)])
    text = run_text(capsys, fake, "ask", "--how", "Dog?")
    assert "Searched: All your documents: 1 document, 3 passages." in text
    assert "Why [3]? Shares the rare word “dog”." in text
    assert "How this" not in run_text(capsys, fake, "ask", "Dog?")
    result = run_json(capsys, fake, "ask", "Dog?")["account"]
    assert isinstance(result, dict)
    assert result["passages"] == 3


@pytest.mark.parametrize(("name", "begins"), [("c.md", "# Dogs"), ("c.txt", "Dogs\n"), ("c.html", "<!DOCTYPE html>")])
def test_a_conversation_is_exported_with_its_footnotes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, begins: str
) -> None:
    file = tmp_path / name
    run_text(capsys, FakeAssistant(), "history", "4", "--export", str(file))
    written = file.read_text()
    assert written.startswith(begins)
    assert "page 4" in written
    assert "Written by a language model" in written
    assert main(["history", "4", "--export", str(tmp_path / "c.doc")], opener=FakeAssistant().opener()) == 2
    assert main(["history", "4", "--export", str(tmp_path / "no" / "c.md")], opener=FakeAssistant().opener()) == 2


@pytest.mark.parametrize(
    ("arguments", "mode"),
    [
        (["ask", "May", "I?"], Mode.GROUNDED),
        (["ask", "--mode", "quotes", "May", "I?"], Mode.QUOTES),
        (["ask", "--without-documents", "May", "I?"], Mode.FREE),
        (["ask", "--conversation", "4", "May", "I?"], Mode.GROUNDED),
    ],
)
def test_the_models_that_a_question_needs_load_beside_it(
    capsys: pytest.CaptureFixture[str], arguments: list[str], mode: Mode
) -> None:
    fake = FakeAssistant()
    run_text(capsys, fake, *arguments)
    assert fake.warmed == [mode]


def test_other_commands_load_no_models(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    run_text(capsys, fake, "docs")
    assert fake.warmed == []
