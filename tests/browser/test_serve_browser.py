"""The preview in a real browser: it reloads, shows mistakes over the last good page, and takes them away again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sitegen.diagnostics import Diagnostic, Severity, Span
from sitegen.serve import Preview, listen, serving


@dataclass(frozen=True)
class Result:
    """Of `BuildResult` what the preview looks at."""

    diagnostics: tuple[Diagnostic, ...] = ()
    report: object | None = None


class Author:
    """Says what the next build finds."""

    def __init__(self, folder: Path) -> None:
        self.result = Result()
        self.preview = Preview(folder / "made" / "site", lambda site, changed: self.result)

    def writes(self, text: str) -> None:
        site = self.preview.folder
        site.mkdir(parents=True, exist_ok=True)
        policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\">"  # as on the real server
        page = f"<!doctype html><html lang=zh-CN><title>{text}</title>{policy}<body><h1>{text}</h1></body></html>"
        (site / "index.html").write_text(page, encoding="utf-8")
        self.result = Result(report=object())
        self.preview.rebuild()

    def errs(self, message: str) -> None:
        diagnostic = Diagnostic("F101", Severity.ERROR, message, Span("content/甲.md", 3, 8), hint="请写上标题。")
        self.result = Result((diagnostic,))
        self.preview.rebuild()


@pytest.fixture
def author(tmp_path):
    return Author(tmp_path)


@pytest.fixture
def address(author):
    with serving(listen("127.0.0.1", 0), author.preview) as address:
        yield address


def test_page_follows_the_author(author: Author, address: str, new_page: Callable):
    author.writes("第一稿")
    page = new_page()
    page.goto(address)
    author.writes("第二稿")
    page.wait_for_selector("h1:text('第二稿')")

    author.errs("缺少标题<b>")
    overlay = page.locator("sitegen-preview")
    overlay.get_by_text("错误：缺少标题<b>").wait_for()
    assert overlay.get_by_text("content/甲.md:3:8 F101").is_visible()
    assert overlay.get_by_text("提示：请写上标题。").is_visible()
    assert overlay.get_by_text("有 1 处问题，页面仍是上一次成功生成的样子").is_visible()
    assert page.locator("h1").inner_text() == "第二稿"
    assert overlay.locator(".box").evaluate("box => getComputedStyle(box).position") == "fixed"  # its style got through

    author.writes("第三稿")
    page.wait_for_selector("h1:text('第三稿')")
    assert overlay.count() == 0


def test_a_page_opened_after_a_mistake_shows_it_too(author: Author, address: str, new_page: Callable):
    author.writes("第一稿")
    author.errs("缺少标题")
    page = new_page()
    page.goto(address)
    page.locator("sitegen-preview").get_by_text("缺少标题").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("sitegen-preview").count() == 0


def test_the_first_build_may_fail(author: Author, address: str, new_page: Callable):
    page = new_page()
    page.goto(address)
    page.get_by_text("正在生成预览").wait_for()
    author.errs("缺少标题")
    page.locator("sitegen-preview").get_by_text("有 1 处问题，改正后显示页面").wait_for()
    author.writes("第一稿")
    page.wait_for_selector("h1:text('第一稿')")
