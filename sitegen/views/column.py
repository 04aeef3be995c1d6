"""The lists of the columns, and the pages of columns that are one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from sitegen.catalog import Catalog, listed
from sitegen.model import Body, Column, ColumnId, DocId, Document, ListStyle, Task
from sitegen.views.document import single_page
from sitegen.views.frames import Chrome, Item, desk
from sitegen.views.pages import ListPage, MenuItem
from sitegen.views.rows import page_path, pager, pages, row_of


class ListRecipe(NamedTuple):
    """One page of the list of a column."""

    chrome: Chrome
    column: ColumnId
    number: int
    items: tuple[Item, ...]
    shown: int  # in all pages of the list
    total: int  # in the column and those below it
    children: tuple[MenuItem, ...]
    facet: str  # by which the search knows the column

    def make(self, bodies: Mapping[str, Body]) -> ListPage:
        """What the page shows."""
        del bodies
        chrome, column, number = self.chrome, self.chrome.columns[self.column], self.number
        size = chrome.config.page_size
        style = column.kind.list if column.kind.list is not ListStyle.SINGLE else ListStyle.PLAIN
        return ListPage(
            frame=chrome.column(column, page_path(column.id, number), f"第{number}页" if number > 1 else ""),
            name=column.name,
            full_name=column.full_name or column.name,
            description=column.description,
            basis=column.basis,
            style=style.value,
            rows=tuple(row_of(item, i) for i, item in enumerate(self.items, (number - 1) * size + 1)),
            pager=pager(number, self.shown, size, column.id)._replace(total=self.total),
            children=self.children,
            elements=column.elements,
            empty="" if self.shown else _empty(chrome.config.agency, column),
            search_url=f"search/index.html?column={quote(self.facet)}" if self.shown else "",
        )


def tasks(catalog: Catalog) -> Iterator[Task]:
    """A list for each column, in pages; every column has one, so that no address is lost when a column empties."""
    shared = desk(catalog)
    chrome, items = shared.chrome, shared.items
    for column in catalog.columns.values():
        ids = _ids(catalog, column)
        if task := single_task(catalog, column):
            yield task
            continue
        size = catalog.config.page_size
        has_own = bool(catalog.by_column[column.id])
        shown = ids if has_own or not column.children else ids[:size]
        children = shared.menu_item(column).children
        facet = _facet(catalog, column)
        for number, part in pages(shown, size):
            rows = tuple(items[doc_id] for doc_id in part)
            recipe = ListRecipe(chrome, column.id, number, rows, len(shown), len(ids), children, facet)
            yield Task(page_path(column.id, number), "html", recipe, "list.html")


def single_task(catalog: Catalog, column: Column) -> Task | None:
    """The page of a column that is one page; None if it is a list."""
    if column.kind.list is not ListStyle.SINGLE or column.children:
        return None
    documents = [catalog.documents[doc_id] for doc_id in _ids(catalog, column)]
    if not documents:
        return None
    return Task(column.url, "html", single_page(catalog, documents[0], documents[1:], column), "single.html")


def _facet(catalog: Catalog, column: Column) -> str:
    """The name under which the search knows the documents of the column."""
    source = next((name for name in column.gathers if name in catalog.columns), column.id)
    return catalog.columns[source].name


def _ids(catalog: Catalog, column: Column) -> Sequence[DocId]:
    """The documents of the list, in its order."""
    ids = listed(catalog, column.id)
    kind = column.kind
    if kind.list is not ListStyle.ANNUAL and not any(entry.id == _RANK for entry in kind.fields):
        return ids
    documents = [catalog.documents[doc_id] for doc_id in ids]
    if kind.list is ListStyle.ANNUAL:
        documents.sort(key=_report_year, reverse=True)
    documents.sort(key=_rank)  # those without keep their order, behind
    return [doc.id for doc in documents]


_RANK = "leader_rank"


def _rank(doc: Document) -> int:
    """排序 of the leaders; the same for everything else."""
    rank = next((entry.value for entry in doc.extra if entry.id == _RANK), "")
    return int(rank) if rank else 10**9


def _report_year(doc: Document) -> tuple[int, int]:
    year = next((entry.value for entry in doc.extra if entry.id == "report_year"), "")
    return int(year) if year.isdecimal() else doc.pub_date.year - 1, doc.pub_date.toordinal()


def _empty(agency: str, column: Column) -> str:
    if column.must in ("national", "statutory") or column.basis:
        return f"截至目前，{agency}在“{column.name}”方面没有应当主动公开的信息；产生后将依法及时公开。"
    return f"截至目前，{agency}在本栏目没有信息；产生后将及时公开。"
