"""政府信息公开目录: everything published, with index, name, summary and written date (条例第十二条)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from sitegen.catalog import Catalog
from sitegen.model import Document, Task
from sitegen.views.frames import Frames
from sitegen.views.pages import CatalogPage, Crumb, MenuItem
from sitegen.views.rows import page_path, pager, pages, row_of

NAME = "政府信息公开目录"
_SIZE = 30


def tasks(catalog: Catalog) -> Iterator[Task]:
    """The catalogue: all of it, by year, by first-level topic, and by 文号."""
    frames = Frames(catalog)
    documents = sorted(catalog.documents.values(), key=_made, reverse=True)
    years, topics = by_year(catalog), by_topic(catalog)
    numbered = sorted((doc for doc in documents if doc.doc_no), key=lambda doc: (_number_order(doc.doc_no), doc.id))
    year_links, topic_links = year_items(catalog), topic_items(catalog)
    lists: list[tuple[str, str, str, Sequence[Document]]] = [("catalog", NAME, "", documents)]
    lists += [(f"catalog/{year}", f"{year}年信息", str(year), listed) for year, listed in years.items()]
    lists += [(folder, topic, folder, listed) for topic, (folder, listed) in topics.items()]
    lists.append(("catalog/number", "按发文字号查找", "number", numbered))
    for folder, heading, current, listed in lists:
        for number, part in pages(listed, _SIZE):
            path = page_path(folder, number)
            detail = f"第{number}页" if number > 1 else ""
            crumbs: tuple[Crumb, ...] = (Crumb(NAME, "catalog/index.html" if current or detail else ""),)
            if current:
                crumbs = (*crumbs, Crumb(heading, page_path(folder, 1) if detail else ""))
            name = NAME if not current else f"{NAME}：{heading}"
            yield Task(
                path,
                "html",
                CatalogPage(
                    frame=frames.page(
                        path,
                        name,
                        f"{catalog.config.agency}主动公开的政府信息的索引、名称、内容概述和生成日期（{heading}）。",
                        (NAME, heading, "索引号", "内容概述", "生成日期"),
                        crumbs=(*crumbs, Crumb(detail)) if detail else crumbs,
                        detail=detail,
                    ),
                    heading=heading,
                    rows=tuple(row_of(catalog, doc, i) for i, doc in enumerate(part, (number - 1) * _SIZE + 1)),
                    pager=pager(number, len(listed), _SIZE, folder),
                    years=year_links,
                    topics=topic_links,
                    numbers_url="catalog/number/index.html" if numbered else "",
                    current=current,
                ),
                "catalog.html",
            )


def _made(doc: Document) -> tuple[date, str]:
    """The day the catalogue shows (生成日期), then the id."""
    return doc.written_date or doc.pub_date, doc.id


def by_year(catalog: Catalog) -> dict[int, list[Document]]:
    """The documents by the year of 生成日期, newest year first."""
    found: dict[int, list[Document]] = defaultdict(list)
    for doc in sorted(catalog.documents.values(), key=_made, reverse=True):
        found[_made(doc)[0].year].append(doc)
    return dict(sorted(found.items(), reverse=True))


def by_topic(catalog: Catalog) -> dict[str, tuple[str, list[Document]]]:
    """The documents by first-level 主题, each with the folder of its list."""
    found: dict[str, list[Document]] = defaultdict(list)
    for doc in sorted(catalog.documents.values(), key=_made, reverse=True):
        for topic in dict.fromkeys(topic.split("\\")[0] for topic in doc.topics):
            found[topic].append(doc)
    return {topic: (f"catalog/topic/{_folder_name(topic)}", listed) for topic, listed in sorted(found.items())}


def _folder_name(topic: str) -> str:
    """The topic as a folder: letters, digits, Chinese and 、 only; a topic of the standard list stays as it is."""
    return re.sub(r"[^0-9A-Za-z\u3400-\u9fff、]+", "-", topic).strip("-")[:40] or "其他"


def year_items(catalog: Catalog) -> tuple[MenuItem, ...]:
    """The years as links."""
    return tuple(
        MenuItem(str(year), f"{year}年", f"catalog/{year}/index.html", len(listed))
        for year, listed in by_year(catalog).items()
    )


def topic_items(catalog: Catalog) -> tuple[MenuItem, ...]:
    """The first-level topics as links."""
    return tuple(
        MenuItem(folder, topic, f"{folder}/index.html", len(listed))
        for topic, (folder, listed) in by_topic(catalog).items()
    )


def _number_order(doc_no: str) -> tuple[str, int, int]:
    """文号 by agency, newest year first, then serial."""
    agency, _, rest = doc_no.partition("〔")
    year, _, serial = rest.partition("〕")
    digits = "".join(char for char in serial or doc_no if char.isdecimal())
    return agency, -int(year) if year.isdecimal() else 0, int(digits or 0)
