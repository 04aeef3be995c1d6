"""The vocabulary: every frozen value that one stage hands to the next.

Enum values are what authors write and readers see. A `Document` holds only what may be shown; everything else of a
file is an `Internal`, which no view ever receives (《政府信息公开条例》第十三至十六条).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple, Protocol, runtime_checkable

from sitegen.diagnostics import Diagnostic

DocId = str
ColumnId = str


# ---------------------------------------------------------------- words of the trade


class Disclosure(StrEnum):
    """公开属性 (条例第十三至十六条)."""

    ACTIVE = "主动公开"
    ON_REQUEST = "依申请公开"
    WITHHELD = "不予公开"


class Genre(StrEnum):
    """体裁: the 15 文种 of 党政机关公文处理工作条例第八条, and 其他."""

    RESOLUTION = "决议"
    DECISION = "决定"
    ORDER = "命令（令）"
    COMMUNIQUE = "公报"
    PROCLAMATION = "公告"
    NOTIFICATION = "通告"
    OPINION = "意见"
    NOTICE = "通知"
    CIRCULAR = "通报"
    REPORT = "报告"
    REQUEST = "请示"
    REPLY = "批复"
    BILL = "议案"
    LETTER = "函"
    MINUTES = "纪要"
    OTHER = "其他"


class Validity(StrEnum):
    """有效性: whether a document is in force on a given day."""

    PENDING = "尚未施行"
    EFFECTIVE = "现行有效"
    AMENDED = "已修改"
    EXPIRED = "失效"
    REPEALED = "废止"


class RelationKind(StrEnum):
    """What one document does to another; only this direction is written, the inverse is computed."""

    REPEALS = "废止"
    AMENDS = "修改"
    INTERPRETS = "解读"
    FORWARDS = "转发"
    SUPPORTS = "配套"
    BASED_ON = "依据"


class ListStyle(StrEnum):
    """How a column lists its documents."""

    DOCUMENTS = "documents"  # 标题 文号 成文日期 发布日期 有效性
    REGULATION = "regulation"  # 序号 标题（题注） 下载
    PLAIN = "plain"  # 标题 发布日期
    ANNUAL = "annual"  # one a year, newest first
    SINGLE = "single"  # the newest document is the page


class ChangeKind(StrEnum):
    """What a revision touched."""

    TEXT = "正文"
    METADATA = "信息项"
    ATTACHMENT = "附件"


class UpdateKind(StrEnum):
    """What happened to a document, for 动态更新."""

    PUBLISHED = "发布"
    REVISED = "更新"
    EFFECTIVE = "施行"
    AMENDED = "被修改"
    REPEALED = "废止"
    EXPIRED = "失效"
    CORRECTED = "更正"
    WITHDRAWN = "撤回"


@dataclass(frozen=True, slots=True)
class DocNo:
    """发文字号. `str()` gives the official form: 某政发〔2024〕3号, or 国务院令第711号 (then `year` is None)."""

    agency: str  # 机关代字, or the body whose order it is with its 令
    year: int | None
    serial: int

    def __str__(self) -> str:
        if self.year is None:
            return f"{self.agency}第{self.serial}号"
        return f"{self.agency}〔{self.year}〕{self.serial}号"


# ---------------------------------------------------------------- bodies


class Heading(NamedTuple):
    """A heading, a 章/节 or an 一、-level line of the body."""

    level: int  # 2 is the highest inside a body; h1 is the document's title
    text: str
    anchor: str


class Reference(NamedTuple):
    """A link or image of the body as it was written, or a citation in its text, before it is known where it leads."""

    target: str  # id, relative path, attachment name, `#anchor` or absolute address, as written, unquoted
    is_image: bool = False
    is_citation: bool = False  # `target` is 文号, title and place (第三条第二款), each or "", with tabs between


class Section(NamedTuple):
    """A stretch of plain text under one heading or 条, for search and excerpts."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body: HTML with one placeholder for each reference, and what was found in it."""

    html: str
    outline: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()  # all of them: headings, 章, 条, footnotes
    references: tuple[Reference, ...] = ()
    sections: tuple[Section, ...] = ()
    digest: str = ""  # of the source text

    @property
    def text(self) -> str:
        """The plain text of the body, paragraphs separated by line feeds."""
        return "\n".join(section.text for section in self.sections)


