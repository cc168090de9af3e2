"""Data files: their lines are the file's, and a passage is headed by the keys it stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.parsers.data import DataParser
from rag.parsers.data_yaml import yaml_parts
from rag.types import Page
from tests.fakes.parsers import block_texts, read_page, whole

LONG = "the hinge creaks when the weather is damp, so oil it in spring and in autumn before the rains come " * 4
LONGER = LONG * 2


def read(folder: Path, name: str, text: str) -> Page:
    path = folder / name
    path.write_text(text, "utf-8")
    page = read_page(DataParser(), path)
    assert page.text == text
    assert whole(page)
    return page


def headed(page: Page) -> dict[tuple[str, ...] | None, str]:
    """The text of the first block under each path."""
    found: dict[tuple[str, ...] | None, str] = {}
    for block, text in zip(page.blocks, block_texts(page), strict=True):
        found.setdefault(block.path, text)
    return found


def test_json_is_headed_by_its_keys(tmp_path: Path) -> None:
    text = f'{{\n  "name": "shed",\n  "parts": {{\n    "roof": "{LONG}",\n    "doors": [1, "{LONG}"]\n  }}\n}}\n'
    found = headed(read(tmp_path, "a.json", text))
    assert found[("name",)] == '"name": "shed",'
    assert found[("parts", "roof")].startswith('"roof": "the hinge')
    assert found[("parts", "doors")].startswith('"doors": [1,')


def test_elements_of_a_list_are_numbered_from_0(tmp_path: Path) -> None:
    found = headed(read(tmp_path, "a.json", f'[\n  {{"a": "{LONG}"}},\n  {{"a": "{LONG}", "b": "{LONG}"}}\n]'))
    assert ("[0]",) in found
    assert ("[1]", "a") in found
    assert ("[1]", "b") in found


def test_comments_brackets_in_texts_and_escapes_in_json_are_no_structure(tmp_path: Path) -> None:
    text = f'{{ // a "comment" {{\n "a": "br{{ace \\" [", /* ] }} */\n "b": "{LONG}",\n "c": "{LONG}" }}'
    found = headed(read(tmp_path, "a.jsonc", text))
    assert ("b",) in found
    assert ("c",) in found


def test_each_line_of_json_lines_is_a_record(tmp_path: Path) -> None:
    page = read(tmp_path, "a.jsonl", '{"id": 1, "text": "one"}\n{"id": 2, "text": "two"}\n')
    assert block_texts(page) == ['{"id": 1, "text": "one"}', '{"id": 2, "text": "two"}']


YAML = f"""\
# how the house is run
services:
  web:
    image: nginx   # pinned
    notes: {LONGER}
  # the database
  db:
    image: postgres
    command: |
      one
      {LONGER}
volumes: {{}}
"""


def test_yaml_is_headed_by_its_keys_with_the_comments_above_them(tmp_path: Path) -> None:
    found = headed(read(tmp_path, "a.yml", YAML))
    assert found[("services", "web", "notes")].lstrip().startswith("notes: the hinge")
    assert found[("services", "db", "command")].lstrip().startswith("command: |\n      one")
    assert any("# the database" in text for text in found.values())


def test_a_bomb_of_anchors_is_a_few_lines(tmp_path: Path) -> None:
    text = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}, *{old}, *{old}, *{old}, *{old}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert read(tmp_path, "a.yaml", text).text == text


def test_a_tag_makes_no_object() -> None:
    assert [part.name for part in yaml_parts("a: !!python/object/apply:os.system ['echo']\n" + "b: " + LONG)] == [
        "",
        "a",
        "b",
    ]


def test_a_template_that_is_no_yaml_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    found = headed(read(tmp_path, "a.yaml", YAML + "{{- if .Values.x }}\n  a: b\n{{- end }}\n"))
    assert ("services", "web", "notes") in found


def test_toml_and_ini_are_headed_by_their_tables(tmp_path: Path) -> None:
    text = 'a = """\n[no.table]\n"""\nb = [\n  [1],\n]\n\n# where\n'
    text += f'[server.tls]\nx = "{LONG}"\n\n[[mirror]]\ny = "{LONG}"\n'
    found = headed(read(tmp_path, "a.toml", text))
    assert set(found) == {(), ("server.tls",), ("mirror",)}
    assert found[("server.tls",)].startswith("# where\n[server.tls]")
    found = headed(read(tmp_path, "a.ini", f'[remote "origin"]\nurl = {LONG}\n'))
    assert set(found) == {("remote origin",)}


XML = f"""\
<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<rss><channel>
  <!-- <item> -->
  <title>News &secret;</title>
  <dc:item id="1"><text>{LONGER}</text><empty/></dc:item>
  <p>never ended
</channel></rss>
"""


def test_xml_is_headed_by_its_elements_and_resolves_nothing(tmp_path: Path) -> None:
    page = read(tmp_path, "a.xml", XML)
    assert headed(page)[("rss", "channel", "item", "text")].startswith("<text>the hinge")
    assert any("News &secret;" in text for text in block_texts(page))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.xml", "<a>" * 40_000),
        ("a.xml", "<a><b>" * 20_000 + "</a>" * 20_000),
        ("a.xml", "<!--" * 20_000 + "<a" * 20_000),
        ("a.json", "[" * 80_000),
        ("a.json", '{"a":' * 40_000 + "1" + "}" * 40_000),
        ("a.json", "]" * 20_000 + '"' * 20_001),
        ("a.yaml", "[" * 40_000),
        ("a.yaml", "".join(" " * n + "a:\n" for n in range(800))),
        ("a.toml", "[[" * 20_000),
        ("a.ini", "\n".join("[a]" for _ in range(20_000))),
    ],
)
def test_nesting_without_end_is_read(tmp_path: Path, name: str, text: str) -> None:
    read(tmp_path, name, text)
