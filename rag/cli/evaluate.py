"""eval: measure retrieval and answers on a labelled set, through the real pipeline, in a library made for it."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rag.assistant import Assistant
from rag.cli.session import Commands, Session
from rag.evaluation import answers, beir, retrieval, spans
from rag.events import Progress
from rag.types import Mode


def register(commands: Commands) -> None:
    evaluate = commands.add_parser("eval", help="measure quality", description="Measure quality on a labelled set.")
    kinds = evaluate.add_subparsers(dest="kind", metavar="WHAT", required=True)
    asked = kinds.add_parser(
        "answers",
        help="answers and citations",
        description="A folder with passages.jsonl and questions.jsonl: every question is asked.",
    )
    _add_common(asked)
    asked.add_argument("--limit", type=int, metavar="N", help="ask only N questions, picked evenly, always the same")
    asked.add_argument("--mode", choices=[mode.value for mode in Mode], default=Mode.GROUNDED.value)
    asked.add_argument("--model", metavar="NAME", help="a model of your library, or the path of a GGUF file")
    asked.set_defaults(run=run_answers)
    found = kinds.add_parser(
        "retrieval",
        help="finding the right passages",
        description="A folder in BEIR's layout with corpus.jsonl, queries.jsonl and qrels.tsv.",
    )
    _add_common(found)
    found.set_defaults(run=run_retrieval)
    located = kinds.add_parser(
        "spans",
        help="finding the exact place",
        description="A folder with docs/ and questions.jsonl (question, spans: doc, start, end, text).",
    )
    _add_common(located)
    located.set_defaults(run=run_spans)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the library here, and use it again next time")


def run_answers(args: argparse.Namespace, session: Session) -> int:
    data = answers.load(args.folder, limit=args.limit)
    outcomes: list[answers.Outcome] = []
    with _library(args, session) as (assistant, folder):
        if args.model:
            own = session.data_dir / "models" / args.model
            assistant.use_model(str(own) if own.is_file() else args.model)
        with session.terminal.bar("Reading") as bar:
            for event in answers.evaluate(assistant, data, folder / "passages", Mode(args.mode), session.cancel):
                if isinstance(event, Progress):
                    bar.show(event.done, event.total, event.label)
                else:
                    outcomes.append(event)
    model = next((outcome.answer.model for outcome in outcomes if outcome.answer.model), "")
    print_report({**answers.summarise(outcomes), "mode": args.mode, "model": model}, session)
    return 0


def run_retrieval(args: argparse.Namespace, session: Session) -> int:
    data = beir.load_beir(args.folder)
    with _library(args, session) as (assistant, folder), session.terminal.bar("Reading") as bar:
        for event in retrieval.evaluate(assistant, data, folder / "corpus", session.cancel):
            if isinstance(event, Progress):
                bar.show(event.done, event.total, event.label)
            else:
                report = event.as_json()
    print_report(report, session)
    return 0


def run_spans(args: argparse.Namespace, session: Session) -> int:
    asked = spans.load_spans(args.folder)
    with _library(args, session) as (assistant, _), session.terminal.bar("Reading") as bar:
        for event in spans.evaluate(assistant, asked, args.folder / "docs", session.cancel):
            if isinstance(event, Progress):
                bar.show(event.done, event.total, event.label)
            else:
                report = event.as_json()
    print_report(report, session)
    return 0


def print_report(report: Mapping[str, object], session: Session) -> None:
    """The one JSON object, or a line for each number."""
    if session.terminal.as_json:
        session.terminal.result(report)
        return
    for name, value in _flat(report):
        session.terminal.say(f"{name:<32} {value}")


@contextmanager
def _library(args: argparse.Namespace, session: Session) -> Iterator[tuple[Assistant, Path]]:
    """A library of its own: the user's is neither read nor changed."""
    with tempfile.TemporaryDirectory(prefix="footnote-eval-") as temporary:
        folder = (args.keep or Path(temporary)).absolute()
        with replace(session, data_dir=folder / "library").open() as assistant:
            yield assistant, folder


def _flat(value: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _flat(item, f"{prefix}{name} ")
        elif isinstance(item, tuple):
            yield prefix + name, " to ".join(_number(part) for part in item)
        else:
            yield prefix + name, _number(item)


def _number(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
