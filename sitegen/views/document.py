"""The page of each document, and the note in place of each withdrawn one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import NamedTuple
from urllib.parse import quote

from sitegen.address import address, root_of
from sitegen.catalog import Catalog, trail
from sitegen.markdown import render_body, without_order
from sitegen.model import (
    Body,
    Column,
    ColumnId,
    CopyFile,
    DocId,
    Document,
    Heading,
    LayoutCell,
    Link,
    Relation,
    Task,
    are_regulations,
)
from sitegen.views.compare import comparisons_url
from sitegen.views.downloads import files_of
from sitegen.views.frames import Chrome, Event, Item, desk
from sitegen.views.life import RELATIONS, notice_of, picture_of, rule_of, since_when, versions_of
from sitegen.views.pages import (
    Cell,
    CorrectionRow,
    Crumb,
    DocumentPage,
    FileLink,
    Notice,
    Outline,
    RelatedRow,
    RelationGroup,
    VersionRow,
    WithdrawnPage,
)
from sitegen.views.rows import file_link, row_of, update_row

# What is shown below the rows of the layout, where it has no place for it and the author wrote it.
_ALWAYS = (
    LayoutCell("validity", "有效性"),
    LayoutCell("effective_date", "施行日期"),
    LayoutCell("expire_date", "有效期至"),
    LayoutCell("repeal_date", "废止日期"),
    LayoutCell("unit", "责任处室"),
    LayoutCell("service_object", "服务对象"),
    LayoutCell("unified_no", "统一编号"),
)


class DocumentRecipe(NamedTuple):
    """A document's page, on its own or in place of the list of a column that is one page."""

    chrome: Chrome
    doc: Document
    column: ColumnId  # whose style the page has
    links: tuple[Link, ...]
    validity: str
    notice: Notice | None
    relations: tuple[RelationGroup, ...]
    events: tuple[Event, ...]
    history_note: str
    newer: Item | None = None
    older: Item | None = None
    is_single: bool = False
    siblings: tuple[Item, ...] = ()
    since: str = ""
    downloads: tuple[FileLink, ...] = ()
    versions: tuple[VersionRow, ...] = ()
    rule: Crumb | None = None
    compare_url: str = ""
    corrections: tuple[CorrectionRow, ...] = ()  # up to the day

    def make(self, bodies: Mapping[str, Body]) -> DocumentPage:
        """What the page shows."""
        chrome, doc = self.chrome, self.doc
        column = chrome.columns[self.column]
        depth = "../" if self.is_single else root_of(doc.url)
        html, headings = text_of(chrome, doc, bodies[doc.body.digest], [relative(link, depth) for link in self.links])
        source = doc.source or "、".join(doc.issuers)
        table = tuple(_table(chrome, doc, self.validity))
        return DocumentPage(
            frame=chrome.document(doc, source),
            id=doc.id,
            title=doc.title,
            badge=doc.badge,
            layout=chrome.config.layout,
            table=table,
            columns=max([len(row) - 1 + row[-1].span for row in table], default=1),
            caption=doc.face.caption,
            pub_date=f"{doc.pub_date.isoformat()} {doc.pub_time}".strip(),
            source=source,
            validity=self.validity,
            notice=self.notice,
            body=html,
            outline=outline_of(headings),
            facts=tuple((entry.name, entry.value) for entry in doc.extra if entry.is_shown),
            roles=tuple((entry.name, entry.value) for entry in doc.roles),
            attachments=tuple(file_link(doc.face, attachment) for attachment in doc.attachments),
            relations=self.relations,
            revisions=tuple((r.day.isoformat(), r.doc_no, r.kind) for r in doc.revisions),
            history=tuple([update_row(chrome, event) for event in self.events]),
            history_note=self.history_note,
            doc_no=doc.doc_no,
            style=column.kind.list.value,
            is_official=any(chrome.columns[name].kind.official for name in doc.columns),
            previous=row_of(self.newer) if self.newer else None,
            next=row_of(self.older) if self.older else None,
            is_single=self.is_single,
            elements=column.elements,
            siblings=tuple(row_of(item) for item in self.siblings),
            downloads=self.downloads,
            versions=self.versions,
            rule=self.rule,
            compare_url=self.compare_url,
            corrections=self.corrections,
            picture=picture_of(doc.title, self.relations),
            since=self.since,
            search_url="" if self.is_single else _search_within(chrome, doc),
        )


class WithdrawnRecipe(NamedTuple):
    """What stands at the address of a withdrawn document."""

    chrome: Chrome
    column: ColumnId
    url: str
    day: str
    reason: str

    def make(self, bodies: Mapping[str, Body]) -> WithdrawnPage:
        """What the page shows."""
        del bodies
        chrome = self.chrome
        column = chrome.columns[self.column]
        above = tuple(Crumb(step.name, step.url) for step in trail(chrome.columns, column.id))
        frame = replace(
            chrome.column(column, self.url),
            title="_".join(("撤回说明", column.name, chrome.config.site_name)),
            trail=(chrome.home_crumb, *above, Crumb("撤回说明")),
            noindex=True,
        )
        return WithdrawnPage(frame=frame, day=self.day, reason=self.reason)


