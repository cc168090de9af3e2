"""Footnote looks at itself: does each part work on this computer, and if not, what helps.

Each check is one line with a tick or one sentence of advice. It loads no model and changes nothing.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local_models.files import check_sum
from local_models.hardware import Hardware, read_hardware
from local_models.types import ModelFile
from rag.errors import FootnoteError
from rag.models import Models
from rag.parsers.ocr import ADVICE, find_tesseract
from rag.recognition import is_unread_scan
from rag.store.store import Store
from rag.types import LEFT_OUT

LEAST_FREE = 500_000_000
"""Bytes: the vectors and words of about 100,000 passages."""


@dataclass(frozen=True, slots=True)
class Check:
    """`detail` says what was found; `advice` what to do, empty when `ok`."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


def examine(data_dir: Path, store: Store, models: Models) -> list[Check]:
    """All checks, in the order a person would look."""
    hardware = read_hardware()
    return [
        _disk(data_dir),
        _database(store),
        _documents(store),
        _recognition(store),
        *_model_files(models),
        _embedder(models),
        _memory(hardware),
        _gpu(models),
    ]


def _disk(data_dir: Path) -> Check:
    free = shutil.disk_usage(data_dir).free
    detail = f"{data_dir}, {_size(free)} free"
    advice = "" if free >= LEAST_FREE else "Free some space, or move the data directory with --data."
    return Check("Data directory", not advice, detail, advice)


def _database(store: Store) -> Check:
    problems = store.check()
    detail = "; ".join(problems[:3]) or f"{store.file.name} is sound, SQLite {sqlite3.sqlite_version}"
    advice = "Restore the newest file of the folder backups in the data directory." if problems else ""
    return Check("Database", not problems, detail, advice)


def _documents(store: Store) -> Check:
    documents = store.library.documents()
    failed = [document for document in documents if document.state in LEFT_OUT]
    passages = sum(document.passages for document in documents)
    detail = f"{len(documents)} documents, {passages} passages, {len(failed)} not readable"
    advice = f"First of them: {failed[0].reason}" if failed else ""
    return Check("Documents", not failed, detail, advice)


def _recognition(store: Store) -> Check:
    """Without it nothing is amiss, until there are scans."""
    waiting = sum(map(is_unread_scan, store.library.documents()))
    tesseract = find_tesseract()
    if tesseract is None:
        advice = f"{ADVICE}" if waiting else ""
        detail = f"Tesseract is not installed; {_scans(waiting)}" if waiting else "Tesseract is not installed"
        return Check("Text in scans", not waiting, detail, advice)
    detail = f"{tesseract.program}, {tesseract.languages.replace('+', ', ')}"
    if waiting:
        detail += f"; {_scans(waiting)}"
    advice = "Read them with `footnote retry`, or “Check folders” in the library." if waiting else ""
    return Check("Text in scans", not waiting, detail, advice)


def _scans(number: int) -> str:
    return f"{number} {'document has' if number == 1 else 'documents have'} pages that wait for it"


def _model_files(models: Models) -> Iterator[Check]:
    chosen = models.chosen_name()
    for file in models.files():
        mark = " (in use)" if file.name == chosen else ""
        problem = file.problem or (_damage(file) if file.bundled else "")
        detail = problem or f"{_size(file.size)}, {file.quantization}, context {file.context_length}"
        advice = ("Install Footnote again." if file.bundled else "Remove it, or add it again.") if problem else ""
        yield Check(f"Model {file.name}{mark}", not problem, detail, advice)
    if not models.files():
        advice = "Add a GGUF with `footnote models add FILE`. Quotes work without one."
        yield Check("Models", ok=False, detail="no model", advice=advice)


def _damage(file: ModelFile) -> str:
    """What the checksum beside a bundled file says against it."""
    try:
        check_sum(file.path)
    except FootnoteError as error:
        return error.message
    return ""


def _embedder(models: Models) -> Check:
    try:
        identity = models.embedder.identity
    except FootnoteError as error:
        return Check("Embedder", ok=False, detail=error.message, advice=error.advice)
    languages = ", ".join(identity.languages) or "many languages"
    advice = " ".join(models.standing_notices())
    detail = f"{identity.name}, {identity.dimension} dimensions, {languages}"
    return Check("Embedder", ok=not advice, detail=detail, advice=advice)


def _memory(hardware: Hardware) -> Check:
    detail = f"{_size(hardware.free_memory)} free of {_size(hardware.memory)}, {hardware.cores} cores"
    return Check("Memory", ok=True, detail=detail)


def _gpu(models: Models) -> Check:
    loaded = models.loaded()
    if loaded is None:
        return Check("GPU", ok=True, detail="looked for when a model is loaded with GPU layers")
    return Check("GPU", not loaded.fallback_reason, f"the model runs on {loaded.device}", loaded.fallback_reason)


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 100_000_000 else f"{size / 1e6:.0f} MB"
