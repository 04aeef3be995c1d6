"""Word files, opened by another program than the one that wrote them."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree

from sitegen.diagnostics import SitegenError
from sitegen.formats import FORMATS
from sitegen.markdown import parse_body, render_body
from sitegen.model import Kit, Link, Task
from sitegen.paper import Paper, PaperFile

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "downloads"
CORPUS = ROOT.parent / "shared" / "corpus"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def html_of(markdown: str) -> str:
    body = parse_body(markdown, 1).body
    return render_body(body, [Link(reference.target) for reference in body.references])


def write(paper: Paper, sources: dict[str, str] | None = None) -> bytes:
    return FORMATS["docx"].produce(Task("x.docx", "docx", paper), Kit(files={}, sources=sources or {}))


def opened(paper: Paper) -> docx.document.Document:
    return docx.Document(io.BytesIO(write(paper)))


# ---------------------------------------------------------------- the same words


def words_of_element(element: etree._Element) -> Iterator[str]:
    """The words in the order of the file; numbers of footnotes are not among them."""
    for run in element.iter(qn("w:r")):
        style = run.find(f"{qn('w:rPr')}/{qn('w:rStyle')}")
        if style is None or style.get(qn("w:val")) != "FootnoteReference":
            yield from (text.text or "" for text in run.iter(qn("w:t")))


def words_of_word(data: bytes) -> str:
    """All words of a Word file: the main part, then its footnotes."""
    file = docx.Document(io.BytesIO(data))
    words = [*words_of_element(file.element.body)]
    notes = next(part for part in file.part.package.iter_parts() if part.partname == "/word/footnotes.xml")
    for note in etree.fromstring(notes.blob):
        if int(note.get(qn("w:id"))) > 0:
            words += words_of_element(note)
    return "".join("".join(words).split())


class PageText(HTMLParser):
    """The words of a body as a browser shows them, and those of its footnotes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.notes: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "img", "hr", "col", "wbr"):
            self._open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        classes = {name for _, names in self._open for name in names.split()}
        if classes.isdisjoint({"footnote-ref", "footnote-back", "scroll-hint"}):
            (self.notes if "footnotes" in classes else self.words).append(data)


def words_of_page(title: str, html: str) -> str:
    page = PageText(html)
    return "".join("".join([title, *page.words, *page.notes]).split())


def test_official_document_has_every_word() -> None:
    html = html_of((FIXTURES / "official.md").read_text(encoding="utf-8"))
    assert words_of_word(write(Paper("关于测试的通知", html))) == words_of_page("关于测试的通知", html)


def test_attachments_are_listed_above_the_imprint() -> None:
    paper = Paper(
        "标题",
        '<p>正文。</p><p class="copy-to">抄送：甲。</p><p class="printed">某局　2026年3月5日印发</p>',
        attachments=(PaperFile("申请表", "https://a.cn/b.docx"),),
    )
    assert words_of_word(write(paper)) == "标题正文。附件申请表抄送：甲。某局2026年3月5日印发"


def test_no_page_has_only_the_signature() -> None:
    file = opened(Paper("标题", html_of("正文。\n\n附件：1. 甲\n2. 乙\n\n某局\n\n2026年3月5日")))
    kept = {
        p.text: p.paragraph_format.keep_with_next or p.style.paragraph_format.keep_with_next for p in file.paragraphs
    }
    assert [text for text, is_kept in kept.items() if is_kept] == ["标题", "正文。", "附件：1. 甲", "2. 乙", "某局"]


# ---------------------------------------------------------------- the page of GB/T 9704


