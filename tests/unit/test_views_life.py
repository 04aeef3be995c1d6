"""What readers are told of the life of documents: notices, texts of rules, lists of libraries, compilation, numbers."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import pytest
from selectolax.lexbor import LexborHTMLParser

from sitegen.catalog import Catalog, build_catalog
from sitegen.diagnostics import Severity
from sitegen.formats import FORMATS
from sitegen.load import load_tree
from sitegen.model import Column, History, Kind, ListStyle, Recipe
from sitegen.views import VIEWS, plan
from sitegen.views.frames import desk
from sitegen.views.library import YearCounts, apart, bundles_of, counts
from sitegen.views.life import broken, picture_of
from sitegen.views.pages import CompilationPage, DocumentPage, ListPage, RelatedRow, RelationGroup
from tests.story import TODAY, Site

ARTICLES = "第一条　甲。\n\n第二条　乙。\n"


def catalog_of(site: Site, as_of: str = TODAY) -> Catalog:
    moment = datetime.combine(date.fromisoformat(as_of), time(23, 59))
    tree = load_tree(site.content, site.themes, moment)
    assert not [d for d in tree.diagnostics if d.severity is Severity.ERROR], tree.diagnostics
    catalog, findings = build_catalog(tree, History(), moment.date())
    assert not findings
    return catalog


def page(catalog: Catalog, path: str) -> object:
    """The page value at this address."""
    model = next(task.model for task in plan(catalog, VIEWS) if task.path == path)
    return model.make(catalog.bodies) if isinstance(model, Recipe) else model


def document(catalog: Catalog, doc_id: str) -> DocumentPage:
    found = page(catalog, f"doc/{doc_id}/index.html")
    assert isinstance(found, DocumentPage)
    return found


def said(catalog: Catalog, doc_id: str) -> tuple[str, str, str, str]:
    """State, sentence, reason, and where its link leads."""
    notice = document(catalog, doc_id).notice
    assert notice is not None
    return notice.state, notice.text, notice.reason, notice.cause_url


def listed(catalog: Catalog, path: str) -> list[str]:
    found = page(catalog, path)
    assert isinstance(found, ListPage)
    return [row.title for row in found.rows]


# ---------------------------------------------------------------- notices


def test_document_in_force_has_no_notice_but_says_since_when(site: Site):
    site.write("fd-01-gfx/a.md", effective_date="2024-04-01", expire_date="2029-03-31")
    shown = document(catalog_of(site), "a")
    assert (shown.notice, shown.validity, shown.since) == (None, "现行有效", "自2024年4月1日至2029年3月31日")


def test_pending_document_says_from_when_it_is_in_force(site: Site):
    site.write("fd-01-gfx/a.md", effective_date="2027-01-01")
    assert said(catalog_of(site), "a")[:2] == ("尚未施行", "本文件尚未施行，自2027年1月1日起施行。")


def test_expired_document_says_which_words_of_its_own_end_it(site: Site):
    body = f"{ARTICLES}\n第三条　本办法自2018年4月1日起施行，有效期五年。"
    site.write("fd-01-gfx/a.md", body=body, written_date="2018-03-01", pub_date="2018-03-05")
    state, text, reason, _ = said(catalog_of(site), "a")
    assert (state, text) == ("失效", "本文件已于2023年4月1日失效，仅供查考。")
    assert "第三条" in reason
    assert "有效期五年" in reason


def test_repealed_document_links_what_repealed_it(site: Site):
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md", "新办法", repeals=["a"], effective_date="2024-05-01")
    state, text, _, url = said(catalog_of(site), "a")
    assert (state, text, url) == ("废止", "本文件已于2024年5月1日废止，仅供查考。", "doc/b/index.html")


def test_coming_repeal_is_announced(site: Site):
    site.write("fd-01-gfx/a.md").write("fd-01-gfx/b.md", "新办法", repeals=[{"doc": "a", "date": "2027-03-01"}])
    catalog = catalog_of(site)
    assert said(catalog, "a") == ("现行有效", "本文件目前有效，将于2027年3月1日废止。", "", "doc/b/index.html")


def test_amended_document_names_the_articles(site: Site):
    claim = {"doc": "a", "date": "2024-06-01", "articles": ["第一条", "第二条"]}
    site.write("fd-01-gfx/a.md", body=ARTICLES).write("fd-01-gfx/b.md", "决定", amends=[claim])
    assert said(catalog_of(site), "a")[1] == "本文件已于2024年6月1日被修改（第一条、第二条），以修改后的规定为准。"
    site.write("fd-01-gfx/b.md", "决定", repeals=[claim])
    assert said(catalog_of(site), "a")[1] == "本文件第一条、第二条已于2024年6月1日废止，其余规定仍然有效。"


def more_said(catalog: Catalog, doc_id: str) -> list[tuple[str, str]]:
    """The sentences after the first, and where their links lead."""
    notice = document(catalog, doc_id).notice
    assert notice is not None
    return [(line.text, line.cause_url) for line in notice.more]


def test_repealed_document_says_which_article_of_the_other_repeals_it(site: Site):
    body = "第一条　甲。\n\n第二十条　本办法自2024年5月1日起施行。《旧办法》（示科规〔2015〕5号）同时废止。"
    site.write("fd-01-gfx/a.md", "旧办法", doc_no="示科规〔2015〕5号", written_date="2015-03-01")
    site.write("fd-01-gfx/b.md", "新办法", body=body, repeals=["a"], effective_date="2024-05-01")
    assert said(catalog_of(site), "a")[2] == "第二十条"


@pytest.mark.parametrize("kind", ["延长有效期", "延期"])
def test_extension_listed_by_the_document_is_no_amendment(site: Site, kind: str):
    number = {"doc_no": "示科规〔2026〕3号", "effective_date": "2026-06-01", "amends": ["a"]}
    site.write("fd-01-gfx/b.md", "关于延长有效期的通知", written_date="2026-06-01", pub_date="2026-06-02", **number)
    dates = {"effective_date": "2021-08-01", "expire_date": "2029-07-31", "written_date": "2021-06-03"}
    site.write("fd-01-gfx/a.md", **dates)
    assert said(catalog_of(site), "a")[0] == "已修改"
    revisions = [{"date": "2026-06-01", "doc_no": "示科规〔2026〕3号", "kind": kind}]
    site.write("fd-01-gfx/a.md", revisions=revisions, **dates)
    catalog = catalog_of(site)
    assert said(catalog, "a") == ("现行有效", "本文件有效期已延长至2029年7月31日。", "", "doc/b/index.html")
    history = document(catalog, "a").history
    assert [(row.kind, row.what) for row in history if row.cause_url] == [("被修改", kind)]


def test_coming_changes_are_announced_in_their_order(site: Site):
    site.write("fd-01-gfx/a.md", body=ARTICLES).write(
        "fd-01-gfx/b.md",
        "决定",
        repeals=[{"doc": "a", "articles": ["第二条"], "date": "2027-03-01"}, {"doc": "c", "date": "2027-05-01"}],
        amends=[{"doc": "a", "articles": ["第一条"], "date": "2027-01-01"}],
    )
    site.write("fd-01-gfx/c.md")
    catalog = catalog_of(site)
    assert said(catalog, "a") == ("现行有效", "本文件第一条将于2027年1月1日被修改。", "", "doc/b/index.html")
    assert more_said(catalog, "a") == [("本文件第二条将于2027年3月1日废止。", "doc/b/index.html")]
    assert said(catalog, "c")[1] == "本文件目前有效，将于2027年5月1日废止。"
    later = catalog_of(site, "2027-01-01")
    assert said(later, "a")[1] == "本文件已于2027年1月1日被修改（第一条），以修改后的规定为准。"
    assert more_said(later, "a") == [("本文件第二条将于2027年3月1日废止。", "doc/b/index.html")]


def test_pending_document_says_what_will_end_it(site: Site):
    site.write("fd-01-gfx/a.md", effective_date="2027-06-01")
    site.write("fd-01-gfx/b.md", "决定", repeals=[{"doc": "a", "date": "2027-01-01"}])
    catalog = catalog_of(site)
    assert said(catalog, "a")[1] == "本文件尚未施行，原定自2027年6月1日起施行。"
    assert more_said(catalog, "a") == [("本文件将于2027年1月1日废止。", "doc/b/index.html")]


def test_corrections_are_shown(site: Site):
    site.write("fd-01-gfx/a.md", corrections=[{"date": "2024-04-02", "was": "十五日", "now": "十五个工作日"}])
    assert document(catalog_of(site), "a").corrections == (("2024-04-02", "十五日", "十五个工作日", ""),)


# ---------------------------------------------------------------- texts of rules


@pytest.fixture
def rule(site: Site) -> Site:
    """A rule with the texts of 2013, 2019 (its own file) and 2027."""
    site.write("fd-01-gz/tcc.md", "停车场办法", written_date="2019-11-01", effective_date="2019-12-01", body=ARTICLES)
    for year in (2013, 2027):
        dates = {"written_date": f"{min(year, 2026)}-01-02", "pub_date": f"{min(year, 2026)}-01-05"}
        site.write(
            f"fd-01-gz/tcc-{year}.md",
            "停车场办法",
            version_of="tcc",
            effective_date=f"{year}-02-01",
            body=f"第一条　{year}年。",
            **dates,
        )
    return site


def test_rule_lists_its_texts_with_their_addresses_and_days(rule: Site):
    rows = document(catalog_of(rule), "tcc").versions
    assert [(row.day, row.until, row.state, row.is_here) for row in rows] == [
        ("2013-02-01", "2019-11-30", "已修改", False),
        ("2019-12-01", "2027-01-31", "现行有效", True),
        ("2027-02-01", "", "尚未施行", False),
    ]
    assert [row.url for row in rows] == [
        "doc/tcc-2013/index.html",
        "doc/tcc/2019-12-01/index.html",
        "doc/tcc-2027/index.html",
    ]
    assert [bool(row.compare_url) for row in rows] == [False, True, True]


def test_every_address_of_the_texts_is_a_page_of_the_site(rule: Site):
    catalog = catalog_of(rule)
    paths = {task.path for task in plan(catalog, VIEWS)}
    rows = document(catalog, "tcc").versions
    assert {url for row in rows for url in (row.url, row.compare_url) if url} <= paths
    assert document(catalog, "tcc").compare_url in paths


def test_page_of_one_text_says_which_it_is_and_leads_to_the_current_one(rule: Site):
    catalog = catalog_of(rule)
    past, own, coming = (said(catalog, name) for name in ("tcc-2013", "tcc/2019-12-01", "tcc-2027"))
    assert past[:2] == ("已修改", "这是《停车场办法》2013年2月1日起施行的文本，已于2019年12月1日被修改。")
    assert own[:2] == ("现行有效", "这是《停车场办法》2019年12月1日起施行的文本，也是现行文本。")
    assert coming[:2] == ("尚未施行", "这是《停车场办法》自2027年2月1日起施行的文本，现在尚未施行。")
    assert {url for _, _, _, url in (past, own, coming)} == {"doc/tcc/index.html"}
    crumb = document(catalog, "tcc-2013").rule
    assert crumb is not None
    assert crumb.url == "doc/tcc/index.html"


def test_rule_announces_its_next_text_until_it_is_in_force(rule: Site):
    assert said(catalog_of(rule), "tcc")[3] == "doc/tcc-2027/index.html"
    after = document(catalog_of(rule, "2027-02-01"), "tcc")
    assert after.notice is None
    assert "2027年" in after.body
    assert [row.is_here for row in after.versions] == [False, False, True]


def test_new_text_is_told_when_published_and_when_it_comes_into_force(rule: Site):
    catalog = catalog_of(rule, "2027-02-01")
    rows = document(catalog, "tcc").history
    assert [(row.day, row.kind, row.what, row.url) for row in rows if "新文本" in row.what] == [
        ("2027-02-01", "施行", "新文本", "doc/tcc/index.html"),
        ("2026-01-05", "发布", "新文本，2027-02-01起施行", "doc/tcc-2027/index.html"),
        ("2024-03-05", "发布", "新文本，2019-12-01起施行", "doc/tcc/2019-12-01/index.html"),
        ("2019-12-01", "施行", "新文本", "doc/tcc/index.html"),
    ]


def test_new_text_stands_among_what_is_not_yet_in_force(rule: Site):
    catalog = catalog_of(rule)
    found = page(catalog, "fd-01-gz/pending/index.html")
    assert isinstance(found, ListPage)
    assert [(row.url, row.note) for row in found.rows] == [("doc/tcc-2027/index.html", "新文本，自2027年2月1日起施行")]
    assert [tab.count for tab in found.tabs] == [1, 1, 0]
    assert desk(catalog).counts["fd-01-gz"] == 1
    assert listed(catalog_of(rule, "2027-02-01"), "fd-01-gz/pending/index.html") == []


def test_texts_of_a_rule_are_one_document_in_lists_and_numbers(rule: Site):
    catalog = catalog_of(rule)
    assert listed(catalog, "fd-01-gz/index.html") == ["停车场办法"]
    assert counts(catalog, 2019, "regulation") == YearCounts(0, 0, 1)
    assert counts(catalog, 2013, "regulation") == YearCounts(1, 0, 1)


# ---------------------------------------------------------------- libraries


@pytest.fixture
def library(site: Site) -> Site:
    site.setting(agency="示例市科学技术局", downloads={"kinds": []})
    site.write("fd-01-gfx/now.md", "现行办法", body=ARTICLES, doc_no="示科规〔2024〕1号")
    site.write("fd-01-gfx/soon.md", "将行办法", effective_date="2027-01-01")
    site.write("fd-01-gfx/gone.md", "旧办法", repeal_date="2026-12-01", body=ARTICLES)
    return site.write("fd-01-gfxfz/old.md", "更旧的办法", repeal_date="2024-06-01", pub_date="2024-03-04")


def test_library_lists_what_is_in_force_apart_from_the_rest(library: Site):
    catalog = catalog_of(library)
    assert listed(catalog, "fd-01-gfx/index.html") == ["旧办法", "现行办法"]
    assert listed(catalog, "fd-01-gfx/pending/index.html") == ["将行办法"]
    assert listed(catalog, "fd-01-gfx/ended/index.html") == ["更旧的办法"]
    assert listed(catalog, "fd-01-gfxfz/index.html") == ["更旧的办法"]


def test_repealed_document_moves_to_the_archive_on_its_day(library: Site):
    catalog = catalog_of(library, "2026-12-01")
    assert listed(catalog, "fd-01-gfx/index.html") == ["现行办法"]
    assert listed(catalog, "fd-01-gfx/ended/index.html") == ["旧办法", "更旧的办法"]
    assert listed(catalog, "fd-01-gfxfz/index.html") == ["旧办法", "更旧的办法"]


@pytest.mark.parametrize("day", [TODAY, "2026-12-01", "2027-01-01"])
def test_numbers_beside_columns_are_those_of_their_lists(library: Site, day: str):
    shared = desk(catalog_of(library, day))
    found = shared.counts
    assert found["fd-01-gfx"] + found["fd-01-gfxfz"] == found["fd-01"] == 4
    tabs = page(shared.catalog, "fd-01-gfx/index.html")
    assert isinstance(tabs, ListPage)
    current, pending, ended = (tab.count for tab in tabs.tabs)
    assert (current + pending, ended) == (found["fd-01-gfx"], found["fd-01-gfxfz"])


def test_lists_of_what_ended_say_when_and_by_what(library: Site):
    library.write("fd-01-gfx/by.md", "新办法", repeals=[{"doc": "now", "date": "2026-11-01"}])
    catalog = catalog_of(library)
    for path in ("fd-01-gfx/ended/index.html", "fd-01-gfxfz/index.html"):
        found = page(catalog, path)
        assert isinstance(found, ListPage)
        assert [(row.note, row.cause_title, row.cause_url) for row in found.rows] == [
            ("2026年11月1日废止", "新办法", "doc/by/index.html"),
            ("2024年6月1日废止", "", ""),
        ]


def test_tab_without_documents_says_so(library: Site):
    library.delete("fd-01-gfx/soon.md")
    found = page(catalog_of(library), "fd-01-gfx/pending/index.html")
    assert isinstance(found, ListPage)
    assert found.empty == "本栏目目前没有尚未施行的文件。"
    assert [tab.count for tab in found.tabs] == [2, 0, 1]


def test_gathering_library_has_the_same_lists(site: Site):
    site.write("fd-01-gz/a.md", "甲").write("fd-01-gz/b.md", "乙", effective_date="2027-01-01")
    site.write("fd-01-gzfz/c.md", "丙", repeal_date="2024-06-01")
    catalog = catalog_of(site)
    for folder in ("fd-01-gz", "gzk"):
        assert listed(catalog, f"{folder}/index.html") == ["甲"]
        assert listed(catalog, f"{folder}/pending/index.html") == ["乙"]
        assert listed(catalog, f"{folder}/ended/index.html") == ["丙"]


def test_only_columns_that_keep_what_has_ended_are_archives():
    kind = Kind("normative", "规范性文件", ListStyle.DOCUMENTS)
    assert Column("a", "行政规范性文件", kind).is_library
    assert not Column("a", "废止和失效规范性文件", kind).is_library
    assert not Column("a", "其他文件", Kind("policy", "政策", ListStyle.DOCUMENTS)).is_library


def test_shorter_list_loses_no_address(site: Site):
    site.setting(agency="示例市科学技术局", limits={"page_size": 2})
    for number in range(5):
        repealed = {"repeal_date": "2026-11-23"} if number else {"effective_date": "2026-11-23"}
        site.write(f"fd-01-gfx/{number}.md", f"第{number}号办法", **repealed)
    assert site.build("2026-11-22").is_published, site.diagnostics
    assert site.build("2026-11-23").is_published, site.diagnostics
    assert not (site.output / "fd-01-gfx/page/2/index.html").exists()
    assert (site.output / "fd-01-gfx/ended/page/2/index.html").is_file()


# ---------------------------------------------------------------- compilation


def compiled(catalog: Catalog, folder: str = "fd-01-gfx") -> CompilationPage:
    found = page(catalog, f"{folder}/compilation/index.html")
    assert isinstance(found, CompilationPage)
    return found


def test_compilation_holds_every_text_in_force_with_ids_of_its_own(library: Site):
    found = compiled(catalog_of(library))
    assert [text.title for text in found.texts] == ["旧办法", "现行办法"]
    tree = LexborHTMLParser("".join(text.body for text in found.texts))
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert ids == ["gone/第一条", "gone/第二条", "now/第一条", "now/第二条"]


def test_compilation_says_the_day_of_the_last_change_and_the_numbers(library: Site):
    found = compiled(catalog_of(library))
    assert found.as_of == "2024-06-01"
    assert dict(found.numbers) == {"2026年制发": 0, "2026年废止": 0, "现行有效": 2}
    assert compiled(catalog_of(library, "2026-12-01")).as_of == "2026-12-01"


def test_compilation_stays_the_same_while_nothing_changes(library: Site):
    library.build("2026-11-22").build("2026-11-23")
    assert not [path for path in library.rewritten if "compilation" in path]


def test_compilation_that_is_not_wanted_keeps_its_address_and_lists_the_texts(library: Site):
    library.setting(agency="示例市科学技术局", downloads={"compile": []})
    found = compiled(catalog_of(library))
    assert not found.is_whole
    assert [(text.url, text.body) for text in found.texts] == [("doc/gone/index.html", ""), ("doc/now/index.html", "")]


def test_edit_of_a_text_changes_the_compilation(library: Site):
    library.build().write("fd-01-gfx/now.md", "现行办法", body="第一条　改了。", doc_no="示科规〔2024〕1号").build()
    assert "fd-01-gfx/compilation/index.html" in library.rewritten
    assert library.tree() == library.clean_tree()


def test_order_before_a_regulation_is_left_out(site: Site):
    order = ("示例市人民政府令", "第12号", "《停车场办法》已经会议通过，现予公布。", "市长　张三", "2024年3月1日")
    site.write("fd-01-gz/a.md", "停车场办法", body="\n\n".join((*order, "停车场办法", ARTICLES)))
    catalog = catalog_of(site)
    assert "现予公布" not in document(catalog, "a").body
    assert "现予公布" not in compiled(catalog, "fd-01-gz").texts[0].body
    assert "第一条" in document(catalog, "a").body


def test_parts_of_a_longer_page_keep_their_links_and_levels():
    html = '<h2 id="一">甲 id="x"</h2>\n<p><a href="../../doc/b/index.html">乙</a> <a href="#%E4%B8%80">丙</a></p>'
    assert apart(html, "办法", "办法") == (
        '<h3 id="办法/一">甲 id="x"</h3>\n<p><a href="../../doc/b/index.html">乙</a> '
        '<a href="#%E5%8A%9E%E6%B3%95/%E4%B8%80">丙</a></p>'
    )


@pytest.fixture
def with_files(library: Site) -> Catalog:
    library.setting(agency="示例市科学技术局", downloads={"kinds": ["normative"], "forms": ["docx"]})
    note = "第一条　甲[^1]。\n\n[^1]: 注。"
    library.write("fd-01-gfx/now.md", "现行办法", body=note).write("fd-01-gfx/also.md", "另一办法", body=note)
    return catalog_of(library)


def test_lists_of_a_library_offer_the_files_of_each_text(with_files: Catalog):
    found = page(with_files, "fd-01-gfx/index.html")
    assert isinstance(found, ListPage)
    assert found.has_files
    assert {file.title for row in found.rows for file in row.downloads} == {"下载文字版"}
    assert [file.title for file in found.files] == ["制度文件汇编", "全部文件打包下载"]


def test_zip_of_a_library_has_every_text_in_force_and_a_list(with_files: Catalog):
    bundle = next(bundle for bundle in bundles_of(with_files) if bundle.path.startswith("fd-01-gfx/"))
    assert [name for name, _ in bundle.members] == ["001 另一办法.docx", "002 旧办法.docx", "003 现行办法.docx"]
    ((name, text),) = bundle.texts
    assert name == "目录.csv"
    assert "3,现行办法,,2024-03-01,2024-03-05,现行有效,003 现行办法.docx\r\n" in text
    paths = {task.path for task in plan(with_files, VIEWS)}
    assert {path for _, path in bundle.members} <= paths


def test_compiled_paper_numbers_its_footnotes_through_and_can_be_set(with_files: Catalog):
    task = next(task for task in plan(with_files, VIEWS) if task.path == "fd-01-gfx/compilation/fd-01-gfx-汇编.docx")
    assert isinstance(task.model, Recipe)
    paper = task.model.make(with_files.bodies)
    marks = [node.text() for node in LexborHTMLParser(paper.html).css("sup.footnote-ref")]
    notes = [node.attributes["id"] for node in LexborHTMLParser(paper.html).css("li[id^=fn]")]
    assert (marks, notes) == (["[1]", "[2]"], ["fn1", "fn2"])
    data = FORMATS["docx"].produce(task._replace(model=paper), None)
    assert "现行办法" in zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()


# ---------------------------------------------------------------- numbers of the annual report


def test_numbers_count_what_was_made_repealed_and_in_force_at_the_end_of_the_year(site: Site):
    site.write("fd-01-gfx/a.md", "甲", written_date="2024-03-01")
    site.write("fd-01-gfx/b.md", "乙", written_date="2025-02-01", pub_date="2025-02-05", repeals=["a"])
    site.write("fd-01-gfx/c.md", "丙", written_date="2024-05-01", expire_date="2024-12-30")
    site.write("fd-01-gfxfz/d.md", "丁", written_date="2010-05-01", pub_date="2010-05-03", repeal_date="2024-01-01")
    site.write("fd-01-qt/e.md", "其他")
    catalog = catalog_of(site)
    assert counts(catalog, 2023, "normative") == YearCounts(made=0, repealed=0, in_force=1)
    assert counts(catalog, 2024, "normative") == YearCounts(made=2, repealed=2, in_force=1)
    assert counts(catalog, 2025, "normative") == YearCounts(made=1, repealed=1, in_force=1)
    assert counts(catalog, 2024, "regulation") == YearCounts(0, 0, 0)


def test_numbers_of_the_year_that_runs_are_those_of_the_day(site: Site):
    site.write("fd-01-gfx/a.md", written_date="2026-03-01", pub_date="2026-03-05", repeal_date="2026-12-01")
    assert counts(catalog_of(site), 2026, "normative") == YearCounts(1, 0, 1)
    assert counts(catalog_of(site), 2027, "normative") == YearCounts(0, 0, 1)


# ---------------------------------------------------------------- the picture


def rows(count: int) -> tuple[RelatedRow, ...]:
    return tuple(RelatedRow(f"第{number}号文件", f"doc/{number}/index.html") for number in range(count))


def test_few_relations_need_no_picture():
    assert picture_of("甲", (RelationGroup("本文件的依据", rows(3)),)) is None


def test_picture_has_what_acts_on_the_document_left_of_it():
    picture = picture_of("甲", (RelationGroup("本文件的依据", rows(2)), RelationGroup("对本文件的解读", rows(2))))
    assert picture is not None
    assert [(point.label, point.is_source) for point in picture.points] == [("解读", True)] * 2 + [("依据", False)] * 2
    assert "对本文件的解读：第0号文件、第1号文件。" in picture.text
    assert picture.rest == ""


def test_picture_of_many_relations_says_how_many_there_are():
    picture = picture_of("甲", (RelationGroup("本文件的依据", rows(9)), RelationGroup("对本文件的解读", rows(8))))
    assert picture is not None
    assert (len(picture.points), picture.rest) == (12, "等17件")
    tops = [point.y for point in picture.points if point.is_source]
    assert tops == sorted(set(tops))
    assert max(tops) < picture.height


def test_title_is_broken_into_lines_that_fit():
    assert broken("短", 8, 2) == ("短",)
    assert broken("关于印发《办法》的通知", 10, 3) == ("关于印发", "《办法》的", "通知")
    assert broken("示例市科学技术局通知", 8, 2) == ("示例市科", "学技术…")
