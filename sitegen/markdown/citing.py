"""Find in running text the citations that become references. Exports `may_cite`, `Citing`, `Cited`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sitegen.gongwen import canonical_place, find_citations
from sitegen.model import Reference

_OWN = re.compile(
    r"(?<![基日样文成资标版脚课])本(?:办法|规定|条例|法|实施细则|细则|规则|意见|通知|决定|方案|章程|规范|准则|规程|标准|指引|解释|公告|制度)"
    r"(?P<place>第[零〇一二三四五六七八九十百千0-9０-９]{1,8}条(?:之[一二三四五六七八九十]{1,3})?"
    r"(?:第[一二三四五六七八九十0-9]{1,4}款)?(?:第[（(]?[一二三四五六七八九十0-9]{1,4}[）)]?项)?)"
)
_MAY_BE_OWN = re.compile(r"本[^，。；：]{1,4}\s?第")
_SHORT = re.compile(r"\s?[（(](?:[^（()）《》]{2,40}[，,])?(?:以下)?简称为?[：:]?\s?《([^《》\n]{1,40})》")
_NO_DOCUMENT = frozenset("表书证图照单")  # 《申请表》, 《通知书》: forms


class Cited(NamedTuple):
    """A stretch of text that cites a document."""

    start: int
    end: int
    reference: Reference


def may_cite(text: str) -> bool:
    """Whether it is worth while to look for citations in the text."""
    return "《" in text or ("本" in text and bool(_MAY_BE_OWN.search(text)))


class Citing:
    """Finds citations; what was introduced with 以下简称《办法》 is known by that name from then on."""

    def __init__(self) -> None:
        self._short: dict[str, tuple[str, str]] = {}

    def find(self, text: str) -> Sequence[Cited]:
        """The citations in the text, in order, none within another."""
        if "《" not in text and ("本" not in text or not _OWN.search(text)):
            return ()
        found: list[Cited] = []
        end = 0
        for citation in find_citations(text) if "《" in text else ():
            if citation.start < end:
                continue
            name = (citation.doc_no, citation.title)
            if not citation.doc_no:
                name = self._short.get(citation.title, name)
            end = citation.end
            if short := _SHORT.match(text, citation.start + len(citation.title) + 2):
                self._short.setdefault(short[1], name)
                end = max(end, short.end())
            if citation.title.strip() and (name[0] or citation.title[-1] not in _NO_DOCUMENT):
                found.append(Cited(citation.start, citation.end, _reference(*name, citation.article)))
        if "本" in text:
            found += [
                Cited(own.start(), own.end(), _reference("", "", canonical_place(own["place"])))
                for own in _OWN.finditer(text)
                if text.count("“", 0, own.start()) == text.count("”", 0, own.start())  # else of what is quoted
                and not any(one.start < own.end() and own.start() < one.end for one in found)
            ]
            found.sort()
        return found


@lru_cache(maxsize=10_000)
def _reference(doc_no: str, title: str, place: str) -> Reference:
    """The same object for the same target: many documents cite the same few."""
    return Reference(f"{doc_no}\t{' '.join(title.split())}\t{place}", is_citation=True)