def test_page_is_that_of_the_standard() -> None:
    file = opened(Paper("标题", "<p>正文</p>"))
    page = file.sections[0]
    assert (round(page.page_width / Mm(1)), round(page.page_height / Mm(1))) == (210, 297)
    margins = (page.top_margin, page.left_margin, page.right_margin, page.bottom_margin)
    assert [round(margin / Mm(1), 1) for margin in margins] == [37.0, 28.0, 26.0, 35.0]
    grid = page._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    line = int(grid.get(qn("w:linePitch"))) / 20
    character = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    height = (page.page_height - page.top_margin - page.bottom_margin) / Pt(1)
    width = (page.page_width - page.left_margin - page.right_margin) / Pt(1)
    assert int(height / line) == 22
    assert round(width / character, 2) == 28
    style = file.styles["Normal"]
    assert (style.font.size, style.paragraph_format.line_spacing) == (Pt(16), Pt(line))


def test_lines_keep_to_the_grid_by_their_own_measures() -> None:
    """28 characters of 16 pt less 0.3 pt fill a line of 442 pt; 29 do not fit."""
    normal = opened(Paper("标题", "<p>正文</p>")).styles["Normal"].element
    closer = int(normal.find(f"{qn('w:rPr')}/{qn('w:spacing')}").get(qn("w:val"))) / 20
    assert 28 * (16 + closer) < 442 < 29 * (16 + closer)


def test_page_numbers_stand_at_the_outer_side() -> None:
    file = opened(Paper("标题", "<p>正文</p>"))
    assert file.settings.odd_and_even_pages_header_footer
    page = file.sections[0]
    for footer, side in ((page.footer, "right"), (page.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]._p
        assert paragraph.find(f"{qn('w:pPr')}/{qn('w:jc')}").get(qn("w:val")) == side
        assert "".join(words_of_element(paragraph)) == "— 1 —"
        assert paragraph.findall(f".//{qn('w:instrText')}")[0].text == " PAGE "


def test_headings_are_headings_of_word() -> None:
    file = opened(Paper("标题", html_of("第一章　总则\n\n一、目的\n\n正文。\n\n（一）项目\n\n正文。")))
    found = [(p.style.name, p.text) for p in file.paragraphs if p.style.name.startswith("Heading")]
    assert found == [("Heading 1", "第一章　总则"), ("Heading 2", "一、目的"), ("Heading 3", "（一）项目")]
    level = file.styles["Heading 2"].element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    assert level.get(qn("w:val")) == "1"


def fonts_in(paragraph: docx.text.paragraph.Paragraph) -> list[tuple[str, str]]:
    """The Chinese font of each run, of itself or its style."""
    found = []
    for run in paragraph.runs:
        element = run._r.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        if element is None or element.get(qn("w:eastAsia")) is None:
            element = run.style.element.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        found.append((run.text, element.get(qn("w:eastAsia")) if element is not None else ""))
    return found


def test_levels_have_their_fonts() -> None:
    long = "这里是正文，这里是正文，这里是正文，这里是正文，这里是正文。"
    html = html_of(f"第一条　{long}\n\n一、总体要求。{long}\n\n（一）指导思想。{long}")
    article, first, second = opened(Paper("标题", html)).paragraphs[1:]
    assert fonts_in(article)[0] == ("第一条", "黑体")
    assert fonts_in(first)[0] == ("一、总体要求。", "黑体")
    assert fonts_in(second)[0] == ("（一）指导思想。", "楷体_GB2312")
    assert fonts_in(first)[1][1] == ""  # that of the body


def test_fonts_that_are_missing_have_others_in_their_place() -> None:
    with zipfile.ZipFile(io.BytesIO(write(Paper("标题", "<p>文</p>")))) as file:
        table = file.read("word/fontTable.xml").decode()
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in table


def test_name_stands_in_the_middle_above_the_date() -> None:
    file = opened(Paper("标题", html_of("正文。\n\n示例市财政局\n\n2026年10月8日")))
    name, day = file.paragraphs[-2:]
    right = [int(p._p.pPr.find(qn("w:ind")).get(qn("w:rightChars"), 0)) for p in (name, day)]
    assert right == [425, 400]  # 6 characters above 6.5
    assert name.style.name == "Signature"


def test_attachment_of_the_text_begins_a_page() -> None:
    file = opened(Paper("标题", html_of("正文。\n\n附件1\n\n申请表\n\n表格。")))
    mark, title = file.paragraphs[2:4]
    assert mark.style.paragraph_format.page_break_before
    assert title.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.CENTER


def test_red_head_has_name_number_and_line() -> None:
    paper = Paper("标题", "<p>文</p>", issuers=("示例市财政局",), doc_no="示财〔2026〕1号", red_head=True)
    name, number, title, *_ = opened(paper).paragraphs
    assert (name.text, number.text, title.text) == ("示例市财政局文件", "示财〔2026〕1号", "标题")
    assert str(name.style.font.color.rgb) == "FF0000"
    border = number._p.pPr.find(f"{qn('w:pBdr')}/{qn('w:bottom')}")
    assert border.get(qn("w:color")) == "FF0000"
    joint = opened(paper._replace(issuers=("示例市财政局", "示例市科学技术局")))
    assert [cell.text for cell in joint.tables[0].rows[0].cells] == ["示例市财政局\n示例市科学技术局", "文件"]


# ---------------------------------------------------------------- tables, notes, links, pictures


def test_merged_cells_are_merged() -> None:
    html = (
        "<table><thead><tr><th rowspan=2>甲<th colspan=2>乙</tr><tr><th>丙<th>丁</tr></thead>"
        "<tbody><tr><td>一<td rowspan=2 colspan=2>二</tr><tr><td>三</tr></tbody></table>"
    )
    (table,) = opened(Paper("标题", html)).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["甲", "乙", "乙"],
        ["甲", "丙", "丁"],
        ["一", "二", "二"],
        ["三", "二", "二"],
    ]
    assert table.cell(0, 0)._tc is table.cell(1, 0)._tc
    repeated = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert repeated == [True, True, False, False]


