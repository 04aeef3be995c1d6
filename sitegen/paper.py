"""Turn the HTML of a body into the blocks that a Word or PDF file of it is made of: one text in three forms.

Exports `Paper`, `blocks_of`, `text_of`, `notes_of`, `facts_of`, `runs_in`, `runs_of`, `lines_of`; what a paragraph is
by what stands around it: `is_kept`, `is_title`, `from_right`, `note_indent`, `imprint_of`, `IMPRINT`; `title_lines`,
`width_of`, `sheet_of`, `placed`, the blocks (`Paragraph`, `Figure`, `List`, `Quote`, `Table`, `Divider`, `Footnotes`),
what they hold (`Run`, `Image`, `Cell`, `PaperFile`), `Sheet`, `TEXT_WIDTH`, `TEXT_HEIGHT`, `WIDEST_CAPTION`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


class PaperFile(NamedTuple):
    """One of the attachments that the page offers."""

    title: str
    url: str = ""  # absolute, "" where the site does not know its own address


class Paper(NamedTuple):
    """What a Word or PDF file of one document is made of."""

    title: str
    html: str  # of `render_body`: addresses are absolute, "#anchor" in this text, or none
    caption: str = ""  # 题注
    issuers: tuple[str, ...] = ()
    doc_no: str = ""
    red_head: bool = False  # 发文机关标志, 文号 and the red line above the title
    facts: tuple[tuple[str, str], ...] = ()  # fields of the column's kind, shown above the text
    attachments: tuple[PaperFile, ...] = ()
    images: tuple[tuple[str, str], ...] = ()  # `src` in the HTML, digest of the file
    language: str = "zh-CN"
    address: str = ""  # of the page, absolute; "" where the site does not know its own
    day: date = date.min  # of publication


class Image(NamedTuple):
    """A picture, by the `src` that it has in the HTML."""

    src: str
    text: str  # what stands in its place for who cannot see it
    width: int = 0  # in CSS pixels, 0 if the author gave none
    height: int = 0


class Run(NamedTuple):
    """A stretch of text of one kind; a line feed in it is a line break. One with a `note` or an `image` has no text."""

    text: str = ""
    role: str = ""  # article-no: 第×条; run-in: the first sentence after 一、; cite: a citation that leads somewhere
    is_bold: bool = False
    is_italic: bool = False
    is_code: bool = False
    is_raised: bool = False
    link: str = ""
    note: int = 0  # the number of the footnote referred to here
    image: Image | None = None


Runs: TypeAlias = tuple[Run, ...]


class Paragraph(NamedTuple):
    """A paragraph or a heading."""

    runs: Runs
    kind: str = ""  # the class it has on the page: addressee, article, chapter, level-1 …; code; or "appendix": 附件1
    level: int = 0  # of a heading: 2 is the highest in a body
    anchor: str = ""

    @property
    def text(self) -> str:
        """Its words."""
        return "".join([run.text for run in self.runs])


class Figure(NamedTuple):
    """A picture that is a block of its own."""

    image: Image
    caption: Runs = ()


class List(NamedTuple):
    """A list; `first` is the number of its first item, None if they have dots."""

    items: tuple[tuple[Block, ...], ...]
    first: int | None = None


class Quote(NamedTuple):
    """What stands in a box of its own."""

    blocks: tuple[Block, ...]


class Cell(NamedTuple):
    """A cell of a table."""

    blocks: tuple[Block, ...]
    columns: int = 1  # how many it spans
    rows: int = 1
    is_header: bool = False
    align: str = ""  # "", center, right or num


class Table(NamedTuple):
    """A table. A cell that spans rows is in the first of them only."""

    rows: tuple[tuple[Cell, ...], ...]
    headers: int = 0  # how many of the first rows are repeated on each page
    caption: Runs = ()
    columns: int = 0  # how many columns its grid has


class Divider(NamedTuple):
    """A line across."""


class Footnotes(NamedTuple):
    """The footnotes, the first has number 1; the last of the blocks of a text that has any."""

    notes: tuple[tuple[Block, ...], ...]


Block: TypeAlias = Paragraph | Figure | List | Quote | Table | Divider | Footnotes


# ---------------------------------------------------------------- from HTML

_INLINE = frozenset(
    {"a", "b", "strong", "i", "em", "code", "sup", "sub", "span", "br", "img", "s", "del", "ins", "mark"}
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACE = re.compile("[ \t\r\n\f]+")
_DIGITS = re.compile("[0-9]+")
_KINDLESS = frozenset({"external", "center", "right", "num", "scroll-hint"})  # classes that say nothing of a paragraph
_APPENDIX = re.compile("附[ \u3000]*[件表图][ \u3000]*(?:[0-9０-９]{1,3}|[一二三四五六七八九十]{1,3})?[：:]?")


def blocks_of(html: str) -> tuple[Block, ...]:
    """The blocks of a body as `render_body` writes it; ways back from footnotes are left out.

    Guarantees: no paragraph without a run; white space is one space, none at the ends; neighbouring runs differ in
    more than their text; `Footnotes` come last and once.
    """
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(html).body
    if root is None:
        return ()
    blocks: list[Block] = []
    notes: tuple[tuple[Block, ...], ...] = ()
    for block in _blocks(root):
        if isinstance(block, Footnotes):
            notes += block.notes
        else:
            blocks.append(block)
    blocks = list(_with_appendices(blocks))
    return (*blocks, Footnotes(notes)) if notes else tuple(blocks)


def notes_of(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], ...]:
    """The footnotes among the blocks of a text."""
    return blocks[-1].notes if blocks and isinstance(blocks[-1], Footnotes) else ()


def _blocks(parent: LexborNode) -> Iterator[Block]:
    """The blocks in an element; words that stand in it between others are paragraphs."""
    loose: list[Run] = []
    for node in parent.iter(include_text=True):
        tag = node.tag or ""
        if tag == "-text" or tag in _INLINE:
            loose += _runs(node, Run())
            continue
        if tag.startswith("-") or tag in ("script", "style", "template"):
            continue
        if loose:
            yield from _paragraph(loose)
            loose = []
        yield from _block(node, tag)
    yield from _paragraph(loose)


def _block(node: LexborNode, tag: str) -> Iterator[Block]:
    if tag == "p" or tag in _HEADINGS:
        attributes = node.attributes
        names = [name for name in (attributes.get("class") or "").split() if name not in _KINDLESS]
        kind = names[0] if names else ""
        if attributes.get("aria-hidden") != "true":
            runs = _inside(node, Run())
            yield from _paragraph(runs, kind, _HEADINGS.get(tag, 0), attributes.get("id") or "")
    elif tag in ("ul", "ol"):
        start = node.attributes.get("start") or ""
        first = (int(start) if _DIGITS.fullmatch(start) else 1) if tag == "ol" else None
        yield List(tuple([tuple(_blocks(item)) for item in node.iter() if item.tag == "li"]), first)
    elif tag == "blockquote":
        yield Quote(tuple(_blocks(node)))
    elif tag == "table":
        yield from _table(node)
    elif tag == "figure":
        yield from _figure(node)
    elif tag == "pre":
        text = node.text(deep=True).removesuffix("\n")
        if text:
            yield Paragraph((Run(text, is_code=True),), "code")
    elif tag == "hr":
        yield Divider()
    elif tag == "section" and "footnotes" in (node.attributes.get("class") or "").split():
        yield Footnotes(tuple([tuple(_blocks(item)) for item in node.css("li[id^=fn]") if _is_note(item)]))
    else:
        yield from _blocks(node)


def _is_note(item: LexborNode) -> bool:
    return bool(re.fullmatch("fn[0-9]+", item.attributes.get("id") or ""))


def _figure(node: LexborNode) -> Iterator[Block]:
    images = [run.image for run in _inside(node, Run()) if run.image]
    caption = node.css_first("figcaption")
    words = _tidied(_inside(caption, Run())) if caption is not None else ()
    for i, image in enumerate(images):
        yield Figure(image, words if i == len(images) - 1 else ())


def _table(node: LexborNode) -> Iterator[Block]:
    rows: list[tuple[Cell, ...]] = []
    headers = 0
    caption: Runs = ()
    for part in node.iter():
        if part.tag == "caption":
            caption = _tidied(_inside(part, Run()))
        for row in (part,) if part.tag == "tr" else part.iter():
            if row.tag != "tr":
                continue
            rows.append(tuple([_cell(cell) for cell in row.iter() if cell.tag in ("td", "th")]))
            headers += part.tag == "thead"
    if any(rows):
        yield _fitted(rows, headers, caption)


def _cell(node: LexborNode) -> Cell:
    attributes = node.attributes
    names = (attributes.get("class") or "").split()
    align = next((name for name in names if name in ("center", "right", "num")), "")
    return Cell(
        tuple(_blocks(node)),
        _span(attributes.get("colspan")),
        _span(attributes.get("rowspan")),
        node.tag == "th",
        align,
    )


def _span(written: str | None) -> int:
    return max(1, min(int(written), 1000)) if written and _DIGITS.fullmatch(written) else 1


def _fitted(rows: Sequence[tuple[Cell, ...]], headers: int, caption: Runs) -> Table:
    """The table with every row as wide as the widest, and no cell that reaches below the last row."""
    fitted: list[list[Cell]] = []
    widths: list[int] = []
    reaching: list[tuple[int, int]] = []  # columns and rows left of the cells above that reach down
    for i, row in enumerate(rows):
        cells = [cell._replace(rows=min(cell.rows, len(rows) - i)) for cell in row]
        widths.append(sum(cell.columns for cell in cells) + sum(columns for columns, _ in reaching))
        reaching = [(columns, left - 1) for columns, left in reaching if left > 1]
        reaching += [(cell.columns, cell.rows - 1) for cell in cells if cell.rows > 1]
        fitted.append(cells)
    wide = max(widths)
    for cells, width in zip(fitted, widths, strict=True):
        cells += [Cell(())] * (wide - width)
    return Table(tuple([tuple(cells) for cells in fitted]), min(headers, len(rows) - 1), caption, wide)


# ---------------------------------------------------------------- inside a line


def _paragraph(runs: Iterable[Run], kind: str = "", level: int = 0, anchor: str = "") -> Iterator[Block]:
    words = _tidied(runs)
    if words:
        yield Paragraph(words, kind, level, anchor)


def _inside(node: LexborNode, style: Run) -> Iterator[Run]:
    for child in node.iter(include_text=True):
        yield from _runs(child, style)


def _runs(node: LexborNode, style: Run) -> Iterator[Run]:
    """The runs of an inline node, in the style of what it stands in."""
    tag = node.tag or ""
    if tag == "-text":
        text = node.text_content
        if text:
            yield style._replace(text=_SPACE.sub(" ", text))
        return
    if tag == "br":
        yield style._replace(text="\n")
        return
    if tag in ("strong", "b"):
        style = style._replace(is_bold=True)
    elif tag in ("em", "i"):
        style = style._replace(is_italic=True)
    elif tag == "code":
        style = style._replace(is_code=True)
    elif tag in ("span", "a", "img", "sup"):
        attributes = node.attributes
        names = (attributes.get("class") or "").split()
        if tag == "img":
            yield Run(image=_image(attributes), link=style.link)
            return
        if tag == "sup":
            number = _DIGITS.search(node.text(deep=True)) if "footnote-ref" in names else None
            if number:
                yield Run(note=int(number[0]))
                return
            style = style._replace(is_raised=True)
        elif tag == "a":
            if "footnote-back" in names:
                return
            style = style._replace(link=attributes.get("href") or "", role="cite" if "cite" in names else style.role)
        elif names:
            style = style._replace(role=names[0])
    yield from _inside(node, style)


def _image(attributes: dict[str, str | None]) -> Image:
    width, height = (
        int(size) if (size := attributes.get(name) or "") and _DIGITS.fullmatch(size) else 0
        for name in ("width", "height")
    )
    return Image(attributes.get("src") or "", attributes.get("alt") or "", width, height)


def _tidied(runs: Iterable[Run]) -> Runs:
    """The runs without white space at the ends and around breaks, those of one style as one."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        text = run.text
        if last is not None and text.startswith(" ") and last.text.endswith((" ", "\n")):
            text = text[1:]
        if text == "\n" and last is not None:
            last = joined[-1] = last._replace(text=last.text.rstrip(" "))
        if not text and not run.note and run.image is None:
            continue
        if (
            last is not None
            and not (run.note or run.image or last.note or last.image)
            and _styled(last) == _styled(run)
        ):
            joined[-1] = last._replace(text=last.text + text)
        else:
            joined.append(run._replace(text=text))
    return _stripped(joined)


