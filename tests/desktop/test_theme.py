"""The two palettes are readable, follow the preference, and every icon can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

import desktop
from desktop.controls import icon
from desktop.theme import Theme, current_colours
from desktop.tokens import NIGHT, PAPER, Colours, contrast

ICONS = sorted(path.stem for path in (Path(desktop.__file__).parent / "icons").glob("*.svg"))


@pytest.mark.parametrize("colours", [PAPER, NIGHT], ids=["paper", "night"])
@pytest.mark.parametrize("ground", ["window", "surface", "raised", "sunken", "selection"])
@pytest.mark.parametrize("ink", ["text", "muted", "accent", "footnote", "good", "warn", "bad"])
def test_text_has_the_contrast_of_wcag_aa(colours: Colours, ground: str, ink: str) -> None:
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [PAPER, NIGHT], ids=["paper", "night"])
@pytest.mark.parametrize(("ink", "ground"), [("quote_text", "quote"), ("on_accent", "accent"), ("on_bad", "bad")])
def test_text_on_a_colour_has_the_contrast_of_wcag_aa(colours: Colours, ink: str, ground: str) -> None:
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [PAPER, NIGHT], ids=["paper", "night"])
@pytest.mark.parametrize("ink", ["code_keyword", "code_string", "code_number", "code_name", "muted"])
def test_code_has_the_contrast_of_wcag_aa(colours: Colours, ink: str) -> None:
    assert contrast(getattr(colours, ink), colours.surface) >= 4.5


def test_black_on_white_is_21_to_1() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_the_preference_decides_and_a_change_is_told(theme: Theme, qapp: QApplication) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.colours.dark))
    theme.prefer("dark")
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(NIGHT.window)
    assert current_colours() is NIGHT
    theme.prefer("light")
    assert current_colours() is PAPER
    assert told == [True, False]


def test_an_unknown_preference_is_refused(theme: Theme) -> None:
    with pytest.raises(ValueError, match="sepia"):
        theme.prefer("sepia")


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_draws_something(name: str, qapp: QApplication) -> None:
    picture = icon(name, "#000000").pixmap(36, 36).toImage()
    drawn = sum(picture.pixelColor(x, y).alpha() > 0 for x in range(picture.width()) for y in range(picture.height()))
    assert drawn > 20
