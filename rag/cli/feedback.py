"""feedback: say what you think of an answer, take it back, and write the training files."""

from __future__ import annotations

import argparse
import errno
import json
from collections.abc import Iterator
from pathlib import Path

from rag.cli.session import Commands, Session
from rag.errors import DiskFull, UsageError
from rag.feedback import REASONS
from rag.types import Feedback, Verdict


def register(commands: Commands) -> None:
    feedback = commands.add_parser("feedback", help="rate answers, export ratings", description="Rate answers.")
    actions = feedback.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="what was rated", description="List the rated answers.")
    listing.set_defaults(run=run_list)
    rate = actions.add_parser("rate", help="rate an answer", description=_reasons_text())
    rate.add_argument("answer", type=int, metavar="ANSWER", help="its number, as ask and history print it")
    rate.add_argument("verdict", choices=[verdict.value for verdict in Verdict])
    rate.add_argument("--reason", dest="reasons", action="append", default=[], metavar="KEY", help="may be repeated")
    rate.add_argument("--comment", default="", help="in your own words")
    rate.add_argument("--correction", default="", help="what the answer should have been")
    rate.set_defaults(run=run_rate)
    withdraw = actions.add_parser("withdraw", help="take a rating back", description="Take a rating back.")
    withdraw.add_argument("answer", type=int, metavar="ANSWER")
    withdraw.set_defaults(run=run_withdraw)
    export = actions.add_parser(
        "export",
        help="write training files",
        description="Write the ratings as JSON lines that TRL reads. What was withdrawn is left out.",
    )
    export.add_argument("--format", dest="layout", choices=["sft", "dpo", "kto", "raw"], required=True)
    export.add_argument("--out", type=Path, metavar="FILE", help="write here instead of to stdout")
    export.set_defaults(run=run_export)


def run_list(_: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        records = list(assistant.export_feedback("raw"))
    if session.terminal.as_json:
        session.terminal.result({"feedback": records})
        return 0
    if not records:
        session.terminal.say("Nothing is rated yet.")
    rows = [
        (str(r["answer_id"]), str(r["verdict"]), ", ".join(_strings(r["reasons"])), str(r["question"])) for r in records
    ]
    session.terminal.table(("Answer", "Verdict", "Reasons", "Question"), rows)
    return 0


def run_rate(args: argparse.Namespace, session: Session) -> int:
    rating = Feedback(Verdict(args.verdict), tuple(args.reasons), args.comment, args.correction)
    with session.open() as assistant:
        assistant.rate(args.answer, rating)
    if session.terminal.as_json:
        session.terminal.result({"answer_id": args.answer, "verdict": args.verdict})
    session.terminal.say(f"Answer {args.answer} is rated {args.verdict}.")
    return 0


def run_withdraw(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        assistant.withdraw_feedback(args.answer)
    if session.terminal.as_json:
        session.terminal.result({"answer_id": args.answer, "withdrawn": True})
    session.terminal.say(f"The rating of answer {args.answer} is withdrawn.")
    return 0


def run_export(args: argparse.Namespace, session: Session) -> int:
    terminal = session.terminal
    with session.open() as assistant:
        lines = assistant.export_feedback(args.layout)
        if args.out is not None:
            count = _write(lines, args.out)
            if terminal.as_json:
                terminal.result({"format": args.layout, "path": str(args.out), "count": count})
            terminal.say(f"{count} lines written to {args.out}.")
        elif terminal.as_json:
            kept = list(lines)
            terminal.result({"format": args.layout, "lines": kept, "count": len(kept)})
        else:
            for line in lines:
                terminal.say(json.dumps(line, ensure_ascii=False))
    return 0


def _write(lines: Iterator[dict[str, object]], path: Path) -> int:
    count = 0
    try:
        with path.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                count += 1
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(f"There is no space left for {path}.", "Free some space, or choose another disk.") from error
        raise UsageError(f"{path} can't be written: {error.strerror}.", "Choose another file with --out.") from error
    return count


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _reasons_text() -> str:
    parts = [f"{verdict.value}: {', '.join(reasons)}" for verdict, reasons in REASONS.items()]
    return "Rate an answer up or down; a new rating replaces the old one. Reasons for " + "; for ".join(parts) + "."
