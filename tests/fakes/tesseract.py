"""A program that answers as Tesseract does: it finds the words it was told to find, whatever the picture."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

_SCRIPT = """
import json, sys, time
told = json.loads(open(__file__ + ".json").read())
if "--list-langs" in sys.argv:
    print("List of available languages in \\"/usr/share/tessdata/\\" (%d):" % len(told["languages"]))
    print("\\n".join(told["languages"]))
    sys.exit(0)
picture = sys.stdin.buffer.read()
open(__file__ + ".asked", "a").write(json.dumps([sys.argv[1:], picture[:20].decode("latin-1"), len(picture)]) + "\\n")
time.sleep(told["seconds"])
if told["fails"]:
    sys.stderr.write("Error in pixReadMem: unknown format\\n")
    sys.exit(1)
index = next(int(word.split("=")[1]) for word in sys.argv if word.startswith("tessedit_page_number="))
print("level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext")
for row in told["pages"][index] if index < len(told["pages"]) else []:
    print("\\t".join(str(field) for field in row))
"""


def write_tesseract(
    folder: Path,
    *pages: Sequence[str],
    languages: Sequence[str] = ("eng", "osd"),
    seconds: float = 0,
    fails: bool = False,
) -> Path:
    """The program, which finds in the n-th picture of a file the paragraphs of pages[n], their lines ended by \\n.

    Every picture is 600 x 800 pixels, a word 10 pixels a letter wide and 20 high, a line 30.
    """
    script = folder / "tesseract.py"
    script.write_text(_SCRIPT, "utf-8")
    told = {"languages": languages, "seconds": seconds, "fails": fails, "pages": [_rows(page) for page in pages]}
    Path(f"{script}.json").write_text(json.dumps(told), "utf-8")
    program = folder / ("tesseract.cmd" if sys.platform == "win32" else "tesseract")
    if sys.platform == "win32":
        program.write_text(f'@"{sys.executable}" "{script}" %*\n', "utf-8")
    else:
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n', "utf-8")
    program.chmod(0o755)
    return program


def asked(program: Path) -> list[tuple[list[str], str, int]]:
    """What the program was called with: its arguments, the picture's first 20 bytes, its length."""
    path = program.parent / "tesseract.py.asked"
    return [tuple(json.loads(line)) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def _rows(paragraphs: Sequence[str]) -> list[list[object]]:
    rows: list[list[object]] = [[1, 1, 0, 0, 0, 0, 0, 0, 600, 800, -1, ""]]
    top = 0
    for number, paragraph in enumerate(paragraphs, 1):
        for line, text in enumerate(paragraph.split("\n"), 1):
            left, top = 50, top + 30
            for word, letters in enumerate(text.split(), 1):
                rows.append([5, 1, number, 1, line, word, left, top, 10 * len(letters), 20, 91.5, letters])
                left += 10 * len(letters) + 10
    return rows
