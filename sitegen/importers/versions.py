"""Which drafts are texts of one rule at different times, and from when each is in force.

Exports `Text`, `Finding`, `Periods`, `Versions`, `find_versions`, `is_part`, `title_key`, `read_periods`, `unsure`.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sitegen.importers.clauses import Event, events
from sitegen.importers.draft import Draft, FieldValue, Note, NoteKind
from sitegen.importers.evidence import read_date


@dataclass(frozen=True, slots=True)
class Text:
    """A draft with its id, and what else is known of it: the manifest's word on its state, what its own words say."""

    draft: Draft
    status: str = ""
    clause: str = ""  # the day on which it begins, in its own words: often that of its first version
    events: tuple[Event, ...] = ()  # of its 题注

    @classmethod
    def of(cls, draft: Draft, status: str = "", clause: str = "") -> Text:
        """The text with the events of its 题注."""
        return cls(draft, status, clause, events(draft.get("caption")))

    @property
    def id(self) -> str:
        """The id of the draft."""
        return self.draft.id

    @property
    def title(self) -> str:
        """The title of the draft."""
        return self.draft.get("title")

    @property
    def key(self) -> str:
        """What is equal for all texts of its rule."""
        return title_key(self.title)

    @property
    def written(self) -> str:
        """成文日期, else 发布日期."""
        return self.draft.get("written_date") or self.draft.get("pub_date")[:10]


class Finding(NamedTuple):
    """Something found of a draft: a line of the report, and what it puts into a field (a list is added to it)."""

    id: str
    note: Note
    field: str = ""
    value: FieldValue = ""


Periods = Mapping[
    tuple[str, str], tuple[str, str]
]  # title key and day of promulgation: first day, and where it is said


class Versions(NamedTuple):
    """The texts of the rules that have several."""

    rule_of: Mapping[str, str]  # id of a text: id of the rule, which for one of the texts is its own
    first: Mapping[str, str]  # id of a text: the first day it is in force
    copies: frozenset[str]  # ids of drafts that have the text of another one
    findings: tuple[Finding, ...]


# ---------------------------------------------------------------- titles

_SPACES = re.compile(r"\s|中华人民共和国")
_EDITION = re.compile(
    r"[（(](?:\d{4}年?)?(?:\d{1,2}月\d{1,2}日)?(?:第?[一二三四五六七八九十]次)?"
    r"(?:修正|修订|修改|公布|通过|施行)?(?:版|本|文本)?[）)]$|[（(]\d{4}-\d{1,2}-\d{1,2}[）)]$"
)
_RULE = re.compile(r"(?:法|典|条例|规定|办法|细则|规则|规程|规范|章程|解释|名录|目录)$")
_CORNERS = str.maketrans("〈〉<>", "《》《》")


def title_key(title: str) -> str:
    """What is equal for the titles of all texts of one rule.

    >>> title_key("中华人民共和国某某法（2026年修订）"), title_key("某某法(2019-04-23)")
    ('某某法', '某某法')
    """
    return _EDITION.sub("", _SPACES.sub("", title)).translate(_CORNERS)


# ---------------------------------------------------------------- lists of versions