def html_of_table(columns: int) -> str:
    row = "".join(f"<td>{'内容' * (1 + i % 3)}{i}" for i in range(columns))
    return f"<table><tr>{row}</tr></table>"


@pytest.mark.parametrize(("columns", "wide"), [(1, 156), (2, 156), (8, 156), (20, 225), (40, 225)])
def test_table_is_as_wide_as_the_text_or_as_a_page_that_is_turned(columns: int, wide: int) -> None:
    file = opened(Paper("标题", f"<p>前文。</p>{html_of_table(columns)}"))
    widths = [int(column.get(qn("w:w"))) for column in file.tables[0]._tbl.tblGrid]
    assert sum(widths) == pytest.approx(wide / 25.4 * 1440, abs=2)
    assert min(widths) > 40
    sizes = {run.font.size for row in file.tables[0].rows for cell in row.cells for run in cell.paragraphs[0].runs}
    assert all(size is None or size >= Pt(5 if columns == 40 else 7) for size in sizes)


def pages_of(html: str, **fields: Any) -> list[tuple[bool, list[str]]]:
    """Whether each section is turned, and the texts of its paragraphs; tables are “表”."""
    file = opened(Paper("标题", html, **fields))
    found: list[tuple[bool, list[str]]] = []
    texts: list[str] = []
    for element in file.element.body:
        texts += ["表"] if element.tag == qn("w:tbl") else ["".join(words_of_element(element))]
        section = element if element.tag == qn("w:sectPr") else element.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
        if section is not None:
            is_turned = section.find(qn("w:pgSz")).get(qn("w:orient")) == "landscape"
            found.append((is_turned, [text for text in texts if text]))
            texts = []
    return found


def test_a_wide_table_has_a_page_that_is_turned_and_takes_its_heading_along() -> None:
    wide, small = html_of_table(24), html_of_table(2)
    heading = '<h2 class="level-1">一、表</h2>'
    files = {"attachments": (PaperFile("申报书"),)}
    assert pages_of(f"<p>甲</p>{small}") == [(False, ["标题", "甲", "表"])]
    assert pages_of(wide) == [(True, ["标题", "表"])]
    assert pages_of(f"{wide}<p>乙</p>") == [(True, ["标题", "表"]), (False, ["乙"])]
    assert pages_of(f"<p>甲</p>{heading}{wide}{wide}<p>乙</p>{wide}", **files) == [
        (False, ["标题", "甲"]),
        (True, ["一、表", "表", "表"]),
        (False, ["乙"]),
        (True, ["表"]),
        (False, ["附件", "申报书"]),
    ]
    assert pages_of(wide, issuers=("某局",), red_head=True)[0] == (False, ["某局文件", "标题"])
    note = html_of("甲[^1]。\n\n[^1]: 乙。")
    assert [is_turned for is_turned, _ in pages_of(note.replace("</p>", f"</p>{wide}", 1))] == [False, True]


