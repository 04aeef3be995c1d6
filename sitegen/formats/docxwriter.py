"""Turn a `Paper` into a Word file set as official documents are: GB/T 9704—2012 on A4. Exports `write_word`.

The parts are written as text, since a document is a few hundred elements and its form is fixed: it takes milliseconds,
and no version of a library changes a byte.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from sitegen.formats import docxparts
from sitegen.formats.bundle import pack
from sitegen.formats.docxparts import CHARACTER, FANGSONG, HEI, KAI, LINE, PARTS, SONG_TITLE, TURNED_WIDTH, WIDTH, fonts
from sitegen.paper import (
    IMPRINT,
    WIDEST_CAPTION,
    Block,
    Cell,
    Divider,
    Figure,
    Footnotes,
    Image,
    List,
    Paper,
    Paragraph,
    Quote,
    Run,
    Runs,
    Table,
    blocks_of,
    facts_of,
    from_right,
    imprint_of,
    is_kept,
    is_title,
    lines_of,
    note_indent,
    notes_of,
    runs_in,
    sheet_of,
    title_lines,
    width_of,
)
from sitegen.screening.images import read_image

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML
_OF_BOTH = re.compile("[‘’“”—…·×÷±°§]")  # Word sets these as Latin text unless it is told otherwise
_BLANK_LINE = f'<w:spacing w:before="{LINE}"/>'
_BLANK_BELOW = f'<w:spacing w:after="{LINE}"/>'
_FLUSH = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
_CENTRED = '<w:jc w:val="center"/>'
_FREE = '<w:spacing w:line="240" w:lineRule="auto"/>'


class _Part(NamedTuple):
    """A part of the file that it does not always have."""

    name: str
    data: bytes


class _Place(NamedTuple):
    """Where a block stands: what its paragraphs have in common."""

    style: str = "BodyText"
    properties: str = ""  # of each paragraph, after its style
    list_level: int = -1
    left: int = 0  # how far from the margin, in a list or a quotation
    is_note: bool = False
    wide: int = WIDTH


# ---------------------------------------------------------------- small things


def _text(text: str) -> str:
    """The text as XML."""
    return escape(_ILLEGAL.sub("", text))


def _words(text: str) -> str:
    """The elements of a run that hold the text."""
    pieces = []
    for i, line in enumerate(text.split("\n")):
        if i:
            pieces.append("<w:br/>")
        for j, part in enumerate(line.split("\t")):
            if j:
                pieces.append("<w:tab/>")
            if part:
                pieces.append(f'<w:t xml:space="preserve">{_text(part)}</w:t>')
    return "".join(pieces)


def _run(text: str, properties: str = "") -> str:
    if "<w:rFonts" not in properties and _OF_BOTH.search(text):
        style = re.match("<w:rStyle[^>]*>", properties)
        end = style.end() if style else 0
        properties = f'{properties[:end]}<w:rFonts w:hint="eastAsia"/>{properties[end:]}'
    inside = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{inside}{_words(text)}</w:r>"


def _paragraph(style: str, properties: str, content: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def _indent(left: float, *, hanging: float = 0, right: float = 0) -> str:
    """An indent in characters of the body, as Word wants it: in hundredths of a character, and as a length."""
    parts = [f'w:leftChars="{round(left * 100)}" w:left="{round(left * CHARACTER)}"'] if left else []
    if right:
        parts.append(f'w:rightChars="{round(right * 100)}" w:right="{round(right * CHARACTER)}"')
    if hanging:
        parts.append(f'w:hangingChars="{round(hanging * 100)}" w:hanging="{round(hanging * CHARACTER)}"')
    else:
        parts.append('w:firstLineChars="0" w:firstLine="0"')
    return f"<w:ind {' '.join(parts)}/>"


# ---------------------------------------------------------------- writer


class _Writer:
    """Writes the body of one document, and gathers what its other parts must hold."""

    def __init__(self, blocks: Sequence[Block], images: Mapping[str, str], read: Callable[[str], bytes]) -> None:
        self.notes = notes_of(blocks)
        self.lists: list[int | None] = []
        self.media: dict[str, _Part] = {}  # by digest
        self._relations: dict[str, str] = {}  # what each says, by id
        self._links: dict[str, str] = {}  # id by address
        self._images = images
        self._read = read
        self._pictures = 0
        self._bookmarks = {name: number for number, name in enumerate(sorted(_targets(blocks)), 1)}
        self._times = Counter(run.note for run in runs_in(blocks) if run.note)
        self._noted: set[int] = set()

    @property
    def relations(self) -> str:
        """What the main part refers to besides the parts that every file has."""
        return "".join(self._relations.values())

    def footnotes(self) -> str:
        """The footnotes, as a part of the file."""
        place = _Place("FootnoteText", is_note=True)
        found = []
        for number, note in enumerate(self.notes, 1):
            mark = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
            content = "".join(self.blocks(note, place)) or _paragraph("FootnoteText", "", "")
            begin = content.find("</w:pPr>") + len("</w:pPr>")
            content = f"{content[:begin]}{mark}{_run(' ')}{content[begin:]}"
            found.append(f'<w:footnote w:id="{number}">{content}</w:footnote>')
        return "".join(found)

    def pages(self, written: list[str], blocks: Sequence[Block], *, is_free: bool) -> bool:
        """Write the blocks, wide tables and their headings on pages that are turned; whether the last page is turned.

        A table that begins the text takes what is `written` above it along, if that is free to be turned.
        """
        turned = _turned(blocks)
        before = is_free and 0 in turned
        for i in range(len(blocks)):
            is_turned = i in turned
            if is_turned != before:
                _end_page(written, is_turned=before)
            written += self._one(i, blocks, _Place(wide=TURNED_WIDTH if is_turned else WIDTH))
            before = is_turned
        return before

    def blocks(self, blocks: Sequence[Block], place: _Place) -> Iterator[str]:
        """The blocks, one below the other."""
        for i in range(len(blocks)):
            yield from self._one(i, blocks, place)

    def _one(self, i: int, blocks: Sequence[Block], place: _Place) -> Iterator[str]:
        match block := blocks[i]:
            case Paragraph():
                yield self._set(i, blocks, block, place)
            case Figure():
                yield from self._figure(block, place)
            case List():
                yield from self._list(block, place)
            case Quote():
                left = place.left + round(2 * CHARACTER)
                inside = f'<w:ind w:left="{left}" w:right="{round(2 * CHARACTER)}"/>'
                wide = place.wide - round(2 * CHARACTER)
                place = place._replace(style="Quote", properties=inside, left=left, wide=wide)
                yield from self.blocks(block.blocks, place)
            case Table():
                yield from self._table(block, place)
            case Divider():
                yield _paragraph("Normal", f"<w:pBdr>{_border('bottom', 4, '808080')}</w:pBdr>", "")
            case Footnotes():
                pass

    # -- paragraphs

    def _set(self, i: int, blocks: Sequence[Block], block: Paragraph, place: _Place) -> str:
        """A paragraph in the style that it has by its kind, or by the place where it stands."""
        own = _OWN.get(block.kind, "") if block.level or block.kind == "attachments" else ""
        content = self._marked(block.anchor, self.runs(block.runs, block.kind, own, is_note=place.is_note))
        if any(run.image for run in block.runs):
            is_item = place.properties.startswith("<w:numPr>")
            free = place.properties + _FREE if is_item else _FREE + place.properties
            return _paragraph(place.style, free, content)
        if block.kind == "code":
            return _paragraph("Code", place.properties, content)
        if place.style != "BodyText":
            return _paragraph(place.style, place.properties, content)
        before = _kind_at(blocks, i - 1)
        kept = "<w:keepNext/>" if is_kept(blocks, i) else ""
        if is_title(block, before):
            style = f"Heading{_level(block)}" if block.level else "Normal"
            own = f"{fonts(SONG_TITLE)}{_TITLE_SIZE}"
            content = self._marked(block.anchor, self.runs(block.runs, "", own, is_note=False))
            if before == "appendix":
                space = f'<w:spacing w:before="{LINE}" w:after="{LINE}"/>'
            else:  # the rules that a notice issues begin a page
                is_captioned = _kind_at(blocks, i + 1) == "text-caption"
                space = ("<w:pageBreakBefore/>" if i else "") + ("" if is_captioned else _BLANK_BELOW)
            return _paragraph(style, space + _FLUSH + _CENTRED, content)
        if block.level:
            return self._heading(i, block, content)
        match block.kind:
            case "addressee":
                return _paragraph("Addressee", "", content)
            case "attach-note":
                return _paragraph("AttachmentNote", kept + _note_properties(block.text, before), content)
            case "signature" | "sign-date":
                space = "" if before in ("signature", "sign-date") else f'<w:spacing w:before="{2 * LINE}"/>'
                style = "Signature" if block.kind == "signature" else "Date"
                return _paragraph(style, space + _indent(0, right=from_right(blocks, i)), content)
            case "annotation":
                return _paragraph("Annotation", "", content)
            case "appendix":
                return _paragraph("Appendix", "", content)
            case "text-caption":
                return _paragraph("Origin", _BLANK_BELOW, content)
            case "copy-to" | "printed":
                return self._imprint(i, blocks, block, content)
            case "attachments":
                return _paragraph("Normal", f"<w:keepNext/>{_BLANK_LINE}", content)
            case "attachment":
                return _paragraph("Normal", _indent(2), content)
        return _paragraph("BodyText", kept, content)

    def _heading(self, i: int, block: Paragraph, content: str) -> str:
        properties = ""
        if block.kind == "chapter":
            properties = (_BLANK_LINE if i else "") + _FLUSH + _CENTRED
        return _paragraph(f"Heading{_level(block)}", properties, content)

    def _imprint(self, i: int, blocks: Sequence[Block], block: Paragraph, content: str) -> str:
        """A line of 版记, which is a table at the foot of its page; the 印发日期 stands at the right (7.4)."""
        is_first = _kind_at(blocks, i - 1) not in IMPRINT
        is_last = _kind_at(blocks, i + 1) not in IMPRINT
        runs, printed = imprint_of(block)
        if printed:
            runs = (*runs[:-1], runs[-1]._replace(text=f"{runs[-1].text}\t{printed}"))
            content = self._marked(block.anchor, self.runs(runs, block.kind, is_note=False))
        borders = (_border("top", 8) if is_first else "") + _border("bottom", 8 if is_last else 6)
        row = (
            f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{WIDTH}" w:type="dxa"/>'
            f"<w:tcBorders>{borders}</w:tcBorders></w:tcPr>{_paragraph('Imprint', '', content)}</w:tc></w:tr>"
        )
        opening = f'<w:tbl><w:tblPr>{_AT_FOOT}</w:tblPr><w:tblGrid><w:gridCol w:w="{WIDTH}"/></w:tblGrid>'
        return (opening if is_first else "") + row + ("</w:tbl>" + _paragraph("TableText", "", "") if is_last else "")

    def _marked(self, anchor: str, content: str) -> str:
        """The content with a bookmark, if a link of the text leads there."""
        number = self._bookmarks.get(anchor)
        return _bookmarked(number, f"_to{number}", content) if number else content

    # -- inside a line

    def runs(self, runs: Runs, kind: str = "", own: str = "", *, is_note: bool) -> str:
        """The runs of a paragraph of this kind; `own` are properties that each of them gets."""
        found: list[str] = []
        for run in runs:
            if run.note:
                found.append(self._note(run.note, is_note=is_note))
                continue
            content = self._picture(run.image, WIDTH) if run.image else _run(run.text, _properties(run, kind, own))
            found.append(self._linked(run.link, content) if run.link else content)
        return "".join(found)

    def _linked(self, address: str, content: str) -> str:
        if address.startswith("#"):
            number = self._bookmarks.get(address[1:])
            return f'<w:hyperlink w:anchor="_to{number}" w:history="1">{content}</w:hyperlink>' if number else content
        name = self._links.get(address)
        if name is None:
            name = self._links[address] = self._relate("hyperlink", _text(address), is_outside=True)
        return f'<w:hyperlink r:id="{name}" w:history="1">{content}</w:hyperlink>'

    def _relate(self, kind: str, target: str, *, is_outside: bool) -> str:
        name = f"rId{len(self._relations) + 100}"
        self._relations[name] = docxparts.relation(name, kind, target, is_outside=is_outside)
        return name

    def _note(self, number: int, *, is_note: bool) -> str:
        """The mark of a footnote; a second one refers to the first, as Word has each footnote once."""
        style = '<w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
        if is_note or not 1 <= number <= len(self.notes):
            return f"<w:r>{style}<w:t>{number}</w:t></w:r>"
        if number in self._noted:
            field = f'<w:fldSimple w:instr=" NOTEREF _note{number} \\h ">'
            return f"{field}<w:r>{style}<w:t>{number}</w:t></w:r></w:fldSimple>"
        self._noted.add(number)
        mark = f'<w:r>{style}<w:footnoteReference w:id="{number}"/></w:r>'
        if self._times[number] == 1:
            return mark
        return _bookmarked(10_000 + number, f"_note{number}", mark)

    # -- pictures

    def _figure(self, block: Figure, place: _Place) -> Iterator[str]:
        content = self._picture(block.image, place.wide - place.left)
        yield _paragraph("Figure", "" if block.caption else '<w:keepNext w:val="0"/>', content)
        if block.caption:
            yield _paragraph("Caption", "", self.runs(block.caption, is_note=place.is_note))

    def _picture(self, image: Image, wide: int) -> str:
        """The picture as large as it is or as fits the page; its text where Word cannot show it."""
        digest = self._images.get(image.src, "")
        data = self._read(digest) if digest and digest not in self.media else b""
        known = self.media[digest].data if digest in self.media else data
        kind = next((kind for start, kind in _PICTURES if known.startswith(start)), "")
        size = read_image(known) if kind else None
        if size is None or not size.is_whole:
            return _run(f"（图片：{image.text}）") if image.text else ""
        if digest not in self.media:
            name = f"media/image{len(self.media) + 1}.{kind}"
            self.media[digest] = _Part(f"word/{name}", data)
            self._links[f"picture {digest}"] = self._relate("image", name, is_outside=False)
        width, height = image.width or size.width, image.height or size.height
        if bool(image.width) != bool(image.height):  # the other follows
            width = image.width or round(size.width * image.height / size.height)
            height = image.height or round(size.height * image.width / size.width)
        across, down = width * _PIXEL, height * _PIXEL
        scale = min(1.0, wide * _TWIP / across, _TALLEST / down)
        self._pictures += 1
        return _drawing(
            self._links[f"picture {digest}"], self._pictures, image.text, round(across * scale), round(down * scale)
        )

    # -- lists and tables

    def _list(self, block: List, place: _Place) -> Iterator[str]:
        self.lists.append(block.first)
        number = len(self.lists)
        level = min(place.list_level + 1, 8)
        left = round((level + 1) * 2 * CHARACTER) + docxparts.HANGING
        style = "ListParagraph" if place.style in ("BodyText", "Quote") else place.style
        numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        inside = place._replace(
            style=style, properties=f'<w:ind w:left="{left}" w:firstLine="0"/>', list_level=level, left=left
        )
        for item in block.items:
            if item and isinstance(item[0], Paragraph):
                yield from self.blocks(item[:1], inside._replace(properties=numbered))
                yield from self.blocks(item[1:], inside)
            else:
                yield _paragraph(style, numbered, "")
                yield from self.blocks(item, inside)

    def _table(self, block: Table, place: _Place) -> Iterator[str]:
        if block.caption:
            yield _paragraph("Caption", "<w:keepNext/>", self.runs(block.caption, is_note=place.is_note))
        sheet = sheet_of(block, (place.wide - place.left) / 20, may_turn=False)
        size, widths = round(2 * sheet.size), _twips(sheet.widths, place.wide - place.left)
        indent = f'<w:tblInd w:w="{place.left}" w:type="dxa"/>' if place.left else ""
        side = f'w:w="{int(10 * sheet.padding) - _SLACK}" w:type="dxa"'
        margins = f"<w:tblCellMar><w:left {side}/><w:right {side}/></w:tblCellMar>"
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        borders = "".join(_border(side, 4) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
        yield (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>{indent}<w:tblBorders>{borders}</w:tblBorders>'
            f'<w:tblLayout w:type="fixed"/>{margins}</w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>"
        )
        reaching: dict[int, tuple[int, int]] = {}  # by column: rows left and columns of a cell above
        for number, row in enumerate(block.rows):
            cells = iter(row)
            column = 0
            written: list[str] = []
            while column < len(widths):
                left, span = reaching.pop(column, (0, 0))
                if left:
                    written.append(_cell(widths[column : column + span], span, "<w:vMerge/>", ""))
                    if left > 1:
                        reaching[column] = (left - 1, span)
                    column += span
                    continue
                cell = next(cells, Cell(()))
                span = min(
                    cell.columns, len(widths) - column, *(place - column for place in reaching if place > column)
                )
                if cell.rows > 1:
                    reaching[column] = (cell.rows - 1, span)
                wide = widths[column : column + span]
                merge = '<w:vMerge w:val="restart"/>' if cell.rows > 1 else ""
                written.append(_cell(wide, span, merge, self._in_cell(cell, size, sum(wide) - int(20 * sheet.padding))))
                column += span
            longest = max((len(text) for cell in row for text in lines_of(cell.blocks)), default=0)
            properties = "<w:cantSplit/>" if longest <= _LONGEST_KEPT else ""
            properties += "<w:tblHeader/>" if number < block.headers else ""
            yield f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(written)}</w:tr>"
        yield "</w:tbl>"
        yield _paragraph("TableText", "", "")  # Word joins tables that follow each other, and ends a cell with this

    def _in_cell(self, cell: Cell, size: int, wide: int) -> str:
        align = {"center": "center", "right": "right", "num": "right"}.get(
            cell.align, "center" if cell.is_header else "left"
        )
        place = _Place("TableText", f'<w:jc w:val="{align}"/>', wide=wide)
        own = (fonts(HEI) if cell.is_header else "") + ("" if size == _TABLE_SIZE else docxparts.size(size))
        found: list[str] = []
        for i, block in enumerate(cell.blocks):
            if isinstance(block, Paragraph) and not any(run.image for run in block.runs):
                runs = self._marked(block.anchor, self.runs(block.runs, "", own, is_note=False))
                found.append(_paragraph("TableText", place.properties, runs))
            else:
                found += self.blocks(cell.blocks[i : i + 1], place)
        return "".join(found) or _paragraph("TableText", place.properties, "")


# ---------------------------------------------------------------- paragraphs

_TITLE_SIZE = docxparts.size(44)
_AT_FOOT = (
    '<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="margin" w:horzAnchor="margin"'
    ' w:tblpXSpec="left" w:tblpYSpec="bottom"/>'
    f'<w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
)
_OWN = {
    "level-1": fonts(HEI),
    "level-2": fonts(KAI),
    "chapter": fonts(HEI),
    "attachments": fonts(HEI),
}  # of headings; of paragraphs only `_RUN_IN`


def _border(side: str, eighths: int, color: str = "auto") -> str:
    return f'<w:{side} w:val="single" w:sz="{eighths}" w:space="0" w:color="{color}"/>'


def _bookmarked(number: int, name: str, content: str) -> str:
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


def _kind_at(blocks: Sequence[Block], i: int) -> str:
    block = blocks[i] if 0 <= i < len(blocks) else None
    return block.kind if isinstance(block, Paragraph) else ""


def _level(block: Paragraph) -> int:
    """The level in Word: h2 is the highest on a page."""
    return min(max(block.level - 1, 1), 5)


def _note_properties(text: str, before: str) -> str:
    """附件说明: below a blank line, the names one below the other (GB/T 9704 7.3.4)."""
    is_first = before != "attach-note"
    left, hanging = note_indent(text)
    return (_BLANK_LINE if is_first else "") + _indent(left + hanging, hanging=hanging)


_RUN_IN = {"level-1": HEI, "level-2": KAI}


def _properties(run: Run, kind: str, own: str) -> str:
    """The properties of a run in a paragraph of this kind, in the order that the schema wants."""
    style = ""
    if run.link and run.role != "cite":
        style = "Hyperlink"
    elif run.role == "article-no":
        style = "ArticleNumber"
    face = ""
    if run.is_code:
        face = fonts(FANGSONG, "Courier New")
    elif run.is_italic:
        face = fonts(KAI)
    elif run.role == "run-in" and kind in _RUN_IN:
        face = fonts(_RUN_IN[kind])
    else:
        face = own
    bold = "<w:b/>" if run.is_bold else ""
    raised = '<w:vertAlign w:val="superscript"/>' if run.is_raised else ""
    return (f'<w:rStyle w:val="{style}"/>' if style else "") + face + bold + raised


# ---------------------------------------------------------------- pictures

_PICTURES = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"))
_PIXEL = 9525  # English metric units, of which a twentieth of a point has 635
_TWIP = 635
_TALLEST = 200 * 36_000


def _drawing(relation: str, number: int, text: str, width: int, height: int) -> str:
    named = f'id="{number}" name="图片{number}" descr="{_text(text)}"'
    return (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr {named}/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f"<pic:pic><pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


# ---------------------------------------------------------------- tables

_TABLE_SIZE = 24  # in half points: that of the style
_SLACK = 8  # twentieths of a point at each side of a cell, for what rounding takes of a column
_LONGEST_KEPT = 200  # characters of a cell whose row is not cut at the end of a page


def _turned(blocks: Sequence[Block]) -> set[int]:
    """Which of the blocks stand on pages that are turned: wide tables, and the headings above them."""
    found: set[int] = set()
    for i, block in enumerate(blocks):
        if isinstance(block, Table) and sheet_of(block).is_turned:
            found.add(i)
            while i and isinstance(above := blocks[i - 1], Paragraph) and above.level:
                i -= 1
                found.add(i)
    return found


def _end_page(written: list[str], *, is_turned: bool) -> None:
    """Let what comes next stand on pages of another kind: the last paragraph tells of what kind those up to it are."""
    before, _, after = written[-1].rpartition("</w:pPr>")
    written[-1] = f"{before}{docxparts.section(is_turned=is_turned)}</w:pPr>{after}"


def _twips(widths: Sequence[float], wide: int) -> list[int]:
    found = [int(width * 20) for width in widths]
    found[-1] += wide - sum(found)
    return found


def _cell(widths: Sequence[int], span: int, merge: str, content: str) -> str:
    across = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    properties = f'<w:tcW w:w="{sum(widths)}" w:type="dxa"/>{across}{merge}<w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content or _paragraph('TableText', '', '')}</w:tc>"


# ---------------------------------------------------------------- what is in the blocks


def _anchors(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph) and block.anchor:
            yield block.anchor


def _targets(blocks: Sequence[Block]) -> set[str]:
    """The anchors to which a link of the text leads."""
    wanted = {run.link[1:] for run in runs_in(blocks) if run.link.startswith("#")}
    return wanted.intersection(_anchors(blocks))


# ---------------------------------------------------------------- the head


def _head(paper: Paper) -> Iterator[str]:
    """发文机关标志, 文号 and the red line, if the site wants them; title and 题注; what the column's kind says."""
    if paper.red_head:
        yield from _red_head(paper)
    lines = title_lines(paper.title)
    space = f'<w:spacing w:before="{2 * LINE if paper.red_head else 0}" w:after="{0 if paper.caption else LINE}"/>'
    yield _paragraph("Title", space, _run("\n".join(lines)))
    if paper.caption:
        yield _paragraph("Origin", _BLANK_BELOW, _run("\n".join(title_lines(paper.caption, WIDEST_CAPTION))))


