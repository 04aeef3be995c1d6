"""The values of an import: what a foreign file was turned into, what was lost or guessed, and what was refused.

Exports `NoteKind`, `Note`, `Attached`, `Entry`, `FieldValue`, `Draft`, `Refusal`, `UnreadableError`, `Importer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list whose entries have parts, as {doc: …, date: …}."""

    parts: tuple[tuple[str, str | tuple[str, ...]], ...]

    def __str__(self) -> str:
        return " ".join(value if isinstance(value, str) else "、".join(value) for _, value in self.parts)


FieldValue = str | tuple[str | Entry, ...]


class NoteKind(StrEnum):
    """What happened to a part of the source; the values stand in the report's `kind` column."""

    DROPPED = "dropped"  # it is not in the draft
    GUESSED = "guessed"  # it is in the draft, but somebody must look at it
    KEPT = "kept"  # it is odd, and in the draft as it was
    REFUSED = "refused"  # it was given, but cannot be taken as it is
    LINKED = "linked"  # it was found to belong to another document: a text of the same rule, a relation


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the report: `detail` holds the words of the source that it is about, in full."""

    kind: NoteKind
    what: str  # Chinese, the same for all notes of one sort
    detail: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes beside the draft: `file` is its name there, `origin` the input it is copied from."""

    file: str
    title: str
    origin: Path
    source: str = ""  # the input's path as the report shows it


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to be: an importer gives what the file itself shows, `settle` its id, folder and attachments.

    In what an importer gives, `id` is the file's stem, `folder` is empty, and links and images of the body lead
    where they led in the source.
    """

    source: str
    id: str
    folder: str
    fields: tuple[tuple[str, FieldValue], ...]
    body: str
    attachments: tuple[Attached, ...] = ()
    notes: tuple[Note, ...] = ()

    def get(self, field: str) -> str:
        """The value of a field as one text, "" if it is not there."""
        value = dict(self.fields).get(field, "")
        return value if isinstance(value, str) else "、".join(map(str, value))


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that did not become a document, and why; `is_unlisted` if the manifest does not name it."""

    source: str
    reason: str
    is_unlisted: bool = False


class UnreadableError(Exception):
    """The file cannot be imported; the message is Chinese and says why."""


Importer = Callable[[bytes, str], Iterator[Draft]]
