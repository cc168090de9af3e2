"""By which names texts speak of documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.naming import LONGEST, names_in, names_of


@pytest.mark.parametrize(
    ("title", "file", "text"),
    [
        ("Norsby lease", "x.pdf", "as agreed in the NORSBY  Lease of May"),
        ("scan 0042", "Annex_B.pdf", "the fees are in annex B."),
        ("Otto Brandt (miller)", "x.md", "It was founded by Otto Brandt in 1871."),
        ("租赁合同", "x.txt", "详见租赁合同第三条"),
        ("Résumé", "x.txt", "see my résumé"),
        ("договор аренды", "x.txt", "по условиям Договор аренды"),
    ],
)
def test_a_document_is_named_by_its_title_or_its_files_name(title: str, file: str, text: str) -> None:
    assert names_of(title, Path("/docs") / file) & names_in(text)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Norsby lease", "the lease of Norsby"),
        ("Norsby lease", "the Norsby leasehold"),
        ("map", "a map of the town"),
        ("2021", "built in 2021"),
        ("one two three four five six seven eight nine", "one two three four five six seven eight nine"),
    ],
)
def test_other_words_short_words_numbers_and_whole_sentences_are_no_name(title: str, text: str) -> None:
    assert not names_of(title, Path("/a/x")) & names_in(text)


def test_a_title_and_a_file_of_one_name_are_one_name() -> None:
    assert names_of("Harbour rules", Path("/docs/harbour-rules.md")) == {"harbour rules"}


def test_a_text_has_few_keys_for_each_of_its_words() -> None:
    assert len(names_in("word " * 5 + " ".join(f"other{number}" for number in range(200)))) <= 205 * LONGEST


def test_nothing_names_nothing() -> None:
    assert names_of("", Path()) == names_in("") == frozenset()
