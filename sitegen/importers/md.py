"""Markdown of other systems into drafts: foreign markup goes, words stay.

Exports `read_md`, `inline`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import yaml

from sitegen.importers.blocks import (
    Block,
    Heading,
    Item,
    Paragraph,
    Run,
    Table,
    heading_text,
    paragraph_or_heading,
    plain,
    squeeze,
    structure_rank,
    tidy,
)
from sitegen.importers.draft import Draft, Note, NoteKind
from sitegen.importers.evidence import Found, collect, label_field, repeats_title
from sitegen.importers.txt import decode, stem

_PUBLISHER = {"发布机构", "发布单位", "公开主体", "author"}
_ORIGIN = {"原文链接", "原文地址", "来源"}
_CRAWLER_HEADINGS = {"政策全文", "基本信息", "正文", "全文"}
_MATTER_KEY = re.compile(r"[\w-]+\s*:(?:\s|$)")
_LABEL = re.compile(r"(?:[-*]\s+)?\*\*\s*([^*：:]{2,8}?)\s*[:：]?\s*\*\*\s*[:：]\s*(.*)$")
_HEADING = re.compile(r"(#{1,6})(?:\s+|(?=[^#\s]))(.*?)\s*#*\s*$")
_ITEM = re.compile(r"(\s*)[-*+]\s+(.*)$")
_RULE = re.compile(r"\s*(?:-\s*){3,}$|\s*(?:\*\s*){3,}$|\s*(?:_\s*){3,}$")
_CONTAINER = re.compile(r"\s*:{3,}\s*(\S*)\s*(.*?)\s*$")
_ATTRIBUTES = re.compile(r"\{(?:\s*(?:[.#][\w-]+|[\w-]+=(?:\"[^\"]*\"|'[^']*'|[\w-]+)))+\s*\}")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_EMBED = re.compile(r"<PDF\s+url=\"([^\"]+)\"[^>]*>", re.IGNORECASE)
_BADGE = re.compile(r"<Badge\s+text=\"([^\"]*)\"[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?([A-Za-z][\w-]*)(?:\s[^<>]*)?/?>")
_BREAK = re.compile(r"<br\s*/?>|</?(?:p|div|li|ul|ol|section|center|blockquote)(?:\s[^<>]*)?>", re.IGNORECASE)
_EMOJI = re.compile(r":(?:[a-z]+_)*[a-z]+:")
_CONTENTS_LINE = re.compile(
    r"\s*(?:@tab\b.*|\[\[toc\]\]|[-*]\s*第?\d[\d条~～—-]*\s*[:：]?|:::\s*tabs|-{3,}|)\s*$", re.IGNORECASE
)
_INLINE = re.compile(
    r"(?P<escape>\\[!-/:-@\[-`{-~])"
    r"|(?P<image>!\[(?P<alt>[^\]]*)\]\(\s*<?(?P<src>[^\s)>]*)>?[^)]*\))"
    r"|(?P<link>\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?(?P<url>(?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s+\"[^\"]*\")?\s*\))"
    r"|<(?P<auto>https?://[^\s<>]+)>"
    r"|(?P<strong>\*\*+|(?<!\w)__|__(?!\w))"
    r"|(?P<emphasis>\*|(?<!\w)_(?=\S)|(?<=\S)_(?!\w))"
    r"|(?P<code>`+)"
)


@dataclass
class _Loss:
    """Counts what markup goes; one note for each sort, however often it came."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, what: str, count: int = 1) -> None:
        if count:
            self.counts[what] = self.counts.get(what, 0) + count

    def notes(self) -> Iterator[Note]:
        for what, count in sorted(self.counts.items()):
            yield Note(NoteKind.DROPPED, what, "", count)


def inline(text: str, loss: _Loss) -> tuple[Run, ...]:
    """The runs of a line of foreign Markdown: links and images stay, emphasis, tags and attributes go."""
    text, count = _ATTRIBUTES.subn("", text)
    loss.add("排版属性，如 {align=center}", count)
    text = _BADGE.sub(lambda m: f"（{m[1]}）", text)
    text, count = _EMOJI.subn("", text)
    loss.add("表情符号代码，如 :mag:", count)
    text, count = _TAG.subn("", text)
    loss.add("HTML 标记，如 <b>", count)
    runs: list[Run] = []
    position = 0
    for found in _INLINE.finditer(text):
        _append(runs, html.unescape(text[position : found.start()]))
        position = found.end()
        if found["escape"]:
            _append(runs, found["escape"][1])
        elif found["image"]:
            runs.append(Run(tidy(html.unescape(found["alt"])), html.unescape(found["src"]), is_image=True))
        elif found["link"]:
            inner = "".join(run.text for run in inline(found["text"], loss))
            runs.append(Run(tidy(inner), html.unescape(found["url"])))
        elif found["auto"]:
            runs.append(Run(found["auto"], found["auto"]))
        elif _is_markup(text, found):
            loss.add("加粗、斜体等字体标记")
        else:
            _append(runs, found[0])
    _append(runs, html.unescape(text[position:]))
    return _trim(runs)


