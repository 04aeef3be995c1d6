"""Foreign files (md, txt, html, csv) into documents with front matter, and a report of what was dropped or guessed.

Exports `Draft`, `Attached`, `Entry`, `Note`, `NoteKind`, `Refusal`, `UnreadableError`, `Importer`, `IMPORTERS`,
`ImportReport`, `read_drafts`, `write_drafts`, `dump_front_matter`. Every build knows `IMPORTERS`, but few import
anything: what reads and writes is loaded when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sitegen.importers.draft import Attached, Draft, Entry, Importer, Note, NoteKind, Refusal, UnreadableError
    from sitegen.importers.read import read_drafts
    from sitegen.importers.write import ImportReport, dump_front_matter, write_drafts

__all__ = [
    "IMPORTERS",
    "Attached",
    "Draft",
    "Entry",
    "ImportReport",
    "Importer",
    "Note",
    "NoteKind",
    "Refusal",
    "UnreadableError",
    "dump_front_matter",
    "read_drafts",
    "write_drafts",
]


def _read_md(data: bytes, source: str) -> Iterator[Draft]:
    from sitegen.importers.md import read_md

    return read_md(data, source)


def _read_txt(data: bytes, source: str) -> Iterator[Draft]:
    from sitegen.importers.txt import read_txt

    return read_txt(data, source)


def _read_html(data: bytes, source: str) -> Iterator[Draft]:
    from sitegen.importers.webpage import read_html

    return read_html(data, source)


def _read_csv(data: bytes, source: str) -> Iterator[Draft]:
    from sitegen.importers.cells import read_csv

    return read_csv(data, source)


IMPORTERS: Mapping[str, Importer] = {
    "md": _read_md,
    "markdown": _read_md,
    "txt": _read_txt,
    "html": _read_html,
    "htm": _read_html,
    "csv": _read_csv,
}

_HOMES = {
    "draft": ("Attached", "Draft", "Entry", "Importer", "Note", "NoteKind", "Refusal", "UnreadableError"),
    "read": ("read_drafts",),
    "write": ("ImportReport", "dump_front_matter", "write_drafts"),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
