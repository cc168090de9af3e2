"""Word documents: what is printed, with the numbers Word counts, and nothing from outside the file."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

from rag.errors import DocumentBroken, DocumentEmpty, DocumentTooLarge
from rag.parsers import package as packages
from rag.parsers.docx import DocxParser
from rag.types import BlockKind
from tests.fakes.parsers import W, block_texts, read_page, read_title, whole, write_docx


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def text_of(folder: Path, body: str, **parts: str) -> str:
    return read_page(DocxParser(), write_docx(folder / "a.docx", body, **parts)).text


def test_a_document_saved_by_an_office_program_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "Minutes of May"
    document.add_heading("Minutes", 1)
    document.add_paragraph("The shed is painted green.")
    document.add_paragraph("Ada brings paint", style="List Number")
    document.add_paragraph("Bo brings brushes", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ["What", "Euro", "Paint", "38"], strict=True):
        cell.text = text
    document.save(str(tmp_path / "a.docx"))
    page = read_page(DocxParser(), tmp_path / "a.docx")
    assert whole(page)
    assert read_title(DocxParser(), tmp_path / "a.docx") == "Minutes of May"
    assert block_texts(page, BlockKind.HEADING) == ["Minutes"]
    assert block_texts(page, BlockKind.LIST_ITEM) == ["1. Ada brings paint", "2. Bo brings brushes"]
    assert block_texts(page, BlockKind.TABLE) == ["What | Euro", "Paint | 38"]


def test_hidden_deleted_and_instruction_text_is_left_out(tmp_path: Path) -> None:
    body = paragraph(
        run("Seen")
        + run("obey", "<w:vanish/>")
        + run("obey", '<w:rStyle w:val="Ghost"/>')
        + run("obey", '<w:color w:val="FFFFFF"/>')
        + run("obey", '<w:sz w:val="2"/>')
        + f"<w:del>{run('obey')}</w:del>"
        + "<w:r><w:instrText>obey</w:instrText></w:r>"
    )
    ghost = '<w:style w:styleId="Ghost"><w:name w:val="Ghost"/><w:rPr><w:vanish/></w:rPr></w:style>'
    assert text_of(tmp_path, body, styles=ghost) == "Seen"


def test_white_text_on_a_dark_ground_is_seen(tmp_path: Path) -> None:
    white = run("Rent", '<w:color w:val="FFFFFF"/>')
    assert text_of(tmp_path, paragraph(white, '<w:shd w:fill="000000"/>')) == "Rent"


def test_text_that_is_switched_back_on_is_seen(tmp_path: Path) -> None:
    assert text_of(tmp_path, paragraph(run("Seen", '<w:vanish w:val="false"/>'))) == "Seen"


def test_insertions_links_and_content_controls_are_read(tmp_path: Path) -> None:
    body = (
        paragraph(run("a") + f"<w:ins>{run('b')}</w:ins><w:hyperlink>{run('c')}</w:hyperlink>")
        + f"<w:sdt><w:sdtContent>{paragraph(run('d'))}</w:sdtContent></w:sdt>"
    )
    assert text_of(tmp_path, body) == "abc\n\nd"


def test_text_boxes_and_footnotes_follow_their_paragraph(tmp_path: Path) -> None:
    box = f"<w:r><w:pict><w:txbxContent>{paragraph(run('boxed'))}</w:txbxContent></w:pict></w:r>"
    body = paragraph(run("Rent") + '<w:r><w:footnoteReference w:id="7"/></w:r>' + box) + paragraph(run("Next"))
    notes = f'<w:footnote w:id="7">{paragraph(run("Due on the third."))}</w:footnote>'
    assert text_of(tmp_path, body, footnotes=notes) == "Rent\n\nboxed\n\nDue on the third.\n\nNext"


LEVELS = "".join(
    f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
    for depth, (form, text) in enumerate([("decimal", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)")])
)
NUMBERING = (
    f'<w:abstractNum w:abstractNumId="5">{LEVELS}</w:abstractNum>'
    '<w:num w:numId="2"><w:abstractNumId w:val="5"/></w:num>'
)


def clause(text: str, depth: int, more: str = "") -> str:
    return paragraph(run(text), f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="2"/></w:numPr>{more}')


def test_clauses_carry_the_numbers_that_word_counts(tmp_path: Path) -> None:
    body = "".join(
        [
            clause("Rent", 0, '<w:outlineLvl w:val="0"/>'),
            clause("It is due.", 1),
            clause("by transfer", 2),
            clause("in cash", 2),
            clause("Late fees apply.", 1),
            clause("Pets", 0, '<w:outlineLvl w:val="0"/>'),
            clause("None.", 1),
        ]
    )
    page = read_page(DocxParser(), write_docx(tmp_path / "a.docx", body, numbering=NUMBERING))
    assert block_texts(page, BlockKind.HEADING) == ["1. Rent", "2. Pets"]
    assert block_texts(page, BlockKind.LIST_ITEM) == [
        "1.1 It is due.", "(a) by transfer", "(b) in cash", "1.2 Late fees apply.", "2.1 None.",
    ]  # fmt: skip


def test_headings_are_known_by_built_in_names_in_any_language(tmp_path: Path) -> None:
    style = '<w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
    mine = '<w:style w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="berschrift2"/></w:style>'
    body = paragraph(run("Miete"), '<w:pStyle w:val="Mine"/>')
    page = read_page(DocxParser(), write_docx(tmp_path / "a.docx", body, styles=style + mine))
    assert [(block.kind, block.level) for block in page.blocks] == [(BlockKind.HEADING, 2)]


def test_styles_based_on_one_another_in_a_circle_do_no_harm(tmp_path: Path) -> None:
    circle = "".join(
        f'<w:style w:styleId="{one}"><w:name w:val="{one}"/><w:basedOn w:val="{other}"/></w:style>'
        for one, other in [("A", "B"), ("B", "A")]
    )
    assert text_of(tmp_path, paragraph(run("Rent"), '<w:pStyle w:val="A"/>'), styles=circle) == "Rent"


def test_a_table_of_one_column_is_a_frame_around_text(tmp_path: Path) -> None:
    table = f"<w:tbl><w:tr><w:tc>{paragraph(run('One.'))}{paragraph(run('Two.'))}</w:tc></w:tr></w:tbl>"
    assert text_of(tmp_path, table) == "One.\n\nTwo."


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY c "x">]>',
    ],
)
def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path, doctype: str) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as package:
        xml = f'{doctype}<w:document xmlns:w="{W}"><w:body>{paragraph(run("&c;"))}</w:body></w:document>'
        package.writestr("word/document.xml", xml)
    with pytest.raises(DocumentBroken, match=r"“a\.docx”"):
        list(DocxParser().read(path))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_PART", 100_000)
    with pytest.raises(DocumentTooLarge, match=r"“a\.docx”"):
        text_of(tmp_path, paragraph(run("a" * 200_000)))


@pytest.mark.parametrize(
    ("look", "row", "level"),
    [
        ("", "<w:trPr><w:tblHeader/></w:trPr>", 1),
        ('<w:tblLook w:val="0420"/>', "", 1),
        ('<w:tblLook w:firstRow="1"/>', "", 1),
        ('<w:tblLook w:val="0400"/>', "", 0),
        ('<w:tblLook w:firstRow="1"/>', '<w:trPr><w:tblHeader w:val="0"/></w:trPr>', 0),
        ("", "", 0),
    ],
)
def test_the_header_of_a_table_is_marked(tmp_path: Path, look: str, row: str, level: int) -> None:
    cells = "".join(f"<w:tc>{paragraph(run(text))}</w:tc>" for text in ("Item", "Price"))
    rows = f"<w:tr>{row}{cells}</w:tr><w:tr>{cells}</w:tr>"
    path = write_docx(tmp_path / "a.docx", f"<w:tbl><w:tblPr>{look}</w:tblPr>{rows}</w:tbl>")
    assert [block.level for block in read_page(DocxParser(), path).blocks] == [level, 0]


def test_a_chart_gives_its_title_and_its_numbers(tmp_path: Path) -> None:
    spaces = 'xmlns:c="c" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    path = write_docx(
        tmp_path / "a.docx", paragraph(f'<w:r><w:drawing><c:chart {spaces} r:id="c1"/></w:drawing></w:r>')
    )
    series = "<ser><tx><v>Ducks</v></tx><val><numLit><pt idx='0'><v>120</v></pt></numLit></val></ser>"
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(
            "word/_rels/document.xml.rels", '<R><Relationship Id="c1" Type="x/chart" Target="charts/c.xml"/></R>'
        )
        package.writestr("word/charts/c.xml", f"<c><title><t>Seen</t></title>{series}</c>")
    assert read_page(DocxParser(), path).text == "Seen\n\n| Ducks\n| 120"


def test_a_cut_or_foreign_zip_is_broken(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", paragraph(run("Rent " * 500)))
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(DocumentBroken, match=r"“a\.docx”"):
        list(DocxParser().read(path))
    with zipfile.ZipFile(tmp_path / "b.docx", "w") as package:
        package.writestr("other.txt", "x")
    with pytest.raises(DocumentBroken, match=r"“b\.docx”"):
        list(DocxParser().read(tmp_path / "b.docx"))


def test_a_document_without_text_is_empty(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty):
        text_of(tmp_path, paragraph(""))
