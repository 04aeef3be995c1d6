"""Count working days, with the public holidays of each year; a year that nobody has arranged yet is not guessed.

Exports `working_days_between`, `add_working_days`, `is_working_day`, `arranged`, `unknown_years`. Every function takes
the holidays that the site and the product know, by year; behind them stands the package chinesecalendar. The day on
which a limit begins is not counted, as in all law on time limits (民法典第二百零一条).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from sitegen.model import HolidayYear

Holidays = Mapping[int, HolidayYear]

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


def arranged(year: int, holidays: Holidays) -> HolidayYear | None:
    """The holidays of the year; None if neither the site, the product nor the package knows them."""
    return holidays.get(year) or _of_package(year)


def unknown_years(start: date, end: date, holidays: Holidays) -> tuple[int, ...]:
    """The years from the day after `start` to `end` whose holidays nobody knows."""
    if end <= start:
        return ()
    years = range((start + _ONE_DAY).year, end.year + 1)
    return tuple(year for year in years if arranged(year, holidays) is None)


def working_days_between(start: date, end: date, holidays: Holidays) -> int | None:
    """The working days after `start` up to and including `end`; 0 if there are none, None if a year is unknown.

    >>> working_days_between(date(2024, 4, 30), date(2024, 5, 6), {})  # 劳动节: 1 to 5 May are days off
    1
    """
    if end <= start:
        return 0
    if start.year == end.year:
        return _in_year(start, end, holidays)
    found = 0
    for year in range(start.year, end.year + 1):
        first = start if year == start.year else date(year - 1, 12, 31)
        last = end if year == end.year else date(year, 12, 31)
        if first < last:
            part = _in_year(first, last, holidays)
            if part is None:
                return None
            found += part
    return found


def is_working_day(day: date, holidays: Holidays) -> bool | None:
    """Whether offices work on that day; None if its year is unknown."""
    known = arranged(day.year, holidays)
    if known is None:
        return None
    if day.weekday() >= _SATURDAY:
        return day in known.worked
    return day not in known.off


def add_working_days(start: date, days: int, holidays: Holidays) -> date | None:
    """The last day of a limit of so many working days that begins with `start`; None if a year is unknown.

    >>> add_working_days(date(2024, 4, 30), 1, {})
    datetime.date(2024, 5, 6)
    """
    day, left = start, days
    while left > 0:
        if day == date.max:
            return None
        day += _ONE_DAY
        is_working = is_working_day(day, holidays)
        if is_working is None:
            return None
        left -= is_working
    return day


def _in_year(start: date, end: date, holidays: Holidays) -> int | None:
    """The working days after `start` up to `end`, all of the year of `end`."""
    known = arranged(end.year, holidays)
    if known is None:
        return None
    moved = _moved(known)
    first, last = start.toordinal(), end.toordinal()
    return (
        _weekdays(last)
        - _weekdays(first)
        - (bisect_right(moved.off, last) - bisect_right(moved.off, first))
        + (bisect_right(moved.worked, last) - bisect_right(moved.worked, first))
    )


def _weekdays(ordinal: int) -> int:
    """Days from Monday to Friday up to the day of this number; day 1 was a Monday."""
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


class _Moved(NamedTuple):
    """What differs from plain weeks: ordinals of weekdays off, and of weekend days worked, both sorted."""

    off: tuple[int, ...]
    worked: tuple[int, ...]


@lru_cache(64)
def _moved(known: HolidayYear) -> _Moved:
    return _Moved(
        tuple(sorted(day.toordinal() for day in set(known.off) if day.weekday() < _SATURDAY)),
        tuple(sorted(day.toordinal() for day in set(known.worked) if day.weekday() >= _SATURDAY)),
    )


@cache
def _of_package(year: int) -> HolidayYear | None:
    from chinese_calendar import constants  # takes a hundredth of a second, and is rarely needed

    off = tuple(sorted(day for day in constants.holidays if day.year == year))
    if not off:
        return None
    worked = tuple(sorted(day for day in constants.workdays if day.year == year))
    return HolidayYear(year, off, worked, "chinesecalendar 软件包")
