"""Turn the text of official documents into numbers, dates, citations and structure, and back.

Exports `Problem`, `parse_doc_no`, `normalize_doc_no`, `find_doc_nos`, `parse_date`, `parse_moment`, `format_date_cn`,
`day_of`, `is_date_alone`, `to_chinese_numeral`, `from_chinese_numeral`, `number_of`, `Citation`, `find_citations`,
`canonical_place`, `outermost_titles`, `article_number`, `Role`, `role_of`, `structure`; and of what their patterns are
made of `NUMERALS`, `OPENING`, `CLOSING`, `SERIAL`, `SPACES`, `ATTACHMENT_LINE`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sitegen.model import DocNo


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is not what it should be, and what to write instead."""

    message: str
    hint: str


# ---------------------------------------------------------------- numerals

_DIGITS = {"零": 0, "〇": 0, "○": 0, "Ｏ": 0, **{c: n for n, c in enumerate("一二三四五六七八九", 1)}}
_NUMERAL = re.compile(
    "(?:([一二三四五六七八九])千)?(?:零?([一二三四五六七八九])百)?(?:零?([一二三四五六七八九]?)(十))?(?:零?([一二三四五六七八九]))?"
)
_FULL_WIDTH = {ord(full): ord(half) for full, half in zip("０１２３４５６７８９", "0123456789", strict=True)}
NUMERALS = "零〇○一二三四五六七八九十百千"


def to_chinese_numeral(number: int) -> str:
    """The numeral as laws write it: 十二, 一百零五, 一千二百六十; for 1 to 9999.

    >>> to_chinese_numeral(1010)
    '一千零一十'
    """
    if not 1 <= number <= 9999:
        raise ValueError(f"no Chinese numeral for {number}")
    text = ""
    has_gap = False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // size % 10
        if digit:
            text += ("零" if has_gap else "") + "零一二三四五六七八九"[digit] + unit
        has_gap = bool(text) and not digit
    return text[1:] if text.startswith("一十") else text


def from_chinese_numeral(text: str) -> int | None:
    """The number a Chinese numeral stands for, with 十百千 or digit by digit (一二〇); None if it is neither."""
    if text and all(c in _DIGITS for c in text) and (len(text) > 1 or _DIGITS[text]):
        number = int("".join(str(_DIGITS[c]) for c in text))
        return number if 1 <= number <= 9999 and len(text) <= 4 else None
    match = _NUMERAL.fullmatch(text)
    if match is None or not text:
        return None
    thousands, hundreds, tens, ten, ones = match.groups()
    tens_value = _DIGITS[tens] if tens else 1 if ten else 0
    return (
        (_DIGITS[thousands] if thousands else 0) * 1000
        + (_DIGITS[hundreds] if hundreds else 0) * 100
        + tens_value * 10
        + (_DIGITS[ones] if ones else 0)
    )


def number_of(text: str) -> int | None:
    """The number written in Arabic digits of any width or as a Chinese numeral."""
    plain = text.translate(_FULL_WIDTH)
    if re.fullmatch("[0-9]{1,9}", plain):
        return int(plain)
    return from_chinese_numeral(plain)


# ---------------------------------------------------------------- 发文字号

OPENING, CLOSING = "〔﹝[［【〖（({｛「<〈", "〕﹞]］】〗）)}｝」>〉"
_AGENCY = "A-Za-z\u3400-\u4dbf\u4e00-\u9fff"
_YEAR = "[0-9０-９]{4}|[零〇○Ｏ一二三四五六七八九]{4}"
SERIAL = f"[0-9０-９]{{1,6}}|[{NUMERALS}]{{1,8}}"
SPACES = re.compile(r"[\s\u200b\u3000]+")


# Patterns with all Chinese characters take milliseconds to compile: each waits for the first text that asks for it.


@functools.cache
def _numbered_form() -> re.Pattern[str]:
    return re.compile(rf"([{_AGENCY}]{{1,40}})〔([0-9]{{4}})〕([1-9][0-9]{{0,5}})号")


@functools.cache
def _order_form() -> re.Pattern[str]:
    return re.compile(
        rf"((?:[{_AGENCY}]{{1,60}}令|[{_AGENCY}]{{0,60}}(?:公告|通告)(?:[0-9]{{4}}年)?))第([1-9][0-9]{{0,5}})号"
    )


