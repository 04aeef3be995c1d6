"""The page of each document, and the note in place of each withdrawn one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sitegen.address import address
from sitegen.catalog import Catalog, amends, trail
from sitegen.markdown import render_body
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
    RelationKind,
    Task,
    Validity,
)
from sitegen.views.frames import Chrome, Event, Item, desk
from sitegen.views.pages import (
    Cell,
    Crumb,
    DocumentPage,
    Notice,
    Outline,
    RelatedRow,
    RelationGroup,
    WithdrawnPage,
)
from sitegen.views.rows import file_link, row_of, update_row

_LABELS: Mapping[RelationKind, tuple[str, str]] = {
    RelationKind.REPEALS: ("本文件废止的文件", "废止本文件的文件"),
    RelationKind.AMENDS: ("本文件修改的文件", "修改本文件的文件"),
    RelationKind.INTERPRETS: ("本文解读的文件", "对本文件的解读"),
    RelationKind.FORWARDS: ("本文件转发的文件", "转发本文件的文件"),
    RelationKind.SUPPORTS: ("本文件配套的文件", "本文件的配套文件"),
}
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

    def make(self, bodies: Mapping[str, Body]) -> DocumentPage:
        """What the page shows."""
        chrome, doc = self.chrome, self.doc
        column = chrome.columns[self.column]
        body = bodies[doc.body.digest]
        source = doc.source or "、".join(doc.issuers)
        depth = "../" if self.is_single else "../../"
        table = tuple(row for row in _table(chrome, doc, self.validity) if row)
        return DocumentPage(
            frame=chrome.document(doc, source),
            id=doc.id,
            title=doc.title,
            badge=doc.badge,
            layout=chrome.config.layout,
            table=table,
            columns=max((sum(cell.span for cell in row) for row in table), default=1),
            caption=doc.face.caption,
            pub_date=f"{doc.pub_date.isoformat()} {doc.pub_time}".strip(),
            source=source,
            validity=self.validity,
            notice=self.notice,
            body=render_body(body, tuple(_relative(link, depth) for link in self.links)),
            outline=_outline(body.outline),
            facts=tuple((entry.name, entry.value) for entry in doc.extra if entry.is_shown),
            roles=tuple((entry.name, entry.value) for entry in doc.roles),
            attachments=tuple(file_link(doc.face, attachment) for attachment in doc.attachments),
            relations=self.relations,
            revisions=tuple((r.day.isoformat(), r.doc_no, r.kind) for r in doc.revisions),
            history=tuple(update_row(chrome, event) for event in self.events),
            history_note=self.history_note,
            doc_no=doc.doc_no,
            style=column.kind.list.value,
            is_official=any(chrome.columns[name].kind.official for name in doc.columns),
            previous=row_of(self.newer) if self.newer else None,
            next=row_of(self.older) if self.older else None,
            is_single=self.is_single,
            elements=column.elements,
            siblings=tuple(row_of(item) for item in self.siblings),
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
    neighbours = _neighbours(catalog)
    validity, links = catalog.validity, catalog.links
    related = catalog.outgoing.keys() | catalog.incoming.keys() | catalog.unknown_claims.keys()
    for doc in documents:
        newer, older = neighbours.get(doc.id, (None, None))
        recipe = DocumentRecipe(
            chrome,
            doc,
            doc.columns[0],
            links.get(doc.id, ()),
            catalog.validity_word(doc.id),
            _notice(catalog, doc) if doc.id in validity else None,
            tuple(_relations(catalog, doc)) if doc.id in related else (),
            events.get(doc.id, ()),
            note,
            items[newer] if newer else None,
            items[older] if older else None,
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
        _notice(catalog, doc),
        tuple(_relations(catalog, doc)),
        shared.events_of.get(doc.id, ()),
        history_note(catalog),
        is_single=True,
        siblings=tuple(shared.items[other.id] for other in older),
    )


def history_note(catalog: Catalog) -> str:
    """Since when revisions are known."""
    if catalog.history_since is None:
        return "修改记录：没有版本历史可查，这里只列发布、施行、废止等有日期可据的变动。"
    return f"修改记录自{catalog.history_since.isoformat()}起；此前的修改未作记录。"


def _relative(link: Link, depth: str) -> Link:
    if link.is_external or not link.url:
        return link
    return Link(address(link.url, depth), fragment=link.fragment)


def _neighbours(catalog: Catalog) -> dict[DocId, tuple[DocId | None, DocId | None]]:
    """The newer and the older document beside each one in its home column."""
    found: dict[DocId, tuple[DocId | None, DocId | None]] = {}
    documents = catalog.documents
    for column_id, ids in catalog.by_column.items():
        home = [doc_id for doc_id in ids if documents[doc_id].columns[0] == column_id]
        if home:
            found.update(zip(home, zip((None, *home[:-1]), (*home[1:], None), strict=True), strict=True))
    return found


def _table(chrome: Chrome, doc: Document, validity: str) -> Iterator[tuple[Cell, ...]]:
    """The metadata table in the layout the site chose; empty fields are left out, a lone cell spans its row."""
    rows = chrome.config.layout_rows
    texts = _field_texts(chrome, doc, validity)
    filled = [[Cell(cell.label, values) for cell in row if (values := texts.get(cell.field))] for row in rows]
    wide = max((len(cells) for cells in filled), default=1) or 1
    for cells in filled:
        if cells:
            last = cells[-1]
            yield (*cells[:-1], Cell(last.label, last.values, wide - len(cells) + 1))
    named = {cell.field for row in rows for cell in row}
    rest = [
        Cell(cell.label, values) for cell in _ALWAYS if cell.field not in named and (values := texts.get(cell.field))
    ]
    for i in range(0, len(rest), wide):
        cells = rest[i : i + wide]
        yield (*cells[:-1], Cell(cells[-1].label, cells[-1].values, wide - len(cells) + 1))


def _field_texts(chrome: Chrome, doc: Document, validity: str) -> Mapping[str, tuple[Crumb, ...]]:
    """What the metadata table can show of the document, by field id; nothing for an empty field."""

    def day(value: object) -> str:
        return value.isoformat() if value and hasattr(value, "isoformat") else ""

    columns = tuple(Crumb(chrome.columns[name].name, chrome.columns[name].url) for name in doc.columns)
    return {
        "index_no": _texts(doc.index_no),
        "topic": _texts(*doc.topics),
        "issuer": _texts(*doc.issuers),
        "written_date": _texts(day(doc.written_date)),
        "title": _texts(doc.title),
        "doc_no": _texts(doc.doc_no),
        "pub_date": _texts(day(doc.pub_date)),
        "keywords": _texts("　".join(doc.keywords)),
        "column": columns,
        "genre": _texts(doc.genre.value if doc.genre else ""),
        "validity": _texts(validity),
        "disclosure": _texts("主动公开"),
        "effective_date": _texts(day(doc.effective_date)),
        "expire_date": _texts(day(doc.expire_date)),
        "repeal_date": _texts(day(doc.repeal_date)),
        "summary": _texts(doc.summary),
        "source": _texts(doc.source or "、".join(doc.issuers)),
        "unit": _texts(doc.unit),
        "service_object": _texts(*doc.service_objects),
        "unified_no": _texts(doc.unified_no),
    }


def _texts(*values: str) -> tuple[Crumb, ...]:
    return tuple(Crumb(value) for value in values if value)


def _notice(catalog: Catalog, doc: Document) -> Notice | None:
    state = catalog.validity.get(doc.id)
    if state is None:
        return None
    if state.state is Validity.EFFECTIVE:
        return _revised(catalog, doc)
    since = state.since.isoformat() if state.since else ""
    cause = catalog.documents.get(state.cause) if state.cause else None
    start = doc.effective_date.isoformat() if doc.effective_date else "规定的日期"
    when = f"已于{since}" if since else "已"
    texts = {
        Validity.PENDING: f"本文件尚未施行，自{start}起施行。",
        Validity.AMENDED: f"本文件{when}被修改，以修改后的规定为准。",
        Validity.EXPIRED: f"本文件{when}失效{'（有效期届满）' if since and doc.expire_date else ''}，仅供查考。",
        Validity.REPEALED: f"本文件{when}废止，仅供查考。",
    }
    return Notice(
        state.state.value,
        texts[state.state],
        cause.title if cause else "",
        cause.url if cause else "",
    )


def _revised(catalog: Catalog, doc: Document) -> Notice | None:
    """That the text already holds the last amendment, where it says so itself."""
    held = [
        relation
        for relation in catalog.incoming.get(doc.id, ())
        if amends(relation) and relation.is_in_text and relation.effective_date <= catalog.as_of
    ]
    if not held:
        return None
    cause = catalog.documents[held[-1].source]
    articles = f"（{'、'.join(held[-1].articles)}）" if held[-1].articles else ""
    text = f"本文件已于{held[-1].effective_date.isoformat()}修改{articles}，以下为修改后的文本。"
    return Notice(Validity.EFFECTIVE.value, text, cause.title, cause.url)


def _relations(catalog: Catalog, doc: Document) -> Iterator[RelationGroup]:
    for kind, (forward, backward) in _LABELS.items():
        outgoing = [r for r in catalog.outgoing.get(doc.id, ()) if r.kind is kind]
        unknown = [c for c in catalog.unknown_claims.get(doc.id, ()) if c.kind is kind]
        if outgoing or unknown:
            yield RelationGroup(
                forward,
                (
                    *(_related(catalog, relation, relation.target) for relation in outgoing),
                    *(RelatedRow(claim.target, "", articles="、".join(claim.articles)) for claim in unknown),
                ),
            )
        incoming = [r for r in catalog.incoming.get(doc.id, ()) if r.kind is kind]
        if incoming:
            yield RelationGroup(backward, tuple(_related(catalog, relation, relation.source) for relation in incoming))


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


def _outline(headings: Sequence[Heading]) -> tuple[Outline, ...]:
    """Headings in a row as a tree."""
    found: list[Outline] = []
    i = 0
    while i < len(headings):
        heading = headings[i]
        end = i + 1
        while end < len(headings) and headings[end].level > heading.level:
            end += 1
        found.append(Outline(heading.text, heading.anchor, _outline(headings[i + 1 : end])))
        i = end
    return tuple(found)
