"""Web pages of other sites into drafts: the metadata table, the text, the data tables.

Exports `read_html`.

The crawler's own record of a page (a records.json beside it) is never read: its dates were found to be one month
later than the dates in the page.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sitegen.importers.blocks import (
    Block,
    Heading,
    Item,
    Paragraph,
    Run,
    Table,
    heading_text,
    paragraph_or_heading,
    squeeze,
    structure_rank,
    tidy,
)
from sitegen.importers.draft import Draft, Note, NoteKind, UnreadableError
from sitegen.importers.evidence import Found, collect, label_field
from sitegen.importers.md import is_bold_heading
from sitegen.importers.txt import decode, stem

_PUBLISHER = {"发布机构", "发布单位", "公开主体"}
# The places where widespread content systems put the text of an article, the surest first.
_ROOTS = ("#UCAP-CONTENT", ".TRS_Editor", "#zoom", ".pages_content", ".article-content", ".xxgk_content", "article")
_METAS = {"ArticleTitle": "title", "PubDate": "pub_date", "ContentSource": "source", "Keywords": "keywords"}
_SKIP = {"script", "style", "noscript", "iframe", "canvas", "button", "input", "select", "form", "template", "-comment"}
_BLOCK = {"p", "div", "section", "article", "center", "blockquote", "ul", "ol", "dl", "dt", "dd", "tr", "td", "th"}
_HEADINGS = {"h1": 1, "h2": 3, "h3": 4, "h4": 5, "h5": 6, "h6": 6}
_NUMBERED_LINE = re.compile(r"附[件表录图]|[一二三四五六七八九十]+、|[（(]|\d|第.{1,6}[编章节条]")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def read_html(data: bytes, source: str) -> Iterator[Draft]:
    """One draft of a web page."""
    declared = _CHARSET.search(data[:2048])
    if declared is not None and declared[1].lower() not in (b"utf-8", b"utf8", b"gb2312", b"gbk", b"gb18030"):
        raise UnreadableError(f"网页声明的编码是 {declared[1].decode('ascii')}，请另存为 UTF-8 后再导入")
    text, notes = decode(data)
    tree = LexborHTMLParser(text)
    root = _root(tree)
    if root is None:
        raise UnreadableError("网页里找不到正文")
    page = _Page(list(notes))
    page.labels(tree, root)
    page.walk(root)
    page.end_paragraph()
    page.rest(tree, root)
    labels, publisher = page.found, page.publisher
    yield collect(
        Found(source, stem(source), tuple(page.blocks), labels, publisher, (), (*page.notes, *page.count_notes()))
    )


def _root(tree: LexborHTMLParser) -> LexborNode | None:
    for selector in _ROOTS:
        node = tree.css_first(selector)
        if node is not None and tidy(node.text()):
            return node
    holders: dict[int, tuple[int, LexborNode]] = {}
    for paragraph in tree.css("p"):
        parent = paragraph.parent
        if parent is not None:
            length, _ = holders.get(parent.mem_id, (0, parent))
            holders[parent.mem_id] = (length + len(squeeze(paragraph.text())), parent)
    if holders:
        length, node = max(holders.values(), key=lambda holder: holder[0])
        if length:
            return node
    return tree.body if tree.body is not None and tidy(tree.body.text()) else None


@dataclass
class _Page:
    """What has been read so far of one page."""

    notes: list[Note]
    blocks: list[Block] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    publisher: str = ""
    runs: list[Run] = field(default_factory=list)  # of the open paragraph
    bold: int = 0  # characters in bold in the open paragraph
    depth: int = -1  # of lists
    in_item: bool = False
    spacers: int = 0
    fonts: int = 0
    layouts: int = 0
    is_title_open: bool = False  # the last block is a bold title that may go on in the next paragraph
    used: list[str] = field(default_factory=list)  # cells of the metadata table, which are no loss

    # ------------------------------------------------------------ metadata

    def labels(self, tree: LexborHTMLParser, root: LexborNode) -> None:
        """The cells of metadata tables outside the text, and the page's own <meta> tags."""
        inside = {node.mem_id for node in root.css("td, th, dt")}
        for row in tree.css("tr, dl"):
            cells = [node for node in row.iter() if node.tag in ("td", "th", "dt", "dd")]
            for label, value in itertools.pairwise(cells):
                name = label_field(label.text())
                if not name or label.mem_id in inside or len(squeeze(label.text())) > 10:
                    continue
                words = tidy(value.text())
                self.used.extend((tidy(label.text()), words))
                if squeeze(label.text()).strip(":：") in _PUBLISHER:
                    self.publisher = self.publisher or words
                elif words:
                    self.found.setdefault(name, words)
        for meta in tree.css("meta[name][content]"):
            name = _METAS.get(meta.attributes.get("name") or "", "")
            if name:
                self.found.setdefault(name, tidy(meta.attributes.get("content") or ""))

    # ------------------------------------------------------------ text

    def walk(self, node: LexborNode) -> None:
        """Reads the children of a node in their order."""
        child = node.child
        while child is not None:
            self._node(child)
            child = child.next

    def _node(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._words(node.text(deep=False), is_bold=_is_bold(node))
        elif tag in _SKIP or "display:none" in squeeze(node.attributes.get("style") or ""):
            return
        elif tag == "br":
            self.end_paragraph()
        elif tag == "img":
            self._image(node)
        elif tag == "a":
            self._link(node)
        elif tag == "table":
            self._table(node)
        elif tag in _HEADINGS:
            self.end_paragraph()
            words = tidy(node.text())
            if words:
                self.blocks.append(Heading(structure_rank(words) or _HEADINGS[tag], heading_text(words)))
        elif tag == "li":
            self._item(node)
        elif tag in _BLOCK:
            self.end_paragraph()
            self.depth += tag in ("ul", "ol")
            self.walk(node)
            self.depth -= tag in ("ul", "ol")
            self.end_paragraph(is_block=tag == "p")
        else:
            self.fonts += tag in ("b", "strong", "i", "em", "u", "font", "span")
            self.walk(node)

    def _words(self, text: str, *, is_bold: bool) -> None:
        if not text:
            return
        if is_bold:
            self.bold += len(squeeze(text))
        if self.runs and not self.runs[-1].url:
            self.runs[-1] = Run(self.runs[-1].text + text)
        else:
            self.runs.append(Run(text))

    def _image(self, node: LexborNode) -> None:
        source = node.attributes.get("src") or ""
        self.end_paragraph()
        self.blocks.append(Paragraph((Run(tidy(node.attributes.get("alt") or ""), source, is_image=True),)))

    def _link(self, node: LexborNode) -> None:
        target = tidy(node.attributes.get("href") or "")
        words = tidy(node.text())
        if node.css_first("img") is not None or not target or target.startswith(("javascript:", "#")) or not words:
            self.walk(node)
        else:
            self.runs.append(Run(words, target))

    def _item(self, node: LexborNode) -> None:
        self.end_paragraph()
        self.in_item = True
        self.walk(node)
        self.end_paragraph()
        self.in_item = False

    def end_paragraph(self, *, is_block: bool = False) -> None:
        """Closes the open paragraph; an empty one was only there for space."""
        runs = tuple(Run(_inner(run.text, i, len(self.runs)), run.url) for i, run in enumerate(self.runs))
        runs = tuple(run for run in runs if run.text)
        words = squeeze("".join(run.text for run in runs))
        bold, self.bold, self.runs = self.bold, 0, []
        if not words:
            self.spacers += is_block
            self.is_title_open = self.is_title_open and not is_block
            return
        is_title_open, self.is_title_open = self.is_title_open, False
        is_plain = not any(run.url for run in runs)
        if self.in_item:
            self.blocks.append(Item(runs, max(0, self.depth)))
            self.in_item = False  # a second paragraph of an item is a paragraph
            return
        line = tidy("".join(run.text for run in runs))
        block = paragraph_or_heading(line) if is_plain else Paragraph(runs)
        if is_plain and isinstance(block, Paragraph) and bold == len(words) and is_bold_heading(line):
            block = Heading(4 if line.startswith(("（", "(")) else 3, heading_text(line))
            self.is_title_open = _NUMBERED_LINE.match(line) is None
            last = self.blocks[-1] if self.blocks else None
            if is_title_open and self.is_title_open and isinstance(last, Heading):
                self.blocks.pop()
                block = Heading(block.rank, last.text + block.text)  # a long title on several lines
        if block is not None:
            self.blocks.append(block)

    # ------------------------------------------------------------ tables

    def _table(self, node: LexborNode) -> None:
        self.end_paragraph()
        rows = [row for row in node.css("tr") if _owner(row) == node.mem_id]
        cells = [[cell for cell in row.iter() if cell.tag in ("td", "th")] for row in rows]
        is_nested = any(table.mem_id != node.mem_id for table in node.css("table"))
        is_data = not is_nested and len(rows) > 1 and max(map(len, cells), default=0) > 1
        if not is_data:
            self.layouts += 1
            self.walk(node)
            self.end_paragraph()
            return
        grid, merged = _grid(cells)
        if merged:
            self.notes.append(
                Note(NoteKind.GUESSED, "表格有合并单元格，各格重复写出同一内容", " ".join(grid[0])[:60], merged)
            )
        pictures = sum(len(cell.css("img")) for row in cells for cell in row)
        if pictures:
            self.notes.append(Note(NoteKind.DROPPED, "表格里的图片", "", pictures))
        self.blocks.append(Table(grid))

    # ------------------------------------------------------------ what was left out

    def rest(self, tree: LexborHTMLParser, root: LexborNode) -> None:
        """A note of the words outside the text: navigation, buttons, sharing."""
        inside = squeeze(root.text())
        for node in [*tree.css("script"), *tree.css("style")]:
            node.decompose()
        words = squeeze(tree.body.text()) if tree.body is not None else ""
        outside = words.replace(inside, "", 1)
        for cell in sorted({squeeze(cell) for cell in self.used}, key=len, reverse=True):
            outside = outside.replace(cell, "", 1) if cell else outside
        if outside:
            self.notes.append(Note(NoteKind.DROPPED, "正文以外的网页文字", outside))

    def count_notes(self) -> Iterator[Note]:
        """Notes of the markup that went."""
        for what, count in (
            ("空段落（只起间隔作用）", self.spacers),
            ("字体标记，如加粗、楷体", self.fonts),
            ("排版用表格（内容已取出）", self.layouts),
        ):
            if count:
                yield Note(NoteKind.DROPPED, what, "", count)


def _inner(text: str, position: int, count: int) -> str:
    words = tidy(text)
    if words and position > 0 and text[0].isspace():
        words = " " + words
    return words + " " if words and position < count - 1 and text[-1].isspace() else words


def _is_bold(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None and parent.tag not in _BLOCK:
        style = squeeze(parent.attributes.get("style") or "").lower()
        if parent.tag in ("b", "strong") or re.search(r"font-weight:(?:bold|[6-9]00)", style):
            return True
        parent = parent.parent
    return False


def _owner(row: LexborNode) -> int:
    parent = row.parent
    while parent is not None and parent.tag != "table":
        parent = parent.parent
    return parent.mem_id if parent is not None else 0


def _span(cell: LexborNode, name: str) -> int:
    text = cell.attributes.get(name) or ""
    return min(int(text), 200) if text.isascii() and text.isdigit() and int(text) else 1


def _cell_text(cell: LexborNode) -> str:
    """The words of a cell, one line for each paragraph."""
    lines: list[str] = [""]

    def read(node: LexborNode) -> None:
        child = node.child
        while child is not None:
            tag = child.tag or ""
            if tag == "-text":
                lines[-1] += child.text(deep=False)
            elif tag not in _SKIP:
                if tag in _BLOCK or tag in ("br", "li"):
                    lines.append("")
                read(child)
                if tag in _BLOCK:
                    lines.append("")
            child = child.next

    read(cell)
    return "\n".join(line for line in map(tidy, lines) if line)


def _grid(rows: list[list[LexborNode]]) -> tuple[tuple[tuple[str, ...], ...], int]:
    """The cells as a full grid, and how many cells were merged ones; a merged cell's words stand in each place."""
    places: dict[tuple[int, int], str] = {}
    merged = 0
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in places:
                x += 1
            wide, high = _span(cell, "colspan"), min(_span(cell, "rowspan"), len(rows) - y)
            merged += wide * high > 1
            words = _cell_text(cell)
            for dy in range(high):
                for dx in range(wide):
                    places.setdefault((y + dy, x + dx), words)
            x += wide
    width = max(x for _, x in places) + 1
    grid = [tuple(places.get((y, x), "") for x in range(width)) for y in range(len(rows))]
    return tuple(row for row in grid if any(row)), merged
