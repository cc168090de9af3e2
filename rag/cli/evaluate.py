"""eval: measure retrieval on a labelled set, through the real pipeline, in a library made for it.

`eval answers`, `eval injection` and `eval claims` are files of their own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.cli import evaluate_answers, evaluate_claims, evaluate_injection
from rag.cli.measuring import add_keep, own_library, print_report
from rag.cli.session import Commands, Session
from rag.evaluation import beir, retrieval, spans
from rag.events import Progress


def register(commands: Commands) -> None:
    evaluate = commands.add_parser("eval", help="measure quality", description="Measure quality on a labelled set.")
    kinds = evaluate.add_subparsers(dest="kind", metavar="WHAT", required=True)
    evaluate_answers.register(kinds)
    evaluate_injection.register(kinds)
    evaluate_claims.register(kinds)
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
    add_keep(parser)


def run_retrieval(args: argparse.Namespace, session: Session) -> int:
    data = beir.load_beir(args.folder)
    with own_library(args.keep, session) as (assistant, folder), session.terminal.bar("Reading") as bar:
        for event in retrieval.evaluate(assistant, data, folder / "corpus", session.cancel):
            if isinstance(event, Progress):
                bar.show(event.done, event.total, event.label)
            else:
                report = event.as_json()
    print_report(report, session)
    return 0


def run_spans(args: argparse.Namespace, session: Session) -> int:
    asked = spans.load_spans(args.folder)
    with own_library(args.keep, session) as (assistant, _), session.terminal.bar("Reading") as bar:
        for event in spans.evaluate(assistant, asked, args.folder / "docs", session.cancel):
            if isinstance(event, Progress):
                bar.show(event.done, event.total, event.label)
            else:
                report = event.as_json()
    print_report(report, session)
    return 0
