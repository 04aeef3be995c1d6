"""The lists of the columns, and the pages of columns that are one page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from sitegen.catalog import Catalog, listed
from sitegen.model import Column, Document, ListStyle, Task
from sitegen.views.document import document_page
from sitegen.views.frames import Frames
from sitegen.views.pages import ListPage
from sitegen.views.rows import page_path, pager, pages, row_of


def tasks(catalog: Catalog) -> Iterator[Task]:
    """A list for each column, in pages; every column has one, so that no address is lost when a column empties."""
    frames = Frames(catalog)
    for column in catalog.columns.values():
        documents = _documents(catalog, column)
        if column.kind.list is ListStyle.SINGLE and documents and not column.children:
            page = document_page(catalog, frames, documents[0], documents[1:], column)
            yield Task(column.url, "html", page, "single.html")
            continue
        size = catalog.config.page_size
        has_own = bool(catalog.by_column[column.id])
        shown = documents if has_own or not column.children else documents[:size]
        style = column.kind.list if column.kind.list is not ListStyle.SINGLE else ListStyle.PLAIN
        children = frames.menu_item(column).children
        for number, part in pages(shown, size):
            path = page_path(column.id, number)
            first = (number - 1) * size + 1
            yield Task(
                path,
                "html",
                ListPage(
                    frame=frames.column(column, path, f"第{number}页" if number > 1 else ""),
                    name=column.name,
                    full_name=column.full_name or column.name,
                    description=column.description,
                    basis=column.basis,
                    style=style.value,
                    rows=tuple(row_of(catalog, doc, i) for i, doc in enumerate(part, first)),
                    pager=replace(pager(number, len(shown), size, column.id), total=len(documents)),
                    children=children,
                    elements=column.elements,
                    empty="" if shown else _empty(catalog, column),
                    search_url=f"search/index.html?column={quote(_facet(catalog, column))}" if shown else "",
                ),
                "list.html",
            )


def _facet(catalog: Catalog, column: Column) -> str:
    """The name under which the search knows the documents of the column."""
    source = next((name for name in column.gathers if name in catalog.columns), column.id)
    return catalog.columns[source].name


def _documents(catalog: Catalog, column: Column) -> list[Document]:
    documents = list(listed(catalog, column.id))
    if column.kind.list is ListStyle.ANNUAL:
        documents.sort(key=_report_year, reverse=True)
    documents.sort(key=_rank)  # those without keep their order, behind
    return documents


def _rank(doc: Document) -> int:
    """排序 of the leaders; the same for everything else."""
    rank = next((entry.value for entry in doc.extra if entry.id == "leader_rank"), "")
    return int(rank) if rank else 10**9


def _report_year(doc: Document) -> tuple[int, int]:
    year = next((entry.value for entry in doc.extra if entry.id == "report_year"), "")
    return int(year) if year.isdecimal() else doc.pub_date.year - 1, doc.pub_date.toordinal()


def _empty(catalog: Catalog, column: Column) -> str:
    agency = catalog.config.agency
    if column.must in ("national", "statutory") or column.basis:
        return f"截至目前，{agency}在“{column.name}”方面没有应当主动公开的信息；产生后将依法及时公开。"
    return f"截至目前，{agency}在本栏目没有信息；产生后将及时公开。"
