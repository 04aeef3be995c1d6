"""PDF files have the words of the page, and the page of GB/T 9704: measured in the files themselves."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError
from sitegen.fonts import find_fonts, system_folders
from sitegen.formats.pdf import PDF
from sitegen.markdown import parse_body, render_body
from sitegen.model import Font, Kit, Link, Task
from sitegen.paper import Paper, PaperFile, text_of

REPO = Path(__file__).resolve().parents[2]
MM = 72 / 25.4
PITCH = 225 * MM / 22


@cache
def fonts() -> tuple[Font, ...]:
    return find_fonts(Path("no-fonts-here"), system_folders(), {}, 0)


pytestmark = pytest.mark.skipif(not fonts(), reason="no Chinese font on this machine")


def paper(body: str, title: str = "某市科学技术奖励办法", **fields: Any) -> Paper:
    parsed = parse_body(body, 1).body
    links = tuple(Link("" if reference.is_citation else reference.target) for reference in parsed.references)
    return Paper(title, render_body(parsed, links), **{"day": date(2026, 3, 4), **fields})


def made(model: Paper, sources: dict[str, str] | None = None) -> bytes:
    return PDF.produce(Task("doc/a/a.pdf", "pdf", model), Kit({}, fonts=fonts(), sources=sources or {}))


def read(data: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(data))


class Piece(NamedTuple):
    """A stretch of text where it stands on its page, in points from the lower left."""

    x: float
    y: float
    size: float
    text: str


def pieces(data: bytes) -> list[list[Piece]]:
    """What stands on each page, page numbers among it."""
    pages = []
    for page in read(data).pages:
        found: list[Piece] = []

        def visit(text: str, cm: list[float], tm: list[float], font: object, size: float, into: Any = found) -> None:
            if text.strip():
                into.append(Piece(cm[4] + tm[4], cm[5] + tm[5], size, text.strip("\n")))

        page.extract_text(visitor_text=visit)
        pages.append(found)
    return pages


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def words(data: bytes) -> str:
    """All words without white space and page numbers."""
    return bare("".join(piece.text for page in pieces(data) for piece in page if not is_number(piece)))


def is_number(piece: Piece) -> bool:
    return piece.y < 90 and re.fullmatch(r"— \d+ —", piece.text.strip()) is not None


REGULATION = "\n\n".join(
    [
        "第一章　总则",
        *(f"第{n}条　为了规范科学技术奖励工作，{'鼓励自主创新，' * 9}制定本办法。" for n in "一二三四五六七八九"),
        "第二章　附则",
        "第十条　本办法自2026年5月1日起施行，有效期五年。",
    ]
)
NOTICE = """各县（市、区）人民政府，市政府各部门：

现将有关事项通知如下，请认真贯彻执行。

一、总体要求

（一）坚持公开为常态。依照《中华人民共和国政府信息公开条例》（国令第711号）办理。

1.做好第一项工作。

附件：1. 任务分工表

某市科学技术局

2026年3月4日

