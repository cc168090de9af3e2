"""The models page over a service in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.models.download_dialog import DownloadDialog, host_of
from desktop.models.model import Column, ModelTable, count_words, size_words
from desktop.models.page import ModelsPage, answering_name, loaded_words
from desktop.models.parameter_form import ParameterForm
from desktop.models.parameters import DEFAULTS, LOADING, SAMPLING, values_of, with_values
from local_models.types import ModelFile, ModelInfo, Sampling
from rag.errors import DownloadError, ModelTooLarge
from rag.user_types import Preferences
from tests.fakes.desktop_pages import PagesAssistant

READER = ModelFile("reader", Path("/box/reader.gguf"), 24_000_000, "llama", 21_000_000, "Q8_0", 2048, bundled=True)
QWEN = ModelFile("qwen", Path("/data/models/qwen.gguf"), 1_120_000_000, "qwen2", 1_540_000_000, "Q4_K_M", 32768)
BROKEN = replace(QWEN, name="broken", problem="The file is cut off.")
URL = "https://models.example.org/qwen.gguf"


@pytest.fixture
def assistant() -> PagesAssistant:
    assistant = PagesAssistant()
    assistant.files = [READER, QWEN, BROKEN]
    return assistant


@pytest.fixture
def page(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> ModelsPage:
    page = ModelsPage(assistant, lanes)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page._table.rowCount() == 3)
    return page


def choose(page: ModelsPage, name: str) -> None:
    page._view.selectRow(page._table.row_of(name))


def test_sizes_and_parameters_are_words() -> None:
    assert [size_words(size) for size in (900, 24_000_000, 1_120_000_000)] == ["900 bytes", "24 MB", "1.1 GB"]
    assert [count_words(count) for count in (0, 135_000_000, 1_540_000_000)] == ["", "135 million", "1.5 billion"]


def test_the_table_says_what_is_in_the_box_what_answers_and_what_is_wrong(qtbot: QtBot) -> None:
    table = ModelTable()
    table.replace([READER, QWEN, BROKEN], "qwen")
    states = [table.index(row, Column.STATE).data() for row in range(3)]
    assert states == ["Ready", "Answers now", "The file is cut off."]
    assert table.index(0, Column.NAME).data() == "reader  (in the box)"


def test_without_a_choice_the_first_answers() -> None:
    assert answering_name([READER, QWEN], Preferences()) == "reader"
    assert answering_name([READER, QWEN], Preferences(model=str(QWEN.path))) == "qwen"
    assert answering_name([], Preferences()) == ""


def test_a_model_that_is_chosen_answers(qtbot: QtBot, page: ModelsPage, assistant: PagesAssistant) -> None:
    choose(page, "qwen")
    with qtbot.waitSignal(page.model_changed):
        page._use.click()
    qtbot.waitUntil(lambda: page._use.text() == "Answers now")
    assert assistant.wishes.model == "qwen"


def test_a_broken_model_can_t_be_chosen_and_says_why(qtbot: QtBot, page: ModelsPage) -> None:
    choose(page, "broken")
    assert not page._use.isEnabled()
    assert page._status.text() == "broken: The file is cut off."


def test_a_model_too_large_is_refused_in_words(qtbot: QtBot, page: ModelsPage, assistant: PagesAssistant) -> None:
    assistant.fail_with = ModelTooLarge("qwen needs 42 GB of memory.", "Choose a smaller one.")
    choose(page, "qwen")
    page._use.click()
    qtbot.waitUntil(lambda: "42 GB" in page._status.text())
    assert page._use.isEnabled()


def test_the_model_in_the_box_can_t_be_removed_and_others_ask_first(
    qtbot: QtBot, page: ModelsPage, assistant: PagesAssistant
) -> None:
    assert page._remove.isHidden()
    choose(page, "qwen")
    page._remove.click()
    box = page.findChild(QMessageBox)
    assert len(assistant.files) == 3
    box.buttons()[[each.text() for each in box.buttons()].index("Remove")].click()
    qtbot.waitUntil(lambda: len(assistant.files) == 2)


def test_a_file_is_copied_with_progress_and_then_listed(
    qtbot: QtBot, page: ModelsPage, assistant: PagesAssistant
) -> None:
    page.add_file(Path("/downloads/new.gguf"))
    qtbot.waitUntil(lambda: page._table.row_of("new") >= 0)
    assert "It is there" in page._transfer._detail.text()


def test_a_copy_can_be_stopped_and_tried_again(qtbot: QtBot, page: ModelsPage, assistant: PagesAssistant) -> None:
    assistant.hold = threading.Event()
    page.add_file(Path("/downloads/new.gguf"))
    qtbot.waitUntil(assistant.held.is_set)
    page._transfer._stop.click()
    qtbot.waitUntil(page._transfer._again.isVisible)
    assert page._transfer._again.text() == "Try again"
    assistant.hold = None
    page._transfer._again.click()
    qtbot.waitUntil(lambda: page._table.row_of("new") >= 0)


def test_a_cut_download_says_why_and_goes_on(qtbot: QtBot, page: ModelsPage, assistant: PagesAssistant) -> None:
    assistant.fail_with = DownloadError("The connection was cut.", "Go on when it is back.")
    page.download(URL, "a" * 64)
    qtbot.waitUntil(page._transfer._again.isVisible)
    assert "cut" in page._transfer._detail.text()
    assert "models.example.org" in page._transfer._words.text()
    assistant.fail_with = None
    page._transfer._again.click()
    qtbot.waitUntil(lambda: "It is there" in page._transfer._detail.text())
    assert assistant.calls == [("download_model", URL, "a" * 64)] * 2


def test_nothing_is_downloaded_before_the_host_was_agreed_to(qtbot: QtBot) -> None:
    dialog = DownloadDialog()
    qtbot.addWidget(dialog)
    dialog._url.setText(URL)
    dialog._sha256.setText("A" * 64)
    assert "models.example.org" in dialog._host.text()
    assert not dialog._start.isEnabled()
    dialog._agree.click()
    assert dialog._start.isEnabled()
    assert dialog.sha256 == "a" * 64


def test_another_address_needs_another_yes(qtbot: QtBot) -> None:
    dialog = DownloadDialog()
    qtbot.addWidget(dialog)
    dialog._url.setText(URL)
    dialog._agree.click()
    dialog._url.setText("https://elsewhere.example.net/x.gguf")
    assert not dialog._agree.isChecked()


@pytest.mark.parametrize("url", ["http://models.example.org/x.gguf", "file:///x.gguf", "https://", "https://[bad"])
def test_only_https_with_a_host_is_an_address(url: str) -> None:
    problem, host = host_of(url)
    assert problem
    assert host == ""


def test_the_host_that_is_shown_is_the_one_that_is_called() -> None:
    assert host_of("https://good.example.org:8443@evil.example.com/x.gguf") == ("", "evil.example.com")


def test_numbers_are_saved_when_the_user_pauses(qtbot: QtBot, page: ModelsPage, assistant: PagesAssistant) -> None:
    page._settle.setInterval(10)
    page._form._fields["temperature"].setValue(0.7)
    page._form._fields["n_ctx"].setValue(4096)
    qtbot.waitUntil(lambda: assistant.wishes.n_ctx == 4096)
    assert assistant.wishes.sampling.temperature == pytest.approx(0.7)


def test_saving_numbers_keeps_what_other_pages_saved(qtbot: QtBot, page: ModelsPage, assistant: PagesAssistant) -> None:
    assistant.wishes = replace(assistant.wishes, theme="dark")
    page._settle.setInterval(10)
    page._form._fields["top_k"].setValue(7)
    qtbot.waitUntil(lambda: assistant.wishes.sampling.top_k == 7)
    assert assistant.wishes.theme == "dark"


def test_reset_goes_back_to_the_defaults(qtbot: QtBot) -> None:
    form = ParameterForm()
    qtbot.addWidget(form)
    form.show_values(DEFAULTS | {"temperature": 1.5})
    with qtbot.waitSignal(form.changed):
        form._reset.click()
    assert form.values() == pytest.approx(DEFAULTS)
    assert not form._reset.isEnabled()


def test_values_go_through_the_form_unchanged(qtbot: QtBot) -> None:
    preferences = Preferences(
        model="qwen", n_ctx=4096, n_gpu_layers=-1, threads=3, sampling=Sampling(0.65, 0.9, 20, 0.1, 1.2, -1, 1024)
    )
    form = ParameterForm()
    qtbot.addWidget(form)
    form.show_values(values_of(preferences))
    assert with_values(Preferences(model="qwen"), form.values()) == preferences


def test_every_number_has_a_range_an_explanation_and_a_default_inside() -> None:
    for parameter in (*SAMPLING, *LOADING):
        assert parameter.least <= DEFAULTS[parameter.key] <= parameter.most
        assert parameter.explanation.endswith(".")


def test_every_field_has_a_name_for_screen_readers(qtbot: QtBot) -> None:
    form = ParameterForm()
    qtbot.addWidget(form)
    assert all(field.accessibleName() and field.accessibleDescription() for field in form._fields.values())


def test_a_fallback_to_the_processor_says_why() -> None:
    info = ModelInfo("qwen", Path(), "qwen2", 1, 4096, "cpu", "The graphics card has too little memory.")
    assert loaded_words(info).endswith("4,096 tokens. The graphics card has too little memory.")
