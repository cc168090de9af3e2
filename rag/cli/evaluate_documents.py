"""eval documents: take in a folder of files with a manifest, and tell what became of each and of all."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from rag.cli.measuring import add_keep, own_library, shown
from rag.cli.session import Commands, Session
from rag.evaluation import document_sets, documents
from rag.parsers.reading import Limits

_HEADINGS = ("Family", "Files", "Readable", "With text", "As expected", "Median share", "Longest")


def register(kinds: Commands) -> None:
    parser = kinds.add_parser(
        "documents",
        help="reading files of every kind",
        description="Each folder has a MANIFEST.csv (docs/user-guide.md, Measuring). Every file is taken into a "
        "library made for it; told are its state, pages, letters, seconds, and whether its passages stand in their "
        "places.",
    )
    parser.add_argument("folders", type=Path, metavar="DIR", nargs="+")
    add_keep(parser)
    parser.add_argument("--files", action="store_true", help="a line for every file, not only for those with faults")
    parser.set_defaults(run=run_documents)


def run_documents(args: argparse.Namespace, session: Session) -> int:
    """0 when every file came to what was expected, 1 when one did not."""
    reports = {}
    for folder in args.folders:
        keep = args.keep / folder.name if args.keep else None
        reports[folder.name] = documents_report(document_sets.load(folder), folder, keep, session)
    if session.terminal.as_json:
        session.terminal.result({name: report.as_json() for name, report in reports.items()})
    else:
        for name, report in reports.items():
            _print(name, report, session, every=args.files)
    return int(any(report.traces or any(each.faults for each in report.outcomes) for report in reports.values()))


def documents_report(
    listed: Sequence[document_sets.Listed], folder: Path, keep: Path | None, session: Session
) -> documents.DocumentsReport:
    """What became of these files of a folder."""
    limit_s = Limits().seconds
    with own_library(keep, session) as (assistant, _), session.terminal.bar(folder.name) as bar:
        found = list(shown(documents.evaluate(assistant, listed, folder, limit_s, session.cancel), bar))
    return next(each for each in found if isinstance(each, documents.DocumentsReport))


def _print(name: str, report: documents.DocumentsReport, session: Session, *, every: bool) -> None:
    terminal = session.terminal
    sums = report.as_json()
    rows = [_row(family, found) for family, found in _mapping(sums["families"]).items()]
    rows += [_row(each, sums[each]) for each in ("readable", "others")]
    terminal.say(name)
    terminal.table(_HEADINGS, rows)
    for outcome in report.outcomes:
        if every or outcome.faults:
            told = "; ".join(outcome.faults) or outcome.reason or f"{outcome.letters:,} letters"
            terminal.say(f"{outcome.as_json()['file']}: {outcome.state}, {outcome.seconds:.1f} s, {told}")
    for trace in report.traces:
        terminal.say(f"Changed while it was read: {trace}")


def _row(name: str, found: object) -> tuple[str, ...]:
    sums = _mapping(found)
    share = sums["median_share"]
    return (
        name,
        *(str(sums[key]) for key in ("files", "readable", "with_text", "as_expected")),
        "-" if not isinstance(share, float) else f"{share:.2f}",
        f"{sums['longest_s']} s",
    )


def _mapping(value: object) -> Mapping[str, object]:
    assert isinstance(value, Mapping)
    return value
