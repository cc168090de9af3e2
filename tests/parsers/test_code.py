"""Source code is cut at its definitions, and a passage is headed by the names it stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.parsers import grammars
from rag.parsers.code import CodeParser
from rag.parsers.outline import FULL
from rag.types import Page
from tests.fakes.parsers import block_texts, read_page, whole

FILLER = " of the person who keeps the shed in order" * 9


def read(folder: Path, name: str, text: str) -> Page:
    path = folder / name
    path.write_text(text, "utf-8")
    page = read_page(CodeParser(), path)
    assert page.text == text
    assert whole(page)
    return page


def paths(page: Page) -> list[tuple[str, ...] | None]:
    """The path of each block, repeated ones once."""
    found: list[tuple[str, ...] | None] = []
    for block in page.blocks:
        if not found or found[-1] != block.path:
            found.append(block.path)
    return found


PYTHON = f'''\
import math

# how round
# it is
@cached
def area(radius):
    """Of a circle, in the hands{FILLER}."""

    return math.pi * radius**2

class Shed:
    """A shed in the garden."""

    doors = 2

    def open(self):
        """Open it, with the key{FILLER}."""

    async def close(self):
        """Close it{FILLER}."""
'''


def test_a_class_that_is_too_long_for_a_passage_is_opened(tmp_path: Path) -> None:
    page = read(tmp_path, "a.py", PYTHON)
    assert paths(page) == [(), ("area",), ("Shed",), ("Shed", "open"), ("Shed", "close")]


def test_comments_and_decorators_belong_to_what_stands_below_them(tmp_path: Path) -> None:
    page = read(tmp_path, "a.py", PYTHON)
    area = next(text for text in block_texts(page) if "def area" in text)
    assert area.startswith("# how round\n# it is\n@cached\ndef area")
    assert area.endswith("return math.pi * radius**2")


def test_small_definitions_go_together_under_their_names(tmp_path: Path) -> None:
    page = read(tmp_path, "a.py", "\n\n".join(f"def door_{n}():\n    return {n}" for n in range(4)))
    assert paths(page) == [("door_0 … door_3",)]
    page = read(tmp_path, "b.py", "def a(): ...\n\ndef b(): ...\n")
    assert paths(page) == [("a, b",)]


FILES = [
    ("a.js", "export const open = async (door) => {\n  // BODY\n};\n", ("open",)),
    ("a.ts", "/** BODY */\n@Injectable()\nexport class Shed<T> {\n  open(): void {}\n}\n", ("Shed",)),
    ("a.tsx", "export function Shed() {\n  return <p>BODY</p>;\n}\n", ("Shed",)),
    ("A.java", "public class Shed {\n  /** BODY */\n  void open() {}\n}\n", ("Shed",)),
    ("a.c", "static int *find_shed(const char *name)\n{\n  /* BODY */\n  return 0;\n}\n", ("find_shed",)),
    ("a.cpp", "template <typename T>\nint& Shed<T>::doors() {\n  // BODY\n  return d;\n}\n", ("Shed<T>::doors",)),
    ("a.cs", "public record Shed {\n  // BODY\n  public int Doors { get; set; }\n}\n", ("Shed",)),
    ("a.go", "func (s *Shed) Open() error {\n\t// BODY\n\treturn nil\n}\n", ("Shed.Open",)),
    ("a.rs", "impl<T> Drop for Shed<T> {\n    // BODY\n    fn drop(&mut self) {}\n}\n", ("Drop for Shed<T>",)),
    ("a.rb", "def self.find(name)\n  # BODY\nend\n", ("find",)),
    ("a.php", "<?php\nfunction open_shed() {\n  // BODY\n}\n", ("open_shed",)),
    ("a.sh", "open_shed() {\n  # BODY\n}\n", ("open_shed",)),
    ("a.kt", "private suspend fun open(x: Int): Int {\n    // BODY\n}\n", ("open",)),
    ("a.sql", "CREATE TABLE IF NOT EXISTS sheds (\n  id INT -- BODY\n);\n", ("sheds",)),
    ("a.tf", 'resource "shed" "green" {\n  doors = 2 # BODY\n}\n', ("shed green",)),
    ("a.lua", "function Shed.open(x)\n  -- BODY\nend\n", ("Shed.open",)),
    ("a.R", "open_shed <- function(x) {\n  # BODY\n}\n", ("open_shed",)),
    ("a.pl", "sub open_shed {\n  # BODY\n}\n", ("open_shed",)),
    ("Makefile", "install: build\n\tcp BODY shed\n", ("install",)),
]


@pytest.mark.parametrize(("name", "text", "path"), FILES)
def test_definitions_of_the_common_languages_are_named(
    tmp_path: Path, name: str, text: str, path: tuple[str, ...]
) -> None:
    body = " ".join(f"word{number}" for number in range(50))  # fills a good part of a passage, so it stands alone
    page = read(tmp_path, name, text.replace("BODY", body))
    assert path in paths(page)


def test_letters_of_any_width_leave_the_lines_true(tmp_path: Path) -> None:
    text = f"# Grüße 😀 家\n\ndef tür():\n    '''Öffnet{FILLER} 😀.'''\n\n\ndef zu():\n    '''Schließt{FILLER}.'''\n"
    page = read(tmp_path, "a.py", text)
    assert block_texts(page)[1].startswith("def tür():")
    assert block_texts(page)[2].startswith("def zu():")


def test_a_script_without_a_suffix_is_read_as_what_its_first_line_calls(tmp_path: Path) -> None:
    page = read(tmp_path, "tool", f"#!/usr/bin/env python3\n\n\ndef main():\n    '''Runs{FILLER}.'''\n")
    assert ("main",) in paths(page)


def test_half_written_code_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    page = read(tmp_path, "a.py", PYTHON + "\ndef broken(:\n    (((\n")
    assert ("Shed", "open") in paths(page)


@pytest.mark.parametrize("text", ["(" * 50_000, "class A { " * 5_000, "def f():\n" + "x = [" * 5_000])
def test_code_nested_without_end_is_read(tmp_path: Path, text: str) -> None:
    for name in ("a.py", "a.cpp", "a.ts"):
        read(tmp_path, name, text)


def test_code_without_definitions_is_cut_at_the_left_edge(tmp_path: Path) -> None:
    page = read(tmp_path, "a.zig", "VALUES = [\n    1,\n\n]\n\nprint()\n")
    assert block_texts(page) == ["VALUES = [\n    1,\n\n]", "print()"]


def test_a_generated_file_is_read_without_its_grammar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammars, "MOST", 100)
    assert paths(read(tmp_path, "a.py", PYTHON)) == [()]


def test_no_block_of_named_code_mixes_two_paths_over_a_passage(tmp_path: Path) -> None:
    page = read(tmp_path, "a.py", "".join(f"def f{n}():\n    return {n} + 1\n\n\n" for n in range(200)))
    lengths: dict[tuple[str, ...], int] = {}
    for block in page.blocks:
        assert block.path is not None
        lengths[block.path] = lengths.get(block.path, 0) + block.end - block.start
    assert max(lengths.values()) <= FULL
