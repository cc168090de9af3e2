"""The user's own program opens a source, at its page or line where it can be told, and nothing is ever run by it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop.viewer import opening
from desktop.viewer.opening import exec_of, open_at, open_document
from desktop.viewer.programs import command_at
from rag.types import Place


def test_a_program_is_never_run_by_opening_a_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []

    def keep(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", keep)
    open_document(tmp_path / "a.pdf")
    open_document(tmp_path / "run.bat")
    open_document(tmp_path / "page.html")
    assert opened == [str(tmp_path / "a.pdf"), str(tmp_path), str(tmp_path)]


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("/usr/bin/evince", ["--page-index=12", "{}"]),
        ("okular", ["--page", "12", "{}"]),
        (r"C:\Program Files\SumatraPDF\SumatraPDF.exe", ["-page", "12", "{}"]),
        ("firefox", ["{uri}#page=12"]),
    ],
)
def test_a_known_program_is_told_the_page(tmp_path: Path, program: str, arguments: list[str]) -> None:
    path = tmp_path / "a b.pdf"
    expected = [each.replace("{uri}", path.as_uri()).replace("{}", str(path)) for each in arguments]
    assert command_at([program], path, page=12, line=None) == [program, *expected]


def test_an_editor_is_told_the_line_and_an_unknown_program_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert command_at(["kate"], path, page=None, line=7) == ["kate", "--line", "7", str(path)]
    assert command_at(["someviewer"], path, page=3, line=None) is None
    assert command_at(["evince"], path, page=None, line=7) is None
    assert command_at([], path, page=3, line=None) is None
    assert command_at(["kate"], Path("--version"), page=None, line=7) is None


def test_the_command_of_a_desktop_entry_is_read_without_its_codes() -> None:
    assert exec_of("[Desktop Entry]\nName=X\nExec=/usr/bin/evince %U\nExec=other\n") == ["/usr/bin/evince"]
    assert exec_of("Exec=firefox --new-window %u") == ["firefox", "--new-window"]
    assert exec_of("Exec='broken") == []
    assert exec_of("") == []


def test_the_usual_program_is_started_at_the_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(opening, "usual_program", lambda _path: ["evince"])
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_options: started.append(command))
    assert open_at(tmp_path / "a.pdf", Place(page=3))
    assert started == [["evince", "--page-index=3", str(tmp_path / "a.pdf")]]
    assert not open_at(tmp_path / "run.sh", Place(lines=(3, 4)))
    assert not open_at(tmp_path / "a.pdf", Place())
    assert len(started) == 1
