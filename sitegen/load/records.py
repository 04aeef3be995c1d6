"""Turn source files into entries, and know which of those that were kept from an earlier build still hold.

Exports `Entry`, `Kept`, `Bodies`, `Run`, `here`, `read_entries`, `read_edited`,
`places_of`.
"""

from __future__ import annotations

import errno
import hashlib
import marshal
import stat
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, starmap
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from sitegen import markdown
from sitegen.diagnostics import CacheError, Diagnostic, Severity, Span
from sitegen.listing import Listing, is_settled
from sitegen.load import fields as f
from sitegen.load.documents import Loaded, Surroundings, caption_of, load_document
from sitegen.load.files import with_files
from sitegen.model import (
    Body,
    Document,
    Heading,
    Internal,
    Places,
    Reference,
    Section,
    Withdrawn,
    are_regulations,
    digest,
)

A = TypeVar("A")
R = TypeVar("R")


class Run(Protocol):
    """Calls a function with batches of the items, here or in other processes; gives its results in their order."""

    def __call__(self, function: Callable[[Sequence[A]], Sequence[R]], items: Sequence[A], /) -> Iterator[R]:
        """The results, one for each item."""


def here(function: Callable[[Sequence[A]], Sequence[R]], items: Sequence[A], /) -> Iterator[R]:
    """The simplest `Run`: in this process, one item at a time."""
    return chain.from_iterable(function((item,)) for item in items)


class Entry(NamedTuple):
    """What one file gave. At most one of `document` and `withdrawn`."""

    path: str
    stamp: bytes = b""  # of the file when it was read
    source: bytes = b""  # digest of its bytes
    document: Document | None = None
    withdrawn: Withdrawn | None = None
    internal: Internal | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    files: tuple[tuple[str, bytes | None], ...] = ()  # what it was judged with, and the stamps; None: not there
    since: datetime = datetime.min
    named: tuple[f.NamedFile, ...] = ()  # by a file that has no public page
    doc_id: str = ""  # as far as it is known
    unread: bytes = b""  # of a file that could not be read: it may name files that must not be published
    places: bytes = b""  # of its fields; "" where they are kept elsewhere
    body: bytes = b""  # the parsed body, as it is kept; "" where it is kept elsewhere
    may_keep: bool = False
    is_settled: bool = False  # a later change of what it was read from cannot go unnoticed
    is_same: bool = False  # nothing but the stamp changed; the rest is in the entry that was kept

    @property
    def has_errors(self) -> bool:
        """Whether anything in the file forbids publishing it."""
        return any(d.severity is Severity.ERROR for d in self.diagnostics)


@dataclass(slots=True)
class Kept:
    """What earlier builds knew: entries by path, blobs by name; and what the file system's clock said at the start.

    Only of what may be shown: an entry is kept if it is a public `Document` without anything internal, and nothing of
    it stays once that changes.
    """

    entries: MutableMapping[str, Entry]
    blobs: MutableMapping[str, bytes]
    now: int  # ns
    setting: bytes = b""  # by which the entries were judged
    has_forgotten: bool = False  # something was kept of a file of which nothing is kept any more


class Bodies(Mapping[str, Body]):
    """The bodies by digest, fetched when they are asked for. As picklable as the blobs."""

    def __init__(self, blobs: Mapping[str, bytes], others: Mapping[str, bytes]) -> None:
        """`others` are those that may not be kept, by digest."""
        self._blobs = blobs
        self._others = others
        self.asked: set[str] = set()  # what was fetched since this was emptied last

    def __reduce__(self) -> tuple[object, ...]:
        return Bodies, (self._blobs, self._others)

    def __getitem__(self, key: str) -> Body:
        self.asked.add(key)
        blob = self._others.get(key) or self._blobs.get(body_name(key))
        if blob is None:
            raise CacheError("缓存里少了一份正文")
        return unpack_body(blob)[1].body

    def __iter__(self) -> Iterator[str]:
        yield from self._others
        yield from (name.removeprefix(_BODY) for name in self._blobs if name.startswith(_BODY))

    def __len__(self) -> int:
        return sum(1 for _ in self)


