"""What is told about the life of documents: texts of a rule, terms in the text, citations, repeals."""

from __future__ import annotations

import pytest

from sitegen.checks import lives
from sitegen.site import BUILTIN
from sitegen.terms import find_repealed
from tests.story import Site

OLD = {"pub_date": "2020-03-05", "written_date": "2020-03-01", "effective_date": "2020-04-01"}
NEW = {"effective_date": "2024-05-01"}


def told(site: Site, *codes: str, as_of: str = "2026-11-22") -> list[str]:
    """The messages of these codes."""
    return [f"{d.span.path.removeprefix('content/')}: {d.message}" for d in site.check(as_of).found if d.code in codes]


# ---------------------------------------------------------------- citations of what has ended


def test_citation_of_an_ended_document_is_told_once_with_its_articles(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **OLD, repeal_date="2023-01-01")
    body = (
        "根据《某市经费管理办法》第三条第二款、《某市经费管理办法》第五条，制定本细则。依照《某市经费管理办法》执行。"
    )
    site.write("fd-01-gfx/a.md", title="某市奖励实施细则", body=body)
    assert told(site, "R112") == [
        "fd-01-gfx/a.md: 引用的《某市经费管理办法》（第三条第二款、第五条）已于 2023-01-01 废止，"
        "早于本件发布（2024-03-05）"
    ]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("《某市经费管理办法》同时废止。", {}),
        ("《某市经费管理办法》（示科规〔2020〕2号）和《某市旧办法》同时废止。", {}),
        ("为了修改《某市经费管理办法》。", {"repeals": "old"}),
        ("根据《某市经费管理办法》制定。", {"amends": "old"}),
    ],
)
def test_what_speaks_of_the_end_of_a_document_does_not_lean_on_it(
    site: Site, body: str, fields: dict[str, object]
) -> None:
    given = {**OLD, "repeal_date": "2023-01-01", "doc_no": "示科规〔2020〕2号"}
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **given)
    site.write("fd-01-gfx/a.md", title="某市经费管理规定", body=f"本规定自2024年5月1日起施行。{body}", **fields)
    assert told(site, "R112", "R113") == []


def test_document_that_ended_as_this_one_began_is_no_basis_of_it(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **OLD, repeal_date="2024-05-01")
    body = "与《某市经费管理办法》相比，调整了两项标准。"
    site.write("fd-01-gfx/a.md", title="某市经费管理规定", body=body, **NEW)
    assert told(site, "R112", "R113") == []


def test_earlier_texts_may_be_cited_by_the_later_ones_of_a_rule(site: Site) -> None:
    site.write("fd-01-gfx/gl.md", title="某市经费管理办法", body="旧文。", **OLD, repeal_date="2025-01-01")
    body = "修改《某市经费管理办法》。"
    site.write("fd-01-gfx/gl-2.md", title="某市经费管理办法", version_of="gl", body=body, **NEW)
    assert told(site, "R112", "R113") == []


