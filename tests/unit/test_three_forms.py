"""The page, the Word file and the PDF file of a document have the same words in the same order.

Each form is read by what knows nothing of how it was made: the finished page by the parser of the standard library, the
Word file from its XML, the PDF by its tags, as a screen reader reads it.

What is not compared, and nothing else:

- white space and line breaks; characters that only join others or choose their look;
- on the page, what is about the document and not of it: the badge, whether it is in force, the line below the title,
  notices, corrections, the outline, who is responsible (`_ABOUT`), hints for the eye (`aria-hidden`), kinds and sizes
  of attachments;
- marks that each program makes by itself: those of items, the numbers of footnotes where they stand, page numbers and
  repeated heads of tables (not in the tags, as they are no part of the text);
- where a footnote stands: on the page and in Word below the text, in a PDF on its page. Here they come last;
- where 版记 stands: on paper at the foot of the last page, below the list of attachments. So it does here;
- where 发文机关标志 is wanted: it is on paper only, and has a test of its own.

A picture counts as its text alternative, whether the form can show it or not. A character that no font has stands in a
PDF as its number, 〔U+20BB7〕, and counts as what the number says; what explains the number is not compared.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import category

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf.generic import DictionaryObject

from sitegen.catalog import Catalog, build_catalog
from sitegen.fonts import find_fonts, system_folders
from sitegen.formats import FORMATS, compile_templates
from sitegen.importers import IMPORTERS
from sitegen.load import load_tree
from sitegen.markdown import parse_body, render_body
from sitegen.model import Downloads, Font, History, Kit, Link, Task
from sitegen.paper import Paper
from sitegen.views import document, downloads
from tests.story import Site

REPO = Path(__file__).resolve().parents[2]
CORPUS = REPO.parent / "shared" / "corpus"


class Words(NamedTuple):
    """What a reader reads, without white space; the footnotes in the order of their numbers."""

    text: str
    notes: tuple[str, ...] = ()


def bare(text: str) -> str:
    return "".join([c for c in text if not c.isspace() and category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f"])


def picture(alternative: str) -> str:
    return f"（图片：{alternative}）" if alternative else ""


# ---------------------------------------------------------------- the page

_ABOUT = frozenset(
    {"badge", "standing", "line", "notice", "outline", "outline-switch", "roles", "vh", "footnote-ref", "footnote-back"}
)
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
        self.foot: list[str] = []
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
            if "note" in names:
                self.notes[-1].append(text)
            elif names & {"copy-to", "printed"}:
                self.foot.append(text)
            else:
                if self.foot and "article" in tags and text.strip():  # it was not the foot of all
                    self.text += self.foot
                    self.foot = []
                self.text.append(text)


def words_of_page(html: str) -> Words:
    reader = PageReader(html)
    return Words(bare("".join([*reader.text, *reader.foot])), tuple(bare("".join(note)) for note in reader.notes))


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
    tables: dict[int, dict[bytes, str]] = {}
    marked = {page.indirect_reference.idnum: _marked(page, tables) for page in reader.pages if page.indirect_reference}
    root: Any = reader.trailer["/Root"]
    text: list[str] = []
    notes: list[list[str]] = []
    _read(root["/StructTreeRoot"]["/K"], 0, marked, text, notes)
    body = _counted(bare("".join(text)))
    return Words(_EXPLAINED.sub("", body), tuple(_counted(bare("".join(note))) for note in notes))


_EXPLAINED = re.compile("注：〔U[+]……〕表示本文件所用的字体里没有的字，.*?原字见本文件的网页和文字版。$")


def _counted(text: str) -> str:
    """The text with the characters that are there as numbers."""
    return re.sub(
        "〔((?:U[+][0-9A-F]{4,6})+)〕", lambda match: "".join(chr(int(n, 16)) for n in match[1].split("U+")[1:]), text
    )


def _read(
    node: Any, page: int, marked: Mapping[int, Mapping[int, str]], text: list[str], notes: list[list[str]]
) -> None:
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


_STRING = rb"\((?:[^()\\]|\\.)*\)"
for _ in range(4):  # brackets in pairs need no escape
    _STRING = rb"\((?:[^()\\]|\\.|" + _STRING + rb")*\)"
_HEX = rb"<[0-9A-Fa-f]*>"
_TOKEN = re.compile(
    rb"/\w+\s*(?:<<(?P<begin>(?:" + _STRING + b"|" + _HEX + rb"|[^<>()])*)>>\s*BDC|(?P<plain>BMC))|(?P<end>EMC)"
    rb"|/(?P<font>\w+) [0-9.]+ Tf|(?P<text>" + _STRING + b"|" + _HEX + b")",
    re.DOTALL,
)
_MCID = re.compile(rb"/MCID (\d+)")
_INSTEAD = re.compile(rb"/ActualText\s*(" + _STRING + b"|" + _HEX + b")", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _marked(page: Any, tables: dict[int, dict[bytes, str]]) -> dict[int, str]:
    """The text of a page by the number of its marked content; such a stretch is in one font."""
    fonts = {}
    for name, font in page["/Resources"].get("/Font", {}).items():
        number = page["/Resources"]["/Font"].raw_get(name).idnum
        fonts[name[1:].encode()] = tables[number] if number in tables else tables.setdefault(number, _table(font))
    found: dict[int, str] = {}
    marks: list[tuple[int, bool]] = []  # the number, and whether a text stands in for what is shown
    font = {}
    for token in _TOKEN.finditer(page.get_contents().get_data()):
        if token["begin"] is not None:
            number, is_told = marks[-1] if marks else (-1, False)
            if own := _MCID.search(token["begin"]):
                number = int(own[1])
            if (instead := _INSTEAD.search(token["begin"])) and number >= 0:
                found[number] = found.get(number, "") + _text(_bytes(instead[1]))
            marks.append((number, is_told or instead is not None))
        elif token["plain"]:
            marks.append(marks[-1] if marks else (-1, False))
        elif token["end"]:
            marks.pop()
        elif token["font"]:
            font = fonts[token["font"]]
        elif marks and marks[-1][0] >= 0 and not marks[-1][1]:
            codes = _bytes(token["text"])
            words = "".join([font[codes[i : i + 2]] for i in range(0, len(codes), 2)])
            found[marks[-1][0]] = found.get(marks[-1][0], "") + words
    return found


def _bytes(written: bytes) -> bytes:
    if written.startswith(b"<"):
        return bytes.fromhex(written[1:-1].decode())
    return _ESCAPE.sub(
        lambda match: bytes([int(match[1], 8)]) if match[1].isdigit() else _ESCAPED.get(match[1], match[1]),
        written[1:-1],
    )


def _text(data: bytes) -> str:
    return data[2:].decode("utf-16-be") if data.startswith(b"\xfe\xff") else data.decode("latin-1")


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


# ---------------------------------------------------------------- of the sample and of real documents


class Forms(NamedTuple):
    """A document in its three forms."""

    doc_id: str
    page: bytes
    word: bytes
    pdf: bytes


def forms_of(content: Path, *, red_head: bool = False) -> tuple[Catalog, Iterator[Forms]]:
    """Every document of a content folder that has words, in all forms, whatever the site wants of it."""
    tree = load_tree(content, REPO / "themes", datetime(2026, 11, 22, 12))
    catalog, _ = build_catalog(tree, History(), date(2026, 11, 22))
    kinds = tuple(sorted({column.kind.id for column in catalog.columns.values()}))
    wish = Downloads(kinds=kinds, has_red_head=red_head)
    catalog = replace(catalog, config=replace(catalog.config, downloads=wish), forms=("docx", "pdf"))
    return catalog, _made(catalog, replace(tree.kit, compiled=compile_templates(tree.kit), fonts=fonts()))


def _made(catalog: Catalog, kit: Kit) -> Iterator[Forms]:
    for doc in catalog.documents.values():
        tasks = [next(document.tasks_of(catalog, [doc])), *downloads.tasks_of(catalog, [doc.id])]
        made = {
            task.format: FORMATS[task.format].produce(task._replace(model=task.model.make(catalog.bodies)), kit)
            for task in tasks
        }
        if not doc.body.is_blank:
            yield Forms(doc.id, made["html"], made["docx"], made["pdf"])


def assert_equal(forms: Forms) -> Words:
    page = words_of_page(forms.page.decode())
    assert words_of_word(forms.word) == page, forms.doc_id
    assert words_of_pdf(forms.pdf) == page, forms.doc_id
    return page


@cache
def fonts() -> tuple[Font, ...]:
    return find_fonts(Path("no-fonts-here"), system_folders(), {}, 0)


pytestmark = pytest.mark.skipif(not fonts(), reason="no Chinese font on this machine")


def test_every_document_of_the_sample_has_the_same_words_in_three_forms() -> None:
    catalog, every = forms_of(REPO / "content")
    seen = {forms.doc_id: assert_equal(forms) for forms in every}
    assert catalog.documents.keys() - seen.keys() == {doc.id for doc in catalog.documents.values() if doc.body.is_blank}
    assert len(seen) > 100
    assert all(len(words.text) > len(bare(catalog.documents[doc_id].title)) for doc_id, words in seen.items())
    assert sum(len(words.text) for words in seen.values()) > 50_000


def chosen_of_corpus() -> list[dict[str, str]]:
    """Fifty: the shortest two of every format, kind and feature first, then some from each of the folders."""
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["format"] in IMPORTERS]
    rows.sort(key=lambda row: (int(row["chars"]), row["path"]))
    chosen: dict[str, dict[str, str]] = {}
    kinds: dict[str, int] = {}
    for row in rows:
        names = [row["format"], row["kind"], *re.split("[; ]+", row["features"])]
        if any(kinds.get(name, 0) < 2 for name in names):
            chosen[row["path"]] = row
            kinds.update({name: kinds.get(name, 0) + 1 for name in names})
    left = [row for row in rows if row["path"] not in chosen]
    missing = 50 - len(chosen)
    assert missing >= 0
    return [*chosen.values(), *left[:: len(left) // missing][:missing]]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_fifty_real_documents_have_the_same_words_in_three_forms(site: Site) -> None:
    chosen = chosen_of_corpus()
    for number, row in enumerate(chosen):
        (draft, *_) = IMPORTERS[row["format"]]((CORPUS / row["path"]).read_bytes(), row["path"])
        site.write(f"fd-01-gfx/c{number}.md", title=draft.get("title") or row["title"], body=draft.body)
    _, every = forms_of(site.content)
    seen = {forms.doc_id: assert_equal(forms) for forms in every}
    assert seen.keys() == {f"c{number}" for number in range(50)}


def test_what_is_above_and_below_the_text_is_in_all_forms(site: Site) -> None:
    site.file("gzk/a.pdf").write(
        "gzk/a.md",
        title="某市某某办法",
        body="第一条　甲[^1]。\n\n![流程图](b.png)\n\n抄送：某局。\n\n某市政府办　2026年3月5日印发\n\n[^1]: 乙。",
        attachments=[{"file": "a.pdf", "title": "申请表"}],
        revisions=[{"date": "2024-03-01", "doc_no": "某市人民政府令第1号", "kind": "公布"}],
    )
    site.file("gzk/b.png")
    _, every = forms_of(site.content)
    words = [assert_equal(forms) for forms in every]
    assert len(words) == 1
    text, notes = words[0]
    assert text.startswith("某市某某办法（2024年3月1日某市人民政府令第1号公布")
    assert text.endswith("第一条甲。（图片：流程图）附件申请表抄送：某局。某市政府办2026年3月5日印发")
    assert notes == ("乙。",)


def test_the_red_head_is_on_paper_and_adds_nothing_else(site: Site) -> None:
    site.write("fd-01-gfx/a.md", doc_no="某政发〔2024〕1号", issuer="某市人民政府", body="正文。")
    _, every = forms_of(site.content, red_head=True)
    (forms,) = every
    page = words_of_page(forms.page.decode())
    head = "某市人民政府文件某政发〔2024〕1号"
    assert words_of_word(forms.word) == words_of_pdf(forms.pdf) == page._replace(text=head + page.text)


# ---------------------------------------------------------------- of anything


def made(body: str, title: str = "某市某某办法", **fields: Any) -> Forms:
    parsed = parse_body(body, 1).body
    links = [Link("" if reference.is_citation else reference.target) for reference in parsed.references]
    html = render_body(parsed, links)
    paper = Paper(title, html, **{"day": date(2026, 3, 4), **fields})
    kit = Kit({}, fonts=fonts())
    page = f"<article><h1>{escape(title)}</h1>{html}</article>".encode()
    word, pdf = (FORMATS[form].produce(Task(f"a.{form}", form, paper), kit) for form in ("docx", "pdf"))
    return Forms("", page, word, pdf)


WORDS = st.text("办法第一条《》（）〔〕、。：“”—…1２aX%&<>*_`[]|\\#~^㐂〇①Ⅷ≤✓\u3000 ", min_size=1, max_size=14)
INLINE = st.one_of(
    WORDS,
    WORDS.map(lambda text: f"**{text}**"),
    WORDS.map(lambda text: f"*{text}*"),
    WORDS.map(lambda text: f"`{text}`"),
    WORDS.map(lambda text: f"[{text}](https://example.org/)"),
    WORDS.map(lambda text: f"见《{text}》（国令第711号）第三条[^1]"),
    WORDS.map(lambda text: f"甲<sup>2</sup>[^2]{text}<br>乙"),
)
LINE = st.lists(INLINE, min_size=1, max_size=3).map("".join)
BLOCK = st.one_of(
    LINE,
    LINE.map(lambda line: f"第一条　{line}"),
    LINE.map(lambda line: f"一、{line}。后文。"),
    LINE.map(lambda line: f"## {line}"),
    LINE.map(lambda line: f"> {line}"),
    LINE.map(lambda line: f"抄送：{line}"),
    st.sampled_from(
        ["附件1", "附件：1. 申请表", "某市科技局", "2026年3月4日", "（此件公开发布）", "---", "```\na  b\n```"]
    ),
    st.lists(LINE, min_size=1, max_size=3).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    st.lists(LINE, min_size=1, max_size=3).map(
        lambda lines: "\n".join(f"{i}. {line}" for i, line in enumerate(lines, 3))
    ),
    st.lists(st.tuples(LINE, LINE), min_size=1, max_size=3).map(
        lambda rows: "\n".join(["| 甲 | 乙 |", "|--|--:|", *(f"| {one} | {other} |" for one, other in rows)])
    ),
)
BODY = (
    st.lists(BLOCK, min_size=1, max_size=6)
    .map("\n\n".join)
    .map(lambda body: f"{body}\n\n[^1]: 一。\n\n[^2]: 二、`c`。")
)


@given(BODY)
@settings(max_examples=60, deadline=None)
def test_any_body_has_the_same_words_in_three_forms(body: str) -> None:
    assert_equal(made(body))


def test_a_character_without_a_font_is_a_number_in_the_pdf_and_itself_in_word() -> None:
    forms = made(
        "住址：某县\U0010fffd村，\ue000。\n\n| 姓名 | 张\U0010ff00三 |\n|--|--|\n| 1 | 😀 |", "关于\U0010fffd的通知"
    )
    words = assert_equal(forms)
    assert "县\U0010fffd村，\ue000。" in words.text
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(forms.pdf)).pages)
    assert "某县〔U+10FFFD〕村，〔U+E000〕。" in text
    assert "本文件所用的字体里没有的字" in text
