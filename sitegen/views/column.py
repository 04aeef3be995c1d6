"""The lists of the columns, those of libraries by state, and the pages of columns that are one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote

from sitegen.catalog import Catalog
from sitegen.model import LIBRARY_KINDS, Body, Column, ColumnId, DocId, Document, ListStyle, Task
from sitegen.views.document import single_page
from sitegen.views.downloads import files_of
from sitegen.views.frames import Chrome, Item, desk
from sitegen.views.library import TABS, files_of_library, tabs_of
from sitegen.views.life import note_of
from sitegen.views.pages import FileLink, LibraryTab, ListPage, MenuItem
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
    facet: str  # by which the search knows the column; "" where it would find others
    made: tuple[tuple[FileLink, ...], ...] = ()  # the downloads of each item, in a library
    tabs: tuple[LibraryTab, ...] = ()
    tab: str = ""
    files: tuple[FileLink, ...] = ()
    notes: tuple[tuple[str, str, str], ...] = ()  # of each item that is not in force, in a library or archive

    @property
    def folder(self) -> str:
        """Where the pages of the list lie."""
        return next((tab.url for tab in self.tabs if tab.id == self.tab), f"{self.column}/").rpartition("/")[0]

    def make(self, bodies: Mapping[str, Body]) -> ListPage:
        """What the page shows."""
        del bodies
        chrome, column, number = self.chrome, self.chrome.columns[self.column], self.number
        size = chrome.config.page_size
        style = column.kind.list if column.kind.list is not ListStyle.SINGLE else ListStyle.PLAIN
        names = {tab.id: tab.name for tab in self.tabs[1:]}  # the first is the page of the column itself
        detail = [names[self.tab]] if self.tab in names else []
        if number > 1:
            detail.append(f"第{number}页")
        made = self.made or ((),) * len(self.items)
        notes = self.notes or (("", "", ""),) * len(self.items)
        first = (number - 1) * size + 1
        return ListPage(
            frame=chrome.column(column, page_path(self.folder, number), " ".join(detail)),
            name=column.name,
            full_name=column.full_name or column.name,
            description=column.description,
            basis=column.basis,
            style=style.value,
            rows=tuple(
                row_of(item, i, files)._replace(note=note, cause_title=title, cause_url=url)
                for i, (item, files, (note, title, url)) in enumerate(zip(self.items, made, notes, strict=True), first)
            ),
            pager=pager(number, self.shown, size, self.folder)._replace(total=self.total),
            children=self.children,
            elements=column.elements,
            empty="" if self.shown else self._empty(column),
            search_url=f"search/index.html?column={quote(self.facet)}" if self.shown and self.facet else "",
            tabs=self.tabs,
            tab=self.tab,
            files=self.files,
            has_files=any(self.made),
        )

    def _empty(self, column: Column) -> str:
        """What to say where there is nothing."""
        if any(tab.count for tab in self.tabs):
            return f"本栏目目前没有{next(tab.name for tab in self.tabs if tab.id == self.tab)}的文件。"
        return _empty(self.chrome.config.agency, column)


def tasks(catalog: Catalog) -> Iterator[Task]:
    """A list for each column, in pages; every column has one, so that no address is lost when a column empties."""
    shared = desk(catalog)
    chrome, items = shared.chrome, shared.items
    for column in catalog.columns.values():
        if task := single_task(catalog, column):
            yield task
            continue
        ids = _ids(catalog, column)
        size = catalog.config.page_size
        has_own = bool(catalog.by_column[column.id]) or not column.children
        children = shared.menu_item(column).children
        facet = _facet(catalog, column) if set(ids) <= set(catalog.listed[column.id]) else ""
        is_library = column.id in shared.shelves
        tabs = tabs_of(shared, column)
        lists: list[tuple[str, Sequence[DocId]]] = [("", ids if has_own else ids[:size])]
        if is_library:
            lists = list(zip(TABS, shared.shelves[column.id], strict=True))
        files = tuple(file for file in files_of_library(shared, column) if file.format in ("网页", "ZIP"))
        for tab, shown in lists:
            total = len(shown) if is_library else len(ids)
            for number, part in pages(shown, size):
                recipe = ListRecipe(
                    chrome,
                    column.id,
                    number,
                    tuple(items[doc_id] for doc_id in part),
                    len(shown),
                    total,
                    children,
                    facet,
                    _made(catalog, column, part),
                    tabs,
                    tab,
                    files if tab == "current" else (),
                    _notes(catalog, column, part),
                )
                yield Task(page_path(recipe.folder, number), "html", recipe, "list.html")


def _made(catalog: Catalog, column: Column, ids: Sequence[DocId]) -> tuple[tuple[FileLink, ...], ...]:
    """文字版 and 图片版 of each, in a column of 规章 or 规范性文件 (国办公开办函〔2021〕33号)."""
    if column.kind.id not in LIBRARY_KINDS:
        return ()
    files = (files_of(catalog, catalog.documents[doc_id]) for doc_id in ids)
    return tuple(tuple(file._replace(title=_MADE[file.format]) for file in of_one) for of_one in files)


def _notes(catalog: Catalog, column: Column, ids: Sequence[DocId]) -> tuple[tuple[str, str, str], ...]:
    """Since when and by what each is not in force, in a column of 规章 or 规范性文件."""
    if column.kind.id not in LIBRARY_KINDS:
        return ()
    return tuple(note_of(catalog, doc_id) for doc_id in ids)


_MADE = {"DOCX": "下载文字版", "PDF": "下载图片版"}


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
    ids = desk(catalog).contents[column.id]
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
