"""Counting working days: the laws, and days that everybody can look up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.load.holidays import read_holidays
from sitegen.model import HolidayYear
from sitegen.workdays import add_working_days, arranged, is_working_day, unknown_years, working_days_between

KNOWN, _ = read_holidays({}, "content")
DAYS = st.dates(date(2008, 5, 1), date(2025, 6, 30))


@given(DAYS, st.integers(0, 300))
def test_counting_gives_back_what_was_added(start: date, days: int) -> None:
    end = add_working_days(start, days, KNOWN)
    assert end is not None
    assert working_days_between(start, end, KNOWN) == days
    assert days == 0 or is_working_day(end, KNOWN)


@given(DAYS, st.integers(0, 400), st.integers(0, 400))
def test_a_span_is_as_long_as_its_parts(start: date, first: int, second: int) -> None:
    middle = start + timedelta(days=first)
    end = middle + timedelta(days=second)
    if end.year <= 2026:
        whole = working_days_between(start, end, KNOWN)
        parts = working_days_between(start, middle, KNOWN), working_days_between(middle, end, KNOWN)
        assert whole == sum(part for part in parts if part is not None)


@given(DAYS, st.integers(1, 60))
def test_counting_is_looking_at_each_day(start: date, days: int) -> None:
    each = [start + timedelta(days=number) for number in range(1, days + 1)]
    assert working_days_between(start, each[-1], KNOWN) == sum(is_working_day(day, KNOWN) is True for day in each)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-09-30", "2026-10-08", 1),  # 国庆节, seven days off
        ("2026-09-18", "2026-09-20", 1),  # a Sunday that is worked
        ("2026-02-13", "2026-02-24", 2),  # 春节; Saturday 14 February is worked
        ("2024-03-01", "2024-03-29", 20),
        ("2025-12-31", "2026-01-04", 1),  # across the end of a year, and a Sunday that is worked
        ("2024-03-01", "2024-03-01", 0),
        ("2024-03-02", "2024-03-01", 0),
    ],
)
def test_days_one_can_look_up(start: str, end: str, days: int) -> None:
    assert working_days_between(date.fromisoformat(start), date.fromisoformat(end), KNOWN) == days


def test_a_year_that_nobody_arranged_is_not_guessed() -> None:
    assert arranged(2027, KNOWN) is None
    assert working_days_between(date(2026, 12, 30), date(2026, 12, 31), KNOWN) == 1
    assert working_days_between(date(2026, 12, 30), date(2027, 1, 4), KNOWN) is None
    assert working_days_between(date(2026, 12, 31), date(2028, 1, 4), KNOWN) is None
    assert add_working_days(date(2026, 12, 30), 2, KNOWN) is None
    assert is_working_day(date(2027, 1, 4), KNOWN) is None
    assert unknown_years(date(2026, 12, 31), date(2028, 1, 4), KNOWN) == (2027, 2028)
    assert unknown_years(date(2026, 12, 30), date(2026, 12, 31), KNOWN) == ()


def test_the_site_comes_before_the_package() -> None:
    own = {2024: HolidayYear(2024, (date(2024, 3, 4),), (date(2024, 3, 9),), "本站")}
    assert working_days_between(date(2024, 3, 1), date(2024, 3, 9), own) == 5


@pytest.mark.parametrize("year", sorted(KNOWN))
def test_the_product_says_what_the_package_says(year: int) -> None:
    package = arranged(year, {})
    assert package is not None
    assert (KNOWN[year].off, KNOWN[year].worked) == (package.off, package.worked)
    assert "国办发明电" in KNOWN[year].source


GOOD = """year: 2027
source: 某通知
holidays:
  - {date: '2027-01-01', name: 元旦}
  - 2027-01-02
workdays:
  - {date: '2027-01-09', name: 调休}
"""


def test_a_file_of_the_site_is_read() -> None:
    years, problems = read_holidays({"data/holidays/2027.yaml": GOOD.encode()}, "content")
    assert problems == ()
    assert years[2027] == HolidayYear(2027, (date(2027, 1, 1), date(2027, 1, 2)), (date(2027, 1, 9),), "某通知")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("year: 2027", "year: 2026", "1:7 year 应是 2027，与文件名一致"),
        ("source: 某通知", "source:", "2:8 没有写 source"),
        ("'2027-01-01'", "'2027-13-01'", "4:12 “2027-13-01”不是日子"),
        ("'2027-01-01'", "'2026-12-31'", "4:12 2026-12-31 不在 2027 年"),
        ("- 2027-01-02", "- 2027-01-01", "5:5 2027-01-01 写了两次"),
        ("'2027-01-09'", "'2027-01-06'", "7:12 2027-01-06 不是周末，本来就上班"),
        ("'2027-01-09'", "'2027-01-02'", "7:12 2027-01-02 既放假又上班"),
        ("workdays:", "workday:", "6:1 没有“workday”这一项"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(old: str, new: str, said: str) -> None:
    assert old in GOOD
    years, problems = read_holidays({"data/holidays/2027.yaml": GOOD.replace(old, new).encode()}, "content")
    assert [f"{d.span.line}:{d.span.column} {d.message}" for d in problems] == [said]
    assert 2027 not in years, "half a year is worse than none"


@given(st.binary(max_size=200))
def test_any_file_gives_a_year_or_says_what_is_wrong(data: bytes) -> None:
    years, problems = read_holidays({"data/holidays/2027.yaml": data}, "content")
    assert (2027 in years) != bool(problems)


def test_a_file_of_another_name_is_told() -> None:
    _, problems = read_holidays({"data/holidays/neue.txt": b""}, "content")
    assert [d.message for d in problems] == ["这个文件没有读取：文件名应是年份加 .yaml"]