def test_only_the_text_in_force_has_a_basis_to_look_at(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市科技项目办法", **OLD, repeal_date="2025-01-01")
    body = "根据《某市科技项目办法》第一条制定。"
    site.write("fd-01-gfx/gl.md", title="某市经费管理办法", body=body, **OLD)
    assert told(site, "R113") == ["fd-01-gfx/gl.md: 引用的《某市科技项目办法》第一条已于 2025-01-01 废止"]
    site.write("fd-01-gfx/gl-2.md", title="某市经费管理办法", version_of="gl", body="另行制定。", **NEW)
    assert told(site, "R113") == []


# ---------------------------------------------------------------- what the text says


def test_a_term_may_end_on_the_day_it_began(site: Site) -> None:
    """Both are usual: 2021-08-01 起五年 is written as until 2026-07-31 and as until 2026-08-01."""
    body = "第一条　本办法自2021年8月1日起施行，有效期5年。"
    for name, last in (("a", "2026-07-31"), ("b", "2026-08-01"), ("c", "2027-12-31")):
        dates = {"written_date": "2021-07-01", "pub_date": "2021-07-05", "effective_date": "2021-08-01"}
        site.write(f"fd-01-gfx/{name}.md", title=f"某市{name}办法", body=body, expire_date=last, **dates)
    assert [line[:15] for line in told(site, "R125")] == ["fd-01-gfx/c.md:"]


def test_a_term_that_another_document_prolongs_is_no_contradiction(site: Site) -> None:
    body = "第一条　本办法自2021年8月1日起施行，有效期5年。"
    dates = {"written_date": "2021-07-01", "pub_date": "2021-07-05", "effective_date": "2021-08-01"}
    site.write("fd-01-gfx/a.md", title="某市某某办法", body=body, expire_date="2028-07-31", **dates)
    site.write("fd-01-gfx/b.md", title="关于延长某某办法有效期的通知", amends="a")
    assert told(site, "R125") == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("《甲办法》同时废止。", ("甲办法",)),
        ("本办法自2024年5月1日起施行，《甲办法》（某发〔2015〕5号）同时废止。", ("某发〔2015〕5号",)),
        ("《甲办法》、《乙办法》和《丙办法》同时废止。", ("甲办法", "乙办法", "丙办法")),
        ("根据《甲法》，《乙办法》即行废止。", ("乙办法",)),
        ("《甲办法》自2024年5月1日起废止。", ("甲办法",)),
        ("《甲办法》第三条同时废止。", ()),
        ("《甲办法》与本办法不一致的规定同时废止。", ()),
        ("《甲办法》已于2015年废止。", ()),
        ("将第十条修改为：“《甲办法》同时废止。”", ()),
        ("《甲办法》同时施行。", ()),
    ],
)
def test_repeal_clause_is_recognised_when_it_is_plain(sentence: str, expected: tuple[str, ...]) -> None:
    assert find_repealed([sentence]) == expected


def test_repeal_clause_is_told_until_the_relation_is_written(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **OLD)
    clause = "第二条　本办法自2024年5月1日起施行，《某市经费管理办法》同时废止。"
    site.write("fd-01-gfx/a.md", title="某市项目管理办法", body=clause, **NEW)
    assert told(site, "R126") == ["fd-01-gfx/a.md: 正文写明《某市经费管理办法》废止，信息头没有写"]
    site.write("fd-01-gfx/a.md", title="某市项目管理办法", body=clause, **NEW, repeals="old")
    assert told(site, "R126") == []
    site.write("fd-01-gfx/a.md", title="某市项目管理办法", body=clause, **NEW)
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **OLD, repeal_date="2024-05-01")
    assert told(site, "R126") == []


def test_repeal_clause_means_the_earlier_document_of_the_same_name(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **OLD)
    clause = "第二条　本办法自2024年5月1日起施行，原《某市经费管理办法》同时废止。"
    site.write("fd-01-gfx/a.md", title="某市经费管理办法", body=clause, **NEW)
    assert [line[:15] for line in told(site, "R126")] == ["fd-01-gfx/a.md:"]


# ---------------------------------------------------------------- expiry


def test_expiry_is_told_in_the_days_before_it_and_not_after(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="某市经费管理办法", expire_date="2027-01-31")
    assert told(site, "R128", as_of="2026-11-01") == []
    assert len(told(site, "R128", as_of="2026-11-02")) == 1
    assert len(told(site, "R128", as_of="2027-01-31")) == 1
    assert told(site, "R128", as_of="2027-02-01") == []


def test_nobody_need_prolong_what_is_repealed_or_replaced_by_then(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="某市经费管理办法", expire_date="2027-01-31", body="旧文。", **OLD)
    site.write("fd-01-gfx/b.md", title="某市经费管理规定", repeals="a", effective_date="2027-01-15")
    assert told(site, "R128") == []
    site.write("fd-01-gfx/b.md", title="某市经费管理规定", effective_date="2027-01-15")
    assert len(told(site, "R128")) == 1
    site.write(
        "fd-01-gfx/a-2.md",
        title="某市经费管理办法",
        version_of="a",
        effective_date="2027-01-10",
        body="新文。",
        expire_date="2032-01-09",
    )
    assert told(site, "R128") == []


def test_site_sets_how_long_before_it_is_told_or_that_it_is_not(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="某市经费管理办法", expire_date="2027-05-31")
    site.setting(agency="示例市科学技术局", checks={"limits": {"expiry_notice": "200"}})
    assert len(told(site, "R128")) == 1
    site.setting(agency="示例市科学技术局", checks={"limits": {"expiry_notice": "不查"}})
    assert told(site, "R128", as_of="2027-05-30") == []


# ---------------------------------------------------------------- acts without effect, circles


