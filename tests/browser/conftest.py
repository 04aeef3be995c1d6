"""A reader of the built sample, below a path of another site and under the policy that the hosting sample sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import pytest

from tests.samples import PAGES, ROOT, sample_site

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

__all__ = ["sample_site"]

PREFIX = "/kjj/zfxxgk/"


def shipped_policy() -> str:
    """The Content-Security-Policy of `deploy/nginx.conf`, for all pages but the 404 page."""
    sample = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    found = re.search(r'Content-Security-Policy "([^"]+)"', sample)
    assert found
    return found[1].replace("$sitegen_style", "'self'")


@pytest.fixture(scope="session")
def address(sample_site: Path, serve_folder: Callable[..., str]) -> str:
    """The sample over http, below a path."""
    return serve_folder(sample_site, prefix=PREFIX, headers={"Content-Security-Policy": shipped_policy()})


class Reader:
    """Somebody with a browser, and what the browser complains of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        complain = self.complaints.append
        page.on("pageerror", lambda error: complain(f"{page.url}: {error}"))
        page.on("console", lambda said: complain(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.on("dialog", lambda dialog: (complain(f"{page.url}: {dialog.message}"), dialog.dismiss()))
        page.context.on(
            "response", lambda answer: complain(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        )
        page.context.on("request", lambda asked: complain(asked.url) if not self._is_own(asked.url) else None)

    def _is_own(self, url: str) -> bool:
        return url.startswith((self.address, "data:", "blob:"))

    def opens(self, name: str) -> Self:
        """A page by its name in `PAGES`, or by its path; a redirect is stopped, so that it can be looked at."""
        path = PAGES.get(name, name)
        url = self.address + quote(path, safe="/?=&#%")
        if name == "redirect":
            self.page.route(url, _without_refresh)
        self.page.goto(url)
        return self

    def searches(self, words: str) -> Self:
        """Type into the search box of this page, press the button, wait for the answer."""
        self.page.locator("input[name=q]").fill(words)
        self.page.get_by_role("button", name="检索", exact=True).click()
        return self.waits()

    def waits(self) -> Self:
        """Until search has answered."""
        expect(self.page.locator("[data-search-status]")).to_have_text(re.compile(r"\d 条"))
        expect(self.page.locator("[data-search-results][aria-busy]")).to_have_count(0)
        return self

    def sets(self, **remembered: object) -> Self:
        """What an earlier visit chose: `size=3, elder=1`."""
        self.opens("withdrawn")
        self.page.evaluate(
            "chosen => Object.entries(chosen).forEach(([k, v]) => localStorage.setItem(k, v))", remembered
        )
        return self

    @property
    def titles(self) -> list[str]:
        """The titles that search found."""
        return self.page.locator("[data-search-results] h3").all_inner_texts()

    @property
    def heading(self) -> str:
        """The h1 of this page."""
        return self.page.locator("h1").inner_text().replace("\n", "")

    @property
    def focused(self) -> str:
        """The text of what has the keyboard."""
        return self.page.evaluate("(document.activeElement.textContent || document.activeElement.value || '').trim()")


def _without_refresh(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=re.sub(r'<meta http-equiv="refresh"[^>]*>', "", answer.text()))


def expect(locator: Locator):
    """Playwright's `expect`, imported only where there is a browser: without Playwright these tests are skipped."""
    from playwright.sync_api import expect

    return expect(locator)


@pytest.fixture
def reader(address: str, new_page: Callable[..., Page]) -> Iterator[Reader]:
    """A reader at a desk. Whatever the browser complains of fails the test."""
    reader = Reader(new_page(viewport={"width": 1280, "height": 900}), address)
    yield reader
    assert reader.complaints == []
