"""What is a right answer to a query: the documents of a site, what each of them holds, and the figures that follow.

It keeps to rules of its own and never asks the search how it compares texts, so that both cannot be wrong together.

Exports `Doc`, `Library`, `fold`, `is_traditional`, `Query`, `Hit`, `Answer`, `Verdict`, `judge`, `Figures`, `figures`,
`percentile`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from statistics import fmean
from urllib.parse import unquote
from zlib import crc32

TOP = 10
"""How many results a reader looks at."""

# ---------------------------------------------------------------- texts

_SMALL = "([一二三四五六七八九十]{1,3})"
_YEAR = re.compile(rf"([〇○零一二三四五六七八九]{{4}})年(?:{_SMALL}月)?(?:{_SMALL}日)?")
_PADDED = re.compile(r"(?<=[年月])0(?=[1-9][月日])")
_BREAKS = re.compile(r"[,;:!?。\n]+")
_MARKS = re.compile(r"[^\w\n]+|_+")
_SERIAL = re.compile(r"(?<=\d[)〕\]】])\s*第(?=\s*\d+\s*号)")
_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}


@cache
def _simplified() -> Mapping[int, str]:
    """The simplified character for every traditional one that has one of its own; nothing where OpenCC is missing."""
    try:
        table = resources.files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    except ModuleNotFoundError:
        return {}
    rows = (line.split() for line in table.splitlines())
    return {ord(row[0]): row[1] for row in rows if len(row) > 1 and len(row[0]) == 1 and row[0] != row[1]}


def is_traditional(char: str) -> bool:
    """Whether a character has a simplified one in its place."""
    return ord(char) in _simplified()


def fold(text: str) -> str:
    """Letters and digits of a text, and a line feed for each stop; spelling, blanks and other marks do not count.

    A blank is left between two runs of letters or digits that marks or blanks part.

    >>> fold("《节水 办法》（国发〔２０２４〕第3号），二〇二一年六月三日、2021年06月03日")
    '节水办法国发2024 3号\\n2021年6月3日2021年6月3日'
    """
    plain = _SERIAL.sub("", unicodedata.normalize("NFKC", text).lower().translate(_simplified()))
    plain = _MARKS.sub(_in_between, _BREAKS.sub("\n", plain)).strip("\n")
    return _PADDED.sub("", _YEAR.sub(_in_digits, plain)) if "年" in plain else plain


def _in_between(found: re.Match[str]) -> str:
    """A blank where marks part two runs; else nothing."""
    text, start, end = found.string, found.start(), found.end()
    return " " if start > 0 and end < len(text) and _is_narrow(text[start - 1]) and _is_narrow(text[end]) else ""


def _in_digits(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    digits = "".join(_DIGITS[char] for char in year) + "年"
    return digits + (f"{_small(month)}月" if month else "") + (f"{_small(day)}日" if day else "")


def _small(numeral: str) -> int:
    """A number below 100: 十二, 二十, 三十一."""
    tens, ten, ones = numeral.rpartition("十")
    return 10 * int(_DIGITS.get(tens, "1")) * bool(ten) + int(_DIGITS.get(ones, "0"))


def _is_at(text: str, at: int, end: int) -> bool:
    """Whether no run of letters or digits is cut in two at either end of a place: 3号 is not in 13号."""
    return not (_is_cut(text, at) or _is_cut(text, end))


def _is_cut(text: str, at: int) -> bool:
    return 0 < at < len(text) and _is_narrow(text[at - 1]) and _is_narrow(text[at])


def _is_narrow(char: str) -> bool:
    return char < "\u2e80" and char.isalnum()


# ---------------------------------------------------------------- documents


@dataclass(frozen=True)
class Doc:
    """What is published of one document."""

    id: str
    url: str
    title: str
    doc_no: str = ""
    index_no: str = ""
    dates: tuple[str, ...] = ()  # 2021-06-03
    names: tuple[str, ...] = ()  # attachments, keywords, agencies
    passages: tuple[tuple[str, str, str], ...] = ()  # anchor, heading, text
    is_real: bool = True  # not put together for scale

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The folded passages."""
        return tuple(fold(text) for _, _, text in self.passages)

    @cached_property
    def text(self) -> str:
        """All that a reader may look for, folded; a stop between any two things."""
        days = (f"{int(y)}年{int(m)}月{int(d)}日" for y, m, d in (day.split("-") for day in self.dates))
        names = (self.title, self.doc_no, self.index_no, *days, *self.names)
        return "\n".join((*map(fold, filter(None, names)), *self.parts))

    @cached_property
    def run_on(self) -> str:
        """The same with no stops."""
        return self.text.replace("\n", "")

    @cached_property
    def name(self) -> str:
        """The folded title, with no stops."""
        return fold(self.title).replace("\n", "")


