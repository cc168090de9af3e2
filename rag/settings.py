"""Where Footnote keeps what is the user's, and nothing else: the folder, by flag, variable or platform."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_dir(chosen: Path | None = None) -> Path:
    """`chosen`, else the variable FOOTNOTE_DATA, else the platform's folder for a program's data. Not created here."""
    if chosen is not None:
        return chosen.expanduser().absolute()
    if from_environment := os.environ.get("FOOTNOTE_DATA"):
        return Path(from_environment).expanduser().absolute()
    return Path(platformdirs.user_data_dir("Footnote", appauthor=False))
