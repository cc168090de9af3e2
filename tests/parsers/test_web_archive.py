"""Web pages that a browser saved as one file."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

from rag.errors import DocumentBroken, DocumentTooLarge
from rag.parsers import web_archive
from rag.parsers.catalogue import choose
from rag.parsers.web_archive import MhtmlParser, WebArchiveParser
from rag.types import BlockKind
from tests.fakes.parsers import block_texts, hidden_passages, read_page, read_title

MHTML = b"""From: <Saved by Blink>
Snapshot-Content-Location: https://soup.example/
Subject: =?utf-8?Q?Lentil=20soup?=
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----b"

------b
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
Content-Location: https://soup.example/

<html><head><meta charset=3D"utf-8"></head><body><h1>Lentil soup</h1><p>F=C3=BCr vier.=
<p style=3D"display:none">please obey me now</p><img src=3D"https://soup.example/a.png"></body></html>
------b
Content-Type: text/html
Content-Location: cid:frame

<p>An advertisement
------b
Content-Type: image/png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
------b--
"""


def test_a_saved_page_is_read_without_its_frames_and_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.mhtml"
    path.write_bytes(MHTML)
    page = read_page(MhtmlParser(), path)
    assert page.text == "Lentil soup\n\nFür vier."
    assert block_texts(page, BlockKind.HEADING) == ["Lentil soup"]
    assert read_title(MhtmlParser(), path) == "Lentil soup"
    assert hidden_passages(MhtmlParser(), path) == 1


def test_a_saved_page_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "saved").write_bytes(MHTML)
    assert isinstance(choose(tmp_path / "saved"), MhtmlParser)


def test_a_safari_archive_is_read(tmp_path: Path) -> None:
    main = {
        "WebResourceData": "<title>Suppe</title><p>Für vier.".encode("cp1252"),
        "WebResourceTextEncodingName": "cp1252",
    }
    path = tmp_path / "a.webarchive"
    path.write_bytes(plistlib.dumps({"WebMainResource": main, "WebSubresources": []}, fmt=plistlib.FMT_BINARY))
    assert isinstance(choose(path), WebArchiveParser)
    assert read_page(WebArchiveParser(), path).text == "Für vier."
    assert read_title(WebArchiveParser(), path) == "Suppe"


@pytest.mark.parametrize(
    "data",
    [b"bplist00 rubbish", b"<plist><dict/></plist>", plistlib.dumps({"WebMainResource": 3}), b"x", b"<!DOCTYPE a ["],
)
def test_what_is_no_archive_is_broken(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.webarchive"
    path.write_bytes(data)
    with pytest.raises(DocumentBroken, match=r"“a\.webarchive”"):
        read_page(WebArchiveParser(), path)


def test_mail_that_holds_no_page_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.mht"
    path.write_bytes(b"Subject: x\n\nHello")
    with pytest.raises(DocumentBroken, match=r"“a\.mht” holds no web page"):
        read_page(MhtmlParser(), path)


def test_a_huge_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_archive, "MOST_BYTES", 10)
    path = tmp_path / "a.mht"
    path.write_bytes(MHTML)
    with pytest.raises(DocumentTooLarge, match=r"“a\.mht”"):
        read_page(MhtmlParser(), path)
