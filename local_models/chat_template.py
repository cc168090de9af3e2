"""A model's own chat template, filled so that no content can pose as one of its markers.

Templates are Jinja from the GGUF's metadata (tokenizer.chat_template), written for transformers: a foreign program,
so it runs in Jinja's sandbox. It is rendered with a placeholder for each content; the result is cut at them into
segments that are the template's own (their markers become special tokens) and contents (nothing in them does).
This module knows nothing of tokens or of llama.cpp.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from local_models.errors import ModelBroken
from local_models.types import ChatMessage, Role

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""For models without a template; the most common format."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the prompt; `special`: it is the template's, and its markers are special tokens."""

    text: str
    special: bool


class ChatTemplate:
    """A compiled template. Raises ModelBroken if `source` is not Jinja."""

    def __init__(self, source: str, *, bos: str = "", eos: str = "") -> None:
        self._tokens = {"bos_token": bos, "eos_token": eos}
        try:
            self._template = _environment().from_string(source)
        except TemplateError as error:
            raise _broken(error) from error

    def segments(self, messages: Sequence[ChatMessage]) -> list[Segment]:
        """The prompt that lets the model speak next. A template without a system role gets it in the first user turn.

        Raises ModelBroken when the template refuses the messages or leaves one out.
        """
        try:
            return self._fill(messages)
        except (TemplateError, LookupError, TypeError) as error:
            merged = _without_system(messages)
            if merged == list(messages):
                raise _broken(error) from error
        try:
            return self._fill(merged)
        except (TemplateError, LookupError, TypeError) as error:
            raise _broken(error) from error

    def _fill(self, messages: Sequence[ChatMessage]) -> list[Segment]:
        nonce = secrets.token_hex(8)  # nobody can write a placeholder into a document beforehand
        marks = [f"\ue000{nonce}.{number}\ue001" for number in range(len(messages))]
        turns = [{"role": str(message.role), "content": mark} for message, mark in zip(messages, marks, strict=True)]
        text = self._template.render(messages=turns, add_generation_prompt=True, **self._tokens)
        parts = re.split(f"\ue000{nonce}\\.(\\d+)\ue001", text)
        if {int(number) for number in parts[1::2]} != set(range(len(messages))):
            raise LookupError("the template leaves out a message")
        segments = [
            Segment(messages[int(part)].content, special=False) if odd else Segment(part, special=True)
            for part, odd in zip(parts, _alternate(len(parts)), strict=True)
        ]
        return [segment for segment in segments if segment.text]


def _alternate(count: int) -> list[bool]:
    return [bool(number % 2) for number in range(count)]


def _without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    system = "\n\n".join(message.content for message in messages if message.role is Role.SYSTEM)
    rest = [message for message in messages if message.role is not Role.SYSTEM]
    if not system:
        return rest
    if not rest or rest[0].role is not Role.USER:
        return [ChatMessage(Role.USER, system), *rest]
    return [replace(rest[0], content=f"{system}\n\n{rest[0].content}"), *rest[1:]]


def _environment() -> ImmutableSandboxedEnvironment:
    # Block handling, filters and functions as transformers documents them for writers of chat templates.
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = _now
    return environment


def _to_json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> None:
    raise TemplateError(message)


def _now(pattern: str) -> str:
    return datetime.now().astimezone().strftime(pattern)


def _broken(error: Exception) -> ModelBroken:
    return ModelBroken(
        f"The chat template inside the model's file does not work ({error}).",
        "Choose another model, or another version of this one's file.",
    )
