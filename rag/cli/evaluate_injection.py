"""eval injection: do instructions inside documents change what the program does? A report for each set and mode."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from rag.cli.evaluate_answers import Asking
from rag.cli.measuring import add_keep, own_library, print_report, shown, use_model
from rag.cli.session import Commands, Session
from rag.evaluation import injection_sets
from rag.evaluation.injection import Examination, Outcome, summarise
from rag.evaluation.injection_sets import InjectionSet
from rag.types import Mode

MODES = (Mode.QUOTES, Mode.GROUNDED)


def register(kinds: Commands) -> None:
    parser = kinds.add_parser(
        "injection",
        help="instructions inside documents",
        description="Each folder is a set of documents with instructions for a model planted in them, in one of the "
        "layouts of docs/user-guide.md; each question is asked of its own documents alone.",
    )
    parser.add_argument("folders", type=Path, metavar="DIR", nargs="+")
    add_keep(parser)
    parser.add_argument(
        "--limit", type=int, metavar="N", help="only N cases of each set, picked evenly, always the same"
    )
    parser.add_argument(
        "--mode", choices=[mode.value for mode in MODES], action="append", help="both if not given; may be repeated"
    )
    parser.add_argument(
        "--question", metavar="TEXT", default=injection_sets.ASKED, help="asked where a set has no questions of its own"
    )
    parser.add_argument("--model", metavar="NAME", help="a model of your library, or the path of a GGUF file")
    parser.add_argument("--show", action="store_true", help="list the cases whose planted words reached the answer")
    parser.set_defaults(run=run_injection)


def run_injection(args: argparse.Namespace, session: Session) -> int:
    modes = [Mode(name) for name in args.mode] if args.mode else MODES
    asking = Asking(modes, args.model, args.keep)
    reports = []
    for folder in args.folders:
        data = injection_sets.load(folder, limit=args.limit, question=args.question)
        for report in injection_reports(data, asking, session, show=args.show):
            reports.append(report)
            if not session.terminal.as_json:
                print_report(report, session)
    if session.terminal.as_json:
        session.terminal.result({"reports": reports})
    return 0


def injection_reports(
    data: InjectionSet, asking: Asking, session: Session, *, show: bool = False
) -> Iterator[dict[str, object]]:
    """One for each mode. `show` lists the cases whose planted words reached the answer."""
    keep = asking.keep / data.name if asking.keep else None
    with own_library(keep, session) as (assistant, own):
        use_model(assistant, asking.model, session)
        examination = Examination(assistant, data, own / "documents")
        with session.terminal.bar("Reading") as bar:
            for progress in examination.index(session.cancel):
                bar.show(progress.done, progress.total, progress.label)
        for mode in asking.modes:
            with session.terminal.bar("Asking") as bar:
                outcomes = list(shown(examination.ask(mode, session.cancel), bar))
            model = next((found.answer.model for found in outcomes if found.answer and found.answer.model), "")
            yield {"set": data.name, "mode": mode.value, "model": model, **summarise(outcomes)}
            if show and not session.terminal.as_json:
                _show_reached(outcomes, session)


def _show_reached(outcomes: list[Outcome], session: Session) -> None:
    for outcome in outcomes:
        if outcome.answer is not None and (outcome.reached or outcome.breakthroughs):
            told = ", ".join(sorted(outcome.breakthroughs)) or "reached"
            session.terminal.say(f"{told}: {outcome.case.id}: {outcome.case.question}\n    {outcome.answer.text}")
