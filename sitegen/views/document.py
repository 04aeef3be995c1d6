"""The page of each document, and the note in place of each withdrawn one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sitegen.address import address
from sitegen.catalog import Catalog, Update, amends, trail
from sitegen.markdown import render_body
from sitegen.model import (
    Column,
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
from sitegen.views.frames import Frames
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
from sitegen.views.rows import caption_of, file_link, row_of, update_row

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


def tasks(catalog: Catalog) -> Iterator[Task]:
    """One page for each document with its attachments, and a note for each withdrawn one."""
    frames = Frames(catalog)
    updates: dict[DocId, list[Update]] = {}
    for update in catalog.updates:
        updates.setdefault(update.id, []).append(update)
    neighbours = _neighbours(catalog)
    for doc in catalog.documents.values():
        page = document_page(catalog, frames, doc, (), catalog.columns[doc.columns[0]], updates.get(doc.id), neighbours)
        yield Task(doc.url, "html", page, "document.html")
        for file in {file.file: file for file in (*doc.attachments, *doc.images)}.values():
            yield Task(doc.folder + file.file, "copy", CopyFile(file.digest))
    for gone in catalog.withdrawn.values():
        column = catalog.columns[gone.columns[0]] if gone.columns else catalog.top[0]
        above = tuple(Crumb(step.name, step.url) for step in trail(catalog.columns, column.id))
        yield Task(
            gone.url,
            "html",
            WithdrawnPage(
                frame=replace(
                    frames.column(column, gone.url),
                    title="_".join(("撤回说明", column.name, catalog.config.site_name)),
                    trail=(frames.home_crumb, *above, Crumb("撤回说明")),
                    noindex=True,
                ),
                day=gone.day.isoformat(),
                reason=gone.reason,
            ),
            "withdrawn.html",
        )


def document_page(
    catalog: Catalog,
    frames: Frames,
    doc: Document,
    older: Sequence[Document],
    column: Column,
    updates: Sequence[Update] | None = None,
    neighbours: Mapping[DocId, tuple[Document | None, Document | None]] | None = None,
) -> DocumentPage:
    """What the page of `doc` shows; with `older` documents of its column when the column is a single page."""
    is_single = updates is None
    own_updates = updates if updates is not None else [u for u in catalog.updates if u.id == doc.id]
    source = doc.source or "、".join(doc.issuers)
    depth = "../" if is_single else "../../"
    table = tuple(row for row in _table(catalog, doc) if row)
    before, after = (neighbours or {}).get(doc.id, (None, None))
    facts = tuple((entry.name, entry.value) for entry in doc.extra if entry.is_shown)
    return DocumentPage(
        frame=frames.document(doc, source),
        id=doc.id,
        title=doc.title,
        badge=doc.badge,
        layout=catalog.config.layout,
        table=table,
        columns=max((sum(cell.span for cell in row) for row in table), default=1),
        caption=doc.caption or caption_of(doc),
        pub_date=f"{doc.pub_date.isoformat()} {doc.pub_time}".strip(),
        source=source,
        validity=catalog.validity_word(doc.id),
        notice=_notice(catalog, doc),
        body=render_body(doc.body, tuple(_relative(link, depth) for link in catalog.links[doc.id])),
        outline=_outline(doc.body.outline),
        facts=facts,
        roles=tuple((entry.name, entry.value) for entry in doc.roles),
        attachments=tuple(file_link(doc, attachment) for attachment in doc.attachments),
        relations=tuple(_relations(catalog, doc)),
        revisions=tuple((r.day.isoformat(), r.doc_no, r.kind) for r in doc.revisions),
        history=tuple(update_row(catalog, update) for update in own_updates),
        history_note=history_note(catalog),
        doc_no=doc.doc_no,
        style=column.kind.list.value,
        is_official=any(catalog.columns[name].kind.official for name in doc.columns),
        previous=row_of(catalog, before) if before else None,
        next=row_of(catalog, after) if after else None,
        is_single=is_single,
        elements=column.elements,
        siblings=tuple(row_of(catalog, other) for other in older),
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


def _neighbours(catalog: Catalog) -> dict[DocId, tuple[Document | None, Document | None]]:
    """The newer and the older document beside each one in its home column."""
    found: dict[DocId, tuple[Document | None, Document | None]] = {}
    for column_id, ids in catalog.by_column.items():
        home = [doc_id for doc_id in ids if catalog.documents[doc_id].columns[0] == column_id]
        for i, doc_id in enumerate(home):
            newer = catalog.documents[home[i - 1]] if i else None
            older = catalog.documents[home[i + 1]] if i + 1 < len(home) else None
            found[doc_id] = (newer, older)
    return found


def _table(catalog: Catalog, doc: Document) -> Iterator[tuple[Cell, ...]]:
    """The metadata table in the layout the site chose; empty fields are left out, a lone cell spans its row."""
    rows = catalog.config.layout_rows
    texts = _field_texts(catalog, doc)
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


def _field_texts(catalog: Catalog, doc: Document) -> Mapping[str, tuple[Crumb, ...]]:
    """What the metadata table can show of the document, by field id; nothing for an empty field."""

    def day(value: object) -> str:
        return value.isoformat() if value and hasattr(value, "isoformat") else ""

    columns = tuple(Crumb(catalog.columns[name].name, catalog.columns[name].url) for name in doc.columns)
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
        "validity": _texts(catalog.validity_word(doc.id)),
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
