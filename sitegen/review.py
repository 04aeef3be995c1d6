"""Turn what would be published of a document into a digest, and a 保密审查 record into a verdict: does it still hold?

A review is of one text (一事一审): the record in the front matter bears the digest of exactly what the reviewer saw,
attachments included, so that an edit afterwards voids it. The digest is of what the file says, in a form that no
version of this program changes: neither of the page it becomes, nor of the settings of the site. Pure.

Exports `Part`, `part_of`, `body_part`, `file_part`, `BODY`, `FILE`, `IMAGE`, `content_digest`, `judge`, `Verdict`, and
`APPROVING`, `CODES`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from sitegen.diagnostics import CodeInfo, Severity

APPROVING = ("可以公开", "同意公开")
"""The conclusions with which a document may be published."""

BODY, FILE, IMAGE = "正文", "附件", "图片"

CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "S140",
        "没有保密审查记录",
        Severity.ERROR,
        "先审查后公开、一事一审（条例第十七条，保守国家秘密法实施条例第四十二条）；本站设置要求每份公开稿件都有记录。",
        "公开属性: 主动公开，而没有 保密审查",
        "python build.py review 稿件，审查人看过之后由它写入记录",
    ),
    CodeInfo(
        "S141",
        "保密审查之后又改了",
        Severity.ERROR,
        "审查针对的是具体的文字和附件；审后又改，原来的审查就不作数了。",
        "审查通过以后换了附件",
        "请审查人再看一遍：python build.py review 稿件",
    ),
    CodeInfo(
        "S142",
        "保密审查的结论不是可以公开",
        Severity.ERROR,
        "只有结论是“可以公开”或“同意公开”的稿件才能发布。",
        "结论: 删去第三段后再审",
        "改好以后重新审查，结论写 可以公开",
    ),
    CodeInfo(
        "S143",
        "保密审查记录没有摘要码",
        Severity.ERROR,
        "没有摘要码，就不知道审查的是不是现在这份内容。",
        "保密审查: {reviewer: 甲某, date: 2026-01-05, conclusion: 可以公开}",
        "由 python build.py review 稿件 写入记录，不要手写",
    ),
)


class Part(NamedTuple):
    """One of the things that are published of a document; `label` tells what it is, `shown` which one."""

    label: str  # the name of the field, 正文, 附件 or 图片
    digest: str
    shown: str  # 标题; 附件“名单.xlsx”
    text: str = ""  # what a reviewer reads of it


def part_of(name: str, value: object, text: str) -> Part:
    """A field with its value, made of texts and lists of texts."""
    return Part(name, _digest([name, value]), name, text)


def body_part(source: str) -> Part:
    """The body as it is written; blank lines before and after it say nothing."""
    text = source.strip("\n").rstrip()
    return Part(BODY, _digest([BODY, text]), BODY, text)


def file_part(label: str, file: str, title: str, digest: str, text: str) -> Part:
    """A file that is published with the document: its name, what it is called there, and its bytes."""
    return Part(label, _digest([label, file, title, digest]), f"{label}“{file}”", text)


def _digest(value: object) -> str:
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=20).hexdigest()


_SHORT = 6


def content_digest(parts: Sequence[Part]) -> str:
    """The digest of all parts, then the beginning of that of each, by which a later edit is named.

    Only the first word counts; the others help to say what has changed: `5f0c… 标题-3f21aa 正文-c9d207 附件-11ab90`.
    """
    return " ".join((_whole(parts), *(_word(part) for part in parts)))


def _whole(parts: Sequence[Part]) -> str:
    return _digest([[part.label, part.digest] for part in parts])


def _word(part: Part) -> str:
    return f"{re.sub(r'[^0-9A-Za-z一-鿿〇（）]', '', part.label)}-{part.digest[:_SHORT]}"


class Verdict(NamedTuple):
    """Why a document may not be published, and what to do. It tells nothing of the record."""

    code: str
    message: str
    hint: str


_COMMAND = "请审查人看过要发布的内容后运行 python build.py review 这份稿件，由它写入记录。"


def judge(record: Mapping[str, str], parts: Sequence[Part]) -> Verdict | None:
    """What stands against publishing the parts, going by the record of their review; None if nothing does."""
    if not record:
        return Verdict("S140", "这份稿件主动公开，还没有完整的保密审查记录", _COMMAND)
    if record.get("conclusion", "") not in APPROVING:
        wanted = "或".join(f"“{word}”" for word in APPROVING)
        return Verdict("S142", f"保密审查的结论不是{wanted}", "按审查意见改好，再请审查人审查一遍。")
    words = record.get("digest", "").split()
    if not words:
        return Verdict("S143", "保密审查记录没有摘要码，不知道审查的是不是现在这份内容", _COMMAND)
    if words[0] == _whole(parts):
        return None
    return Verdict("S141", f"保密审查之后又改了：{_changes(words[1:], parts)}", _COMMAND.replace("看过", "重新看过"))


def _changes(before: Sequence[str], parts: Sequence[Part]) -> str:
    """What differs from what was reviewed, as far as the words tell."""
    old, new = list(before), []
    for part in parts:
        if _word(part) in old:
            old.remove(_word(part))
        else:
            new.append(part)
    told = []
    for part in new:
        label = _label(_word(part))
        if same := next((word for word in old if _label(word) == label), ""):
            old.remove(same)
            told.append(part.shown)
        else:
            told.append(f"{part.shown}（新增）")
    gone = [_label(word) for word in old]
    for label in dict.fromkeys(gone):
        count = f" {gone.count(label)} 个" if label in (FILE, IMAGE) else ""
        told.append(f"{label}（删去{count}）")
    return "、".join(told) or "各部分的次序，或摘要码本身"


def _label(word: str) -> str:
    return word.rpartition("-")[0]