class BodyRef(NamedTuple):
    """What is kept in memory of a body; the rest is fetched by `digest` where it is needed."""

    digest: str = ""  # of the source text
    references: tuple[Reference, ...] = ()
    is_blank: bool = True  # has no word that a reader sees
    anchors: bytes = b""  # digest of them: where links to it may lead


class Link(NamedTuple):
    """Where a reference leads: a site-root-relative path (`doc/x/index.html`) or an absolute address."""

    url: str
    is_external: bool = False
    fragment: str = ""


# ---------------------------------------------------------------- documents


class Claim(NamedTuple):
    """A relation as an author wrote it: the other document by id or 文号, and from when it counts."""

    kind: RelationKind
    target: str
    day: date | None = None
    articles: tuple[str, ...] = ()


class Relation(NamedTuple):
    """A claim whose target was found."""

    kind: RelationKind
    source: DocId
    target: DocId
    effective_date: date
    articles: tuple[str, ...] = ()
    is_in_text: bool = False  # the target names this amendment among its 历次修改: its text already holds it


class Revision(NamedTuple):
    """One of 历次修改."""

    day: date
    doc_no: str
    kind: str  # 修正, 修订, 修改决定 …
    effective: date | None = None  # from when the text holds it, where that is another day


class Terms(NamedTuple):
    """What a text says of its own life: 自2021年7月1日起施行，有效期五年."""

    effective: date | None = None  # the first day
    expire: date | None = None  # the last day
    where: str = ""  # the 条 that says when it ends, else the one that says when it begins; "" if it has no number
    words: str = ""  # what it says of the end: 有效期五年
    repeals: tuple[str, ...] = ()  # by 文号, else title: what it says ends with it (《旧办法》同时废止)
    repealed_in: tuple[str, ...] = ()  # the 条 that says so of each of them, "" if it has no number


class Correction(NamedTuple):
    """One 更正: what was put right, and when."""

    day: date
    was: str = ""
    now: str = ""
    note: str = ""


class Attachment(NamedTuple):
    """A file beside a document that the document names."""

    file: str  # its name, as it will stand in the output
    title: str
    source: str  # path relative to the content folder
    size: int
    digest: str


class ExtraField(NamedTuple):
    """A field that belongs to the column's kind (行政相对人, 预算年度 …)."""

    id: str
    name: str
    value: str
    is_shown: bool = True


class Face(NamedTuple):
    """What other pages than its own may show of a document: lists, 动态更新, relations, neighbours."""

    id: DocId
    title: str
    pub_date: date
    column: ColumnId  # its home
    doc_no: str = ""
    index_no: str = ""
    written_date: date | None = None
    issuers: tuple[str, ...] = ()
    caption: str = ""  # as written, or made from 历次修改
    summary: str = ""
    attachments: tuple[Attachment, ...] = ()
    badge: str = ""
    digest: bytes = b""  # of all the rest

    @property
    def folder(self) -> str:
        """The address of the document without `index.html`, from the id alone."""
        return f"doc/{self.id}/"

    @property
    def url(self) -> str:
        """The address of the document relative to the root of the site."""
        return f"doc/{self.id}/index.html"

    def __repr__(self) -> str:
        """Short, and equal for equal faces only: what keys are made of."""
        return f"<{self.digest.hex()}>"


