"""Find the tables of a text: which cells stand in a row, and under which heading each of them stands.

Exports `Row`, `NAME_HEADING`, `tables_of`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

from sitegen.screening.patterns import later
from sitegen.screening.personal.names import is_full_name

_RULE = later(r"[\s|:\-]*")
# Words that make a short cell a heading.
_HEADING = later(
    "姓名|名称|户主|对象|电话|手机|号码|编号|账号|帐号|卡号|账户|地址|住址|年龄|性别|民族|单位|金额|备注|序号|班级|年级|职务|职称|类别|类型|等级|原因|状况|"
    "情况|日期|时间|身份证|证号|代码|项目|部门|科室|机构|学校|籍贯|标准|病种|关系|数量|人数|面积|网点|地点|村组|社区|乡镇|邮箱|决算|预算|科目|收入|支出|方式|数值|指标|微信|车牌|护照|学号|区划|开户行|申请人|患者|人员"
)
# A heading of a column of persons: 姓名, 户主姓名, 申请人（户主）.
NAME_HEADING = later(
    "[^，。；：:]{0,8}(?:姓名|名单|户主|申请人|申报人|受益人|救助对象|保障对象|补贴对象|补助对象|资助对象|扶持对象|对象名称|享受人|领取人|残疾人|患者|病人|学生|家长|"
    "监护人|持卡人|低保对象|贫困户|脱贫户|监测户|被救助人|受助人|优抚对象|产妇|孕妇|承租人|购房人|农户|当事人|车主|联系人|负责人|法定代表人|人员|家庭成员|被征收人|权利人|"
    "老人)(?:名称)?(?:[（(/、][^，。；]{0,12})?"
)

_LONGEST_HEADING = 24
_LONG_NUMBER = later(r"\d{5}")


class Row(NamedTuple):
    """One row of a table: its line (from 0), its cells, where their words begin, and the headings above them."""

    line: int
    cells: tuple[str, ...]
    starts: tuple[int, ...]
    headings: tuple[str, ...] = ()
    is_heading: bool = False

    def cell_at(self, offset: int) -> int:
        """Which cell holds this offset of the text."""
        return max(bisect_right(self.starts, offset) - 1, 0)


def tables_of(lines: Sequence[str], *, is_table: bool = False) -> Iterator[tuple[Row, ...]]:
    """The tables of these lines: neighbouring lines with cell marks, or all lines when the text is a sheet."""
    rows: list[Row] = []
    offset = 0
    for number, line in enumerate(lines):
        if "|" in line or "\t" in line or (is_table and line.strip()):
            if not _RULE.fullmatch(line):
                rows.append(_row(number, line, offset))
            elif rows and "-" in line and "|" in line:  # Markdown rules off the headings
                rows[-1] = rows[-1]._replace(is_heading=True)
        elif rows and not is_table:
            yield _headed(rows)
            rows = []
        offset += len(line) + 1
    if rows:
        yield _headed(rows)


def _row(number: int, line: str, offset: int) -> Row:
    mark = "\t" if "\t" in line else "|"
    cells: list[str] = []
    starts: list[int] = []
    at = 0
    for part in line.split(mark):
        cells.append(part.strip())
        starts.append(offset + at + (len(part) - len(part.lstrip()) if cells[-1] else 0))
        at += len(part) + 1
    if mark == "|" and len(cells) > 1 and not cells[0]:
        del cells[0], starts[0]
    if mark == "|" and len(cells) > 1 and not cells[-1]:
        del cells[-1], starts[-1]
    return Row(number, tuple(cells), tuple(starts))


def _headed(rows: list[Row]) -> tuple[Row, ...]:
    """The rows with their headings: the nearest row of headings above, or two of them on top of each other."""
    if _is_form(rows):
        return tuple(row._replace(is_heading=False) for row in rows)
    headings: tuple[str, ...] = ()
    follows_heading = False
    given: list[Row] = []
    for row in rows:
        is_heading = row.is_heading or _is_heading(row) or (follows_heading and _goes_on(row, headings))
        if is_heading:
            own = tuple("".join(cell.split()) for cell in row.cells)
            headings = tuple(map("".join, zip_longest(headings, own, fillvalue=""))) if follows_heading else own
        given.append(row._replace(headings=headings, is_heading=is_heading))
        follows_heading = is_heading
    return tuple(given)


def _is_form(rows: list[Row]) -> bool:
    """Whether labels stand beside the answers, 姓名 | 张三 | 性别 | 男, and not above them."""
    for row in rows:
        for label, cell in pairwise(row.cells):
            if _is_name_heading(label) and is_full_name("".join(cell.split())) and not _HEADING.search(cell):
                return True
        if any(_is_name_heading(cell) for cell in row.cells):
            return False
    return False


def _is_heading(row: Row) -> bool:
    filled = ["".join(cell.split()) for cell in row.cells if cell]
    if len(filled) < 2 or any(_LONG_NUMBER.search(cell) for cell in filled):
        return False
    if any(_is_name_heading(cell) for cell in filled):
        return not any(cell.isdecimal() for cell in filled)
    known = sum(len(cell) <= _LONGEST_HEADING and _HEADING.search(cell) is not None for cell in filled)
    return known * 3 >= len(filled) * 2 and not any(re.search(r"\d", cell) for cell in filled)


def _goes_on(row: Row, above: tuple[str, ...]) -> bool:
    """Whether this is the second line of the headings: nobody is named in it, and nothing counted."""
    names = [at for at, heading in enumerate(above) if NAME_HEADING.fullmatch(heading)]
    if not names or any(at >= len(row.cells) or row.cells[at] for at in names):
        return False
    return not any(re.search(r"\d", cell) for cell in row.cells)


def _is_name_heading(cell: str) -> bool:
    return len(cell) <= _LONGEST_HEADING and NAME_HEADING.fullmatch("".join(cell.split())) is not None
