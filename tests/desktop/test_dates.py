"""Dates that can be read whatever the system's locale is."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, QLocale

from desktop.dates import date_and_time, long_date, time_of_day

MOMENT = datetime(2026, 11, 2, 14, 5).astimezone()
GERMAN = QLocale(QLocale.Language.German, QLocale.Country.Germany)


def test_without_a_locale_the_month_is_a_word() -> None:
    assert date_and_time(MOMENT, QLocale.c()) == "2 Nov 2026 14:05"
    assert time_of_day(MOMENT, QLocale.c()) == "14:05"
    assert long_date(QDate(2026, 11, 2), QLocale.c()) == "2 November 2026"


def test_with_one_the_system_decides() -> None:
    assert date_and_time(MOMENT, GERMAN) == "02.11.26 14:05"
    assert time_of_day(MOMENT, GERMAN) == "14:05"
    assert long_date(QDate(2026, 11, 2), GERMAN) == "Montag, 2. November 2026"
