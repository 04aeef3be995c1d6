"""The search page, and what the search is told of each document."""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.catalog import Catalog, trail
from sitegen.model import SearchRecord, Task, digest
from sitegen.views.catalogue import numbers_url, topic_items, year_items
from sitegen.views.frames import desk
from sitegen.views.pages import SearchPage


def tasks(catalog: Catalog) -> Iterator[Task]:
    """`search/index.html`."""
    chrome = desk(catalog).chrome
    yield Task(
        "search/index.html",
        "html",
        SearchPage(
            frame=chrome.page(
                "search/index.html",
                "信息检索",
                f"按标题、正文、发文字号、索引号检索{catalog.config.agency}主动公开的全部信息。",
                ("检索", "发文字号", "索引号", "有效性"),
            ),
            backend=catalog.config.search,
            total=len(catalog.entries),
            years=year_items(catalog),
            topics=topic_items(catalog),
            catalog_url="catalog/index.html",
            numbers_url=numbers_url(catalog),
        ),
        "search.html",
    )


def search_records(catalog: Catalog) -> tuple[SearchRecord, ...]:
    """Everything published, newest first, as a search back end is told of it."""
    return tuple(
        SearchRecord(
            id=doc.id,
            url=doc.url,
            title=doc.title,
            sections=catalog.bodies[doc.body.digest].sections,
            doc_no=doc.doc_no,
            index_no=doc.index_no,
            pub_date=doc.pub_date,
            summary=doc.summary,
            keywords=doc.keywords,
            attachments=tuple(attachment.title for attachment in doc.attachments),
            filters=(
                ("column", tuple(dict.fromkeys(c.name for n in doc.columns for c in trail(catalog.columns, n)))),
                ("topic", tuple(dict.fromkeys(topic.split("\\")[0] for topic in doc.topics))),
                ("genre", (doc.genre.value,) if doc.genre else ()),
                ("year", (str(doc.pub_date.year),)),
                ("validity", tuple(filter(None, (catalog.validity_word(doc.id),)))),
                ("issuer", doc.issuers),
            ),
            validity=catalog.validity_word(doc.id),
        )
        for doc in catalog.entries.values()
    )


def search_key(catalog: Catalog) -> bytes:
    """What tells the search records of one catalog from those of another, without making them."""
    words = tuple((doc.digest, catalog.validity_word(doc.id)) for doc in catalog.entries.values())
    return digest((desk(catalog).chrome, words))
