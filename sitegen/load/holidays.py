"""Turn the files `data/holidays/<year>.yaml`, of the site and of the product, into the holidays of each year.

Exports `read_holidays`, `is_holiday_file`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from sitegen.diagnostics import Diagnostic, Severity, Span
from sitegen.load.yamltree import Item, read_yaml
from sitegen.model import HolidayYear

_FOLDER = "data/holidays/"
_FILE = re.compile(r"data/holidays/(\d{4})\.yaml")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SATURDAY = 5


def is_holiday_file(path: str) -> bool:
    """Whether the file of the content folder tells holidays."""
    return path.startswith(_FOLDER)


def read_holidays(own: Mapping[str, bytes], label: str) -> tuple[Mapping[int, HolidayYear], tuple[Diagnostic, ...]]:
    """The holidays by year, from the site's files (by path) where it has them, and what is wrong with these."""
    found = dict(_of_product())
    problems: list[Diagnostic] = []
    for path, data in sorted(own.items()):
        reader = _Reader(f"{label}/{path}", problems)
        match = _FILE.fullmatch(path)
        if match is None:
            reader.say(None, "这个文件没有读取：文件名应是年份加 .yaml", "例如 2027.yaml。")
        elif (year := reader.read(data, int(match[1]))) is not None:
            found[year.year] = year
    return found, tuple(problems)


@cache
def _of_product() -> Mapping[int, HolidayYear]:
    folder = files("sitegen").joinpath("data", "holidays")
    found: dict[int, HolidayYear] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        problems: list[Diagnostic] = []
        year = _Reader(entry.name, problems).read(entry.read_bytes(), int(entry.name[:4]))
        assert year is not None, problems
        found[year.year] = year
    return found


class _Reader:
    def __init__(self, path: str, problems: list[Diagnostic]) -> None:
        self.path, self.problems = path, problems

    def say(self, at: Item | tuple[int, int] | None, message: str, hint: str) -> None:
        place = (at.line, at.column) if isinstance(at, Item) else at or (1, 1)
        self.problems.append(Diagnostic("T104", Severity.ERROR, message, Span(self.path, *place), hint))

    def read(self, data: bytes, year: int) -> HolidayYear | None:
        """The holidays of the year; None if the file is wrong in any way, for half a year of days is no year."""
        before = len(self.problems)
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            self.say(None, "文件不是 UTF-8 编码", "在记事本里“另存为”，编码选 UTF-8。")
            return None
        root, wrong = read_yaml(text)
        for problem in wrong:
            self.say((problem.line, problem.column), problem.message.replace("信息头", "文件"), problem.hint)
        if root is None or not isinstance(root.value, Mapping):
            if not wrong:
                self.say(root, "文件里没有节假日", "写上 year、source、holidays 和 workdays，见 docs/site.md。")
            return None
        given = root.value
        for key in given:
            if key not in ("year", "source", "holidays", "workdays"):
                self.say(root.keys.get(key), f"没有“{key}”这一项", "可用：year、source、holidays、workdays。")
        if "year" not in given or given["year"].value != str(year):
            self.say(given.get("year"), f"year 应是 {year}，与文件名一致", f"写“year: {year}”。")
        source = given["source"].value if "source" in given else ""
        if not isinstance(source, str) or not source.strip():
            self.say(given.get("source"), "没有写 source", "写上依据的通知的名称和文号。")
            source = ""
        off = dict(self.days(given.get("holidays"), year))
        worked = dict(self.days(given.get("workdays"), year))
        if not off:
            self.say(given.get("holidays"), "holidays 里一天也没有", "逐日写上放假的日子，包括其间的周末。")
        for day, item in worked.items():
            if day in off:
                self.say(item, f"{day.isoformat()} 既放假又上班", "删去写错的一处。")
            elif day.weekday() < _SATURDAY:
                self.say(item, f"{day.isoformat()} 不是周末，本来就上班", "workdays 只写调休上班的星期六、星期日。")
        if len(self.problems) > before:
            return None
        return HolidayYear(year, tuple(sorted(off)), tuple(sorted(worked)), " ".join(source.split()))

    def days(self, item: Item | None, year: int) -> Iterator[tuple[date, Item]]:
        """The days of a list, each with its place; an entry is a day, or has one under `date`."""
        if item is None or item.value == "":
            return
        if not isinstance(item.value, tuple):
            self.say(item, "这里应是日子的清单", "每行一天，例如 - {date: '2027-01-01', name: 元旦}。")
            return
        seen: set[date] = set()
        for entry in item.value:
            part = entry
            if isinstance(entry.value, Mapping):
                for key in entry.value:
                    if key not in ("date", "name"):
                        self.say(entry.keys.get(key, entry), f"没有“{key}”这一项", "每天只写 date 和 name。")
                part = entry.value.get("date", entry)
            word = part.value.strip() if isinstance(part.value, str) else ""
            try:
                day = date.fromisoformat(word if _DAY.fullmatch(word) else "")
            except ValueError:
                self.say(part, f"“{word}”不是日子", "写成 2027-01-01。")
                continue
            if day.year != year:
                self.say(part, f"{word} 不在 {year} 年", "跨年的假期，各写进自己那一年的文件。")
            elif day in seen:
                self.say(part, f"{word} 写了两次", "只留一个。")
            else:
                seen.add(day)
                yield day, part
