"""The built-in templates, and how their fields are filled in."""

from __future__ import annotations

from rag.draft_templates import BUILTIN, fields, fill


def test_there_is_a_letter_a_summary_minutes_and_a_function_with_tests() -> None:
    assert [template.name for template in BUILTIN] == ["Letter", "Summary", "Minutes", "Function with tests"]
    assert all(template.builtin and template.id < 0 and template.instruction for template in BUILTIN)


def test_fields_are_named_once_and_code_braces_are_not_fields() -> None:
    assert fields("Dear {name}, {place}, {name} {x: 1} {}") == ("name", "place")


def test_a_field_without_a_value_stays_to_be_filled_in() -> None:
    assert fill("{name} in {place}", {"name": "Ann"}) == "Ann in {place}"