def tasks(catalog: Catalog) -> Iterator[Task]:
    """One page for each document with its attachments, and a note for each withdrawn one."""
    yield from tasks_of(catalog, catalog.documents.values())
    chrome = desk(catalog).chrome
    for gone in catalog.withdrawn.values():
        column = gone.columns[0] if gone.columns else catalog.top[0].id
        yield Task(
            gone.url,
            "html",
            WithdrawnRecipe(chrome, column, gone.url, gone.day.isoformat(), gone.reason),
            "withdrawn.html",
        )


def tasks_of(catalog: Catalog, documents: Iterable[Document]) -> Iterator[Task]:
    """The pages and attachments of some documents."""
    shared = desk(catalog)
    chrome, events, items, note = shared.chrome, shared.events_of, shared.items, history_note(catalog)
    neighbours = shared.neighbours
    validity, links = catalog.validity, catalog.links
    related = catalog.outgoing.keys() | catalog.incoming.keys() | catalog.unknown_claims.keys()
    for doc in documents:
        newer, older = neighbours.get(doc.id, (None, None))
        rule = doc.id in catalog.version_of or doc.id in catalog.rules
        recipe = DocumentRecipe(
            chrome,
            doc,
            doc.columns[0],
            links.get(doc.id, ()),
            catalog.validity_word(doc.id),
            notice_of(catalog, doc) if rule or doc.id in validity else None,
            tuple(_relations(catalog, doc)) if rule or doc.id in related else (),
            events.get(doc.id, ()),
            note,
            items[newer] if newer else None,
            items[older] if older else None,
            since=since_when(catalog, doc) if doc.id in validity else "",
            downloads=files_of(catalog, doc),
            versions=versions_of(catalog, doc) if rule else (),
            rule=rule_of(catalog, doc) if rule else None,
            compare_url=comparisons_url(catalog.version_of.get(doc.id, doc.id)) if rule else "",
            corrections=tuple(_corrections(doc, catalog.as_of)) if doc.corrections else (),
        )
        yield Task(f"doc/{doc.id}/index.html", "html", recipe, "document.html")
        if doc.attachments or doc.images:
            for file in {file.file: file for file in (*doc.attachments, *doc.images)}.values():
                yield Task(doc.folder + file.file, "copy", CopyFile(file.digest))


def single_page(catalog: Catalog, doc: Document, older: Sequence[Document], column: Column) -> DocumentRecipe:
    """The page of a column that shows its newest document; the `older` ones are linked."""
    shared = desk(catalog)
    return DocumentRecipe(
        shared.chrome,
        doc,
        column.id,
        catalog.links.get(doc.id, ()),
        catalog.validity_word(doc.id),
        notice_of(catalog, doc),
        tuple(_relations(catalog, doc)),
        shared.events_of.get(doc.id, ()),
        history_note(catalog),
        is_single=True,
        siblings=tuple(shared.items[other.id] for other in older),
        since=since_when(catalog, doc),
        downloads=files_of(catalog, doc),
        corrections=tuple(_corrections(doc, catalog.as_of)),
    )


def _search_within(chrome: Chrome, doc: Document) -> str:
    """The search page, preset to the column of a document; Chinese as it is, which is a third of its length quoted."""
    name = chrome.columns[doc.columns[0]].name
    return f"search/index.html?column={name.translate(_QUOTED)}" if chrome.shell.has_search else ""


_QUOTED = {ord(char): quote(char) for char in "%&#+ "}


def _corrections(doc: Document, day: date) -> Iterator[CorrectionRow]:
    for found in doc.corrections:
        if found.day <= day:
            yield CorrectionRow(found.day.isoformat(), found.was, found.now, found.note)


def history_note(catalog: Catalog) -> str:
    """Since when revisions are known."""
    if catalog.history_since is None:
        return "修改记录：没有版本历史可查，这里只列发布、施行、废止等有日期可据的变动。"
    return f"修改记录自{catalog.history_since.isoformat()}起；此前的修改未作记录。"


def text_of(chrome: Chrome, doc: Document, body: Body, links: Sequence[Link]) -> tuple[str, Sequence[Heading]]:
    """The HTML of the text and its headings; of 规章 without the signed order (国办公开办函〔2021〕33号)."""
    html = render_body(body, links)
    if are_regulations(doc.columns, chrome.columns):
        shown = without_order(html)
        if shown != html:
            return shown, [heading for heading in body.outline if f'id="{escape(heading.anchor)}"' in shown]
    return html, body.outline


def relative(link: Link, depth: str) -> Link:
    if link.is_external or not link.url:
        return link
    return Link(address(link.url, depth), fragment=link.fragment)


