"""Turn the path of a source file into who answers for it and what may be said of it.

Exports `Place`, `Places`, `places_of`, `discreet`, `NOBODY`, `WHOLE_SITE`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from sitegen.catalog import Catalog
from sitegen.checks.freshness import office_of
from sitegen.model import Column, ColumnId, Disclosure, Internal, Tree

NOBODY = "未写责任处室"
WHOLE_SITE = "网站设置"


class Place(NamedTuple):
    """What a source file is to a reader of reports."""

    office: str  # 责任处室
    column: str = ""  # the name of its home
    title: str = ""  # of what may be shown
    is_secret: bool = False  # neither its name nor what is said about it may stand in a report


@dataclass(frozen=True)
class Places:
    """The place of every source file."""

    known: Mapping[str, Place]  # by path as diagnostics write it
    columns: Mapping[ColumnId, Column]
    offices: Mapping[ColumnId, str]
    label: str

    def of(self, path: str) -> Place:
        """The place of the file; one that no document was made of is known by its folder, and may hold anything."""
        found = self.known.get(path)
        if found is not None:
            return found
        inside = path.removeprefix(f"{self.label}/")
        if inside == path or not inside.endswith(".md"):
            column_id = _column_of(inside, self.columns)
            return Place(self.offices.get(column_id, WHOLE_SITE), self._name(column_id))
        column_id = _column_of(inside, self.columns)
        return Place(self.office_of(column_id), self._name(column_id), is_secret=True)

    def without_secrets(self, text: str) -> str:
        """A message without the paths of files of which nothing may be said."""
        if f"{self.label}/" not in text:
            return text
        secret = (path for path, place in self.known.items() if place.is_secret)
        for path in sorted(secret, key=len, reverse=True):
            text = text.replace(path, "一份不公开的稿件")
        return text

    def office_of(self, column_id: ColumnId) -> str:
        """Who answers for the column."""
        return self.offices.get(column_id, NOBODY)

    def _name(self, column_id: ColumnId) -> str:
        return self.columns[column_id].name if column_id else ""


def places_of(catalog: Catalog, tree: Tree, label: str) -> Places:
    """Where every file of the tree belongs: the office it names, else that of its column or of one above it."""
    named = {column_id: office_of(column_id, catalog, tree.checking) for column_id in tree.columns}
    offices = {column_id: office for column_id, office in named.items() if office}
    known: dict[str, Place] = {}

    def home(columns: tuple[ColumnId, ...], path: str) -> ColumnId:
        return next((name for name in columns if name in tree.columns), "") or _column_of(path, tree.columns)

    def name(column_id: ColumnId) -> str:
        return tree.columns[column_id].name if column_id else ""

    for record in tree.internal:
        column_id = home(record.columns, record.path)
        known[f"{label}/{record.path}"] = Place(
            offices.get(column_id, NOBODY), name(column_id), is_secret=_is_secret(record)
        )
    for gone in tree.withdrawn:
        column_id = home(gone.columns, gone.path)
        known[f"{label}/{gone.path}"] = Place(offices.get(column_id, NOBODY), name(column_id), "（已撤回）")
    for doc in tree.documents:
        column_id = home(doc.columns, doc.path)
        known[f"{label}/{doc.path}"] = Place(
            doc.unit or offices.get(column_id, NOBODY), name(column_id), discreet(doc.title), bool(doc.badge)
        )
    return Places(known, tree.columns, offices, label)


_NUMBER = re.compile(r"\d(?:[ \u3000—-]?\d){10,}[Xx]?")  # as long as that of a phone: no date, 文号 or 索引号 is


def discreet(text: str) -> str:
    """A title or message without the number of a person that may stand in it: lists of faults are passed round."""
    return _NUMBER.sub(lambda found: f"{found[0][:2]}…{found[0][-2:]}", text)


def _is_secret(record: Internal) -> bool:
    """Whether nothing may be said of the file: it is withheld, and not merely a public one whose date is missing."""
    if not record.is_withheld:
        return False
    return record.disclosure is not Disclosure.ACTIVE or record.is_draft or record.has_date


def _column_of(path: str, columns: Mapping[ColumnId, Column]) -> ColumnId:
    """The nearest folder that is named like a column."""
    return next((part for part in reversed(PurePosixPath(path).parts) if part in columns), "")
