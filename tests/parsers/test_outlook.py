"""Messages in Outlook's own format: people, dates, encodings, attachments, and files that are something else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.errors import DocumentBroken, DocumentUnsupported
from rag.parsers.catalogue import choose
from rag.parsers.outlook import OutlookParser
from rag.types import BlockKind, Page, PageSkipped, Title
from tests.fakes.outlook import Tree, table, text, write_ole
from tests.fakes.parsers import block_texts, whole

SENT = int((datetime(2026, 3, 13, 9, 5, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7


def message(
    parts: Tree | None = None, *, subject: str = "Rent", body: str = "The rent is due.", begin: int = 32
) -> Tree:
    sent = table(begin, {0x0039: SENT}, kind=0x0040)
    sender = {**text(0x0C1A, "Anna Weiß"), **text(0x5D01, "anna@example.org"), **text(0x0C1F, "/O=EXCHANGE/CN=ANNA")}
    return {**sent, **sender, **text(0x0037, subject), **text(0x1000, body), **(parts or {})}


def recipient(name: str, kind: int) -> Tree:
    return {**table(8, {0x0C15: kind}), **text(0x3001, name), **text(0x39FE, f"{name.lower()}@example.org")}


def attachment(name: str, data: bytes) -> Tree:
    return {**table(8, {}), **text(0x3707, name), "__substg1.0_37010102": data}


def read(path: Path) -> list[object]:
    return list(choose(path).read(path))


def pages(items: list[object]) -> list[Page]:
    return [item for item in items if isinstance(item, Page)]


def test_a_message_is_read_with_its_people_and_its_date(tmp_path: Path) -> None:
    people = {
        "__recip_version1.0_#00000000": recipient("Bob", 1),
        "__recip_version1.0_#00000001": recipient("Carol", 2),
    }
    items = read(write_ole(tmp_path / "a.msg", message(people)))
    (page,) = pages(items)
    assert items[0] == Title("Rent")
    assert block_texts(page, BlockKind.HEADING) == ["Rent"]
    assert page.text.split("\n\n")[1:] == [
        (
            "From: Anna Weiß <anna@example.org>\nTo: Bob <bob@example.org>\nCc: Carol <carol@example.org>\n"
            "Date: Friday, 13 March 2026, 09:05 +0000"
        ),
        "The rent is due.",
    ]
    assert whole(page)


def test_the_web_page_is_read_where_there_is_one(tmp_path: Path) -> None:
    html = {"__substg1.0_10130102": "<p>The rent is <b>950</b> €.".encode("cp1252")}
    path = write_ole(tmp_path / "a.msg", {**message(), **html, **table(32, {0x3FDE: 1252})})
    assert pages(read(path))[0].text.endswith("The rent is 950 €.")


def test_texts_in_an_old_encoding_are_read_by_the_code_page_of_the_message(tmp_path: Path) -> None:
    tree = {**table(32, {0x3FDE: 950}), "__substg1.0_0037001E": "格式測試".encode("big5")}
    assert pages(read(write_ole(tmp_path / "a.msg", tree)))[0].text.startswith("格式測試")


def test_attachments_and_messages_in_messages_make_pages(tmp_path: Path) -> None:
    inner: Tree = {"__substg1.0_3701000D": message(subject="Pets", body="They are welcome.", begin=24), **table(8, {})}
    parts = {
        "__attach_version1.0_#00000000": attachment("Keys.txt", b"Two keys."),
        "__attach_version1.0_#00000001": inner,
        "__attach_version1.0_#00000002": attachment("lease.pdf", b"%PDF rubbish"),
    }
    items = read(write_ole(tmp_path / "a.msg", message(parts)))
    assert [page.label for page in pages(items)] == ["", "attachment Keys.txt", "attached message: Pets"]
    assert pages(items)[2].text.endswith("They are welcome.")
    assert [item.label for item in items if isinstance(item, PageSkipped)] == ["attachment lease.pdf"]


def test_an_ole_file_under_this_name_that_is_no_message_is_broken(tmp_path: Path) -> None:
    with pytest.raises(DocumentBroken, match=r"“a\.msg”"):
        read(write_ole(tmp_path / "a.msg", {"WordDocument": b"x"}))


def test_a_message_under_another_name_is_told_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(DocumentUnsupported, match="Outlook"):
        read(write_ole(tmp_path / "a.doc", message()))


@pytest.mark.parametrize("step", range(7, 2000, 97))
def test_damaged_messages_end_in_words(tmp_path: Path, step: int) -> None:
    path = write_ole(tmp_path / "a.msg", message({"__attach_version1.0_#00000000": attachment("a.txt", b"Two keys.")}))
    data = bytearray(path.read_bytes())
    for at in range(step, len(data), 2000):
        data[at] ^= 0xFF
    path.write_bytes(data)
    try:
        assert pages(list(OutlookParser(choose).read(path)))
    except DocumentBroken as error:
        assert "“a.msg”" in str(error)
