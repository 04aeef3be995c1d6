"""政府信息公开目录: everything published, with index, name, summary and written date (条例第十二条)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sitegen.catalog import Catalog
from sitegen.model import Body, DocId, Document, Task
from sitegen.views.frames import Chrome, Item, desk
from sitegen.views.pages import CatalogPage, Crumb, Menu, MenuItem
from sitegen.views.rows import page_path, pager, pages, row_of

NAME = "政府信息公开目录"
_SIZE = 30


class CatalogRecipe(NamedTuple):
    """One page of one list of the catalogue."""

    chrome: Chrome
    folder: str
    heading: str
    current: str
    number: int
    items: tuple[Item, ...]
    total: int
    years: Menu
    topics: Menu
    numbers_url: str

    def make(self, bodies: Mapping[str, Body]) -> CatalogPage:
        """What the page shows."""
        del bodies
        chrome, heading, current, number = self.chrome, self.heading, self.current, self.number
        path = page_path(self.folder, number)
        detail = f"第{number}页" if number > 1 else ""
        crumbs: tuple[Crumb, ...] = (Crumb(NAME, "catalog/index.html" if current or detail else ""),)
        if current:
            crumbs = (*crumbs, Crumb(heading, page_path(self.folder, 1) if detail else ""))
        return CatalogPage(
            frame=chrome.page(
                path,
                NAME if not current else f"{NAME}：{heading}",
                f"{chrome.config.agency}主动公开的政府信息的索引、名称、内容概述和生成日期（{heading}）。",
                (NAME, heading, "索引号", "内容概述", "生成日期"),
                crumbs=(*crumbs, Crumb(detail)) if detail else crumbs,
                detail=detail,
            ),
            heading=heading,
            rows=tuple(row_of(item, i) for i, item in enumerate(self.items, (number - 1) * _SIZE + 1)),
            pager=pager(number, self.total, _SIZE, self.folder),
            years=self.years,
            topics=self.topics,
            numbers_url=self.numbers_url,
            current=current,
        )


def tasks(catalog: Catalog) -> Iterator[Task]:
    """The catalogue: all of it, by year, by first-level topic, and by 文号."""
    shared = desk(catalog)
    orders = _orders(catalog)
    years, topics, numbers = Menu(year_items(catalog)), Menu(topic_items(catalog)), numbers_url(catalog)
    lists: list[tuple[str, str, str, Sequence[DocId]]] = [("catalog", NAME, "", orders.all)]
    lists += [(f"catalog/{year}", f"{year}年信息", str(year), ids) for year, ids in orders.by_year.items()]
    lists += [(folder, topic, folder, ids) for topic, (folder, ids) in orders.by_topic.items()]
    lists.append(("catalog/number", "按发文字号查找", "number", orders.by_number))
    for folder, heading, current, ids in lists:
        for number, part in pages(ids, _SIZE):
            items = tuple(shared.items[doc_id] for doc_id in part)
            recipe = CatalogRecipe(
                shared.chrome, folder, heading, current, number, items, len(ids), years, topics, numbers
            )
            yield Task(page_path(folder, number), "html", recipe, "catalog.html")


def numbers_url(catalog: Catalog) -> str:
    """The list by 文号; "" where no document has one."""
    return "catalog/number/index.html" if _orders(catalog).by_number else ""


class _Orders(NamedTuple):
    """The documents as the lists of the catalogue have them."""

    all: Sequence[DocId]
    by_year: Mapping[int, Sequence[DocId]]  # of 生成日期, newest year first
    by_topic: Mapping[str, tuple[str, Sequence[DocId]]]  # by first-level 主题, each with the folder of its list
    by_number: Sequence[DocId]


@lru_cache(maxsize=1)
def _orders(catalog: Catalog) -> _Orders:
    documents = sorted(catalog.entries.values(), key=_made, reverse=True)
    by_year: dict[int, list[DocId]] = defaultdict(list)
    by_topic: dict[str, list[DocId]] = defaultdict(list)
    for doc in documents:
        by_year[_made(doc)[0].year].append(doc.id)
        for topic in dict.fromkeys(topic.split("\\")[0] for topic in doc.topics):
            by_topic[topic].append(doc.id)
    numbered = sorted((doc for doc in documents if doc.doc_no), key=lambda doc: (_number_order(doc.doc_no), doc.id))
    return _Orders(
        [doc.id for doc in documents],
        dict(sorted(by_year.items(), reverse=True)),
        {topic: (f"catalog/topic/{_folder_name(topic)}", ids) for topic, ids in sorted(by_topic.items())},
        [doc.id for doc in numbered],
    )


def _made(doc: Document) -> tuple[date, str]:
    """The day the catalogue shows (生成日期), then the id."""
    return doc.written_date or doc.pub_date, doc.id


def _folder_name(topic: str) -> str:
    """The topic as a folder: letters, digits, Chinese and 、 only; a topic of the standard list stays as it is."""
    return re.sub(r"[^0-9A-Za-z\u3400-\u9fff、]+", "-", topic).strip("-")[:40] or "其他"


def year_items(catalog: Catalog) -> tuple[MenuItem, ...]:
    """The years as links."""
    return tuple(
        MenuItem(str(year), f"{year}年", f"catalog/{year}/index.html", len(ids))
        for year, ids in _orders(catalog).by_year.items()
    )


def topic_items(catalog: Catalog) -> tuple[MenuItem, ...]:
    """The first-level topics as links."""
    return tuple(
        MenuItem(folder, topic, f"{folder}/index.html", len(ids))
        for topic, (folder, ids) in _orders(catalog).by_topic.items()
    )


def _number_order(doc_no: str) -> tuple[str, int, int]:
    """文号 by agency, newest year first, then serial."""
    agency, _, rest = doc_no.partition("〔")
    year, _, serial = rest.partition("〕")
    digits = "".join(char for char in serial or doc_no if char.isdecimal())
    return agency, -int(year) if year.isdecimal() else 0, int(digits or 0)
