"""The languages a draft can be in. Aliases are Pygments'; "text" and "markdown" are prose."""

from __future__ import annotations

from rag.drafting import PROSE

LANGUAGES = {
    "text": "Plain text",
    "markdown": "Markdown",
    "bash": "Shell",
    "c": "C",
    "cpp": "C++",
    "csharp": "C#",
    "css": "CSS",
    "go": "Go",
    "html": "HTML",
    "java": "Java",
    "javascript": "JavaScript",
    "json": "JSON",
    "kotlin": "Kotlin",
    "latex": "LaTeX",
    "php": "PHP",
    "python": "Python",
    "r": "R",
    "ruby": "Ruby",
    "rust": "Rust",
    "sql": "SQL",
    "swift": "Swift",
    "toml": "TOML",
    "typescript": "TypeScript",
    "xml": "XML",
    "yaml": "YAML",
}
"""Alias to what a person calls it, prose first."""


def is_code(language: str) -> bool:
    return language not in PROSE


def language_name(language: str) -> str:
    """An alias that is not offered (a template from elsewhere) stands for itself."""
    return LANGUAGES.get(language, language)
