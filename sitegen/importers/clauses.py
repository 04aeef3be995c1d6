"""What the words of a text say of texts: the changes that a 题注 names, what is repealed, what is amended.

Exports `Event`, `events`, `Named`, `repealed`, `amended`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from sitegen import gongwen
from sitegen.importers.blocks import squeeze, tidy
from sitegen.importers.evidence import DATE, read_date

# ---------------------------------------------------------------- 题注


class Event(NamedTuple):
    """What a 题注 says happened to a text on one day: passed, issued, amended; by which order or decision."""

    day: date
    doc_no: str  # 令号, 文号, or the title of the decision; "" if it names none
    kind: str

    @property
    def is_change(self) -> bool:
        """Whether the text was changed."""
        return self.kind in _CHANGES


_CHANGES = ("修正", "修订", "修改")
_ACT = re.compile(r"修正|修订|修改|通过|公布|发布|颁布|批准")
_MARK = re.compile(r"[<>〈〉]")
_JOINT = re.compile(r"、(?=[^，。、\s]{2,20}令第)")


def events(caption: str) -> tuple[Event, ...]:
    """What a 题注 tells, in its order, one event a day.

    >>> for event in events("（2001年6月5日某令第3号公布 2010年1月9日《关于修改〈甲〉的决定》第一次修订）"):
    ...     print(*event)
    2001-06-05 某令第3号 公布
    2010-01-09 关于修改〈甲〉的决定 修订
    """
    found: dict[date, Event] = {}
    starts = list(re.finditer(DATE, caption))
    for start, following in zip(starts, [*starts[1:], None], strict=False):
        day = read_date(start[0])
        words = caption[start.end() : following.start() if following else len(caption)]
        outside = _outside(words)
        acts = _ACT.findall(outside)
        if day is None or not acts:
            continue
        kind = next((act for act in acts if act in _CHANGES), acts[-1])
        order = gongwen.find_doc_nos(_JOINT.sub("", outside.replace("中华人民共和国", "")))
        decisions = [citation.title for citation in gongwen.find_citations(words)]
        number = order[0] if order else _MARK.sub(_corner, decisions[0]) if decisions else ""
        before = found.get(day)
        found[day] = Event(day, number or (before.doc_no if before else ""), kind)
    return tuple(found.values())


def _outside(words: str) -> str:
    """The words without the titles in them."""
    for citation in reversed(gongwen.find_citations(words)):
        words = words[: citation.start] + "《》" + words[citation.start + len(citation.title) + 2 :]
    return words


def _corner(mark: re.Match[str]) -> str:
    return "〈" if mark[0] in "<〈" else "〉"


# ---------------------------------------------------------------- what is repealed


class Named(NamedTuple):
    """A document that a clause names, with what it says of it."""

    title: str
    doc_no: str = ""
    articles: tuple[str, ...] = ()  # of which the clause speaks; all of it if there are none
    days: tuple[date, ...] = ()  # on which it was passed, issued or changed


_PLACE = (
    r"第[一二三四五六七八九十百千零〇0-9]{1,8}条(?:之[一二三四五六七八九十]{1,3})?"
    r"(?:第[一二三四五六七八九十0-9]{1,3}[款项])*"
)
_REST = re.compile(rf"(?:\s*[（(][^（()）]*[）)])?\s*(?P<articles>{_PLACE}(?:[、和及]{_PLACE})*)?")
_JOINED = re.compile(r"\s*(?:[、，,和及与]|以及|并)")
_END = re.compile(r"[，,、]?\s*(?:都|均|也|亦|一并|一律|同时|即行|相应|予以|自行|即)*废止$")
_REPEALING = re.compile(r"(?:^|[，：、\s]|决定)废止(?:以下|下列|了)?[^《》。；，]{0,30}$")
_BEGINS = re.compile(r"自[^，。；《》]{2,40}?起(?:正式)?(?:施行|实施|生效|执行|试行)")
_BY = re.compile(r"(?:根据|依照|依据|按照|遵照|为实施|为贯彻|实施)$")


def repealed(sentence: str, *, is_decision: bool = False) -> tuple[Named, ...]:
    """The documents that a sentence plainly repeals: 《甲》和《乙》同时废止; in a decision to repeal also 废止《甲》.

    >>> repealed("1999年5月1日发布的《甲》（某发〔1999〕5号）第三条同时废止。")[0][:3]
    ('甲', '某发〔1999〕5号', ('第三条',))
    """
    text = tidy(sentence).rstrip("。；; ")
    citations = gongwen.find_citations(text)
    tail = _END.search(text)
    lead = text[: citations[0].start] if citations else ""
    if not tail and not (is_decision and _REPEALING.search(lead)):
        return ()
    limit = tail.start() if tail else len(text)
    found: list[Named] = []
    told = 0  # up to where the text speaks of the documents before
    for citation, following in zip(citations, [*citations[1:], None], strict=True):
        end = citation.start + len(citation.title) + 2
        rest = _REST.match(text, end)
        assert rest is not None  # all of it may be missing
        after = text[rest.end() : following.start if following else limit]
        before = text[told : citation.start]
        if _BY.search(before) or not (_JOINED.match(after) if following else not after.strip()):
            continue  # 根据《甲》修正的《乙》
        told = rest.end()
        said = _BEGINS.sub("", before) + text[end:told]
        numbers = gongwen.find_doc_nos(said)
        days = tuple(day for day in (read_date(match[0]) for match in re.finditer(DATE, said)) if day)
        articles = tuple(re.findall(_PLACE, rest["articles"] or ""))
        found.append(Named(squeeze(citation.title), numbers[0] if len(numbers) == 1 else "", articles, days))
    return tuple(found)


# ---------------------------------------------------------------- what is amended

_AMENDING = re.compile(r"关于修(?:改|订|正)(.+)的(?:决定|决议|通知|公告|命令|令)(?:[（(][^（()）]*[）)])?$")
_SUPPLEMENT = re.compile(r"^([^《》〈〉]+?)修正案(?:[（(][^（()）]*[）)])?$")
_INNER = re.compile(r"[《〈<]([^《》〈〉<>]+)[》〉>]")


def amended(title: str) -> tuple[str, ...]:
    """The titles of what a document amends, as its own title says.

    >>> amended("某市人民政府关于修改《某办法》的决定"), amended("中华人民共和国刑法修正案（十二）")
    (('某办法',), ('中华人民共和国刑法',))
    """
    decision = _AMENDING.search(squeeze(title))
    if decision is not None:
        return tuple(dict.fromkeys(_INNER.findall(decision[1])))
    supplement = _SUPPLEMENT.match(squeeze(title))
    return (supplement[1],) if supplement is not None else ()
