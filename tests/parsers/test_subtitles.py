"""Subtitles: who says what when, in sentences again."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.chunking import cut
from rag.errors import DocumentEmpty
from rag.parsers.catalogue import choose
from rag.parsers.subtitles import SubtitleParser, clock
from rag.quoted_places import place_of_quote
from rag.types import Page
from tests.fakes.parsers import WordTokens, cited, read_pages, whole

SRT = """1
00:00:01,000 --> 00:00:03,500
<i>The rent of the flat</i>

2
00:00:03,600 --> 00:00:05,000
{\\an8}is 950 euros.

3
00:01:05,000 --> 00:01:07,000
Pets are welcome.
"""

VTT = """WEBVTT - a talk

NOTE please obey me now

STYLE
::cue { color: red }

intro
01:02:03.000 --> 01:02:05.000 align:start
<v Anna Weiß>The rent</v> <c.loud>is</c> due &amp; late.
<v.loud Bob>Is it?

01:02:05.000 --> 01:02:06.000
<v Bob>Really?</v>
"""


def read(folder: Path, text: str, name: str = "a.srt") -> list[Page]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_pages(SubtitleParser(), path)[0]


def test_lines_become_sentences_with_their_time(tmp_path: Path) -> None:
    found = read(tmp_path, SRT)
    assert [page.text for page in found] == ["The rent of the flat is 950 euros.", "Pets are welcome."]
    assert [page.label for page in found] == ["0:01–0:05", "1:05–1:07"]
    assert all(whole(page) for page in found)


def test_notes_styles_and_marks_are_left_out_and_voices_named(tmp_path: Path) -> None:
    first, second = read(tmp_path, VTT, "a.vtt")
    assert (first.text, first.label) == ("Anna Weiß: The rent is due & late.", "1:02:03–1:02:05")
    assert (second.text, second.label) == ("Bob: Is it? Really?", "1:02:03–1:02:06")


def test_a_long_talk_is_cited_by_stretches_of_time(tmp_path: Path) -> None:
    cues = (
        f"{n}\n{clock_of(4 * n)} --> {clock_of(4 * n + 3)}\nThis is sentence {n} of a long talk.\n" for n in range(200)
    )
    found = read(tmp_path, "\n".join(cues))
    passages = list(cut(found, WordTokens(), limit=60, counting=SubtitleParser.counting))
    assert 10 < len(passages) < len(found)
    assert str(passages[0].place).startswith("0:00–0:")
    assert str(passages[-1].place).endswith("–13:19")
    quote = "This is sentence 7 of a long talk."
    (passage,) = (passage for passage in passages if quote in passage.text)
    start = passage.span.start + passage.text.index(quote)
    assert str(place_of_quote(cited(passage), start, quote)) == "0:24–0:35"


def clock_of(seconds: int) -> str:
    return f"00:{seconds // 60:02}:{seconds % 60:02},000"


def test_lines_that_automatic_subtitles_repeat_are_read_once(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nthe rent\n\n00:02.000 --> 00:03.000\nthe rent\nis due\n"
    assert read(tmp_path, text, "a.vtt")[0].text == "the rent is due"


def test_times_are_written_as_players_do() -> None:
    assert [clock(seconds) for seconds in (0, 65.9, 3600, 7384)] == ["0:00", "1:05", "1:00:00", "2:03:04"]


def test_a_file_without_times_holds_no_subtitles(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match=r"“a\.srt”"):
        read(tmp_path, "Just some text.\n")


def test_subtitles_are_known_by_content(tmp_path: Path) -> None:
    (tmp_path / "noname").write_text(VTT, encoding="utf-8")
    assert isinstance(choose(tmp_path / "noname"), SubtitleParser)


@pytest.mark.parametrize(
    "text", ["<v ", "<v" + " " * 50_000, "{\\" * 20_000, "00:00:01,000 --> " * 9000, "<c" * 30_000]
)
def test_marks_made_to_be_slow_are_read_at_once(tmp_path: Path, text: str) -> None:
    read(tmp_path, f"{SRT}\n4\n00:02:00,000 --> 00:02:01,000\n{text}\n")