@functools.cache
def _loose_numbered_form() -> re.Pattern[str]:
    return re.compile(
        rf"([{_AGENCY}]{{1,40}}?)[{re.escape(OPENING)}]({_YEAR})年?[{re.escape(CLOSING)}](第?)({SERIAL})(号?)"
    )


@functools.cache
def _loose_order_form() -> re.Pattern[str]:
    return re.compile(
        rf"([{_AGENCY}]{{1,60}}?令|[{_AGENCY}]{{0,60}}?(?:公告|通告))"
        rf"(?:[{re.escape(OPENING)}]?({_YEAR})年[{re.escape(CLOSING)}]?)?(第?)({SERIAL})(号?)"
    )


@functools.cache
def _bracketed_year() -> re.Pattern[str]:
    return re.compile(rf"[{re.escape(OPENING)}]((?:{_YEAR})|[0-9]{{2}})年?[{re.escape(CLOSING)}]")


_DOC_NO_HINT = "文号写成“某政发〔2024〕3号”或“某市人民政府令第3号”；登记编号等其他号码写在“统一编号”中。"


def parse_doc_no(text: str) -> DocNo | Problem:
    """The 文号 that `text` is, if it is written exactly as the standard asks; else what is wrong with it.

    Two forms are known (GB/T 9704—2012, 7.2.5, and the orders of 规章): 某政发〔2024〕3号, and 某市人民政府令第3号.
    A numbered announcement (公告2024年第3号) is of the second form: its year is part of `agency`, and `year` is None.
    Serials of orders may be Chinese numerals (主席令第四十五号), as the orders themselves have them. Several numbers in
    one text are a `Problem`: a joint document bears the number of the lead agency only.

    >>> str(parse_doc_no("某政发〔2024〕3号"))
    '某政发〔2024〕3号'
    >>> parse_doc_no("某政发[2024]3号").message
    '文号“某政发[2024]3号”的年份应使用六角括号'
    """
    if match := _numbered_form().fullmatch(text):
        return DocNo(match[1], int(match[2]), int(match[3]))
    if match := _order_form().fullmatch(text):
        return DocNo(match[1], None, int(match[2]))
    compact = SPACES.sub("", text)
    if match := _loose_order_form().fullmatch(compact):
        number = _order(match)
        if compact == text and not match[2] and match[3] and match[5] and re.fullmatch(f"[{NUMERALS}]+", match[4]):
            return number or Problem(f"文号“{text}”的序号不是一个数", _DOC_NO_HINT)
        return _mended(text, match, number, has_bracket=False)
    if match := _loose_numbered_form().fullmatch(compact):
        return _mended(text, match, _numbered(match), has_bracket=True)
    return _unknown_doc_no(text, compact)


def _numbered(match: re.Match[str]) -> DocNo | None:
    year = match[2].translate(_FULL_WIDTH)
    year_number = int(year) if year.isascii() else from_chinese_numeral(year)
    serial = number_of(match[4])
    return DocNo(match[1], year_number, serial) if year_number and serial else None


def _order(match: re.Match[str]) -> DocNo | None:
    serial = number_of(match[4])
    if not serial:
        return None
    if not match[2]:
        return DocNo(match[1], None, serial)
    year = match[2].translate(_FULL_WIDTH)
    year_number = int(year) if year.isascii() else from_chinese_numeral(year)
    return DocNo(f"{match[1]}{year_number:04d}年", None, serial) if year_number else None


def _mended(text: str, match: re.Match[str], number: DocNo | None, *, has_bracket: bool) -> Problem:
    """What differs between `text` and the official form of the number it plainly means."""
    if number is None:
        return Problem(f"文号“{text}”的年份或序号不是一个数", _DOC_NO_HINT)
    faults = []
    if has_bracket and not re.search("〔[^〔〕]*〕", text):
        faults.append("年份应使用六角括号")
    if re.search("[０-９]", text) or (match[2] and not match[2].translate(_FULL_WIDTH).isascii()):
        faults.append("数字应使用半角阿拉伯数字")
    if has_bracket and match[3]:
        faults.append("序号前不加“第”")
    if not has_bracket and not match[3]:
        faults.append("序号前应加“第”")
    if re.match("[0０]", match[4]):
        faults.append("序号不编虚位")
    if not match[5]:
        faults.append("末尾缺少“号”")
    if SPACES.search(text):
        faults.append("中间和前后不应有空格")
    return Problem(f"文号“{text}”的{'，'.join(faults or ['写法不规范'])}", f"改为“{number}”。")


