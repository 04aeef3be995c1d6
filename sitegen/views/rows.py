"""Turn documents, files and updates into the rows that pages list. Exports the functions below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import quote

from sitegen.catalog import Catalog, Update
from sitegen.gongwen import format_date_cn
from sitegen.model import Attachment, Document, UpdateKind
from sitegen.views.pages import FileLink, PageLink, Pager, Row, UpdateRow

T = TypeVar("T")


def row_of(catalog: Catalog, doc: Document, number: int = 0) -> Row:
    """One document as a list shows it."""
    return Row(
        title=doc.title,
        url=doc.url,
        pub_date=doc.pub_date.isoformat(),
        doc_no=doc.doc_no,
        written_date=doc.written_date.isoformat() if doc.written_date else "",
        validity=catalog.validity_word(doc.id),
        caption=doc.caption or caption_of(doc),
        number=number,
        issuer="、".join(doc.issuers),
        summary=doc.summary,
        index_no=doc.index_no,
        downloads=tuple(file_link(doc, attachment) for attachment in doc.attachments),
        badge=doc.badge,
    )


_ENACTED = ("公布", "发布")


def caption_of(doc: Document) -> str:
    """The 题注 made from 历次修改: （2019年12月12日某令第2号公布　根据2021年2月22日某令第3号修订）; "" without any."""
    if not doc.revisions:
        return ""
    parts = []
    if doc.revisions[0].kind not in _ENACTED and doc.written_date:
        parts.append(f"{format_date_cn(doc.written_date)}{doc.doc_no}公布")
    for revision in doc.revisions:
        by = f"{format_date_cn(revision.day)}{revision.doc_no}"
        parts.append(f"{by}公布" if revision.kind in _ENACTED else f"根据{by}{revision.kind}")
    if doc.effective_date and len(parts) == 1:
        parts.append(f"自{format_date_cn(doc.effective_date)}起施行")
    return "（" + "　".join(parts) + "）"


def file_link(doc: Document, attachment: Attachment) -> FileLink:
    """An attachment with its format and size, as a reader sees them before the click."""
    suffix = PurePosixPath(attachment.file).suffix.lstrip(".").upper()
    return FileLink(
        attachment.title,
        doc.folder + quote(attachment.file),
        suffix or "文件",
        size_of(attachment.size),
        attachment.file,
    )


def size_of(size: int) -> str:
    """Bytes as people read them: 35 KB, 1.2 MB."""
    if size < 1_000:
        return f"{size} 字节"
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"


UPDATE_IDS = {kind: kind.name.lower() for kind in UpdateKind}


def update_row(catalog: Catalog, update: Update) -> UpdateRow:
    """One line of 动态更新; of a withdrawn document it names nothing but the address."""
    doc = catalog.documents.get(update.id)
    gone = catalog.withdrawn.get(update.id)
    cause = catalog.documents.get(update.cause) if update.cause else None
    columns = doc.columns if doc else gone.columns if gone else ()
    return UpdateRow(
        day=update.day.isoformat(),
        kind=update.kind.value,
        kind_id=UPDATE_IDS[update.kind],
        title=doc.title if doc else "一份已撤回的信息",
        url=doc.url if doc else gone.url if gone else "",
        what="、".join(change.value for change in update.changes) or (gone.reason if gone else ""),
        cause_title=cause.title if cause else "",
        cause_url=cause.url if cause else "",
        column=catalog.columns[columns[0]].name if columns else "",
    )


def pages(items: Sequence[T], size: int) -> Iterator[tuple[int, Sequence[T]]]:
    """The items cut into pages, numbered from 1; one empty page for no items."""
    for number in range(1, max(1, -(-len(items) // size)) + 1):
        yield number, items[(number - 1) * size : number * size]


def pager(number: int, total: int, size: int, folder: str) -> Pager:
    """Where page `number` stands among the pages of `total` items in the list of `folder`."""
    count = max(1, -(-total // size))
    shown = sorted({1, count, *range(max(1, number - 2), min(count, number + 2) + 1)})
    return Pager(
        number=number,
        pages=count,
        total=total,
        first=page_path(folder, 1) if number > 1 else "",
        previous=page_path(folder, number - 1) if number > 1 else "",
        next=page_path(folder, number + 1) if number < count else "",
        last=page_path(folder, count) if number < count else "",
        links=tuple(_with_gaps(shown, number, folder)),
    )


def _with_gaps(shown: Iterable[int], current: int, folder: str) -> Iterator[PageLink]:
    before = 0
    for number in shown:
        if number > before + 1:
            yield PageLink(0, "")
        yield PageLink(number, page_path(folder, number), number == current)
        before = number


def page_path(folder: str, number: int) -> str:
    """The address of page `number` of the list in `folder`."""
    return f"{folder}/index.html" if number == 1 else f"{folder}/page/{number}/index.html"
