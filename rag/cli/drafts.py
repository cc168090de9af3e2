"""draft: texts and code you write with a model's help. Nothing is replaced before you accept it."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from local_models.types import Sampling
from rag.assistant import Assistant
from rag.cli import templates
from rag.cli.session import Commands, Session, add_sampling, chosen_sampling
from rag.cli.shapes import draft_json, version_json
from rag.cli.terminal import Terminal
from rag.draft_templates import fill
from rag.drafting import WRITING, DraftAction
from rag.errors import NotFound, UsageError
from rag.events import Delta, DraftSuggested, Notice
from rag.user_types import Draft, DraftTemplate

_ACTIONS = {
    DraftAction.CONTINUE: "let the model write on",
    DraftAction.REWRITE: "let the model rewrite it by an instruction",
    DraftAction.EXPLAIN: "let the model explain it",
    DraftAction.COMMENT: "let the model comment code, or remark on a text",
}


def register(commands: Commands) -> None:
    draft = commands.add_parser("draft", help="write texts and code", description="Write texts and code.")
    actions = draft.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="your drafts", description="List your drafts.")
    listing.set_defaults(run=run_list)
    new = actions.add_parser("new", help="begin a draft", description="Begin a draft, empty or from a template.")
    new.add_argument("title")
    new.add_argument("--template", metavar="NAME", help="as listed by `footnote draft templates`")
    new.add_argument("--field", dest="fields", action="append", default=[], metavar="NAME=TEXT", help="fill a field in")
    new.add_argument("--language", help='"markdown", "text", or a programming language such as "python"')
    new.add_argument("--file", type=Path, help="begin with this file's text (- for stdin)")
    new.set_defaults(run=run_new)
    for name, words in (("show", "read a draft"), ("edit", "change a draft"), ("delete", "delete a draft for good")):
        action = actions.add_parser(name, help=words, description=_DESCRIPTIONS[name])
        action.add_argument("draft", type=int, metavar="ID")
        action.set_defaults(run=_RUNS[name])
        if name == "show":
            action.add_argument("--history", action="store_true", help="list its versions instead")
    for kind, words in _ACTIONS.items():
        _register_suggestion(actions, kind, words)
    templates.register(actions)


def _register_suggestion(actions: Commands, kind: DraftAction, words: str) -> None:
    parser = actions.add_parser(kind.value, help=words, description=f"On a draft: {words}.")
    parser.add_argument("draft", type=int, metavar="ID")
    parser.add_argument("--lines", metavar="FIRST-LAST", help="only these lines (continue: after the last of them)")
    parser.add_argument("--instruction", default="", help="what to write, or how to change it")
    if kind is not DraftAction.EXPLAIN:
        parser.add_argument("--accept", action="store_true", help="save the suggestion without asking")
    add_sampling(parser)
    parser.set_defaults(run=run_suggest, kind=kind)


def run_list(_: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        drafts = assistant.drafts()
    if session.terminal.as_json:
        session.terminal.result({"drafts": [draft_json(draft) for draft in drafts]})
        return 0
    if not drafts:
        session.terminal.say("No drafts yet. Begin one with `footnote draft new TITLE`.")
    rows = [(str(d.id), d.title, d.language, str(d.version), f"{d.updated_at.astimezone():%Y-%m-%d}") for d in drafts]
    session.terminal.table(("No.", "Title", "Language", "Version", "Changed"), rows)
    return 0


def run_new(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        template = _template(args.template, assistant) if args.template else None
        content = _first_text(args, template)
        language = args.language or (template.language if template else "markdown")
        draft = assistant.new_draft(title=args.title, language=language, content=content)
    _saved(draft, session.terminal)
    return 0


def run_show(args: argparse.Namespace, session: Session) -> int:
    terminal = session.terminal
    with session.open() as assistant:
        draft = assistant.draft(args.draft)
        versions = assistant.draft_history(args.draft)
    if terminal.as_json:
        terminal.result({"draft": draft_json(draft), "versions": [version_json(version) for version in versions]})
    elif args.history:
        rows = [
            (str(v.number), v.origin, v.instruction, f"{v.created_at.astimezone():%Y-%m-%d %H:%M}") for v in versions
        ]
        terminal.table(("Version", "By", "Instruction", "When"), rows)
    else:
        terminal.say(draft.content)
    return 0


def run_edit(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        draft = assistant.draft(args.draft)
        content = _edited(draft) if sys.stdin.isatty() else sys.stdin.read()
        _saved(assistant.save_draft(draft.id, content), session.terminal)
    return 0


def run_delete(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        title = assistant.draft(args.draft).title
        assistant.delete_draft(args.draft)
    if session.terminal.as_json:
        session.terminal.result({"deleted": args.draft})
    session.terminal.say(f"Deleted: {title}")
    return 0


def run_suggest(args: argparse.Namespace, session: Session) -> int:
    terminal = session.terminal
    with session.open() as assistant:
        draft = assistant.draft(args.draft)
        selection = _selection(args.lines, draft.content, args.kind)
        text, notices = _suggestion(assistant, draft, selection, args, session)
        changed = _applied(draft.content, selection, text, args.kind, draft.language)
        accepted = changed is not None and (args.accept or _asked(terminal))
        if changed is not None and accepted:
            draft = assistant.save_draft(draft.id, changed, origin=args.kind.value, instruction=args.instruction)
    if terminal.as_json:
        terminal.result({"suggestion": text, "accepted": accepted, "notices": notices, "draft": draft_json(draft)})
    elif accepted:
        _saved(draft, terminal)
    elif changed is not None:
        terminal.note("Nothing was changed. Add --accept to save a suggestion.")
    return 0


def _suggestion(
    assistant: Assistant,
    draft: Draft,
    selection: tuple[int, int] | None,
    args: argparse.Namespace,
    session: Session,
) -> tuple[str, list[str]]:
    """Stream to a screen, and return the cleaned suggestion and the notices."""
    terminal = session.terminal
    streamed = terminal.out.is_terminal and not terminal.as_json
    text = ""
    notices = []
    sampling: Sampling = chosen_sampling(args, WRITING)
    events = assistant.suggest(
        draft.id, args.kind, session.cancel, selection=selection, instruction=args.instruction, sampling=sampling
    )
    for event in events:
        match event:
            case Delta(piece) if streamed:
                terminal.say(piece, end="")
            case Notice(notice):
                notices.append(notice)
                terminal.note(notice)
            case DraftSuggested(suggested):
                text = suggested
            case _:
                pass
    terminal.say(f"\n\n--- suggestion ---\n{text}" if streamed else text)
    return text, notices


def _applied(
    content: str, selection: tuple[int, int] | None, text: str, kind: DraftAction, language: str
) -> str | None:
    """The draft with the suggestion in its place, or None for one that only explains or remarks."""
    prose = language in {"", "text", "markdown"}
    if kind is DraftAction.EXPLAIN or (kind is DraftAction.COMMENT and prose) or not text:
        return None
    if selection is None:
        return content + text if kind is DraftAction.CONTINUE else text
    start, end = selection
    return content[: end if kind is DraftAction.CONTINUE else start] + text + content[end:]


def _asked(terminal: Terminal) -> bool:
    if terminal.as_json or not sys.stdin.isatty():
        return False
    terminal.err.print("Accept this? [y/N] ", end="", markup=False)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _selection(lines: str | None, content: str, kind: DraftAction) -> tuple[int, int] | None:
    """The characters of the lines named, without the last line's end. Raises UsageError."""
    if lines is None:
        return None
    first, _, last = lines.partition("-")
    kept = content.splitlines(keepends=True)
    if not (first.isdigit() and (last or first).isdigit() and 1 <= int(first) <= int(last or first) <= len(kept)):
        raise UsageError(f"--lines {lines} does not name lines of this draft.", f"It has lines 1-{len(kept)}.")
    start = sum(map(len, kept[: int(first) - 1]))
    end = len("".join(kept[: int(last or first)]).rstrip("\r\n"))
    return (end, end) if kind is DraftAction.CONTINUE else (start, max(start, end))