def test_repealer_that_ends_first_is_told_long_before(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **OLD)
    late = {"doc": "old", "date": "2028-01-01"}
    site.write("fd-01-gfx/a.md", title="某市项目管理办法", repeals=late, expire_date="2027-06-30")
    assert told(site, "R129") == ["fd-01-gfx/a.md: 本件 2027-07-01 失效，2028-01-01 起废止《某市经费管理办法》不起作用"]


def test_circle_is_told_once_whatever_its_length(site: Site) -> None:
    for name, target in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        site.write(f"fd-01-gfx/{name}.md", title=f"某市{name}类管理办法", amends=target)
    found = told(site, "R134")
    assert found == ["fd-01-gfx/a.md: 与《某市b类管理办法》、《某市c类管理办法》互相废止、修改，绕成了一圈"]


# ---------------------------------------------------------------- days and 条 of repeals and amendments


def test_day_on_which_a_document_acts_fits_both(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **OLD)

    def acting(day: str) -> list[str]:
        site.write("fd-01-gfx/a.md", title="某市项目管理办法", repeals={"doc": "old", "date": day})
        return [line.partition(": ")[2][:21] for line in told(site, "R115", "R135")]

    assert acting("2020-02-29") == ["自 2020-02-29 起废止《某市经费"]
    assert "R135" in site.codes
    assert len(acting("2020-03-01")) == 1
    assert "R115" in site.codes
    assert acting("2024-03-01") == acting("2030-01-01") == []


def test_rule_may_have_been_amended_before_the_text_that_is_shown_was_written(site: Site) -> None:
    revisions = [{"date": "2015-03-01", "kind": "公布"}, {"date": "2020-03-01", "kind": "修订"}]
    site.write("fd-01-gfx/gl.md", title="某市经费管理办法", revisions=revisions, **OLD)
    given = {"pub_date": "2018-03-05", "written_date": "2018-03-01"}
    site.write("fd-01-gfx/a.md", title="某市决定", amends={"doc": "gl", "articles": ["第九十九条"]}, **given)
    assert told(site, "R115", "R135", "R136") == []


@pytest.mark.parametrize(
    ("kind", "article", "is_told"),
    [
        ("repeals", "第二条", False),
        ("repeals", "第2条第一款", False),
        ("repeals", "第四条", True),
        ("repeals", "第二条之一", True),
        ("repeals", "第二章", False),
        ("repeals", "附件2", False),
        ("amends", "第四条", False),  # a new one, after the last
        ("amends", "第二条之一", False),
        ("amends", "第五条", True),
    ],
)
def test_article_that_is_acted_on_is_there(site: Site, kind: str, article: str, is_told: bool) -> None:
    body = "第一条　甲。\n\n第二条　乙。\n\n第三条　丙。"
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", body=body, **OLD)
    site.write("fd-01-gfx/a.md", title="某市项目管理办法", **{kind: {"doc": "old", "articles": [article]}})
    assert bool(told(site, "R136")) is is_told


