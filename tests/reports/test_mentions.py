"""Mentions: every one, in any form, with its place; words apart and meaning are told apart."""

from __future__ import annotations

from rag.report_types import Report, ReportKind, ReportRequest, RowKind
from tests.fakes.reports import ReportRoom


def mentions(room: ReportRoom, *topics: str, documents: tuple[int, ...]) -> Report:
    return room.make(ReportRequest(ReportKind.MENTIONS, documents, topics))


def marked(report: Report, kind: RowKind = RowKind.WORDS) -> list[str]:
    return [
        row.cells[0].text[start:end] for row in report.rows if row.kind is kind for start, end in row.cells[0].marks
    ]


def test_every_form_of_a_word_is_found_in_any_case(room: ReportRoom) -> None:
    one = room.add("A", ["A deposit is paid. DEPOSITS are kept. He deposited it.", "The deposition was long."])
    report = mentions(room, "deposit", documents=(one.id,))
    assert marked(report)[:3] == ["deposit", "DEPOSITS", "deposited"]


def test_none_is_left_out_however_many_there_are(room: ReportRoom) -> None:
    pages = [" ".join(f"Clause {n} of page {p} names the deposit twice: deposit." for n in range(8)) for p in range(30)]
    one = room.add("A", pages)
    report = mentions(room, "deposit", documents=(one.id,))
    assert sum(row.count for row in report.rows if row.kind is RowKind.WORDS) == 480
    assert report.notices[0].startswith("480 mentions")


def test_a_phrase_stands_together_and_its_words_apart_are_another_kind(room: ReportRoom) -> None:
    one = room.add("A", ["The notice period is short. A period of grace follows each notice. A period ended."])
    report = mentions(room, "notice period", documents=(one.id,))
    assert marked(report) == ["notice period"]
    apart = [row.cells[0].text for row in report.rows if row.kind is RowKind.APART]
    assert apart == ["A period of grace follows each notice."]


def test_a_mention_is_cited_where_it_stands(room: ReportRoom) -> None:
    pages = ["Nothing here.", "Two lines\nwith a deposit in them."]
    one = room.add("A", pages)
    report = mentions(room, "deposit", documents=(one.id,))
    (citation,) = report.citations()
    text = "\n\n".join(pages)
    assert text[citation.quote_span.start : citation.quote_span.end] == citation.quote == "deposit"
    assert citation.quote_span.page == 2


def test_documents_stand_in_the_order_they_were_chosen(room: ReportRoom) -> None:
    one, two = room.add("A", ["A deposit is paid."]), room.add("B", ["No deposit here."])
    report = mentions(room, "deposit", documents=(two.id, one.id))
    assert [row.section for row in report.rows if row.kind is RowKind.WORDS] == ["B", "A"]


def test_words_in_a_script_without_spaces_are_found_by_their_characters(room: ReportRoom) -> None:
    one = room.add("A", ["我们在东京签了合同。租金每月支付。"])
    report = mentions(room, "东京", documents=(one.id,))
    assert marked(report) == ["东京"]


def test_a_sentence_close_in_meaning_is_no_mention(room: ReportRoom) -> None:
    one = room.add("A", ["The deposit money is kept safe here. Money that is kept safe here, money kept."])
    report = mentions(room, "money kept safe deposit", documents=(one.id,))
    kinds = [row.kind for row in report.rows]
    assert RowKind.WORDS not in kinds
    assert kinds[0] is RowKind.APART
    assert set(kinds[1:]) <= {RowKind.MEANING}


def test_a_word_that_nowhere_stands_is_said_so(room: ReportRoom) -> None:
    one = room.add("A", ["A deposit is paid."])
    report = mentions(room, "elephant", documents=(one.id,))
    assert report.rows == ()
    assert "not mentioned" in report.notices[0]
