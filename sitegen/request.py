"""What a build is asked, what it answers, and what is remembered of it.

Exports `Options`, `Extensions`, `BuildResult`, `Inputs`, `Last`, `Seen`, `seen_as`, `source_seen`,
`body_seen`, `changed_since`, `rest_of`, `named`, `Progress`, `silent`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sitegen.diagnostics import Diagnostic
from sitegen.engine import PublishReport
from sitegen.listing import STAMP_SIZE, Listing, is_settled
from sitegen.model import Format, History, digest
from sitegen.store import Store

if TYPE_CHECKING:
    from sitegen.checks import RuleInfo
    from sitegen.importers import Importer
    from sitegen.views import View

Progress = Callable[[str, int, int], None]  # the step, how much is done, of how much


def silent(step: str, done: int, of: int) -> None:
    """Nobody is watching."""
    del step, done, of


@dataclass(frozen=True, slots=True)
class Options:
    """What to build, from where, to where, for when."""

    content: Path
    output: Path
    themes: Path
    as_of: datetime
    label: str = "content"  # how the content folder is called in messages
    theme: str = ""
    cache: Path | None = None
    preview: bool = False
    search: bool = True
    strict: bool = False
    keep_going: bool = False
    jobs: int | None = 1  # processes; None for as many as pay off
    is_ours: bool = False  # nobody else writes into the output folder, as in the preview: it is not looked at again
    release: bool = False  # write a new tree beside and switch, so that the whole site changes in one step


@dataclass(frozen=True, slots=True)
class Extensions:
    """The rules, pages, formats and importers in use; those of the product are `BUILTIN`."""

    rules: tuple[RuleInfo, ...] = ()
    views: tuple[View, ...] = ()
    formats: Mapping[str, Format] = field(default_factory=dict)
    importers: Mapping[str, Importer] = field(default_factory=dict)

    def plus(
        self,
        rules: Sequence[RuleInfo] = (),
        views: Sequence[View] = (),
        formats: Sequence[Format] = (),
        importers: Sequence[tuple[str, Importer]] = (),
    ) -> Extensions:
        """These and a site's own."""
        return Extensions(
            (*self.rules, *rules),
            (*self.views, *views),
            {**self.formats, **{entry.name: entry for entry in formats}},
            {**self.importers, **dict(importers)},
        )


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What is wrong; and what was published, unless nothing was."""

    diagnostics: tuple[Diagnostic, ...]
    report: PublishReport | None = None
    documents: int = 0
    withheld: int = 0
    pages: int = 0
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Inputs(NamedTuple):
    """Everything a build depends on, as far as it is known before documents are read."""

    now: int  # by the clock of the file system
    listing: Listing
    history: History
    notes: tuple[str, ...]
    fonts: bytes  # which fonts there are for PDF files; b"": none were looked for
    ground: (
        bytes  # digest of all but the files: program, options, themes, history, the day but not the time; b"": unknown
    )


class Last(NamedTuple):
    """What is remembered of the last build into an output folder, besides what was `seen`."""

    ground: bytes
    fonts: bytes  # that PDF files were set in; b"" for a site without
    rest: bytes  # digest of the files that were not seen (`rest_of`)
    moment: datetime | None  # for which alone it holds; None for all of its day
    meta: bytes  # digest of everything but the bodies
    files: int  # in the output
    told: frozenset[str]  # source paths about which more was said than the files alone gave cause for
    examined: frozenset[str]  # digests of the bodies that rules looked into
    shared: frozenset[str]  # source paths of documents whose words stand in more than their own files
    result: BuildResult

    @staticmethod
    def of(store: Store, output: Path) -> Last | None:
        """What is remembered of the last build into this output."""
        blob = store.get(named("last", output))
        found: Last | None = pickle.loads(blob) if blob else None
        return found

    def holds(self, inputs: Inputs, options: Options) -> bool:
        """Whether a build now would say and make the same, if no file of the content has changed, nor the output."""
        if self.result.report is None or self.result.report.unknown:
            return False  # to be looked for again
        is_same = self.ground == inputs.ground and self.fonts == inputs.fonts
        return bool(inputs.ground) and is_same and self.moment in (None, options.as_of)


Seen = MutableMapping[str, bytes]
"""By source path, of each document that may be kept: the stamp of its file, the digests of its bytes and its body."""

_DIGEST_SIZE = 16
_MOST = 100  # documents that are read to see whether they have changed


def seen_as(stamp: bytes, source: bytes, body: str, now: int) -> bytes:
    """What is remembered of a document; where a write after `now` may not show in the stamp, it will be read again."""
    is_sure = bool(stamp) and is_settled(stamp, now)
    return (stamp if is_sure else bytes(STAMP_SIZE)) + source + body.encode()


def source_seen(seen: Seen, path: str) -> bytes:
    """The digest of the bytes that the document's file had; b"" if it was not seen."""
    return seen.get(path, b"")[STAMP_SIZE : STAMP_SIZE + _DIGEST_SIZE]


def body_seen(seen: Seen, path: str) -> str:
    """The digest of the body that the document had; "" if it was not seen."""
    return seen.get(path, b"")[STAMP_SIZE + _DIGEST_SIZE :].decode()


def changed_since(inputs: Inputs, last: Last, seen: Seen, content: Path) -> tuple[str, ...] | None:
    """The documents that have changed since that build; None if other files have changed as well, or very many.

    Those with another stamp and the same bytes count as `seen` now.
    """
    files = inputs.listing.files
    touched = [path for path, known in seen.items() if files.get(path) != known[:STAMP_SIZE]]
    is_only_that = len(touched) <= _MOST and all(path in files for path in touched)
    if not is_only_that or last.rest != rest_of(inputs, seen, content):
        return None
    changed = []
    for path in touched:
        source = source_seen(seen, path)
        if digest_of_file(content / path) != source:
            changed.append(path)
        else:
            seen[path] = seen_as(files[path], source, body_seen(seen, path), inputs.now)
    return tuple(changed)


def rest_of(inputs: Inputs, seen: Collection[str], content: Path) -> bytes:
    """A digest of the files besides those of documents that were `seen`: of their names and stamps.

    And of the bytes of those in which a change may not show.
    """
    rest = sorted((path, stamp) for path, stamp in inputs.listing.files.items() if path not in seen)
    return digest(
        [
            (path, stamp, b"" if stamp and is_settled(stamp, inputs.now) else digest_of_file(content / path))
            for path, stamp in rest
        ]
    )


def digest_of_file(file: Path) -> bytes:
    """The digest of a file's bytes; b"" for what is none: reading a pipe might never end."""
    try:
        return blake2b(file.read_bytes(), digest_size=_DIGEST_SIZE).digest() if file.is_file() else b""
    except OSError:
        return b""


def named(what: str, output: Path) -> str:
    """The name under which something about this output folder is kept."""
    return f"{what}/{digest(str(output.absolute())).hex()}"
