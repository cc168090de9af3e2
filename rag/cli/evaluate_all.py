"""eval all: every labelled set below a folder, each by its own measure, in one Markdown table.

A set that can't be measured is told in its line, and the others go on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rag.bootstrap import open_embed_child
from rag.cli.evaluate_answers import TABLE_MODES, Asking, answer_reports
from rag.cli.evaluate_claims import claims_report
from rag.cli.evaluate_documents import documents_report
from rag.cli.evaluate_injection import injection_reports
from rag.cli.evaluate_retrieval import retrieval_report, spans_report
from rag.cli.measuring import add_keep
from rag.cli.session import Commands, Session
from rag.errors import FootnoteError, UsageError
from rag.evaluation import answer_sets, beir, claim_sets, document_sets, injection_sets, overview, spans
from rag.evaluation.sampling import picked
from rag.evaluation.set_finding import FoundSet, SetKind, find_sets
from rag.types import Mode

Report = dict[str, object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`limit` is the most questions, claims or cases of each set; `asking` says how answers are asked for."""

    limit: int | None
    asking: Asking
    language: str


Measure = Callable[[Path, Wanted, Session], Iterator[Report]]


def register(kinds: Commands) -> None:
    parser = kinds.add_parser(
        "all",
        help="every set below a folder",
        description="Finds the labelled sets below a folder by their layouts (docs/user-guide.md), measures each in "
        "its way, and prints one table in Markdown. A set that fails is told, and the others go on.",
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    add_keep(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="only N questions, claims or cases of each set")
    parser.add_argument(
        "--only", choices=[kind.value for kind in MEASURES], action="append", help="this kind; may be repeated"
    )
    parser.add_argument(
        "--mode", choices=list(TABLE_MODES), action="append", help="of answers; both if not given; may be repeated"
    )
    parser.add_argument("--model", metavar="NAME", help="a model of your library, or the path of a GGUF file")
    parser.add_argument("--language", metavar="CODE", default="en", help="of a set with a file for each language")
    parser.set_defaults(run=run_all)


def run_all(args: argparse.Namespace, session: Session) -> int:
    """0 when every set was measured, 1 when one was not."""
    modes = [Mode(name) for name in args.mode or TABLE_MODES]
    wanted = Wanted(args.limit, Asking(modes, args.model, args.keep), args.language)
    sets = _chosen(args.folder, args.only, session)
    session.terminal.say(overview.header())
    reports: list[Report] = []
    failed: list[Report] = []
    for number, found in enumerate(sets, start=1):
        session.terminal.note(f"{number} of {len(sets)}: {found.kind.value}, {found.folder.name}")
        try:
            reports += _measured(found, wanted, session)
        except FootnoteError as error:
            failed.append({"kind": found.kind.value, "set": found.folder.name, "error": str(error)})
            session.terminal.say(overview.failed_line(found.kind, found.folder.name, str(error)))
    if session.terminal.as_json:
        session.terminal.result({"reports": reports, "failed": failed})
    return 1 if failed else 0


def _chosen(folder: Path, only: list[str] | None, session: Session) -> list[FoundSet]:
    """Raises UsageError when there is no set."""
    found, unknown = find_sets(folder)
    wanted = [one for one in found if one.kind in MEASURES and (not only or one.kind.value in only)]
    for place in unknown:
        session.terminal.note(f"Left out: {place.name}, a layout that is not known.")
    if not wanted:
        raise UsageError(f"“{folder}” holds no labelled set.", "See the layouts in docs/user-guide.md.")
    return wanted


def _measured(found: FoundSet, wanted: Wanted, session: Session) -> list[Report]:
    """The reports, each with a line of the table as soon as it is there."""
    reports = []
    begun = time.monotonic()
    for report in MEASURES[found.kind](found.folder, wanted, session):
        now = time.monotonic()
        name = str(report.get("set") or found.folder.name)
        session.terminal.say(overview.line(found.kind, name, report, now - begun))
        reports.append({**report, "kind": found.kind.value, "set": name})
        begun = now
    return reports


def _answers(folder: Path, wanted: Wanted, session: Session) -> Iterator[Report]:
    data = answer_sets.load(folder, limit=wanted.limit, language=wanted.language)
    return answer_reports(data, wanted.asking, session)


def _injection(folder: Path, wanted: Wanted, session: Session) -> Iterator[Report]:
    return injection_reports(injection_sets.load(folder, limit=wanted.limit), wanted.asking, session)


def _claims(folder: Path, wanted: Wanted, session: Session) -> Iterator[Report]:
    labelled = picked(claim_sets.load(folder), wanted.limit)
    with open_embed_child(session.data_dir) as models:
        yield claims_report(folder.name, labelled, *models, session)


def _documents(folder: Path, wanted: Wanted, session: Session) -> Iterator[Report]:
    listed = picked(document_sets.load(folder), wanted.limit)
    report = documents_report(listed, folder, _kept(folder, wanted), session)
    yield {"n": len(report.outcomes), **report.as_json()}


def _retrieval(folder: Path, wanted: Wanted, session: Session) -> Iterator[Report]:
    data = beir.load_beir(folder)
    asked = dict(picked(tuple(data.questions.items()), wanted.limit))
    yield retrieval_report(replace(data, questions=asked), _kept(folder, wanted), session)


def _spans(folder: Path, wanted: Wanted, session: Session) -> Iterator[Report]:
    asked = picked(spans.load_spans(folder), wanted.limit)
    yield spans_report(asked, folder / "docs", _kept(folder, wanted), session)


def _kept(folder: Path, wanted: Wanted) -> Path | None:
    """A library for each set; two kinds of one name do not share one."""
    return wanted.asking.keep / f"{folder.parent.name}-{folder.name}" if wanted.asking.keep else None


MEASURES: Mapping[SetKind, Measure] = {
    SetKind.CLAIMS: _claims,
    SetKind.DOCUMENTS: _documents,
    SetKind.SPANS: _spans,
    SetKind.RETRIEVAL: _retrieval,
    SetKind.INJECTION: _injection,
    SetKind.ANSWERS: _answers,
}
"""How each kind is measured."""
