"""CSV files with one document a row into drafts; the chrome of the page it was copied from goes.

Exports `read_csv`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from sitegen.importers.blocks import Block, paragraph_or_heading, squeeze, tidy
from sitegen.importers.draft import Draft, Note, NoteKind, UnreadableError
from sitegen.importers.evidence import Found, collect, label_field, read_date
from sitegen.importers.txt import decode, drop_tail, stem

_TEXT = {"full_text", "text", "content", "body", "正文", "全文", "内容", "公开内容"}
_OTHER_NAMES = {"publish_date": "pub_date", "url": "address", "source_url": "address", "链接": "address"}
_CHROME = re.compile(
    r"下载|打印|全屏|收藏|加大|还原|减小|[大中小]|首页|[>＞|×】]|【字[号体]\s*[:：]?】?|您的位置\s*[:：]?|当前位置\s*[:：]?"
    r"|分享到?\s*[:：]?|分享到微信|》》.*《《"
)
_TAIL = re.compile(r"[（(]来源\s*[:：].*[）)]|(?:责任)?编辑\s*[:：].*|相关(?:报道|文档|文章|链接)\s*[:：]?|扫一扫.*")
_CAPTION = re.compile(r".{0,40}(?:记者|通讯员)\s*.{2,12}\s*摄(?:影)?")
_FIELD_LINE = re.compile(r"(来源|时间|发布时间|发布日期)\s*[:：]\s*(.+)")
_MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")


def read_csv(data: bytes, source: str) -> Iterator[Draft]:
    """A draft for each row that has text."""
    text, notes = decode(data)
    csv.field_size_limit(1 << 26)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as problem:
        raise UnreadableError(f"不是完好的 CSV：{problem}") from None
    rows = [row for row in rows if any(map(tidy, row))]
    if len(rows) < 2:
        raise UnreadableError("CSV 里没有内容（第一行应是列名）")
    head = [squeeze(cell) for cell in rows[0]]
    at = _text_column(head)
    filled = [row for row in rows[1:] if at < len(row) and tidy(row[at])]
    if not filled:
        raise UnreadableError(f"CSV 的“{head[at]}”列是空的")
    for number, row in enumerate(filled, 1):
        name = stem(source) if len(filled) == 1 else f"{stem(source)}-{number}"
        yield _draft(dict(zip(head, row, strict=False)), head[at], source, name, notes)


def _text_column(head: Sequence[str]) -> int:
    for position, name in enumerate(head):
        if name.lower() in _TEXT:
            return position
    raise UnreadableError("CSV 里找不到正文列，请把列名写成“正文”或 full_text")


def _draft(row: dict[str, str], text_name: str, source: str, name: str, given: Sequence[Note]) -> Draft:
    labels: dict[str, str] = {}
    notes, extra = list(given), []
    for column, value in row.items():
        target = _OTHER_NAMES.get(column) or label_field(column)
        if column == text_name or not tidy(value):
            continue
        if target and target != "address":
            labels.setdefault(target, tidy(value))
        else:
            extra.append(f"{column}：{tidy(value)}")
    if extra:
        notes.append(Note(NoteKind.DROPPED, "来源系统自己的信息项", "；".join(extra), len(extra)))
    lines = row[text_name].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    chrome = _cut_chrome(lines, labels)
    if chrome:
        notes.append(Note(NoteKind.DROPPED, "网页附带的文字", " ".join(chrome), len(chrome)))
    blocks: list[Block] = [block for block in map(paragraph_or_heading, lines) if block is not None]
    return collect(Found(source, name, tuple(blocks), labels, notes=tuple(notes)))


def _cut_chrome(lines: list[str], labels: dict[str, str]) -> list[str]:
    """Takes buttons, paths and picture captions off the two ends; 来源 and 时间 lines become fields."""
    dropped: list[str] = []
    title = squeeze(labels.get("title", ""))
    top = next((i for i, line in enumerate(lines[:25]) if title and squeeze(line) in (title, title[5:])), None)
    if top is not None and all(len(squeeze(line)) <= 12 for line in lines[:top]):
        dropped += [tidy(line) for line in lines[: top + 1] if tidy(line)]
        del lines[: top + 1]
    kept: list[str] = []
    for line in lines[:25]:
        words = tidy(line)
        named = _FIELD_LINE.fullmatch(words)
        if named is not None:
            labels.setdefault("source" if named[1] == "来源" else "pub_date", named[2])
        elif _MOMENT.fullmatch(words) and read_date(words):
            labels.setdefault("pub_date", words)
        elif not (_CHROME.fullmatch(words) or _CAPTION.fullmatch(words)):
            kept.append(line)
            continue
        dropped.append(words)
    lines[:25] = kept
    tail = drop_tail(lines)
    while lines and (not tidy(lines[-1]) or _TAIL.fullmatch(tidy(lines[-1])) or _CHROME.fullmatch(tidy(lines[-1]))):
        tail.insert(0, tidy(lines.pop()))
    return dropped + [words for words in tail if words]
