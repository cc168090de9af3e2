"""What may live in which process: the window's is free of the models, and nothing reaches for the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

WATCH = """
import os, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        if getattr(arguments[0], "family", None) == 1:
            return
        with open(os.environ["SEEN"], "a") as seen:
            seen.write(f"{event} in {sys.argv}\\n")
        raise PermissionError(event)
    if event == "subprocess.Popen":
        with open(os.environ["SEEN"] + ".children", "a") as seen:
            seen.write(f"{arguments[1]}\\n")

sys.addaudithook(watch)
"""
"""A sitecustomize module: Python loads it in every process of the test, before anything else."""


@pytest.mark.real
def test_the_window_s_process_imports_no_model_library() -> None:
    code = (
        "import json, sys, desktop.app; "
        "print(json.dumps([m for m in ('torch', 'sentence_transformers', 'transformers', 'llama_cpp', 'onnxruntime')"
        " if m in sys.modules]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == []


@pytest.mark.real
def test_the_terminal_s_process_imports_no_model_library() -> None:
    code = (
        "import json, sys, rag.cli.main; "
        "print(json.dumps([m for m in ('torch', 'sentence_transformers', 'transformers', 'llama_cpp', 'PySide6')"
        " if m in sys.modules]))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == []


@pytest.mark.real
def test_the_main_job_runs_with_sockets_refused_in_every_process(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    document = tmp_path / "Lease.md"
    document.write_text(
        "# Lease\n\nA dog needs the written consent of the landlord.\n\n"
        "# Rent\n\nThe rent is 940 euros a month and is paid by bank transfer.\n",
        encoding="utf-8",
    )
    seen = tmp_path / "seen.txt"
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path / "site"),
        "SEEN": str(seen),
        "FOOTNOTE_DATA": str(tmp_path / "data"),
    }

    def footnote(*arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-m", "rag.cli.main", "--json", *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        result = json.loads(done.stdout)
        assert isinstance(result, dict)
        return result

    assert footnote("add", str(document))["added"] == 1
    assert footnote("search", "pets and consent")["hits"]
    quoted = footnote("ask", "--mode", "quotes", "Who must consent before a dog is kept?")
    assert quoted["citations"]
    grounded = footnote("ask", "--mode", "grounded", "Who must consent before a dog is kept?")
    assert grounded["model"]

    children = seen.with_name("seen.txt.children").read_text(encoding="utf-8")
    for role in ("rag.parsers.worker", "'embed'", "'llm'"):
        assert role in children, f"{role} was never started, so nothing was watched in it"
    assert not seen.exists(), seen.read_text(encoding="utf-8")
