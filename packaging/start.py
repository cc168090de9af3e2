"""What `make run` starts once .venv is there: the window on the sample library, or the same job in the terminal.

Standard library only. The samples go into a data directory of their own, unless FOOTNOTE_DATA names another.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin")
SAMPLES = ROOT / "samples"


def main() -> int:
    data = os.environ.setdefault("FOOTNOTE_DATA", str(ROOT / ".footnote-sample"))
    reason = why_no_window()
    if reason:
        print(f"{reason}, so here is the same job in the terminal.\n", flush=True)
        return run("footnote", "demo", str(SAMPLES))
    print(f"Opening the window on the sample library in {data}", flush=True)
    return run("footnote-desktop", str(SAMPLES))


def why_no_window() -> str:
    """Empty when a window can be opened."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "There is no display"
    tried = subprocess.run([BIN / "python", "-c", "import PySide6.QtWidgets"], check=False, capture_output=True)
    return "" if tried.returncode == 0 else "Qt can't be loaded on this computer"


def run(command: str, *arguments: str) -> int:
    return subprocess.run([BIN / command, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
