"""Keys and values are found in any piece of a data file, and told by the keys they stand in."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.keyed import SUFFIXES, holds_keys, key_path, key_words, pairs, whole_path
from rag.parsers.formats import DATA
from rag.told_data import told_cells, told_keys

YAML = """# Machines
servers:
  eu:
    port: 8443 # open
    names:
      - one
      - two
  us:
    port: 9443
level: warning"""
JSON = """{
  "app": {
    "timeout": 45,
    "title": "Tide, watch"
  },
  "users": 3
}"""
TOML = """name = "Hall"
[heating.boiler]
kind = "V 200"
hours = [
  6,
  7,
]"""


def found(text: str) -> dict[str, str]:
    return {".".join(pair.path): text[pair.value_start : pair.value_end] for pair in pairs(text)}


def test_keys_of_each_format_lead_to_their_values() -> None:
    assert found(YAML) == {
        "servers.eu.port": "8443",
        "servers.eu.names": "- one\n      - two",
        "servers.us.port": "9443",
        "level": "warning",
    }
    assert found(JSON) == {"app.timeout": "45", "app.title": "Tide, watch", "users": "3"}
    assert found(TOML) == {"name": "Hall", "heating.boiler.kind": "V 200", "heating.boiler.hours": "6,\n  7"}


def test_the_lines_of_a_key_are_whole_without_the_comma_behind() -> None:
    assert [JSON[pair.start : pair.end] for pair in pairs(JSON)][:2] == ['"timeout": 45', '"title": "Tide, watch"']


@pytest.mark.parametrize("begin", ["eu:", "port: 8443"])
def test_a_passage_that_begins_inside_a_mapping_keeps_neighbours_apart(begin: str) -> None:
    piece = YAML[YAML.index(begin) :]
    ports = [pair.path for pair in pairs(piece) if pair.path[-1] == "port"]
    assert ports == [("eu", "port") if begin == "eu:" else ("port",), ("us", "port")]


def test_a_path_is_told_with_what_the_passage_stands_in_and_names_once() -> None:
    at = YAML.index("port: 8443")
    assert key_path(YAML, at, at + 10) == ("servers", "eu", "port")
    assert key_path(YAML, at, YAML.index("two")) == ("servers", "eu")
    assert whole_path(("eu", "port"), ["servers", "eu"]) == ("servers", "eu", "port")
    assert whole_path(("port",), ["servers", "eu, us"]) == ("servers", "port")
    assert key_path("no keys here", 0, 5) == ()


def test_a_short_line_of_several_keys_is_one_record_and_of_a_long_one_each_key_stands_alone() -> None:
    record = '{"id": 1, "name": "Ann, \\\\"x\\\\"", "at": {"zip": [3, 4]}}'
    assert found(record) == {"id": "1", "name": 'Ann, \\\\"x\\\\"', "at.zip": "[3, 4]"}
    assert {record[pair.start : pair.end] for pair in pairs(record)} == {record}
    long = record.replace("Ann", "Ann " * 100)
    assert [long[pair.start : pair.end] for pair in pairs(long)][::2] == ['"id": 1', '"zip": [3, 4]']


def test_keys_are_read_as_words() -> None:
    assert key_words(("uploadMb", "keep_days", "HTTPPort")) == "upload Mb keep days HTTP Port"


@pytest.mark.parametrize(("name", "told"), [("a.yml", True), ("a.json", True), ("a.toml", True), ("a.md", False)])
def test_data_files_are_known_by_their_names(name: str, told: bool) -> None:
    assert holds_keys(Path(name)) is told


def test_all_data_that_is_read_but_xml_has_keys() -> None:
    assert {suffix for suffix, kind in DATA.items() if kind != "text/xml"} == SUFFIXES


@given(st.text(st.sampled_from('ab:= -\n"{}[],#'), max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    for pair in pairs(text):
        assert 0 <= pair.start <= pair.value_start < pair.value_end <= len(text)
        assert pair.path


def test_values_are_told_behind_their_keys_and_lead_back_whole() -> None:
    made = told_keys(YAML, ["site"])
    assert made is not None
    assert made.text.splitlines()[0] == "site servers eu port: 8443."
    for words in ("44", "eu port"):
        start = made.text.index(words)
        place = made.back(start, start + len(words))
        assert place is not None
        assert YAML[place[0] : place[1]] == "8443"


def test_lines_of_a_notebook_that_call_something_are_left_out() -> None:
    text = "rate = 0.5\nprint('mean error', error(x))\n\nmean error 3.7 cm"
    made = told_cells(text)
    assert made is not None
    assert made.text.split() == "rate = 0.5 mean error 3.7 cm".split()
    assert told_cells("Only prose (and so on).") is None


@pytest.mark.parametrize("line", [" " * 20_000 + "!", "{ " * 10_000, "a: b" + " " * 20_000 + '#"', "[" + " " * 20_000])
def test_a_long_run_of_spaces_takes_no_time(line: str) -> None:
    begun = time.thread_time()
    pairs(line)
    assert time.thread_time() - begun < 1.0  # 20 ms; with a quadratic step 5 to 20 s