def test_text_without_articles_is_not_asked_for_them(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", body="一、甲。", **OLD)
    site.write("fd-01-gfx/a.md", title="某市项目管理办法", repeals={"doc": "old", "articles": ["第九条"]})
    assert told(site, "R136") == []


def test_second_repeal_is_told_unless_the_document_had_just_expired(site: Site) -> None:
    site.write("fd-01-gfx/old.md", title="某市经费管理办法", **OLD, expire_date="2022-12-31")
    site.write("fd-01-gfx/a.md", title="某市项目管理办法", repeals="old")
    assert told(site, "R138") == []
    site.write("fd-01-gfx/b.md", title="某市决定", repeals="old", pub_date="2022-03-05", written_date="2022-03-01")
    assert told(site, "R138") == [
        "fd-01-gfx/a.md: 《某市经费管理办法》已于 2022-03-01 废止，2024-03-01 起的废止不起作用"
    ]


# ---------------------------------------------------------------- texts of a rule


def test_day_of_a_text_may_be_that_of_the_document_that_made_it(site: Site) -> None:
    given = {"title": "某市科技经费管理办法", "version_of": "gl"}
    revisions = [{"date": "2024-03-01", "doc_no": "示科规〔2024〕5号", "kind": "修改"}]
    site.write("fd-01-gfx/gl.md", title="某市科技经费管理办法", body="旧文。", **OLD)
    site.write("fd-01-gfx/gl-2.md", body="新文。", revisions=revisions, **given)
    assert len(told(site, "R127")) == 1
    site.write("fd-01-gfx/xg.md", title="某市决定", amends="gl", doc_no="示科规〔2024〕5号", **NEW)
    assert told(site, "R127") == []


def test_documents_are_looked_through_once_for_all_texts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def normalized(number: str) -> str:
        asked.append(number)
        return number

    monkeypatch.setattr(lives, "normalize_doc_no", normalized)
    for n in range(1, 5):
        revisions = [{"date": "2024-03-01", "doc_no": f"示科规〔2024〕{n}号", "kind": "修改"}]
        site.write(f"fd-01-gfx/r{n}.md", title=f"某市第{n}办法", body=f"旧文{n}。", **OLD)
        site.write(f"fd-01-gfx/t{n}.md", title=f"某市第{n}办法", body="新文。", version_of=f"r{n}", revisions=revisions)
        site.write(f"fd-01-gfx/d{n}.md", title=f"某市第{n}决定", doc_no=f"示科发〔2023〕{n}号")
    assert len(told(site, "R127")) == 4
    assert [asked.count(f"示科发〔2023〕{n}号") for n in range(1, 5)] == [1, 1, 1, 1]


def test_text_of_the_future_is_told_until_its_day(site: Site) -> None:
    revisions = [
        {"date": "2020-03-01", "kind": "公布"},
        {"date": "2024-03-01", "doc_no": "示科规〔2024〕5号", "kind": "修改"},
    ]
    site.write("fd-01-gfx/gl.md", title="某市科技经费管理办法", revisions=revisions, **OLD)
    assert told(site, "R137") == []
    site.write(
        "fd-01-gfx/xg.md", title="某市决定", amends="gl", doc_no="示科规〔2024〕5号", effective_date="2027-01-01"
    )
    assert len(told(site, "R137")) == 1
    assert told(site, "R137", as_of="2027-01-01") == []


def test_texts_of_a_rule_are_no_doubles_of_each_other(site: Site) -> None:
    given = {"doc_no": "示科规〔2020〕2号", "title": "某市科技经费管理办法"}
    site.write("fd-01-gfx/gl.md", body="旧文。", **OLD, **given)
    site.write("fd-01-gfx/gl-2.md", body="新文。", version_of="gl", **{**OLD, **NEW}, **given)
    assert site.check().codes == []


def test_text_kept_for_those_who_look_it_up_is_not_late(site: Site) -> None:
    site.write("fd-01-gfx/gl.md", title="某市科技经费管理办法", body="新文。", **NEW)
    old = {**OLD, "pub_date": "2024-03-05"}
    site.write("fd-01-gfx/gl-2020.md", title="某市科技经费管理办法", body="旧文。", version_of="gl", **old)
    assert told(site, "P110", "F151") == []


def test_interpretation_of_a_text_interprets_the_rule(site: Site) -> None:
    new = {"pub_date": "2026-10-08", "written_date": "2026-10-05"}
    site.write("fd-01-gfx/gl.md", title="某市科技经费管理办法", body="旧文。", **{**OLD, **new})
    site.write("fd-01-gfx/gl-2.md", title="某市科技经费管理办法", body="新文。", version_of="gl", **new, **NEW)
    site.write("fd-01-gfx/b.md", title="某市科技项目管理办法", **new)
    site.write("fd-01-jd/j.md", title="解读", interprets="gl-2", interpret_form="文字解读", **new)
    assert [line.partition(":")[0] for line in told(site, "R111")] == ["fd-01-gfx/b.md"]


def test_download_beside_a_regulation_will_do(site: Site) -> None:
    files = ["规定.docx", "规定.pdf"]
    given = {"caption": "（2024年3月1日某市人民政府令第2号公布　自2024年5月1日起施行）", **NEW}
    site.write("fd-01-gz/a.md", title="某市科技进步规定", attachments=files, **given)
    for name in files:
        site.file(f"fd-01-gz/{name}")
    assert "P123" not in site.check(extensions=BUILTIN).codes
    site.write("fd-01-gz/a.md", title="某市科技进步规定", attachments=files[:1], **given)
    found = [d.message for d in site.check(extensions=BUILTIN).found if d.code == "P123"]
    assert found == ["规章没有 PDF 下载版，共 1 份，这是最新的一份"]