def _first_text(args: argparse.Namespace, template: DraftTemplate | None) -> str:
    if args.file is not None:
        return sys.stdin.read() if str(args.file) == "-" else _read(args.file)
    if template is None:
        return ""
    pairs = [field.partition("=") for field in args.fields]
    if any(not separator for _, separator, _ in pairs):
        raise UsageError("A field is given as NAME=TEXT.", 'For example --field "subject=The broken heating".')
    return fill(template.body, {name: text for name, _, text in pairs})


def _template(name: str, assistant: Assistant) -> DraftTemplate:
    templates = assistant.draft_templates()
    for template in templates:
        if name.casefold() in {template.name.casefold(), str(template.id)}:
            return template
    raise NotFound(f'There is no template "{name}".', f"Choose among: {', '.join(t.name for t in templates)}.")


def _edited(draft: Draft) -> str:
    """The text as the user's editor leaves it."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if sys.platform == "win32" else "vi")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"draft-{draft.id}{'.md' if draft.language == 'markdown' else '.txt'}"
        path.write_text(draft.content, encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise UsageError(
                f'The editor "{editor}" could not be run.', "Set EDITOR to one that is installed, or pipe the text in."
            ) from error
        return path.read_text(encoding="utf-8")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} can't be read as UTF-8 text.", "Choose a text file.") from error


def _saved(draft: Draft, terminal: Terminal) -> None:
    if terminal.as_json:
        terminal.result({"draft": draft_json(draft)})
    terminal.say(f"Draft {draft.id}, version {draft.version}: {draft.title}")


_RUNS = {"show": run_show, "edit": run_edit, "delete": run_delete}
_DESCRIPTIONS = {
    "show": "Print a draft, or its versions.",
    "edit": "Change a draft: with the editor that EDITOR names, or with the text on stdin.",
    "delete": "Delete a draft with all its versions.",
}
