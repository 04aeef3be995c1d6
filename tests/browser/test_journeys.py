"""What people come for, done in a real browser over the built sample: find, open, follow, read, keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Reader, expect
from tests.samples import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULE = "示例市科学技术局关于印发《示例市科技计划项目管理办法》的通知"
REPEALED = "示例市科技计划项目管理办法（试行）"


# ---------------------------------------------------------------- finding


def test_rule_is_found_by_a_word_and_leads_to_the_one_it_repealed(reader: Reader):
    page = reader.opens("home").page
    reader.searches("科技计划项目管理办法")
    assert RULE in reader.titles[:2]
    page.get_by_role("link", name=RULE).first.click()
    expect(page.locator("h1")).to_have_text(RULE)
    page.locator("#relations").get_by_role("link", name=REPEALED).click()
    expect(page.locator("h1")).to_have_text(REPEALED)
    note = page.get_by_role("note")
    assert "废止" in note.inner_text()
    note.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text(RULE)


@pytest.mark.parametrize("number", ["示科规〔2024〕3号", "示科规[2024]3号", "示科规（2024）第3号"])
def test_rule_is_found_by_its_number_however_it_is_written(reader: Reader, number: str):
    reader.opens("document").searches(number)
    assert reader.titles[0] == RULE


def test_index_number_is_found(reader: Reader):
    reader.opens("search").searches("000000000/2024-00001")
    assert reader.titles[0] == RULE


def test_words_of_the_body_are_found_and_lead_to_their_place(reader: Reader):
    page = reader.opens("search").searches("先使用后付费 转化").page
    hit = page.locator("[data-search-results] li").filter(has_text="示例市科技成果“先使用后付费”实施办法").first
    expect(hit.locator("mark").first).to_be_visible()


def test_column_is_searched_from_its_own_list(reader: Reader):
    page = reader.opens("repealed").page
    shown = page.locator("table.rows th[scope=row] > a").all_inner_texts()
    page.get_by_role("link", name="在本栏目中检索").click()
    reader.waits()
    assert sorted(reader.titles) == sorted(title.replace("\n", "") for title in shown)


def test_column_is_searched_from_a_document(reader: Reader):
    page = reader.opens("document").page
    page.get_by_role("link", name="在本栏目中检索").click()
    reader.waits()
    assert RULE in reader.titles
    expect(page.get_by_role("list", name="已选条件")).to_have_text(re.compile("^栏目："))


def test_filters_narrow_what_was_found(reader: Reader):
    page = reader.opens("search").searches("管理办法").page
    before = len(reader.titles)
    page.get_by_role("checkbox", name=re.compile("废止|失效")).first.check()
    reader.waits()
    assert 0 < len(reader.titles) < before
    assert {state.get_attribute("data-state") for state in page.locator(".hits .state").all()} <= {"废止", "失效"}


def test_what_is_withheld_or_withdrawn_is_not_found(reader: Reader):
    for words in ("内部事务", "评审专家名单", "样本智评"):
        reader.opens("search").searches(words)
        assert not [title for title in reader.titles if "撤回" in title or "名单（内部）" in title]
    reader.opens("withdrawn")
    assert reader.heading == "该信息已撤回"


def test_back_button_returns_to_the_results(reader: Reader):
    page = reader.opens("search").searches("科技计划项目管理办法").page
    found = reader.titles
    page.get_by_role("link", name=RULE).first.click()
    expect(page.locator("h1")).to_have_text(RULE)
    page.go_back()
    reader.waits()
    assert reader.titles == found
    expect(page.get_by_role("combobox", name="检索词")).to_have_value("科技计划项目管理办法")
    page.go_back()
    expect(page.locator("[data-search-results] h3")).to_have_count(0)


def test_search_without_result_says_what_to_try(reader: Reader):
    page = reader.opens("search").searches("量子永动机").page
    assert reader.titles == []
    page.get_by_role("link", name="政府信息公开目录").last.click()
    expect(page.locator("h1")).to_have_text("政府信息公开目录")


def test_catalogue_leads_by_year_topic_and_number(reader: Reader):
    page = reader.opens("catalog").page
    page.get_by_role("navigation", name="按年份").get_by_role("link", name="2024年").click()
    expect(page.locator("h1")).to_have_text("2024年信息")
    page.get_by_role("navigation", name="按主题").get_by_role("link", name="综合政务").click()
    expect(page.locator("h1")).to_have_text("综合政务")
    page.get_by_role("link", name="按发文字号查找").click()
    page.get_by_role("link", name="下一页").click()
    expect(page.locator(".pager [aria-current=page]")).to_have_text("2")


# ---------------------------------------------------------------- reading and keeping


def test_attachment_is_downloaded_under_its_name(reader: Reader, sample_site: Path):
    page = reader.opens("document").page
    with page.expect_download() as started:
        page.locator("#attachments a").first.click()
    download = started.value
    assert download.suggested_filename == "kjgf-2024-03-1.docx"
    assert Path(download.path()).read_bytes() == (sample_site / "doc/kjgf-2024-03/kjgf-2024-03-1.docx").read_bytes()


def test_outline_leads_to_its_chapter(reader: Reader):
    page = reader.opens("document").page
    page.get_by_role("navigation", name="正文目录").get_by_role("link", name="第三章").click()
    expect(page.locator(":target")).to_contain_text("第三章")
    expect(page.locator(":target")).to_be_in_viewport()


def test_larger_text_is_remembered_on_the_next_page(reader: Reader):
    page = reader.opens("document").page
    size = "parseFloat(getComputedStyle(document.querySelector('.body p')).fontSize)"
    normal = page.evaluate(size)
    larger = page.get_by_role("group", name="阅读设置").get_by_role("button", name="放大文字")
    larger.click()
    larger.click()
    enlarged = page.evaluate(size)
    assert enlarged > normal * 1.15
    assert reader.opens("notice").page.evaluate(size) == enlarged
    page.get_by_role("group", name="正文工具").get_by_role("button", name="恢复文字大小").click()
    assert reader.opens("document").page.evaluate(size) == normal


def test_elder_mode_is_remembered_and_can_be_left(reader: Reader):
    page = reader.opens("home").page
    button = page.get_by_role("button", name="长者模式")
    width = "document.querySelector('h2').getBoundingClientRect().height"
    before = page.evaluate(width)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(width) > before
    page.get_by_role("link", name="政府信息公开年报").first.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    reader.opens("home")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(width) == before


def test_number_is_copied(reader: Reader):
    page = reader.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.opens("document")
    page.get_by_role("button", name="复制文号").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "示科规〔2024〕3号"


def test_old_address_leads_on(reader: Reader):
    reader.page.goto(reader.address + PAGES["redirect"])
    reader.page.wait_for_url("**/fd-11/index.html")


# ---------------------------------------------------------------- with the keyboard alone


def test_skip_link_comes_first_and_leads_past_the_menu(reader: Reader):
    page = reader.opens("documents").page
    page.keyboard.press("Tab")
    assert reader.focused == "跳到正文"
    expect(page.get_by_role("link", name="跳到正文")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_menu_opens_and_closes_by_the_keyboard(reader: Reader):
    page = reader.opens("home").page
    branch = page.get_by_role("navigation", name="栏目").locator("details").first
    link = branch.get_by_role("link").first
    expect(link).to_be_hidden()
    branch.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    assert reader.focused == link.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile("法律法规"))


def test_document_is_found_and_opened_by_the_keyboard(reader: Reader):
    page = reader.opens("home").page
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "search":
            break
    page.keyboard.type("示科规〔2024〕3号")
    page.keyboard.press("Enter")
    reader.waits()
    for _ in range(120):
        page.keyboard.press("Tab")
        if reader.focused == RULE:
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(RULE)


def test_what_has_the_focus_is_seen(reader: Reader):
    page = reader.opens("document").page
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """() => { const at = document.activeElement, s = getComputedStyle(at);
               return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== 'none'; }"""
        )
        if not style:
            unseen.append(reader.focused)
    assert unseen == []


# ---------------------------------------------------------------- whatever the browser


def test_every_page_kind_opens_without_a_complaint_or_a_foreign_request(reader: Reader):
    for name in PAGES:
        if name != "notfound":
            reader.opens(name)
            assert reader.heading
    assert reader.complaints == []


def test_missing_address_shows_the_404_page_with_its_style(
    sample_site: Path, serve_folder: Callable[..., str], new_page: Callable[..., Page]
):
    address = serve_folder(sample_site, prefix="/zfxxgk/")  # the path that site.yaml gives
    page = new_page()
    answer = page.goto(f"{address}doc/nothing/here.html")
    assert answer is not None
    assert answer.status == 404
    assert page.locator("h1").inner_text() == "没有找到这个页面"
    page.get_by_role("main").get_by_role("link", name="政府信息公开首页").click()
    assert page.url == f"{address}index.html"


@pytest.fixture
def plain_reader(address: str, new_page: Callable[..., Page]) -> Reader:
    """A reader whose browser runs no script."""
    return Reader(new_page(java_script_enabled=False), address)


def test_every_page_kind_is_readable_without_script(plain_reader: Reader):
    for name in PAGES:
        plain_reader.opens(name)
        page = plain_reader.page
        assert page.locator("h1").count() == 1, name
        assert len(page.locator("main").inner_text()) > 20, name
        if name != "notfound":
            assert not page.get_by_role("button", name="长者模式").is_visible(), name  # would do nothing


def test_search_without_script_says_so_and_leads_to_the_catalogue(plain_reader: Reader):
    page = plain_reader.opens("home").page
    page.get_by_role("searchbox").fill("办法")
    page.get_by_role("button", name="检索", exact=True).click()
    assert "需要启用 JavaScript" in page.locator("main").inner_text()
    page.locator("main").get_by_role("link", name="政府信息公开目录").click()
    assert plain_reader.heading == "政府信息公开目录"
    assert page.locator("table.rows tbody tr").count() >= 20


def test_menu_works_without_script(plain_reader: Reader):
    page = plain_reader.opens("home").page
    branch = page.get_by_role("navigation", name="栏目").locator("details").first
    branch.locator("summary").first.click()
    expect(branch.get_by_role("link").first).to_be_visible()
