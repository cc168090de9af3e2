"""Presentations are read slide by slide, as the audience sees them, with the notes apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import DocumentBroken, DocumentEmpty
from rag.parsers.pptx import NOTES, PptxParser
from rag.types import BlockKind, HiddenText, Page, PageSkipped, Title
from tests.fakes.office import shape, slide_part, slide_table, slide_tree, titled, write_package, write_pptx

WHITE = '<a:rPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></a:rPr>'
BLUE_FILL = '<a:solidFill><a:srgbClr val="203864"/></a:solidFill>'


def pages_of(path: Path) -> list[Page]:
    return [item for item in PptxParser().read(path) if isinstance(item, Page)]


def hidden_in(path: Path) -> int:
    return sum(item.passages for item in PptxParser().read(path) if isinstance(item, HiddenText))


def test_each_slide_is_a_page_with_its_title_first(tmp_path: Path) -> None:
    first = shape("Low", at=(0, 80, 50, 10)) + shape("High", at=(0, 20, 50, 10)) + shape("Rents", role="title")
    one, two = pages_of(write_pptx(tmp_path / "a.pptx", first, shape("Pets", role="ctrTitle")))
    assert (one.number, one.text) == (1, "Rents\n\nHigh\n\nLow")
    assert (two.number, two.text) == (2, "Pets")
    assert (one.blocks[0].kind, one.blocks[0].level) == (BlockKind.HEADING, 1)


def test_shapes_side_by_side_are_read_from_the_left(tmp_path: Path) -> None:
    slide = shape("right", at=(50, 30, 40, 10)) + shape("left", at=(5, 30, 40, 10))
    (page,) = pages_of(write_pptx(tmp_path / "a.pptx", slide))
    assert page.text == "left\n\nright"


def test_points_of_a_list_stand_together(tmp_path: Path) -> None:
    (page,) = pages_of(write_pptx(tmp_path / "a.pptx", shape("one", "two", role="body")))
    assert page.text == "one\ntwo"
    assert {block.kind for block in page.blocks} == {BlockKind.LIST_ITEM}


def test_tables_are_rows_with_their_header(tmp_path: Path) -> None:
    slide = slide_table(["Item", "Price"], ["Rent", "900"])
    (page,) = pages_of(write_pptx(tmp_path / "a.pptx", slide))
    assert page.text == "Item | Price\nRent | 900"
    assert [block.level for block in page.blocks] == [1, 0]


def test_a_chart_gives_its_title_and_its_numbers(tmp_path: Path) -> None:
    series = (
        "<c:ser><c:tx><c:strRef><c:strCache><c:pt idx='0'><c:v>Ducks</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        "<c:cat><c:strRef><c:strCache><c:pt idx='0'><c:v>2019</c:v></c:pt></c:strCache></c:strRef></c:cat>"
        "<c:val><c:numRef><c:numCache><c:pt idx='0'><c:v>120</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser>"
    )
    chart = slide_part("chart", f"<c:title><a:t>Seen on the lake</a:t></c:title>{series}")
    slide = (
        '<p:graphicFrame><a:graphic><a:graphicData><c:chart r:id="c1"/></a:graphicData></a:graphic></p:graphicFrame>'
    )
    links = {1: [("c1", "chart", "../charts/chart1.xml")]}
    (page,) = pages_of(write_pptx(tmp_path / "a.pptx", slide, links=links, more={"ppt/charts/chart1.xml": chart}))
    assert page.text == "Seen on the lake\n\n| Ducks\n2019 | 120"


def test_speaker_notes_stand_under_a_heading_of_their_own(tmp_path: Path) -> None:
    notes = slide_part("notes", slide_tree(shape("Smile.", role="body") + shape("7", role="sldNum")))
    links = {1: [("n1", "notesSlide", "../notesSlides/notesSlide1.xml")]}
    (page,) = pages_of(
        write_pptx(tmp_path / "a.pptx", shape("Seen"), links=links, more={"ppt/notesSlides/notesSlide1.xml": notes})
    )
    assert page.text == f"Seen\n\n{NOTES}\n\nSmile."


def test_hidden_slides_are_left_out_and_told_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    path = write_pptx(tmp_path / "a.pptx", shape("one"), shape("two"), shape("three"), attributes={2: 'show="0"'})
    assert [page.number for page in pages_of(path)] == [1, 3]
    assert [item.label for item in PptxParser().read(path) if isinstance(item, PageSkipped)] == ["Slide 2"]


@pytest.mark.parametrize(
    "unseen",
    [
        shape("obey me", hidden=True),
        shape("obey me", at=(120, 0, 50, 10)),
        shape("obey me", run='<a:rPr sz="100"/>', at=(0, 50, 50, 10)),
        shape("obey me", run=WHITE, at=(0, 50, 50, 10)),
        shape("obey me", run="<a:rPr><a:noFill/></a:rPr>", at=(0, 50, 50, 10)),
    ],
    ids=["switched off", "off the slide", "tiny", "white", "without colour"],
)
def test_text_that_nobody_sees_is_left_out_and_counted(tmp_path: Path, unseen: str) -> None:
    path = write_pptx(tmp_path / "a.pptx", shape("seen", at=(0, 0, 50, 10)) + unseen)
    assert [page.text for page in pages_of(path)] == ["seen"]
    assert hidden_in(path) == 1


@pytest.mark.parametrize(
    "slide",
    [
        shape("seen", run=WHITE, fill=BLUE_FILL, at=(0, 0, 50, 10)),
        shape("", fill=BLUE_FILL, at=(0, 0, 99, 99)) + shape("seen", run=WHITE, at=(0, 0, 50, 10)),
        shape("seen", run=WHITE),
    ],
    ids=["in a blue box", "over a blue box", "somewhere"],
)
def test_white_text_on_another_ground_is_seen(tmp_path: Path, slide: str) -> None:
    path = write_pptx(tmp_path / "a.pptx", slide)
    assert [page.text for page in pages_of(path)] == ["seen"]
    assert hidden_in(path) == 0


def test_white_text_on_a_dark_master_is_seen(tmp_path: Path) -> None:
    master = slide_part("sldMaster", slide_tree("", f"<p:bg><p:bgPr>{BLUE_FILL}</p:bgPr></p:bg>"))
    more = {
        "ppt/layouts/l.xml": slide_part("sldLayout", slide_tree("")),
        "ppt/layouts/_rels/l.xml.rels": '<R><Relationship Id="m" Type="x/slideMaster" Target="../m.xml"/></R>',
        "ppt/m.xml": master,
    }
    links = {1: [("l", "slideLayout", "../layouts/l.xml")]}
    path = write_pptx(tmp_path / "a.pptx", shape("seen", run=WHITE, at=(0, 0, 9, 9)), links=links, more=more)
    assert [page.text for page in pages_of(path)] == ["seen"]


def test_the_title_is_the_documents_own_or_else_that_of_the_first_slide(tmp_path: Path) -> None:
    slide = shape("Rents in Ulm", role="title")
    own = write_pptx(tmp_path / "a.pptx", slide, more={"docProps/core.xml": titled("Rents")})
    stock = write_pptx(tmp_path / "b.pptx", slide, more={"docProps/core.xml": titled("PowerPoint Presentation")})
    assert Title("Rents") in list(PptxParser().read(own))
    assert [item for item in PptxParser().read(stock) if isinstance(item, Title)] == [Title("Rents in Ulm")]


def test_groups_are_looked_into(tmp_path: Path) -> None:
    deep = "<p:grpSp>" * 60 + shape("too deep") + "</p:grpSp>" * 60
    (page,) = pages_of(write_pptx(tmp_path / "a.pptx", f"<p:grpSp>{shape('inside')}</p:grpSp>{deep}"))
    assert page.text == "inside"


def test_a_presentation_without_text_is_empty_and_one_without_slides_too(tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty):
        list(PptxParser().read(write_pptx(tmp_path / "a.pptx", "<p:pic/>")))
    with pytest.raises(DocumentEmpty):
        list(PptxParser().read(write_pptx(tmp_path / "b.pptx")))


def test_a_zip_without_a_presentation_is_broken(tmp_path: Path) -> None:
    with pytest.raises(DocumentBroken):
        list(PptxParser().read(write_package(tmp_path / "a.pptx", {"ppt/none.xml": "<a/>"})))
