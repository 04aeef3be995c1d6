"""Show a reviewer what would be published of one document, and write the 保密审查 record into its front matter.

Exports `Sheet`, `look`, `told`, `sign`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sitegen.diagnostics import Diagnostic, Severity, SitegenError, UsageError, render_text
from sitegen.heads import Source, cut, field_lines, replace_file
from sitegen.importers import dump_front_matter
from sitegen.load import Loaded, read_for_review
from sitegen.model import Disclosure
from sitegen.request import Options
from sitegen.review import BODY, CODES, FILE, IMAGE, Part, content_digest, judge
from sitegen.site import check_site

_NAMES: Mapping[str, str] = {"reviewer": "审查人", "date": "日期", "conclusion": "结论", "digest": "摘要码"}
_FIELD = "secrecy_review", "保密审查"
_OURS = frozenset(info.code for info in CODES)
_BEGINNING = 300  # characters of the body


class Sheet(NamedTuple):
    """What a reviewer is shown of one document."""

    file: Path
    path: str  # below the content folder
    data: bytes  # of the file
    parts: tuple[Part, ...]
    findings: tuple[Diagnostic, ...]
    standing: str  # what is there of a review


def look(options: Options, file: Path) -> Sheet:
    """What would be published of `file`, drafts and what is not yet due included.

    Raises `SitegenError` for a document that has errors or is not 主动公开: these cannot be reviewed.
    """
    content, target = options.content.resolve(), file.resolve()
    if not target.is_relative_to(content) or target.suffix.lower() not in (".md", ".markdown"):
        raise UsageError(f"“{file}”不是内容文件夹“{options.content}”里的稿件；内容文件夹用 --content 指明。")
    path = target.relative_to(content).as_posix()
    data = target.read_bytes()
    loaded = read_for_review(content, path, data, options.as_of, options.label)
    internal = loaded.internal
    if internal is not None and internal.disclosure is not Disclosure.ACTIVE:
        raise SitegenError(f"这份稿件的公开属性是“{internal.disclosure}”，不发布，不写公开前的保密审查记录。")
    if loaded.withdrawn is not None:
        raise SitegenError("这份稿件已撤回，不再发布，不写保密审查记录。")
    found = _findings(options, path, loaded)
    if loaded.document is None or internal is None or any(d.severity is Severity.ERROR for d in found):
        wrong = [d for d in found if d.severity is Severity.ERROR]
        raise SitegenError(f"这份稿件有错误，改好以后再审查；没有改动它。\n{render_text(wrong)}".rstrip("\n"))
    if "pub_date" not in loaded.places:
        raise SitegenError("这份稿件还没有写发布日期；发布日期也在审查之列，先写上再审查。")
    record = dict(internal.secrecy_review)
    standing = "还没有审查记录。"
    if record:
        verdict = judge(record, loaded.parts)
        state = "有效" if verdict is None else f"不作数：{verdict.message}"
        standing = f"{record['reviewer']}于 {record['date']} 审查，结论“{record['conclusion']}”；{state}。"
    return Sheet(target, path, data, loaded.parts, found, standing)


def _findings(options: Options, path: str, loaded: Loaded) -> tuple[Diagnostic, ...]:
    """What a build would say about this document, besides its review."""
    if loaded.document is None:
        return loaded.diagnostics
    if loaded.document.badge:  # a draft, or not yet due: only the preview knows what it will be
        options = replace(options, preview=True, cache=None)
    name = f"{options.label}/{path}"
    return tuple(d for d in check_site(options).diagnostics if d.span.path == name and d.code not in _OURS)


def told(sheet: Sheet) -> str:
    """The sheet as text; ends with a newline."""
    lines = [f"将要发布的内容（{sheet.path}）："]
    for part in sheet.parts:
        if part.label == BODY:
            shown = part.text if len(part.text) <= _BEGINNING else f"{part.text[:_BEGINNING]}……"
            lines.append(f"  正文（{len(''.join(part.text.split()))} 字，开头如下）：")
            lines += [f"    {line}" for line in shown.splitlines() if line.strip()]
        else:
            lines.append(f"  {part.shown}：{part.text}")
    has_files = any(part.label in (FILE, IMAGE) for part in sheet.parts)
    lines.append("附件和图片要逐个打开看过。" if has_files else "  没有附件和图片。")
    findings = render_text(sheet.findings).rstrip("\n")
    lines.append(f"检查发现的问题：\n{findings}" if findings else "检查没有发现问题。")
    lines.append(f"目前：{sheet.standing}")
    return "\n".join(lines) + "\n"


def sign(options: Options, sheet: Sheet, reviewer: str, conclusion: str, day: date) -> None:
    """Write the record of the review of just this content into the file, and change nothing else of it.

    Raises `SitegenError`, the file untouched, if it is not what was shown any more or the record cannot be written.
    """
    reviewer, conclusion = " ".join(reviewer.split()), " ".join(conclusion.split())
    if not reviewer or not conclusion:
        raise UsageError("审查人和结论都要写。")
    record = (reviewer, day.isoformat(), conclusion, content_digest(sheet.parts))
    given = tuple(zip(_NAMES, record, strict=True))
    source = cut(sheet.data)
    assert source is not None, "it was read"
    signed = _with_record(source, given).joined()
    again = read_for_review(options.content.resolve(), sheet.path, signed, options.as_of, options.label)
    if sheet.file.read_bytes() != sheet.data or again.parts != sheet.parts:
        raise SitegenError("稿件或附件刚刚又被改动了，没有写入记录；请重新看一遍。")
    if again.internal is None or again.internal.secrecy_review != given:
        raise SitegenError("这份稿件信息头的写法特殊，无法自动写入，没有改动它；把“保密审查”整项删去，再试一次。")
    replace_file(sheet.file, signed)


def _with_record(source: Source, given: Sequence[tuple[str, str]]) -> Source:
    """The file with the record in place of an earlier one, or at the end of the front matter; comments stay."""
    end = source.line_end
    is_chinese = _is_in_chinese(source.head)
    inside = dump_front_matter(tuple((_NAMES[name] if is_chinese else name, value) for name, value in given))
    lines = [f"{_FIELD[is_chinese]}:{end}", *(f"  {line}{end}" for line in inside.splitlines())]
    place = field_lines(source.head, _FIELD)
    if place is None:
        return source._replace(head=(*source.head, *lines))
    before, old, after = source.head[: place[0]], source.head[place[0] : place[1]], source.head[place[1] :]
    comments = [f"{comment[1]}{end}" for line in old if (comment := _COMMENT.search(line))]
    return source._replace(head=(*before, *comments, *lines, *after))


_COMMENT = re.compile(r"(?:^[ \t]*|\}[ \t]+)(#[^\r\n]*)")


def _is_in_chinese(head: Sequence[str]) -> bool:
    """Whether most fields are called by their Chinese names."""
    keys = [key[1] for line in head if (key := re.match(r"""['"]?([^\s'":#]+)['"]?[ \t]*:""", line))]
    return sum(not key.isascii() for key in keys) * 2 > len(keys)
