"""What themes receive: one frozen value for each page kind, with everything it shows already looked up.

Dates are text (`2026-11-22`), addresses are relative to the root of the site (`doc/x/index.html`) unless they begin
with a scheme; templates turn them into relative ones with `{{ x | href }}`. Templates format; they do not search,
sort, filter or compute.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from sitegen.model import Contact, Shared, digest


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the column tree, with the entries below it."""

    id: str
    name: str
    url: str
    count: int = 0  # documents below it; not known in the menu, which would change with each of them
    children: tuple[MenuItem, ...] = ()


class Menu(tuple[MenuItem, ...], Shared):
    """Entries that many pages show. Its `repr` is short: its digest, made once."""

    def __new__(cls, items: Iterable[MenuItem] = ()) -> Self:
        """The menu of these entries."""
        menu = super().__new__(cls, items)
        menu.digest = digest(tuple(menu)).hex()
        return menu

    def __repr__(self) -> str:
        """Equal for equal menus only."""
        return f"<{self.digest}>"


@dataclass(frozen=True, slots=True, repr=False)
class Shell:
    """What every page shares: header, menu, footer."""

    agency: str
    agency_short: str
    site_name: str
    domain: str
    id_code: str
    icp: str
    police: str
    police_url: str
    party_mark_url: str
    find_fault_url: str
    host: str
    contact: Contact
    portal_name: str
    portal_url: str
    apply_url: str
    base_url: str  # absolute, ends with a slash; "" if not known
    menu: tuple[MenuItem, ...]
    has_search: bool
    language: str = "zh-CN"
    digest: str = ""  # of all the rest: equal digests, equal shells; cheaper to compare than the menu

    def __repr__(self) -> str:
        """Short, and equal for equal shells only: it is part of what keys are made of."""
        return f"<{self.digest}>"


class Crumb(NamedTuple):
    """One step of the trail; the last has no address."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """The head and surroundings of one page."""

    shell: Shell
    title: str  # of the title element
    canonical: str  # absolute, or ""
    tags: tuple[tuple[str, str], ...]  # page tags: meta name, content
    trail: tuple[Crumb, ...]  # first is the home of the column
    current: str = ""  # id of the menu item this page belongs to
    open: tuple[str, ...] = ()  # ids of the menu items above and including it
    feeds: tuple[Crumb, ...] = ()
    noindex: bool = False


class Row(NamedTuple):
    """One document in a list."""

    title: str
    url: str
    pub_date: str
    doc_no: str = ""
    written_date: str = ""
    validity: str = ""  # one of the five words, or "" where the column has none
    caption: str = ""
    number: int = 0  # counts from 1 over the whole list
    issuer: str = ""
    summary: str = ""
    index_no: str = ""
    downloads: tuple[FileLink, ...] = ()
    badge: str = ""
    note: str = ""  # since when it is not in force, or from when it will be
    cause_title: str = ""  # of the document that ended it
    cause_url: str = ""


class FileLink(NamedTuple):
    """A file to download."""

    title: str
    url: str
    format: str  # DOCX, PDF …
    size: str  # 35 KB
    name: str = ""


class PageLink(NamedTuple):
    """One number of a pager."""

    number: int
    url: str
    is_current: bool = False


class Pager(NamedTuple):
    """Where a list stands among its pages; addresses are "" where there is none. `links` has gaps as number 0."""

    number: int
    pages: int
    total: int
    first: str = ""
    previous: str = ""
    next: str = ""
    last: str = ""
    links: tuple[PageLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the statutory entries on the home page, with its newest documents."""

    id: str
    name: str
    url: str
    description: str
    count: int
    rows: tuple[Row, ...]
    children: tuple[MenuItem, ...] = ()


class UpdateRow(NamedTuple):
    """One line of 动态更新."""

    day: str
    kind: str  # 发布 更新 施行 被修改 废止 失效 撤回
    kind_id: str  # published revised effective amended repealed expired withdrawn
    title: str
    url: str
    what: str = ""  # 正文、附件; or the document that caused it
    cause_title: str = ""
    cause_url: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    """`index.html`. Template home.html."""

    frame: Frame
    intro: str
    entries: tuple[Entry, ...]
    newest: tuple[Row, ...]
    updates: tuple[UpdateRow, ...]  # of this month, or the last ones
    updates_title: str
    total: int
    in_force: int
    this_month: int
    as_of: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """A column's list. Template list.html; `style` is documents, regulation, plain or annual."""

    frame: Frame
    name: str
    full_name: str
    description: str
    basis: str
    style: str
    rows: tuple[Row, ...]
    pager: Pager
    children: tuple[MenuItem, ...]  # the columns below, with counts
    elements: tuple[str, ...]
    empty: str  # what to say where there is no document, else ""
    search_url: str  # the search page, preset to this column, or ""
    tabs: tuple[LibraryTab, ...] = ()  # of a library
    tab: str = ""  # which of them this page is
    files: tuple[FileLink, ...] = ()  # 汇编 and 打包 of a library
    has_files: bool = False  # the downloads of the rows are 文字版 and 图片版, which have a place of their own