class Document(NamedTuple):
    """A document that may be shown today, with only what may be shown of it."""

    id: DocId
    path: str  # of its source file, relative to the content folder
    title: str
    pub_date: date
    issuers: tuple[str, ...]
    columns: tuple[ColumnId, ...]  # home first
    body: BodyRef
    pub_time: str = ""  # HH:MM, if the author gave one
    written_date: date | None = None
    doc_no: str = ""  # canonical 文号
    index_no: str = ""
    genre: Genre | None = None
    topics: tuple[str, ...] = ()
    declared_validity: Validity | None = None
    effective_date: date | None = None
    expire_date: date | None = None
    repeal_date: date | None = None
    claims: tuple[Claim, ...] = ()
    caption: str = ""
    revisions: tuple[Revision, ...] = ()
    summary: str = ""
    keywords: tuple[str, ...] = ()
    source: str = ""
    unit: str = ""
    service_objects: tuple[str, ...] = ()
    unified_no: str = ""
    attachments: tuple[Attachment, ...] = ()
    images: tuple[Attachment, ...] = ()  # files that the body shows
    extra: tuple[ExtraField, ...] = ()
    roles: tuple[ExtraField, ...] = ()  # 拟稿人 审稿人 发布人, only if the site shows them
    old_urls: tuple[str, ...] = ()
    badge: str = ""  # 草稿 or 待发布: in the preview only
    version_of: DocId = ""  # the rule of which this is the text of one time; in force from `effective_date`
    corrections: tuple[Correction, ...] = ()
    stated: Terms = Terms()
    face: Face = Face("", "", date.min, "")
    meta: bytes = b""  # digest of all but the face and what the body says
    digest: bytes = b""  # of all

    @property
    def folder(self) -> str:
        """Its address without `index.html`, from the id alone."""
        return f"doc/{self.id}/"

    @property
    def url(self) -> str:
        """Its address relative to the root of the site."""
        return f"doc/{self.id}/index.html"

    def __repr__(self) -> str:
        """Short, and equal for equal documents only: what keys are made of."""
        return f"<{self.digest.hex()}>"

    def sealed(self, caption: str) -> Document:
        """The document with its face and digests, which every document in a catalog has.

        `caption` is the 题注 that lists show.
        """
        face = Face(
            self.id,
            self.title,
            self.pub_date,
            self.columns[0] if self.columns else "",
            self.doc_no,
            self.index_no,
            self.written_date,
            self.issuers,
            caption,
            self.summary,
            self.attachments,
            self.badge,
        )
        face = face._replace(digest=digest(tuple(face)))
        blank = self._replace(
            face=Document._field_defaults["face"], meta=b"", digest=b"", body=self.body._replace(digest="")
        )
        meta = digest(tuple(blank))
        return self._replace(face=face, meta=meta, digest=digest((meta, self.body, face)))


def digest(value: object) -> bytes:
    """16 bytes by which values are told apart: BLAKE2b of their canonical text, which is their `repr`.

    For texts, numbers, days, enums, None, tuples and frozen classes of these; never for sets or anything whose `repr`
    is its place in memory.
    """
    return blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Withdrawn(NamedTuple):
    """What remains of a withdrawn document: the address, the day and the reason (行政处罚法第四十八条)."""

    id: DocId
    path: str
    columns: tuple[ColumnId, ...]
    day: date
    reason: str
    old_urls: tuple[str, ...] = ()
    doc_no: str = ""  # never shown; so that a relation to it is recognised
    names: tuple[bytes, ...] = ()  # never shown; as those of an `Internal`

    @property
    def url(self) -> str:
        """The address the document had."""
        return f"doc/{self.id}/index.html"


class Exempt(NamedTuple):
    """One of 豁免: a code that somebody let pass, why, and until when."""

    code: str
    reason: str
    until: date | None = None  # the last day it counts; without one it lets no personal data pass


class Internal(NamedTuple):
    """What a file says that may never be shown, or the file of which nothing may be shown. Never reaches a view."""

    id: DocId
    path: str
    disclosure: Disclosure | None
    is_withheld: bool  # nothing of this file may be shown today
    reason: str = ""  # 不公开理由
    is_draft: bool = False
    is_due: bool = True
    has_date: bool = False  # a 发布日期 that can be read
    columns: tuple[ColumnId, ...] = ()
    drafter: str = ""
    reviewer: str = ""
    publisher: str = ""
    secrecy_review: tuple[tuple[str, str], ...] = ()
    exempt: tuple[Exempt, ...] = ()  # those that count today
    doc_no: str = ""  # canonical, so that a relation to it is recognised
    old_urls: tuple[str, ...] = ()  # so that its old addresses may go with it
    names: tuple[bytes, ...] = ()  # of a withheld document: by what others would name it, unreadably
    cited: tuple[bytes, ...] = ()  # of a public one: the names it cites, in the same form


# ---------------------------------------------------------------- the site


@dataclass(frozen=True, slots=True)
class KindField:
    """A front matter field that documents of one column kind have."""

    id: str
    name: str
    type: str  # text, date, list, int, choice
    required: bool = False
    choices: tuple[str, ...] = ()
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """What documents of a column are: an official document, a penalty, a budget …"""

    id: str
    name: str
    list: ListStyle
    official: bool = False
    requires: tuple[str, ...] = ()
    fields: tuple[KindField, ...] = ()


