"""Where the models in the box are: the folder `reader` beside this file, with their card and checksums."""

from __future__ import annotations

from pathlib import Path


def bundled_models() -> list[Path]:
    """The GGUFs that ship with the program, the one to use first; empty in a checkout without weights."""
    return sorted((Path(__file__).parent / "reader").glob("*.gguf"))
