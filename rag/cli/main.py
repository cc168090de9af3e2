"""footnote: the terminal client over the same service as the window.

Exit codes: 0 done, 1 a clear error, 2 wrong usage, 130 stopped with Ctrl-C. Errors are one or two lines on stderr,
or {"error": …} on stdout with --json; a bug is one honest sentence and a file with its traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from local_models.cancel import CancelToken
from local_models.offline import refuse_network
from rag.bootstrap import open_assistant
from rag.cli import ask, chat, demo, doctor, drafts, evaluate, feedback, folders, history, library, models, reports
from rag.cli.bugs import report_bug
from rag.cli.session import Opener, Run, Session, stopping_on_interrupt
from rag.cli.shapes import error_json
from rag.cli.terminal import Terminal, open_terminal
from rag.errors import Cancelled, FootnoteError, UsageError
from rag.settings import data_dir

DONE, FAILED, WRONG_USAGE, STOPPED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """Raises what argparse would print, so that wrong usage is told like every other error."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", f"See `{self.prog} --help`.")


def main(argv: Sequence[str] | None = None, *, opener: Opener | None = None) -> int:
    """Run one command and return its exit code. Without an `opener` this is the program itself, off the network."""
    opener = opener or partial(open_assistant, gate=refuse_network())
    arguments = sys.argv[1:] if argv is None else list(argv)
    terminal = open_terminal(as_json="--json" in arguments)
    try:
        args = _parser().parse_args(arguments)
        return _run(args, terminal, opener)
    except UsageError as error:
        return _tell(error, terminal, WRONG_USAGE)
    except FootnoteError as error:
        return _tell(error, terminal, FAILED)
    except (Cancelled, KeyboardInterrupt):
        terminal.note("Stopped.")
        return STOPPED
    except BrokenPipeError:  # the reader of our pipe has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _run(args: argparse.Namespace, terminal: Terminal, opener: Opener) -> int:
    folder = data_dir(args.data)
    token = CancelToken()
    session = Session(terminal, token, folder, opener)
    run: Run = args.run
    try:
        with stopping_on_interrupt(token):
            return run(args, session)
    except (FootnoteError, Cancelled, BrokenPipeError):
        raise
    except Exception as error:  # the terminal's job runner: a bug is told in words
        raise report_bug(error, folder) from error


def _tell(error: FootnoteError, terminal: Terminal, code: int) -> int:
    if terminal.as_json:
        terminal.result(error_json(error.code, error.message, error.advice))
    terminal.note(error.message)
    if error.advice:
        terminal.note(error.advice)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="footnote", description="Ask your own documents on your own computer.")
    parser.add_argument("--version", action="version", version=f"footnote {version('footnote')}")
    _add_common(parser, data=None, as_json=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for room in (library, folders, ask, chat, history, feedback, models, drafts, reports, doctor, evaluate, demo):
        room.register(commands)
    _add_to_all(parser)
    return parser


def _add_common(parser: argparse.ArgumentParser, *, data: object, as_json: object) -> None:
    parser.add_argument(
        "--data", type=Path, metavar="DIR", default=data, help="the data directory (or the variable FOOTNOTE_DATA)"
    )
    parser.add_argument(
        "--json", dest="as_json", action="store_true", default=as_json, help="one JSON object on stdout"
    )


def _add_to_all(parser: argparse.ArgumentParser) -> None:
    """--data and --json are understood before the command and after it."""
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to walk its subparsers
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for child in action.choices.values():
                _add_common(child, data=argparse.SUPPRESS, as_json=argparse.SUPPRESS)
                _add_to_all(child)


if __name__ == "__main__":
    sys.exit(main())
