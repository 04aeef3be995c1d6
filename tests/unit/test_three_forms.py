"""The page, the Word file and the PDF file of a document have the same words in the same order.

Each form is read by what knows nothing of how it was made: the finished page by the parser of the standard library, the
Word file from its XML, the PDF by its tags, as a screen reader reads it.

What is not compared, and nothing else:

- white space, line breaks, hyphens that a line break may have;
- on the page, what is about the document and not of it: the badge, the line below the title, notices, corrections,
  the outline, who is responsible (`_ABOUT`), hints for the eye (`aria-hidden`), kinds and sizes of attachments;
- marks that each program makes by itself: those of items, the numbers of footnotes where they stand, page numbers and
  repeated heads of tables (not in the tags, as they are no part of the text);
- where a footnote stands: on the page and in Word below the text, in a PDF on its page. Here they come last;
- where 发文机关标志 is wanted: it is on paper only, and has a test of its own.

A picture counts as its text alternative, whether the form can show it or not.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf.generic import ContentStream, DictionaryObject

from sitegen.catalog import Catalog, build_catalog
from sitegen.formats import FORMATS, compile_templates
from sitegen.load import load_tree
from sitegen.markdown import parse_body, render_body
from sitegen.model import Downloads, History, Kit, Link, Task
from sitegen.paper import Paper, PaperFile
from sitegen.views import document, downloads

REPO = Path(__file__).resolve().parents[2]
CORPUS = REPO.parent / "shared" / "corpus"


class Words(NamedTuple):
    """What a reader reads, without white space; the footnotes in the order of their numbers."""

    text: str
    notes: tuple[str, ...] = ()


def bare(text: str) -> str:
    return "".join(text.split())


def picture(alternative: str) -> str:
    return f"（图片：{alternative}）" if alternative else ""


# ---------------------------------------------------------------- the page

_ABOUT = frozenset({"badge", "line", "notice", "outline", "outline-switch", "roles", "vh", "footnote-ref", "footnote-back"})
_EMPTY = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_ENDS_BEFORE = {
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "tbody": {"td", "th", "tr", "thead"},
    "li": {"li"},
}


class PageReader(HTMLParser):
    """The words of the article of a page and the titles of the attachments below it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.notes: list[list[str]] = []
        self._open: list[tuple[str, frozenset[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = set((given.get("class") or "").split())
        if given.get("aria-hidden") == "true":
            names.add("vh")
        if tag == "img":
            self._say(picture(given.get("alt") or ""))
        if tag in _EMPTY:
            return
        while self._open and self._open[-1][0] in _ENDS_BEFORE.get(tag, ()):
            self._open.pop()
        if re.fullmatch("fn[0-9]+", given.get("id") or "") and tag == "li":
            self.notes.append([])
            names.add("note")
        self._open.append((tag, frozenset({*names, f"#{given.get('id')}"})))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self._say(data)

    def _say(self, text: str) -> None:
        tags = {tag for tag, _ in self._open}
        names = frozenset().union(*(names for _, names in self._open))
        is_file = "#attachments" in names and tags & {"a", "h2"}
        if not names & _ABOUT and ("article" in tags or is_file):
            (self.notes[-1] if "note" in names else self.text).append(text)


def words_of_page(html: str) -> Words:
    reader = PageReader(html)
    return Words(bare("".join(reader.text)), tuple(bare("".join(note)) for note in reader.notes))


# ---------------------------------------------------------------- Word

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"


def words_of_word(data: bytes) -> Words:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        main, notes = (etree.fromstring(file.read(f"word/{name}.xml")) for name in ("document", "footnotes"))
    found = {int(note.get(f"{_W}id")): bare("".join(_said_in_word(note))) for note in notes}
    return Words(bare("".join(_said_in_word(main))), tuple(found[number] for number in sorted(found) if number > 0))


def _said_in_word(element: etree._Element) -> Iterator[str]:
    for run in element.iter(f"{_W}r"):
        if run.find(f"{_W}rPr/{_W}rStyle[@{_W}val='FootnoteReference']") is not None:
            continue
        for part in run.iter(f"{_W}t", _DRAWN):
            yield picture(part.get("descr")) if part.tag == _DRAWN else part.text or ""


# ---------------------------------------------------------------- PDF


def words_of_pdf(data: bytes) -> Words:
    """The words by the structure tree: what is not in it (page numbers, repeated heads, rules) is no text."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    marked = {page.indirect_reference.idnum: _marked(page) for page in reader.pages if page.indirect_reference}
    root: Any = reader.trailer["/Root"]
    text: list[str] = []
    notes: list[list[str]] = []
    _read(root["/StructTreeRoot"]["/K"], 0, marked, text, notes)
    return Words(bare("".join(text)), tuple(bare("".join(note)) for note in notes))


def _read(node: Any, page: int, marked: Mapping[int, Mapping[int, str]], text: list[str], notes: list[list[str]]) -> None:
    if isinstance(node, int):
        text.append(marked[page].get(node, ""))
        return
    node = node.get_object()
    if isinstance(node, list):
        for part in node:
            _read(part, page, marked, text, notes)
    elif isinstance(node, int):
        text.append(marked[page].get(node, ""))
    elif isinstance(node, DictionaryObject):
        kind = node.get("/S")
        if "/Pg" in node:
            page = node.raw_get("/Pg").idnum
        if node.get("/Type") == "/MCR":
            text.append(marked[page].get(int(node["/MCID"]), ""))
        elif kind == "/Figure":
            text.append(picture(str(node.get("/Alt", ""))))
        elif kind == "/Note":
            notes.append([])
            _read(node.get("/K", DictionaryObject()), page, marked, notes[-1], notes)
        elif kind == "/Lbl":  # of an item or a footnote; the note itself may be in it
            _read(node.get("/K", DictionaryObject()), page, marked, [], notes)
        elif "/K" in node:
            _read(node["/K"], page, marked, text, notes)


def _marked(page: Any) -> dict[int, str]:
    """The text of a page by the number of its marked content."""
    fonts = {name: _table(font.get_object()) for name, font in page["/Resources"].get("/Font", {}).items()}
    found: dict[int, str] = {}
    open_: list[tuple[int, str | None]] = []
    font: dict[bytes, str] = {}
    for operands, operator in ContentStream(page.get_contents(), None).operations:
        if operator in (b"BDC", b"BMC"):
            given = operands[1] if len(operands) > 1 and isinstance(operands[1], DictionaryObject) else {}
            open_.append((int(given.get("/MCID", -1)), given.get("/ActualText")))
            number, instead = _standing(open_)
            if "/ActualText" in given:
                found[number] = found.get(number, "") + str(instead)
        elif operator == b"EMC":
            open_.pop()
        elif operator == b"Tf":
            font = fonts[operands[0]]
        elif operator in (b"Tj", b"TJ"):
            number, instead = _standing(open_)
            if number < 0 or instead is not None:
                continue
            for part in operands[0] if operator == b"TJ" else operands:
                if not isinstance(part, int | float):
                    codes = part.original_bytes
                    found[number] = found.get(number, "") + "".join(
                        font[codes[i : i + 2]] for i in range(0, len(codes), 2)
                    )
    return found


def _standing(marks: list[tuple[int, str | None]]) -> tuple[int, str | None]:
    number = next((number for number, _ in reversed(marks) if number >= 0), -1)
    return number, next((instead for _, instead in reversed(marks) if instead is not None), None)


def _table(font: Any) -> dict[bytes, str]:
    """What each code of two bytes stands for (ISO 32000 9.10.3)."""
    table: dict[bytes, str] = {}
    text = font["/ToUnicode"].get_data().decode("latin-1")
    for section in re.findall("beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, to in re.findall("<([0-9A-Fa-f]+)>\\s*<([0-9A-Fa-f]*)>", section):
            table[bytes.fromhex(code)] = bytes.fromhex(to).decode("utf-16-be")
    for section in re.findall("beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, to in re.findall("<([0-9A-Fa-f]+)>\\s*<([0-9A-Fa-f]+)>\\s*<([0-9A-Fa-f]+)>", section):
            start = int(to, 16)
            for code in range(int(first, 16), int(last, 16) + 1):
                table[code.to_bytes(2, "big")] = chr(start + code - int(first, 16))
    return table
