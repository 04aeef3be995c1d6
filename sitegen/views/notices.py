"""The pages about the site itself: 404, the map of columns, sitemap.xml and robots.txt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from sitegen.address import absolute
from sitegen.catalog import Catalog
from sitegen.model import Body, Task
from sitegen.views.frames import Chrome, Desk, desk
from sitegen.views.pages import Crumb, Frame, MapPage, NotFoundPage, Robots, Sitemap


def tasks(catalog: Catalog) -> Iterator[Task]:
    """`404.html`, `sitemap/index.html`, `sitemap.xml`, `robots.txt`."""
    shared = desk(catalog)
    chrome = shared.chrome
    site = catalog.config
    yield Task(
        "404.html",
        "html",
        NotFoundPage(
            frame=Frame(
                shell=chrome.shell,
                title=f"页面不存在_政府信息公开_{site.site_name}",
                canonical="",
                tags=chrome.site_tags(),
                trail=(chrome.home_crumb, Crumb("页面不存在")),
                noindex=True,
            ),
            base=urlsplit(site.url).path or "/",
        ),
        "404.html",
    )
    yield Task(
        "sitemap/index.html",
        "html",
        MapPage(
            frame=chrome.page(
                "sitemap/index.html", "站点地图", f"{site.agency}政府信息公开专栏的全部栏目。", ("站点地图", "栏目")
            ),
            columns=shared.map,
        ),
        "map.html",
    )
    if site.url:
        yield Task("sitemap.xml", "html", SitemapRecipe(chrome, tuple(_pages(shared))), "sitemap.xml")
    yield Task("robots.txt", "html", Robots(absolute("sitemap.xml", site.url)), "robots.txt")


class SitemapRecipe(NamedTuple):
    """sitemap.xml."""

    chrome: Chrome
    pages: tuple[tuple[str, str], ...]  # path, last change

    def make(self, bodies: Mapping[str, Body]) -> Sitemap:
        """What the file says."""
        del bodies
        return Sitemap(tuple((self.chrome.absolute(path), day) for path, day in self.pages))


def _pages(shared: Desk) -> Iterator[tuple[str, str]]:
    """Every page a reader should find by an outside search, with the day of its last change."""
    catalog = shared.catalog
    newest = catalog.updates[0].day.isoformat() if catalog.updates else ""
    for path in ("index.html", "catalog/index.html", "updates/index.html"):
        yield path, newest
    for column in catalog.columns.values():
        if shared.is_shown(column):
            ids = catalog.by_column[column.id]
            yield column.url, catalog.documents[ids[0]].pub_date.isoformat() if ids else ""
    changed = {update.id: update.day for update in reversed(catalog.updates)}
    for doc in catalog.documents.values():
        if not doc.badge:
            yield doc.url, changed.get(doc.id, doc.pub_date).isoformat()
