"""Plain text into drafts: one paragraph a line, chapter lines as headings.

Exports `read_txt`, `decode`, `stem`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sitegen.importers.blocks import Block, paragraph_or_heading, squeeze, structure_rank, tidy
from sitegen.importers.draft import Draft, Note, NoteKind, UnreadableError
from sitegen.importers.evidence import Found, collect

_CONTENTS = re.compile(r"目\s*[录錄次]")
# What pages leave at the end of a text copied from them.
_TAIL = re.compile(
    r"分享到\s*[:：]?|分享到微信|[相][关關](?:文章|文档|文檔|报道|報道|阅读|閱讀)\s*[:：]?|×|\||收藏|返回顶部|打印|关闭"
)


def decode(data: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text of a file: UTF-8 (with or without BOM), else GB18030, with a note; line ends become `\\n`."""
    notes: tuple[Note, ...] = ()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise UnreadableError("文字编码既不是 UTF-8 也不是 GB18030，请另存为 UTF-8 后再导入") from None
        notes = (Note(NoteKind.GUESSED, "按 GB18030 编码读取，请看一眼有无乱码"),)
    if "\x00" in text:
        raise UnreadableError("这不是文本文件（含有空字节）")
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def stem(source: str) -> str:
    """The file's name without folders and ending."""
    name = source.replace("\\", "/").rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0] or name


def drop_tail(lines: list[str]) -> list[str]:
    """Takes what pages leave at the end (分享到 …) off the lines, and gives what was taken."""
    last = len(lines)
    while last and (not tidy(lines[last - 1]) or _TAIL.fullmatch(tidy(lines[last - 1]))):
        last -= 1
    dropped = [tidy(line) for line in lines[last:] if tidy(line)]
    del lines[last:]
    return dropped


def drop_contents(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines without a table of contents whose every entry comes again as a heading, and the lines of that table."""
    start = next((i for i, line in enumerate(lines[:60]) if _CONTENTS.fullmatch(tidy(line))), None)
    if start is None:
        return list(lines), []
    end = start + 1
    seen: set[str] = set()
    while end < len(lines):
        line = squeeze(lines[end])
        if line in seen or (line and not structure_rank(tidy(lines[end])) and line not in _SOLE):
            break
        if line:
            seen.add(line)
        end += 1
    rest = {squeeze(line) for line in lines[end:]}
    if not seen or not seen <= rest:
        return list(lines), []
    return [*lines[:start], *lines[end:]], [tidy(line) for line in lines[start:end] if tidy(line)]


_SOLE = {"序言", "附则", "附件", "附录", "总则", "结束语"}


def read_txt(data: bytes, source: str) -> Iterator[Draft]:
    """One draft. Every word of the text is in its title, 文号, 题注 or body, or in the detail of a note."""
    text, notes = decode(data)
    lines = text.split("\n")
    found = list(notes)
    tail = drop_tail(lines)
    if tail:
        found.append(Note(NoteKind.DROPPED, "网页附带的文字", " ".join(tail), len(tail)))
    lines, contents = drop_contents(lines)
    if contents:
        found.append(Note(NoteKind.DROPPED, "目录（页面会自动生成）", " ".join(contents), len(contents)))
    blocks: list[Block] = [block for block in map(paragraph_or_heading, lines) if block is not None]
    yield collect(Found(source, stem(source), tuple(blocks), notes=tuple(found)))
