"""doctor: what works on this computer, and what to do about what does not."""

from __future__ import annotations

import argparse
from importlib.metadata import version

from rag.cli.session import Commands, Session


def register(commands: Commands) -> None:
    doctor = commands.add_parser("doctor", help="is everything well?", description="Look at every part of Footnote.")
    doctor.set_defaults(run=run_doctor)


def run_doctor(_: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        checks = assistant.doctor()
    well = all(check.ok for check in checks)
    if session.terminal.as_json:
        listed = [{"name": c.name, "ok": c.ok, "detail": c.detail, "advice": c.advice} for c in checks]
        session.terminal.result(
            {"ok": well, "version": version("footnote"), "data": str(session.data_dir), "checks": listed}
        )
        return 0 if well else 1
    for check in checks:
        session.terminal.say(f"{'ok ' if check.ok else 'NO '} {check.name}: {check.detail}")
        if not check.ok and check.advice:
            session.terminal.say(f"    {check.advice}")
    session.terminal.say("\nEverything is well." if well else "\nSomething needs a hand: see the lines marked NO.")
    return 0 if well else 1
