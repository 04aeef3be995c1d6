"""The pages about the site itself: 404, the map of columns, sitemap.xml and robots.txt."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from sitegen.address import absolute
from sitegen.catalog import Catalog
from sitegen.model import Task
from sitegen.views.frames import Frames
from sitegen.views.pages import Crumb, Frame, MapPage, NotFoundPage, Robots, Sitemap


def tasks(catalog: Catalog) -> Iterator[Task]:
    """`404.html`, `sitemap/index.html`, `sitemap.xml`, `robots.txt`."""
    frames = Frames(catalog)
    site = catalog.config
    yield Task(
        "404.html",
        "html",
        NotFoundPage(
            frame=Frame(
                shell=frames.shell,
                title=f"页面不存在_政府信息公开_{site.site_name}",
                canonical="",
                tags=frames.site_tags(),
                trail=(frames.home_crumb, Crumb("页面不存在")),
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
            frame=frames.page(
                "sitemap/index.html", "站点地图", f"{site.agency}政府信息公开专栏的全部栏目。", ("站点地图", "栏目")
            ),
            columns=frames.menu,
        ),
        "map.html",
    )
    if site.url:
        yield Task("sitemap.xml", "html", Sitemap(tuple(_urls(catalog, frames))), "sitemap.xml")
    yield Task("robots.txt", "html", Robots(absolute("sitemap.xml", site.url)), "robots.txt")


def _urls(catalog: Catalog, frames: Frames) -> Iterator[tuple[str, str]]:
    """Every page a reader should find by an outside search, with the day of its last change."""
    base = catalog.config.url
    newest = catalog.updates[0].day.isoformat() if catalog.updates else ""
    for path in ("index.html", "catalog/index.html", "updates/index.html"):
        yield absolute(path, base), newest
    for column in catalog.columns.values():
        if frames.is_shown(column):
            ids = catalog.by_column[column.id]
            yield absolute(column.url, base), catalog.documents[ids[0]].pub_date.isoformat() if ids else ""
    changed: dict[str, str] = {}
    for update in catalog.updates:
        changed.setdefault(update.id, update.day.isoformat())
    for doc in catalog.documents.values():
        if not doc.badge:
            yield absolute(doc.url, base), changed[doc.id]
