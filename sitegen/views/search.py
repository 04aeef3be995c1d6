"""The search page, and what the search is told of each document."""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.catalog import Catalog, trail
from sitegen.model import Document, SearchRecord, Task, digest
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


def search_sources(catalog: Catalog) -> tuple[tuple[SearchRecord, str], ...]:
    """Everything published as a search back end is told of it, without its text, and the digest of its body.

    In the order of their numbers: by date of publication, then id.
    """
    ordered = sorted(catalog.entries.values(), key=lambda doc: (doc.pub_date, doc.id))
    return tuple((_record(catalog, doc), doc.body.digest) for doc in ordered)


def record_of(doc: Document, filters: tuple[tuple[str, tuple[str, ...]], ...] = (), validity: str = "") -> SearchRecord:
    """What a search back end is told of a document, without its text."""
    return SearchRecord(
        id=doc.id,
        url=doc.url,
        title=doc.title,
        sections=(),
        doc_no=doc.doc_no,
        index_no=doc.index_no,
        pub_date=doc.pub_date,
        summary=doc.summary,
        keywords=doc.keywords,
        attachments=tuple(attachment.title for attachment in doc.attachments),
        filters=filters,
        validity=validity,
        names=_names(doc),
    )


def _record(catalog: Catalog, doc: Document) -> SearchRecord:
    validity = catalog.validity_word(doc.id)
    filters = (
        ("column", tuple(dict.fromkeys(c.name for n in doc.columns for c in trail(catalog.columns, n)))),
        ("topic", tuple(dict.fromkeys(topic.split("\\")[0] for topic in doc.topics))),
        ("genre", (doc.genre.value,) if doc.genre else ()),
        ("year", (str(doc.pub_date.year),)),
        ("validity", (validity,) if validity else ()),
        ("issuer", doc.issuers),
    )
    return record_of(doc, filters, validity)


def _names(doc: Document) -> tuple[str, ...]:
    """By what a document is looked up besides its title and numbers."""
    days = (day for day in (doc.pub_date, doc.written_date) if day)
    dates = (f"{day.year}年{day.month}月{day.day}日" for day in days)
    attachments = (attachment.title for attachment in doc.attachments)
    return tuple(dict.fromkeys((*dates, *doc.issuers, *doc.keywords, *attachments)))


def search_key(catalog: Catalog) -> bytes:
    """What tells the search records of one catalog from those of another, without making them."""
    words = tuple((doc.digest, catalog.validity_word(doc.id)) for doc in catalog.entries.values())
    return digest((desk(catalog).chrome, words))
