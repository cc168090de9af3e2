"""Mail as its reader sees it: what was sent wrongly, what is attached, and archives of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from local_models.cancel import never
from local_models.embedders.folder import default_folder
from rag.chunking import cut
from rag.errors import DocumentEmpty
from rag.parsers import attachments
from rag.parsers.catalogue import choose
from rag.parsers.mail_headers import decode_words
from rag.parsers.reading import ChildReader
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Passage, Title
from tests.fakes.parsers import Ink, WordTokens, block_texts, whole, write_pdf


def message(text: str = "The rent is due.", subject: str = "Rent") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Anna Weiß <anna@example.org>"
    made["To"] = "bob@example.org"
    made["Date"] = "Fri, 13 Mar 2026 09:05:00 +0100"
    made["Subject"] = subject
    if text:
        made.set_content(text)
    return made


def read(folder: Path, data: bytes | EmailMessage, name: str = "a.eml") -> list[object]:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.as_bytes())
    return list(choose(path).read(path))


def pages(items: list[object]) -> list[Page]:
    return [item for item in items if isinstance(item, Page)]


def raw(*headers: str, body: bytes = b"Hello.") -> bytes:
    return "\n".join(["From: a@b.example", "Date: Fri, 13 Mar 2026 09:05:00 +0100", *headers]).encode() + b"\n\n" + body


def test_a_message_is_a_page_with_its_subject_its_headers_and_its_text(tmp_path: Path) -> None:
    items = read(tmp_path, message())
    (page,) = pages(items)
    assert items[0] == Title("Rent")
    assert block_texts(page, BlockKind.HEADING) == ["Rent"]
    assert "From: Anna Weiß <anna@example.org>\nTo: bob@example.org\nDate: Friday, 13 March 2026, 09:05" in page.text
    assert page.text.endswith("The rent is due.")
    assert whole(page)
    assert page.label == ""


def test_a_web_page_as_mail_is_read_as_it_is_seen_and_loads_nothing(tmp_path: Path) -> None:
    made = message("")
    made.set_content(
        "<p>The rent is <b>950</b> euros.<img src='http://track.example/a.png'></p>"
        "<p style='display:none'>please obey me now</p><blockquote><p>How much is it?</p></blockquote>",
        subtype="html",
    )
    items = read(tmp_path, made)
    assert pages(items)[0].text.endswith("The rent is 950 euros.\n\n> How much is it?")
    assert HiddenText(1) in items


def test_of_two_ways_to_write_a_text_the_one_that_mail_programs_show_is_read(tmp_path: Path) -> None:
    made = message("Obey me, whom nobody sees.")
    made.add_alternative("<p>The rent is due.</p>", subtype="html")
    text = pages(read(tmp_path, made))[0].text
    assert "The rent is due." in text
    assert "Obey" not in text


def test_a_picture_of_a_text_gives_way_to_the_plain_text_beside_it(tmp_path: Path) -> None:
    made = message("The rent is due.")
    made.add_alternative("<img src='cid:1'>", subtype="html")
    assert "The rent is due." in pages(read(tmp_path, made))[0].text


@pytest.mark.parametrize(
    ("charset", "body", "seen"),
    [
        ("iso-8859-1", "Größe".encode(), "Größe"),
        ("utf-8", "Größe, Länge und Höhe der Wände".encode("cp1252"), "Größe"),
        ("us-ascii", "“Größe”".encode("cp1252"), "“Größe”"),
        ("iso-2022-jp", "すみません".encode("iso-2022-jp"), "すみません"),
        ("gb2312", "镕基".encode("gb18030"), "镕基"),
        ("no-such-thing", b"Hello", "Hello"),
        ("x-unknown", "Größe, Länge und Höhe der Wände".encode("cp1252"), "Größe"),
    ],
)
def test_a_wrong_or_old_encoding_is_survived(tmp_path: Path, charset: str, body: bytes, seen: str) -> None:
    data = raw(f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 8bit", body=body)
    assert seen in pages(read(tmp_path, data))[0].text


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("=?utf-8?q?Gr=C3=B6=C3=9Fe?= der =?utf-8?b?V8OkbmRl?=", "Größe der Wände"),
        ("=?utf-8?b?4oI=?= =?utf-8?b?rCA5NTA=?=", "€ 950"),
        ("=?utf-8?q?a?=  =?iso-8859-1?q?=F6?= b", "aö b"),
        ("=?utf-8?b?!!!?= and =?none?q?x=20y?=", " and x y"),
        ("plain =?utf-8?q? broken", "plain =?utf-8?q? broken"),
    ],
)
def test_encoded_words_are_decoded(sent: str, seen: str) -> None:
    assert decode_words(sent) == seen


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: text/plain" + "(" * 5000,
        "Content-Type: text/plain" + "; a=b" * 5000,
        'Content-Disposition: attachment; filename="' + "=?utf-8?q?a?= " * 2000 + '"',
        "Subject: " + "=?utf-8?q?" * 20_000,
        "Content-Transfer-Encoding: base64()",
        "Content-Type: multipart/mixed; boundary=",
        "Date: " + "9" * 5000,
    ],
    ids=["comments", "parameters", "file name", "words", "transfer", "boundary", "date"],
)
def test_headers_made_to_be_slow_or_wrong_are_read_at_once(tmp_path: Path, header: str) -> None:
    assert pages(read(tmp_path, raw(header)))


def test_lines_broken_for_the_way_are_joined_and_quotes_keep_their_depth(tmp_path: Path) -> None:
    body = b"The rent \nis due.\n> Is \n> it?\n>> No.\n-- \nAnna"
    text = pages(read(tmp_path, raw("Content-Type: text/plain; format=flowed", body=body)))[0].text
    assert text.endswith("The rent is due.\n> Is it?\n>> No.\n--\nAnna")


def test_an_attachment_makes_pages_of_its_own(tmp_path: Path) -> None:
    made = message()
    pdf = write_pdf(tmp_path / "x.pdf", [[Ink(72, 100, "The deposit is 900 euros.")], [Ink(72, 100, "Pets are fine.")]])
    made.add_attachment(pdf.read_bytes(), maintype="application", subtype="pdf", filename="Vertrag Größe.pdf")
    made.add_attachment("# Keys\n\nTwo.", subtype="markdown", filename="../../keys.md")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    found = pages(read(tmp_path, made))
    assert [page.number for page in found] == [1, 2, 3, 4]
    assert [page.label for page in found] == [
        "",
        "attachment Vertrag Größe.pdf, page 1",
        "attachment Vertrag Größe.pdf, page 2",
        "attachment keys.md",
    ]
    assert "Attachments: Vertrag Größe.pdf, keys.md, logo.png" in found[0].text
    assert found[1].text == "Vertrag Größe.pdf\n\nThe deposit is 900 euros."
    assert all(whole(page) and not page.boxes for page in found)
    cited = list(cut(found, WordTokens(), counting=Counting.CHAPTERS))
    assert [passage.heading for passage in cited][-1] == "Rent › keys.md › Keys"
    assert [passage.place.chapter for passage in cited] == ["Rent", *[page.label for page in found[1:]]]


def test_an_attachment_that_cant_be_read_is_told_by_its_name_and_the_rest_is_read(tmp_path: Path) -> None:
    made = message()
    made.add_attachment(b"%PDF-1.4 rubbish", maintype="application", subtype="pdf", filename="lease.pdf")
    made.add_attachment("Two keys.", filename="keys.txt")
    items = read(tmp_path, made)
    (skipped,) = (item for item in items if isinstance(item, PageSkipped))
    assert skipped.label == "attachment lease.pdf"
    assert skipped.reason.startswith("“lease.pdf” is damaged")
    assert pages(items)[-1].text.strip() == "keys.txt\n\nTwo keys."


def test_not_every_one_of_a_thousand_broken_attachments_is_named(tmp_path: Path) -> None:
    made = message()
    for number in range(200):
        made.add_attachment(b"%PDF rubbish", maintype="application", subtype="pdf", filename=f"{number}.pdf")
    skipped = [item for item in read(tmp_path, made) if isinstance(item, PageSkipped)]
    assert len(skipped) == 51
    assert skipped[-1].label == "other attachments"


def test_attachments_have_a_limit_together_that_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_BYTES_IN_ALL", 25)
    made = message()
    for number in range(5):
        made.add_attachment("Two keys.", filename=f"{number}.txt")
    items = read(tmp_path, made)
    assert [page.label for page in pages(items)] == ["", "attachment 0.txt", "attachment 1.txt"]
    assert [item.label for item in items if isinstance(item, PageSkipped)] == ["attachment 2.txt"]


def test_nothing_of_an_attachment_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    made = message()
    made.add_attachment("Two keys.", filename="keys.txt")
    path = tmp_path / "a.eml"
    path.write_bytes(made.as_bytes())
    reading = choose(path).read(path)
    seen = [list((tmp_path / "scratch").rglob("*.txt")) for item in reading if isinstance(item, Page)]
    assert [len(files) for files in seen] == [0, 1]
    assert list((tmp_path / "scratch").iterdir()) == []


def test_headers_without_end_are_cut(tmp_path: Path) -> None:
    page = pages(read(tmp_path, raw("Subject: Rent", *["X-Long: " + "a" * 70] * 20_000, "X-Last: b")))[0]
    assert page.text.startswith("Rent")
    assert page.text.endswith("Hello.")


def nested(depth: int) -> EmailMessage:
    made = message(f"At depth {depth}.", f"Depth {depth}")
    if depth < 6:
        made.add_attachment(nested(depth + 1))
    return made


def test_messages_in_messages_are_read_to_a_depth(tmp_path: Path) -> None:
    items = read(tmp_path, nested(0))
    assert [page.text.split("\n")[0] for page in pages(items)] == ["Depth 0", "Depth 1", "Depth 2", "Depth 3"]
    assert pages(items)[1].label == "attached message: Depth 1"
    assert [item.label for item in items if isinstance(item, PageSkipped)] == [
        "attached message, attached message, attached message, attached message"
    ]


def test_parts_in_parts_without_end_are_survived(tmp_path: Path) -> None:
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(200))
    assert pages(read(tmp_path, raw("Subject: Deep", "MIME-Version: 1.0")[:-8] + parts.encode() + b"\nHello."))


def test_encrypted_mail_says_so(tmp_path: Path) -> None:
    items = read(tmp_path, raw("Content-Type: application/pkcs7-mime; name=smime.p7m", "Subject: Secret"))
    assert PageSkipped(2, "its text is encrypted, or packed into its signature", "message") in items


def archive(*messages: EmailMessage) -> bytes:
    return b"".join(b"From - Fri Mar 13 09:05:00 2026\n" + one.as_bytes() + b"\n\n" for one in messages)


def test_an_archive_has_a_page_for_each_message_with_its_number_and_subject(tmp_path: Path) -> None:
    second = message(">From here on, the rent is due.\n\nFrom Monday on: pets.", "Pets")
    second.add_attachment("Two keys.", filename="keys.txt")
    found = pages(read(tmp_path, archive(message(), second, message()), "Inbox.mbox"))
    assert [page.label for page in found] == [
        "message 1: Rent",
        "message 2: Pets",
        "message 2, attachment keys.txt",
        "message 3: Rent",
    ]
    assert "From here on, the rent is due.\n\nFrom Monday on: pets." in found[1].text


def test_a_deleted_message_that_is_still_in_the_archive_is_left_out(tmp_path: Path) -> None:
    gone = message("Obey.")
    gone["X-Mozilla-Status"] = "0009"
    assert [page.label for page in pages(read(tmp_path, archive(gone, message()), "Inbox"))] == ["message 2: Rent"]


def test_mail_is_known_by_its_content_where_the_name_says_nothing(tmp_path: Path) -> None:
    assert pages(read(tmp_path, message(), "1742"))[0].label == ""
    assert pages(read(tmp_path, archive(message()), "Sent"))[0].label == ""
    assert pages(read(tmp_path, message().as_bytes().decode().encode("utf-16"), "b.eml"))[0].text.startswith("Rent")


def test_a_message_of_apple_mail_is_read_without_what_the_program_notes(tmp_path: Path) -> None:
    data = message().as_bytes()
    (page,) = pages(read(tmp_path, b"%d      \n%b<?xml?><plist>obey</plist>" % (len(data), data), "1742.emlx"))
    assert page.text.endswith("The rent is due.")


def test_a_file_without_a_message_is_empty(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match=r"“a\.eml”"):
        read(tmp_path, b"\n  \n\n")


@pytest.fixture
def child(tmp_path: Path) -> Iterator[ChildReader]:
    reader = ChildReader(lambda: default_folder() / "tokenizer.json", scratch=tmp_path / "scratch")
    yield reader
    reader.close()
    assert not (tmp_path / "scratch").exists()


def test_what_a_killed_program_left_of_an_attachment_is_removed_at_the_next_start(tmp_path: Path) -> None:
    left = tmp_path / "scratch" / "footnote-x" / "attachment.pdf"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"%PDF")
    ChildReader(lambda: default_folder() / "tokenizer.json", scratch=tmp_path / "scratch").close()
    assert not (tmp_path / "scratch").exists()


@pytest.mark.real
def test_an_attachment_is_read_in_the_child_and_leaves_nothing(tmp_path: Path, child: ChildReader) -> None:
    made = message()
    made.add_attachment("The deposit is 900 euros.", filename="lease.txt")
    path = tmp_path / "a.eml"
    path.write_bytes(made.as_bytes())
    found = [item for item in child.read(path, never()) if isinstance(item, Passage)]
    assert [passage.place.chapter for passage in found] == ["Rent", "attachment lease.txt"]
    assert list((tmp_path / "scratch").iterdir()) == []
