"""Where the models in the box are: the folder `reader` beside this file, with their card and checksums."""

from __future__ import annotations

from pathlib import Path

from local_models.types import ModelInfo

READER_NAME = "footnote-reader"
"""What the bundled reader's file and its general.name start with."""


def bundled_models() -> list[Path]:
    """The GGUFs that ship with the program, the one to use first; empty in a checkout without weights."""
    return sorted((Path(__file__).parent / "reader").glob("*.gguf"))


def is_reader(info: ModelInfo) -> bool:
    """True for the bundled reader, which can only read out of sources and errs more often than a larger model."""
    names = (info.name, (info.metadata or {}).get("general.name", ""))
    return any(name.lower().replace(" ", "-").startswith(READER_NAME) for name in names)
