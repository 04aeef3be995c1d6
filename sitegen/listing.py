"""What lies in the content folder: one walk, without opening a file.

Exports `Listing`, `walk`, `again`, `stamp_of`, `is_settled`, `NO_STAMP`, `STAMP_SIZE`.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from stat import S_ISREG

from sitegen.diagnostics import Diagnostic, Severity, Span

NO_STAMP = b""
_STAMP = struct.Struct("<qqqQ")
STAMP_SIZE = _STAMP.size
_TICK = 50_000_000  # ns: no kernel's clock for files moves in larger steps
_DATA = "data/"  # what the site knows besides documents
_COARSE_TICK = 2_100_000_000  # of file systems that know whole seconds only


def stamp_of(stat: os.stat_result) -> bytes:
    """The state of a file as its file system tells it: another state, another stamp, as far as `is_settled` says so."""
    return _STAMP.pack(stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino & 0xFFFFFFFFFFFFFFFF)


def is_settled(stamp: bytes, now: int) -> bool:
    """Whether a write after `now` (ns, by the clock of the file system) must change the stamp.

    A file that was changed a moment ago could be changed again within one tick of that clock and look the same; one
    from the future tells nothing at all.
    """
    changed, noted, _, _ = _STAMP.unpack(stamp)
    is_coarse = changed % 1_000_000_000 == 0 or noted % 1_000_000_000 == 0
    return bool(max(changed, noted) < now - (_COARSE_TICK if is_coarse else _TICK))


@dataclass(slots=True)
class Listing:
    """Every file of the content folder with its stamp, by path; what is not read, and why."""

    files: dict[str, bytes] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)  # paths of the Markdown files, sorted as a reader would
    problems: list[Diagnostic] = field(default_factory=list)


def walk(content: Path, label: str) -> Listing:
    """What lies below `content`; nothing through a link that leads out of it."""
    listing = Listing()
    for path in _walk(str(content), "", listing, label):
        listing.documents.append(path)
    return listing


def again(content: Path, listing: Listing, changed: Collection[str]) -> Listing | None:
    """What `walk` would give if nothing but the files `changed` (paths) had changed, by a look at these alone.

    None where that cannot be told: other files than plain documents that were there before.
    """
    files = dict(listing.files)
    for path in changed:
        if not files.get(path) or not path.lower().endswith((".md", ".markdown")):
            return None
        try:
            stat = (content / path).lstat()
        except OSError:
            return None
        if not S_ISREG(stat.st_mode):
            return None
        files[path] = stamp_of(stat)
    return Listing(files, listing.documents, listing.problems)


def _walk(top: str, inside: str, listing: Listing, label: str) -> Iterator[str]:
    folders: list[str] = []
    documents: list[str] = []
    try:
        entries = list(os.scandir(f"{top}/{inside}"))
    except OSError:
        if not inside:
            raise
        return  # a folder that may not be read, as if it were empty
    for entry in entries:
        name = entry.name
        if name[0] in "_.":
            continue
        path = inside + name
        if entry.is_dir(follow_symlinks=False):
            folders.append(name)
        elif entry.is_symlink():
            _follow(entry, Path(top), path, documents, listing, label)
        else:
            listing.files[path] = _stamp_of(entry)
            _judge(name, path, documents, listing, label)
    yield from (inside + name for name in sorted(documents))
    for name in sorted(folders):
        yield from _walk(top, f"{inside}{name}/", listing, label)


def _stamp_of(entry: os.DirEntry[str]) -> bytes:
    try:
        stat = entry.stat(follow_symlinks=False)
    except OSError:
        return NO_STAMP
    return stamp_of(stat) if S_ISREG(stat.st_mode) else NO_STAMP  # what is no file is told by whoever tries to read it


def _judge(name: str, path: str, documents: list[str], listing: Listing, label: str) -> None:
    lower = name.lower()
    if path.startswith(_DATA):
        return
    if lower.endswith((".md", ".markdown")):
        documents.append(name)
    elif lower.endswith(".md.txt"):
        hint = f"把文件名改为“{name[:-4]}”（先在资源管理器里打开“显示文件扩展名”）。"
        message = "这个文件没有读取：扩展名多了 .txt"
        listing.problems.append(Diagnostic("F118", Severity.WARNING, message, Span(f"{label}/{path}"), hint))


def _follow(
    entry: os.DirEntry[str], content: Path, path: str, documents: list[str], listing: Listing, label: str
) -> None:
    """A link to a document of the content folder is read; one to a folder, or out of the folder, is refused."""
    is_document = entry.name.lower().endswith((".md", ".markdown"))
    if path.startswith(_DATA):
        return
    if (content / path).is_dir() or (is_document and not is_inside(content / path, content)):
        listing.problems.append(
            Diagnostic(
                "F116",
                Severity.ERROR,
                "这是通向别处的符号链接，不读取",
                Span(f"{label}/{path}"),
                "把文件本身复制到内容文件夹里，删去链接。",
            )
        )
        return
    listing.files[path] = NO_STAMP  # what it leads to may change without it
    _judge(entry.name, path, documents, listing, label)


def is_inside(path: Path, content: Path) -> bool:
    """Whether the path, all links followed, lies in the content folder."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(content))  # `resolve` raises on a circle


def beside(path: str, file: str) -> str:
    """The path of a file that the document at `path` names."""
    return (PurePosixPath(path).parent / file).as_posix()