LIBRARY_KINDS = ("regulation", "normative")  # 规章, 行政规范性文件


def _keeps_what_ended(name: str) -> bool:
    return "废止" in name or "失效" in name


@dataclass(frozen=True, slots=True)
class Column:
    """One entry of the column tree (栏目)."""

    id: ColumnId
    name: str
    kind: Kind
    parent: ColumnId = ""
    children: tuple[ColumnId, ...] = ()
    full_name: str = ""
    must: str = "optional"  # national, statutory, local, optional
    basis: str = ""
    certainty: str = "B"
    column_type: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    empty: str = ""  # hide or explain, when this column says otherwise than the site
    gathers: tuple[ColumnId, ...] = ()  # lists the documents of these columns too

    @property
    def url(self) -> str:
        """The address of its list."""
        return f"{self.id}/index.html"

    @property
    def is_library(self) -> bool:
        """Whether it lists what is in force apart from the rest: 规章库, 行政规范性文件库."""
        return self.kind.id in LIBRARY_KINDS and not self.children and not _keeps_what_ended(self.name)

    @property
    def is_archive(self) -> bool:
        """Whether it keeps what has ended in the libraries beside it: 废止和失效规章."""
        return self.kind.id in LIBRARY_KINDS and not self.children and _keeps_what_ended(self.name)


@dataclass(frozen=True, slots=True)
class HiddenColumn:
    """A standard column the site left out, and why: for the internal report, never for a page."""

    id: ColumnId
    name: str
    reason: str
    parent: ColumnId = ""  # the nearest column above it that is shown
    kind: str = ""  # of its documents; "" if it has columns below it

    @property
    def was_library(self) -> bool:
        """Whether it would be a library if the site did not hide it."""
        return self.kind in LIBRARY_KINDS and not _keeps_what_ended(self.name)


def are_regulations(columns: Iterable[ColumnId], tree: Mapping[ColumnId, Column]) -> bool:
    """Whether what stands in these columns is 规章: one of them is of that kind."""
    return any(tree[name].kind.id == "regulation" for name in columns)


@dataclass(frozen=True, slots=True)
class LayoutCell:
    """One field of the metadata table, under the label this layout uses."""

    field: str
    label: str


@dataclass(frozen=True, slots=True)
class Contact:
    """联系方式 of the agency, for the footer and the guide."""

    phone: str = ""
    address: str = ""
    hours: str = ""
    postcode: str = ""
    email: str = ""
    fax: str = ""


@dataclass(frozen=True, slots=True)
class Downloads:
    """Of which documents Word and PDF files are made (条例第二十四条: 检索、查阅、下载)."""

    kinds: tuple[str, ...] = ("regulation", "normative", "annual", "guide")  # ids of column kinds
    columns: tuple[ColumnId, ...] = ()  # these too, and those below them
    forms: tuple[str, ...] = ("docx", "pdf")
    has_red_head: bool = False  # 发文机关标志, 文号 and the red line above official documents
    compile: tuple[ColumnId, ...] | None = None  # the columns of which 汇编 are made; None: libraries up to a size


@dataclass(frozen=True, slots=True)
class SiteConfig:
    """site.yaml: who publishes, the site marks, and what the site chose."""

    agency: str
    site_name: str
    url: str = ""  # absolute, ends with a slash; "" if not known
    agency_short: str = ""
    domain: str = ""
    id_code: str = ""
    icp: str = ""
    police: str = ""
    portal_name: str = ""
    portal_url: str = ""
    party_mark_url: str = ""
    find_fault_url: str = ""
    police_url: str = ""
    host: str = ""
    contact: Contact = Contact()
    apply_url: str = ""
    intro: str = ""
    index_no_pattern: str = ""
    layout: str = "national"
    layout_rows: tuple[tuple[LayoutCell, ...], ...] = ()
    empty_columns: str = "hide"
    show_roles: bool = False
    search: str = "pairs"
    everyday: bytes | None = None  # the site's own data/synonyms.yaml, which the search alone reads
    theme: str = "standard"
    page_size: int = 20
    topics: tuple[tuple[str, tuple[str, ...]], ...] = ()  # 主题分类: first level, second level
    downloads: Downloads = Downloads()


