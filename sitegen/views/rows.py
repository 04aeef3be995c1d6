"""Turn documents, files and updates into the rows that pages list. Exports the functions below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import quote

from sitegen.model import Attachment, Face, UpdateKind
from sitegen.views.frames import Chrome, Event, Item
from sitegen.views.pages import FileLink, PageLink, Pager, Row, UpdateRow

T = TypeVar("T")


def row_of(item: Item, number: int = 0, files: tuple[FileLink, ...] = ()) -> Row:
    """One document as a list shows it; with the `files` made of its text, its attachments are not offered there."""
    face = item.face
    return Row(
        face.title,
        face.url,
        face.pub_date.isoformat(),
        face.doc_no,
        face.written_date.isoformat() if face.written_date else "",
        item.validity,
        face.caption,
        number,
        "、".join(face.issuers),
        face.summary,
        face.index_no,
        files or tuple([file_link(face, attachment) for attachment in face.attachments]),
        face.badge,
    )


def file_link(face: Face, attachment: Attachment) -> FileLink:
    """An attachment with its format and size, as a reader sees them before the click."""
    suffix = PurePosixPath(attachment.file).suffix.lstrip(".").upper()
    return FileLink(
        attachment.title,
        face.folder + quote(attachment.file),
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


def update_row(chrome: Chrome, event: Event) -> UpdateRow:
    """One line of 动态更新; of a withdrawn document it names nothing but the address."""
    update, face, gone, cause, _ = event
    column = face.column if face else gone.columns[0] if gone and gone.columns else ""
    what = "、".join([change.value for change in update.changes]) or update.what or (gone.reason if gone else "")
    return UpdateRow(
        update.day.isoformat(),
        update.kind.value,
        UPDATE_IDS[update.kind],
        face.title if face else "一份已撤回的信息",
        face.url if face else gone.url if gone else "",
        what,
        cause.title if cause else "",
        cause.url if cause else "",
        chrome.columns[column].name if column else "",
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
