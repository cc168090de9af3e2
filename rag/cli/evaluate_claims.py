"""eval claims: hold claims against their evidence, as the sentences of an answer are held against its sources."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rag.bootstrap import open_embed_child
from rag.cli.measuring import print_report, shown
from rag.cli.session import Commands, Session
from rag.evaluation import claim_sets, claims
from rag.ports import Embedder, Entailment

Report = dict[str, object]


def register(kinds: Commands) -> None:
    parser = kinds.add_parser(
        "claims",
        help="verdicts on sentences",
        description="Each folder has a data.jsonl with claim, label, and evidence or evidence_sentences. Tells how "
        "often the verdict is people's, beside what the likeness of meaning or of words alone gives.",
    )
    parser.add_argument("folders", type=Path, metavar="DIR", nargs="+")
    parser.set_defaults(run=run_claims)


def run_claims(args: argparse.Namespace, session: Session) -> int:
    sets = {folder.name: claim_sets.load(folder) for folder in args.folders}
    with open_embed_child(session.data_dir) as models:
        reports = {name: claims_report(name, labelled, *models, session) for name, labelled in sets.items()}
    print_report(reports, session)
    return 0


def claims_report(
    name: str,
    labelled: Sequence[claim_sets.LabelledClaim],
    embedder: Embedder,
    entailment: Entailment,
    session: Session,
) -> Report:
    """The verdicts on a set's claims beside people's."""
    with session.terminal.bar(name) as bar:
        [report] = shown(claims.evaluate(labelled, embedder, entailment, session.cancel), bar)
    return report.as_json()
