"""Turn the catalog into what surrounds a page: shell, trail, page tags (国办发〔2017〕47号附件《网页设计规范》).

Exports `Frames`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

from sitegen.address import absolute
from sitegen.catalog import Catalog, ids_below, trail
from sitegen.model import Column, ColumnId, Document
from sitegen.views.pages import Crumb, Frame, MenuItem, Shell

HOME_NAME = "政府信息公开"
_NATIONAL = "national"
_OPEN = ("fd",)  # 法定主动公开内容 stands open on the home page


@dataclass(frozen=True)
class Frames:
    """Makes the frames of one site's pages."""

    catalog: Catalog

    @cached_property
    def counts(self) -> dict[ColumnId, int]:
        """How many documents stand in each column and those below it."""
        return {column_id: len(ids_below(self.catalog, column_id)) for column_id in self.catalog.columns}

    def is_shown(self, column: Column) -> bool:
        """Whether the column stands in the menu: it holds something, must stand there, or the site explains it."""
        if self.counts[column.id]:
            return True
        if column.must == _NATIONAL and not column.parent:
            return True
        if column.children:
            return any(self.is_shown(self.catalog.columns[child]) for child in column.children)
        return (column.empty or self.catalog.config.empty_columns) == "explain"

    def menu_item(self, column: Column) -> MenuItem:
        """The column with those below it, as a menu shows them."""
        children = (self.catalog.columns[child] for child in column.children)
        return MenuItem(
            column.id,
            column.name,
            column.url,
            self.counts[column.id],
            tuple(self.menu_item(child) for child in children if self.is_shown(child)),
        )

    @cached_property
    def menu(self) -> tuple[MenuItem, ...]:
        """The column tree as every page shows it."""
        return tuple(self.menu_item(column) for column in self.catalog.top if self.is_shown(column))

    @cached_property
    def shell(self) -> Shell:
        """What every page shares."""
        site = self.catalog.config
        shell = Shell(
            agency=site.agency,
            agency_short=site.agency_short,
            site_name=site.site_name,
            domain=site.domain,
            id_code=site.id_code,
            icp=site.icp,
            police=site.police,
            police_url=site.police_url,
            party_mark_url=site.party_mark_url,
            find_fault_url=site.find_fault_url,
            host=site.host,
            contact=site.contact,
            portal_name=site.portal_name,
            portal_url=site.portal_url,
            apply_url=site.apply_url,
            base_url=site.url,
            menu=self.menu,
            has_search=True,
        )
        return replace(shell, digest=blake2b(repr(shell).encode(), digest_size=16).hexdigest())

    def site_tags(self) -> tuple[tuple[str, str], ...]:
        """SiteName, SiteDomain, SiteIDCode; an unknown one is left out, never empty."""
        site = self.catalog.config
        tags = (("SiteName", site.site_name), ("SiteDomain", site.domain), ("SiteIDCode", site.id_code))
        return tuple((name, value) for name, value in tags if value)

    def page(
        self,
        path: str,
        name: str,
        description: str,
        keywords: tuple[str, ...],
        column_type: str = "信息公开目录",
        *,
        crumbs: tuple[Crumb, ...] = (),
        current: str = "",
        noindex: bool = False,
        detail: str = "",
    ) -> Frame:
        """The frame of a page of the column's own (home, catalogue, updates, search) with its four column tags.

        `detail` sets pages of one series apart in the title (第2页).
        """
        tags = (
            *self.site_tags(),
            ("ColumnName", name),
            ("ColumnDescription", description),
            ("ColumnKeywords", ",".join(keywords)),
            ("ColumnType", column_type),
        )
        is_home = path == "index.html"
        title = [name] if is_home else [name + (f"（{detail}）" if detail else ""), HOME_NAME]
        return Frame(
            shell=self.shell,
            title="_".join([*title, self.catalog.config.site_name]),
            canonical=self.absolute(path),
            tags=tags,
            trail=() if is_home else (self.home_crumb, *(crumbs or (Crumb(name),))),
            current=current,
            open=tuple(column.id for column in trail(self.catalog.columns, current)) if current else _OPEN * is_home,
            feeds=(self.site_feed,),
            noindex=noindex,
        )

    def column(self, column: Column, path: str, detail: str = "") -> Frame:
        """The frame of a column's list."""
        above = trail(self.catalog.columns, column.id)
        crumbs = (*(Crumb(c.name, c.url) for c in above[:-1]), Crumb(column.name, column.url if detail else ""))
        if detail:
            crumbs = (*crumbs, Crumb(detail))
        frame = self.page(
            path,
            column.name,
            column.description,
            column.keywords or (column.name,),
            column.column_type,
            crumbs=crumbs,
            current=column.id,
            detail=detail,
            noindex=not self.is_shown(column),
        )
        return Frame(
            shell=frame.shell,
            title=frame.title,
            canonical=frame.canonical,
            tags=frame.tags,
            trail=frame.trail,
            current=frame.current,
            open=frame.open,
            feeds=(Crumb(f"{column.name}更新", f"{column.id}/atom.xml"), self.site_feed),
            noindex=frame.noindex,
        )

    def document(self, doc: Document, source: str) -> Frame:
        """The frame of a document, with site, column and content tags."""
        column = self.catalog.columns[doc.columns[0]]
        frame = self.column(column, doc.url)
        content = (
            ("ArticleTitle", doc.title),
            ("PubDate", f"{doc.pub_date.isoformat()} {doc.pub_time or '00:00'}"),
            ("ContentSource", source),
            ("Keywords", ",".join(doc.keywords)),
            ("Description", doc.summary),
            ("Url", self.absolute(doc.url)),
        )
        above = trail(self.catalog.columns, column.id)
        return Frame(
            shell=self.shell,
            title="_".join((doc.title, column.name, self.catalog.config.site_name)),
            canonical=self.absolute(doc.url),
            tags=(*frame.tags, *((name, value) for name, value in content if value)),
            trail=(self.home_crumb, *(Crumb(c.name, c.url) for c in above), Crumb(doc.title)),
            current=column.id,
            open=frame.open,
            feeds=frame.feeds,
            noindex=bool(doc.badge),
        )

    @property
    def home_crumb(self) -> Crumb:
        """The first step of every trail."""
        return Crumb(HOME_NAME, "index.html")

    @property
    def site_feed(self) -> Crumb:
        """The feed of the whole site."""
        return Crumb("动态更新", "updates/atom.xml")

    def absolute(self, path: str) -> str:
        """The absolute address of a page; "" when the site's own address is not known."""
        return absolute(path, self.catalog.config.url)
