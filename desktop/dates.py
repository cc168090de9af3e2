"""Dates and times as the user's system writes them; where it has no way of its own, in English words.

The C locale, which programs have that are started without one, writes "22 11 2026": nobody can tell the month.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, QDateTime, QLocale

_SHORT = QLocale.FormatType.ShortFormat


def local_time(moment: datetime) -> QDateTime:
    """The moment in the user's own time."""
    return QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))


def date_and_time(moment: datetime, locale: QLocale | None = None) -> str:
    """Short: "22 Nov 2026 14:05" where the system has no way of its own."""
    locale = locale or QLocale.system()
    local = local_time(moment)
    return locale.toString(local, "d MMM yyyy HH:mm") if _is_bare(locale) else locale.toString(local, _SHORT)


def time_of_day(moment: datetime, locale: QLocale | None = None) -> str:
    """ "14:05"."""
    locale = locale or QLocale.system()
    time = local_time(moment).time()
    return locale.toString(time, "HH:mm") if _is_bare(locale) else locale.toString(time, _SHORT)


def long_date(date: QDate, locale: QLocale | None = None) -> str:
    """As in a letter: "22 November 2026"."""
    locale = locale or QLocale.system()
    bare = _is_bare(locale)
    return locale.toString(date, "d MMMM yyyy") if bare else locale.toString(date, QLocale.FormatType.LongFormat)


def _is_bare(locale: QLocale) -> bool:
    return locale.language() == QLocale.Language.C