def _red_head(paper: Paper) -> Iterator[str]:
    """One agency in one line; of several each has its own, with 文件 at the right of them all (GB/T 9704 7.2.4)."""
    top = '<w:spacing w:before="1984"/>'  # 35 mm
    if len(paper.issuers) <= 1:
        text = "".join(paper.issuers) + "文件"
        yield _paragraph("RedHead", top, _run(text, docxparts.size(_red_size(width_of(text), WIDTH))))
    else:
        right = round(6 * CHARACTER)
        size = docxparts.size(_red_size(max(map(width_of, paper.issuers)), WIDTH - right))
        names = "".join(
            _paragraph("RedHead", ("" if i else top) + '<w:jc w:val="distribute"/>', _run(name, size))
            for i, name in enumerate(paper.issuers)
        )
        cells = (
            f'<w:tc><w:tcPr><w:tcW w:w="{WIDTH - right}" w:type="dxa"/></w:tcPr>{names}</w:tc>'
            f'<w:tc><w:tcPr><w:tcW w:w="{right}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            f"{_paragraph('RedHead', top, _run('文件', size))}</w:tc>"
        )
        yield (
            f'<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
            f'<w:tblGrid><w:gridCol w:w="{WIDTH - right}"/><w:gridCol w:w="{right}"/></w:tblGrid>'
            f"<w:tr>{cells}</w:tr></w:tbl>"
        )
    line = '<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="11" w:color="FF0000"/></w:pBdr>'  # 4 mm below
    content = _run(paper.doc_no) if paper.doc_no else ""
    yield _paragraph("Normal", f'{line}<w:spacing w:before="{2 * LINE}"/>{_CENTRED}', content)


