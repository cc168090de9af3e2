"""Verbs take the forms that sentences need."""

from __future__ import annotations

from local_models.verbs import past, present


def test_verbs_take_their_forms_from_the_tables_and_the_spelling_rules() -> None:
    assert [past(verb) for verb in ("write", "die", "carry", "stay", "stop", "launch")] == [
        "wrote", "died", "carried", "stayed", "stopped", "launched",
    ]  # fmt: skip
    assert [present(verb) for verb in ("have", "go", "carry", "stay", "reach", "make")] == [
        "has", "goes", "carries", "stays", "reaches", "makes",
    ]  # fmt: skip
