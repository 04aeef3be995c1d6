"""Turn the catalog into what surrounds a page: shell, trail, page tags (国办发〔2017〕47号附件《网页设计规范》).

Exports `Chrome`, `Desk`, `desk`, `move_desk`, `Event`, `Item`, `is_extension`, `HOME_NAME`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from sitegen.address import absolute
from sitegen.catalog import Catalog, Update, trail
from sitegen.gongwen import normalize_doc_no
from sitegen.model import (
    Column,
    ColumnId,
    DocId,
    Document,
    Face,
    Shared,
    SiteConfig,
    UpdateKind,
    Withdrawn,
    digest,
)
from sitegen.views.pages import Crumb, Frame, MenuItem, Shell
from sitegen.views.shelves import Shelves, contents_of, shelves_of

HOME_NAME = "政府信息公开"
_NATIONAL = "national"
_OPEN = ("fd",)  # 法定主动公开内容 stands open on the home page


@dataclass(frozen=True, repr=False)
class Chrome(Shared):
    """What the frames of a site's pages are made of, the same for all of them. Its `repr` is its digest."""

    config: SiteConfig
    columns: Mapping[ColumnId, Column]
    shown: tuple[ColumnId, ...]  # those in the menu
    shell: Shell
    digest: str = ""

    def __repr__(self) -> str:
        """Short, and equal for equal chromes only: what keys are made of."""
        return f"<{self.digest}>"

    def site_tags(self) -> tuple[tuple[str, str], ...]:
        """SiteName, SiteDomain, SiteIDCode; an unknown one is left out, never empty."""
        site = self.config
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
            title="_".join([*title, self.config.site_name]),
            canonical=self.absolute(path),
            tags=tags,
            trail=() if is_home else (self.home_crumb, *(crumbs or (Crumb(name),))),
            current=current,
            open=tuple(column.id for column in trail(self.columns, current)) if current else _OPEN * is_home,
            feeds=(self.site_feed,),
            noindex=noindex,
        )

    def column(self, column: Column, path: str, detail: str = "") -> Frame:
        """The frame of a column's list."""
        above = trail(self.columns, column.id)
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
            noindex=column.id not in self.shown,
        )
        return replace(frame, feeds=(Crumb(f"{column.name}更新", f"{column.id}/atom.xml"), self.site_feed))

    def document(self, doc: Document, source: str) -> Frame:
        """The frame of a document, with site, column and content tags."""
        column_id = doc.columns[0]
        home = self._homes.get(column_id)
        if home is None:
            home = self._homes[column_id] = self._home(self.columns[column_id])
        url = self.absolute(doc.url)
        content = (
            ("ArticleTitle", doc.title),
            ("PubDate", f"{doc.pub_date.isoformat()} {doc.pub_time or '00:00'}"),
            ("ContentSource", source),
            ("Keywords", ",".join(doc.keywords)),
            ("Description", doc.summary),
            ("Url", url),
        )
        return Frame(
            shell=self.shell,
            title=f"{doc.title}_{home.name}_{self.config.site_name}",
            canonical=url,
            tags=(*home.frame.tags, *[tag for tag in content if tag[1]]),
            trail=(*home.trail, Crumb(doc.title)),
            current=column_id,
            open=home.frame.open,
            feeds=home.frame.feeds,
            noindex=bool(doc.badge),
        )

    def _home(self, column: Column) -> _Home:
        above = trail(self.columns, column.id)
        crumbs = (self.home_crumb, *(Crumb(c.name, c.url) for c in above))
        return _Home(column.name, self.column(column, column.url), crumbs)

    @cached_property
    def _homes(self) -> dict[ColumnId, _Home]:
        """What has been made for the documents of a column so far."""
        return {}

    def __getstate__(self) -> dict[str, object]:
        """Without what can be made again: a chrome is sent to other processes."""
        return {name: value for name, value in self.__dict__.items() if name != "_homes"}

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
        return absolute(path, self.config.url)


class _Home(NamedTuple):
    """What the frames of a column's documents have in common."""

    name: str
    frame: Frame  # of the column's list
    trail: tuple[Crumb, ...]


# ---------------------------------------------------------------- what recipes are made of


class Item(NamedTuple):
    """A document as a list shows it: its face and its 有效性."""

    face: Face
    validity: str
    key: str

    def __repr__(self) -> str:
        """What distinguishes it from others, made once: an item stands in many lists."""
        return self.key


class Event(NamedTuple):
    """An entry of 动态更新 with the faces of the documents it names."""

    update: Update
    face: Face | None  # None for a withdrawn one
    gone: Withdrawn | None
    cause: Face | None
    key: str

    def __repr__(self) -> str:
        """What distinguishes it from others, made once: an event stands in many lists."""
        return self.key


