"""eval: measure retrieval on a labelled set, through the real pipeline, in a library made for it.

The other measures, and `eval all`, are files of their own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.cli import evaluate_all, evaluate_answers, evaluate_claims, evaluate_documents, evaluate_injection
from rag.cli.evaluate_retrieval import retrieval_report, spans_report
from rag.cli.measuring import add_keep, print_report
from rag.cli.session import Commands, Session
from rag.evaluation import beir, spans


def register(commands: Commands) -> None:
    evaluate = commands.add_parser("eval", help="measure quality", description="Measure quality on a labelled set.")
    kinds = evaluate.add_subparsers(dest="kind", metavar="WHAT", required=True)
    evaluate_answers.register(kinds)
    evaluate_injection.register(kinds)
    evaluate_claims.register(kinds)
    evaluate_documents.register(kinds)
    evaluate_all.register(kinds)
    found = kinds.add_parser(
        "retrieval",
        help="finding the right passages",
        description="A folder in BEIR's layout with corpus.jsonl, queries.jsonl and qrels.tsv.",
    )
    _add_common(found)
    found.add_argument("--reranker", type=Path, metavar="FOLDER", help="what is found, put in order by this reranker")
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
    report = retrieval_report(beir.load_beir(args.folder), args.keep, session, reranker=args.reranker)
    print_report(report, session)
    return 0


def run_spans(args: argparse.Namespace, session: Session) -> int:
    print_report(spans_report(spans.load_spans(args.folder), args.folder / "docs", args.keep, session), session)
    return 0