_BODY, _PLACES = "body/", "places/"


def body_name(key: str) -> str:
    """The name of the blob of a body."""
    return _BODY + key


def places_name(path: str) -> str:
    """The name of the blob with the places of a file: no path is kept as it is."""
    return _PLACES + digest(path).hex()


def pack_body(first_line: int, parsed: markdown.Parsed) -> bytes:
    """A parsed body as it is kept, with the line of its file in which it begins. Plain tuples: quick to read back."""
    body = parsed.body
    return marshal.dumps(
        (
            first_line,
            parsed.lines,
            tuple(tuple(found) for found in parsed.findings),
            body.html,
            tuple(tuple(heading) for heading in body.outline),
            body.anchors,
            tuple(tuple(reference) for reference in body.references),
            tuple(tuple(section) for section in body.sections),
            body.digest,
        )
    )


def unpack_body(blob: bytes) -> tuple[int, markdown.Parsed]:
    """The line and the body of `pack_body`."""
    first_line, lines, findings, html, outline, anchors, references, sections, key = marshal.loads(blob)
    body = Body(
        html,
        tuple(starmap(Heading, outline)),
        anchors,
        tuple(starmap(Reference, references)),
        tuple(starmap(Section, sections)),
        key,
    )
    return first_line, markdown.Parsed(body, lines, tuple(starmap(markdown.BodyFinding, findings)))


class _Asked(NamedTuple):
    """A file to be read."""

    path: str
    stamp: bytes
    source: bytes = b""  # if its bytes have this digest, the entry that was kept still holds


def read_entries(content: Path, listing: Listing, around: Surroundings, kept: Kept, run: Run) -> list[Entry]:
    """An entry for every document of the listing, in its order.

    `kept` afterwards holds what of them may be kept, and nothing else. An entry that was kept holds as long as the
    file, the files it names, and what it is judged by are the same.
    """
    _sweep(kept)
    setting = digest((around.setting, around.is_preview, around.label))
    is_same_setting = kept.blobs.get(_SETTING) == setting
    kept.setting = setting
    entries: dict[str, Entry] = {}
    asked: list[_Asked] = []
    for path in listing.documents:
        stamp = listing.files[path]
        known = kept.entries.get(path) if is_same_setting else None
        if known is None or known.since > around.as_of or not _has_same_files(known, listing):
            asked.append(_Asked(path, stamp))
        elif known.is_settled and known.stamp == stamp:
            entries[path] = known
        else:
            asked.append(_Asked(path, stamp, known.source))
    old = {path: entry for path, entry in kept.entries.items() if path not in entries}
    if asked:
        kept.blobs[_UNFINISHED] = b"1"  # until the entries of what follows are kept as well
    reader = _Reader(content, around, kept.blobs if old else {})
    fresh: list[Entry] = []
    for entry in run(reader, asked):
        if entry.is_same:
            settled = (
                bool(entry.stamp)
                and is_settled(entry.stamp, kept.now)
                and _are_settled(old[entry.path].files, kept.now)
            )
            entries[entry.path] = old[entry.path]._replace(stamp=entry.stamp, is_settled=settled)
            continue
        entries[entry.path] = entry
        if entry.may_keep:
            entries[entry.path] = _slim(entry, listing, kept.now)
            fresh.append(entry)
        if len(fresh) == _AT_ONCE:
            _keep_blobs(fresh, kept)
            fresh.clear()
    _keep_blobs(fresh, kept)
    _forget(old, entries, kept)
    for path, *_ in asked:
        if entries[path].may_keep:
            kept.entries[path] = entries[path]
    return [entries[path] for path in listing.documents]