def read_periods(data: bytes, source: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """What a list of versions beside a text (….versions.json) says: from when the text of each day is in force."""
    try:
        content = json.loads(data)
    except ValueError:
        return
    title, versions = (content.get(name) if isinstance(content, dict) else None for name in ("title", "versions"))
    if not isinstance(title, str) or not isinstance(versions, list):
        return
    for version in versions:
        if isinstance(version, dict):
            made, begins = (read_date(str(version.get(name, ""))) for name in ("promulgatedOn", "effectiveFrom"))
            if made and begins:
                yield (title_key(title), made.isoformat()), (begins.isoformat(), source)


# ---------------------------------------------------------------- the texts of a rule


def find_versions(texts: Sequence[Text], periods: Periods) -> Versions:
    """The texts of one title and maker as one rule: its file is the newest text that has taken effect."""
    by_title: dict[str, list[Text]] = defaultdict(list)
    for text in texts:
        if _RULE.search(text.key) and text.written and not text.draft.get("draft"):
            by_title[text.key].append(text)
    rule_of: dict[str, str] = {}
    first: dict[str, str] = {}
    findings: list[Finding] = []
    for same_title in by_title.values():
        clusters, alone = _of_one_maker(same_title)
        findings += (
            unsure(text, "有同名的文件，但这份没有写发文机关，不知是不是它的另一个文本", text.title) for text in alone
        )
        for cluster in clusters:
            kept, found = _apart([_dated(text, cluster, periods) for text in cluster])
            findings += found
            if len(kept) > 1:
                rule = _rule_among(kept)
                rule_of |= {dated.text.id: rule.id for dated in kept}
                first |= {dated.text.id: dated.first for dated in kept}
                findings += _told(rule, kept)
    copies = frozenset(finding.id for finding in findings if finding.field == "draft")
    return Versions(rule_of, first, copies, tuple(findings))


def _of_one_maker(texts: Sequence[Text]) -> tuple[list[list[Text]], list[Text]]:
    """The texts apart by who made them, and those of which that cannot be told."""
    unknown = [text for text in texts if not _issuers(text) and not text.events]
    clusters: list[list[Text]] = []
    for text in texts:
        if text not in unknown:
            near = [cluster for cluster in clusters if any(_is_same_maker(text, other) for other in cluster)]
            joined = [*(other for cluster in near for other in cluster), text]
            clusters = [*(cluster for cluster in clusters if cluster not in near), joined]
    if len(clusters) > 1:
        return clusters, unknown
    return [[*(text for cluster in clusters for text in cluster), *unknown]], []


def _is_same_maker(one: Text, other: Text) -> bool:
    """Whether both were made by one body, or passed first on the same day: bodies are renamed."""
    if one.events and other.events and one.events[0].day == other.events[0].day:
        return True
    first, second = _issuers(one), _issuers(other)
    return not first or not second or not first.isdisjoint(second)


def _issuers(text: Text) -> frozenset[str]:
    """Who made it; a congress and its standing committee are one."""
    names = re.split("[、/]", _SPACES.sub("", text.draft.get("issuer")))
    return frozenset(name.removesuffix("常务委员会") for name in names if name)


class _Dated(NamedTuple):
    """A text that may be one of several of a rule."""

    text: Text
    day: str  # when it was made as it is
    first: str  # the first day it is in force
    reason: str  # why that one


def _dated(text: Text, cluster: Sequence[Text], periods: Periods) -> _Dated:
    changes = {event.day.isoformat() for other in cluster for event in other.events if event.is_change}
    day, listed = text.written, text.draft.get("pub_date")[:10]
    if listed > day and listed in changes:
        day = listed  # its own 题注 is older than the text, as that of a later text shows
    effective = text.draft.get("effective_date")
    if effective >= day:
        return _Dated(text, day, effective, "这是它的施行日期")
    begins, source = periods.get((text.key, day), ("", ""))
    if begins >= day:
        return _Dated(text, day, begins, f"依据 {source}")
    return _Dated(text, day, day, "没有写明从哪天起施行，按公布或修改的日期")


def _apart(found: Sequence[_Dated]) -> tuple[list[_Dated], list[Finding]]:
    """The texts of different days, earliest first, and what is to be said of the others."""
    kept: list[_Dated] = []
    findings: list[Finding] = []
    for new in sorted(found, key=_most_told):
        twin = next((old for old in kept if new.day == old.day or new.first == old.first), None)
        if twin is not None and _share(twin.text, new.text) > _NEARLY < _share(new.text, twin.text):
            detail = f"与 {twin.text.id}（{twin.text.draft.source}）题目、日期相同，文字几乎相同"
            note = Note(NoteKind.LINKED, "与另一份稿件是同一个文本，作为草稿写出；核对后删去一份", detail)
            findings.append(Finding(new.text.id, note, "draft", "true"))
        elif any(new.first == old.first for old in kept):
            same = next(old for old in kept if new.first == old.first)
            detail = f"{same.text.id}，都是 {new.first} 起"
            findings.append(unsure(new.text, "与另一份稿件同名、同日施行而文字不同，没有合并", detail))
        else:
            kept.append(new)
    return sorted(kept, key=lambda dated: (dated.first, dated.text.id)), findings


def _most_told(dated: _Dated) -> tuple[object, ...]:
    """An order in which of two copies the one that says more of itself comes first."""
    draft = dated.text.draft
    missing = tuple(not draft.get(name) for name in ("effective_date", "doc_no", "caption"))
    return (dated.day, *missing, draft.source, draft.id)


def _rule_among(kept: Sequence[_Dated]) -> Text:
    begun = [dated for dated in kept if not re.search("尚未|未生效|未施行", dated.text.status)]
    return (begun or kept)[-1].text


def _told(rule: Text, kept: Sequence[_Dated]) -> Iterator[Finding]:
    for dated in kept:
        if dated.text is rule:
            parts = [f"{other.text.id}（{other.first} 起，{other.reason}）" for other in kept]
            note = Note(NoteKind.LINKED, "这份文件有几个时间的文本，合成了一份", "；".join(parts))
            yield Finding(rule.id, note, "effective_date", dated.first)
            continue
        detail = f"{rule.id}；题目相同：{dated.text.title}；{dated.first} 起，{dated.reason}"
        if dated.text.status:
            detail += f"；来源标为“{dated.text.status}”"
        note = Note(NoteKind.LINKED, "同一份文件在另一个时间的文本，写了“文本所属”和施行日期", detail)
        yield Finding(dated.text.id, note, "version_of", rule.id)
        yield Finding(dated.text.id, note, "effective_date", dated.first)


def unsure(text: Text, what: str, detail: str) -> Finding:
    """What could only be guessed of a text, to be looked at."""
    return Finding(text.id, Note(NoteKind.GUESSED, what, detail))


# ---------------------------------------------------------------- whether two texts are the same

_NEARLY = 0.9


def is_part(small: Text, large: Text) -> bool:
    """Whether nearly all of a text stands in another one."""
    return _share(small, large) > _NEARLY


def _share(one: Text, other: Text) -> float:
    """How much of a text stands in another too, paragraph by paragraph; signs and spaces are not counted."""
    first, second = (Counter(filter(None, map(_letters, text.draft.body.split("\n")))) for text in (one, other))
    total = sum(len(line) * count for line, count in first.items())
    return sum(len(line) * count for line, count in (first & second).items()) / total if total else 0.0


def _letters(line: str) -> str:
    return "".join(character for character in line if character.isalnum())