def _unknown_doc_no(text: str, compact: str) -> Problem:
    several = find_doc_nos(text)
    if len(several) > 1:
        return Problem(f"“{text}”中有多个文号", f"一份文件只写一个文号，联合行文写主办机关的文号，如“{several[0]}”。")
    if several:
        return Problem(f"“{text}”在文号之外还有别的文字", f"只写文号“{several[0]}”。")
    if match := re.fullmatch(f"第({SERIAL})号令?", compact):
        return Problem(f"文号“{text}”没有写发文机关", f"写明机关，如“某市人民政府令第{number_of(match[1]) or 3}号”。")
    if re.search(rf"[{re.escape(OPENING)}][0-9０-９]{{2}}[{re.escape(CLOSING)}]", compact):
        return Problem(f"文号“{text}”的年份应写四位数字", "年份写全称并用六角括号，如“某政发〔2024〕3号”。")
    if not compact:
        return Problem("文号是空的", "没有文号就不写这一项；有文号时写成“某政发〔2024〕3号”。")
    return Problem(f"“{text}”不像文号", _DOC_NO_HINT)


def normalize_doc_no(text: str) -> str:
    """The form under which two spellings of one 文号 are equal, for matching and search; never fails.

    Brackets, digits and spaces are unified, 第 and leading zeros of the serial go, a missing 号 is added, and
    中华人民共和国国务院令 is 国务院令. Text that is no 文号 keeps its words.

    >>> normalize_doc_no("国发 [2019] 第05号")
    '国发〔2019〕5号'
    """
    compact = SPACES.sub("", text)
    number: DocNo | None = None
    if match := _loose_order_form().fullmatch(compact):
        number = _order(match)
    elif match := _loose_numbered_form().fullmatch(compact):
        number = _numbered(match)
    if number is None:
        return _bracketed_year().sub(r"〔\1〕", compact.translate(_FULL_WIDTH))
    return str(number).replace("中华人民共和国国务院令", "国务院令", 1)


_GAP = r"[ \u3000]{0,2}"


@functools.cache
def _tail_form() -> re.Pattern[str]:
    return re.compile(
        rf"{_GAP}[{re.escape(OPENING)}]{_GAP}[0-9０-９]{{4}}年?{_GAP}[{re.escape(CLOSING)}]{_GAP}第?{_GAP}[0-9０-９]{{1,6}}{_GAP}号"
        rf"|(?:令|(?:公告|通告)(?:{_GAP}[0-9]{{4}}年)?){_GAP}第{_GAP}(?:{SERIAL}){_GAP}号"
    )


@functools.cache
def _head_form() -> re.Pattern[str]:
    return re.compile(rf"[{_AGENCY} \u3000]*$")


_LONGEST_HEAD = 40
# words before a number that are part of the sentence, not of the 机关代字
_LEADING = re.compile(
    ".*(?:根据|按照|依据|依照|参照|执行|废止|修改|转发|印发|关于|遵照|详见|文件|以及|通知|办法|规定|意见|方案|同意|附件|文号|原|的|与|见|按)"
)
_JOINING = re.compile("^[日和及与或]")


def find_doc_nos(text: str) -> tuple[str, ...]:
    """The 文号 that `text` cites, in canonical form and order, each once.

    >>> find_doc_nos("根据国发[2019]5号和《办法》（国务院令第711号）")
    ('国发〔2019〕5号', '国务院令第711号')
    """
    found: dict[str, None] = {}
    if "号" not in text:
        return ()
    end = 0
    for match in _tail_form().finditer(text):
        number = normalize_doc_no(_agency_before(text, end, match.start()) + match[0])
        if _numbered_form().fullmatch(number) or _order_form().fullmatch(number):
            found.setdefault(number)
        end = match.end()
    return tuple(found)


def _agency_before(text: str, start: int, end: int) -> str:
    """The name of the agency that ends at `end`, without the words of the sentence before it."""
    head_match = _head_form().search(text[max(start, end - _LONGEST_HEAD) : end])
    head = head_match[0] if head_match else ""
    begin = end - len(head)
    if begin and text[begin - 1] in "号0123456789":
        head = _JOINING.sub("", head)
    *before, last = re.split(r"[ \u3000]+", head)
    kept = [_LEADING.sub("", last)]
    while before and kept[0] == last and _AGENCY_END.search(before[-1]):  # 国务院 中央军事委员会令
        last = before.pop()
        kept.insert(0, _LEADING.sub("", last))
    return "".join(kept)


