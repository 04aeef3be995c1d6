"""Turn an office file (docx, xlsx, pptx, OpenDocument, OFD, EPUB) into its texts, wherever it can hold one.

Exports `read_office`. Besides what is printed these are: notes, comments, deleted text, hidden sheets and rows,
properties, values kept of other workbooks, and files inside.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from posixpath import join, normpath
from xml.etree import ElementTree as ET

from sitegen.screening.packed import Package, damaged, refuse_doctype, xml_of
from sitegen.screening.parts import Found, Inside, Part
from sitegen.screening.patterns import later
from sitegen.screening.people import names_of
from sitegen.screening.spots import Spot

_CLEAN = "在 Word、Excel 或 WPS 里打开：文件—信息—检查文档，删除文档属性和个人信息后再保存。"
_STYLES = later(
    r"(.*/)?(styles\w*|settings|fontTable|theme\d*|webSettings|numbering|tableStyles|presProps|viewProps|calcChain"
    r"|\[Content_Types\]|manifest|container|people|\w*[pP]rops\d*)\.xml"
)

_FILES = later(r"(.*/)?(media|embeddings|Pictures|Res|ObjectReplacements)/[^/]+", re.IGNORECASE)


def read_office(package: Package) -> Iterator[Found]:
    """Everything that the file says, each text with its place; raises `UnreadError` where it cannot be read."""
    names = {member.filename for member in package.members}
    yield from _properties(package, names)
    done: set[str] = set()
    if "word/document.xml" in names:
        yield from _word(package, done)
    elif "xl/workbook.xml" in names:
        yield from _workbook(package, done)
    for member in package.members:
        name = member.filename
        if name in done or _STYLES.fullmatch(name) or name.startswith("docProps/thumbnail"):
            continue
        if name.endswith((".xml", ".xhtml", ".html")):
            yield from _other(name, xml_of(package.read(member)))
        elif _FILES.fullmatch(name) or name.lower().endswith((".jpg", ".jpeg", ".png", ".tif", ".tiff")):
            yield Inside(name.rpartition("/")[2], package.read(member))


def _local(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


# ---------------------------------------------------------------- properties

_AUTHORS = {
    "creator": "作者",
    "lastModifiedBy": "上次修改者",
    "initial-creator": "作者",
    "Manager": "经理",
    "Author": "作者",
    "printed-by": "打印者",
}


_TOLD_BY_PROGRAM = frozenset(("Manager", "Company", "HyperlinkBase", "lpstr"))  # of what is told beside the program


def _properties(package: Package, names: set[str]) -> Iterator[Found]:
    people: dict[str, None] = {}
    texts: list[str] = []
    for name in ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "meta.xml", "OFD.xml"):
        if name not in names or (data := package.named(name)) is None:
            continue
        for node in xml_of(data).iter():
            text = (node.text or "").strip()
            if not text or (name == "docProps/app.xml" and _local(node) not in _TOLD_BY_PROGRAM):
                continue
            texts.append(text)
            if (label := _AUTHORS.get(_local(node))) and names_of(text):
                people[label] = None
    if people:
        yield Spot("S240", 1, 1, f"文件属性里的{'、'.join(people)}是个人姓名", _CLEAN)
    if texts:
        yield Part("文件属性", "\n".join(texts))


# ---------------------------------------------------------------- docx

_WORD_PLACES: Mapping[str, str] = {
    "document": "",
    "header": "页眉",
    "footer": "页脚",
    "footnotes": "脚注",
    "endnotes": "尾注",
    "comments": "批注",
}
_CHANGES = {"ins": "插入", "del": "删除", "moveFrom": "移动", "moveTo": "移动"}


def _word(package: Package, done: set[str]) -> Iterator[Found]:
    changes = hidden = 0
    for member in package.members:
        kind = re.fullmatch(r"word/([a-z]+)\d*\.xml", member.filename)
        if kind is None or kind[1] not in _WORD_PLACES:
            continue
        done.add(member.filename)
        root = xml_of(package.read(member))
        changes += sum(1 for node in root.iter() if _local(node) in _CHANGES)
        hidden += sum(1 for node in root.iter() if _local(node) == "vanish" and _is_on(node))
        lines = list(_word_lines(root))
        if kind[1] == "comments" and (count := len(root)):
            yield Spot("S244", 1, 1, f"有 {count} 条批注，读者能看到", "审阅—删除批注，保存后再上传。")
        if lines:
            yield Part(_WORD_PLACES[kind[1]], "\n".join(lines))
    if changes:
        message = f"留有修订痕迹（{changes} 处），删去的文字读者也能看到"
        yield Spot("S245", 1, 1, message, "审阅—接受所有修订，停止修订，保存后再上传。")
    if hidden:
        yield Spot("S243", 1, 1, f"有隐藏的文字（{hidden} 处）", "全选，取消字体里的“隐藏”，删去不该公开的。")


def _is_on(node: ET.Element) -> bool:
    return not any(name.endswith("}val") and value in ("0", "false", "off") for name, value in node.attrib.items())


def _word_lines(node: ET.Element) -> Iterator[str]:
    """Paragraphs and table rows in their order, those in text boxes after the paragraph that holds them."""
    for child in node:
        name = _local(child)
        if name == "p":
            yield from _paragraph(child)
        elif name == "tbl":
            for row in child:
                if _local(row) == "tr":
                    cells = (cell for cell in row.iter() if _local(cell) == "tc")
                    yield "\t".join(" ".join(line.replace("\n", " ") for line in _word_lines(cell)) for cell in cells)
        elif name not in ("sectPr", "Fallback"):
            yield from _word_lines(child)


def _paragraph(node: ET.Element) -> Iterator[str]:
    words: list[str] = []
    apart: list[str] = []
    _words(node, words, apart)
    text = "".join(words)
    if text.strip():
        yield from text.split("\n")
    yield from apart


def _words(node: ET.Element, words: list[str], apart: list[str]) -> None:
    for child in node:
        name = _local(child)
        if name in ("t", "delText"):
            words.append(child.text or "")
        elif name == "tab":
            words.append(" ")
        elif name in ("br", "cr"):
            words.append("\n")
        elif name == "noBreakHyphen":
            words.append("-")
        elif name == "txbxContent":
            apart.extend(_word_lines(child))
        elif name in ("instrText", "docPr"):
            told = (child.text, child.get("descr"), child.get("title"))
            apart.extend(text for text in told if text and text.strip())
        elif name not in ("pPr", "rPr", "Fallback"):
            _words(child, words, apart)


# ---------------------------------------------------------------- xlsx

_CELL = later(r"([A-Z]{1,3})(\d+)")
_WIDEST = 300  # columns that are told apart; what lies further right follows without gaps


def _workbook(package: Package, done: set[str]) -> Iterator[Found]:
    shared: list[str] = []
    if (data := package.named("xl/sharedStrings.xml")) is not None:
        done.add("xl/sharedStrings.xml")
        shared = [_phrase(node) for node in xml_of(data) if _local(node) == "si"]
    done.add("xl/workbook.xml")
    book = xml_of(package.named("xl/workbook.xml") or b"")
    targets = _targets(package, "xl/_rels/workbook.xml.rels", "xl")
    hidden: list[str] = []
    names: list[str] = []
    for sheet in (node for node in book.iter() if _local(node) == "sheet"):
        name = sheet.get("name", "")
        names.append(name)
        key = next((value for attribute, value in sheet.attrib.items() if attribute.endswith("}id")), "")
        if sheet.get("state", "visible") != "visible":
            hidden.append(f"工作表“{name}”")
        target = targets.get(key, "")
        if target in done or (data := package.named(target)) is None:
            continue
        done.add(target)
        rows: list[int] = []
        columns = 0
        table: dict[int, str] = {}
        refuse_doctype(data)
        try:
            for _, node in ET.iterparse(io.BytesIO(data)):
                kind = _local(node)
                if kind == "row":
                    number = _number(node.get("r"), len(table) + 1)
                    table[number] = "\t".join(_cells(node, shared))
                    if node.get("hidden") in ("1", "true") and table[number].strip():
                        rows.append(number)
                    node.clear()
                elif kind == "col" and node.get("hidden") in ("1", "true"):
                    columns += min(_number(node.get("max"), 1), _WIDEST) - _number(node.get("min"), 1) + 1
                elif kind in _SHEET_TEXTS and (node.text or "").strip():
                    yield Part(f"工作表“{name}”的页眉页脚或提示", node.text or "")
        except ET.ParseError as error:
            raise damaged() from error
        if rows:
            hidden.append(f"工作表“{name}”的 {len(rows)} 行（第 {rows[0]} 行等）")
        if columns > 0 and any(text.strip() for text in table.values()):
            hidden.append(f"工作表“{name}”的 {columns} 列")
        numbers = tuple(table)
        yield Part(f"工作表“{name}”", "\n".join(_one_line(table[n]) for n in numbers), "行", numbers, is_table=True)
    if hidden:
        yield Spot("S243", 1, 1, f"有隐藏的内容：{'、'.join(hidden)}", "取消隐藏，删去不该公开的，保存后再上传。")
    if names:
        yield Part("工作表的名字", "\n".join(names))
    notes = [m.filename for m in package.members if re.fullmatch(r"xl/(threadedC|c)omments.*\.xml", m.filename)]
    if notes:
        yield Spot("S244", 1, 1, "单元格里有批注，读者能看到", "审阅—删除批注，保存后再上传。")


_SHEET_TEXTS = frozenset(
    (*("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"), "formula1", "formula2")
)


def _targets(package: Package, name: str, folder: str) -> Mapping[str, str]:
    data = package.named(name)
    if data is None:
        return {}
    return {
        node.get("Id", ""): normpath(join(folder, node.get("Target", ""))).lstrip("/")
        if not node.get("Target", "").startswith("/")
        else node.get("Target", "").lstrip("/")
        for node in xml_of(data)
    }


def _phrase(node: ET.Element) -> str:
    """The text of a shared or inline string, without what tells how to say it."""
    words = []
    for child in node:
        name = _local(child)
        if name == "t":
            words.append(child.text or "")
        elif name == "r":
            words.append(_phrase(child))
    return "".join(words)


def _cells(row: ET.Element, shared: list[str]) -> Iterator[str]:
    """The texts of the cells, an empty one for each that is left out."""
    column = 0
    for cell in row:
        found = _CELL.fullmatch(cell.get("r", ""))
        at = min(_column(found[1]), _WIDEST) if found else column + 1
        yield from [""] * (at - column - 1)
        column = max(at, column + 1)
        yield _value(cell, shared)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _value(cell: ET.Element, shared: list[str]) -> str:
    value = text = ""
    for child in cell:
        name = _local(child)
        if name == "v":
            value = child.text or ""
        elif name == "is":
            text = _phrase(child)
    kind = cell.get("t", "n")
    if kind == "s":
        number = _number(value, -1)
        return shared[number] if 0 <= number < len(shared) else ""
    if kind == "n" and "E" in value:
        return _whole(value)
    return text or value


def _whole(value: str) -> str:
    """A number in full: 13800138000 for 1.3800138E10."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if abs(number) < 1e20 and number == int(number) else value


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


