"""Turn the documents of a 规章库 or 规范性文件库 into its lists: in force, not yet in force, ended. Pure.

A column of such a kind is a library, unless its name says that it keeps what has ended (废止和失效规章): then it is an
archive, and what ends in the libraries beside it stands there by itself, from that day on.

Exports `PAGES`, `ENDED`, `Shelves`, `shelves_of`, `contents_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sitegen.catalog import Catalog, below
from sitegen.model import Column, ColumnId, DocId, UpdateKind, Validity

PAGES = ("pending", "ended", "compilation")  # of a library, below its own
ENDED = (Validity.EXPIRED, Validity.REPEALED)


class Shelves(NamedTuple):
    """The documents of a library by their state, each list newest first."""

    current: tuple[DocId, ...]  # in force, also where articles have been amended
    pending: tuple[DocId, ...]  # with the texts of rules that are still to come into force, by their own pages
    ended: tuple[DocId, ...]  # with those of the archives beside it


def shelves_of(catalog: Catalog) -> Mapping[ColumnId, Shelves]:
    """The lists of each library."""
    rank = {doc_id: number for number, doc_id in enumerate(catalog.documents)}
    found = {}
    for column in catalog.columns.values():
        if not column.is_library:
            continue
        by_state = _by_state(catalog, catalog.by_column[column.id])
        pending = {*by_state.pending, *_new_texts(catalog, column)}
        ended = {*by_state.ended}
        for archive in _archives(catalog.columns, column):
            ended.update(catalog.by_column[archive.id])
        found[column.id] = by_state._replace(
            pending=tuple(sorted(pending, key=rank.__getitem__)), ended=tuple(sorted(ended, key=rank.__getitem__))
        )
    return found


def contents_of(catalog: Catalog, shelves: Mapping[ColumnId, Shelves]) -> Mapping[ColumnId, tuple[DocId, ...]]:
    """What each column holds for its readers: as `Catalog.listed`, but what has ended stands in the archive."""
    rank = {doc_id: number for number, doc_id in enumerate(catalog.documents)}
    found = dict(catalog.listed)
    for library, lists in shelves.items():
        column = catalog.columns[library]
        archives = [other for other in _archives(catalog.columns, column) if other.parent == column.parent]
        if not archives:
            continue
        documents = (doc_id for doc_id in (*lists.current, *lists.pending) if doc_id not in catalog.version_of)
        found[library] = tuple(sorted(documents, key=rank.__getitem__))
        ended = _by_state(catalog, catalog.by_column[library]).ended
        for archive in archives:
            found[archive.id] = tuple(sorted({*found[archive.id], *ended}, key=rank.__getitem__))
    return found


def _archives(columns: Mapping[ColumnId, Column], library: Column) -> Iterator[Column]:
    """The archives beside the library, and beside the columns whose documents it gathers."""
    gathered = (inner for name in library.gathers if name in columns for inner in below(columns, name))
    parents = {columns[name].parent for name in (library.id, *gathered) if columns[name].kind.id == library.kind.id}
    for column in columns.values():
        if column.parent in parents and column.kind.id == library.kind.id and column.is_archive:
            yield column


def _new_texts(catalog: Catalog, column: Column) -> Iterator[DocId]:
    """The texts of the column's rules that will take the place of the one that is shown."""
    for rule in catalog.by_column[column.id]:
        if rule in catalog.rules:
            for turn in catalog.lives[rule].changes:
                if turn.kind is UpdateKind.EFFECTIVE and turn.cause and turn.day > catalog.as_of:
                    yield turn.cause


def _by_state(catalog: Catalog, ids: Iterable[DocId]) -> Shelves:
    lists: tuple[list[DocId], list[DocId], list[DocId]] = [], [], []
    for doc_id in ids:
        on = catalog.validity.get(doc_id)
        state = on.state if on else Validity.EFFECTIVE
        lists[1 if state is Validity.PENDING else 2 if state in ENDED else 0].append(doc_id)
    return Shelves(*map(tuple, lists))
