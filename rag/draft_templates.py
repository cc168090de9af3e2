"""The templates a new draft can start from, before the user adds their own. Built-in ones have negative ids.

`body` holds {fields}; a brace with anything else in it is text. Knows nothing of stores or models.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rag.user_types import DraftTemplate

_FIELD = re.compile(r"\{([a-z][a-z _]{0,30})\}")

BUILTIN = (
    DraftTemplate(
        id=-1,
        name="Letter",
        language="markdown",
        instruction="Write the body of the letter: polite, to the point, at most three paragraphs.",
        body="{sender}\n\n{recipient}\n\n{date}\n\n**{subject}**\n\nDear {recipient name},\n\n\n\nYours sincerely,\n\n"
        "{sender}\n",
        builtin=True,
    ),
    DraftTemplate(
        id=-2,
        name="Summary",
        language="markdown",
        instruction="Summarise in short plain sentences, the most important first. Add nothing that is not there.",
        body="# Summary of {subject}\n\n## In one sentence\n\n\n\n## The main points\n\n- \n\n"
        "## What follows from it\n\n",
        builtin=True,
    ),
    DraftTemplate(
        id=-3,
        name="Minutes",
        language="markdown",
        instruction="Bring the notes into minutes: what was said, what was decided, who does what by when.",
        body="# Minutes: {meeting}\n\nDate: {date}\nPresent: {people}\n\n## Topics\n\n1. \n\n## Decisions\n\n- \n\n"
        "## To do\n\n| What | Who | By |\n|---|---|---|\n|  |  |  |\n",
        builtin=True,
    ),
    DraftTemplate(
        id=-4,
        name="Function with tests",
        language="python",
        instruction="Write the function as its docstring says, then tests of its ordinary and its edge cases.",
        body='"""{purpose}"""\n\nfrom __future__ import annotations\n\n'
        '\ndef function() -> None:\n    """{purpose}"""\n\n'
        "\ndef test_function() -> None:\n    function()\n",
        builtin=True,
    ),
)


def fields(body: str) -> tuple[str, ...]:
    """The names in braces, each once, in their order."""
    return tuple(dict.fromkeys(_FIELD.findall(body)))


def fill(body: str, values: Mapping[str, str]) -> str:
    """`body` with the fields that have a value replaced; the others stay, to be filled in by hand."""
    return _FIELD.sub(lambda field: values.get(field.group(1), field.group()), body)
