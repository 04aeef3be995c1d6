"""The 404 page in a browser: styled where the site is told to be, readable where it is not or no style may be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.hosting.test_nginx import LOOSE, STRICT

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("prefix", "policy", "has_style", "has_few_lines"),
    [
        ("/zfxxgk/", LOOSE, True, True),
        ("/zfxxgk/", STRICT, True, False),  # IIS
        ("/elsewhere/", LOOSE, False, True),
        ("/elsewhere/", STRICT, False, False),
    ],
)
def test_the_404_page_can_be_read(
    sample_site: Path,
    serve_folder: Callable[..., str],
    new_page: Callable[..., Page],
    prefix: str,
    policy: str,
    has_style: bool,
    has_few_lines: bool,
):
    page = new_page(viewport={"width": 1000, "height": 800})
    address = serve_folder(sample_site, prefix=prefix, headers={"Content-Security-Policy": policy})
    answer = page.goto(f"{address}doc/none/")
    assert answer.status == 404
    sheets = page.evaluate(
        "[...document.styleSheets].filter(sheet => sheet.cssRules.length).map(sheet => !!sheet.href)"
    )
    assert (True in sheets, False in sheets) == (has_style, has_few_lines)
    assert page.get_by_role("heading", level=1, name="没有找到这个页面").is_visible()
    for name in ("政府信息公开首页", "政府信息公开目录", "动态更新"):
        link = page.get_by_role("main").get_by_role("link", name=name)
        assert link.is_visible()
        assert link.get_attribute("href").startswith("/zfxxgk/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
