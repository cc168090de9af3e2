"""demo: the whole job in the terminal, for a computer without a display: read, ask, cite, and admit what is not there.

Asks about the sample library that comes with the project; nothing here is scripted but the questions.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from rag.assistant import Assistant
from rag.cli.answers import Asked, follow, show
from rag.cli.library import embed
from rag.cli.session import Commands, Session
from rag.errors import Cancelled
from rag.events import AddFinished, DocumentFailed
from rag.sharing import writer

QUESTIONS = (
    "How much notice must the landlord give before entering the flat?",
    "What does fault code E4 of the boiler mean?",
    "Which dentist does Mira Okafor go to?",
)
"""Two that the samples answer, and one they do not."""


def register(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo",
        help="show everything once, on the sample library",
        description="Read a folder, ask two questions that the sample library answers and one that it does not.",
    )
    demo.add_argument("folder", type=Path, metavar="FOLDER", help="the folder with the sample documents")
    demo.set_defaults(run=run_demo)


def run_demo(args: argparse.Namespace, session: Session) -> int:
    terminal = session.terminal
    with session.open() as assistant:
        summary = _read(args.folder, assistant, session)
        asked = []
        for question in QUESTIONS:
            terminal.say(f"\n> {question}\n")
            asked.append(_ask(question, assistant, session))
    if terminal.as_json:
        answers = [{"question": q, **a.as_json()} for q, a in zip(QUESTIONS, asked, strict=True)]
        terminal.result({"added": summary.added, "unchanged": summary.unchanged, "answers": answers})
    terminal.say(f'\nThe library is kept in {session.data_dir}. Ask it yourself: footnote ask "…" --data DIR')
    return 0


def _read(folder: Path, assistant: Assistant, session: Session) -> AddFinished:
    session.terminal.say(f"Reading {folder} …")
    started = time.monotonic()
    summary = AddFinished(0, 0, (), 0)
    for event in assistant.add([folder], session.cancel):
        if isinstance(event, DocumentFailed):
            session.terminal.note(f"Left out: {event.reason}")
        if isinstance(event, AddFinished):
            summary = event
    embed(assistant, session)
    session.terminal.say(
        f"{summary.added} documents added, {summary.unchanged} unchanged, in {time.monotonic() - started:.1f} s."
    )
    return summary


def _ask(question: str, assistant: Assistant, session: Session) -> Asked:
    asked = follow(assistant.ask(question, session.cancel), session.terminal)
    if asked.stopped:
        raise Cancelled
    if not session.terminal.as_json:
        show(asked.answer, session.terminal)
        by = f" by {name}" if (name := writer(asked.answer)) else ""
        session.terminal.note(f"({asked.answer.timings.total_s:.1f} s{by})")
    return asked
