"""The feedback panel and the export over a service in memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.feedback.chips import Chips
from desktop.feedback.export_dialog import LAYOUTS, ExportDialog, write_lines
from desktop.feedback.panel import FeedbackPanel
from desktop.jobs import Lanes
from rag.errors import LibraryError, NotFound
from rag.feedback import REASONS
from rag.types import Feedback, Verdict
from tests.fakes.desktop_pages import PagesAssistant

OLD = Feedback(Verdict.DOWN, ("wrong",), "Not my contract.", "Three months.")


@pytest.fixture
def assistant() -> PagesAssistant:
    return PagesAssistant()


def panel_for(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes, current: Feedback | None = None) -> FeedbackPanel:
    panel = FeedbackPanel(assistant, lanes, 7, current)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def test_nothing_can_be_saved_before_a_thumb(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    panel = panel_for(qtbot, assistant, lanes)
    assert not panel._save.isEnabled()
    assert not panel._comment.isVisible()


def test_a_thumb_offers_the_reasons_of_its_verdict(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    panel = panel_for(qtbot, assistant, lanes)
    panel.choose(Verdict.DOWN)
    assert panel._reasons[Verdict.DOWN].isVisible()
    assert not panel._reasons[Verdict.UP].isVisible()


def test_all_of_it_is_saved_at_once(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    panel = panel_for(qtbot, assistant, lanes)
    panel.choose(Verdict.DOWN)
    panel._reasons[Verdict.DOWN].choose(("wrong", "too_long"))
    panel._comment.setPlainText("Not my contract.")
    panel._correction.setPlainText("Three months.")
    with qtbot.waitSignal(panel.saved):
        panel._save.click()
    assert assistant.ratings[7] == Feedback(Verdict.DOWN, ("wrong", "too_long"), "Not my contract.", "Three months.")


def test_an_old_rating_is_shown_and_unchanged_needs_no_saving(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    panel = panel_for(qtbot, assistant, lanes, OLD)
    assert panel.feedback() == OLD
    assert not panel._save.isEnabled()


def test_a_rating_can_be_taken_back(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    assistant.ratings[7] = OLD
    panel = panel_for(qtbot, assistant, lanes, OLD)
    with qtbot.waitSignal(panel.withdrawn):
        panel._withdraw.click()
    assert assistant.ratings == {}
    assert not panel._withdraw.isVisible()


def test_a_failure_is_said_and_the_words_stay(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    assistant.fail_with = NotFound("The answer is gone.", "Reload the conversation.")
    panel = panel_for(qtbot, assistant, lanes)
    panel.choose(Verdict.UP)
    panel._comment.setPlainText("Good.")
    panel._save.click()
    qtbot.waitUntil(lambda: "Reload" in panel._status.text())
    assert panel._comment.toPlainText() == "Good."
    assert panel._save.isEnabled()


def test_reasons_break_into_lines_where_there_is_no_room(qtbot: QtBot) -> None:
    chips = Chips(REASONS[Verdict.DOWN])
    qtbot.addWidget(chips)
    assert chips.heightForWidth(260) > 2 * chips.heightForWidth(4000)


def test_tab_leaves_the_comment(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    panel = panel_for(qtbot, assistant, lanes, OLD)
    assert all(field.tabChangesFocus() and field.accessibleName() for field in (panel._comment, panel._correction))


def test_tab_goes_from_top_to_bottom(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    panel = panel_for(qtbot, assistant, lanes, OLD)
    order: list[int] = []
    widget = panel.nextInFocusChain()
    while widget is not panel:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(widget.mapTo(panel, QPoint(0, 0)).y())
        widget = widget.nextInFocusChain()
    assert order == sorted(order)


def test_the_export_counts_each_layout_and_refuses_an_empty_one(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    assistant.lines = {"sft": [{"messages": []}]}
    dialog = ExportDialog(assistant, lanes)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: len(dialog._lines) == len(LAYOUTS))
    assert dialog._save.isEnabled()
    dialog._choices["dpo"].setChecked(True)
    assert not dialog._save.isEnabled()
    assert dialog._counts["sft"].text() == "1 line"


def test_the_export_writes_json_lines(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes, tmp_path: Path) -> None:
    assistant.lines = {"sft": [{"text": "für"}, {"text": "b"}]}
    dialog = ExportDialog(assistant, lanes)
    qtbot.addWidget(dialog)
    dialog.save_to(tmp_path / "out.jsonl")
    qtbot.waitUntil(lambda: "2 lines" in dialog._status.text())
    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in written] == assistant.lines["sft"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl"]


def test_a_place_that_can_t_be_written_is_named(assistant: PagesAssistant, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="nowhere"):
        write_lines(assistant, "sft", tmp_path / "nowhere" / "out.jsonl")


def test_every_layout_of_the_core_is_offered() -> None:
    assert set(LAYOUTS) == {"sft", "dpo", "kto", "raw"}


def test_a_panel_may_die_while_it_saves(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    holder = QWidget()
    panel = FeedbackPanel(assistant, lanes, 7, None, holder)
    panel.choose(Verdict.UP)
    panel._save.click()
    with qtbot.waitSignal(panel.destroyed):
        holder.deleteLater()
    qtbot.waitUntil(lambda: 7 in assistant.ratings)
