"""How the program ends: exit codes, errors in words or JSON, Ctrl-C, pipes, bugs."""

from __future__ import annotations

import io
import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from local_models.cancel import CancelToken
from rag.cli.main import main
from rag.errors import LibraryLocked
from rag.types import Answer, Message, MessageStatus, Mode
from tests.fakes.cli import ANSWER, FakeAssistant


def refuse(_folder: Path) -> NoReturn:
    raise LibraryLocked("Another Footnote has the library open.", "Close it first.")


def test_an_error_is_told_on_stderr_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs"], opener=refuse) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == ["Another Footnote has the library open.", "Close it first."]


def test_an_error_is_one_json_object_with_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "--json"], opener=refuse) == 1
    assert json.loads(capsys.readouterr().out) == {
        "error": {
            "code": "library_locked",
            "message": "Another Footnote has the library open.",
            "advice": "Close it first.",
        }
    }


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["ask"], ["ask", "--mode", "loud", "x"], ["search"], ["report", "compare", "a.md"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments, opener=refuse) == 2
    assert "--help" in capsys.readouterr().err


def test_wrong_usage_with_json_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense", "--json"], opener=refuse) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_something_that_is_not_there_is_a_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    assert main(["remove", "Nowhere.pdf"], opener=fake.opener()) == 1
    assert 'There is no document "Nowhere.pdf"' in capsys.readouterr().err
    assert main(["ask", "--in", "Nowhere", "x"], opener=fake.opener()) == 1
    assert "Collections: Flat." in capsys.readouterr().err
    assert main(["history", "9"], opener=fake.opener()) == 1
    assert fake.closed == 3


def interrupt(_token: CancelToken) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_ctrl_c_stops_the_answer_keeps_it_and_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant(on_ask=interrupt)
    assert main(["--json", "ask", "Dog?"], opener=fake.opener()) == 130
    told = capsys.readouterr()
    assert json.loads(told.out)["stopped"] is True
    assert "Stopped." in told.err
    assert fake.closed == 1


def test_ctrl_c_in_a_chat_stops_the_answer_and_not_the_program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Dog?\nCat?\n/sources\n/mode loud\n/help\n/quit\nNever?\n"))
    fake = FakeAssistant(on_ask=interrupt)
    assert main(["chat"], opener=fake.opener()) == 0
    assert [asked["question"] for asked in fake.asked] == ["Dog?", "Cat?"]
    assert fake.asked[1]["conversation_id"] == 4
    told = capsys.readouterr()
    assert "[3] Lease · page 4 · Pets" in told.out
    assert told.err.count("Stopped.") == 2


def test_a_chat_over_a_pipe_is_one_json_object_at_its_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Dog?\n\nCat?\n"))
    assert main(["chat", "--json"], opener=FakeAssistant().opener()) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["conversation_id"] == 4
    assert len(result["turns"]) == 2


def test_a_bug_is_one_honest_sentence_and_a_file_without_the_user_s_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = "a secret sentence of the document"

    def break_down(_token: CancelToken) -> None:
        raise KeyError(text)

    fake = FakeAssistant(on_ask=break_down)
    assert main(["--data", str(tmp_path), "ask", "Dog?"], opener=fake.opener()) == 1
    told = capsys.readouterr().err
    assert "Something went wrong inside Footnote (KeyError)" in told
    assert "Traceback" not in told
    (log,) = (tmp_path / "logs").iterdir()
    assert str(log) in told.replace("\n", "")
    assert "break_down" in log.read_text()
    assert "secret sentence" not in log.read_text()


def test_data_and_json_are_understood_before_and_after_the_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    opened: list[Path] = []

    def note(folder: Path) -> NoReturn:
        opened.append(folder)
        refuse(folder)

    main(["--data", str(tmp_path / "a"), "docs"], opener=note)
    main(["docs", "--data", str(tmp_path / "b")], opener=note)
    main(["models", "list", "--data", str(tmp_path / "c")], opener=note)
    assert opened == [tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    capsys.readouterr()


def test_a_document_can_not_speak_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = replace(ANSWER, text="Sold.\x1b]0;owned\x07\x1b[2J\x9b2J", citations=())
    assert main(["ask", "Dog?"], opener=FakeAssistant(answers=[hostile]).opener()) == 0
    told = capsys.readouterr().out
    assert told.startswith("Sold.")
    assert not set(told) & {"\x1b", "\x07", "\x9b"}


@pytest.mark.parametrize(
    ("status", "text", "notices", "told"),
    [
        (MessageStatus.STOPPED, "", (), "Stopped before its first word."),
        (MessageStatus.STOPPED, "Only with", (), "Stopped; this is as far as it came."),
        (MessageStatus.FAILED, "", ("The model ended.",), "The model ended."),
    ],
)
def test_history_says_why_an_answer_is_not_whole(
    capsys: pytest.CaptureFixture[str], status: MessageStatus, text: str, notices: tuple[str, ...], told: str
) -> None:
    class Cut(FakeAssistant):
        def thread(self, conversation_id: int, leaf: int | None = None) -> list[Message]:
            question, answer = super().thread(conversation_id, leaf)
            cut = Answer(text, Mode.GROUNDED, notices=notices)
            return [question, replace(answer, status=status, content=text, answer=cut)]

    assert main(["history", "4"], opener=Cut().opener()) == 0
    printed = capsys.readouterr().out
    assert told in printed
    assert text in printed
