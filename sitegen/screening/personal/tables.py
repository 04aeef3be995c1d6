"""Find what the headings of a table and the names in it say together.

Exports `table_hits`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sitegen.screening.patterns import later
from sitegen.screening.personal.grid import NAME_HEADING, Row
from sitegen.screening.personal.names import is_full_name, is_listed_name
from sitegen.screening.personal.reading import Hit, is_of_bodies, masked
from sitegen.screening.personal.words import (
    CLASS,
    HEALTH_HEADING,
    NOTHING_WRONG,
    OF_TEACHERS,
    PLACE_WORD,
    PLATE,
    TO_THE_DOOR,
    ailment_hit,
    chat_hit,
    class_hit,
    home_hit,
    plate_hit,
)

_HOME_HEADING = later(r"住址|家庭地址|家庭住|户籍地|户籍所在|户口所在|现住|居住地|住所|^(?:详细)?地址$|门牌|居住")

_HEALTH_OF_OTHERS = later(r"擅长|诊疗|主治|收治|特色|门诊|医师|医生|专家|职称|科室|药品|疫苗|防治|课题|论文|研究")

_OF_CHILDREN = later(r"(?:儿童|幼儿|婴儿|新生儿|婴幼儿|孤儿|未成年人)(?:的)?姓名")

_CLASS_HEADING = later(r"班级|年级|所在班|就读班|班别")

_CLASS_VALUE = later(rf"{CLASS}|[0-9一二三四五六七八九十]+\s*[）)]?\s*班|[初高][0-9]{{4}}级|[小中大]班")

_PASSPORT_VALUE = later(r"[A-Z]{1,2}[0-9]{6,8}|[0-9]{9}")

_PERMIT_VALUE = later(r"[HMCWTL][A-Z]?[0-9]{7,10}|[0-9]{8}(?:[0-9]{2})?")

_SOCIAL_HEADING = later(
    r"社保卡|社会保障卡|社会保障号|社保号|医保卡|医保号|医保编号|医疗证号|残疾人?证号?|低保证号?|优抚证号?|军官证号?|士兵证号?"
)

_PLATE_HEADING = later(r"车牌|号牌|车号")

_CHAT_HEADING = later(r"微信|QQ|qq|邮箱|邮件|E-?mail", re.IGNORECASE)

_CHAT_VALUE = later(r"[A-Za-z0-9][A-Za-z0-9_.\-]{4,30}(?:@[A-Za-z0-9.\-]+)?")


def table_hits(table: tuple[Row, ...]) -> Iterator[Hit]:
    """What the headings and the names of one table say together; tables without names say nothing."""
    for heading_row, rows in _parts(table):
        headings = heading_row.headings
        names = [at for at, heading in enumerate(headings) if NAME_HEADING.fullmatch(heading)]
        named = [row for row in rows if any(at < len(row.cells) and is_listed_name(row.cells[at]) for at in names)]
        if not named:
            continue
        yield from _column_hits(heading_row, named)
        for row in named:
            yield from _cell_hits(row, names)
    yield from _form_hits(table)


def _parts(table: tuple[Row, ...]) -> Iterator[tuple[Row, list[Row]]]:
    """Each row of headings with the rows below it."""
    heading_row: Row | None = None
    rows: list[Row] = []
    for row in table:
        if row.is_heading:
            if heading_row is not None and rows:
                yield heading_row, rows
            heading_row, rows = row, []
        else:
            rows.append(row)
    if heading_row is not None and rows:
        yield heading_row, rows


def _column_hits(heading_row: Row, named: list[Row]) -> Iterator[Hit]:
    """Columns that must not stand beside names, whatever the rows hold: one place for each column."""
    whole = "|".join(heading_row.headings)
    for at, heading in enumerate(heading_row.headings):
        if at >= len(heading_row.starts):
            continue
        start = heading_row.starts[at]
        values = [row.cells[at] for row in named if at < len(row.cells)]
        if _OF_CHILDREN.search(heading) and any(is_listed_name(value) for value in values):
            yield Hit(start, start + 1, "S212", "名单写出了儿童的姓名", "隐去姓名（例如 王某某），或整列删去。")
        elif (word := HEALTH_HEADING.search(heading)) and not _HEALTH_OF_OTHERS.search(whole):
            count = sum(not NOTHING_WRONG.fullmatch(value) for value in values)
            if count:
                yield ailment_hit(start, word.group(), f"，有内容的 {count} 行")
        elif (
            _CLASS_HEADING.search(heading)
            and not OF_TEACHERS.search(whole)
            and any(_CLASS_VALUE.search(value) for value in values)
        ):
            yield class_hit(start, start + 1)


def _cell_hits(row: Row, names: list[int]) -> Iterator[Hit]:
    of_bodies = is_of_bodies(row)
    for at, (heading, cell, start) in enumerate(zip(row.headings, row.cells, row.starts, strict=False)):
        value = "".join(cell.split())
        if not value or at in names:
            continue
        end = start + len(cell)
        if "年龄" in heading or heading == "周岁":
            age = re.fullmatch(r"([0-9]{1,2})周?岁?", value)
            if age and 0 < int(age.group(1)) < 18:
                name = row.starts[names[0]]
                yield Hit(
                    name,
                    name + 1,
                    "S212",
                    f"写出了 {age.group(1)} 岁未成年人的姓名",
                    "隐去姓名（例如 王某某），或整行删去。",
                )
        elif _HOME_HEADING.search(heading):
            explicit = re.search(r"住址|家庭|户籍|户口|现住|居住", heading)
            door = re.search(TO_THE_DOOR, cell)
            if (explicit or not of_bodies) and door and PLACE_WORD.search(door["street"]):
                yield home_hit(start, end)
        elif re.search(r"住宅电话|家庭电话|宅电", heading) and re.fullmatch(
            r"(?:0[0-9]{2,3}-?)?[2-9][0-9]{6,7}", value
        ):
            yield Hit(start, end, "S206", f"有住宅电话（{masked(value)}）", "删去，或隐去后 4 位。")
        elif _PLATE_HEADING.search(heading) and PLATE.search(value):
            yield plate_hit(start, end)
        elif _CHAT_HEADING.search(heading) and not of_bodies and _CHAT_VALUE.fullmatch(value):
            yield chat_hit(start, end)
        else:
            yield from _number_cell(heading, value, start, end)


def _number_cell(heading: str, value: str, start: int, end: int) -> Iterator[Hit]:
    found = ("", "")
    if re.search(r"学籍|学号", heading) and re.fullmatch(r"[A-Z]?[0-9]{6,20}X?", value):
        found = ("S214", "学籍号或学号")
    elif (re.search(r"通行证|台胞证|回乡证|居住证", heading) and _PERMIT_VALUE.fullmatch(value)) or (
        "证件号" in heading and re.fullmatch(r"[HM][0-9]{8,10}", value)
    ):
        found = ("S216", "通行证或居住证号码")
    elif (
        re.search(r"护照|证件号", heading)
        and _PASSPORT_VALUE.fullmatch(value)
        and ("护照" in heading or value[0].isalpha())
    ):
        found = ("S215", "护照号码")
    elif _SOCIAL_HEADING.search(heading) and re.fullmatch(r"[A-Z]{0,2}[0-9]{7,20}[A-Z0-9]*", value):
        found = ("S217", "社保卡、医保、残疾人证一类的号码")
    if found[0]:
        yield Hit(start, end, found[0], f"有{found[1]}（{masked(value)}）", "删去，或只留后 4 位。")


def _form_hits(table: tuple[Row, ...]) -> Iterator[Hit]:
    """A form that puts its labels beside the answers: 姓名 | 张三 | 健康状况 | 尿毒症."""
    pairs = [
        (row, at, "".join(row.cells[at].split()).rstrip("：:"), row.cells[at + 1].strip())
        for row in table
        if not row.is_heading and not any(NAME_HEADING.fullmatch(heading) for heading in row.headings)
        for at in range(len(row.cells) - 1)
    ]
    if not any(NAME_HEADING.fullmatch(label) and is_full_name("".join(value.split())) for _, _, label, value in pairs):
        return
    for row, at, label, value in pairs:
        if len(label) > 10 or not value:
            continue
        start = row.starts[at + 1]
        if (word := HEALTH_HEADING.search(label)) and not NOTHING_WRONG.fullmatch(value) and not _is_label(value):
            yield ailment_hit(start, word.group(), "")
        elif label == "年龄" and (age := re.fullmatch(r"([0-9]{1,2})\s*周?岁?", value)) and 0 < int(age.group(1)) < 18:
            yield Hit(
                start,
                start + 1,
                "S212",
                f"写出了 {age.group(1)} 岁未成年人的姓名",
                "隐去姓名（例如 王某某），或整表删去。",
            )
        elif _CLASS_HEADING.search(label) and _CLASS_VALUE.search(value):
            yield class_hit(start, start + 1)
        elif (
            _HOME_HEADING.search(label)
            and (door := re.search(TO_THE_DOOR, value))
            and PLACE_WORD.search(door["street"])
        ):
            yield home_hit(start, start + len(value))


def _is_label(value: str) -> bool:
    return NAME_HEADING.fullmatch(value) is not None or HEALTH_HEADING.search(value) is not None