def _is_markup(text: str, found: re.Match[str]) -> bool:
    """A sign of emphasis or code that has its partner on the same line; a lone `*` is a word of the text."""
    return text.count(found[0]) > 1 or found["strong"] is not None


def _append(runs: list[Run], text: str) -> None:
    if not text:
        return
    if runs and not runs[-1].url:
        runs[-1] = Run(runs[-1].text + text)
    else:
        runs.append(Run(text))


def _trim(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs without space at the two ends of the line and with single spaces inside."""
    kept: list[Run] = []
    for position, run in enumerate(runs):
        if run.url:
            kept.append(run)
            continue
        text = tidy(run.text)
        if text and position > 0 and run.text[0].isspace():
            text = " " + text
        if text and position < len(runs) - 1 and run.text[-1].isspace():
            text += " "
        if text:
            kept.append(Run(text))
    return tuple(kept)


# ---------------------------------------------------------------- the file


def read_md(data: bytes, source: str) -> Iterator[Draft]:
    """One draft of a Markdown file, whatever system it was written for."""
    text, notes = decode(data)
    reader = _Reader(source, list(notes))
    yield reader.read(text)


@dataclass
class _Reader:
    """What has been read so far of one file."""

    source: str
    notes: list[Note]
    labels: dict[str, str] = field(default_factory=dict)
    publisher: str = ""
    caption: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    loss: _Loss = field(default_factory=_Loss)
    extra: list[str] = field(default_factory=list)  # labels that are no field

    def read(self, text: str) -> Draft:
        text = self._front_matter(text)
        head, mark, body = text.partition("<!-- INFO END -->")
        if mark:
            self._info(head)
            text = body
        text, count = _COMMENT.subn("", text)
        self.loss.add("注释，如 <!-- … -->", count + bool(mark))
        self._lines(text.split("\n"), is_head=not mark)
        if "title" not in self.labels:
            self._title_from_heading()
        self._drop_repeated_title()
        if self.extra:
            self.notes.append(Note(NoteKind.DROPPED, "来源系统自己的信息项", "；".join(self.extra), len(self.extra)))
        return collect(
            Found(
                self.source,
                stem(self.source),
                tuple(self.blocks),
                self.labels,
                self.publisher,
                tuple(self.caption),
                (*self.notes, *self.loss.notes()),
            )
        )

    def _front_matter(self, text: str) -> str:
        """Takes the YAML heads off (a file joined from several has several); the first one's values are kept."""
        lines = text.split("\n")
        kept: list[str] = []
        position, is_first = 0, True
        while position < len(lines):
            end = _matter_end(lines, position)
            if end is None:
                kept.append(lines[position])
                position += 1
                continue
            self._matter("\n".join(lines[position + 1 : end]), is_first=is_first)
            is_first = False
            position = end + 1
        return "\n".join(kept)

    def _matter(self, text: str, *, is_first: bool) -> None:
        try:
            values = yaml.load(text, yaml.BaseLoader)
        except yaml.YAMLError:
            values = None
        if not isinstance(values, dict):
            self.notes.append(Note(NoteKind.DROPPED, "读不懂的文件头", tidy(text)))
            return
        for key, value in values.items():
            words = "、".join(map(str, value)) if isinstance(value, list) else str(value)
            if is_first:
                self._label(str(key), words)
            else:
                self.extra.append(f"{key}：{words}")

    def _label(self, label: str, value: str) -> None:
        value = tidy(value)
        if squeeze(label) in _PUBLISHER:
            self.publisher = self.publisher or value
        elif label == "date":
            self.labels.setdefault("date", value)
        elif label_field(label) and not (label == "来源" and value.startswith("http")):
            self.labels.setdefault(label_field(label), value)
        elif value:
            self.extra.append(f"{label}：{value}")

    def _info(self, head: str) -> None:
        """The lines above `<!-- INFO END -->`: the title, then the 题注, one line for each change."""
        for line in head.split("\n"):
            words = tidy("".join(run.text for run in inline(line, self.loss)))
            found = _HEADING.match(words)
            if found is not None and "title" not in self.labels:
                self.labels["title"] = tidy(found[2])
            elif words and re.search(r"\d{4}\s*[〕\]]\s*\d+\s*号$", words):
                self.labels["doc_no"] = words
            elif words:
                self.caption.append(words)

    # ------------------------------------------------------------ lines

    def _lines(self, lines: list[str], *, is_head: bool) -> None:
        position = 0
        while position < len(lines):
            line = lines[position]
            position += 1
            if not tidy(line):
                continue
            container = _CONTAINER.match(line)
            if container is not None:
                position = self._container(container[1], container[2], lines, position)
                continue
            labelled = _LABEL.match(tidy(line)) if is_head else None
            if labelled is not None:
                self._labelled(labelled[1], labelled[2])
                continue
            if _is_table(lines, position - 1):
                position = self._table(lines, position - 1)
                continue
            is_head = self._line(line) and is_head
        self._trailing_labels()

    def _labelled(self, label: str, value: str) -> None:
        words = "".join(run.text for run in inline(value, self.loss))
        if squeeze(label) in _ORIGIN and re.match(r"https?://", words):
            self.labels.setdefault("_origin", words)
        else:
            self._label(label, words)

    def _line(self, line: str) -> bool:
        """Reads a line that stands alone; whether the page's own head can still go on after it."""
        if _RULE.match(line):
            self.loss.add("分隔线")
            return not self.blocks or all(isinstance(block, Heading) for block in self.blocks)
        embed = _EMBED.search(line)
        if embed is not None:
            name = embed[1].rsplit("/", 1)[-1]
            self.blocks.append(Paragraph((Run("（原页面在此显示文件："), Run(name, embed[1]), Run("）"))))
            return False
        heading = _HEADING.match(line)
        if heading is not None:
            self._heading(len(heading[1]), heading[2])
            return True
        item = _ITEM.match(line)
        if item is not None and not line.lstrip().startswith("**"):
            runs = inline(item[2], self.loss)
            if runs:
                self.blocks.append(Item(runs, 1 if len(item[1].expandtabs(4)) > 1 and self._after_item() else 0))
            return False
        if line.lstrip().startswith(">"):
            self.loss.add("引用标记 >")
            line = line.lstrip().lstrip("> ")
        is_bold = re.fullmatch(r"\s*\*\*.*\*\*\s*", line) is not None
        for part in _BREAK.split(line):
            self._paragraph(part, is_bold=is_bold)
        return False

    def _after_item(self) -> bool:
        return bool(self.blocks) and isinstance(self.blocks[-1], Item)

    def _paragraph(self, text: str, *, is_bold: bool) -> None:
        runs = inline(text, self.loss)
        words = tidy("".join(run.text for run in runs))
        if not words and not any(run.is_image for run in runs):
            return
        is_plain = not any(run.url for run in runs)
        block = paragraph_or_heading(words) if is_plain else Paragraph(runs)
        if is_bold and is_plain and isinstance(block, Paragraph) and is_bold_heading(words):
            block = Heading(3 if not words.startswith(("（", "(")) else 4, words)
        if block is not None:
            self.blocks.append(block)

    def _heading(self, marks: int, text: str) -> None:
        words = tidy("".join(run.text for run in inline(text, self.loss)))
        if words in _CRAWLER_HEADINGS:
            self.notes.append(Note(NoteKind.DROPPED, "来源系统加的小标题", words))
        elif words:
            rank = structure_rank(words) or (1, 3, 4, 5, 6, 6)[marks - 1]
            self.blocks.append(Heading(rank, heading_text(words)))

    def _table(self, lines: Sequence[str], start: int) -> int:
        position = start
        rows: list[tuple[str, ...]] = []
        while position < len(lines) and "|" in lines[position] and tidy(lines[position]):
            if position != start + 1:
                rows.append(self._row(lines[position]))
            position += 1
        width = max(map(len, rows))
        self.blocks.append(Table(tuple(row + ("",) * (width - len(row)) for row in rows)))
        return position

    def _row(self, line: str) -> tuple[str, ...]:
        cells = re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))
        return tuple(tidy("".join(run.text for run in inline(cell.replace("\\|", "|"), self.loss))) for cell in cells)

    def _container(self, kind: str, title: str, lines: list[str], start: int) -> int:
        """Reads what a `::: kind title` opens, and gives the position after it. A bare `:::` only closes."""
        if not kind:
            return start
        self.loss.add("容器标记，如 ::: details")
        if kind == "details" and "目录" in title:
            return self._skip_contents(lines, start)
        end = next((i for i in range(start, len(lines)) if re.fullmatch(r"\s*:{3,}\s*", lines[i])), len(lines))
        inside = [line for line in lines[start:end] if tidy(line)]
        words = "\n".join(inside)
        if kind == "tip" and "修订" in title:
            self.notes.append(Note(NoteKind.DROPPED, "来源系统加的小标题", title))
            self._revision_block(inside)
            return end + 1
        if "PDF预览窗口" in words:
            self.notes.append(Note(NoteKind.DROPPED, "网页上的操作提示", tidy(words)))
            return end + 1
        if "原文链接" in title:
            for line in inside:
                self.blocks.append(Paragraph((Run("原文链接："), *inline(line, self.loss))))
            return end + 1
        if title and kind in ("info", "note", "danger"):
            self.blocks.append(Heading(3, tidy(title)))
        elif title:
            self.blocks.append(Paragraph((Run(tidy(title)),)))
        return start

    def _skip_contents(self, lines: Sequence[str], start: int) -> int:
        position = start
        while position < len(lines) and not re.fullmatch(r"\s*:{3,}\s*", lines[position]):
            if not (_CONTENTS_LINE.match(lines[position]) or re.match(r"\s*\[\d+\]\(#", lines[position])):
                break
            position += 1
        words = "".join(run.text for line in lines[start:position] for run in inline(line, _Loss()))
        self.notes.append(Note(NoteKind.DROPPED, "目录（页面会自动生成）", tidy("目录 " + words)))
        is_closed = position < len(lines) and re.fullmatch(r"\s*:{3,}\s*", lines[position]) is not None
        return position + is_closed

    def _revision_block(self, lines: Sequence[str]) -> None:
        for line in lines:
            words = tidy("".join(run.text for run in inline(line, self.loss)))
            if re.fullmatch(r".*\d{4}\s*[〕\]]\s*\d+\s*号", words):
                self.labels.setdefault("doc_no", words)
            elif words:
                self.caption.append(words)

    # ------------------------------------------------------------ after the last line

    def _trailing_labels(self) -> None:
        """Takes the crawler's last lines (**更新时间**: …) off, and puts the address of the original at the end."""
        while self.blocks and isinstance(self.blocks[-1], Paragraph):
            found = re.fullmatch(r"(更新时间|检索时间)\s*[:：]\s*(.*)", plain(self.blocks[-1]))
            if found is None:
                break
            self.extra.append(f"{found[1]}：{found[2]}")
            self.blocks.pop()
        origin = self.labels.pop("_origin", "")
        if origin:
            self.blocks.append(Paragraph((Run("原文链接："), Run(origin, origin))))

    def _title_from_heading(self) -> None:
        if self.blocks and isinstance(self.blocks[0], Heading) and self.blocks[0].rank == 1:
            self.labels["title"] = plain(self.blocks[0])

    def _drop_repeated_title(self) -> None:
        first = self.blocks[0] if self.blocks else None
        if not isinstance(first, Heading) or "title" not in self.labels:
            return
        if repeats_title([first], self.labels["title"]):
            self.blocks.pop(0)
        elif re.match(r"文档\s*[:：]", first.text):
            self.notes.append(Note(NoteKind.DROPPED, "来源系统加的小标题", first.text))
            self.blocks.pop(0)


def is_bold_heading(words: str) -> bool:
    """Whether a line all in bold is a heading: short, and no sentence."""
    return len(words) <= 50 and words[-1] not in "。；：，;:,！!？?" and re.match(r"第.+条", words) is None


def _matter_end(lines: Sequence[str], start: int) -> int | None:
    """Where a YAML head that opens at `start` closes; None if none opens there."""
    if lines[start].strip() != "---" or any(tidy(line) for line in lines[max(0, start - 1) : start]):
        return None
    for position in range(start + 1, min(start + 60, len(lines))):
        if lines[position].strip() == "---":
            return position if position > start + 1 else None
        if not (_MATTER_KEY.match(lines[position]) or re.match(r"\s+-|-\s", lines[position])):
            return None
    return None


def _is_table(lines: Sequence[str], start: int) -> bool:
    return (
        "|" in lines[start]
        and start + 1 < len(lines)
        and "|" in lines[start + 1]
        and _TABLE_RULE.match(lines[start + 1]) is not None
    )
