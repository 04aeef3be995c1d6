"""Of which documents the site makes Word and PDF files, where they stand, and where their links lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sitegen.catalog import Catalog, build_catalog
from sitegen.load import load_tree
from sitegen.model import Downloads, History
from sitegen.paper import Paper, PaperFile
from sitegen.views import plan
from sitegen.views.downloads import PaperRecipe, files_of, tasks, tasks_of, wanted
from tests.story import Site


def catalog_of(site: Site, downloads: Downloads | None = None, **config: object) -> Catalog:
    tree = load_tree(site.content, site.themes, datetime(2026, 11, 22, 12))
    catalog, _ = build_catalog(tree, History(), date(2026, 11, 22))
    chosen = replace(catalog.config, downloads=downloads or Downloads(), **config)  # type: ignore[arg-type]
    return replace(catalog, config=chosen, forms=("docx", "pdf"))


def paths_of(catalog: Catalog) -> list[tuple[str, str]]:
    return [(task.path, task.format) for task in tasks(catalog)]


def paper_of(catalog: Catalog, doc_id: str) -> Paper:
    task = next(iter(tasks_of(catalog, [doc_id])))
    assert isinstance(task.model, PaperRecipe)
    return task.model.make(catalog.bodies)


def test_documents_of_the_chosen_kinds_have_both_forms(site: Site) -> None:
    site.write("fd-01-gfx/a.md").write("fd-05-jg/b.md")
    catalog = catalog_of(site)
    assert paths_of(catalog) == [("doc/a/a.docx", "docx"), ("doc/a/a.pdf", "pdf")]
    assert [wanted(catalog, catalog.documents[name]) for name in "ab"] == [True, False]


def test_documents_of_the_chosen_columns_and_those_below_have_them_too(site: Site) -> None:
    site.write("fd-01-gfx/a.md").write("fd-05-jg/b.md")
    assert paths_of(catalog_of(site, Downloads(kinds=(), columns=("fd-05",), forms=("docx",)))) == [
        ("doc/b/b.docx", "docx")
    ]


def test_what_this_machine_cannot_make_is_not_offered(site: Site) -> None:
    site.write("fd-01-gfx/a.md")
    catalog = replace(catalog_of(site), forms=("docx",))
    assert paths_of(catalog) == [("doc/a/a.docx", "docx")]
    assert [file.format for file in files_of(catalog, catalog.documents["a"])] == ["DOCX"]


def test_document_without_words_has_none(site: Site) -> None:
    site.file("fd-01-gfx/x.pdf").write("fd-01-gfx/a.md", body="", attachments=[{"file": "x.pdf", "title": "全文"}])
    assert paths_of(catalog_of(site)) == []


def test_withdrawn_document_has_none(site: Site) -> None:
    site.write("fd-01-gfx/a.md", withdraw={"date": "2026-01-01", "reason": "有误"})
    assert paths_of(catalog_of(site)) == []


def test_attachment_of_that_name_keeps_it(site: Site) -> None:
    site.file("fd-01-gfx/a.DOCX").write("fd-01-gfx/a.md", attachments=[{"file": "a.DOCX", "title": "附表"}])
    assert paths_of(catalog_of(site)) == [("doc/a/a-全文.docx", "docx"), ("doc/a/a.pdf", "pdf")]


def test_files_are_offered_by_their_official_names(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="关于“甲/乙”的通知")
    catalog = catalog_of(site)
    found = [(file.title, file.url, file.format, file.name) for file in files_of(catalog, catalog.documents["a"])]
    assert found == [
        ("文字版（Word）", "doc/a/a.docx", "DOCX", "关于“甲乙”的通知.docx"),
        ("图片版（PDF）", "doc/a/a.pdf", "PDF", "关于“甲乙”的通知.pdf"),
    ]


def test_every_text_of_a_rule_has_files_of_its_own(site: Site) -> None:
    site.write("fd-01-gfx/r.md", title="某某办法", effective_date="2019-11-01")
    site.write("fd-01-gfx/v.md", title="某某办法", effective_date="2025-01-01", version_of="r", body="新的正文。")
    catalog = catalog_of(site)
    assert {path for path, form in paths_of(catalog) if form == "docx"} == {
        "doc/r/r.docx",
        "doc/r/2019-11-01/2019-11-01.docx",
        "doc/v/v.docx",
    }
    assert "新的正文" in paper_of(catalog, "r").html
    assert "新的正文" not in paper_of(catalog, "r/2019-11-01").html


def test_links_lead_to_the_site_from_anywhere(site: Site) -> None:
    body = "第一条　见[乙](b.md)、[本条](#第一条)、[表](t.xlsx)、[外](https://a.cn/)。"
    site.file("fd-01-gfx/t.xlsx").write("fd-01-gfx/b.md", title="乙办法")
    site.write("fd-01-gfx/a.md", body=body, attachments=[{"file": "t.xlsx", "title": "表"}])
    paper = paper_of(catalog_of(site, url="https://x.cn/gk/"), "a")
    for address in ("https://x.cn/gk/doc/b/index.html", "#第一条", "https://x.cn/gk/doc/a/t.xlsx", "https://a.cn/"):
        assert f'href="{address}"' in paper.html
    assert paper.attachments == (PaperFile("表", "https://x.cn/gk/doc/a/t.xlsx"),)
    assert paper.address == "https://x.cn/gk/doc/a/index.html"


def test_links_are_words_where_the_site_does_not_know_its_address(site: Site) -> None:
    site.write("fd-01-gfx/b.md", title="乙办法").write("fd-01-gfx/a.md", body="见[乙](b.md)、[外](https://a.cn/)。")
    paper = paper_of(catalog_of(site, url=""), "a")
    assert "<a>乙</a>" in paper.html
    assert 'href="https://a.cn/"' in paper.html
    assert paper.address == ""


def test_red_head_is_for_official_documents_if_the_site_wants_it(site: Site) -> None:
    site.write("fd-01-gfx/a.md", doc_no="示科发〔2024〕1号").write("nb/n.md", title="2025年度报告")
    assert not paper_of(catalog_of(site), "a").red_head
    catalog = catalog_of(site, Downloads(has_red_head=True))
    assert paper_of(catalog, "a").red_head
    assert not paper_of(catalog, "n").red_head


def test_files_are_among_the_tasks_of_the_site(site: Site) -> None:
    site.write("fd-01-gfx/a.md")
    assert {"doc/a/a.docx", "doc/a/a.pdf"} <= {task.path for task in plan(catalog_of(site))}
