"""Turn the part `checks` (检查) of site.yaml into a `CheckConfig`.

Exports `read_checking`, `standard_timers`, `names_of_kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from sitegen.load.fields import nearest
from sitegen.load.shapes import NO, YES, Tell, columns_of, flag, is_column, mapping, named_parts, words
from sitegen.load.yamltree import Item
from sitegen.model import CheckConfig, ColumnId, Timer

NAMES: Mapping[str, str] = {
    "时限": "limits",
    "公开电话": "phones",
    "易错词": "wording",
    "机构名称": "agencies",
    "外链白名单": "domains",
    "保密审查": "review",
    "三审": "roles",
    "机关类型": "kind",
    "动态栏目": "dynamic",
    "更新周期": "intervals",
    "责任处室": "offices",
    "开通日期": "launched",
}
"""What authors may write for each item of `checks`."""

_KINDS: Mapping[str, str] = {"政府": "government", "部门": "department", "乡镇街道": "township"}
_INTERVALS: Mapping[str, int] = {
    "每周": 7,
    "每两周": 14,
    "每月": 31,
    "每季": 92,
    "每半年": 183,
    "每年": 366,
    "不定期": 0,
}
_PHONE = re.compile(r"[+\d][\d \-—–()（）转,，]{1,40}")
_DOMAIN = re.compile(r"(?:[\w-]+\.)+[\w-]+")
_DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@cache
def standard_timers(read: Callable[[str], dict[str, Any]]) -> Mapping[str, Timer]:
    """Every limit of the standard data that has a number, by id; those switched off until a site wants them too."""
    found = {}
    for name, raw in read("timers.yaml")["timers"].items():
        if raw["limit"] is None:
            continue
        limit = raw["limit"] if raw["unit"] != "cal" else int(str(raw["limit"]).replace("-", ""))
        found[name] = Timer(
            name,
            raw["label"],
            limit,
            raw["unit"],
            raw["source"],
            raw["from"],
            raw["certainty"],
            raw["level"],
            raw.get("sense") == "least",
        )
    return found


def read_checking(
    given: Item | None, columns: Collection[ColumnId], timers: Mapping[str, Timer], tell: Tell
) -> CheckConfig:
    """What the site says about its checks; `timers` are all that there are. Mistakes are told, and count as unsaid."""
    parts: dict[str, Item] = {}
    if given is not None and given.value != "":
        if not isinstance(given.value, Mapping):
            tell(given, "“checks”（检查）应有几个小项", "可用：" + "、".join(NAMES) + "。")
        else:
            parts = dict(named_parts(given, NAMES, "“checks”（检查）", tell))
    own = dict(_timers(parts.get("limits"), timers, tell))
    counts = {name: timer for name, timer in timers.items() if not timer.is_local} | own
    return CheckConfig(
        timers={name: timer for name, timer in counts.items() if timer is not None},
        phones=tuple(_matching(parts.get("phones"), _PHONE, "电话", "例如 0990-0000000；分机写“转 801”。", tell)),
        wording=tuple(_pairs(parts.get("wording"), tell)),
        agencies=tuple(_pairs(parts.get("agencies"), tell)),
        domains=tuple(
            name.lower()
            for name in _matching(parts.get("domains"), _DOMAIN, "域名", "只写域名，例如 example.org。", tell)
        ),
        review=flag(parts.get("review"), tell),
        roles=flag(parts.get("roles"), tell),
        kind=_kind(parts.get("kind"), tell),
        dynamic=tuple(name for name, _ in columns_of(parts.get("dynamic"), columns, tell)),
        intervals=tuple(_intervals(parts.get("intervals"), columns, tell)),
        offices=tuple(_offices(parts.get("offices"), columns, tell)),
        launched=_day(parts.get("launched"), tell),
    )


def _timers(item: Item | None, timers: Mapping[str, Timer], tell: Tell) -> Iterator[tuple[str, Timer | None]]:
    for name, part in mapping(item, "每行写一个时限，例如 interpretation_3_workdays: 启用。", tell):
        timer = timers.get(name)
        if timer is None:
            near = nearest(name, list(timers))
            tell(part, f"没有“{name}”这个时限", f"是不是“{near}”？" if near else "各项见 docs/limits.md。")
            continue
        word = part.value.strip() if isinstance(part.value, str) else ""
        is_binding = timer.level in ("law", "veto") and timer.certainty == "A"
        if word in ("启用", *YES):
            yield name, timer
        elif word in ("不查", *NO):
            if is_binding:
                hint = "删去这一行；个别稿件确有理由的，在稿件里写“豁免”。"
                tell(part, f"“{name}”来自{timer.source}，不能关闭", hint)
            else:
                yield name, None
        elif (number := _number(word, timer)) is None:
            example = "月-日，例如 01-31" if timer.unit == "cal" else "正数"
            tell(part, f"“{name}”应是{example}，或者“启用”“不查”", f"它的意思是：{timer.label}。")
        elif is_binding and (number < timer.limit if timer.is_least else number > timer.limit):
            hint = f"{timer.label}；本站只能比它更严。"
            tell(part, f"“{name}”写的是 {word}，比{timer.source}规定的宽", hint)
        else:
            yield name, timer if number == timer.limit else timer._replace(limit=number, is_own=True)


def _number(word: str, timer: Timer) -> float | None:
    if timer.unit == "cal":
        return int(word.replace("-", "")) if _DAY_OF_YEAR.fullmatch(word) else None
    if re.fullmatch(r"[1-9]\d{0,3}", word):
        return int(word)
    return None


def _matching(item: Item | None, pattern: re.Pattern[str], what: str, hint: str, tell: Tell) -> Iterator[str]:
    for word, part in words(item, tell):
        if pattern.fullmatch(word):
            yield word
        else:
            tell(part, f"“{word}”不像{what}", hint)


def _pairs(item: Item | None, tell: Tell) -> Iterator[tuple[str, str]]:
    hint = "写成“错的: 对的”，例如 “科技居: 科技局”。"
    for wrong, part in mapping(item, hint, tell):
        if not isinstance(part.value, str) or not part.value.strip():
            tell(part, f"“{wrong}”没有写对的是什么", hint)
        elif part.value.strip() == wrong:
            tell(part, f"“{wrong}”错的和对的一样", hint)
        else:
            yield wrong, part.value.strip()


def _kind(item: Item | None, tell: Tell) -> str:
    if item is None or item.value == "":
        return ""
    word = item.value.strip() if isinstance(item.value, str) else ""
    kind = _KINDS.get(word, word)
    if kind not in _KINDS.values():
        tell(item, f"没有“{word}”这种机关类型", "可用：" + "、".join(_KINDS) + "。")
        return ""
    return kind


def _day(item: Item | None, tell: Tell) -> date | None:
    if item is None or item.value == "":
        return None
    try:
        return date.fromisoformat(item.value.strip() if isinstance(item.value, str) else "")
    except ValueError:
        tell(item, "开通日期应是一个日子", "写成 2026-01-01。")
        return None


def _intervals(item: Item | None, columns: Collection[ColumnId], tell: Tell) -> Iterator[tuple[ColumnId, int]]:
    known = "写天数，或" + "、".join(_INTERVALS) + "。"
    for name, part in mapping(item, "每行写一个栏目，例如 fd-04: 每季。", tell):
        if not is_column(name, part, columns, tell):
            continue
        word = part.value.strip() if isinstance(part.value, str) else ""
        if word in _INTERVALS:
            yield name, _INTERVALS[word]
        elif re.fullmatch(r"[1-9]\d{0,3}", word):
            yield name, int(word)
        else:
            tell(part, f"“{word}”不是更新周期", known)


def _offices(item: Item | None, columns: Collection[ColumnId], tell: Tell) -> Iterator[tuple[ColumnId, str]]:
    taken: dict[ColumnId, str] = {}
    for office, part in mapping(item, "写成“处室: [栏目编号]”，例如 办公室: [zn, nb]。", tell):
        for name, place in columns_of(part, columns, tell):
            if name in taken:
                tell(place, f"栏目“{name}”已经归“{taken[name]}”", "一个栏目只归一个处室。")
            else:
                taken[name] = office
                yield name, office
