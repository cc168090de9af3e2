"""A folder of small documents in several formats, written the same way every time."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

from tests.fakes.office import sheet_data, write_xlsx
from tests.fakes.parsers import Ink, write_docx, write_pdf

_WORDS = (
    "lease rent deposit tenant landlord notice heating water meter reading invoice bicycle chain brake garden roof "
    "tide harbour engine winter ticket station bridge letter garage window kitchen contract signature payment interest"
).split()


def write_papers(folder: Path, copies: int = 4) -> Path:
    """Six formats, `copies` files of each, no two alike; and one that can't be read."""
    folder.mkdir()
    for number in range(copies):
        _write_text(folder / f"note-{number}.txt", number)
        _write_markdown(folder / f"page-{number}.md", number)
        _write_html(folder / f"site-{number}.html", number)
        _write_code(folder / f"tool_{number}.py", number)
        paragraphs = "".join(f"<w:p><w:r><w:t>{_line(number, each)}</w:t></w:r></w:p>" for each in range(12))
        write_docx(folder / f"letter-{number}.docx", paragraphs)
        write_pdf(folder / f"paper-{number}.pdf", [[Ink(72, 100, _line(number, 40 + page))] for page in range(3)])
        _write_mail(folder / f"mail-{number}.eml", number)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    return folder


def write_more_papers(folder: Path, copies: int = 2) -> Path:
    """Other formats beside them, and mails with something attached."""
    for number in range(copies):
        rows: list[list[str | float | None]] = [
            [_line(number + 100, line), float(line), f"item {line}"] for line in range(12)
        ]
        heads: list[str | float | None] = ["Text", "Number", "Item"]
        write_xlsx(folder / f"sheet-{number}.xlsx", {"Items": sheet_data(heads, *rows)})
        lines = [f'"{_line(number + 120, line)}",{line}' for line in range(30)]
        (folder / f"table-{number}.csv").write_text("\n".join(["text,number", *lines]), "utf-8")
        cells = [{"cell_type": "markdown", "metadata": {}, "source": [_line(number + 140, each)]} for each in range(8)]
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folder / f"cells-{number}.ipynb").write_text(json.dumps(notebook), "utf-8")
        _write_mail(folder / f"attached-{number}.eml", number + 4, attached=_prose(number + 160, 40))
    return folder


def change_papers(folder: Path) -> None:
    """Some files are written anew, some go, some come, one gets another name."""
    (folder / "note-0.txt").write_text(_prose(50, 40), "utf-8")
    (folder / "page-1.md").write_text(f"# Other\n\n{_prose(51, 10)}\n", "utf-8")
    write_pdf(folder / "paper-2.pdf", [[Ink(72, 100, _line(52, page))] for page in range(2)])
    for name in ("site-3.html", "letter-0.docx", "mail-1.eml"):
        (folder / name).unlink()
    (folder / "below").mkdir()
    (folder / "below" / "new.txt").write_text(_prose(53, 30), "utf-8")
    (folder / "tool_3.py").rename(folder / "below" / "moved.py")


def _line(number: int, line: int) -> str:
    words = [_WORDS[(7 * number + 3 * line + 5 * word * (1 + line % 3)) % len(_WORDS)] for word in range(11)]
    return f"{' '.join(words).capitalize()} {number}.{line}."


def _prose(number: int, lines: int) -> str:
    return "\n".join(_line(number, line) + ("\n" if line % 6 == 5 else "") for line in range(lines))


def _write_text(path: Path, number: int) -> None:
    path.write_text(_prose(number, 60), encoding="utf-8")


def _write_markdown(path: Path, number: int) -> None:
    path.write_text(f"# Part {number}\n\n{_prose(number + 20, 30)}\n\n## More\n\n{_prose(number + 30, 20)}\n", "utf-8")


def _write_html(path: Path, number: int) -> None:
    body = "".join(f"<p>{_line(number + 40, line)}</p>" for line in range(20))
    path.write_text(f"<html><title>Site {number}</title><body><h1>Site</h1>{body}</body></html>", "utf-8")


def _write_code(path: Path, number: int) -> None:
    functions = "\n\n".join(f"def f{line}():\n    return {json.dumps(_line(number + 60, line))}" for line in range(15))
    path.write_text(functions + "\n", "utf-8")


def _write_mail(path: Path, number: int, attached: str = "") -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "ann@example.org", "bob@example.org", f"Flat {number}"
    mail["Date"] = f"Mon, {number + 1:02d} Jun 2026 10:00:00 +0000"
    mail.set_content(_prose(number + 80, 12))
    if attached:
        mail.add_attachment(attached.encode(), maintype="text", subtype="plain", filename="attached.txt")
        mail.set_boundary(f"paper-{number}")
    path.write_bytes(mail.as_bytes())