def read_edited(
    content: Path, listing: Listing, path: str, known: Entry, around: Surroundings, blobs: Mapping[str, bytes], now: int
) -> tuple[Entry, bytes, bytes] | None:
    """The entry of a document in which nothing has changed but what the body says, with its places and its body.

    None if anything else in it, or in what is said about it, may be new: all the rest of the site is then as it was.
    """
    if known.document is None or not _has_same_files(known, listing) or known.since > around.as_of:
        return None
    entry = _Reader(content, around, blobs).read(_Asked(path, listing.files[path]))
    document = entry.document
    if document is None or not entry.may_keep or document.meta != known.document.meta:
        return None
    slim = _slim(entry, listing, now)
    is_same = (slim.internal, slim.diagnostics, slim.since, slim.files, slim.doc_id) == (
        known.internal,
        known.diagnostics,
        known.since,
        known.files,
        known.doc_id,
    )
    return (slim, entry.places, entry.body) if is_same else None


_SETTING, _UNFINISHED = "setting", "unfinished"
_AT_ONCE = 200
_NONE = Entry("")


def finish(kept: Kept) -> None:
    """Say by what the entries were judged, and that those of all blobs are kept; to be called when they are."""
    if kept.blobs.get(_SETTING) != kept.setting:
        kept.blobs[_SETTING] = kept.setting
    if _UNFINISHED in kept.blobs:
        del kept.blobs[_UNFINISHED]


def places_of(path: str, entries: Mapping[str, Entry], content: Path, around: Surroundings, kept: Kept) -> Places:
    """Where the fields of a file stand; read from the file again where nothing else knows."""
    entry = entries.get(path, _NONE)
    blob = entry.places or kept.blobs.get(places_name(path), b"")
    if blob:
        found: Places = marshal.loads(blob)
        return found
    try:
        return load_document(path, (content / path).read_bytes(), around).places
    except OSError:
        return {}


def _has_same_files(known: Entry, listing: Listing) -> bool:
    return all(listing.files.get(source) == stamp for source, stamp in known.files)


def _are_settled(files: Sequence[tuple[str, bytes | None]], now: int) -> bool:
    return all(stamp is None or is_settled(stamp, now) for _, stamp in files)


def _slim(entry: Entry, listing: Listing, now: int) -> Entry:
    """The entry as it is kept: without what goes into blobs, with the stamps of its files."""
    assert entry.document is not None
    files = tuple((source, listing.files.get(source)) for source, _ in entry.files)
    published = {file.source for file in (*entry.document.attachments, *entry.document.images)}
    is_known = all(stamp is not None or source not in published for source, stamp in files)
    settled = is_known and is_settled(entry.stamp, now) and _are_settled(files, now)
    return entry._replace(places=b"", body=b"", files=files, is_settled=settled)


def _keep_blobs(fresh: Sequence[Entry], kept: Kept) -> None:
    blobs = {places_name(entry.path): entry.places for entry in fresh}
    blobs |= {body_name(entry.document.body.digest): entry.body for entry in fresh if entry.document and entry.body}
    kept.blobs.update(blobs)


def _forget(old: Mapping[str, Entry], entries: Mapping[str, Entry], kept: Kept) -> None:
    """Keep nothing of what is gone, has changed, or may not be shown any more."""
    for path in old:
        if not entries.get(path, _NONE).may_keep:
            kept.has_forgotten = True
            kept.entries.pop(path, None)
            kept.blobs.pop(places_name(path), None)
    if old:
        used = {entry.document.body.digest for entry in entries.values() if entry.may_keep and entry.document}
        for key in {entry.document.body.digest for entry in old.values() if entry.document} - used:
            kept.blobs.pop(body_name(key), None)


def _sweep(kept: Kept) -> None:
    """Forget blobs whose entries were never kept, since a build was interrupted."""
    if _UNFINISHED not in kept.blobs:
        return
    used = {body_name(entry.document.body.digest) for entry in kept.entries.values() if entry.document}
    used |= {places_name(path) for path in kept.entries}
    for name in [name for name in kept.blobs if name.startswith((_BODY, _PLACES)) and name not in used]:
        kept.blobs.pop(name, None)


# ---------------------------------------------------------------- one file


