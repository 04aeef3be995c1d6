"""The Word and PDF files of documents, made of the same text as their pages (条例第二十四条; 国办公开办函〔2021〕33号).

Exports `PaperRecipe`, `tasks`, `tasks_of`, `wanted`, `files_of`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from sitegen.address import quote_path
from sitegen.catalog import Catalog, trail
from sitegen.markdown import render_body, without_order
from sitegen.model import Body, DocId, Document, Link, Reference, Task
from sitegen.paper import Paper, PaperFile
from sitegen.views.frames import Chrome, desk
from sitegen.views.pages import FileLink

_REGULATION = "regulation"
_TITLES = {"docx": "文字版（Word）", "pdf": "图片版（PDF）"}  # in the order in which they are offered
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_LONGEST_NAME = 80


class PaperRecipe(NamedTuple):
    """What the Word and the PDF file of a document are made of."""

    chrome: Chrome
    doc: Document
    links: tuple[Link, ...]

    def make(self, bodies: Mapping[str, Body]) -> Paper:
        """The words of the page, its links leading to the site from anywhere."""
        chrome, doc = self.chrome, self.doc
        body = bodies[doc.body.digest]
        links = [self._leading(*pair) for pair in zip(body.references, self.links, strict=True)]
        html = render_body(body, links)
        kinds = [chrome.columns[name].kind for name in doc.columns]
        is_regulation = any(kind.id == _REGULATION for kind in kinds)
        folder = chrome.absolute(doc.folder)
        return Paper(
            title=doc.title,
            html=without_order(html) if is_regulation else html,
            caption=doc.face.caption,
            issuers=doc.issuers,
            doc_no=doc.doc_no,
            red_head=chrome.config.downloads.has_red_head and kinds[0].official and not is_regulation,
            facts=tuple((entry.name, entry.value) for entry in doc.extra if entry.is_shown),
            attachments=tuple(PaperFile(file.title, folder and folder + quote(file.file)) for file in doc.attachments),
            images=tuple((quote(image.file), image.digest) for image in doc.images),
            language=chrome.shell.language,
            address=chrome.absolute(doc.url),
            day=doc.pub_date,
        )

    def _leading(self, reference: Reference, link: Link) -> Link:
        """The link as it works outside the site; a picture by the name of its file."""
        if reference.is_image:
            return Link(link.url.rpartition("/")[2])
        if link.is_external or not link.url:
            return link
        if link.url == self.doc.url and link.fragment:
            return Link("", fragment=link.fragment)
        url = self.chrome.absolute(link.url)
        return Link(url, fragment=quote_path(link.fragment) if url else "")


def tasks(catalog: Catalog) -> Iterator[Task]:
    """The files of all documents of which the site wants some."""
    return tasks_of(catalog, catalog.documents)


def tasks_of(catalog: Catalog, ids: Iterable[DocId]) -> Iterator[Task]:
    """The files of these documents."""
    chrome = desk(catalog).chrome
    for doc_id in ids:
        doc = catalog.documents[doc_id]
        for form, path in _paths(catalog, doc):
            yield Task(path, form, PaperRecipe(chrome, doc, catalog.links.get(doc_id, ())))


def files_of(catalog: Catalog, doc: Document) -> tuple[FileLink, ...]:
    """The files that are made of the document, as its page and lists offer them."""
    name = _UNSAFE.sub("", doc.title)[:_LONGEST_NAME].strip(". ")
    return tuple(
        FileLink(_TITLES[form], path, form.upper(), "", f"{name}.{form}") for form, path in _paths(catalog, doc)
    )


def wanted(catalog: Catalog, doc: Document) -> bool:
    """Whether the site makes files of the document: by the kind of its columns or by the columns; never of no words."""
    chosen = catalog.config.downloads
    if doc.body.is_blank:
        return False
    return any(
        catalog.columns[name].kind.id in chosen.kinds
        or (chosen.columns and not {above.id for above in trail(catalog.columns, name)}.isdisjoint(chosen.columns))
        for name in doc.columns
    )


def _paths(catalog: Catalog, doc: Document) -> Iterator[tuple[str, str]]:
    """The forms and where their files stand: beside the page, by the last part of the id."""
    forms = [form for form in _TITLES if form in catalog.forms and form in catalog.config.downloads.forms]
    if not forms or not wanted(catalog, doc):
        return
    name = doc.id.rpartition("/")[2]
    taken = {file.file.casefold() for file in (*doc.attachments, *doc.images)}
    for form in forms:
        suffix = "-全文" if f"{name}.{form}".casefold() in taken else ""
        yield form, f"{doc.folder}{name}{suffix}.{form}"
