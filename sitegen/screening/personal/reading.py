"""Read a text closely: plain digits and letters, its lines and tables, and what stands around a place in it.

Exports `Reading`, `read`, `Place`, `place_of`, `Hit`, `masked`, `to_half_width`, `is_of_bodies`, and patterns: `GAP`
(what may separate the digits of one number), `ID_LABEL`, `ACCOUNT_HEADING`, `OTHER_NUMBER`, `OTHER_HEADING`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sitegen.screening.patterns import later
from sitegen.screening.personal.grid import NAME_HEADING, Row, tables_of
from sitegen.screening.personal.names import is_listed_name

GAP = (
    r" \r\v\f\x1c-\x1f\x85\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff"
    r"\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
)

_FULL_WIDTH = later("[０-９Ａ-Ｚａ-ｚ＋＠]")

_BREAK_TAG = later(r"<br\s*/?>")
_STRONG = later(r"(?<!\*)\*\*([0-9 ]+)\*\*(?!\*)")  # of Markdown; stars that hide digits are more

ID_LABEL = later(r"身份证|公民身份|证件号|证件编码|身份号|身份证明号|\bID\b|户口簿?号")
ACCOUNT_HEADING = later(r"卡号|账号|帐号|银行卡|账户|帐户|存折|一卡通|打卡")

# Before, and above, what is no number of a person.
OTHER_NUMBER = later(
    r"(?:单号|流水号?|分标|标号|包号|附件|附图|附表|图表|运单|快递|编号|编码|序号|代码|项目号|标段|备案号?|文号|发票号?|合同号?|条码|条形码|追溯码|索引号?|"
    r"受理号|登记号|注册号|许可证号?|证书号?|批号|件号|考号|准考证号?|报名号|工号|学号|学籍号|图号|案号|站号|标识码|备案|房号|订单号?|凭证号?|保单号?|证号|批准文号|"
    r"No|NO|SN|ISBN|UUID|IMEI|ID)[.．。为是]?[：:\s]*[A-Za-z0-9〔〕（()）\-－_/]*$"
)

OTHER_HEADING = later(
    r"编号|编码|序号|代码|单号|流水|标段|备案|文号|发票|合同|条码|追溯码|索引|受理号|登记号|注册号|许可|证书|批号|件号|考号|准考证|工号|学号|学籍|金额|总额|"
    r"总值|产值|数值|收入|支出|面积|数量|余额|坐标|经度|纬度|单价|总价|报价|预算|决算|人口|产量|合计"
)

_BODY_HEADING = later(
    r"单位|机构|企业|公司|部门|科室|网点|药店|医院|商户|店名|场所|项目名称|项目单位|站点|窗口|名称$|职务|法定代表人|经营|学校名称|团队"
)


_LABEL = 60
_NEAR = 400  # characters: farther words say nothing about a number


@dataclass(frozen=True)
class Reading:
    """A text to be read closely: full-width digits and letters made plain, character for character; its tables."""

    text: str
    line_starts: tuple[int, ...]
    has_table: bool
    is_table: bool  # all of it is the rows of one

    @cached_property
    def tables(self) -> tuple[tuple[Row, ...], ...]:
        """Taken apart when somebody asks: most numbers are dismissed without."""
        return tuple(tables_of(self.text.split("\n"), is_table=self.is_table)) if self.has_table else ()

    @cached_property
    def row_of_line(self) -> Mapping[int, Row]:
        """The rows, by number of line."""
        return {row.line: row for table in self.tables for row in table}

    def line_at(self, offset: int) -> int:
        """The number of the line, from 0, that holds this offset."""
        return bisect_right(self.line_starts, offset) - 1

    def around(self, offset: int, before: int = 0, after: int = 0) -> str:
        """What stands near: the line, and so many lines before and after it, but no more than is near."""
        number = self.line_at(offset)
        start = self.line_starts[max(number - before, 0)]
        last = number + after + 1
        end = self.line_starts[last] - 1 if last < len(self.line_starts) else len(self.text)
        return self.text[max(start, offset - _NEAR) : min(end, offset + _NEAR)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number stands: what is written before it, in its line, and above it."""

    offset: int
    label: str  # what is written directly before it
    line: str  # or what of it is near
    heading: str = ""  # of its column
    stub: str = ""  # the nearest cell to the left that is no number
    headings: str = ""  # of all columns, in one
    names_person: bool = False  # a column of names has a name in this row
    of_bodies: bool = False  # the table is one of bodies, shops, posts


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, with its end, so that nothing is found twice in it."""

    start: int
    end: int
    code: str
    message: str
    hint: str


def read(text: str, *, is_table: bool, has_table: bool) -> Reading:
    """The text with plain digits, every character in its place; its tables only if it has any."""
    plain = to_half_width(text)
    if "<br" in plain:
        plain = _BREAK_TAG.sub(lambda tag: " " * len(tag.group()), plain)
    if "**" in plain:
        plain = _STRONG.sub(r"  \1  ", plain)
    if "\\|" in plain:
        plain = plain.replace("\\|", "  ")
    lines = plain.split("\n")
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return Reading(plain, tuple(starts), has_table, is_table)


def to_half_width(text: str) -> str:
    """The text with plain letters and digits for the full-width ones."""
    return _FULL_WIDTH.sub(lambda found: chr(ord(found.group()) - 0xFEE0), text)


def place_of(reading: Reading, offset: int) -> Place:
    """What stands around this offset of the text."""
    row = reading.row_of_line.get(reading.line_at(offset))
    line = reading.around(offset)
    if row is None:
        return Place(offset, _label(reading, offset), line)
    at = row.cell_at(offset)
    heading = row.headings[at] if at < len(row.headings) else ""
    inside = reading.text[max(row.starts[at], offset - _LABEL) : offset].strip()
    left = row.cells[max(at - 8, 0) : at]
    beside = left[-1] if left and not row.headings else ""
    label = f"{beside}：{inside}" if beside and not re.search(r"\d{4}", beside) else inside
    stub = next((cell for cell in reversed(left) if cell and not cell[0].isdecimal()), "")
    headings = "|".join(row.headings)
    return Place(offset, label[-_LABEL:], line, heading, stub, headings, _names_person(row), is_of_bodies(row))


def _label(reading: Reading, offset: int) -> str:
    """What is written before this offset in its line, and at the end of the line above if it begins its own."""
    number = reading.line_at(offset)
    start = reading.line_starts[number]
    label = reading.text[max(start, offset - _LABEL) : offset]
    if label.strip(" \u3000*>-") or not number:
        return label
    above = reading.text[max(start - _LABEL, 0) : start].rstrip().rpartition("\n")[2]
    return (above + label)[-_LABEL:]


def _names_person(row: Row) -> bool:
    return any(
        NAME_HEADING.fullmatch(heading) and at < len(row.cells) and is_listed_name(row.cells[at])
        for at, heading in enumerate(row.headings)
    )


def is_of_bodies(row: Row) -> bool:
    """Whether the headings above this row are those of a list of bodies, posts or shops."""
    return any(_BODY_HEADING.search(heading) for heading in row.headings)


def masked(number: str) -> str:
    """Enough of a number to find it by: its first and last two characters."""
    return f"{number[:2]}…{number[-2:]}"
