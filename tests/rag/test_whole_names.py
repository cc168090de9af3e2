"""A name that was found in part is told whole, and nothing else is."""

from __future__ import annotations

import pytest

from rag.whole_names import whole_amount, whole_name


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("The tenant is Helio Works, of Calder.", "Helio", "Helio Works"),
        ("Kabaty Forest lies in the south.", "Kabaty", "Kabaty Forest"),
        ("It was signed by Ada King Lovelace today.", "Ada", "Ada King Lovelace"),
        ("The rent is 950 Euros.", "950", "950"),
        ("Tenant: Helio Landlord: Kranz", "Helio", "Helio"),
        ("Helio | Works | 950", "Helio", "Helio"),
        ("He met Helio. Works went on.", "Helio", "Helio"),
        ("Paris, France", "Paris", "Paris"),
        ("The landlord Kranz pays", "landlord", "landlord"),
        ("Helio\nWorks", "Helio", "Helio"),
        ("Helio", "Helio", "Helio"),
        ("It ended in March. Then", "March.", "March."),
    ],
)
def test_the_rest_of_a_name_belongs_to_what_was_found(text: str, found: str, whole: str) -> None:
    start = text.index(found)
    assert text[start : whole_name(text, start + len(found))] == whole


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("It is 7.5 metres deep.", "metres", "7.5 metres"),
        ("It costs 1,200 EUR.", "EUR.", "1,200 EUR."),
        ("Room A4 metres", "metres", "metres"),
        ("In 1931 it was opened", "it was opened", "it was opened"),
        ("It is deep.", "deep", "deep"),
    ],
)
def test_a_unit_is_told_with_its_number(text: str, found: str, whole: str) -> None:
    start = text.index(found)
    end = start + len(found)
    assert text[whole_amount(text, start, end) : end] == whole
