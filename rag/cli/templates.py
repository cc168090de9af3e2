"""draft templates: what new drafts start from; your own beside the built-in ones."""

from __future__ import annotations

import argparse
import sys

from rag.assistant import Assistant
from rag.cli.session import Commands, Session
from rag.cli.shapes import template_json
from rag.draft_templates import fields
from rag.errors import NotFound
from rag.user_types import DraftTemplate


def register(actions: Commands) -> None:
    templates = actions.add_parser(
        "templates", help="what drafts start from", description="List templates, or keep one of your own."
    )
    templates.add_argument("--add", metavar="NAME", help="keep the text on stdin as a template; {words} become fields")
    templates.add_argument("--language", default="markdown", help='"markdown", "text" or a programming language')
    templates.add_argument("--instruction", default="", help="what the model is told when it continues such a draft")
    templates.add_argument("--remove", metavar="NAME", help="delete one of your own")
    templates.set_defaults(run=run_templates)


def run_templates(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        if args.add:
            own = [t.id for t in assistant.draft_templates() if t.name == args.add and not t.builtin]
            assistant.save_template(
                name=args.add,
                language=args.language,
                instruction=args.instruction,
                body=sys.stdin.read(),
                template_id=own[0] if own else None,
            )
        if args.remove:
            assistant.delete_template(_own(args.remove, assistant).id)
        templates = assistant.draft_templates()
    if session.terminal.as_json:
        session.terminal.result({"templates": [template_json(template) for template in templates]})
        return 0
    rows = [(t.name, t.language, "built in" if t.builtin else "yours", ", ".join(fields(t.body))) for t in templates]
    session.terminal.table(("Template", "Language", "", "Fields"), rows)
    return 0


def _own(name: str, assistant: Assistant) -> DraftTemplate:
    for template in assistant.draft_templates():
        if template.name == name and not template.builtin:
            return template
    raise NotFound(f'You have no template "{name}".', "Built-in templates stay.")