# ---------------------------------------------------------------- dates

_ISO = re.compile("([0-9]{4})-([0-9]{2})-([0-9]{2})")
_CHINESE = re.compile(r"([0-9]{4})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日")
_WRITTEN = re.compile(
    "([零〇○Ｏ一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
_OTHER_DATE = re.compile(r"([0-9]{4})\s*[-./．。、年－—]\s*([0-9]{1,2})\s*[-./．。、月－—]\s*([0-9]{1,2})\s*[日号]?")
_SOLID = re.compile("((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_DATE_HINT = "日期写成“2024-03-01”或“2024年3月1日”。"
_TIME = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


def parse_date(text: str) -> date | Problem:
    """The day that `text` names: 2024-03-01, 2024年3月1日 (also 03月01日) or 二〇二四年三月一日; else what is wrong.

    >>> parse_date("二〇二四年十一月二十二日")
    datetime.date(2024, 11, 22)
    >>> parse_date("2024.3.1").hint
    '改为“2024-03-01”。'
    """
    text = text.strip()
    if match := _ISO.fullmatch(text) or _CHINESE.fullmatch(text):
        return _day(text, int(match[1]), int(match[2]), int(match[3]))
    if match := _WRITTEN.fullmatch(text):
        numbers = [from_chinese_numeral(part) for part in match.groups()]
        year, month, day = (number or 0 for number in numbers)
        return _day(text, year, month, day)
    half = text.translate(_FULL_WIDTH)
    if match := _OTHER_DATE.fullmatch(half) or _SOLID.fullmatch(half):
        day_or_problem = _day(text, int(match[1]), int(match[2]), int(match[3]))
        if isinstance(day_or_problem, Problem):
            return day_or_problem
        return Problem(f"日期“{text}”的写法不规范", f"改为“{day_or_problem.isoformat()}”。")
    if re.fullmatch("[0-9]{4}(?:年|[-./][0-9]{1,2}|年[0-9]{1,2}月)?", half):
        return Problem(f"日期“{text}”没有写到日", _DATE_HINT)
    if (match := re.match(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]", half)) and _ISO.fullmatch(match[1]):
        return Problem(f"日期“{text}”后面有多余的文字", f"只写日期，如“{match[1]}”。")
    return Problem(f"看不懂日期“{text}”" if text else "日期是空的", _DATE_HINT)


def _day(text: str, year: int, month: int, day: int) -> date | Problem:
    try:
        return date(year, month, day)
    except ValueError:
        return Problem(f"日期“{text}”写错了：没有这一天", "核对年、月、日后改正。")


def day_of(text: str) -> date | None:
    """The day that `text` names, also in digits of full width; None if it is no date."""
    found = parse_date(text.translate(_FULL_WIDTH))
    return found if isinstance(found, date) else None


def is_date_alone(text: str) -> bool:
    """Whether the paragraph is a date and nothing else."""
    return len(text) <= 20 and day_of(text) is not None


def parse_moment(text: str) -> tuple[date, str] | Problem:
    """The day and the time (`HH:MM`, or "" if none is given) that `text` names; else what is wrong with it."""
    text = text.strip()
    half = text.translate(_FULL_WIDTH)
    match = re.fullmatch(r"(.*?[0-9日])[ \u3000T]+([0-9]{1,2})[:：]([0-9]{2})(?:[:：][0-9]{2}(?:\.[0-9]+)?)?", half)
    if match is None:
        day = parse_date(text)
        return day if isinstance(day, Problem) else (day, "")
    day = parse_date(match[1])
    if isinstance(day, Problem):
        return day
    time = f"{match[2]:0>2}:{match[3]}"
    if not _TIME.fullmatch(time):
        return Problem(f"“{text}”的时间写错了：没有这个时刻", "时间写成 24 小时制的“09:30”，从 00:00 到 23:59。")
    if text != f"{match[1]} {time}":
        return Problem(f"“{text}”的时间写法不规范", f"改为“{day.isoformat()} {time}”。")
    return day, time


def format_date_cn(day: date) -> str:
    """The day as official documents write it, without padding: 2024年3月1日 (GB/T 9704—2012, 7.3.5.4)."""
    return f"{day.year:04d}年{day.month}月{day.day}日"


# ---------------------------------------------------------------- citations

_NUMERAL_OR_DIGITS = f"[{NUMERALS}0-9０-９]{{1,8}}"
_PLACE = (
    rf"第\s?{_NUMERAL_OR_DIGITS}\s?条(?:之[一二三四五六七八九十]{{1,3}})?"
    rf"(?:第{_NUMERAL_OR_DIGITS}款)?(?:第[（(]?{_NUMERAL_OR_DIGITS}[）)]?项)?"
)
_AFTER_TITLE = re.compile(rf"(?:\s?[（(]([^（()）]{{2,60}})[）)])?(?:\s?({_PLACE}))?")
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Citation:
    """A document named in running text: 《title》（doc_no）article; `text[start:end]` is the whole of it."""

    title: str
    doc_no: str  # canonical, "" if none is given
    article: str  # 第三条第二款, "" if none is given
    start: int
    end: int


def find_citations(text: str) -> tuple[Citation, ...]:
    """The documents that `text` cites by title, in order; of titles within titles the outermost.

    >>> [(c.title, c.doc_no, c.article) for c in find_citations("依照《某办法》（国令第1号）第三条第二款")]
    [('某办法', '国令第1号', '第三条第二款')]
    """
    citations = []
    for start, end in outermost_titles(text):
        title = text[start + 1 : end - 1]
        if not 1 <= len(title) <= _LONGEST_TITLE or "\n" in title:
            continue
        after = text[end : end + 1]
        rest = _AFTER_TITLE.match(text, end) if after in "（(第" or after.isspace() else None
        bracket, article = rest.groups() if rest else (None, None)
        numbers = find_doc_nos(bracket or "")
        stop = rest.end() if rest and (numbers or article) else end
        citations.append(Citation(title, numbers[0] if numbers else "", canonical_place(article or ""), start, stop))
    return tuple(citations)


@functools.lru_cache(maxsize=1000)
def canonical_place(place: str) -> str:
    """第三条第二款 as laws write it, from `第 3 条第二款`."""
    compact = SPACES.sub("", place)
    unit = _UNIT.match(compact)
    number = article_number(compact)
    return number + compact[unit.end() :] if unit and number else compact


def outermost_titles(text: str) -> list[tuple[int, int]]:
    """Start and end of each 《…》 that lies in no other one; marks without a partner are passed over."""
    pairs: list[tuple[int, int]] = []
    open_marks: list[int] = []
    for match in re.finditer("[《》]", text):
        if match[0] == "《":
            open_marks.append(match.start())
        elif open_marks:
            start = open_marks.pop()
            while pairs and pairs[-1][0] > start:
                pairs.pop()
            pairs.append((start, match.end()))
    return pairs


# ---------------------------------------------------------------- structure

_UNIT = re.compile(
    rf"\s*第\s?([{NUMERALS}0-9０-９](?:[{NUMERALS}0-9０-９\s]{{0,10}}[{NUMERALS}0-9０-９])?)"
    r"\s?(编|分编|章|节|条)(?:之([一二三四五六七八九十]{1,3}))?"
)


def article_number(text: str) -> str:
    """The canonical number of the 编, 章, 节 or 条 at the head of `text`, good as an anchor; "" if there is none.

    >>> article_number("第一百二十条之一　有下列情形之一的")
    '第一百二十条之一'
    >>> article_number("第 12 条")
    '第十二条'
    """
    match = _UNIT.match(text)
    return _unit_number(match[1], match[2], match[3]) if match else ""


@functools.lru_cache(maxsize=1000)
def _unit_number(written: str, unit: str, branch: str | None) -> str:
    number = number_of(SPACES.sub("", written))
    if not number or number > 9999:
        return ""
    return f"第{to_chinese_numeral(number)}{unit}" + (f"之{branch}" if branch else "")


class Role(StrEnum):
    """What a paragraph is in an official document (GB/T 9704—2012, 7.3)."""

    ADDRESSEE = "主送机关"
    PART = "编"
    CHAPTER = "章"
    SECTION = "节"
    ARTICLE = "条"
    LEVEL1 = "一级层次"  # 一、
    LEVEL2 = "二级层次"  # （一）
    LEVEL3 = "三级层次"  # 1.
    LEVEL4 = "四级层次"  # （1）
    ATTACHMENT_NOTE = "附件说明"
    SIGNATURE = "署名"
    SIGN_DATE = "成文日期"
    ANNOTATION = "附注"
    COPY_TO = "抄送"
    PRINTED = "印发"  # 印发机关 and 印发日期
    PLAIN = "正文"


_PLAIN = Role.PLAIN
# what is not PLAIN by itself begins with one of these
_TELLING = frozenset("第总附序目前抄分\u200b一二三四五六七八九十（(0123456789０１２３４５６７８９")
_UNIT_ROLES = {"编": Role.PART, "分编": Role.PART, "章": Role.CHAPTER, "节": Role.SECTION, "条": Role.ARTICLE}
_CHAPTER_WORDS = frozenset({"总则", "附则", "序言", "目录", "前言"})
_LEVEL = re.compile(
    r"([一二三四五六七八九十]{1,3}、)|([（(][一二三四五六七八九十]{1,3}[）)])"
    r"|([0-9０-９]{1,2}(?:[．、]|\.(?![0-9])))|([（(][0-9０-９]{1,2}[）)])"
)
_LEVEL_ROLES = (Role.LEVEL1, Role.LEVEL2, Role.LEVEL3, Role.LEVEL4)
# “第三条规定的”, “第三条、第四条”, “第三条修改为” are talk about an article, not the article
_MENTION = re.compile("[的规所中第至及和或以与、，,。；修删增款项并同按依]")
ATTACHMENT_LINE = re.compile(r"附(?:件|表|图)?\s*[0-9０-９一二三四五六七八九十]{0,3}\s*(?:[：:]|$)")
_ATTACHMENT_NEXT = re.compile(r"[0-9０-９]{1,2}\s*[.．、]")
_ANNOTATION = re.compile("[（(][^（()）]*[）)]")
_COPY_TO = re.compile(r"(?:抄\s*[送报]|分\s*送)\s*[：:]")
_PRINTED = re.compile(
    r"(?:[^。；：，、《》“”]{2,40}?[\s\u3000]*)?([0-9０-９零〇○一二三四五六七八九]{4}年[^年。；：，、]{3,8}日)\s*印发"
)
_AGENCY_END = re.compile(
    "(?:政府|办公室|办公厅|办事处|委员会|委|办|局|厅|部|署|院|行|社|会|处|所|站|中心|单位|机构|公司|企业|大学|学院|学校|部门"
    "|区|县|市|省|州|旗|盟|镇|乡|街道|组|团|指挥部|银行|协会|集团|总队|支队|大队|你局|你委|你厅|同志)$"
)
_SENTENCE_MARK = re.compile("[。；！？!?;]")
_SIGNATURE_MARK = re.compile("[。；！？，：、!?;:《》“”]")
_LONGEST_HEADING = 40
_LONGEST_ADDRESSEE = 400
_LAST_ADDRESSEE = 10


def structure(paragraphs: Sequence[str]) -> tuple[Role, ...]:
    """The role of each paragraph of a body; what is not plainly something else is PLAIN.

    A SIGN_DATE is a paragraph that is a date alone, after a SIGNATURE or at the end of the body; so a notice and the
    rules it issues may follow each other in one body. An ANNOTATION stands in brackets right after a SIGN_DATE. PRINTED
    is the last line of the 版记, or its last two: the body that printed the document, and the day with 印发.
    """
    texts = [paragraph.strip() for paragraph in paragraphs]
    roles = [role_of(text) if text[:1] in _TELLING else _PLAIN for text in texts]
    _find_addressees(texts, roles)
    _find_printed(texts, roles)
    _find_signatures(texts, roles)
    before = _PLAIN
    for i, role in enumerate(roles):
        before, previous = role, before
        if previous is _PLAIN:
            continue
        if previous is Role.ATTACHMENT_NOTE and _continues_attachments(texts[i], texts[i - 1]):
            before = roles[i] = Role.ATTACHMENT_NOTE
        elif previous in (Role.SIGN_DATE, Role.ANNOTATION) and _ANNOTATION.fullmatch(texts[i]):
            before = roles[i] = Role.ANNOTATION
    return tuple(roles)


def role_of(text: str) -> Role:
    """The role of a paragraph, stripped and not empty, as far as it says so by itself."""
    if level := _LEVEL.match(text):
        return _LEVEL_ROLES[(level.lastindex or 1) - 1]
    if unit := _UNIT.match(text):
        role = _UNIT_ROLES[unit[2]]
        rest = text[unit.end() :]
        if rest and not rest[0].isspace() and _MENTION.match(rest):
            return Role.PLAIN
        if role is Role.ARTICLE or (len(text) <= _LONGEST_HEADING and not re.search("[。；：，]", rest)):
            return role
        return Role.PLAIN
    if len(text) <= 6 and SPACES.sub("", text) in _CHAPTER_WORDS:
        return Role.CHAPTER
    if text.startswith("附") and (match := ATTACHMENT_LINE.match(text)):
        return Role.ATTACHMENT_NOTE if len(text) > match.end() or match[0] != "附" else Role.PLAIN
    if text[0] in "抄分":
        return Role.COPY_TO if _COPY_TO.match(text) and len(text) <= _LONGEST_ADDRESSEE else Role.PLAIN
    if text.startswith(("（此件", "(此件")) and text.endswith(("）", ")")):
        return Role.ANNOTATION
    return Role.PLAIN


def _find_addressees(texts: Sequence[str], roles: list[Role]) -> None:
    """Mark the 主送机关 among the first paragraphs: a list of bodies that ends with a colon."""
    for i, text in enumerate(texts[:_LAST_ADDRESSEE]):
        if roles[i] is not Role.PLAIN or _SENTENCE_MARK.search(text):
            return
        if _is_addressee(text):
            roles[i] = Role.ADDRESSEE


def _is_addressee(text: str) -> bool:
    if not text.endswith(("：", ":")) or len(text) > _LONGEST_ADDRESSEE:
        return False
    outside_brackets = re.sub("[（(][^（()）]*[）)]", "", text[:-1])
    bodies = [body.strip() for body in re.split("[、，,]", outside_brackets)]
    if all(len(body) <= _LONGEST_HEADING and body.startswith("各") for body in bodies):
        return True
    return all(len(body) <= _LONGEST_HEADING and _names_body(body) for body in bodies)


def _names_body(name: str) -> bool:
    return bool(_AGENCY_END.search(name)) and not re.search("[的将就现为]|如下|以下|下列", name)


def _find_printed(texts: Sequence[str], roles: list[Role]) -> None:
    """Mark 某市人民政府办公室　2021年6月3日印发, on one line or two."""
    for i, text in enumerate(texts):
        match = _PRINTED.fullmatch(text) if text[-2:] == "印发" and roles[i] is _PLAIN else None
        body = text[: match.start(1)].strip() if match else ""
        if match is None or not is_date_alone(match[1]) or (body and not _is_signature(body)):
            continue
        roles[i] = Role.PRINTED
        if not body and i and roles[i - 1] is _PLAIN and _is_signature(texts[i - 1]):
            roles[i - 1] = Role.PRINTED


def _find_signatures(texts: Sequence[str], roles: list[Role]) -> None:
    """Mark dates that stand alone, and the agencies named in the lines right before them."""
    last = len(texts) - 1
    while last >= 0 and (roles[last] in _AFTER_SIGNATURE or _ANNOTATION.fullmatch(texts[last])):
        last -= 1
    for i, text in enumerate(texts):
        if text[-1:] != "日" or i == 0 or not is_date_alone(text):
            continue
        first = i
        while first > 1 and roles[first - 1] is Role.PLAIN and _is_signature(texts[first - 1]):
            first -= 1
        if first < i or i == last:
            roles[i] = Role.SIGN_DATE
            roles[first:i] = [Role.SIGNATURE] * (i - first)


_AFTER_SIGNATURE = (Role.ATTACHMENT_NOTE, Role.ANNOTATION, Role.COPY_TO, Role.PRINTED)


def _is_signature(text: str) -> bool:
    return len(text) <= _LONGEST_HEADING and not _SIGNATURE_MARK.search(text) and bool(_AGENCY_END.search(text))


def _continues_attachments(text: str, previous: str) -> bool:
    is_listed = _ATTACHMENT_NEXT.match(text) and len(text) <= 80 and not _SENTENCE_MARK.search(text)
    return bool(is_listed) and not re.fullmatch(r"附(?:件|表|图)?\s*[0-9０-９一二三四五六七八九十]{1,3}", previous)
