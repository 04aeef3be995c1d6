"""The front matter fields: their two names, and how each one's text becomes a value or a problem.

The table `FIELDS` is the one place where a field is declared (contract section 4); the explanations for editors stand
in `data/fields.yaml`. A parser takes an `Item` and gives the value or a `Bad`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from sitegen import gongwen
from sitegen.guessing import meant
from sitegen.load.yamltree import Item
from sitegen.model import Claim, Correction, Disclosure, Exempt, Genre, KindField, RelationKind, Revision, Validity


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a value cannot be taken; `item` is the part that is wrong, if not the whole."""

    code: str
    message: str
    hint: str
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A front matter field. `parse` gives its value; internal ones never reach a view."""

    id: str
    name: str
    parse: Callable[[Item], object]
    internal: bool = False


def text(item: Item) -> str | Bad:
    """One line of text; line breaks become spaces."""
    value = item.value
    if not isinstance(value, str):
        return Bad("F109", "这里应是一行文字", "写成“字段名: 文字”，不要分条。", item)
    if value.isprintable() and "  " not in value:  # nothing else in it is white or cannot be seen
        return value.strip(" ")
    found = _UNPRINTABLE.search(value)
    if found:
        return Bad("F109", f"里面有看不见的控制字符（U+{ord(found[0]):04X}）", "删去后重新输入这几个字。", item)
    return " ".join(value.split())


# Control characters, and those that turn the direction of text: no reader sees them, and feeds may not hold them.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


def texts(item: Item) -> tuple[str, ...] | Bad:
    """A text or a list of texts; empty ones are dropped."""
    parts = item.value
    if isinstance(parts, str):
        only = text(item)
        return only if isinstance(only, Bad) else (only,) if only else ()
    if not isinstance(parts, tuple):
        return Bad("F109", "这里应是文字或清单", "写成 [甲, 乙]，或每行一条、以“- ”开头。", item)
    found: list[str] = []
    for part in parts:
        value = text(part)
        if isinstance(value, Bad):
            return value
        if value:
            found.append(value)
    repeated = next((value for value in found if found.count(value) > 1), None)
    if repeated is not None:
        return Bad("F109", f"“{repeated}”写了两次", "只留一个。", item)
    return tuple(found)


def words(item: Item) -> tuple[str, ...] | Bad:
    """Keywords: a list, or a text cut at commas and semicolons."""
    if isinstance(item.value, str):
        return tuple(dict.fromkeys(word.strip() for word in re.split(r"[,，;；、]", item.value) if word.strip()))
    return texts(item)


_day = lru_cache(maxsize=4096)(gongwen.parse_date)  # many documents share their days
_moment = lru_cache(maxsize=4096)(gongwen.parse_moment)


def day(item: Item) -> date | Bad | None:
    """A date; None for an empty text."""
    value = text(item)
    if isinstance(value, Bad) or not value:
        return value or None
    found = _day(value)
    return found if isinstance(found, date) else Bad("F110", found.message, found.hint, item)


def moment(item: Item) -> tuple[date, str] | Bad | None:
    """A day with an optional HH:MM."""
    value = text(item)
    if isinstance(value, Bad) or not value:
        return value or None
    found = _moment(value)
    return found if isinstance(found, tuple) else Bad("F110", found.message, found.hint, item)


def doc_no(item: Item) -> str | Bad:
    """A canonical 文号; joint documents carry only that of the lead agency (GB/T 9704—2012)."""
    value = text(item)
    if isinstance(value, Bad) or not value:
        return value
    found = gongwen.parse_doc_no(value)
    return Bad("D201", found.message, found.hint, item) if isinstance(found, gongwen.Problem) else str(found)


def choice(kind: type[StrEnum], aliases: Mapping[str, str] | None = None) -> Callable[[Item], object]:
    """A parser of one of the values of `kind`; None for an empty text."""
    known = {member.value: member for member in kind}
    known |= {alias: known[value] for alias, value in (aliases or {}).items()}

    def parse(item: Item) -> object:
        value = text(item)
        if isinstance(value, Bad) or not value:
            return value or None
        if (found := known.get(value)) is not None:
            return found
        # No guess where a wrong one would publish what must not be (条例第十三至十六条).
        near = get_close_matches(value, [m.value for m in kind], 1) if kind is not Disclosure else []
        return Bad(
            "F109",
            f"没有“{value}”这个取值",
            f"改为“{near[0]}”。" if near else "可用：" + "、".join(member.value for member in kind) + "。",
            item,
        )

    return parse


def flag(item: Item) -> bool | Bad:
    """true/false in English or Chinese."""
    value = text(item)
    if isinstance(value, Bad):
        return value
    known = {"true": True, "是": True, "yes": True, "false": False, "否": False, "no": False, "": False}
    if value.lower() not in known:
        return Bad("F109", f"“{value}”应是 true 或 false", "写 true（是）或 false（否）。", item)
    return known[value.lower()]


def number(item: Item) -> str | Bad:
    """A whole number, kept as text."""
    value = text(item)
    if isinstance(value, Bad) or not value or re.fullmatch(r"\d{1,9}", value):
        return value
    return Bad("F109", f"“{value}”应是整数", "只写阿拉伯数字，例如 2025。", item)


def record(names: Mapping[str, str], required: tuple[str, ...], short: str = "") -> Callable[[Item], object]:
    """A parser of a mapping with the keys `names` (id -> Chinese); a bare text means the key `short`, if given."""

    def parse(item: Item) -> dict[str, Item] | Bad:
        if isinstance(item.value, str) and short:
            return {short: item}
        if isinstance(item.value, str | tuple):
            return Bad("F109", "这里应写成几个小项", "写成 {" + ", ".join(f"{key}: …" for key in names) + "}。", item)
        found: dict[str, Item] = {}
        for key, part in item.value.items():
            field_id = key if key in names else next((i for i, name in names.items() if name == key), "")
            line, column = item.keys[key]
            if not field_id:
                return Bad(
                    "F106",
                    f"这里没有“{key}”这一项",
                    "可用：" + "、".join(f"{i}（{name}）" for i, name in names.items()) + "。",
                    Item("", line, column),
                )
            if field_id in found:
                return Bad("F107", f"“{names[field_id]}”写了两次", "只留一个。", Item("", line, column))
            found[field_id] = part
        for key in required:
            value = found[key].value if key in found else ""
            if isinstance(value, str) and not value.strip():
                return Bad("F108", f"缺少“{names[key]}”（{key}）", f"补上 {key}。", item)
        return found

    return parse


def entries(item: Item) -> tuple[Item, ...]:
    """The parts of a list, or the one part that stands alone; nothing for an empty text."""
    if isinstance(item.value, tuple):
        return item.value
    return () if item.value == "" else (item,)


_claim = record({"doc": "文件", "date": "日期", "articles": "条款"}, ("doc",), short="doc")
_revision = record({"date": "日期", "doc_no": "文号", "kind": "方式", "effective": "施行日期"}, ("date",))
_correction = record({"date": "日期", "was": "原文", "now": "更正为", "note": "说明"}, ("date",))
_attachment = record({"file": "文件", "title": "标题"}, ("file",), short="file")
_withdraw = record({"date": "日期", "reason": "原因"}, ("date", "reason"))
_review = record(
    {"reviewer": "审查人", "date": "日期", "conclusion": "结论", "digest": "摘要码"}, ("reviewer", "date", "conclusion")
)


def claims(kind: RelationKind) -> Callable[[Item], object]:
    """A parser of relations of one kind."""

    def parse(item: Item) -> tuple[Claim, ...] | Bad:
        found: list[Claim] = []
        for part in entries(item):
            parts = _claim(part)
            if isinstance(parts, Bad):
                return parts
            assert isinstance(parts, dict)
            target = text(parts["doc"])
            when = day(parts["date"]) if "date" in parts else None
            articles = texts(parts["articles"]) if "articles" in parts else ()
            for value in (target, when, articles):
                if isinstance(value, Bad):
                    return value
            assert isinstance(target, str)
            assert not isinstance(when, Bad)
            assert isinstance(articles, tuple)
            if not target:
                return Bad("F109", "没有写是哪份文件", "写编号或文号。", part)
            found.append(Claim(kind, target, when, articles))
        return tuple(found)

    return parse


def revisions(item: Item) -> tuple[Revision, ...] | Bad:
    """历次修改, earliest first."""
    found: list[Revision] = []
    for part in entries(item):
        parts = _revision(part)
        if isinstance(parts, Bad):
            return parts
        assert isinstance(parts, dict)
        when = day(parts["date"])
        number_of = text(parts["doc_no"]) if "doc_no" in parts else ""
        kind = text(parts["kind"]) if "kind" in parts else "修改"
        effective = day(parts["effective"]) if "effective" in parts else None
        for value in (when, number_of, kind, effective):
            if isinstance(value, Bad):
                return value
        assert isinstance(when, date)
        assert isinstance(number_of, str)
        assert isinstance(kind, str)
        assert not isinstance(effective, Bad)
        found.append(Revision(when, gongwen.normalize_doc_no(number_of) if number_of else "", kind, effective))
    return tuple(sorted(found, key=lambda revision: revision[:3]))


def corrections(item: Item) -> tuple[Correction, ...] | Bad:
    """更正, earliest first: each says when, and what it reads now or what it was about."""
    found: list[Correction] = []
    for part in entries(item):
        parts = _correction(part)
        if isinstance(parts, Bad):
            return parts
        assert isinstance(parts, dict)
        when = day(parts["date"])
        if isinstance(when, Bad):
            return when
        assert when is not None
        words: dict[str, str] = {}
        for key in ("was", "now", "note"):
            value = text(parts[key]) if key in parts else ""
            if isinstance(value, Bad):
                return value
            words[key] = value
        if not words["now"] and not words["note"]:
            return Bad("F108", "更正没有写“更正为”（now），也没有写“说明”（note）", "至少写其中一项。", part)
        found.append(Correction(when, **words))
    return tuple(sorted(found, key=lambda correction: correction.day))


@dataclass(frozen=True, slots=True)
class NamedFile:
    """An attachment as the front matter names it."""

    file: str
    title: str


def attachments(item: Item) -> tuple[NamedFile, ...] | Bad:
    """附件: the files named, in order."""
    found: list[NamedFile] = []
    for part in entries(item):
        parts = _attachment(part)
        if isinstance(parts, Bad):
            return parts
        assert isinstance(parts, dict)
        file = text(parts["file"])
        title = text(parts["title"]) if "title" in parts else ""
        for value in (file, title):
            if isinstance(value, Bad):
                return value
        assert isinstance(file, str)
        assert isinstance(title, str)
        if not file:
            return Bad("F109", "没有写文件名", "写附件的文件名，没有附件就删去这一条。", part)
        found.append(NamedFile(file, title or file.rsplit("/", 1)[-1].rsplit(".", 1)[0]))
    return tuple(found)


def old_urls(item: Item) -> tuple[str, ...] | Bad:
    """旧地址: addresses a server can be asked for; what could not be a path of this or the old site is refused."""
    found = texts(item)
    for part in entries(item) if isinstance(found, tuple) else ():
        written = " ".join(str(part.value).split())
        if written and not _could_be_address(written):
            return Bad(
                "F109",
                f"“{written}”不能作为旧地址",
                "写旧网页的地址，例如 old/2020/t123.html 或 https://www.example.gov.cn/zwgk/t123.html；"
                "不含 .. 、反斜杠和看不见的字符。",
                part,
            )
    return found


def _could_be_address(written: str) -> bool:
    try:
        parts = urlsplit(written)
    except ValueError:
        return False
    path = unquote(parts.path)
    steps = path.strip("/").split("/")
    return (
        parts.scheme in ("", "http", "https")
        and bool(parts.netloc) == bool(parts.scheme)
        and (path in ("", "/") or not any(step in ("", ".", "..") or len(step.encode()) > 200 for step in steps))
        and not any(ord(char) < 32 or ord(char) == 127 or char in '\\<>"|*:;' for char in path)
    )


def withdraw(item: Item) -> tuple[date, str] | Bad | None:
    """撤回: the day and the reason."""
    if item.value == "":
        return None
    parts = _withdraw(item)
    if isinstance(parts, Bad):
        return parts
    assert isinstance(parts, dict)
    when, reason = day(parts["date"]), text(parts["reason"])
    if isinstance(when, Bad):
        return when
    if isinstance(reason, Bad):
        return reason
    assert when is not None
    return when, reason


def review(item: Item) -> tuple[tuple[str, str], ...] | Bad:
    """保密审查: reviewer, date, conclusion and perhaps a digest."""
    if item.value == "":
        return ()
    parts = _review(item)
    if isinstance(parts, Bad):
        return parts
    assert isinstance(parts, dict)
    when = day(parts["date"])
    if isinstance(when, Bad):
        return when
    found: list[tuple[str, str]] = []
    for key, part in parts.items():
        value = text(part)
        if isinstance(value, Bad):
            return value
        found.append((key, value))
    return tuple(found)


_exempt = record({"reason": "理由", "until": "期限"}, ("reason",), short="reason")


def exempt(item: Item) -> tuple[Exempt, ...] | Bad:
    """豁免: code and reason, which is required, and perhaps the last day on which it counts."""
    if item.value == "":
        return ()
    if isinstance(item.value, str | tuple):
        return Bad("F109", "豁免要写代码和理由", "写成 {P210: 理由}。", item)
    found: list[Exempt] = []
    for code, part in item.value.items():
        parts = _exempt(part)
        if isinstance(parts, Bad):
            return parts
        assert isinstance(parts, dict)
        reason = text(parts["reason"])
        until = day(parts["until"]) if "until" in parts else None
        if isinstance(reason, Bad):
            return reason
        if isinstance(until, Bad):
            return until
        if not re.fullmatch(r"[A-Z]\d{3}", code):
            return Bad("F109", f"“{code}”不是检查代码", "代码形如 P210，见报错行。", part)
        if not reason:
            return Bad("F108", f"豁免 {code} 没有写理由", "写明理由。", part)
        found.append(Exempt(code, reason, until))
    return tuple(found)


FIELDS: tuple[Field, ...] = (
    Field("title", "标题", text),
    Field("disclosure", "公开属性", choice(Disclosure)),
    Field("pub_date", "发布日期", moment),
    Field("written_date", "成文日期", day),
    Field("issuer", "发文机关", texts),
    Field("doc_no", "发文字号", doc_no),
    Field("index_no", "索引号", text),
    Field("column", "栏目", texts),
    Field("genre", "体裁", choice(Genre, {"命令": "命令（令）", "令": "命令（令）"})),
    Field("topic", "主题分类", texts),
    Field("validity", "有效性", choice(Validity)),
    Field("effective_date", "施行日期", day),
    Field("expire_date", "有效期至", day),
    Field("repeal_date", "废止日期", day),
    *(Field(kind.name.lower(), kind.value, claims(kind)) for kind in RelationKind),
    Field("version_of", "文本所属", text),
    Field("caption", "题注", text),
    Field("revisions", "历次修改", revisions),
    Field("corrections", "更正", corrections),
    Field("summary", "内容概述", text),
    Field("keywords", "关键词", words),
    Field("source", "来源", text),
    Field("unit", "责任处室", text),
    Field("service_object", "服务对象", texts),
    Field("unified_no", "统一编号", text),
    Field("attachments", "附件", attachments),
    Field("drafter", "拟稿人", text, internal=True),
    Field("reviewer", "审稿人", text, internal=True),
    Field("publisher", "发布人", text, internal=True),
    Field("secrecy_review", "保密审查", review, internal=True),
    Field("disclosure_reason", "不公开理由", text, internal=True),
    Field("withdraw", "撤回", withdraw),
    Field("draft", "草稿", flag),
    Field("old_urls", "旧地址", old_urls),
    Field("exempt", "豁免", exempt, internal=True),
    Field("id", "稿件编号", text),
)

FIELD_IDS: Mapping[str, Field] = {entry.id: entry for entry in FIELDS}
FIELD_NAMES: Mapping[str, Field] = {entry.name: entry for entry in FIELDS}
FIELD_KEYS: Mapping[str, Field] = {**FIELD_NAMES, **FIELD_IDS}


def kind_parser(entry: KindField) -> Callable[[Item], object]:
    """The parser of a column kind's own field; every one gives text (dates in the form 2024-03-01)."""

    def parse(item: Item) -> object:
        if entry.type == "date":
            found = day(item)
            return found if isinstance(found, Bad) else (found.isoformat() if found else "")
        if entry.type == "int":
            return number(item)
        if entry.type == "list":
            listed = texts(item)
            return listed if isinstance(listed, Bad) else "、".join(listed)
        value = text(item)
        if entry.type == "choice" and isinstance(value, str) and value and value not in entry.choices:
            return Bad("F109", f"没有“{value}”这个取值", "可用：" + "、".join(entry.choices) + "。", item)
        return value

    return parse


def nearest(word: str, known: list[str]) -> str:
    """The known word most like `word`, or ""."""
    folded = {other.casefold(): other for other in reversed(known)}
    return folded.get(meant(word.casefold(), folded, 0.5), "")