def _styled(run: Run) -> Run:
    return run._replace(text="")


def _stripped(runs: list[Run]) -> Runs:
    def is_empty(run: Run) -> bool:
        return not (run.text or run.note or run.image)

    while runs and not (runs[0].note or runs[0].image):
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip(" \n"))
        if runs[0].text:
            break
        del runs[0]
    while runs and not (runs[-1].note or runs[-1].image):
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip(" \n"))
        if runs[-1].text:
            break
        del runs[-1]
    return tuple([run for run in runs if not is_empty(run)])


# ---------------------------------------------------------------- what belongs together


def _with_appendices(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, the line 附件1 above an attachment that the text itself holds marked as such.

    One without a number, or with a colon, is one only below the 成文日期: above it, it is 附件说明.
    """
    is_below_date = False
    for i, block in enumerate(blocks):
        if not isinstance(block, Paragraph):
            yield block
            continue
        is_below_date = is_below_date or block.kind == "sign-date"
        text = block.text
        if i and len(text) <= 12 and i + 1 < len(blocks) and _APPENDIX.fullmatch(text):
            following = blocks[i + 1]
            is_note = isinstance(following, Paragraph) and following.kind == "attach-note"
            if is_below_date or (text[-1] not in "件表图：:" and not is_note):
                yield block._replace(kind="appendix")
                continue
        yield block


_SHORT = 4 * 28  # characters


def is_kept(blocks: Sequence[Block], i: int) -> bool:
    """Whether a paragraph stays with the 署名 below it, so that no page has only that (GB/T 9704 7.3.5.5)."""
    block = blocks[i]
    for following in blocks[i + 1 :]:
        kind = following.kind if isinstance(following, Paragraph) else ""
        if kind != "attach-note":
            return kind == "signature" and isinstance(block, Paragraph) and width_of(block.text) <= _SHORT
    return False


_SENTENCE = re.compile("[。；！？]|[：，]$")
_LONGEST_TITLE = 60
_ISSUED = re.compile(
    "(?:法|典|条例|规定|办法|细则|规则|规程|章程|制度|方案|意见|标准|规范|目录|清单|名录|预案|规划|计划|指南|措施|要点)(?:（[^（）]+）)?$"
)


def is_title(block: Paragraph, before: str) -> bool:
    """Whether it is the title of a text of its own: in a compilation, attached to the one above, or issued by it.

    `before` is the kind of the paragraph above.
    """
    if block.kind == "rule-title":
        return True
    is_short = len(block.text) <= _LONGEST_TITLE and not _SENTENCE.search(block.text)
    if before == "appendix":
        return block.kind in ("", "chapter") and is_short
    if before not in ("sign-date", "annotation") or block.kind:
        return False
    return block.level == 2 or (is_short and _ISSUED.search(block.text) is not None)


def from_right(blocks: Sequence[Block], i: int) -> float:
    """How many characters 署名 or 成文日期 is from the right: the date 4, the names centred above it (7.3.5.1)."""
    group = [(block.kind, width_of(block.text)) if isinstance(block, Paragraph) else ("", 0.0) for block in blocks]
    first = last = i
    while first and group[first - 1][0] == "signature":
        first -= 1
    while group[last][0] == "signature" and last + 1 < len(group) and group[last + 1][0] in ("signature", "sign-date"):
        last += 1
    if group[last][0] != "sign-date":
        return 2
    middle = max(4 + group[last][1] / 2, 2 + max(wide for _, wide in group[first : last + 1]) / 2)
    return max(0.0, middle - group[i][1] / 2)


_NUMBERED_NOTE = re.compile("(附[件表图])?[ \u3000]*[：:]?[ \u3000]*([0-9０-９]{1,2})[ \u3000]*[.．、]")
_NOTE = re.compile("附[件表图][ \u3000]*[：:]")


def note_indent(text: str) -> tuple[float, float]:
    """How many characters the lines of 附件说明 are from the left, and those after the first from these (7.3.4)."""
    if numbered := _NUMBERED_NOTE.match(text):
        return (2, 4.5) if numbered[1] else (5, 1.5)
    return (2, 3) if _NOTE.match(text) else (5, 0)


IMPRINT = ("copy-to", "printed")  # the kinds of the lines of 版记
_PRINTED = re.compile("[ \u3000]+([0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日印发)$")


def imprint_of(line: Paragraph) -> tuple[Runs, str]:
    """What stands at the left of a line of 版记, and the 印发日期 that stands at its right, if it has one (7.4)."""
    last = line.runs[-1]
    printed = _PRINTED.search(last.text)
    if printed is None:
        return line.runs, ""
    return (*line.runs[:-1], last._replace(text=last.text[: printed.start()])), printed[1]


def facts_of(paper: Paper) -> tuple[Block, ...]:
    """The fields of the column's kind, as the table above the text."""
    if not paper.facts:
        return ()
    rows = [[Cell((Paragraph((Run(word),)),) if word else ()) for word in row] for row in paper.facts]
    return (Table(tuple([(label._replace(is_header=True), value) for label, value in rows]), columns=2),)


# ---------------------------------------------------------------- lines of a title

WIDEST_CAPTION = 26  # characters of 三号 in one line of a 题注
_WIDEST_TITLE = 20  # characters of 二号 (22 pt) in 156 mm
_GOOD_BREAK = re.compile(
    "(?<=[》）、])|(?<=关于)|(?<=印发)|(?<=政府|公室|公厅|员会|法院)|(?=[《（])|(?=关于)|(?<=[局厅部委])|(?<=的)|(?=的通知)"
)
_NO_BREAK_BEFORE = "》〉」』）〕】、，。；：！？”’·%‰0123456789"
_NO_BREAK_AFTER = "《〈「『（〔【“‘第·0123456789"


def width_of(text: str) -> float:
    """How many full-width characters the text is wide; those of ASCII count half.

    >>> width_of("第2条")
    2.5
    """
    return sum([0.5 if character.isascii() else 1.0 for character in text])


def title_lines(title: str, widest: int = _WIDEST_TITLE) -> tuple[str, ...]:
    """The title in as few lines as hold it, of about the same length and cut where a reader pauses (GB/T 9704 7.3.1).

    >>> title_lines("示例市人民政府办公室关于印发《示例市科技计划项目管理办法》的通知")
    ('示例市人民政府办公室关于印发', '《示例市科技计划项目管理办法》的通知')
    """
    wide = width_of(title)
    if wide <= widest:
        return (title,)
    good = {match.start() for match in _GOOD_BREAK.finditer(title)}
    count = int(-(-wide // widest))
    for lines in (count, count + 1):
        aim = wide / lines
        costs: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]  # by where the line ends: cost, where it begins
        for _ in range(lines):
            found: dict[int, tuple[float, int]] = {}
            for begin, (cost, _) in costs[-1].items():
                line = 0.0
                for end in range(begin + 1, len(title) + 1):
                    line += width_of(title[end - 1])
                    if line > widest:
                        break
                    if end < len(title) and (title[end] in _NO_BREAK_BEFORE or title[end - 1] in _NO_BREAK_AFTER):
                        continue
                    sum_ = cost + (line - aim) ** 2 + (0 if end in good or end == len(title) else 60)
                    if end not in found or sum_ < found[end][0]:
                        found[end] = (sum_, begin)
            costs.append(found)
        if len(title) in costs[-1]:
            cuts = [len(title)]
            for ends in reversed(costs[1:]):
                cuts.append(ends[cuts[-1]][1])
            return tuple([title[begin:end] for end, begin in zip(cuts[-2::-1], cuts[:0:-1], strict=True)])
    return (title,)


# ---------------------------------------------------------------- how a table is set

TEXT_WIDTH, TEXT_HEIGHT = 156 * 72 / 25.4, 225 * 72 / 25.4  # of 版心, in points
# The size of the type in points, and how many characters a column of text needs at least. What no size holds in the
# width of the text has a page of its own that is turned; only what that does not hold either is set smaller than 7 pt.
_UPRIGHT = ((14.0, 7.0), (12.0, 6.0), (10.5, 5.0), (9.0, 4.0))
_TURNED = (*_UPRIGHT, (8.0, 3.0), (7.0, 2.0))
_NEEDED = ((6.0, 1.0), (5.0, 1.0))
_WORD = re.compile("[!-~]+")  # what no line break divides
_LONGEST_WORD = 14.0
_HEAD = 4.0  # characters that a column needs at most for its head
_UNEVEN = 2.2
_SPARE = 1.15  # letters are wider than half a character, figures are not in all fonts


class Sheet(NamedTuple):
    """How a table is set; lengths in points."""

    size: float  # of the type
    is_turned: bool  # on a page that is turned
    widths: tuple[float, ...]  # of the columns, with what is between their text and their edges
    padding: float  # of a cell, left and right together


def sheet_of(table: Table, wide: float = TEXT_WIDTH, *, may_turn: bool = True) -> Sheet:
    """The table as large as it fits a text that is so wide; as wide as the text, or as the turned page."""
    cells = placed(table)
    columns = max([x + cell.columns for x, _, cell in cells], default=1)
    padding = 7.0 if columns < 10 else 4.0
    lengths: list[list[float]] = [[1.0] for _ in range(columns)]  # in characters, of the cells of each column
    heads = [1.0] * columns  # the longest of the head
    texts = [1.0] * columns  # and below it
    words = [1.0] * columns
    for x, y, cell in cells:
        lines = [line for run in runs_in(cell.blocks) for line in run.text.split("\n")]
        word = max([width_of(word) * _SPARE for line in lines for word in _WORD.findall(line)], default=1.0)
        word = min(word / cell.columns, _LONGEST_WORD)
        length = max(width_of("".join(lines)) / cell.columns, word)
        for column in range(x, x + cell.columns):
            lengths[column].append(length)
            words[column] = max(words[column], word)
            longest = heads if y < table.headers else texts
            longest[column] = max(longest[column], length)
    places: list[tuple[float, bool, tuple[tuple[float, float], ...]]] = [(wide, False, _UPRIGHT)]
    if may_turn:
        places += [(TEXT_HEIGHT, True, _TURNED), (TEXT_HEIGHT, True, _NEEDED)]
    else:
        places += [(wide, False, (*_TURNED[len(_UPRIGHT) :], *_NEEDED))]
    for room, is_turned, sizes in places:
        found = None
        for size, enough in sizes:
            free = (room - columns * padding) / size
            head = min(enough, _HEAD)
            needs = [
                max(word, min(text, enough), min(top, head))
                for word, text, top in zip(words, texts, heads, strict=True)
            ]
            if sum(needs) <= free:
                shares = _shared(free - sum(needs), lengths, needs)
                widths = _filling(room, [share * size + padding for share in shares])
                found = Sheet(size, is_turned, widths, padding)
                if _is_even(table, cells, shares, free):
                    return found
        if found is not None:
            return found
    room, is_turned, sizes = places[-1]
    return Sheet(sizes[-1][0], is_turned, _filling(room, [need + 1 for need in needs]), padding)


def _is_even(table: Table, cells: Sequence[tuple[int, int, Cell]], shares: Sequence[float], free: float) -> bool:
    """Whether the rows are not much higher than they need be: no column is left too narrow for what it says."""
    heights = [1] * len(table.rows)
    lengths = [0.0] * len(table.rows)
    for x, y, cell in cells:
        if cell.rows == 1 and y >= table.headers:
            length = width_of("".join([run.text for run in runs_in(cell.blocks)]))
            lengths[y] += length
            heights[y] = max(heights[y], ceil(length / sum(shares[x : x + cell.columns]) - 0.01))
    return sum(heights) <= _UNEVEN * sum([ceil(length / free) or 1 for length in lengths])


def _filling(room: float, widths: Sequence[float]) -> tuple[float, ...]:
    total = sum(widths)
    return tuple([round(width * room / total, 3) for width in widths])


def _shared(free: float, lengths: Sequence[Sequence[float]], needs: Sequence[float]) -> list[float]:
    """The widths of columns that need at least `needs`: what is left goes to those that have more to say."""
    missing = [max(long) - need for long, need in zip(lengths, needs, strict=True)]
    if sum(missing) <= free:
        return [need + more for need, more in zip(needs, missing, strict=True)]
    excess = [sum(max(0.0, wide - need) for wide in long) for long, need in zip(lengths, needs, strict=True)]
    shares = [min(more, free * part / sum(excess)) for more, part in zip(missing, excess, strict=True)]
    return [need + share for need, share in zip(needs, shares, strict=True)]


def placed(table: Table) -> list[tuple[int, int, Cell]]:
    """Column, row and cell of all cells; one that would lie on another is cut where that begins."""
    found: list[tuple[int, int, Cell]] = []
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(table.rows):
        x = 0
        for cell in row:
            while (x, y) in taken:
                x += 1
            columns = next((i for i in range(1, cell.columns) if (x + i, y) in taken), cell.columns)
            rows = min(cell.rows, len(table.rows) - y)
            taken.update((x + i, y + j) for i in range(columns) for j in range(rows))
            found.append((x, y, cell._replace(columns=columns, rows=rows)))
            x += columns
    return found


# ---------------------------------------------------------------- as text


def runs_in(blocks: Iterable[Block]) -> Iterator[Run]:
    """Every run in the blocks, however deep; a picture that is a block of its own is one too."""
    return chain.from_iterable(runs_of(blocks))


def lines_of(blocks: Iterable[Block]) -> Iterator[str]:
    """The words of every paragraph and caption in the blocks, however deep."""
    for runs in runs_of(blocks):
        yield "".join([run.text for run in runs])


def runs_of(blocks: Iterable[Block]) -> Iterator[Runs]:
    """The runs of every paragraph and caption in the blocks, however deep."""
    for block in blocks:
        match block:
            case Paragraph():
                yield block.runs
            case Figure():
                yield (Run(image=block.image), *block.caption)
            case List(items=parts) | Footnotes(notes=parts):
                for part in parts:
                    yield from runs_of(part)
            case Quote():
                yield from runs_of(block.blocks)
            case Table():
                yield block.caption
                for row in block.rows:
                    for cell in row:
                        yield from runs_of(cell.blocks)
            case Divider():
                pass


def text_of(paper: Paper) -> str:
    """The words of the document in reading order, a line for each paragraph and cell; footnotes come last.

    Marks that a reader sees before items, the numbers of footnotes and the texts of pictures are not among them.
    """
    lines = [*paper.issuers, "文件", paper.doc_no] if paper.red_head else []
    lines += (paper.title, paper.caption)
    for label, value in paper.facts:
        lines += (label, value)
    lines += lines_of(blocks_of(paper.html))
    if paper.attachments:
        lines += ("附件", *(file.title for file in paper.attachments))
    return "\n".join([line for line in lines if line])
