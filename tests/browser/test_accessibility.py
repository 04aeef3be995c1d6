"""No page kind of the sample breaks a rule of axe-core, at a desk and on a phone, as it is and in 长者模式."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Reader
from tests.conftest import give_up
from tests.samples import PAGES, ROOT, build_once

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = ["color-contrast-enhanced", "target-size", "scrollable-region-focusable"]
ALIKE = {"repealed", "month", "topic", "numbers", "images", "chinese", "notfound"}  # same template, same parts


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        give_up("axe-playwright-python is not installed")
    return Axe().axe_script


class Inspector:
    """Runs axe on the page a reader is at: all rules, then in 长者模式 those that depend on how it looks."""

    def __init__(self, page: Page, axe: str) -> None:
        self.page = page
        self.axe = axe
        self.found: list[str] = []

    def looks_at(self, name: str) -> None:
        self.page.evaluate(self.axe)
        self._run(name, {"type": "tag", "values": RULES})
        self.page.evaluate("document.documentElement.classList.add('elder')")
        self._run(f"{name}, 长者模式", {"type": "rule", "values": LOOKS})

    def _run(self, name: str, rules: dict[str, object]) -> None:
        options = {"resultTypes": ["violations"], "runOnly": rules}
        for rule in self.page.evaluate("options => axe.run(document, options)", options)["violations"]:
            self.found += [
                f"{name}: {rule['id']}: {at['target']} {at.get('failureSummary', '')}" for at in rule["nodes"]
            ]


@pytest.mark.parametrize(
    "device",
    [{"viewport": {"width": 1280, "height": 900}}, {"viewport": {"width": 375, "height": 700}, "has_touch": True}],
    ids=["desk", "phone"],
)
def test_no_page_kind_breaks_a_rule(address: str, new_page: Callable[..., Page], axe: str, device: dict[str, object]):
    page = new_page(reduced_motion="reduce", **device)
    reader = Reader(page, address)
    inspector = Inspector(page, axe)
    for name in PAGES:
        if name not in ALIKE:
            reader.opens(name)
            inspector.looks_at(name)
    reader.opens("search").searches("管理办法")
    if page.locator(".filter-switch").is_visible():
        page.locator(".filter-switch summary").click()
        page.locator(".filters summary", has_text="年份").click()
    page.get_by_role("checkbox", name="2024").check()
    page.locator("input[name=q]").fill("规定")
    page.get_by_role("listbox", name="建议").get_by_role("option").first.wait_for()
    inspector.looks_at("search with results")
    reader.opens("search").searches("量子永动机")
    inspector.looks_at("search without result")
    assert inspector.found == [], "\n".join(inspector.found[:30])


@pytest.fixture(scope="module")
def regulation_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden site that has a 规章库, which the sample has not."""
    content = ROOT / "tests/golden/special-states/content"
    return build_once(content, tmp_path_factory.mktemp("regulations") / "public", search=False)


def test_404_page_and_list_of_rules_break_no_rule(
    regulation_site: Path, serve_folder: Callable[..., str], new_page: Callable[..., Page], axe: str
):
    page = new_page(reduced_motion="reduce")
    inspector = Inspector(page, axe)
    address = serve_folder(regulation_site, prefix="/zfxxgk/")
    for path in ("gzk/index.html", "nothing/at/all.html"):
        page.goto(address + path)
        inspector.looks_at(path)
    assert inspector.found == [], "\n".join(inspector.found[:30])