def test_a_page_that_is_turned_has_the_margins_of_the_others_turned() -> None:
    page = opened(Paper("标题", html_of_table(24))).sections[0]
    assert (round(page.page_width / Mm(1)), round(page.page_height / Mm(1))) == (297, 210)
    margins = (page.left_margin, page.top_margin, page.bottom_margin, page.right_margin)
    assert [round(margin / Mm(1), 1) for margin in margins] == [37.0, 28.0, 26.0, 35.0]
    assert page.footer.paragraphs


def test_footnotes_are_footnotes_of_word() -> None:
    data = write(Paper("标题", html_of("甲[^a]乙[^b]丙[^a]。\n\n[^a]: 一。\n[^b]: 二。")))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        main, notes = (etree.fromstring(file.read(f"word/{name}.xml")) for name in ("document", "footnotes"))
    assert [ref.get(qn("w:id")) for ref in main.iter(qn("w:footnoteReference"))] == ["1", "2"]
    assert ["".join(words_of_element(note)).strip() for note in notes][2:] == ["一。", "二。"]
    (again,) = main.iter(qn("w:fldSimple"))
    assert "_note1" in again.get(qn("w:instr"))
    assert "_note1" in [mark.get(qn("w:name")) for mark in main.iter(qn("w:bookmarkStart"))]


def test_links_lead_where_the_page_leads() -> None:
    html = '<p><a href="https://a.cn/?b=1&amp;c=2">甲</a><a href="#第一条">乙</a><a href="#无">丙</a><a>丁</a></p>'
    paragraph = opened(Paper("标题", html + '<p class="article" id="第一条">第一条</p>')).paragraphs[1]
    assert [(link.text, link.address, link.fragment) for link in paragraph.hyperlinks] == [
        ("甲", "https://a.cn/?b=1&c=2", ""),
        ("乙", "", "_to1"),
    ]
    assert paragraph.text == "甲乙丙丁"


def test_pictures_fit_the_page_and_say_what_they_show(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PIXEL)
    (tmp_path / "b.webp").write_bytes(b"RIFF\x00\x00\x00\x00WEBPVP8 ")
    paper = Paper(
        "标题",
        '<figure><img src="a.png" alt="流程" width="4000" height="10"></figure><p><img src="b.webp" alt="照片"></p>',
        images=(("a.png", "1"), ("b.webp", "2")),
    )
    data = write(paper, {"1": str(tmp_path / "a.png"), "2": str(tmp_path / "b.webp")})
    file = docx.Document(io.BytesIO(data))
    (picture,) = file.inline_shapes
    assert picture.width == 8845 * 635
    assert picture._inline.docPr.get("descr") == "流程"
    assert file.paragraphs[-1].text == "（图片：照片）"