def _red_size(characters: float, wide: int) -> int:
    """In half points: as large as fits one line, but not above 54 pt."""
    return min(108, int((wide - 2 * 114) / 10 / max(characters, 1)))


def _attachments(paper: Paper) -> tuple[Block, ...]:
    """The list of attachments that the page has below the text, if it has any."""
    if not paper.attachments:
        return ()
    names = tuple([Paragraph((Run(file.title, link=file.url),), "attachment") for file in paper.attachments])
    return (Paragraph((Run("附件"),), "attachments"), *names)


# ---------------------------------------------------------------- the file


def write_word(paper: Paper, read: Callable[[str], bytes]) -> bytes:
    """The bytes of the file; `read` gives those of a picture by its digest."""
    blocks = blocks_of(paper.html)
    writer = _Writer(blocks, dict(paper.images), read)
    body = [*_head(paper)]
    body += writer.blocks(facts_of(paper), _Place())
    shown: list[Block] = [block for block in blocks if not isinstance(block, Footnotes)]
    end = len(shown)  # 版记 is the last of all
    while end and _kind_at(shown, end - 1) in IMPRINT:
        end -= 1
    shown[end:end] = _attachments(paper)
    is_turned = writer.pages(body, shown, is_free=not (paper.facts or paper.red_head))
    moment = f"{paper.day.isoformat()}T00:00:00Z"
    parts = {
        "word/document.xml": docxparts.document("".join(body), is_turned=is_turned),
        "word/footnotes.xml": docxparts.footnotes(writer.footnotes()),
        "word/numbering.xml": docxparts.numbering(writer.lists),
        "word/_rels/document.xml.rels": docxparts.relations(writer.relations),
        "docProps/core.xml": docxparts.properties(
            _text(paper.title),
            _text("、".join(paper.issuers)),
            _text(paper.doc_no),
            _text(paper.address),
            paper.language,
            moment,
        ),
    }
    return pack(
        (
            *((name, data, False) for name, data in PARTS.items()),
            *((name, text.encode(), False) for name, text in parts.items()),
            *((picture.name, picture.data, True) for picture in writer.media.values()),
        )
    )
