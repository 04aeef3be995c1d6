"""The sample on paper, on a phone, and with enlarged text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Reader, expect
from tests.samples import PAGES

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROME = (".top", ".trail", ".menu", ".menu-switch", ".bottom", ".skip", ".tools", ".turn", ".outline", "#history")
KINDS = [name for name in PAGES if name != "notfound"]


# ---------------------------------------------------------------- phone


def test_no_page_kind_scrolls_sideways_at_any_width_and_text_size(reader: Reader):
    page = reader.page
    looks = [(320, 0, 0), (320, 3, 0), (320, 0, 1), (320, 3, 1), (375, 0, 0), (720, 0, 0), (720, 3, 0), (1024, 0, 0)]
    looks += [(1024, 3, 1), (1280, 3, 0), (1280, 3, 1)]  # width, text size, 长者模式
    wide = []

    def look(name: str) -> None:
        for width, size, elder in looks:
            page.set_viewport_size({"width": width, "height": 700})
            over = page.evaluate(
                """([size, elder]) => { const root = document.documentElement;
                   root.dataset.size = size; root.classList.toggle("elder", elder);
                   return root.scrollWidth - innerWidth; }""",
                [size, bool(elder)],
            )
            if over > 0:
                wide.append(f"{name}, {width} px, size {size}, elder {elder}: {over} px too wide")

    for name in KINDS:
        reader.opens(name)
        look(name)
    reader.opens("search").searches("管理办法")
    look("results")
    assert wide == [], "\n".join(wide)


@pytest.fixture
def phone(address: str, new_page: Callable[..., Page]) -> Reader:
    return Reader(new_page(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True), address)


def test_menu_is_behind_a_switch_on_a_phone(phone: Reader):
    page = phone.opens("document").page
    menu = page.get_by_role("navigation", name="栏目", exact=True)
    expect(menu).to_be_hidden()
    page.get_by_text("栏目导航").tap()
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="政府信息公开年报").tap()
    expect(page.locator("h1")).to_have_text("政府信息公开年报")


def test_title_is_seen_without_much_scrolling_on_a_phone(phone: Reader):
    for name in ("documents", "catalog", "updates", "search", "single", "withdrawn"):
        phone.opens(name)
        top = phone.page.evaluate("document.querySelector('h1').getBoundingClientRect().top")
        assert top < 400, name


def test_wide_table_scrolls_by_itself_on_a_phone(phone: Reader):
    page = phone.opens("tables").page
    wide = page.locator(".table-scroll").filter(has=page.locator("table"))
    assert wide.count() > 0
    over = page.evaluate(
        "[...document.querySelectorAll('.table-scroll')].filter(box => box.scrollWidth > box.clientWidth).length"
    )
    assert over > 0
    expect(page.locator(".scroll-hint")).to_have_count(over)  # a script adds them when it has measured


def test_buttons_are_large_enough_for_a_finger(phone: Reader):
    small = []
    for name in ("home", "document", "search"):
        phone.opens(name)
        small += phone.page.evaluate(
            """() => [...document.querySelectorAll('button, summary, input:not([type=checkbox]), select')]
               .filter(e => e.checkVisibility()).map(e => [e.textContent.trim(), e.getBoundingClientRect()])
               .filter(([_, box]) => box.height < 32 || box.width < 24).map(([text, box]) => `${text} ${box.height}`)"""
        )
    assert small == []


# ---------------------------------------------------------------- paper


def test_print_shows_the_document_and_nothing_around_it(reader: Reader):
    page = reader.opens("document").page
    page.emulate_media(media="print")
    shown = [place for place in CHROME if any(part.is_visible() for part in page.locator(place).all())]
    assert shown == []
    for place in ("h1", ".metadata", ".body", "#attachments", "#relations", ".print-foot"):
        expect(page.locator(place).first).to_be_visible()
    foot = page.locator(".print-foot").inner_text()
    assert "https://kjj.example.gov.cn/zfxxgk/doc/kjgf-2024-03/index.html" in foot
    assert "发布时间：2024-05-24" in foot
    body = page.locator(".body").first.evaluate("e => getComputedStyle(e).color")
    assert body in ("rgb(0, 0, 0)", "rgb(31, 35, 40)")


@pytest.mark.parametrize("name", ["document", "tables", "documents"])
def test_print_is_a4(reader: Reader, name: str):
    data = reader.opens(name).page.pdf(prefer_css_page_size=True)
    boxes = {
        tuple(round(float(n)) for n in box.split())
        for box in re.findall(r"/MediaBox \[([^\]]+)\]", data.decode("latin-1"))
    }
    assert boxes
    assert all(abs(box[2] - 595) <= 1 and abs(box[3] - 842) <= 1 for box in boxes)


def test_print_of_every_page_kind_has_no_control(reader: Reader):
    page = reader.page
    page.emulate_media(media="print")
    seen = []
    for name in KINDS:
        reader.opens(name)
        parts = "[...document.querySelectorAll('.top input, button, .menu, .bottom')]"
        if page.evaluate(f"{parts}.some(part => part.checkVisibility())"):
            seen.append(name)
    assert seen == []
