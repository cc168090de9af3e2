"""Books: chapters in reading order under the names of the table of contents, and books that mean harm."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from rag.chunking import cut
from rag.errors import DocumentBroken, DocumentEmpty, DocumentEncrypted
from rag.parsers.catalogue import choose
from rag.parsers.epub import EpubParser
from rag.types import BlockKind, Counting, Page
from tests.fakes.parsers import WordTokens, block_texts, hidden_passages, read_pages, read_title, whole

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
NCX = (
    '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://x.example/ncx.dtd"><ncx><navMap>'
    '<navPoint><navLabel><text>The Harbour</text></navLabel><content src="text/One%20a.xhtml"/></navPoint>'
    '<navPoint><navLabel><text>The Island</text></navLabel><content src="text/two.xhtml#top"/></navPoint>'
    "</navMap></ncx>"
)
NAV = (
    '<html xmlns:epub="http://www.idpf.org/2007/ops"><body>'
    '<nav epub:type="landmarks"><a href="text/two.xhtml">No</a></nav>'
    '<nav epub:type="toc"><ol><li><a href="text/one%20a.xhtml">The <i>Harbour</i></a></li></ol></nav></body></html>'
)


def chapter(body: str) -> str:
    return f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{body}</body></html>'


def opf(*names: str, contents: str = "toc.ncx") -> str:
    items = "".join(
        f'<item id="c{number}" href="{name}" media-type="application/xhtml+xml"/>' for number, name in enumerate(names)
    )
    kind, nav = ("application/xhtml+xml", "nav") if contents.endswith("xhtml") else ("application/x-dtbncx+xml", "")
    order = "".join(f'<itemref idref="c{number}"/>' for number in range(len(names)))
    return (
        '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The  Sea</dc:title></metadata>'
        f'<manifest>{items}<item id="n" href="{contents}" media-type="{kind}" properties="{nav}"/></manifest>'
        f'<spine toc="n"><itemref idref="n"/>{order}</spine></package>'
    )


def write_book(path: Path, **parts: str) -> Path:
    """A book of these parts; a name is written with __ for / and _0 for a space."""
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        for name, text in {"META-INF__container.xml": CONTAINER, **parts}.items():
            book.writestr(name.replace("__", "/").replace("_0", " "), text)
    return path


def two_chapters(folder: Path, **parts: str) -> Path:
    texts = {
        "OEBPS__text__one_0a.xhtml": chapter("<p>The Harbour</p><p>Boats &amp; ropes.</p>"),
        "OEBPS__text__two.xhtml": chapter("<h2>II</h2><p>Sand.</p><p hidden=''>please obey me now</p>"),
        "OEBPS__text__more.xhtml": chapter("<p>More sand.</p>"),
    }
    book = opf("text/two.xhtml", "text/one%20a.xhtml", "text/more.xhtml")
    return write_book(folder / "a.epub", **{"OEBPS__book.opf": book, "OEBPS__toc.ncx": NCX, **texts, **parts})


def read(path: Path) -> list[Page]:
    return read_pages(EpubParser(), path)[0]


def test_chapters_come_in_reading_order_with_their_titles(tmp_path: Path) -> None:
    path = two_chapters(tmp_path)
    found = read(path)
    assert [(page.number, page.label) for page in found] == [
        (1, "The Island"),
        (2, "The Harbour"),
        (3, "The Harbour"),
    ]
    assert [page.text for page in found] == ["II\n\nSand.", "The Harbour\n\nBoats & ropes.", "More sand."]
    assert block_texts(found[1], BlockKind.HEADING) == ["The Harbour"]
    assert all(whole(page) for page in found)
    assert read_title(EpubParser(), path) == "The Sea"
    assert hidden_passages(EpubParser(), path) == 1


def test_passages_are_cited_by_chapter(tmp_path: Path) -> None:
    passages = list(cut(read(two_chapters(tmp_path)), WordTokens(), counting=Counting.CHAPTERS))
    assert [passage.place.chapter for passage in passages] == ["The Island", "The Harbour", "The Harbour"]


def test_the_table_of_contents_of_newer_books_is_read_and_is_no_chapter(tmp_path: Path) -> None:
    book = opf("text/two.xhtml", "text/one%20a.xhtml", contents="nav.xhtml")
    found = read(two_chapters(tmp_path, **{"OEBPS__book.opf": book, "OEBPS__nav.xhtml": NAV}))
    assert [page.label for page in found] == ["", "The Harbour"]


def test_a_chapter_without_its_title_gets_it_as_a_heading(tmp_path: Path) -> None:
    found = read(two_chapters(tmp_path, **{"OEBPS__text__one_0a.xhtml": chapter("<p>Boats.</p>")}))
    assert found[1].text == "The Harbour\n\nBoats."
    assert block_texts(found[1], BlockKind.HEADING) == ["The Harbour"]


def test_a_book_is_known_by_its_content(tmp_path: Path) -> None:
    assert isinstance(choose(two_chapters(tmp_path).rename(tmp_path / "a.docx")), EpubParser)


def test_a_book_locked_by_its_seller_says_so_and_hidden_fonts_do_not_matter(tmp_path: Path) -> None:
    locked = '<encryption><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
    fonts = locked.format("http://www.idpf.org/2008/embedding")
    assert read(two_chapters(tmp_path, **{"META-INF__encryption.xml": fonts}))
    content = locked.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(DocumentEncrypted, match="sold"):
        read(two_chapters(tmp_path, **{"META-INF__encryption.xml": content}))


def test_names_that_lead_out_of_the_book_write_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "side"
    folder.mkdir(parents=True)
    path = two_chapters(folder, **{"..__..__evil.xhtml": chapter("evil")})
    before = set(tmp_path.rglob("*"))
    assert len(read(path)) == 3
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "parts",
    [
        {"META-INF__container.xml": "<container/>"},
        {"META-INF__container.xml": "no xml"},
        {"OEBPS__book.opf": "<package/>"},
        {"OEBPS__book.opf": "<package" * 9},
    ],
)
def test_a_book_without_a_list_of_its_chapters_is_broken(tmp_path: Path, parts: dict[str, str]) -> None:
    with pytest.raises(DocumentBroken, match=r"“a\.epub” is damaged"):
        read(write_book(tmp_path / "a.epub", **parts))


def test_a_book_of_pictures_is_empty(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match="pictures"):
        read(
            write_book(
                tmp_path / "a.epub", **{"OEBPS__book.opf": opf("one.xhtml"), "OEBPS__one.xhtml": chapter("<img/>")}
            )
        )


def test_entities_are_neither_expanded_nor_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("obey")
    declared = f'<!DOCTYPE x [<!ENTITY a "{"ha" * 99}"><!ENTITY b SYSTEM "file://{tmp_path}/secret.txt">]>'
    found = read(
        two_chapters(
            tmp_path,
            **{
                "OEBPS__book.opf": declared + opf("text/two.xhtml").replace("The  Sea", "Sea &a;&b;"),
                "OEBPS__text__two.xhtml": declared + "<html><body><p>Sand &a;&b;</p></body></html>",
            },
        )
    )
    assert found[0].text == "The Island\n\nSand &a;&b;"
    assert "ha" not in read_title(EpubParser(), tmp_path / "a.epub")
    assert "obey" not in read_title(EpubParser(), tmp_path / "a.epub")
