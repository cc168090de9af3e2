"""The program itself, with its children, its database and the bundled models, on the sample library."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.cli.demo import QUESTIONS

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
FOOTNOTE = [sys.executable, "-m", "rag.cli.main"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory that has read the samples."""
    folder = tmp_path_factory.mktemp("cli") / "data"
    result = run(folder, "add", str(ROOT / "samples"))
    assert result["failed"] == []
    yield folder


def run(folder: Path, *arguments: str, code: int = 0) -> dict[str, object]:
    done = subprocess.run(
        [*FOOTNOTE, "--data", str(folder), "--json", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == code, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert isinstance(result, dict)
    return result


def rows(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


def test_adding_the_samples_again_changes_nothing(library: Path) -> None:
    result = run(library, "add", str(ROOT / "samples"))
    assert (result["added"], result["unchanged"], result["embedded"]) == (0, len(list((ROOT / "samples").iterdir())), 0)


def test_a_quote_is_found_with_its_page(library: Path) -> None:
    result = run(library, "ask", "--mode", "quotes", "What does fault code E4 of the boiler mean?")
    assert result["abstained"] is False
    citation = rows(result["citations"])[0]
    assert citation["place"] == {"page": 2}
    assert "pump is blocked" in " ".join(str(citation["quote"]).split())
    assert str(citation["document"]).endswith("Boiler manual.pdf")


def test_the_demonstration_answers_two_questions_and_admits_the_third(library: Path) -> None:
    answers = rows(run(library, "demo", str(ROOT / "samples"))["answers"])
    assert [answer["question"] for answer in answers] == list(QUESTIONS)
    assert [answer["abstained"] for answer in answers] == [False, False, True]
    assert all(rows(answer["citations"]) for answer in answers[:2])
    assert answers[2]["answer"] == "Your documents do not say."


def test_an_answer_can_be_rated_corrected_exported_and_withdrawn(library: Path) -> None:
    asked = run(library, "ask", "Who chairs the house meeting?")
    answer = str(asked["answer_id"])
    run(library, "feedback", "rate", answer, "down", "--reason", "wrong", "--correction", "Teresa Almeida. [1]")
    (line,) = rows(run(library, "feedback", "export", "--format", "sft")["lines"])
    messages = rows(line["messages"])
    assert messages[-1]["content"] == "Teresa Almeida. [1]"
    assert str(messages[-2]["content"]).startswith("Sources:\n[1] ")
    run(library, "feedback", "withdraw", answer)
    assert run(library, "feedback", "export", "--format", "sft")["lines"] == []


def test_drafting_with_the_bundled_reader_is_refused_in_words(library: Path) -> None:
    draft = run(library, "draft", "new", "A letter", "--template", "Letter")["draft"]
    assert isinstance(draft, dict)
    refused = run(library, "draft", "continue", str(draft["id"]), code=1)["error"]
    assert isinstance(refused, dict)
    assert refused["code"] == "model"
    assert "footnote models add FILE" in str(refused["advice"])


def test_the_doctor_finds_everything_well(library: Path) -> None:
    result = run(library, "doctor")
    assert result["ok"] is True, result


def test_ctrl_c_while_adding_ends_with_130_and_the_next_add_goes_on(tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(60):
        (many / f"{number}.txt").write_text(f"Note {number}. The tree was {number} metres high.\n" * 30)
    command = [*FOOTNOTE, "--data", str(tmp_path / "data"), "add", str(many)]
    adding = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not list((tmp_path / "data").glob("footnote.db*")) and adding.poll() is None:
        os.sched_yield()
    os.killpg(adding.pid, signal.SIGINT)  # as a terminal does: the children get it too
    _, told = adding.communicate(timeout=60)
    assert adding.returncode == 130, told
    assert "Traceback" not in told
    result = run(tmp_path / "data", "add", str(many))
    assert int(str(result["added"])) + int(str(result["unchanged"])) == 60


def test_a_second_program_is_told_that_the_library_is_open(library: Path) -> None:
    chat = subprocess.Popen(
        [*FOOTNOTE, "--data", str(library), "chat"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert chat.stdin is not None
    assert chat.stdout is not None
    chat.stdin.write("/help\n")
    chat.stdin.flush()
    assert "/sources" in chat.stdout.readline()
    refused = run(library, "add", str(ROOT / "samples"), code=1)["error"]
    chat.communicate("/quit\n", timeout=60)
    assert isinstance(refused, dict)
    assert refused["code"] == "library_locked"
    assert chat.returncode == 0


def test_values_out_of_range_are_wrong_usage_and_ask_nothing(library: Path) -> None:
    before = len(rows(run(library, "history")["conversations"]))
    for arguments in (
        ("ask", "May I?", "--top-p", "3"),
        ("ask", "May I?", "--max-tokens", "0"),
        ("search", "rent", "--limit", "-3"),
    ):
        refused = run(library, *arguments, code=2)["error"]
        assert isinstance(refused, dict)
        assert refused["code"] == "usage"
    assert len(rows(run(library, "history")["conversations"])) == before


def test_how_the_model_is_loaded_is_set_from_the_terminal(library: Path) -> None:
    settings = run(library, "models", "settings", "--gpu-layers", "10", "--context", "1024")["settings"]
    assert settings == {"n_gpu_layers": 10, "n_ctx": 1024, "threads": 0}
    run(library, "models", "settings", "--gpu-layers", "0", "--context", "0")
    assert run(library, "models", "settings")["settings"] == {"n_gpu_layers": 0, "n_ctx": 0, "threads": 0}
