"""What is screened of a document: all that readers see of it and of its files; of a withheld one nothing."""

from __future__ import annotations

import pytest

from tests.packed import docx, exif, jpeg, paragraph, pdf, png, xlsx
from tests.story import Site

NUMBER = "110101199003070" + "716"  # of nobody; its last digit is right
WITHHELD = {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}
UNTIL = {"理由": "样例号码，不是真人的", "期限": "2027-12-31"}
ROW = f'<row r="4"><c r="B4" t="inlineStr"><is><t>{NUMBER}</t></is></c></row>'


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"title": f"关于{NUMBER}的通知"}, 2),
        ({"summary": f"证号{NUMBER}"}, 6),
        ({"keywords": ["甲", NUMBER]}, 6),
        ({"revisions": [{"date": "2024-01-01", "kind": f"修订{NUMBER}"}]}, 6),
        ({"corrections": [{"date": "2024-01-01", "was": f"证号{NUMBER}", "note": "删去号码"}]}, 6),
        ({"guide_phone": NUMBER, "column": "zn"}, 6),
        ({"body": f"一\n\n二{NUMBER}"}, 10),
        ({"body": f"| 姓名 | 号码 |\n| --- | --- |\n| 甲 | {NUMBER} |"}, 10),
        ({"body": f"一\n\n{NUMBER[:6]}**{NUMBER[6:14]}**{NUMBER[14:]}"}, 10),
        ({"body": f"一\n\n{NUMBER[:9]}&#{ord(NUMBER[9])};{NUMBER[10:]}"}, 7),
    ],
)
def test_number_is_found_wherever_readers_see_it(site: Site, fields: dict[str, object], line: int) -> None:
    site.write("fd-01-gfx/a.md", **fields).build()  # type: ignore[arg-type]
    assert f"S200:{line}" in site.diagnostics
    assert not site.is_published
    assert not any(NUMBER in d.message + d.hint for d in site.found)


def test_attachment_is_told_at_the_line_that_names_it(site: Site) -> None:
    site.write("fd-01-gfx/a.md", attachments=["x.pdf", "名单.xlsx"]).file("fd-01-gfx/x.pdf")
    site.file("fd-01-gfx/名单.xlsx", xlsx(ROW)).build()
    [found] = site.found
    assert (found.code, found.span.line) == ("S200", 6)
    assert found.message.startswith("附件“名单.xlsx”工作表“名单”第 4 行：")


def test_name_of_an_attachment_is_screened_and_not_quoted(site: Site) -> None:
    site.write("fd-01-gfx/a.md", attachments=[f"{NUMBER}.docx"]).file(f"fd-01-gfx/{NUMBER}.docx", docx()).build()
    assert "S200" in site.codes
    assert not any(NUMBER in d.message + d.hint for d in site.found if d.code.startswith("S2"))


def test_pictures_that_were_not_looked_at_are_told_once(site: Site) -> None:
    for name in ("a", "b", "c"):
        site.file(f"fd-01-gfx/{name}.png", png(200, 200))
    body = "文字。\n\n![甲图的说明](a.png)\n\n![乙图的说明](b.png)\n\n![丙图的说明](c.png)"
    site.write("fd-01-gfx/a.md", body=body).build()
    assert site.diagnostics == ["S247:10"]
    assert site.found[0].message.endswith("（正文里这样的图片共 3 张）")
    assert site.is_published


def test_place_in_a_picture_of_the_body_is_told_at_its_line(site: Site) -> None:
    site.file("fd-01-gfx/a.jpg", jpeg(10, 10, exif(has_place=True)))
    site.write("fd-01-gfx/a.md", body="文字。\n\n![甲图的说明](a.jpg)").build()
    assert site.diagnostics == ["S241:10"]


@pytest.mark.parametrize("fields", [WITHHELD, {"draft": True}, {"pub_date": "2027-01-01"}])
def test_nothing_of_a_withheld_document_is_screened(site: Site, fields: dict[str, object]) -> None:
    site.write("fd-01-gfx/a.md", body=NUMBER, attachments=["x.docx"], **fields)
    site.file("fd-01-gfx/x.docx", docx(paragraph(NUMBER))).build()
    assert not [code for code in site.codes if code.startswith(("S2", "L1"))]


def test_findings_are_remembered_with_the_document(site: Site) -> None:
    site.write("fd-01-gfx/a.md", attachments=["x.pdf"]).file("fd-01-gfx/x.pdf", pdf(""))
    first = site.build().diagnostics
    assert first == ["S247:6"]
    assert site.build().diagnostics == first
    assert site.file("fd-01-gfx/x.pdf", pdf("text")).build().diagnostics == []


def test_office_phones_of_the_site_are_no_personal_data(site: Site) -> None:
    site.write("fd-01-gfx/a.md", body="联系电话：13800138000").build()
    assert site.codes == ["S204"]
    site.setting(agency="示例市科学技术局", checks={"公开电话": ["13800138000"]}).build()
    assert site.codes == []


# ---------------------------------------------------------------- exemptions


def test_exemption_with_reason_and_expiry_lets_personal_data_pass(site: Site) -> None:
    site.write("fd-01-gfx/a.md", body=NUMBER, exempt={"S200": UNTIL}).build()
    assert site.diagnostics == []
    assert site.is_published


def test_exemption_counts_for_attachments_too(site: Site) -> None:
    site.write("fd-01-gfx/a.md", attachments=["名单.xlsx"], exempt={"S200": UNTIL})
    site.file("fd-01-gfx/名单.xlsx", xlsx(ROW)).build(keep_going=True)
    assert site.diagnostics == []
    assert "doc/a/名单.xlsx" in site.tree()


@pytest.mark.parametrize(
    ("exempt", "code"),
    [
        ("样例号码", "F142"),
        ({"理由": "样例号码"}, "F142"),
        ({"reason": "样例号码", "until": "2026-11-21"}, "F143"),
    ],
)
def test_exemption_without_expiry_or_past_it_lets_nothing_pass(site: Site, exempt: object, code: str) -> None:
    site.write("fd-01-gfx/a.md", body=NUMBER, exempt={"S200": exempt}).build()
    assert sorted(site.codes) == [code, "S200"]
    assert not site.is_published


def test_exemption_ends_by_itself(site: Site) -> None:
    site.write("fd-01-gfx/a.md", body=NUMBER, exempt={"S200": {**UNTIL, "期限": "2026-11-23"}})
    assert site.build("2026-11-22").build("2026-11-23").codes == []
    assert sorted(site.build("2026-11-24").codes) == ["F143", "S200"]


def test_expiry_ends_other_exemptions_too(site: Site) -> None:
    wrong = {"written_date": "2024-03-06", "pub_date": "2024-03-05"}
    site.write("fd-01-gfx/a.md", **wrong, exempt={"D210": {"理由": "补录", "期限": "2026-11-22"}})  # type: ignore[arg-type]
    assert site.build("2026-11-22").codes == []
    assert sorted(site.build("2026-11-23").codes) == ["D210", "F143"]


def test_exemption_of_personal_data_of_another_code_lets_nothing_pass(site: Site) -> None:
    site.write("fd-01-gfx/a.md", body=NUMBER, exempt={"S204": UNTIL}).build()
    assert sorted(site.codes) == ["F141", "S200"]
