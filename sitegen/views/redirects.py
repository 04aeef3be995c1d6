"""What stands at addresses that have moved: old addresses of documents (旧地址) and hidden columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from sitegen.address import address, page_at
from sitegen.catalog import Catalog
from sitegen.model import Body, Task, TextFile
from sitegen.views.frames import HOME_NAME, Chrome, desk
from sitegen.views.pages import Crumb, RedirectPage
from sitegen.views.shelves import PAGES

RULES_FILE = "redirects.nginx.conf"


class RedirectRecipe(NamedTuple):
    """What stands at an old address."""

    chrome: Chrome
    page: str
    target: str
    title: str

    def make(self, bodies: Mapping[str, Body]) -> RedirectPage:
        """What the page shows."""
        del bodies
        title = self.title
        frame = self.chrome.page(
            self.page, title, f"“{title}”的地址已改变。", (title,), crumbs=(Crumb(title),), noindex=True
        )
        return RedirectPage(frame, self.target, title)


def tasks(catalog: Catalog) -> Iterator[Task]:
    """A page at each old address below the site, and a file with rules for the server for every one.

    A static page cannot stand at an address outside the site's folder or with a query: only a rule leads from there.
    """
    chrome = desk(catalog).chrome
    base = urlsplit(catalog.config.url).path or "/"
    rules: dict[str, tuple[str, str]] = {}  # folded, since nginx compares addresses without regard to case
    pages: dict[str, Task] = {}
    for old, target, title in _moved(catalog):
        parts = urlsplit(old)
        below = not parts.path.startswith("/")
        path = base + parts.path if below else parts.path
        rule = address(f"{path}?{parts.query}" if parts.query else path, "")
        rules.setdefault(rule.casefold(), (rule, address(target, base)))
        if page := page_at(old, base):
            pages.setdefault(page, Task(page, "html", RedirectRecipe(chrome, page, target, title), "redirect.html"))
    yield from pages.values()
    if rules:
        lines = (f'"{old}" "{target}";\n' for old, target in sorted(rules.values()))
        yield Task(RULES_FILE, "text", TextFile("".join(lines)))


def _moved(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Old address, where it leads now, and what stands there."""
    for doc in catalog.documents.values():
        for old in doc.old_urls:
            yield old, doc.url, doc.title
    for gone in catalog.withdrawn.values():
        for old in gone.old_urls:
            yield old, gone.url, "撤回说明"
    for hidden in catalog.closed:
        column = catalog.columns.get(hidden.parent)
        name, url = (column.name, column.url) if column else (HOME_NAME, "index.html")
        yield f"{hidden.id}/index.html", url, name
        for part in PAGES if hidden.was_library else ():
            yield f"{hidden.id}/{part}/index.html", url, name