class Timer(NamedTuple):
    """One limit that findings are measured by, with where it comes from: from `data/timers.yaml` and the site."""

    id: str
    label: str  # what it demands, in a few words
    limit: float  # how many of `unit`
    unit: str  # wd 工作日, d 日, m 月, q 季度, 件, 次, 比例 …; of "cal" `limit` is month times 100 plus day: 131
    source: str  # 条例第二十六条
    since: str = ""  # from when it counts
    certainty: str = "A"
    level: str = ""  # law, veto, national, usage, advice, local; site: the site's own, of which no paper knows
    is_least: bool = False  # not less than the limit; else not more
    is_own: bool = False  # the site set another number than the source

    @property
    def is_local(self) -> bool:
        """Whether no national rule asks for it."""
        return self.level == "local"

    @property
    def basis(self) -> str:
        """Where the limit comes from, as findings print it: a number of the site's own says that it is one."""
        if self.is_local:
            return f"本站启用的地方做法：{self.source}"
        return f"本站设置，另见{self.source}" if self.is_own else self.source


class HolidayYear(NamedTuple):
    """The days off and the weekend days worked of one year, as a notice of 国务院办公厅 arranges them."""

    year: int
    off: tuple[date, ...]
    worked: tuple[date, ...]
    source: str


@dataclass(frozen=True, slots=True)
class CheckConfig:
    """What the site says about its checks (`checks` of site.yaml). No page depends on it: it is not in `SiteConfig`."""

    timers: Mapping[str, Timer] = field(default_factory=dict)  # by id: those that count here; one switched off is not
    holidays: Mapping[int, HolidayYear] = field(default_factory=dict)  # by year: those of the site and of the product
    phones: tuple[str, ...] = ()  # 公开电话: of offices, as written
    wording: tuple[tuple[str, str], ...] = ()  # 易错词: wrong, right
    agencies: tuple[tuple[str, str], ...] = ()  # 机构名称: wrong, right
    domains: tuple[str, ...] = ()  # 外链白名单: lower case, without protocol; those below them too
    review: bool = False  # 保密审查: nothing is published without a complete secrecy review
    roles: bool = False  # 三审: 拟稿人, 审稿人, 发布人 on every document, and not all the same
    kind: str = ""  # 机关类型: government, department or township; "" told by the name
    dynamic: tuple[ColumnId, ...] = ()  # 动态栏目: columns of news, which the 19号 indicators want every two weeks
    intervals: tuple[tuple[ColumnId, int], ...] = ()  # 更新周期: days between two documents; 0 for none expected
    offices: tuple[tuple[ColumnId, str], ...] = ()  # 责任处室: of a column and those below it
    launched: date | None = None  # 开通日期: nothing is overdue before

    def timer(self, name: str) -> Timer | None:
        """The limit of this id, if it counts on this site."""
        return self.timers.get(name)

    def days(self, name: str) -> float | None:
        """The number of the limit, if it counts on this site."""
        timer = self.timers.get(name)
        return timer.limit if timer else None


class Change(NamedTuple):
    """One change of a source file, as history saw it: which file, which day, what kind."""

    path: str  # of the document's source, relative to the content folder
    day: date
    kinds: tuple[ChangeKind, ...]