@dataclass(frozen=True)
class _Reader:
    """Reads files, here or in another process."""

    content: Path
    around: Surroundings
    blobs: Mapping[str, bytes]

    def __call__(self, batch: Sequence[_Asked]) -> list[Entry]:
        return [self.read(asked) for asked in batch]

    def read(self, asked: _Asked) -> Entry:
        """The entry of one file."""
        path, label = asked.path, self.around.label
        try:
            data = _read(self.content / path, self.around.max_bytes)
        except OSError as error:
            hint = "检查文件是否被占用、有没有权限；断了的链接换成文件本身。"
            message = f"文件读不了（{reason_of(error)}）"
            return Entry(
                path, diagnostics=(Diagnostic("F115", Severity.ERROR, message, Span(f"{label}/{path}"), hint),)
            )
        source = hashlib.blake2b(data, digest_size=16).digest()
        if source == asked.source:
            return Entry(path, asked.stamp, source, is_same=True)
        loaded, files = with_files(load_document(path, data, self.around, self.parse), self.content, self.around)
        places = marshal.dumps(dict(loaded.places))
        document, internal = loaded.document, loaded.internal
        if document is None or loaded.parsed is None:
            return Entry(
                path,
                asked.stamp,
                source,
                None,
                loaded.withdrawn,
                internal,
                loaded.diagnostics,
                named=loaded.files,
                doc_id=loaded.doc_id,
                unread=loaded.unread,
                places=places,
            )
        may_keep = _may_keep(loaded, asked.stamp, self.around) and loaded.since <= self.around.as_of
        return Entry(
            path,
            asked.stamp,
            source,
            document.sealed(caption_of(document, is_regulation=are_regulations(document.columns, self.around.columns))),
            None,
            _shown(internal) if may_keep else internal,
            loaded.diagnostics,
            files=tuple((file, None) for file in files),
            since=loaded.since,
            doc_id=loaded.doc_id,
            places=places,
            body=pack_body(int(marshal.loads(places)["body"][0]), loaded.parsed),
            may_keep=may_keep,
        )

    def parse(self, text: str, first_line: int) -> markdown.Parsed:
        """What `markdown.parse_body` gives, from what was kept if it was parsed before."""
        if self.blobs and (blob := self.blobs.get(body_name(markdown.digest_of(text)))):
            line, parsed = unpack_body(blob)
            return markdown.moved(parsed, first_line - line)
        return markdown.parse_body(text, first_line)


def _may_keep(loaded: Loaded, stamp: bytes, around: Surroundings) -> bool:
    """Whether an entry of this may lie in the cache: nothing that is internal is in it or in what is said about it."""
    internal = loaded.internal
    assert internal is not None
    secret = {line for name, (line, _) in loaded.places.items() if name.split(".")[0].split("[")[0] in _INTERNAL}
    return (
        bool(stamp)
        and (around.is_passing or not loaded.may_end)
        and not any(d.severity is Severity.ERROR for d in loaded.diagnostics)
        and not any(d.span.line in secret for d in loaded.diagnostics)  # it may quote what stands there
    )


_INTERNAL = ("drafter", "reviewer", "publisher", "secrecy_review", "disclosure_reason", "exempt")


def _shown(internal: Internal | None) -> Internal | None:
    """The record without what is internal: codes of exemptions stay, their reasons do not."""
    return internal and internal._replace(
        reason="",
        drafter="",
        reviewer="",
        publisher="",
        secrecy_review=(),
        exempt=tuple(entry._replace(reason="") for entry in internal.exempt),
    )


def _read(path: Path, limit: int) -> bytes:
    """The bytes of the file; of one that is too large anyway, only as many as show it."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError("a pipe or a device: reading it might never end")
    with path.open("rb") as file:
        if status.st_size <= limit:
            return file.read()
        data = file.read(limit + 1)
        return data + b" " * max(0, status.st_size - len(data))


def reason_of(error: OSError) -> str:
    if isinstance(error, FileNotFoundError) or error.errno == errno.ELOOP:
        return "链接指向的文件不存在"
    if isinstance(error, PermissionError):
        return "没有权限"
    if isinstance(error, IsADirectoryError):
        return "它是文件夹"
    return error.strerror or "不是普通文件"