class Cell(NamedTuple):
    """One cell of the metadata table. `values` are shown one after the other; each may lead somewhere."""

    label: str
    values: tuple[Crumb, ...]
    span: int = 1  # how many label/value pairs wide


class Outline(NamedTuple):
    """A heading with those below it."""

    text: str
    anchor: str
    children: tuple[Outline, ...] = ()


class RelatedRow(NamedTuple):
    """A document on the other end of a relation."""

    title: str
    url: str  # "" when the site does not have the document
    doc_no: str = ""
    date: str = ""
    validity: str = ""
    articles: str = ""


class RelationGroup(NamedTuple):
    """The documents that stand in one relation to this one: 废止了, 被…废止, 解读 …"""

    label: str
    rows: tuple[RelatedRow, ...]


class NoticeLine(NamedTuple):
    """One more sentence of a notice: that the term was extended, or what is to come."""

    text: str
    cause_title: str = ""
    cause_url: str = ""
    reason: str = ""
    lead: str = "依据"


class Notice(NamedTuple):
    """What a reader must know before reading: the state, in a sentence, with the document that caused it."""

    state: str
    text: str
    cause_title: str = ""
    cause_url: str = ""
    reason: str = ""  # why: 第三十条; 正文第十八条：有效期五年
    lead: str = "依据"  # what the cause is to this document: 依据, 现行文本 …
    more: tuple[NoticeLine, ...] = ()


class VersionRow(NamedTuple):
    """One text of a rule in 历次文本, earliest first."""

    day: str  # from when it is in force
    until: str  # the last day, "" if no end is known
    url: str
    state: str  # one of the five words
    doc_no: str = ""
    kind: str = ""  # 修正, 修订 …
    is_current: bool = False  # the text in force on the day of the build
    is_here: bool = False  # the text of this page
    compare_url: str = ""  # with the text before it


class CorrectionRow(NamedTuple):
    """One 更正."""

    day: str
    was: str
    now: str
    note: str


class PicturePoint(NamedTuple):
    """A document in the picture of relations."""

    lines: tuple[str, ...]  # its title, broken and shortened to fit
    title: str
    url: str  # "" when the site does not have the document
    y: int  # its upper edge
    rise: int  # how far below that of the middle stands
    label: str  # on the line to the middle: 废止, 修改 …
    is_source: bool  # it acts on this document, and stands left of it


class Picture(NamedTuple):
    """The relations of a document as an SVG, for documents that have more than three; the lists below say the same."""

    height: int
    middle: tuple[str, ...]  # the title of this document
    points: tuple[PicturePoint, ...]
    rest: str  # 等32件, where there are more than fit
    text: str  # what it shows, in words


@dataclass(frozen=True, slots=True)
class LibraryTab:
    """One of the lists of a 规章库 or 规范性文件库: 现行有效, 尚未施行, 废止和失效."""

    id: str  # current, pending, ended
    name: str
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """`doc/<id>/index.html`. Template document.html, or single.html for guide, apply and the like."""

    frame: Frame
    id: str
    title: str
    badge: str
    layout: str
    table: tuple[tuple[Cell, ...], ...]
    columns: int  # label/value pairs in the widest row of the table
    caption: str
    pub_date: str  # YYYY-MM-DD HH:MM when a time is known
    source: str
    validity: str
    notice: Notice | None
    body: str  # HTML, already safe
    outline: tuple[Outline, ...]
    facts: tuple[tuple[str, str], ...]  # fields of the column's kind
    roles: tuple[tuple[str, str], ...]
    attachments: tuple[FileLink, ...]
    relations: tuple[RelationGroup, ...]
    revisions: tuple[tuple[str, str, str], ...]  # date, doc_no, kind
    history: tuple[UpdateRow, ...]
    history_note: str
    doc_no: str
    style: str  # the list style of its column; official documents are typeset as such
    is_official: bool
    previous: Row | None = None
    next: Row | None = None
    is_single: bool = False
    elements: tuple[str, ...] = ()
    siblings: tuple[Row, ...] = ()  # older documents of a single-page column
    downloads: tuple[FileLink, ...] = ()  # 文字版 (Word) and 图片版 (PDF), made of this text; their size is not known
    versions: tuple[VersionRow, ...] = ()  # of a rule with more than one text
    rule: Crumb | None = None  # on the page of one version: the page of the rule
    compare_url: str = ""  # where any two texts can be compared
    corrections: tuple[CorrectionRow, ...] = ()
    picture: Picture | None = None
    since: str = ""  # since when, and until when, the document is in the state `validity`
    search_url: str = ""  # the search page, preset to the column; not quoted, so that the page is shorter


class Piece(NamedTuple):
    """A stretch of a compared text."""

    text: str
    mark: str = ""  # "", ins, del


