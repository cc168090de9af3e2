"""eval answers: ask the questions of labelled sets, in one mode or several; a report each, or one table of all."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rag.assistant import Assistant
from rag.cli.measuring import add_keep, own_library, print_report, shown, use_model
from rag.cli.session import Commands, Session
from rag.evaluation import answer_sets, answer_table
from rag.evaluation.answer_report import summarise
from rag.evaluation.answer_sets import AnswerSet
from rag.evaluation.answers import Examination
from rag.types import Mode

Report = dict[str, object]

TABLE_MODES = (Mode.QUOTES.value, Mode.GROUNDED.value)
"""What a table compares unless modes are named."""


def register(kinds: Commands) -> None:
    parser = kinds.add_parser(
        "answers",
        help="answers and citations",
        description="Each folder is a labelled set, in one of the layouts of docs/user-guide.md; its questions are "
        "asked of all its passages or files.",
    )
    parser.add_argument("folders", type=Path, metavar="DIR", nargs="+")
    add_keep(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="ask only N questions, picked evenly, always the same")
    parser.add_argument(
        "--mode", choices=[mode.value for mode in Mode], action="append", help="grounded if not given; may be repeated"
    )
    parser.add_argument("--model", metavar="NAME", help="a model of your library, or the path of a GGUF file")
    parser.add_argument("--language", metavar="CODE", default="en", help="of a set with a file for each language")
    parser.add_argument("--table", action="store_true", help="a Markdown row for each set and mode (quotes, grounded)")
    parser.set_defaults(run=run_answers)


@dataclass(frozen=True, slots=True)
class Asking:
    """How the questions of a set are asked. `keep`: where its library stays; `model`: a name or a path."""

    modes: Sequence[Mode]
    model: str | None = None
    keep: Path | None = None


def run_answers(args: argparse.Namespace, session: Session) -> int:
    sets = [answer_sets.load(folder, limit=args.limit, language=args.language) for folder in args.folders]
    if args.table:
        session.terminal.say(answer_table.header())
    modes = [Mode(name) for name in args.mode or (TABLE_MODES if args.table else [Mode.GROUNDED.value])]
    asking = Asking(modes, args.model, args.keep)
    reports = []
    for report in chain.from_iterable(answer_reports(data, asking, session) for data in sets):
        reports.append(report)
        if args.table:
            session.terminal.say(answer_table.row(report))
        elif not session.terminal.as_json:
            print_report(report, session)
    if session.terminal.as_json:
        session.terminal.result({"reports": reports} if args.table or len(reports) > 1 else reports[0])
    return 0


def answer_reports(data: AnswerSet, asking: Asking, session: Session) -> Iterator[Report]:
    """One for each mode, as soon as it is there. The set has a library of its own."""
    keep = asking.keep / data.name if asking.keep else None
    with own_library(keep, session) as (assistant, folder):
        use_model(assistant, asking.model, session)
        yield from _examine(assistant, data, folder / "passages", asking.modes, session)


def _examine(
    assistant: Assistant, data: AnswerSet, folder: Path, modes: Sequence[Mode], session: Session
) -> Iterator[Report]:
    examination = Examination(assistant, data, folder)
    with session.terminal.bar("Reading") as bar:
        for progress in examination.index(session.cancel):
            bar.show(progress.done, progress.total, progress.label)
    for mode in modes:
        with session.terminal.bar("Asking") as bar:
            outcomes = list(shown(examination.ask(mode, session.cancel), bar))
        model = next((outcome.answer.model for outcome in outcomes if outcome.answer.model), "")
        yield {"set": data.name, **summarise(outcomes), "mode": mode.value, "model": model}
