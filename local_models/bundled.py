"""Where the models in the box are: `reader`, `span_reader` and `entailment` beside this file, each with its card."""

from __future__ import annotations

from pathlib import Path

from local_models.types import ModelInfo

READER_NAME = "footnote-reader"
"""What the bundled reader's file and its general.name start with."""


def bundled_models() -> list[Path]:
    """The GGUFs that ship with the program, the one to use first; empty in a checkout without weights."""
    return sorted((Path(__file__).parent / "reader").glob("*.gguf"))


def bundled_span_reader() -> Path:
    """The folder of footnote-span: weights, tokenizer, calibration."""
    return Path(__file__).parent / "span_reader"


def bundled_entailment() -> Path:
    """The folder of footnote-entailment: weights, tokenizer, calibration."""
    return Path(__file__).parent / "entailment"


def is_reader(info: ModelInfo) -> bool:
    """True for the bundled reader, which can only read out of sources and errs more often than a larger model."""
    return is_reader_name(info.name) or is_reader_name((info.metadata or {}).get("general.name", ""))


def is_reader_name(name: str) -> bool:
    """True for the name of the bundled reader, of whatever version."""
    return name.lower().replace(" ", "-").startswith(READER_NAME)
