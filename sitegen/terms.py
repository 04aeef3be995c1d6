"""Turn the text of a document into the terms on which it was issued: the order before it, its days, and what it ends.

Exports `order_length`, `TELLING`, `find_terms`, `article_of`, `find_repealed`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sitegen.gongwen import (
    ATTACHMENT_LINE,
    CLOSING,
    NUMERALS,
    OPENING,
    SERIAL,
    SPACES,
    Role,
    article_number,
    day_of,
    find_citations,
    is_date_alone,
    number_of,
    outermost_titles,
    role_of,
)
from sitegen.model import Terms

# ---------------------------------------------------------------- signed orders

_LONGEST_ORDER = 14  # paragraphs
_LONGEST_ORDER_NAME = 100
_MOST_SIGNERS = 8
_ORDER_NAME = re.compile(r"[\u3400-\u9fff、]{2,80}令")
_ORDER_NUMBER = re.compile(
    rf"[（(]?(?:[{re.escape(OPENING)}][0-9]{{4}}年?[{re.escape(CLOSING)}]|[0-9]{{4}}年)?第?(?:{SERIAL})号[）)]?"
)
_ISSUES = re.compile("(?:予以?|现|将[^。；]{0,80})(?:公布|发布)")
_SIGNER = re.compile("[\u3400-\u9fff·×XＸ：:]{2,30}")


def order_length(paragraphs: Sequence[str]) -> int:
    """How many paragraphs at the beginning are the signed order by which a regulation was issued; 0 if none is there.

    Only where all of it is: 某市人民政府令, 第2号, 《…》…现予公布, who signs, the day, and then the regulation itself,
    beginning with its title, which the order names.
    """
    if not paragraphs or "令" not in paragraphs[0][:_LONGEST_ORDER_NAME]:
        return 0
    texts = [SPACES.sub("", paragraph) for paragraph in paragraphs[: _LONGEST_ORDER + 1]]
    name, _, number = texts[0].partition("令")
    if not _ORDER_NAME.fullmatch(f"{name}令"):
        return 0
    position = 1
    if not number:
        number = texts[1] if len(texts) > 1 else ""
        position = 2
    if not _ORDER_NUMBER.fullmatch(number):
        return 0
    issued = next((i for i, text in enumerate(texts) if i >= position and _ISSUES.search(text)), 0)
    day = next((i for i, text in enumerate(texts) if i > issued and is_date_alone(text)), 0)
    if not issued or not day or day + 1 >= len(texts) or day - issued > _MOST_SIGNERS:
        return 0
    if not all(_SIGNER.fullmatch(text) for text in texts[issued + 1 : day]):
        return 0
    said = "".join(texts[position : issued + 1])
    titles = {said[start + 1 : end - 1] for start, end in outermost_titles(said)}
    return day + 1 if texts[day + 1].strip("《》") in titles else 0


# ---------------------------------------------------------------- terms

_LAST_PARAGRAPHS = 12
_LONGEST_LEAD = 200
_LONGEST_RETROACTION = timedelta(days=366)
_AMOUNT = "[0-9０-９]{1,3}|[一二两三四五六七八九十百]{1,4}"
_DAY = (
    "[0-9０-９]{4}年[0-9０-９]{1,2}月[0-9０-９]{1,2}日"
    "|[零〇○Ｏ一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日"
)
_ISSUED = "发布|公布|印发|颁布|下发|发文|签发|签署|成文|公告|颁发|公开发布"
TELLING = re.compile("[施实执生试有暂废](?:[行施效](?:(?<=[起日后式]..)|(?=[期至]))|止)")
"""What a paragraph has one of that says when its document begins or ends, or what ends with it."""
_QUOTATION = "\x00"


# These are matched with text without white space.


@functools.cache
def _subject_form() -> str:
    """本办法, 本实施细则（试行）: the document itself."""
    kinds = (
        "办法|规定|条例|细则|规则|法|法典|决定|决议|通知|意见|公告|通告|方案|规划|计划|标准|制度|章程|目录|清单|措施|政策"
        "|解释|指南|规程|准则|指引|规范|规范性文件|文件|要点|命令|令|修正案|批复|函|基准|规章|基准表|裁量权基准|预案|修订本"
        "|守则|公约|规约|纲要|通则|须知"
    )
    return rf"本[^的第所与和、，。；：（）《》“”\x00]{{0,6}}?(?:{kinds})(?:[（(](?:试行|暂行|修订)[）)])?"


@functools.cache
def _begin_form() -> re.Pattern[str]:
    """自2021年7月1日起施行, 自公布之日起30日后施行."""
    return re.compile(
        rf"(?P<since>自|从|于|由)?(?:(?P<day>{_DAY})(?:零时|0时)?"
        rf"|(?:(?:{_subject_form()}|文件|通知)的?)?(?:{_ISSUED})之日|即日)(?:起|后|开始)?"
        rf"(?:满?(?P<wait>{_AMOUNT})(?P<unit>日|天|个月|年)(?:以?后|之后|起)?)?起?(?:正式|开始|起)?"
        r"(?P<verb>施行|实施|执行|生效|试行)(?=[。，,；;）)！!]|\Z|至|到|(?:[0-9]{1,2}|[一二两三四五])(?:年|个月))"
    )


@functools.cache
def _end_form() -> re.Pattern[str]:
    """有效期五年, 有效期至2026年12月31日, 试行期一年, 至2022年12月31日止; after 施行 or the subject."""
    began = "(?:发布|公布|印发|颁布|施行|实施|生效)之日"
    return re.compile(
        "(?P<name>(?:有效期|试行期|施行期|执行期|实施期|暂行期|政策期|适用期)(?:限|间)?)?"
        "(?P<verb>试行|有效|执行|实施|施行)?(?:暂定)?(?:为|是|：|:)?(?:暂定)?"
        rf"(?:(?:自|从)(?:(?:{_subject_form()})?{began}|(?P<first>{_DAY}))起?(?:计算)?[，,]?)?"
        rf"(?:(?P<amount>{_AMOUNT})(?P<unit>年|个月|日|天)(?![以之]?[内上下前后]|左右|的|度|半|[0-9])"
        rf"|(?:截至|截止至|截止到|截止|至|到)(?P<last>{_DAY})(?:为止|截止|止)?)"
    )


@functools.cache
def _lead_form() -> re.Pattern[str]:
    """What may stand in a sentence before the first statement: 本办法, nothing, or that it is now issued."""
    article = f"第[{NUMERALS}0-9０-９]{{1,10}}条(?:之[一二三四五六七八九十]{{1,3}})?"
    item = "[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十0-9０-９]{1,3}[）)]|[0-9０-９]{1,2}[.．、]"
    number = rf"\A(?:{article}|{item})?"
    passed = (
        "(?:由[^，。；]{1,50}解释[，,])?(?:经[^，。；]{1,50}(?:通过|批准|同意|备案)后?[，,])?"
        "(?:现予以?(?:公布|发布)[，,])?(?:将|应|均|统一)?"
    )
    issued = "(?:现予?以?(?:公布|发布|印发)(?:给你们)?|印发给你们)[，,](?:请[^，。；]{1,30}[，,])?"
    return re.compile(
        rf"(?:(?:{number}|[，,：:）)】〕])(?P<subject>{_subject_form()})的?{passed}|(?P<bare>{number})|{issued})\Z"
    )


@functools.cache
def _between_form() -> re.Pattern[str]:
    return re.compile(rf"[，,；;。]*(?:并|且)?(?:{_subject_form()}的?)?")


_QUOTED = re.compile("“[^”]*”?|《(?:[^《》]++|《[^《》]*+》)*+》")
_ENDS_OF_SENTENCES = "。；;！？"
_END_OF_SENTENCE = re.compile(f"[{_ENDS_OF_SENTENCES}]")


class _Statement(NamedTuple):
    """What one paragraph says of the life of the document."""

    begin: re.Match[str] | None
    end: re.Match[str] | None
    article: str


def find_terms(paragraphs: Sequence[str], issued: date | None, begins: date | None = None) -> Terms:
    """What a text says of its own life in its last paragraphs: those before the end, a signature or an attachment.

    `issued` is the day that 自发布之日起 means, `begins` the first day if it is known from elsewhere: a duration then
    counts from it. What is said of another document or within a quotation, and what contradicts itself, counts for
    nothing. Of 自公布之日起30日后 the first day is not one of the 30 (民法典第二百零一条).

    >>> find_terms(["第九条　本办法自2021年7月1日起施行，有效期五年。"], None)[:3]
    (datetime.date(2021, 7, 1), datetime.date(2026, 6, 30), '第九条')
    """
    statements = [
        found
        for i, paragraph in enumerate(paragraphs)
        if paragraph and TELLING.search(paragraph) and _is_near_end(paragraphs, i)
        if (found := _statement(paragraphs, i))
    ]
    starts = {_first_day(found, issued): found for found in statements if found.begin or _says_first_day(found)}
    first = next(iter(starts)) if len(starts) == 1 else None
    ends = {_last_day(found, issued, begins, first): found for found in statements if found.end}
    last = next(iter(ends)) if len(ends) == 1 else None
    if last and any(day and last <= day for day in (begins, first, issued)):
        last = None
    where = ends[last].article if last else starts[first].article if first else ""
    words = _words_of_end(ends[last]) if last else ""
    if first and issued and issued - first > _LONGEST_RETROACTION:
        first = None  # the clause of the first text, which an amended one keeps
        where = where if last else ""
    return Terms(first, last, where, words)


def _words_of_end(found: _Statement) -> str:
    assert found.end
    begin = found.begin
    verb = begin["verb"] if begin and begin.end() == found.end.start() else ""  # 试行 + 两年
    return verb + found.end[0]


def _is_near_end(paragraphs: Sequence[str], position: int) -> bool:
    following = [text.strip() for text in paragraphs[position + 1 : position + 1 + _LAST_PARAGRAPHS]]
    return len(following) < _LAST_PARAGRAPHS or any(
        (text.endswith("日") and is_date_alone(text)) or ATTACHMENT_LINE.match(text) for text in following
    )


def _statement(paragraphs: Sequence[str], position: int) -> _Statement | None:
    """What the paragraph says of the document that it is part of; None if it says nothing of it."""
    before = paragraphs[max(position - _LAST_PARAGRAPHS, 0) : position]
    if sum(text.count("“") - text.count("”") for text in before) > 0:
        return None
    text = _QUOTED.sub(_QUOTATION, SPACES.sub("", paragraphs[position]))
    for match in _begin_form().finditer(text):
        lead = _lead(text, match.start())
        if lead and (match["since"] or lead["subject"]):
            end = _end_form().match(text, _after(text, match.end()))
            is_end = end and (end["name"] or end["verb"] or end["last"] or end.start() == match.end())
            return _Statement(match, end if is_end else None, article_of(paragraphs, position))
    for match in _end_form().finditer(text):
        lead = _lead(text, match.start())
        if lead and lead["subject"] and (match["name"] or match["verb"] or match["first"]):
            begin = _begin_form().match(text, _after(text, match.end()))
            return _Statement(begin, match, article_of(paragraphs, position))
    return None


def _lead(text: str, end: int) -> re.Match[str] | None:
    """What the sentence says before a statement that begins at `end`, if the statement is about the document."""
    first = max(end - _LONGEST_LEAD, 0)
    start = max(text.rfind(mark, first, end) for mark in _ENDS_OF_SENTENCES) + 1
    lead = _lead_form().search(text[start:end] if start or not first else _QUOTATION + text[first:end])
    return None if lead and start and lead["bare"] is not None else lead


def _after(text: str, position: int) -> int:
    """Where the next statement about the same document may begin."""
    between = _between_form().match(text, position)
    return between.end() if between else position


def article_of(paragraphs: Sequence[str], position: int) -> str:
    """The number of the 条 that the paragraph is in; "" if it is in none."""
    for text in reversed(paragraphs[max(position - _LAST_PARAGRAPHS, 0) : position + 1]):
        stripped = text.strip()
        role = role_of(stripped) if stripped else Role.PLAIN
        if role is Role.ARTICLE:
            return article_number(stripped)
        if role in (Role.PART, Role.CHAPTER, Role.SECTION, Role.LEVEL1) or is_date_alone(stripped):
            return ""
    return ""


def _says_first_day(found: _Statement) -> bool:
    return bool(found.end and found.end["first"])


def _first_day(found: _Statement, issued: date | None) -> date | None:
    begin = found.begin
    if begin is None:
        return day_of(found.end["first"]) if found.end else None
    day = day_of(begin["day"]) if begin["day"] else issued
    if day is None or not begin["wait"]:
        return day
    after = _later(day, begin["wait"], begin["unit"])
    return after and after + timedelta(days=1)


def _last_day(found: _Statement, issued: date | None, begins: date | None, first: date | None) -> date | None:
    end, begin = found.end, found.begin
    if end is None:
        return None
    if end["last"]:
        return day_of(end["last"])
    if end["first"]:
        start = day_of(end["first"])
    elif begin and begin["day"]:
        start = _first_day(found, issued)
    else:
        start = begins or first or (begin and _first_day(found, issued))
    after = _later(start, end["amount"], end["unit"]) if start else None
    return after and after - timedelta(days=1)


def _later(day: date, amount: str, unit: str) -> date | None:
    """The day that many days, months or years later; where the month has no such day, the first of the next."""
    count = 2 if amount == "两" else number_of(amount)
    if not count or count > _MOST[unit] or day.year > _LAST_YEAR:
        return None
    if unit in ("日", "天"):
        return day + timedelta(days=count)
    month = day.month - 1 + count * (12 if unit == "年" else 1)
    year, month = day.year + month // 12, month % 12 + 1
    try:
        return day.replace(year=year, month=month)
    except ValueError:
        return date(year + month // 12, month % 12 + 1, 1)


_LAST_YEAR = 9900  # a slip of the pen
_MOST = {"年": 50, "个月": 120, "月": 120, "日": 3660, "天": 3660}


# ---------------------------------------------------------------- what a text repeals

_ENDS_WITH_IT = re.compile(
    r"[，,]?(?:(?:也|亦|均|都)?(?:同时|一并|即行|自行|随之|同步)(?:予以|即行|自行)?|自[^，。；《》]{2,30}起)废止$"
)


def find_repealed(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """What a text plainly says ends with it, by 文号 or else title, each once; not what it quotes, nor parts of one.

    >>> find_repealed(["本办法自2024年5月1日起施行。《甲办法》（某发〔2015〕5号）和《乙办法》同时废止。"])
    ('某发〔2015〕5号', '乙办法')
    """
    found: dict[str, None] = {}
    for paragraph in paragraphs:
        if "废止" not in paragraph or "《" not in paragraph:
            continue
        for sentence in _END_OF_SENTENCE.split(re.sub("“[^”]*”", "", paragraph)):
            tail = _ENDS_WITH_IT.search(sentence.rstrip())
            citations = find_citations(sentence[: tail.start()]) if tail else ()
            if not tail or not citations or citations[-1].end != len(sentence[: tail.start()].rstrip()):
                continue
            first = len(citations) - 1  # those that stand with the last one: 《甲》、《乙》和《丙》
            while first and not re.search(
                "[^、和及与以同（）()\\s]", sentence[citations[first - 1].end : citations[first].start]
            ):
                first -= 1
            found |= {one.doc_no or one.title: None for one in citations[first:] if not one.article}
    return tuple(found)