@dataclass(frozen=True, eq=False)
class Desk:
    """What several views need of one catalog, made once."""

    catalog: Catalog

    @cached_property
    def shelves(self) -> Mapping[ColumnId, Shelves]:
        """The lists of each 规章库 and 规范性文件库."""
        return shelves_of(self.catalog)

    @cached_property
    def contents(self) -> Mapping[ColumnId, Sequence[DocId]]:
        """The documents that readers find in each column and those below it."""
        return contents_of(self.catalog, self.shelves)

    @cached_property
    def counts(self) -> Mapping[ColumnId, int]:
        """How many they are."""
        return {column_id: len(ids) for column_id, ids in self.contents.items()}

    @cached_property
    def shown(self) -> tuple[ColumnId, ...]:
        """The columns in the menu: those that hold something, must stand there, or are explained."""
        return tuple(column.id for column in self.catalog.columns.values() if self._is_shown(column))

    def is_shown(self, column: Column) -> bool:
        """Whether the column stands in the menu."""
        return column.id in self.shown

    def _is_shown(self, column: Column) -> bool:
        if self.counts[column.id] or self.catalog.listed[column.id]:
            return True
        if column.must == _NATIONAL and not column.parent:
            return True
        if column.children:
            return any(self._is_shown(self.catalog.columns[child]) for child in column.children)
        return (column.empty or self.catalog.config.empty_columns) == "explain"

    def menu_item(self, column: Column) -> MenuItem:
        """The column with those below it and their counts."""
        children = (self.catalog.columns[child] for child in column.children)
        return MenuItem(
            column.id,
            column.name,
            column.url,
            self.counts[column.id],
            tuple(self.menu_item(child) for child in children if self.is_shown(child)),
        )

    @cached_property
    def map(self) -> tuple[MenuItem, ...]:
        """The column tree with its counts."""
        return tuple(self.menu_item(column) for column in self.catalog.top if self.is_shown(column))

    @cached_property
    def chrome(self) -> Chrome:
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
            menu=tuple(map(_uncounted, self.map)),
            has_search=True,
        )
        shown = tuple(getattr(shell, name) for name in Shell.__slots__)
        shell = replace(shell, digest=digest(shown).hex())
        columns = tuple(self.catalog.columns.values())
        key = digest((site, columns, self.shown, shell)).hex()
        return Chrome(site, self.catalog.columns, self.shown, shell, key)

    @cached_property
    def items(self) -> Mapping[DocId, Item]:
        """Every document as lists show it, newest first."""
        catalog = self.catalog
        found = {}
        for doc in catalog.documents.values():
            word = catalog.validity_word(doc.id)
            found[doc.id] = Item(doc.face, word, f"{doc.face.digest.hex()}{word}")
        return found

    @cached_property
    def events(self) -> Sequence[Event]:
        """动态更新, newest first."""
        return [self.event(update) for update in self.catalog.updates]

    def event(self, update: Update) -> Event:
        """The update with the faces of what it names; of a new text of a rule it says so."""
        update = self._told(update)
        doc = self.catalog.documents.get(update.id)
        gone = self.catalog.withdrawn.get(update.id) if doc is None else None
        cause = self.catalog.documents.get(update.cause) if update.cause else None
        face = doc.face if doc else None
        other = cause.face if cause else None
        changes = "".join((*update.changes, update.what))
        key = f"{update.day.toordinal()}{update.kind}{face or gone!r}{other!r}{changes}"
        return Event(update, face, gone, other, key)

    def _told(self, update: Update) -> Update:
        """The update with what it is about: a new text, at its own page when published, or a longer term."""
        catalog = self.catalog
        cause = catalog.sources.get(update.cause or "")
        if update.kind is UpdateKind.AMENDED and cause and update.id in catalog.sources:
            number = normalize_doc_no(cause.doc_no)
            revisions = catalog.sources[update.id].revisions
            kinds = [revision.kind for revision in revisions if normalize_doc_no(revision.doc_no) == number]
            return update._replace(what=next(filter(is_extension, kinds), ""))
        rule = catalog.version_of.get(update.id, update.id)
        versions = catalog.rules.get(rule, ())
        if update.kind is UpdateKind.EFFECTIVE and catalog.version_of.get(update.cause or "") == rule:
            return update._replace(cause=None, what=_NEW_TEXT)
        if update.kind is UpdateKind.PUBLISHED:
            for version in versions[1:]:
                if version.source == update.id:
                    return update._replace(id=version.id, what=f"{_NEW_TEXT}，{version.day.isoformat()}起施行")
        return update

    @cached_property
    def events_of(self) -> Mapping[DocId, tuple[Event, ...]]:
        """动态更新 of each document."""
        found: dict[DocId, tuple[Event, ...]] = {}
        for event in self.events:
            doc_id = event.update.id
            for name in {doc_id: "", self.catalog.version_of.get(doc_id, doc_id): ""}:  # the rule has all of its texts
                found[name] = (*found.get(name, ()), event)
        return found

    @cached_property
    def neighbours(self) -> Mapping[DocId, tuple[DocId | None, DocId | None]]:
        """The newer and the older document beside each one in its home column."""
        found: dict[DocId, tuple[DocId | None, DocId | None]] = {}
        documents = self.catalog.documents
        for column_id, ids in self.catalog.by_column.items():
            home = [doc_id for doc_id in ids if documents[doc_id].columns[0] == column_id]
            if home:
                found.update(zip(home, zip((None, *home[:-1]), (*home[1:], None), strict=True), strict=True))
        return found


def is_extension(kind: str) -> bool:
    """Whether one of 历次修改 only moved the last day: 延长有效期, 延期, 续期."""
    return "延" in kind or "续期" in kind


def _uncounted(item: MenuItem) -> MenuItem:
    return replace(item, count=0, children=tuple(map(_uncounted, item.children)))


_NEW_TEXT = "新文本"

_desks: list[Desk] = []  # the last one


def desk(catalog: Catalog) -> Desk:
    """The desk of the catalog; the views that follow one another share it."""
    if not _desks or _desks[0].catalog is not catalog:
        _desks[:] = [Desk(catalog)]
    return _desks[0]


def move_desk(catalog: Catalog, before: Catalog) -> None:
    """Use the desk of the catalog `before` for `catalog`, which differs from it in nothing but bodies."""
    if _desks and _desks[0].catalog is before:
        moved = Desk(catalog)
        moved.__dict__.update({name: value for name, value in _desks[0].__dict__.items() if name != "catalog"})
        _desks[:] = [moved]