def _table(chrome: Chrome, doc: Document, validity: str) -> Iterator[tuple[Cell, ...]]:
    """The metadata table in the layout the site chose; empty fields are left out, a lone cell spans its row."""
    rows = chrome.config.layout_rows
    filled = [_filled(row, chrome, doc, validity) for row in rows]
    wide = max(map(len, filled), default=1) or 1
    for cells in filled:
        if cells:
            yield _across(cells, wide)
    named = {cell.field for row in rows for cell in row}
    rest = _filled([cell for cell in _ALWAYS if cell.field not in named], chrome, doc, validity)
    for i in range(0, len(rest), wide):
        yield _across(rest[i : i + wide], wide)


def _filled(row: Iterable[LayoutCell], chrome: Chrome, doc: Document, validity: str) -> list[Cell]:
    return [Cell(cell.label, values) for cell in row if (values := _values(cell.field, chrome, doc, validity))]


def _across(cells: Sequence[Cell], wide: int) -> tuple[Cell, ...]:
    """The cells, the last of which reaches the end of a row of that width."""
    last = cells[-1]
    return (*cells[:-1], Cell(last.label, last.values, wide - len(cells) + 1))


def _values(field: str, chrome: Chrome, doc: Document, validity: str) -> tuple[Crumb, ...]:
    """What the metadata table shows of the document for this field; nothing for an empty field."""
    if field == "validity":
        return (Crumb(validity),) if validity else ()
    if field == "column":
        columns = [chrome.columns[name] for name in doc.columns]
        return tuple([Crumb(column.name, column.url) for column in columns])
    if field in _TEXTS:
        text = _TEXTS[field](doc)
        return (Crumb(text),) if text else ()
    if field in _LISTS:
        return tuple([Crumb(text) for text in _LISTS[field](doc) if text])
    return ()


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


_TEXTS: Mapping[str, Callable[[Document], str]] = {
    "index_no": lambda doc: doc.index_no,
    "written_date": lambda doc: _iso(doc.written_date),
    "title": lambda doc: doc.title,
    "doc_no": lambda doc: doc.doc_no,
    "pub_date": lambda doc: _iso(doc.pub_date),
    "keywords": lambda doc: "　".join(doc.keywords),
    "genre": lambda doc: doc.genre.value if doc.genre else "",
    "disclosure": lambda _: "主动公开",
    "effective_date": lambda doc: _iso(doc.effective_date),
    "expire_date": lambda doc: _iso(doc.expire_date),
    "repeal_date": lambda doc: _iso(doc.repeal_date),
    "summary": lambda doc: doc.summary,
    "source": lambda doc: doc.source or "、".join(doc.issuers),
    "unit": lambda doc: doc.unit,
    "unified_no": lambda doc: doc.unified_no,
}
_LISTS: Mapping[str, Callable[[Document], Sequence[str]]] = {
    "topic": lambda doc: doc.topics,
    "issuer": lambda doc: doc.issuers,
    "service_object": lambda doc: doc.service_objects,
}


def _relations(catalog: Catalog, doc: Document) -> Iterator[RelationGroup]:
    """What it acts on, and what acts on it; at the address of a rule also of the text that stands there."""
    names = {doc.id: "", catalog.text_shown(doc.id).source: ""} if doc.id in catalog.rules else (doc.id,)
    for kind, (forward, backward) in RELATIONS.items():
        outgoing = [r for name in names for r in catalog.outgoing.get(name, ()) if r.kind is kind]
        unknown = [*dict.fromkeys(c for name in names for c in catalog.unknown_claims.get(name, ()) if c.kind is kind)]
        if outgoing or unknown:
            yield RelationGroup(
                forward,
                (
                    *dict.fromkeys(_related(catalog, relation, relation.target) for relation in outgoing),
                    *(RelatedRow(claim.target, "", articles="、".join(claim.articles)) for claim in unknown),
                ),
            )
        incoming = [r for name in names for r in catalog.incoming.get(name, ()) if r.kind is kind]
        if incoming:
            rows = dict.fromkeys(_related(catalog, relation, relation.source) for relation in incoming)
            yield RelationGroup(backward, tuple(rows))


def _related(catalog: Catalog, relation: Relation, doc_id: DocId) -> RelatedRow:
    doc = catalog.documents[doc_id]
    return RelatedRow(
        title=doc.title,
        url=doc.url,
        doc_no=doc.doc_no,
        date=(doc.written_date or doc.pub_date).isoformat(),
        validity=catalog.validity_word(doc_id),
        articles="、".join(relation.articles),
    )


def outline_of(headings: Sequence[Heading]) -> tuple[Outline, ...]:
    """Headings in a row as a tree."""
    found: list[tuple[int, Outline]] = []  # with its level; the last heading first
    for heading in reversed(headings):
        children: list[Outline] = []
        while found and found[-1][0] > heading.level:
            children.append(found.pop()[1])
        found.append((heading.level, Outline(heading.text, heading.anchor, tuple(children))))
    return tuple([outline for _, outline in reversed(found)])
