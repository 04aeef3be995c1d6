"""What may not be between the source files: a file that is withheld here and published there, two equal ids.

Exports `refuse_shared_files`, `refuse_equal_ids`.
"""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from sitegen.diagnostics import Diagnostic, Severity, Span
from sitegen.listing import is_inside
from sitegen.load.files import digest_of_file, image_files
from sitegen.load.records import Entry
from sitegen.model import Attachment, Disclosure, Document, Places

PlacesOf = Callable[[str], Places]


def _published_files(document: Document | None) -> Iterator[tuple[str, Attachment]]:
    """The files a document publishes, each with the name of the place that asks for it."""
    if document is None:
        return
    for i, attachment in enumerate(document.attachments):
        yield f"attachments[{i}]", attachment
    shown = {PurePosixPath(file).name: number for number, file in reversed(list(image_files(document)))}
    for image in document.images:
        yield f"references[{shown[image.file]}]", image


def refuse_shared_files(entries: Sequence[Entry], content: Path, label: str, places_of: PlacesOf) -> list[Entry]:
    """No file that a document without a public page names may be published through another one."""

    def place(source: PurePosixPath) -> tuple[object, ...]:
        path = Path(os.path.normpath(content / source))  # `none/../a.pdf` is a file, though there is no folder `none`
        try:
            found = path.stat()
        except (OSError, ValueError):
            return (unicodedata.normalize("NFC", source.as_posix()).casefold(),)
        return found.st_dev, found.st_ino  # whatever it is called, and however often it is linked

    withheld: dict[tuple[object, ...], str] = {}
    unread: list[Entry] = []
    for entry in entries:
        if entry.document is None:
            for named in entry.named:
                withheld.setdefault(place(PurePosixPath(entry.path).parent / named.file), entry.path)
        if entry.unread:
            unread.append(entry)

    def naming(source: PurePosixPath) -> str:
        """The file without a public page that names this one, or might: nobody knows what an unreadable one is."""
        name = source.name
        mentions = [name.encode(), name.encode("gb18030", "ignore"), name.encode("utf-16-le", "ignore")]
        return withheld.get(place(source)) or next(
            (e.path for e in unread if any(mention and mention in e.unread for mention in mentions)), ""
        )

    if not withheld and not unread:
        return list(entries)
    copies = _Copies(entries, content)
    checked = []
    for entry in entries:
        problems = []
        for field, attachment in _published_files(entry.document):
            if other := naming(PurePosixPath(attachment.source)):
                span = Span(f"{label}/{entry.path}", *places_of(entry.path).get(field, (1, 1)))
                problems.append(
                    Diagnostic(
                        "S101",
                        Severity.ERROR,
                        "这个文件也是一份不公开（或已撤回）稿件的附件，不能发布",
                        span,
                        f"另一份是 {label}/{other}；两份稿件的附件分开存放。",
                    )
                )
            elif attachment in copies:
                span = Span(f"{label}/{entry.path}", *places_of(entry.path).get(field, (1, 1)))
                problems.append(
                    Diagnostic(
                        "S144",
                        Severity.ERROR,
                        "这个文件与一份不公开稿件的附件逐字节相同，不能发布",
                        span,
                        "删去它；它本来就可以公开的，不要再列在那份不公开的稿件里。",
                    )
                )
        checked.append(entry._replace(diagnostics=(*entry.diagnostics, *problems)) if problems else entry)
    return checked


class _Copies:
    """The attachments of documents that are not 主动公开, by their bytes; opened only where the size is the same.

    Not those of drafts and of what was withdrawn: a mended document has most of its files from the one before.
    """

    def __init__(self, entries: Sequence[Entry], content: Path) -> None:
        self._by_size: dict[int, list[Path]] = defaultdict(list)
        for entry in entries:
            if entry.internal is None or entry.internal.disclosure in (None, Disclosure.ACTIVE):
                continue
            for named in entry.named:
                path = content / PurePosixPath(entry.path).parent / named.file
                with suppress(OSError, ValueError):
                    if named.title and is_inside(path, content) and path.is_file() and path.stat().st_size:
                        self._by_size[path.stat().st_size].append(path)

    def __contains__(self, attachment: Attachment) -> bool:
        return any(_digest_of(path) == attachment.digest for path in self._by_size.get(attachment.size, ()))


def _digest_of(path: Path) -> str:
    try:
        return digest_of_file(path)[0]
    except OSError:
        return ""


def refuse_equal_ids(entries: Sequence[Entry], label: str, places_of: PlacesOf) -> list[Entry]:
    """Every id stands once in the site, public or not; each of the equal ones is told of the others."""
    by_id: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.internal:
            by_id[entry.internal.id].append(entry)
    if all(len(same) == 1 for same in by_id.values()):
        return list(entries)
    checked = []
    for entry in entries:
        same = [other for other in by_id[entry.internal.id] if other is not entry] if entry.internal else []
        if same and entry.internal:
            others = "、".join(f"{label}/{other.path}" for other in same)
            is_open = all(one.document for one in (entry, *same))
            named = f"编号“{entry.internal.id}”" if is_open else "编号"
            problem = Diagnostic(
                "F112",
                Severity.ERROR,
                f"{named}与 {others} 相同",
                Span(f"{label}/{entry.path}", *places_of(entry.path).get("id", (1, 1))),
                "编号就是网页地址：改其中一个的文件名，或在信息头写不同的 id。",
                tuple((Span(f"{label}/{other.path}"), "同一编号") for other in same),
            )
            entry = entry._replace(diagnostics=(*entry.diagnostics, problem))
        checked.append(entry)
    return checked
