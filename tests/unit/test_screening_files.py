"""Files that are to be published: whatever place of one can hold a text is looked at, and what cannot be read is said.

A marker stands for what must not be seen: what it would be, an ID number or a mark of secrecy, is tested elsewhere.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import docx as python_docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.screening.files import look_at
from sitegen.screening.people import names_of
from sitegen.screening.spots import Screen, Spot
from tests.packed import docx, exif, jpeg, paragraph, pdf, png, word, xlsx, zipped

MARK = "zqxj44"
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "cee-attachments"


def detect(text: str, screen: Screen, is_table: bool) -> tuple[Spot, ...]:
    """A spot of the code `MARK` or, in a table, `TABLE` for each line that has the marker."""
    code = "TABLE" if is_table else "MARK"
    return tuple(Spot(code, n, 1, "有标记") for n, line in enumerate(text.split("\n"), 1) if MARK in line)


def seen(tmp_path: Path, name: str, data: bytes) -> list[Spot]:
    path = tmp_path / name
    path.write_bytes(data)
    return list(look_at(path, Screen(), detect))


def codes(spots: list[Spot]) -> list[str]:
    return [spot.code for spot in spots]


W = paragraph(MARK)
ROW = f'<row r="7"><c r="C7" t="inlineStr"><is><t>{MARK}</t></is></c></row>'
CORE = f"<cp><creator>x</creator><title>{MARK}</title></cp>"
NOTE = f"/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents ({MARK}) >>]"
FORM = f"/Annots [<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /T (a) /V ({MARK}) >>]"
PLACES: Mapping[str, tuple[str, bytes]] = {
    "docx body": ("a.docx", docx(W)),
    "docx over two runs": ("a.docx", docx("<w:p><w:r><w:t>zqx</w:t></w:r><w:r><w:t>j44</w:t></w:r></w:p>")),
    "docx table": ("a.docx", docx(f"<w:tbl><w:tr><w:tc>{W}</w:tc></w:tr></w:tbl>")),
    "docx table in a table": (
        "a.docx",
        docx(f"<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>{W}</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>"),
    ),
    "docx header": ("a.docx", docx(header1=word("hdr", W))),
    "docx footer": ("a.docx", docx(footer2=word("ftr", W))),
    "docx footnote": ("a.docx", docx(footnotes=word("footnotes", f"<w:footnote>{W}</w:footnote>"))),
    "docx endnote": ("a.docx", docx(endnotes=word("endnotes", f"<w:endnote>{W}</w:endnote>"))),
    "docx comment": ("a.docx", docx(comments=word("comments", f"<w:comment>{W}</w:comment>"))),
    "docx deleted": ("a.docx", docx(f"<w:p><w:del><w:r><w:delText>{MARK}</w:delText></w:r></w:del></w:p>")),
    "docx hidden": ("a.docx", docx(f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{MARK}</w:t></w:r></w:p>")),
    "docx text box": ("a.docx", docx(f"<w:p><w:r><w:pict><w:txbxContent>{W}</w:txbxContent></w:pict></w:r></w:p>")),
    "docx content control": ("a.docx", docx(f"<w:sdt><w:sdtContent>{W}</w:sdtContent></w:sdt>")),
    "docx picture text": ("a.docx", docx(f'<w:p><w:r><docPr descr="{MARK}"/></w:r></w:p>')),
    "docx field": ("a.docx", docx(f"<w:p><w:r><w:instrText>{MARK}</w:instrText></w:r></w:p>")),
    "docx chart": ("a.docx", docx(**{"charts/chart1": f"<c><v>{MARK}</v></c>"})),
    "docx building block": ("a.docx", docx(**{"glossary/document": word("document", W)})),
    "docx property": ("a.docx", zipped({"word/document.xml": word("document", W[:0]), "docProps/core.xml": CORE})),
    "docx own property": (
        "a.docx",
        zipped({"word/document.xml": word("document", ""), "docProps/custom.xml": f"<p><q>{MARK}</q></p>"}),
    ),
    "docx workbook inside": (
        "a.docx",
        zipped({"word/document.xml": word("document", ""), "word/embeddings/Microsoft_Excel.xlsx": xlsx(ROW)}),
    ),
    "xlsx cell": ("a.xlsx", xlsx(ROW)),
    "xlsx shared text": (
        "a.xlsx",
        xlsx('<row r="2"><c r="A2" t="s"><v>0</v></c></row>', sharedStrings=f"<sst><si><t>{MARK}</t></si></sst>"),
    ),
    "xlsx text in pieces": (
        "a.xlsx",
        xlsx(
            '<row r="2"><c r="A2" t="s"><v>0</v></c></row>',
            sharedStrings="<sst><si><r><t>zqx</t></r><r><t>j44</t></r></si></sst>",
        ),
    ),
    "xlsx hidden sheet": ("a.xlsx", xlsx(ROW, state="veryHidden")),
    "xlsx hidden row": ("a.xlsx", xlsx(ROW.replace("<row", '<row hidden="1"'))),
    "xlsx hidden column": ("a.xlsx", xlsx(ROW, '<cols><col min="3" max="3" hidden="1"/></cols>')),
    "xlsx comment": ("a.xlsx", xlsx(comments1=f"<comments><comment><text><t>{MARK}</t></text></comment></comments>")),
    "xlsx header": ("a.xlsx", xlsx(sheet=f"<headerFooter><oddHeader>{MARK}</oddHeader></headerFooter>")),
    "xlsx list of choices": ("a.xlsx", xlsx(sheet=f"<x><formula1>{MARK}</formula1></x>")),
    "xlsx text box": ("a.xlsx", xlsx(**{"drawings/drawing1": f"<d><p><r><t>{MARK}</t></r></p></d>"})),
    "xlsx other workbook": ("a.xlsx", xlsx(**{"externalLinks/externalLink1": f"<e><v>{MARK}</v></e>"})),
    "xlsx pivot": ("a.xlsx", xlsx(**{"pivotCache/pivotCacheDefinition1": f'<p><s v="{MARK}"/></p>'})),
    "pptx slide": (
        "a.pptx",
        zipped({"ppt/presentation.xml": "<p/>", "ppt/slides/slide1.xml": f"<s><p><t>{MARK}</t></p></s>"}),
    ),
    "pptx notes": (
        "a.pptx",
        zipped({"ppt/presentation.xml": "<p/>", "ppt/notesSlides/n1.xml": f"<s><p><t>{MARK}</t></p></s>"}),
    ),
    "odt": (
        "a.odt",
        zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"<o><p>{MARK}</p></o>"}),
    ),
    "ods": (
        "a.ods",
        zipped(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "content.xml": f"<o><table-row><c><p>x</p></c><c><p>{MARK}</p></c></table-row></o>",
            }
        ),
    ),
    "ofd": (
        "a.ofd",
        zipped({"OFD.xml": "<O/>", "Doc_0/Pages/Page_0/Content.xml": f"<P><TextCode>{MARK}</TextCode></P>"}),
    ),
    "pdf page": ("a.pdf", pdf("first", f"second {MARK}")),
    "pdf note": ("a.pdf", pdf(more=NOTE)),
    "pdf form": ("a.pdf", pdf(more=FORM)),
    "pdf property": ("a.pdf", pdf(properties=f"/Title ({MARK})")),
    "csv": ("a.csv", f"姓名,号码\n甲,{MARK}\n".encode()),
    "csv of Excel": ("a.csv", f"姓名,号码\n甲,{MARK}\n".encode("gb18030")),
    "txt": ("a.txt", f"一\n{MARK}\n".encode("utf-16")),
    "json": ("a.json", f'{{"a": "{MARK}"}}'.encode()),
    "zip": ("a.zip", zipped({"内/b.txt": MARK})),
    "zip in a zip": ("a.zip", zipped({"b.zip": zipped({"c.docx": docx(W)})})),
    "name in a zip": ("a.zip", zipped({f"{MARK}.txt": "x"})),
    "png text": ("a.png", png(1, 1, (b"tEXt", f"Comment\0{MARK}".encode()))),
    "png xmp": (
        "a.png",
        png(
            1,
            1,
            (
                b"iTXt",
                b"XML:com.adobe.xmp\0\0\0\0\0"
                + f"<x:xmpmeta><dc:title><li>{MARK}</li></dc:title></x:xmpmeta>".encode(),
            ),
        ),
    ),
    "jpeg title": ("a.jpg", jpeg(properties=exif(description=MARK))),
    "jpeg comment": ("a.jpg", jpeg(800, 600, b"", (0xFE, MARK.encode()))),
    "jpeg caption": ("a.jpg", jpeg(800, 600, b"", (0xED, b"Photoshop 3.0\0\x1c\2\x78\0\6" + MARK.encode()))),
}


@pytest.mark.parametrize("place", sorted(PLACES))
def test_marker_is_found_wherever_a_file_can_hold_a_text(tmp_path: Path, place: str) -> None:
    spots = seen(tmp_path, *PLACES[place])
    assert {"MARK", "TABLE"} & set(codes(spots)), spots
    assert not any(MARK in spot.message for spot in spots if "文件名" not in spot.message and spot.code == "MARK")


def test_message_says_which_file_sheet_and_row(tmp_path: Path) -> None:
    [spot] = seen(tmp_path, "名单.xlsx", xlsx(ROW))
    assert (spot.code, spot.message) == ("TABLE", "“名单.xlsx”工作表“名单”第 7 行：有标记")


def test_message_says_which_page(tmp_path: Path) -> None:
    [spot] = seen(tmp_path, "a.pdf", pdf("first", f"second {MARK}"))
    assert spot.message == "“a.pdf”第 2 页：有标记"


def test_message_says_which_file_of_the_package(tmp_path: Path) -> None:
    [spot] = seen(tmp_path, "a.zip", zipped({"内/b.zip": zipped({"名单.csv": f"甲,乙\n{MARK},1\n"})}))
    assert spot.message == "“a.zip”里的“内/b.zip”里的“名单.csv”第 2 行：有标记"


def test_name_with_an_id_number_is_not_quoted(tmp_path: Path) -> None:
    [spot] = seen(tmp_path, "张某11010119900307123X证明.txt", MARK.encode())
    assert "19900307" not in spot.message
    assert spot.message.startswith("“张某")


def test_name_inside_a_zip_is_that_which_windows_wrote(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("x.txt")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr(member, MARK)
    data = packed.getvalue().replace(b"x.txt", b"\xc3\xfb.tx").replace(b"\xc3\xfb.tx", "名".encode("gb18030") + b".tx")
    [spot] = seen(tmp_path, "a.zip", data)
    assert "“名.tx”" in spot.message


def test_many_hits_are_told_with_their_number(tmp_path: Path) -> None:
    spots = seen(tmp_path, "a.txt", "\n".join([MARK] * 900).encode())
    assert len(spots) == 5
    assert spots[-1].message.endswith("（同类还有 895 处）")


def test_number_that_a_workbook_writes_with_a_power_is_read_in_full(tmp_path: Path) -> None:
    found: list[str] = []
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx('<row r="1"><c r="A1"><v>1.3800138E10</v></c><c r="C1"><v>0.5</v></c></row>'))
    look_at(path, Screen(), lambda text, screen, is_table: found.append(text) or ())  # type: ignore[func-returns-value]
    assert "13800138000\t\t0.5" in found


# ---------------------------------------------------------------- what real programs write


def test_docx_of_a_library_is_read(tmp_path: Path) -> None:
    document = python_docx.Document()
    document.core_properties.author = "张三"
    document.add_paragraph(f"一 {MARK}")
    document.add_table(1, 2).rows[0].cells[1].text = MARK
    document.sections[0].header.paragraphs[0].text = MARK
    document.save(str(tmp_path / "a.docx"))
    spots = list(look_at(tmp_path / "a.docx", Screen(), detect))
    assert codes(spots) == ["S240", "MARK", "MARK", "MARK"]
    assert "张三" not in spots[0].message


def test_xlsx_of_a_library_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.properties.lastModifiedBy = "Li Si"
    sheet = book.active
    assert sheet is not None
    sheet["B3"] = MARK
    sheet["B3"].comment = openpyxl.comments.Comment(MARK, "x")
    book.create_sheet("备份").sheet_state = "hidden"
    book["备份"]["A1"] = MARK
    book.save(tmp_path / "a.xlsx")
    spots = list(look_at(tmp_path / "a.xlsx", Screen(), detect))
    assert codes(spots) == ["S240", "TABLE", "TABLE", "S243", "S244", "MARK"]
    assert "工作表“Sheet”第 3 行" in spots[1].message
    assert "工作表“备份”第 1 行" in spots[2].message


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_attachments_of_real_sites_are_read_without_alarm(tmp_path: Path) -> None:
    for path in sorted(CORPUS.iterdir()):
        assert codes(list(look_at(path, Screen(), detect))) == (["S248"] if path.suffix == ".doc" else []), path.name


# ---------------------------------------------------------------- what else is in a file


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        (
            "a.docx",
            docx(comments=word("comments", f"<w:comment>{paragraph('同意')}</w:comment>")),
            "S244",
            "1 条批注",
        ),
        ("a.docx", docx(f"<w:p><w:ins><w:r><w:t>甲</w:t></w:r></w:ins></w:p>{paragraph('乙')}"), "S245", "1 处"),
        ("a.docx", docx("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>甲</w:t></w:r></w:p>"), "S243", "隐藏的文字"),
        ("a.xlsx", xlsx(state="hidden"), "S243", "工作表“名单”"),
        ("a.xlsx", xlsx('<row r="3" hidden="1"><c r="A3"><v>1</v></c></row>'), "S243", "第 3 行"),
        (
            "a.xlsx",
            xlsx('<row r="3"><c r="B3"><v>1</v></c></row>', '<cols><col min="2" max="2" hidden="1"/></cols>'),
            "S243",
            "1 列",
        ),
        ("a.pdf", pdf(properties="/Author (Zhang San)"), "S240", "个人姓名"),
        ("a.pdf", pdf("text", "", ""), "S247", "第 2、3 页，共 3 页"),
        ("a.png", png(200, 100), "S247", "没有文字层"),
        ("a.jpg", jpeg(properties=exif(has_place=True), width=10), "S241", "经纬度"),
        ("a.jpg", jpeg(properties=exif(artist="王小明"), width=10), "S240", "个人姓名"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "S248", "旧格式"),
        ("a.rar", b"Rar!\x1a\x07\x01\0" + bytes(600), "S248", "读不了"),
        ("a.mp4", bytes(600), "S248", "读不了"),
        ("a.zip", zipped({"b.zip": zipped({"c.zip": zipped({"d.txt": MARK})})}), "S249", "压缩包里的压缩包"),
        ("a.pdf", b"<!DOCTYPE html><html><body>404</body></html>", "L120", "扩展名是 pdf，内容却是网页"),
        ("a.docx", xlsx(), "L120", "Excel"),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "L120", "网页"),
        ("a.txt", b"MZ\x90\0" + bytes(60), "L120", "程序"),
        ("a.png", jpeg(10, 10), "L123", "JPEG"),
        ("a.pdf", b"", "L121", "是空的"),
        ("a.pdf", b"%PDF-1.7 and no more", "L121", "打不开"),
        ("a.docx", docx()[:200], "L121", "打不开"),
        ("a.png", png(9, 9)[:40], "L121", "打不开"),
        ("a.xlsx", xlsx('<row r="1"><c'), "L121", "打不开"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "L122", "有密码"),
        ("a.zip", zipped({"b.csv": bytes(25_000_000)}), "L124", "压缩炸弹"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_else_is_to_be_said_of_a_file(tmp_path: Path, name: str, data: bytes, code: str, words: str) -> None:
    spots = seen(tmp_path, name, data)
    assert codes(spots) == [code]
    assert words in spots[0].message
    assert spots[0].hint


def test_xml_that_defines_entities_is_refused(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    for text in (bomb.encode(), bomb.replace("?>", "?><!-- " + "x" * 5000 + " -->", 1).encode(), bomb.encode("utf-16")):
        assert codes(seen(tmp_path, "a.docx", zipped({"word/document.xml": text}))) == ["L121"]


def test_member_that_lies_about_its_size_is_not_unpacked_whole(tmp_path: Path) -> None:
    data = zipped({"b.txt": bytes(70_000_000)})
    lied = data.replace((70_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert set(codes(seen(tmp_path, "a.zip", lied))) <= {"L121", "S249"}


def test_member_without_a_name_is_read(tmp_path: Path) -> None:
    data = zipped({"x.txt": MARK}).replace(b"x.txt", b"\0.txt")
    assert "MARK" in codes(seen(tmp_path, "a.zip", data))


def test_small_pictures_hold_no_text(tmp_path: Path) -> None:
    assert seen(tmp_path, "a.png", png(32, 800)) == []


GIF = b"GIF89a\1\0\1\0\x80\0\0" + bytes(6) + b"!\xf9\4\0\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
WEBP = b"RIFF\x16\0\0\0WEBPVP8X\n\0\0\0" + bytes(10)


@pytest.mark.parametrize("data", [png(9, 9), jpeg(9, 9), GIF, WEBP], ids=["png", "jpeg", "gif", "webp"])
def test_picture_that_lacks_its_end_is_damaged(tmp_path: Path, data: bytes) -> None:
    name = "a." + {b"\x89P": "png", b"\xff\xd8": "jpg", b"GI": "gif", b"RI": "webp"}[data[:2]]
    assert codes(seen(tmp_path, name, data)) == []
    for missing in (1, 2, len(data) // 3):
        assert codes(seen(tmp_path, name, data[:-missing])) == ["L121"]


@pytest.mark.parametrize(
    "data",
    [png(9, 9)[:29] + b"\0\0\0\0" + png(9, 9)[33:], png(9, 10)[:33] + png(9, 9)[33:]],
    ids=["wrong sum", "fewer rows"],
)
def test_png_whose_sums_are_wrong_is_damaged(tmp_path: Path, data: bytes) -> None:
    assert codes(seen(tmp_path, "a.png", data)) == ["L121"]


def test_damaged_picture_still_tells_what_is_in_it(tmp_path: Path) -> None:
    data = jpeg(properties=exif(has_place=True), width=10)[:-2]
    assert codes(seen(tmp_path, "a.jpg", data)) == ["S241", "L121"]


def test_old_files_give_what_can_be_told_as_text(tmp_path: Path) -> None:
    text = "证件号码：".encode("utf-16-le") + b"\0\0\1" + b"110101199003071234" + b"\0"
    found: list[str] = []
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "家庭住址：某路".encode("utf-16-le") + text)
    look_at(path, Screen(), lambda text, screen, is_table: found.append(text) or ())  # type: ignore[func-returns-value]
    assert "家庭住址：某路" in found[0]
    assert "110101199003071234" in found[0].split("\n")


@pytest.mark.parametrize(
    ("author", "is_person"),
    [
        ("张三", True),
        ("欧阳小明", True),
        ("买买提·吐尔逊", True),
        ("张三;某市科学技术局", True),
        ("Zhang San", True),
        ("", False),
        ("某市科学技术局", False),
        ("办公室", False),
        ("微软用户", False),
        ("Administrator", False),
        ("Microsoft Office User", False),
        ("lenovo", False),
        ("openpyxl", False),
    ],
)
def test_authors_that_are_persons_are_told_from_offices_and_programs(author: str, is_person: bool) -> None:
    assert bool(names_of(author)) == is_person


# ---------------------------------------------------------------- laws

_WHOLE = dict(PLACES.values())


@given(st.sampled_from(sorted(_WHOLE)), st.data())
def test_damaged_files_give_words_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    whole = bytearray(_WHOLE[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        if data.draw(st.booleans()):
            whole[at] = data.draw(st.integers(0, 255))
        else:
            del whole[at:]
            whole = whole or bytearray(b"x")
    folder = tmp_path_factory.mktemp("file")
    assert isinstance(seen(folder, name, bytes(whole)), list)


@given(
    st.binary(max_size=400), st.sampled_from(["pdf", "docx", "png", "jpg", "zip", "csv", "txt", "doc", "tiff", "webp"])
)
def test_any_bytes_give_words_and_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    magic = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "tiff": b"II*\0", "webp": b"RIFF\0\0\0\0WEBP"}
    folder = tmp_path_factory.mktemp("file")
    assert isinstance(seen(folder, f"a.{suffix}", magic.get(suffix, b"") + data), list)