@pytest.mark.parametrize("data", [PIXEL[:-1], PIXEL[:40], PIXEL[:29] + bytes(4) + PIXEL[33:]])
def test_a_damaged_picture_is_described(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    paper = Paper("标题", '<figure><img src="a.png" alt="流程"></figure>', images=(("a.png", "1"),))
    assert "（图片：流程）" in words_of_word(write(paper, {"1": str(tmp_path / "a.png")}))


def test_a_picture_whose_file_has_gone_is_told(tmp_path: Path) -> None:
    paper = Paper("标题", '<p><img src="a.png" alt="流程"></p>', images=(("a.png", "1"),))
    with pytest.raises(SitegenError, match=r"读不到图片 .*a\.png"):
        write(paper, {"1": str(tmp_path / "a.png")})


def test_lists_are_numbered_each_anew() -> None:
    file = opened(Paper("标题", "<ol><li>甲</li></ol><ol start=5><li>乙<ul><li>丙</li></ul></li></ol>"))
    numbers = [p._p.pPr.numPr.numId.val for p in file.paragraphs[1:]]
    assert numbers == [1, 2, 3]
    assert [p._p.pPr.numPr.ilvl.val for p in file.paragraphs[1:]] == [0, 0, 1]
    numbering = file.part.numbering_part.element
    starts = [n.get(qn("w:val")) for n in numbering.num_having_numId(2).iter(qn("w:startOverride"))]
    assert starts[0] == "5"


# ---------------------------------------------------------------- the file


def test_properties_come_from_the_document() -> None:
    paper = Paper("标题&", "<p>文</p>", issuers=("甲局", "乙局"), doc_no="甲〔2026〕1号", day=date(2026, 3, 4))
    core = opened(paper).core_properties
    assert (core.title, core.author, core.subject, core.language) == ("标题&", "甲局、乙局", "甲〔2026〕1号", "zh-CN")
    assert core.created.date() == core.modified.date() == date(2026, 3, 4)


def test_bytes_are_the_same_twice_and_in_another_process() -> None:
    html = html_of((FIXTURES / "official.md").read_text(encoding="utf-8"))
    paper = Paper("关于测试的通知", html, issuers=("示例市财政局",), red_head=True, day=date(2026, 1, 2))
    first = write(paper)
    assert write(paper) == first
    program = (
        "import sys; from datetime import date; from sitegen.formats import FORMATS; from sitegen.paper import Paper;"
        "from sitegen.model import Kit, Task;"
        "paper = Paper('关于测试的通知', sys.stdin.read(), issuers=('示例市财政局',), red_head=True,"
        " day=date(2026, 1, 2));"
        "sys.stdout.buffer.write(FORMATS['docx'].produce(Task('x.docx', 'docx', paper), Kit(files={})))"
    )
    environment = {"PYTHONHASHSEED": "7", "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    other = subprocess.run(
        [sys.executable, "-c", program], input=html.encode(), capture_output=True, check=True, env=environment
    )
    assert other.stdout == first


def test_every_part_is_well_formed_and_in_the_order_of_the_schema() -> None:
    """Word refuses a paragraph whose properties come in another order."""
    html = html_of((FIXTURES / "official.md").read_text(encoding="utf-8"))
    orders = {
        "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
        "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
        "snapToGrid spacing ind contextualSpacing mirrorIndents jc textDirection textAlignment outlineLvl rPr",
        "rPr": "rStyle rFonts b bCs i iCs caps color spacing w kern position sz szCs highlight u effect vertAlign lang",
        "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar vAlign",
        "tblPr": "tblStyle tblpPr tblW jc tblInd tblBorders shd tblLayout tblCellMar",
    }
    with zipfile.ZipFile(
        io.BytesIO(write(Paper("标题", html, caption="（题注）", issuers=("甲",), red_head=True)))
    ) as file:
        for name in file.namelist():
            root = etree.fromstring(file.read(name))
            for tag, order in orders.items():
                places = {qn(f"w:{part}"): i for i, part in enumerate(order.split())}
                for element in root.iter(qn(f"w:{tag}")):
                    found = [places[child.tag] for child in element]
                    assert found == sorted(set(found)), (name, etree.tostring(element)[:300])


def test_characters_that_xml_does_not_know_are_left_out() -> None:
    file = opened(Paper("标\x0b题", "<p>甲\ufffe乙&lt;丙&amp;</p>"))
    assert [p.text for p in file.paragraphs] == ["标题", "甲乙<丙&"]


def test_a_document_takes_milliseconds() -> None:
    """It takes about 3; the bound is for a machine that does other things too."""
    paper = Paper("标题", "".join(f"<p>{'正文' * 50}。</p>" for _ in range(25)))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        write(paper)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.06