class ChangedPart(NamedTuple):
    """One 条, heading or paragraph of two compared texts."""

    label: str  # 第十二条; 原第十二条，改为第十三条
    change: str  # same, changed, added, removed, renumbered
    anchor: str
    pieces: tuple[tuple[Piece, ...], ...]  # of each paragraph
    word: str = ""  # 修改, 增加, 删去, 移动; "" where nothing changed but a number
    links: tuple[Crumb, ...] = ()  # to the same place in both texts, or to where it stands now
    is_heading: bool = False  # of a 编, 章 or 节; shown even if nothing changed
    is_said: bool = False  # the text itself begins with the label


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Two texts of a rule side by side, word by word. Template compare.html."""

    frame: Frame
    rule: Crumb
    old: VersionRow
    new: VersionRow
    versions: tuple[VersionRow, ...]
    others: tuple[Crumb, ...]  # the other pairs that can be compared
    parts: tuple[ChangedPart, ...]  # neighbours that did not change are one
    summary: str  # 共修改12条，增加1条，删去2条
    jumps: tuple[Crumb, ...] = ()  # to each part that changed
    index_url: str = ""  # all pairs that can be compared


class ComparedText(NamedTuple):
    """One text of a rule, with the pages that compare it with others."""

    version: VersionRow
    pairs: tuple[Crumb, ...]


@dataclass(frozen=True, slots=True)
class ComparisonsPage:
    """All pairs of texts of a rule that can be compared. Template comparisons.html."""

    frame: Frame
    rule: Crumb
    texts: tuple[ComparedText, ...]


class CompiledText(NamedTuple):
    """One document of a compilation."""

    title: str
    url: str
    anchor: str
    doc_no: str
    caption: str
    body: str  # HTML, already safe; its ids are made unique
    outline: tuple[Outline, ...] = ()
    state: str = ""  # one of the five words, where it is not simply in force


@dataclass(frozen=True, slots=True)
class CompilationPage:
    """制度文件汇编: everything of a library that is in force, in one page. Template compilation.html."""

    frame: Frame
    heading: str
    as_of: str
    texts: tuple[CompiledText, ...]  # of a large library without their bodies
    files: tuple[FileLink, ...]
    back: Crumb  # the library
    numbers: tuple[tuple[str, int], ...] = ()  # 本年制发 and 废止, 现行有效: what the annual report asks for
    is_whole: bool = True  # the texts are on the page


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """政府信息公开目录: index, name, summary, written date (条例第十二条). Template catalog.html."""

    frame: Frame
    heading: str
    rows: tuple[Row, ...]
    pager: Pager
    years: Menu
    topics: Menu
    numbers_url: str
    current: str = ""


@dataclass(frozen=True, slots=True)
class UpdatesPage:
    """动态更新. Template updates.html."""

    frame: Frame
    heading: str
    since: str  # since when the record is complete, as a sentence
    rows: tuple[UpdateRow, ...]
    pager: Pager
    months: Menu
    kinds: Menu
    columns: Menu
    current: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`search/index.html`. Template search.html."""

    frame: Frame
    backend: str  # pairs, pagefind
    total: int
    years: tuple[MenuItem, ...]
    topics: tuple[MenuItem, ...]
    catalog_url: str
    numbers_url: str


@dataclass(frozen=True, slots=True)
class WithdrawnPage:
    """The address of a withdrawn document. Template withdrawn.html."""

    frame: Frame
    day: str
    reason: str


@dataclass(frozen=True, slots=True)
class MapPage:
    """`sitemap/index.html`: the column tree as a page. Template map.html."""

    frame: Frame
    columns: tuple[MenuItem, ...]


@dataclass(frozen=True, slots=True)
class NotFoundPage:
    """`404.html`: shown at any address, so it needs no file beside it. Template 404.html."""

    frame: Frame
    base: str  # the path of the site on its server, begins and ends with a slash


@dataclass(frozen=True, slots=True)
class RedirectPage:
    """An old address. Template redirect.html."""

    frame: Frame
    target: str
    title: str


class FeedEntry(NamedTuple):
    """One entry of a feed."""

    id: str
    title: str
    url: str  # absolute
    updated: str  # RFC 3339
    summary: str


@dataclass(frozen=True, slots=True)
class Feed:
    """An Atom feed (RFC 4287). Template feed.xml."""

    id: str
    title: str
    url: str  # absolute address of the page
    self_url: str
    updated: str
    author: str
    entries: tuple[FeedEntry, ...]


@dataclass(frozen=True, slots=True)
class Sitemap:
    """sitemap.xml (sitemaps.org 0.9). Template sitemap.xml."""

    urls: tuple[tuple[str, str], ...]  # absolute address, last change YYYY-MM-DD


@dataclass(frozen=True, slots=True)
class Robots:
    """robots.txt (RFC 9309). Template robots.txt."""

    sitemap_url: str
