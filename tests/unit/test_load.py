"""Reading the content folder: bad files give words an editor can act on, never a traceback, and cost nothing published.

A fixture is a file `tests/fixtures/bad/<what is wrong>.md` with what is said about it in a `.txt` beside it. Write
those anew with the environment variable `SITEGEN_UPDATE=1`, and read the difference.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import render_text
from sitegen.load import field_names, front_matter_schema
from sitegen.load.documents import Surroundings, caption_of, load_document
from sitegen.load.fields import FIELDS
from sitegen.load.settings import read_settings, standard_columns
from sitegen.load.yamltree import read_yaml
from sitegen.model import Correction, Document, RelationKind, Terms
from sitegen.site import CheckResult
from tests.story import TODAY, Site

BAD = Path(__file__).resolve().parent.parent / "fixtures" / "bad"
USUAL = "---\n标题: 某办法\n公开属性: 主动公开\n发布日期: 2024-03-05\n成文日期: 2024-03-01\n---\n\n正文。\n"
WITHHELD = {"disclosure": "依申请公开", "disclosure_reason": "条例第十六条"}


@pytest.mark.parametrize("name", sorted(path.stem for path in BAD.glob("*.md")))
def test_bad_file_is_told_in_plain_words(site: Site, name: str) -> None:
    site.write("fd-01-gfx/ok.md")
    shutil.copy(BAD / f"{name}.md", site.content / "fd-01-gfx" / "bad.md")
    said = render_text(site.check().found)
    expected = BAD / f"{name}.txt"
    if os.environ.get("SITEGEN_UPDATE"):
        expected.write_text(said, encoding="utf-8", newline="\n")
    assert said == expected.read_text(encoding="utf-8")
    assert "  提示：" in said


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "F101:1"),
        (b"\xef\xbb\xbf\r\n", "F101:1"),
        (USUAL.encode("gb18030"), "F113:2"),
        (USUAL.encode("utf-16"), "F113:1"),
        (USUAL.encode("utf-16-le"), "F113:1"),
        (USUAL.encode().replace("正".encode(), b"\0"), "F113:8"),
        (USUAL.encode().replace("正".encode(), b"\xff"), "F113:8"),
        (USUAL.replace("某办法", "某\x07办法").encode(), "F104:2"),
        (USUAL.encode() + b"a" * 20_000_000, "F114:1"),
        (USUAL.replace("某办法", "[" * 100_000).encode(), "F104:2"),
        (USUAL.replace("某办法", "- " * 100_000).encode(), "F104:2"),
    ],
    ids=["empty", "blank", "gbk", "utf16", "utf16le", "nul", "not-utf8", "bell", "20MB", "brackets", "dashes"],
)
def test_bytes_that_are_no_text_are_told(site: Site, data: bytes, code: str) -> None:
    published = site.write("fd-01-gfx/ok.md").build().tree()
    site.file("fd-01-gfx/bad.md", data).build()
    assert site.diagnostics == [code]
    assert not site.is_published
    assert site.tree() == published


def test_mark_and_line_ends_of_windows_make_no_difference(site: Site) -> None:
    site.file("fd-01-gfx/a.md", USUAL).build()
    plain = site.tree()
    site.file("fd-01-gfx/a.md", b"\xef\xbb\xbf" + USUAL.replace("\n", "\r\n").encode()).build()
    assert site.codes == []
    assert site.tree() == plain


@pytest.mark.parametrize(
    "written",
    [
        "no",
        "010",
        "1e3",
        "0x1f",
        "true",
        "2024-01-01",
        "1_000",
        "甲：乙",
        "甲#乙",
        "12:30:45",
        "甲:乙",
        "1.0",
        "=",
        "<<",
    ],
)
def test_title_stays_what_was_written(site: Site, written: str) -> None:
    site.file("fd-01-gfx/a.md", USUAL.replace("某办法", written))
    result = site.check().result
    assert isinstance(result, CheckResult)
    assert [document.title for document in result.tree.documents] == [written]


@pytest.mark.parametrize("field", [entry.id for entry in FIELDS if entry.id not in ("title", "disclosure", "pub_date")])
def test_empty_value_is_as_good_as_none(site: Site, field: str) -> None:
    assert site.write("zn/a.md", **{"written_date": None, field: ""}).check().codes == ["P101"]


def test_file_name_with_blanks_asks_for_another_name(site: Site) -> None:
    site.write("fd-01-gfx/关于 某事 的通知.md").check()
    assert site.diagnostics == ["F111:1"]
    assert "“关于-某事-的通知”" in site.found[0].hint


def test_file_name_with_blanks_is_fine_where_an_id_is_written(site: Site) -> None:
    assert site.write("fd-01-gfx/关于 某事 的通知.md", id="tz-2024-01").build().codes == []
    assert "doc/tz-2024-01/index.html" in site.tree()


# ---------------------------------------------------------------- links that lead out


def test_nothing_is_read_through_a_link_that_leads_out(site: Site) -> None:
    outside = site.folder / "outside"
    outside.mkdir()
    (outside / "s.md").write_text(USUAL, encoding="utf-8")
    (outside / "a.pdf").write_bytes(b"secret")
    site.write("fd-01-gfx/b.md", attachments=["a.pdf"])
    (site.content / "fd-01-gfx" / "s.md").symlink_to(outside / "s.md")
    (site.content / "fd-01-gfx" / "a.pdf").symlink_to(outside / "a.pdf")
    (site.content / "fd-01-hb").symlink_to(outside, target_is_directory=True)
    site.build()
    assert [(d.code, d.span.path) for d in site.found] == [
        ("F116", "content/fd-01-gfx/b.md"),
        ("F116", "content/fd-01-gfx/s.md"),
        ("F116", "content/fd-01-hb"),
    ]


def test_link_in_a_circle_is_told(site: Site) -> None:
    (site.write("fd-01-gfx/b.md").content / "fd-01-gfx" / "a.md").symlink_to("a.md")
    assert site.check().codes == ["F115"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_is_not_waited_for(site: Site) -> None:
    os.mkfifo(site.write("fd-01-gfx/b.md").content / "fd-01-gfx" / "a.md")
    assert site.check().codes == ["F115"]


def test_names_that_begin_with_a_dot_or_an_underscore_are_not_read(site: Site) -> None:
    for path in ("_notes.md", "fd-01-gfx/.a.md", "_old/a.md", ".git/a.md", "data/a.md"):
        site.file(path, "not a document")
    assert site.check().codes == []


# ---------------------------------------------------------------- attachments


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("a\0.pdf", "F109"),
        ("长" * 90 + ".pdf", "L102"),
        ("_a.pdf", "L102"),
        (".a.pdf", "L102"),
        ("a|b.pdf", "L102"),
        ("a.pdf ", "L101"),
        ("sub", "L102"),
        (".", "L102"),
        ("//a.pdf", "L102"),
        ("~/a.pdf", "L101"),
        ("a.svg", "L102"),
        ("a", "L102"),
    ],
)
def test_attachment_with_an_unfit_name_is_told(site: Site, file: str, code: str) -> None:
    site.file("fd-01-gfx/sub/x.pdf").write("fd-01-gfx/a.md", attachments=[file]).check()
    assert site.codes == [code]


def test_two_attachments_may_not_differ_in_case_only(site: Site) -> None:
    site.file("fd-01-gfx/1/a.pdf").file("fd-01-gfx/2/A.PDF")
    assert site.write("fd-01-gfx/a.md", attachments=["1/a.pdf", "2/A.PDF"]).check().codes == ["L102"]


@pytest.mark.parametrize("named", ["q.pdf", "./q.pdf", "sub/../q.pdf", "none/../q.pdf", "link.pdf"])
def test_file_of_a_withheld_document_is_published_through_no_other(site: Site, named: str) -> None:
    site.file("fd-01-gfx/q.pdf").file("fd-01-gfx/sub/x")
    (site.content / "fd-01-gfx" / "link.pdf").symlink_to("q.pdf")
    site.write("fd-01-gfx/a.md", attachments=["q.pdf"]).write("fd-01-gfx/w.md", attachments=[named], **WITHHELD)
    assert site.check().codes == ["S101"]


def test_image_of_a_withheld_document_is_published_through_no_other(site: Site) -> None:
    site.file("fd-01-gfx/q.png")
    site.write("fd-01-gfx/a.md", body="文字\n\n![图](q.png)").write("fd-01-gfx/w.md", body="![图](q.png)", **WITHHELD)
    assert site.check().diagnostics == ["S101:10"]


def test_file_of_a_document_left_out_is_published_through_no_other(site: Site) -> None:
    site.file("fd-01-gfx/q.pdf").write("fd-01-gfx/a.md", attachments=["q.pdf"])
    site.write("fd-01-gfx/w.md", attachments=["q.pdf"], disclosure="依申请公开吧")
    site.build(keep_going=True)
    assert not any(path.endswith("q.pdf") for path in site.tree())


# ---------------------------------------------------------------- what is not public is not quoted


def test_nothing_of_a_withheld_document_is_quoted(site: Site) -> None:
    bad = dict.fromkeys(field_names(), "甲乙丙 secret") | {"甲乙丙": "x"} | WITHHELD
    site.write("fd-01-gfx/w.md", body="甲乙丙 secret", **bad)
    said = render_text(site.check().found)
    assert "甲乙丙 secret" not in said
    assert site.found


# ---------------------------------------------------------------- laws


AROUND = Surroundings(
    config=read_settings("agency: 某局".encode(), None, "content").config,
    columns=standard_columns(),
    hidden={},
    as_of=datetime.fromisoformat(f"{TODAY} 23:59"),
)
_RECORDS = (
    {"doc": "文件", "date": "日期", "articles": "条款", "doc_no": "文号", "kind": "方式"},
    {"file": "文件", "title": "标题", "reason": "原因", "reviewer": "审查人", "conclusion": "结论"},
)
words = st.text(
    st.sampled_from("甲乙 \t\n:：[]{}&*!|>'\"%@`#-?,~\\<>()/.012abnull\x00\x07\ud800\u2028\ufeff"), max_size=60
)
parts = st.sampled_from([key for names in (*_RECORDS, {"P210": "P210"}) for pair in names.items() for key in pair])
values = st.recursive(
    st.sampled_from(["", " ", "2024-03-05", "甲", "a.pdf", "条例第十六条"]) | st.text(max_size=20) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(parts | st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=300) | words.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_at_all_are_a_document_or_diagnostics(data: bytes) -> None:
    loaded = load_document("fd-01-gfx/a.md", data, AROUND)
    assert loaded.diagnostics


@given(words, words)
def test_any_front_matter_and_body_are_a_document_or_diagnostics(head: str, body: str) -> None:
    data = f"---\n标题: 甲\n公开属性: 主动公开\n发布日期: 2024-03-05\n{head}\n---\n{body}"
    loaded = load_document("fd-01-gfx/a.md", data.encode("utf-8", "surrogatepass"), AROUND)
    assert loaded.diagnostics or loaded.document


@given(st.sampled_from(FIELDS), values)
@settings(max_examples=200)
def test_any_value_of_any_field_is_taken_or_told(field: object, value: object) -> None:
    given_fields = {"标题": "甲", "公开属性": "主动公开", "发布日期": "2024-03-05", "成文日期": "2024-03-01"}
    given_fields[field.name] = value  # type: ignore[attr-defined]
    lines = "".join(f"{name}: {json.dumps(part, ensure_ascii=False)}\n" for name, part in given_fields.items())
    loaded = load_document("fd-01-gfx/a.md", f"---\n{lines}---\n正文".encode("utf-8", "surrogatepass"), AROUND)
    assert loaded.diagnostics or loaded.document or loaded.withdrawn or loaded.internal
    assert all(d.message and d.hint and d.span.line >= 1 for d in loaded.diagnostics)


@given(words.filter(lambda text: "\ud800" not in text))
def test_any_text_is_yaml_or_a_problem(text: str) -> None:
    item, problems = read_yaml(text)
    for problem in problems:
        assert 1 <= problem.line <= text.count("\n") + 1, problem
    if item is not None:
        assert all(part.line >= 1 for _, part in item.walk())


@given(st.lists(st.tuples(st.sampled_from([*field_names(), "x"]), words), max_size=4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_set_of_fields_can_be_checked_and_built(tmp_path_factory: pytest.TempPathFactory, fields: list) -> None:
    site = Site(tmp_path_factory.mktemp("site"))
    text = [(name, "".join(c for c in value if not "\ud800" <= c <= "\udfff")) for name, value in fields]
    site.write("fd-01-gfx/a.md", **dict(text)).build()
    assert site.is_published or site.codes


# ---------------------------------------------------------------- texts, terms and corrections


def loaded(body: str = "正文。", **fields: str) -> Document:
    head = {"标题": "某办法", "公开属性": "主动公开", "发布日期": "2021-06-10", "成文日期": "2021-06-03"} | fields
    text = "---\n" + "".join(f"{name}: {value}\n" for name, value in head.items()) + f"---\n\n{body}\n"
    found = load_document("fd-01-gfx/a.md", text.encode(), AROUND)
    assert not found.has_errors, found.diagnostics
    assert found.document
    return found.document


def test_corrections_are_read_in_the_order_of_their_days() -> None:
    written = "[{日期: 2021-08-01, 原文: 甲, 更正为: 乙}, {date: 2021-07-01, note: 漏了一页}]"
    assert loaded(更正=written).corrections == (
        Correction(date(2021, 7, 1), note="漏了一页"),
        Correction(date(2021, 8, 1), "甲", "乙"),
    )


@pytest.mark.parametrize(
    "written", ["[{日期: 2021-08-01, 原文: 甲}]", "[{更正为: 乙}]", "甲", "[{日期: 昨天, 更正为: 乙}]"]
)
def test_correction_that_does_not_say_enough_is_told(written: str) -> None:
    text = USUAL.replace("---\n\n", f"更正: {written}\n---\n\n")
    assert [d.code[0] for d in load_document("fd-01-gfx/a.md", text.encode(), AROUND).diagnostics] == ["F"]


def test_text_of_a_rule_and_what_it_is_based_on_are_read() -> None:
    found = loaded(文本所属="gz-1", 依据="[示发〔2020〕1号, gz-2]")
    assert found.version_of == "gz-1"
    assert [(claim.kind, claim.target) for claim in found.claims] == [
        (RelationKind.BASED_ON, "示发〔2020〕1号"),
        (RelationKind.BASED_ON, "gz-2"),
    ]


CLAUSE = "第九条　本办法自公布之日起施行，有效期五年。"


def test_document_states_when_it_begins_and_ends() -> None:
    assert loaded(CLAUSE).stated == Terms(date(2021, 6, 3), date(2026, 6, 2), "第九条", "有效期五年")
    assert loaded(CLAUSE, 施行日期="2021-07-01").stated.expire == date(2026, 6, 30)
    assert loaded(f"> {CLAUSE}").stated == Terms()


@pytest.mark.parametrize("field", [{"历次修改": "[{date: 2023-01-01, kind: 修正}]"}, {"文本所属": "gz-1"}])
def test_amended_text_does_not_state_when_it_begins(field: dict[str, str]) -> None:
    assert loaded("第九条　本办法自2021年7月1日起施行。", **field).stated == Terms()
    assert loaded(CLAUSE, **field).stated._replace(expire=None) == Terms(None, None, "第九条", "有效期五年")


@pytest.mark.parametrize(
    ("fields", "caption"),
    [
        (
            {"历次修改": "[{date: 2023-01-01, doc_no: 示令第5号, kind: 修正}]", "施行日期": "2021-07-01"},
            "（2021年6月3日示令第2号公布　自2021年7月1日起施行　根据2023年1月1日示令第5号修正）",
        ),
        (
            {"历次修改": "[{date: 2023-01-01, doc_no: 示令第5号, kind: 修订}]", "施行日期": "2023-03-01"},
            "（2021年6月3日示令第2号公布　根据2023年1月1日示令第5号修订　自2023年3月1日起施行）",
        ),
        (
            {"历次修改": "[{date: 2021-06-03, doc_no: 示令第2号, kind: 公布}]", "施行日期": "2021-06-03"},
            "（2021年6月3日示令第2号公布　自2021年6月3日起施行）",
        ),
        ({"历次修改": "[{date: 2023-01-01, kind: 修正}]"}, "（2021年6月3日示令第2号公布　根据2023年1月1日修正）"),
        ({"施行日期": "2021-07-01"}, ""),
        ({"题注": "（另写）", "历次修改": "[{date: 2023-01-01, kind: 修正}]"}, "（另写）"),
    ],
)
def test_caption_says_when_a_rule_was_issued_amended_and_began(fields: dict[str, str], caption: str) -> None:
    assert caption_of(loaded(发文字号="示令第2号", **fields)) == caption


@pytest.mark.parametrize(
    ("fields", "caption"),
    [
        ({"施行日期": "2021-07-01"}, "（2021年6月3日示令第2号公布　自2021年7月1日起施行）"),
        ({}, "（2021年6月3日示令第2号公布）"),
        ({"施行日期": "2020-07-01"}, ""),  # before the day it is said to have been issued
        ({"题注": "（另写）"}, "（另写）"),
    ],
)
def test_regulation_that_was_never_revised_has_a_caption_too(fields: dict[str, str], caption: str) -> None:
    doc = loaded(发文字号="示令第2号", **fields)
    assert caption_of(doc, is_regulation=True) == caption
    assert caption_of(doc) == fields.get("题注", "")


def test_clause_that_repeals_others_is_known_by_its_article() -> None:
    body = "第一条　甲。\n\n第九条　本办法自2021年7月1日起施行。\n\n《甲办法》（示科发〔2015〕5号）同时废止。"
    assert loaded(body).stated.repealed_in == ("第九条",)


def test_citations_are_told_at_their_lines_and_are_no_files() -> None:
    body = "依照《甲办法》第三条，见[乙](b)。\n\n依照《丙办法》。"
    found = load_document("fd-01-gfx/a.md", USUAL.replace("正文。", body).encode(), AROUND)
    assert [found.places[f"references[{n}]"] for n in range(3)] == [(8, 1), (8, 1), (10, 1)]
    withheld = load_document(
        "fd-01-gfx/a.md", USUAL.replace("正文。", body).replace("主动公开", "依申请公开").encode(), AROUND
    )
    assert {named.file for named in withheld.files} == {"b"}


# ---------------------------------------------------------------- the schema


def test_schema_knows_every_field_by_both_names() -> None:
    properties = front_matter_schema()["properties"]
    assert isinstance(properties, dict)
    for field_id, name in field_names().items():
        assert field_id in properties
        assert name in properties