class Redated(NamedTuple):
    """The first change of a 发布日期 that was past when it was changed."""

    path: str  # of the document's source, relative to the content folder
    day: date  # of the change
    before: date  # the 发布日期 until then


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the past of the content: complete since `since`; None where nothing is known."""

    since: date | None = None
    changes: tuple[Change, ...] = ()
    redated: tuple[Redated, ...] = ()


class Font(NamedTuple):
    """A font that PDF files are set in."""

    role: str  # title (小标宋), fangsong, kai, hei, song; rare: asked for characters that these do not have
    family: str
    path: str
    digest: str  # of its file
    is_own: bool = False  # the kind of face that the standard names; else an open one in its place
    number: int = 0  # of the face in a file that holds several


@dataclass(frozen=True)
class Kit:
    """All that a format may read besides a task's model. Picklable.

    `files` are the theme's, by `theme/relative/path`, and under the bare path for the theme in use with its
    parents below it. `sources` are where attachments are read from, by digest, and `compiled` are the templates as
    code, by name; neither is part of any key, since neither changes a byte of what is made. `fonts` are what PDF
    files are set in, one for each role; none where a role has no font with Chinese characters.
    """

    files: Mapping[str, bytes]
    variables: tuple[tuple[str, str], ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    compiled: Mapping[str, bytes] = field(default_factory=dict)
    fonts: tuple[Font, ...] = ()


Places = Mapping[str, tuple[int, int]]  # line and column of each field of one source file
Marks = Callable[[str], Places]  # of the file of this path; looked up only for what somebody is told about


@dataclass(frozen=True)
class Tree:
    """Everything the content folder and the theme say, read once."""

    config: SiteConfig
    columns: Mapping[ColumnId, Column]  # in menu order, depth first
    hidden: tuple[HiddenColumn, ...]
    documents: tuple[Document, ...]
    withdrawn: tuple[Withdrawn, ...]
    internal: tuple[Internal, ...]
    kit: Kit
    marks: Marks
    diagnostics: tuple[Diagnostic, ...]
    bodies: Mapping[str, Body]  # by digest, fetched when they are asked for
    skipped: tuple[str, ...] = ()  # files left out by --keep-going
    broken: tuple[tuple[DocId, str], ...] = ()  # id and path of files too faulty to be documents; others may name them
    checking: CheckConfig = field(default_factory=CheckConfig)
    forms: tuple[str, ...] = ("docx", "pdf")  # in which documents can be downloaded, as far as this machine goes
    left_out: tuple[Withdrawn, ...] = ()  # faulty ones that --keep-going leaves out: not even their names are shown


# ---------------------------------------------------------------- work


class Shared:
    """A value that many recipes refer to: its `digest` tells it from all others, so that it need be sent but once."""

    digest: str


@runtime_checkable
class Recipe(Protocol):
    """A model that is made into a page value only when its page is rendered, which is rarely.

    A `NamedTuple` of values: they are all that `make` may read besides the bodies they name, and their `repr` is what
    the key of the page is made of. So what a page depends on is what its recipe holds, by construction.
    """

    def make(self, bodies: Mapping[str, Body]) -> object:
        """The page value that the template shows."""


class Task(NamedTuple):
    """One output file: `path` below the output folder, made by a format from a frozen model or a recipe of one."""

    path: str
    format: str
    model: object
    template: str = ""


def _of_nothing(template: str, kit: Kit) -> str:
    """The fingerprint of a format whose bytes depend on the task alone."""
    del template, kit
    return ""


@dataclass(frozen=True)
class Format:
    """How a kind of file is made: the same task and kit give the same bytes.

    `fingerprint` is a digest of all that the bytes depend on besides the task's path and model, for one template: the
    texts of the template and of everything it names, the versions of the libraries.
    """

    name: str
    produce: Callable[[Task, Kit], bytes]
    fingerprint: Callable[[str, Kit], str] = _of_nothing
    seconds: float = 0.4  # about what a thousand files take one process

    @property
    def is_slow(self) -> bool:
        """Whether its files come after the pages, and the preview goes without them."""
        return self.seconds > 1


@dataclass(frozen=True, slots=True)
class CopyFile:
    """The model of a task that copies a file of the content folder."""

    digest: str


class Bundle(NamedTuple):
    """Files of the output to be packed into one, once they are made."""

    path: str  # of the zip
    texts: tuple[tuple[str, str], ...]  # name and text of what is put before them
    members: tuple[tuple[str, str], ...]  # name in the zip, path in the output


@dataclass(frozen=True, slots=True)
class TextFile:
    """The model of a task that writes a text as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class SearchRecord:
    """What a search back end is told of one document; made from a `Document`, hence only of what may be shown."""

    id: DocId
    url: str
    title: str
    sections: tuple[Section, ...]
    doc_no: str = ""
    index_no: str = ""
    pub_date: date = date.min
    summary: str = ""
    keywords: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()  # their titles
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()  # 栏目 主题 体裁 年份 有效性 发文机关
    validity: str = ""
    names: tuple[str, ...] = ()  # other names: dates in words, 发文机关, 关键词, titles of attachments