（此件公开发布）
"""


# ---------------------------------------------------------------- the same words


@pytest.mark.parametrize(
    "model",
    [
        paper(REGULATION, caption="（2026年3月4日某市人民政府令第1号公布　自2026年5月1日起施行）"),
        paper(NOTICE, issuers=("某市科学技术局",), doc_no="某科〔2026〕1号", red_head=True),
        paper("正文**重点**、*楷体*、`code`。\n\n> 引文\n\n```\na  = 1\n```", facts=(("时限", "20个工作日"),)),
        paper("见[第一章](#第一章总则)。\n\n第一章 总则\n\n第一条 文字。", attachments=(PaperFile("申报书"),)),
        paper("| 序号 | 名称 | 金额 |\n|--|--|--:|\n| 1 | 甲 | 1.00 |\n| 2 | 乙 | 2.00 |\n\n末段。"),
    ],
    ids=["regulation", "notice", "runs", "links", "table"],
)
def test_a_pdf_has_the_words_of_the_page(model: Paper) -> None:
    assert words(made(model)) == bare(text_of(model))


@given(st.text(alphabet="#$*_[]{}()<>@\\`~=/-+\"'&%:;,.!?|^ 中文第条1a，。《》", max_size=60))
@settings(max_examples=40, deadline=None)
def test_nothing_of_a_document_is_read_as_markup(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    model = Paper(f"题{text}", f"<p>文{escaped}</p>", caption=f"注{text}", day=date(2026, 3, 4))
    assert words(made(model)) == bare(text_of(model))


# ---------------------------------------------------------------- the page


def test_a_page_has_22_lines_of_28_characters_within_its_margins() -> None:
    data = made(paper("人民政府信息公开" * 400))
    for page, box in zip(pieces(data)[1:-1], read(data).pages, strict=False):
        lines = [piece for piece in page if not is_number(piece)]
        assert len(lines) == 22
        assert {len(line.text) for line in lines} == {28}
        assert {round(line.x, 1) for line in lines} == {round(28 * MM, 1)}
        assert lines[0].y - lines[-1].y == pytest.approx(21 * PITCH, abs=0.1)
        assert {round(above.y - below.y, 1) for above, below in pairwise(lines)} == {29.0}
        height = float(box.mediabox.height)
        assert (float(box.mediabox.width), height) == pytest.approx((210 * MM, 297 * MM), abs=0.1)
        top = height - lines[0].y - 0.88 * 16  # the upper edge of the first line of characters
        assert top == pytest.approx(37 * MM + (PITCH - 16) / 2, abs=0.1)
        assert lines[-1].y - 0.12 * 16 == pytest.approx(35 * MM + (PITCH - 16) / 2, abs=0.1)
        assert {round(line.size, 2) for line in lines} == {16.0}


def advances(data: bytes) -> list[float]:
    """How far each line of the second page reaches, in mm from the left edge of the paper."""
    found = []
    page = read(data).pages[1]
    content = page.get_contents()
    assert content is not None
    shown = re.findall(rb"1 0 0 -1 ([0-9.]+) [0-9.]+ cm.*?16 Tf .*?Tm\[(.*?)\]TJ", content.get_data(), re.DOTALL)
    for start, codes in shown:
        moved = sum(map(float, re.findall(rb"\)(-?[0-9.]+)\(", re.sub(rb"\\.", b"", codes))))
        found.append((float(start) + 28 * 16 - moved / 1000 * 16) / MM)
    return found


def test_full_lines_end_at_the_right_margin() -> None:
    """26 mm from the edge of the paper; the last of 28 characters has no space after it."""
    found = advances(made(paper("人民政府信息公开" * 200)))
    assert len(found) == 22
    assert found == pytest.approx([210 - 26] * 22, abs=0.3)


def test_the_title_is_of_22_points_in_the_middle_of_the_first_line() -> None:
    (title, *_), *_ = pieces(made(paper(REGULATION)))
    assert (title.text, title.size) == ("某市科学技术奖励办法", 22)
    assert title.x + 11 * len(title.text) == pytest.approx((28 + 156 / 2) * MM, abs=0.5)
    assert title.y == pytest.approx(297 * MM - 37 * MM - PITCH / 2 - 0.38 * 22, abs=0.1)


@pytest.mark.parametrize("has_head", [False, True])
def test_the_grid_holds_below_headings_tables_pictures_and_all_else(tmp_path: Path, has_head: bool) -> None:
    table = "| 名称 | 金额 |\n|--|--|\n| 甲 | 1 |\n"
    others = "- 甲\n- 乙\n\n3. 丙\n\n> 引文\n\n---\n\n```\ncode\n```\n\n文[^1]。\n\n# 大标题\n\n#### 小标题\n\n段落。"
    body = f"{NOTICE}\n\n{table}\n段落。\n\n{REGULATION}\n\n![图](a.png)\n\n{others}\n\n{'文' * 900}\n\n[^1]: 注。"
    picture = tmp_path / "a.png"
    picture.write_bytes(png(300, 133))
    more: dict[str, Any] = {
        "images": (("a.png", "x"),),
        "caption": "（2026年3月4日某市人民政府令第1号公布　自2026年5月1日起施行）",
        "facts": (("时限", "20个工作日"),),
        "issuers": ("某市科学技术局",),
        "doc_no": "某科〔2026〕1号",
        "red_head": has_head,
        "attachments": (PaperFile("申报书"),),
    }
    data = made(paper(body, **more), {"x": str(picture)})
    first = 297 * MM - 37 * MM - PITCH / 2 - 0.38 * 16  # the base of the first line
    for page in pieces(data):
        for piece in page:
            if round(piece.size, 1) == 16.0 and piece.text != "某科〔2026〕1号":  # that is 4 mm above the red line
                line = (first - piece.y) / PITCH
                assert line == pytest.approx(round(line), abs=0.03), piece  # of 29 pt: less than 1 pt


def test_a_rule_that_a_notice_issues_begins_a_page_with_its_title() -> None:
    pages = pieces(made(paper(f"{NOTICE}\n\n## 某市科学技术奖励办法\n\n{REGULATION}")))
    first = pages[1][0]
    assert (first.text, first.size) == ("某市科学技术奖励办法", 22)
    assert len(pages[0]) > 10


@pytest.mark.parametrize("lines", range(12, 20))
def test_no_page_has_only_the_signature(lines: int) -> None:
    body = "\n\n".join(["这是一段文字。"] * lines)
    *_, last = pieces(made(paper(f"{body}\n\n附件：1. 甲\n2. 乙\n\n某市科学技术局\n\n2026年3月4日")))
    texts = [piece.text for piece in last if not is_number(piece)]
    assert "这是一段文字。" in texts
    assert texts[-2:] == ["某市科学技术局", "2026年3月4日"]


def test_attachments_are_listed_above_the_imprint() -> None:
    model = paper("正文。\n\n抄送：甲。", attachments=(PaperFile("申报书"),))
    assert words(made(model)).endswith("正文。附件申报书抄送：甲。")


def test_page_numbers_stand_outside_below_the_text() -> None:
    numbers = [piece for page in pieces(made(paper(REGULATION * 3))) for piece in page if is_number(piece)]
    assert [piece.text.strip() for piece in numbers[:2]] == ["— 1 —", "— 2 —"]
    assert [piece.size for piece in numbers[:2]] == [14, 14]
    odd, even = numbers[:2]
    assert odd.x > 150 * MM
    assert even.x == pytest.approx(28 * MM + 156 * MM / 28, abs=0.5)
    assert 35 * MM - 7 * MM - 14 < odd.y < 35 * MM - 7 * MM


def test_no_line_begins_with_a_closing_mark() -> None:
    data = made(paper("第一条　" + "依照《条例》（国令第711号）、“规定”，办理；" * 30 + "完。"))
    lines: dict[tuple[int, float], str] = {}
    for number, page in enumerate(pieces(data)):
        for piece in page:
            key = number, round(piece.y)
            lines[key] = lines.get(key, "") + piece.text
    assert all(line[0] not in "》）、。，；”" and line[-1] not in "《（“" for line in lines.values())


def test_the_imprint_stands_at_the_foot_of_the_last_page() -> None:
    model = paper(NOTICE)
    imprint = '<p class="copy-to">抄送：市委办公室。</p><p class="printed">某市科学技术局　2026年3月5日印发</p>'
    page = pieces(made(model._replace(html=model.html + imprint)))[-1]
    printed = next(piece for piece in page if "印发" in piece.text)
    assert 35 * MM < printed.y < 35 * MM + 14
    assert printed.size == 14


# ---------------------------------------------------------------- for machines and readers


def test_a_pdf_is_tagged_and_tells_title_language_and_chapters() -> None:
    reader = read(made(paper(REGULATION, issuers=("某市人民政府",))))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "zh-CN"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "某市科学技术奖励办法"
    assert reader.metadata.author == "某市人民政府"
    assert reader.metadata.creation_date_raw == "D:20260304000000Z"
    assert [entry["/Title"] for entry in reader.outline if not isinstance(entry, list)] == [
        "第一章　总则",
        "第二章　附则",
    ]
    metadata = root["/Metadata"].get_data().decode()
    assert "pdfuaid:part>1" in metadata
    assert "pdfaid:part>2" in metadata
    assert "pdfaid:conformance>A" in metadata


def tags(node: Any) -> Iterator[Any]:
    """The elements of the structure tree."""
    node = node.get_object()
    if isinstance(node, list):
        for part in node:
            yield from tags(part)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from tags(node["/K"])


def test_tables_pictures_footnotes_and_links_are_told_to_screen_readers(tmp_path: Path) -> None:
    body = (
        "| 名称 | 数 |\n|--|--|\n| 甲 | 1 |\n\n![流程图](a.png)\n\n"
        "文[^1]，见[网站](https://example.org/)。\n\n[^1]: 脚注。"
    )
    (tmp_path / "a.png").write_bytes(png(30, 20))
    reader = read(made(paper(body, images=(("a.png", "x"),)), {"x": str(tmp_path / "a.png")}))
    root: Any = reader.trailer["/Root"]
    found = list(tags(root["/StructTreeRoot"]))
    kinds = {node.get("/S") for node in found}
    assert {"/Table", "/TH", "/TD", "/Figure", "/Note", "/Link"} <= kinds
    assert "流程图" in {node.get("/Alt") for node in found}
    links: list[Any] = [note.get_object() for page in reader.pages for note in page.get("/Annots", ())]
    assert "https://example.org/" in {link["/A"].get("/URI") for link in links if "/A" in link}


def test_faces_that_stand_in_for_others_are_told_in_the_properties() -> None:
    metadata = read(made(paper("文"))).metadata
    assert metadata is not None
    missing = [font for font in fonts() if not font.is_own]
    assert (metadata.subject or "").endswith("以开源字体代替") == bool(missing)


def test_the_head_of_a_long_table_is_repeated_and_a_wide_one_is_turned() -> None:
    rows = "".join(f"| {n} | 某单位{n} |\n" for n in range(80))
    data = made(paper(f"| 序号 | 单位名称 |\n|--|--|\n{rows}"))
    assert len(read(data).pages) > 2
    assert all("单位名称" in "".join(piece.text for piece in page) for page in pieces(data))
    assert turned(f"前文。\n\n## 表\n\n{table_of(24)}\n后文。") == [False, True, False]


def table_of(columns: int) -> str:
    rows = ([f"列{n}" for n in range(columns)], ["--"] * columns, ["12345"] * columns)
    return "".join(f"|{'|'.join(cells)}|\n" for cells in rows)


def turned(body: str, **fields: Any) -> list[bool]:
    """Whether each page is turned."""
    return [page.mediabox.width > page.mediabox.height for page in read(made(paper(body, **fields))).pages]


def test_a_wide_table_that_begins_the_text_stands_below_the_title() -> None:
    assert turned(table_of(24)) == [True]
    assert turned(f"{table_of(24)}\n后文。") == [True, False]
    assert turned(table_of(24), issuers=("某局",), red_head=True) == [False, True]


@pytest.mark.parametrize("columns", [2, 8, 15, 20, 26])
def test_tables_are_read_without_a_glass(columns: int) -> None:
    cells = [piece for page in pieces(made(paper(f"前文。\n\n{table_of(columns)}"))) for piece in page]
    assert min(piece.size for piece in cells) >= 7


def test_a_wide_table_in_a_quotation_or_a_list_stays_there() -> None:
    inside = "".join(f"> {line}\n" for line in table_of(24).splitlines())
    assert turned(f"> 引文\n>\n{inside}") == [False]


# ---------------------------------------------------------------- bytes


def test_the_same_paper_gives_the_same_bytes_in_any_process() -> None:
    script = (
        "from tests.unit.test_pdf import NOTICE, REGULATION, made, paper, sha256;"
        "print(sha256(made(paper(NOTICE + REGULATION))).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", script], cwd=REPO, capture_output=True, text=True, check=True)
    here = made(paper(NOTICE + REGULATION))
    made(paper("别的。"))
    assert made(paper(NOTICE + REGULATION)) == here
    assert there.stdout.strip() == sha256(here).hexdigest()


def test_another_font_gives_another_fingerprint_and_another_place_does_not() -> None:
    first, *others = fonts()
    kits = [
        Kit({}, fonts=(font, *others)) for font in (first, first._replace(path="x"), first._replace(digest="other"))
    ]
    same, moved, other = (PDF.fingerprint("", kit) for kit in kits)
    assert same == moved != other


# ---------------------------------------------------------------- what cannot be shown


def test_a_character_that_one_font_lacks_is_taken_from_another() -> None:
    assert words(made(paper("张㐂、〇、①、Ⅷ、≤、✓。"))) == "某市科学技术奖励办法张㐂、〇、①、Ⅷ、≤、✓。"


def test_a_character_that_no_font_has_is_shown_by_its_number_never_as_an_empty_box() -> None:
    model = paper(
        "见[文\U0010fffd字](https://example.org/\U0010fffd)，\ue000，👨‍👩。\n\n![图😀](a.png)\n\n抄送：甲。",
        title="甲\U0010fffd乙",
        attachments=(PaperFile("丙\U0010fffd"),),
    )
    data = made(model)
    found = words(data)
    assert found.startswith("甲〔U+10FFFD〕乙见文〔U+10FFFD〕字，〔U+E000〕，〔U+1F468U+1F469〕。")
    assert "（图片：图〔U+1F600〕）附件丙〔U+10FFFD〕注：〔U+……〕表示本文件所用的字体里没有的字" in found
    assert "\U0010fffd" not in found
    metadata = read(data).metadata
    assert metadata is not None
    assert metadata.title == "甲\U0010fffd乙"
    assert "〔U+" not in words(made(paper("常用字。")))


def test_characters_that_nobody_sees_are_left_out() -> None:
    assert words(made(paper("甲\ufeff乙"))) == "某市科学技术奖励办法甲乙"


def test_a_picture_that_cannot_be_shown_is_described(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    model = paper("![流程图](a.png)\n\n![表](b.png)", images=(("a.png", "x"), ("b.png", "y")))
    good = tmp_path / "b.png"
    good.write_bytes(png(3, 3))
    whole = png(3, 3)
    rows = b"\x09\0\0\0" * 3  # all there and packed rightly, but of a kind that does not exist
    pixels = b"IDAT" + zlib.compress(rows)
    odd = whole[:33] + struct.pack(">I", len(pixels) - 4) + pixels + struct.pack(">I", zlib.crc32(pixels)) + whole[-12:]
    odd = odd.replace(b"\x08\x02\0\0\0", b"\x08\x00\0\0\0")
    odd = odd[:29] + struct.pack(">I", zlib.crc32(odd[12:29])) + odd[33:]
    for data in (whole[:40], whole[:29] + bytes(4) + whole[33:], whole[:-1], b"BM", odd):
        file.write_bytes(data)
        text = words(made(model, {"x": str(file), "y": str(good)}))
        assert "（图片：流程图）" in text
        assert "（图片：表）" not in text


def test_a_picture_whose_file_has_gone_is_told(tmp_path: Path) -> None:
    model = paper("![流程图](a.png)", images=(("a.png", "x"),))
    with pytest.raises(SitegenError, match=r"读不到图片 .*a\.png"):
        made(model, {"x": str(tmp_path / "a.png")})


def test_links_that_lead_nowhere_are_plain_text() -> None:
    reader = read(made(paper("见[甲](#没有)、[乙](../b/index.html)和[丙](javascript:x)。")))
    assert not any(page.get("/Annots") for page in reader.pages)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\xc8\x3c\x3c" * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
