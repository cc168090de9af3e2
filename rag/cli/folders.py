"""folders, watch: the folders documents lie in, what is left out of them, and following their changes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rag.assistant import Assistant
from rag.cli.library import embed, follow, summary
from rag.cli.session import Commands, Session
from rag.errors import NotFound, UsageError
from rag.folders.watching import Changed, Watched
from rag.parsers.cleaning import shown_name
from rag.store.folder_notes import Folder

_PICTURES = {
    "on": "Pictures in folders are read from the next look at them on: `footnote refresh`. Each takes some seconds.",
    "off": "Pictures in folders are left out from the next look at them on: `footnote refresh`.",
}


def register(commands: Commands) -> None:
    folders = commands.add_parser(
        "folders",
        help="list the folders of the library, or say what of one is left out",
        description="List the folders documents were added from. With a name: say which of its files are left out.",
    )
    folders.add_argument("name", nargs="?", help="of a folder's collection, or its path")
    folders.add_argument(
        "--leave-out",
        action="append",
        metavar="RULE",
        help="as in a .gitignore file: *.log, drafts/, !keep.log; may be given again; replaces the rules there were",
    )
    folders.add_argument("--leave-out-nothing", action="store_true", help="forget the rules of this folder")
    folders.add_argument(
        "--pictures",
        choices=("on", "off"),
        help="read the text in pictures that lie in folders, where Tesseract is installed; for all folders",
    )
    folders.set_defaults(run=run_folders)
    watch = commands.add_parser(
        "watch",
        help="follow changes in the folders until Ctrl-C",
        description="Keep the library true to its folders: read what is new or changed, follow what moves, forget what "
        "is deleted. Ends with Ctrl-C.",
    )
    watch.add_argument("--words-only", action="store_true", help="leave the vectors for later (footnote reindex)")
    watch.set_defaults(run=run_watch)


def run_folders(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        if args.leave_out or args.leave_out_nothing:
            _set_rules(assistant, args)
        elif args.name:
            _find(assistant.folders.all(), args.name)
        if args.pictures:
            assistant.save_preferences(replace(assistant.preferences(), pictures=args.pictures == "on"))
        folders, away = assistant.folders.all(), assistant.folders.away()
        pictures = assistant.preferences().pictures
    if args.name:
        folders = [_find(folders, args.name)]
    if session.terminal.as_json:
        session.terminal.result({"folders": [_json(folder, away) for folder in folders], "pictures": pictures})
        return 0
    if args.pictures:
        session.terminal.say(_PICTURES[args.pictures])
    if not folders:
        session.terminal.say("No folders yet. Add one with `footnote add FOLDER`.")
    rows = [
        (folder.collection.name, str(folder.collection.documents), _state(folder, away), " ".join(folder.rules),
         str(folder.root))
        for folder in folders
    ]  # fmt: skip
    session.terminal.table(("Collection", "Documents", "State", "Left out", "Folder"), rows)
    return 0


def run_watch(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        follow(assistant.folders.resume(session.cancel), session)
        if not args.words_only:
            embed(assistant, session)
        for event in assistant.folders.watch(session.cancel):
            if isinstance(event, Watched):
                _tell(event, session)
            else:
                _take_in(event, args, assistant, session)
    session.cancel.check()
    return 0


def _take_in(event: Changed, args: argparse.Namespace, assistant: Assistant, session: Session) -> None:
    finished, failures = follow(assistant.folders.follow(event.paths, session.cancel), session)
    embedded = 0 if args.words_only else embed(assistant, session)
    if not (finished.added or finished.moved or finished.removed or failures):
        return
    if session.terminal.as_json:
        session.terminal.result({**summary(finished, failures), "embedded": embedded})
        return
    parts = [
        f"{finished.added} read" if finished.added else "",
        f"{finished.moved} moved" if finished.moved else "",
        f"{finished.removed} forgotten" if finished.removed else "",
        f"{len(failures)} left out" if failures else "",
    ]
    session.terminal.say(", ".join(part for part in parts if part) + ".")
    for failure in failures:
        session.terminal.note(f"Left out: {failure.reason}")


def _tell(state: Watched, session: Session) -> None:
    if not state.folders:
        session.terminal.note("There is no folder to watch yet. Add one with `footnote add FOLDER`.")
    for folder in state.folders:
        if folder in state.unreachable:
            session.terminal.note(f"{folder} is not reachable now; what was read from there can still be asked.")
        elif folder in state.looked_at:
            session.terminal.note(f"Looking at {folder} every few minutes: the system tells nothing of its changes.")
        else:
            session.terminal.note(f"Watching {folder}")


def _set_rules(assistant: Assistant, args: argparse.Namespace) -> None:
    if not args.name:
        raise UsageError("It was not said of which folder files are left out.", "Name it: `footnote folders NAME …`.")
    folder = _find(assistant.folders.all(), args.name)
    assistant.folders.set_rules(folder.collection.id, [] if args.leave_out_nothing else args.leave_out)


def _find(folders: Sequence[Folder], name: str) -> Folder:
    path = Path(name).expanduser().absolute()
    for folder in folders:
        if folder.collection.name == name or folder.root == path:
            return folder
    raise NotFound(f"There is no folder “{name}” in the library.", "See `footnote folders` for those there are.")


def _state(folder: Folder, away: Sequence[Path]) -> str:
    if folder.root in away:
        return "not reachable now"
    parts = [each for each in away if each.is_relative_to(folder.root)]
    return f"{', '.join(shown_name(part) for part in parts)} not reachable now" if parts else "there"


def _json(folder: Folder, away: Sequence[Path]) -> dict[str, object]:
    return {
        "collection": folder.collection.name,
        "path": str(folder.root),
        "documents": folder.collection.documents,
        "left_out": list(folder.rules),
        "reachable": folder.root not in away,
        "unreachable": [str(each) for each in away if each.is_relative_to(folder.root)],
    }
