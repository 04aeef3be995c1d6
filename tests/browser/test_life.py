"""Rules with several texts, libraries, the compilation and the picture of relations, as a reader meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Reader, expect, shipped_policy
from tests.browser.test_accessibility import Inspector, axe
from tests.story import SMALL, Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["axe"]

LIFE = {
    "rule": "doc/tcc/index.html",
    "text": "doc/tcc-2013/index.html",
    "picture": "doc/a/index.html",
    "library": "fd-01-gfx/index.html",
    "empty tab": "fd-01-gfx/pending/index.html",
    "ended": "fd-01-gfx/ended/index.html",
    "compilation": "fd-01-gfx/compilation/index.html",
}


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, serve_folder: Callable[..., str]) -> str:
    """The address of a small site whose documents have a life."""
    site = Site(tmp_path_factory.mktemp("life") / "site")
    site.setting(agency="示例市科学技术局", downloads={"kinds": []})
    for year, number in ((2008, 3), (2013, 7), (2019, 12)):
        dates = {"written_date": f"{year}-01-02", "pub_date": f"{year}-01-05", "effective_date": f"{year}-02-01"}
        name, rule = ("tcc", None) if year == 2019 else (f"tcc-{year}", "tcc")
        body = f"第一条　{year}年的第一条。\n\n第二条　收费标准由市发展改革部门制定。"
        doc_no = f"示例市人民政府令第{number}号"
        site.write(f"fd-01-gz/{name}.md", "停车场管理办法", body=body, doc_no=doc_no, version_of=rule, **dates)
    site.write("fd-01-gfx/a.md", "实验室安全管理办法", body="第一条　管理实验室。", doc_no="示科规〔2024〕1号")
    site.write("fd-01-gfx/b.md", "科研诚信办法", body="第一条　诚信。", based_on=["a"], corrections=[
        {"date": "2024-04-02", "was": "十五日", "now": "十五个工作日"}
    ])  # fmt: skip
    site.write("fd-01-gfx/c.md", "档案管理办法", repeal_date="2025-01-01")
    for number in range(4):
        site.write(f"fd-01-qt/{number}.md", f"第{number}项配套措施和责任分工的若干意见", supports=["a"])
    assert site.build(extensions=SMALL).is_published, site.diagnostics
    return serve_folder(site.output, prefix="/kjj/", headers={"Content-Security-Policy": shipped_policy()})


def test_text_in_force_at_each_change_is_opened_without_a_script(life: str, new_page: Callable[..., Page]):
    page = new_page(java_script_enabled=False)
    page.goto(life + LIFE["rule"])
    expect(page.locator(".body")).to_contain_text("2019年的第一条")
    for since, words in (("2008-02-01", "2008年的第一条"), ("2013-02-01", "2013年的第一条")):
        page.locator("#versions").get_by_role("link", name=since, exact=False).first.click()
        expect(page.locator(".body")).to_contain_text(words)
        expect(page.get_by_role("note")).to_contain_text("已修改")
    page.get_by_role("note").get_by_role("link", name="停车场管理办法").click()
    expect(page).to_have_url(life + LIFE["rule"])


def test_lists_of_a_library_are_one_key_from_each_other(life: str, new_page: Callable[..., Page]):
    reader = Reader(new_page(viewport={"width": 1280, "height": 900}), life)
    page = reader.opens(LIFE["library"]).page
    tabs = page.get_by_role("navigation", name="按有效性")
    expect(tabs.locator("[aria-current=page]")).to_have_text("现行有效 2")
    tabs.get_by_role("link", name="尚未施行 0").focus()
    page.keyboard.press("Tab")
    assert reader.focused == "废止和失效 1"
    page.keyboard.press("Enter")
    expect(page.locator(".rows tbody th > a")).to_have_text(["档案管理办法"])
    assert reader.complaints == []


@pytest.mark.parametrize("width", [1280, 360])
def test_lists_keep_the_headers_of_their_columns(life: str, new_page: Callable[..., Page], width: int):
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(life + LIFE["ended"])
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    headers = [node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "columnheader"]
    assert headers == ["标题", "文号", "成文日期", "发布日期", "有效性"]


def test_state_and_other_texts_are_in_reach_on_a_phone(life: str, new_page: Callable[..., Page]):
    page = new_page(viewport={"width": 360, "height": 740})
    page.goto(life + LIFE["rule"])
    expect(page.locator(".standing .state")).to_be_in_viewport()
    expect(page.get_by_role("table", name="基本信息")).to_be_hidden()
    page.locator(".table-switch summary").click()
    expect(page.get_by_role("table", name="基本信息")).to_be_visible()
    page.locator(".standing").get_by_role("link", name="历次文本").click()
    expect(page.get_by_role("heading", name="历次文本")).to_be_in_viewport()


def test_picture_leads_to_the_documents_and_makes_way_on_a_phone(life: str, new_page: Callable[..., Page]):
    page = new_page(viewport={"width": 1280, "height": 900})
    page.goto(life + LIFE["picture"])
    picture = page.get_by_role("group", name="关系图")
    expect(picture.get_by_role("link")).to_have_count(5)
    picture.get_by_role("link", name="科研诚信办法").click()
    expect(page.locator("h1")).to_have_text("科研诚信办法")
    page.go_back()
    page.set_viewport_size({"width": 320, "height": 700})
    expect(picture).to_be_hidden()
    expect(page.locator("#relations").get_by_role("link", name="科研诚信办法")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_pages_of_documents_with_a_life_break_no_rule(life: str, new_page: Callable[..., Page], axe: str, width: int):
    reader = Reader(new_page(viewport={"width": width, "height": 900}), life)
    inspector = Inspector(reader.page, axe)
    for name, path in LIFE.items():
        reader.opens(path)
        inspector.looks_at(name)
        over = reader.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            inspector.found.append(f"{name}: {over} px too wide")
    assert inspector.found == [], "\n".join(inspector.found)