# ---------------------------------------------------------------- all other parts

_BLOCKS = frozenset(("p", "h", "h1", "h2", "h3", "li", "td", "si", "TextCode", "text"))
_SPOKEN = ("descr", "title", "alt", "v")
_OTHER_PLACES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda name: "omments" in name, "批注"),
    (lambda name: "notesSlides" in name, "备注"),
    (lambda name: "slides/" in name, "幻灯片"),
    (lambda name: "pivotCache" in name, "数据透视表的缓存"),
    (lambda name: "externalLinks" in name, "引用别的工作簿而存下的数据"),
    (lambda name: "chart" in name, "图表"),
    (lambda name: "drawing" in name or "diagram" in name, "图形"),
    (lambda name: "Annot" in name, "注释"),
    (lambda name: name.startswith(("content.xml", "Doc_", "OEBPS")), ""),
)


def _other(name: str, root: ET.Element) -> Iterator[Part]:
    lines = [line for line in _lines(root) if line.strip()]
    if lines:
        place = next((place for is_it, place in _OTHER_PLACES if is_it(name)), f"内部文件 {name} ")
        yield Part(place, "\n".join(map(_one_line, lines)))


def _lines(node: ET.Element) -> Iterator[str]:
    name = _local(node)
    is_whole = name in ("table-row", "tr") or name in _BLOCKS
    for told in node.iter() if is_whole else (node,):
        yield from (told.attrib[key] for key in told.attrib if key.rpartition("}")[2] in _SPOKEN)
    if name in ("table-row", "tr"):
        yield "\t".join("".join(cell.itertext()) for cell in node)
    elif name in _BLOCKS:
        yield "".join(node.itertext())
    else:
        yield node.text or ""
        for child in node:
            yield from _lines(child)
            yield child.tail or ""
