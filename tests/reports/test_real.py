"""All jobs through the program itself, with the models in the box, on the sample library."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
LEASE, TIDES = "Lease 14 Alder Street.pdf", "Lecture notes on tides.txt"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("reports") / "data"
    run(folder, "add", str(ROOT / "samples" / LEASE), str(ROOT / "samples" / TIDES))
    yield folder


def run(folder: Path, *arguments: str) -> dict[str, object]:
    command = [sys.executable, "-m", "rag.cli.main", "--data", str(folder), "--json", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert isinstance(result, dict)
    return result


def rows(folder: Path, *arguments: str) -> list[dict[str, object]]:
    report = run(folder, "report", *arguments)["report"]
    assert isinstance(report, dict)
    return list(report["rows"])


def texts(row: dict[str, object]) -> list[str]:
    cells = row["cells"]
    assert isinstance(cells, list)
    return [str(cell["text"]) for cell in cells]


def quotes(row: dict[str, object]) -> list[str]:
    cells = row["cells"]
    assert isinstance(cells, list)
    return [" ".join(str(citation["quote"]).split()) for cell in cells for citation in cell["citations"]]


def test_a_summary_quotes_its_document(library: Path) -> None:
    made = rows(library, "summarise", LEASE, "--sentences", "6")
    points = [row for row in made if row["kind"] == "point"]
    assert len(points) == 6
    assert all(texts(row) == quotes(row) for row in made)


def test_every_mention_of_the_rent_has_its_page(library: Path) -> None:
    made = [row for row in rows(library, "mentions", "rent", "--document", LEASE) if row["kind"] == "words"]
    assert len(made) >= 5
    assert all(quote.casefold() == "rent" for row in made for quote in quotes(row))


def test_a_word_that_nowhere_stands_finds_what_means_the_same(library: Path) -> None:
    (first, *_) = rows(library, "mentions", "noise", "--document", LEASE)
    assert first["kind"] == "meaning"
    assert "Quiet hours" in texts(first)[0]


def test_a_table_has_the_tenant_and_the_rent(library: Path) -> None:
    (lease,) = rows(library, "table", "Tenant", "Monthly rent", "Blood group", "--document", LEASE)
    tenant, rent, blood_group = texts(lease)[1:]
    assert (tenant, blood_group) == ("Mira Okafor", "")
    assert rent.startswith("940 euros")


def test_cards_ask_for_what_stands_in_the_text(library: Path) -> None:
    text = " ".join((ROOT / "samples" / TIDES).read_text(encoding="utf-8").split())
    made = rows(library, "cards", TIDES, "--cards", "5")
    assert made
    assert all(quotes(row)[0] in text for row in made)


def test_two_different_documents_share_nothing(library: Path) -> None:
    made = rows(library, "compare", LEASE, TIDES)
    assert {row["kind"] for row in made} <= {"only_first", "only_second", "changed"}


def test_reports_are_listed_shown_and_deleted(library: Path) -> None:
    run(library, "report", "mentions", "deposit")
    listed = run(library, "report", "list")["reports"]
    assert isinstance(listed, list)
    newest = str(listed[0]["id"])
    shown = run(library, "report", "show", newest)["report"]
    assert isinstance(shown, dict)
    assert shown["topics"] == ["deposit"]
    assert run(library, "report", "delete", newest) == {"deleted": int(newest)}
