"""Rules leave out files as git would."""

from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.folders.rules import RULES_FILE, IgnoreRules


def write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_without_rules_nothing_is_left_out(tmp_path: Path) -> None:
    assert not IgnoreRules(tmp_path).ignores(write(tmp_path / "a" / "b.txt"))


def test_a_pattern_holds_in_every_folder_below_its_file(tmp_path: Path) -> None:
    write(tmp_path / RULES_FILE, "*.log\n")
    rules = IgnoreRules(tmp_path)
    assert rules.ignores(write(tmp_path / "deep" / "er" / "x.log"))
    assert not rules.ignores(write(tmp_path / "deep" / "er" / "x.txt"))


def test_a_file_nearer_by_has_the_last_word(tmp_path: Path) -> None:
    write(tmp_path / RULES_FILE, "*.log\n")
    write(tmp_path / "kept" / RULES_FILE, "!*.log\n")
    rules = IgnoreRules(tmp_path)
    assert not rules.ignores(write(tmp_path / "kept" / "x.log"))
    assert rules.ignores(write(tmp_path / "x.log"))


def test_a_folder_left_out_takes_all_that_is_in_it_and_nothing_can_be_brought_back(tmp_path: Path) -> None:
    write(tmp_path / RULES_FILE, "drafts/\n!drafts/good.txt\n")
    rules = IgnoreRules(tmp_path)
    assert rules.ignores(write(tmp_path / "drafts" / "good.txt"))
    assert rules.ignores(tmp_path / "drafts")
    assert not rules.ignores(write(tmp_path / "letters" / "drafts"))  # a file of that name is no folder


def test_a_pattern_with_a_slash_counts_from_its_own_file(tmp_path: Path) -> None:
    write(tmp_path / "a" / RULES_FILE, "/old/*.txt\n")
    rules = IgnoreRules(tmp_path)
    assert rules.ignores(write(tmp_path / "a" / "old" / "x.txt"))
    assert not rules.ignores(write(tmp_path / "old" / "x.txt"))


def test_a_collections_own_rules_come_first_and_a_file_may_overrule_them(tmp_path: Path) -> None:
    write(tmp_path / "b" / RULES_FILE, "!*.csv\n")
    rules = IgnoreRules(tmp_path, ["*.csv"])
    assert rules.ignores(tmp_path / "x.csv")
    assert not rules.ignores(tmp_path / "b" / "x.csv")


def test_what_lies_outside_the_folder_is_none_of_its_business(tmp_path: Path) -> None:
    rules = IgnoreRules(tmp_path / "in", ["*"])
    assert not rules.ignores(tmp_path / "out.txt")
    assert not rules.ignores(tmp_path / "in")


def test_a_line_that_is_no_rule_is_named_to_who_typed_it_and_passed_over_in_a_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="“!” is no rule"):
        IgnoreRules(tmp_path, ["*.log", "!"])
    write(tmp_path / RULES_FILE, "!\n*.log\n")
    assert IgnoreRules(tmp_path).ignores(tmp_path / "x.log")


def test_a_rules_file_that_is_no_text_leaves_nothing_out(tmp_path: Path) -> None:
    (tmp_path / RULES_FILE).write_bytes(bytes(range(1, 9)) * 1000)
    assert not IgnoreRules(tmp_path).ignores(tmp_path / "x.txt")
    (tmp_path / "folder" / RULES_FILE).mkdir(parents=True)
    assert not IgnoreRules(tmp_path).ignores(tmp_path / "folder" / "x.txt")