class Library:
    """All documents that the search may find."""

    def __init__(self, docs: Iterable[Doc]) -> None:
        self.docs = {doc.id: doc for doc in docs}
        self.by_url = {doc.url.removesuffix("index.html").strip("/"): doc.id for doc in self.docs.values()}
        self._holding: dict[tuple[str, bool], frozenset[str]] = {}

    @cached_property
    def numbered(self) -> Mapping[str, frozenset[str]]:
        """The documents by their folded 文号."""
        found: dict[str, set[str]] = {}
        for doc in self.docs.values():
            found.setdefault(fold(doc.doc_no), set()).add(doc.id)
        return {number: frozenset(ids) for number, ids in found.items()}

    @cached_property
    def real(self) -> tuple[Doc, ...]:
        """Those that were not put together, by id."""
        return tuple(sorted((doc for doc in self.docs.values() if doc.is_real), key=lambda doc: doc.id))

    def holding(self, text: str, *, with_stops: bool = True) -> frozenset[str]:
        """The ids of all documents that hold a text, its stops where they are or, without them, anywhere."""
        needle = fold(text) if with_stops else fold(text).replace("\n", "")
        if (needle, with_stops) not in self._holding:
            docs = self.docs.values()
            found = (d.id for d in docs if _holds(d.text if with_stops else d.run_on, needle))
            self._holding[needle, with_stops] = frozenset(found)
        return self._holding[needle, with_stops]

    def holding_all(self, asked: Sequence[Sequence[str]], *, with_stops: bool = True) -> frozenset[str]:
        """The ids of all documents that hold one text of every entry."""
        found: frozenset[str] | None = None
        for either in asked:
            some = frozenset[str]().union(*(self.holding(text, with_stops=with_stops) for text in either))
            found = some if found is None else found & some
        return found or frozenset()

    def holds(self, doc: str, asked: Sequence[Sequence[str]]) -> bool:
        """Whether a document holds one text of every entry, its stops not counted."""
        text = self.docs[doc].run_on if doc in self.docs else ""
        return all(any(_holds(text, fold(one).replace("\n", "")) for one in either) for either in asked)

    def titled(self, part: str) -> frozenset[str]:
        """The ids of all documents with a text in the title."""
        needle = fold(part).replace("\n", "")
        return frozenset(doc.id for doc in self.docs.values() if needle in doc.name)

    def id_of(self, url: str) -> str:
        """The document that an address, from the root of the site or as a whole, leads to; "" if to none."""
        path = unquote(url.partition("#")[0].partition("?")[0]).removesuffix("index.html").strip("/")
        return self.by_url.get(path[path.find("doc/") :] if "doc/" in path else path, "")


def _holds(text: str, needle: str) -> bool:
    at = text.find(needle)
    while at >= 0 and not _is_at(text, at, at + len(needle)):
        at = text.find(needle, at + 1)
    return at >= 0 and bool(needle)


# ---------------------------------------------------------------- queries and answers


@dataclass(frozen=True)
class Query:
    """What somebody types, and what is right."""

    kind: str
    text: str
    right: frozenset[str] = frozenset()  # ids; none: there is no answer
    anchor: str = ""  # to which place of the document a right result leads
    asked: tuple[tuple[str, ...], ...] = ()  # a result that is not right is noise unless it holds one text of each
    is_set: bool = False  # all right documents are wanted, not any of them
    is_literal: bool = False  # 完全匹配 must have every document that holds what is asked
    note: str = ""  # what somebody meant to type

    @property
    def half(self) -> str:
        """`tuning`, or `held-back`: not looked at while the ranking is worked on."""
        return "held-back" if crc32(f"{self.kind}\t{self.text}".encode()) & 1 else "tuning"


@dataclass(frozen=True)
class Hit:
    """One result, as a reader sees it."""

    url: str
    title: str = ""


@dataclass(frozen=True)
class Answer:
    """What the search gave."""

    shown: tuple[Hit, ...]  # in order, without what is folded
    full: tuple[str, ...] | None = None  # addresses of 完全匹配 as far as anybody looked; None if nobody did
    full_count: int = 0
    partial_count: int = 0
    milliseconds: float = 0.0
    size: int = 0  # bytes that were loaded for it
    failure: str = ""  # what the search said instead of answering


@dataclass(frozen=True)
class Verdict:
    """How good an answer is."""

    query: Query
    answer: Answer
    rank: int = 0  # of the first right result, from 1; 0 if none is among the first ten
    recall: float = 0.0  # at ten
    noise: int = 0
    literal: float | None = None
    missing: tuple[str, ...] = ()  # ids that hold the query and are not in 完全匹配

    @property
    def is_empty(self) -> bool:
        """Whether nothing was shown."""
        return not self.answer.shown


def judge(query: Query, answer: Answer, library: Library) -> Verdict:
    """How good the answer is."""
    top = [(library.id_of(hit.url), unquote(hit.url.partition("#")[2])) for hit in answer.shown[:TOP]]
    is_right = [doc in query.right and (not query.anchor or anchor == query.anchor) for doc, anchor in top]
    rank = is_right.index(True) + 1 if any(is_right) else 0
    recall = float(bool(rank))
    if query.is_set and query.right:
        recall = len(query.right & {doc for doc, _ in top}) / min(TOP, len(query.right))
    noise = sum(doc not in query.right and not (query.asked and library.holds(doc, query.asked)) for doc, _ in top)
    literal: float | None = None
    missing: tuple[str, ...] = ()
    if query.is_literal and answer.full is not None and (holders := library.holding_all(query.asked)):
        missing = tuple(sorted(holders - {library.id_of(url) for url in answer.full}))
        literal = 1 - len(missing) / len(holders)
    return Verdict(query, answer, rank, recall, noise, literal, missing)


# ---------------------------------------------------------------- figures


@dataclass(frozen=True)
class Figures:
    """What the verdicts come to; None where there is nothing to judge by."""

    queries: int
    recall_1: float | None
    recall_10: float | None
    mrr: float | None
    zero: float | None
    noise: float | None
    literal: float | None


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """Means over the queries; those without an answer count for noise only."""
    answerable = [v for v in verdicts if v.query.right]
    literal = [v.literal for v in verdicts if v.literal is not None]
    return Figures(
        queries=len(verdicts),
        recall_1=_mean(float(v.rank == 1) for v in answerable),
        recall_10=_mean(v.recall for v in answerable),
        mrr=_mean(1 / v.rank if v.rank else 0.0 for v in answerable),
        zero=_mean(float(v.is_empty) for v in answerable),
        noise=_mean(float(v.noise) for v in verdicts),
        literal=_mean(literal),
    )


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None


def percentile(values: Iterable[float], share: float) -> float:
    """The value that so great a share of them does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
