"""The Word and PDF files of documents, made of the same text as their pages (条例第二十四条; 国办公开办函〔2021〕33号).

Exports `PaperRecipe`, `recipe_of`, `tasks`, `tasks_of`, `wanted`, `files_of`, `is_made`, `TITLES`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from sitegen.address import absolute, quote_path
from sitegen.catalog import Catalog, trail
from sitegen.markdown import render_body, without_order
from sitegen.model import Body, DocId, Document, Link, Reference, Task, are_regulations
from sitegen.paper import Paper, PaperFile
from sitegen.views.frames import desk
from sitegen.views.pages import FileLink

TITLES = {"docx": "文字版（Word）", "pdf": "图片版（PDF）"}  # in the order in which they are offered
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_LONGEST_NAME = 80


class PaperRecipe(NamedTuple):
    """What the Word and the PDF file of a document are made of: nothing of the frame that its page has."""

    doc: Document
    links: tuple[Link, ...]
    site: str  # its address, "" where it is not known
    language: str
    is_regulation: bool
    red_head: bool

    def make(self, bodies: Mapping[str, Body]) -> Paper:
        """The words of the page, its links leading to the site from anywhere."""
        doc = self.doc
        body = bodies[doc.body.digest]
        links = [self._leading(*pair) for pair in zip(body.references, self.links, strict=True)]
        html = render_body(body, links)
        folder = absolute(doc.folder, self.site)
        return Paper(
            title=doc.title,
            html=without_order(html) if self.is_regulation else html,
            caption=doc.face.caption,
            issuers=doc.issuers,
            doc_no=doc.doc_no,
            red_head=self.red_head,
            facts=tuple((entry.name, entry.value) for entry in doc.extra if entry.is_shown),
            attachments=tuple(PaperFile(file.title, folder and folder + quote(file.file)) for file in doc.attachments),
            images=tuple((quote(image.file), image.digest) for image in doc.images),
            language=self.language,
            address=absolute(doc.url, self.site),
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
        url = absolute(link.url, self.site)
        return Link(url, fragment=quote_path(link.fragment) if url else "")


def recipe_of(catalog: Catalog, doc: Document) -> PaperRecipe:
    """What the files of the document are made of."""
    is_official = catalog.columns[doc.columns[0]].kind.official
    is_regulation = are_regulations(doc.columns, catalog.columns)
    return PaperRecipe(
        doc,
        catalog.links.get(doc.id, ()),
        catalog.config.url,
        desk(catalog).chrome.shell.language,
        is_regulation,
        red_head=catalog.config.downloads.has_red_head and is_official and not is_regulation,
    )


def tasks(catalog: Catalog) -> Iterator[Task]:
    """The files of all documents of which the site wants some."""
    return tasks_of(catalog, catalog.documents)


def tasks_of(catalog: Catalog, ids: Iterable[DocId]) -> Iterator[Task]:
    """The files of these documents."""
    for doc_id in ids:
        doc = catalog.documents[doc_id]
        for form, path in _paths(catalog, doc):
            yield Task(path, form, recipe_of(catalog, doc))


def files_of(catalog: Catalog, doc: Document) -> tuple[FileLink, ...]:
    """The files that are made of the document, as its page and lists offer them."""
    name = _UNSAFE.sub("", doc.title)[:_LONGEST_NAME].strip(". ")
    return tuple(
        FileLink(TITLES[form], path, form.upper(), "", f"{name}.{form}") for form, path in _paths(catalog, doc)
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
    forms = [form for form in TITLES if form in catalog.forms and form in catalog.config.downloads.forms]
    if not forms or not wanted(catalog, doc):
        return
    name = doc.id.rpartition("/")[2]
    taken = {file.file.casefold() for file in (*doc.attachments, *doc.images)}
    for form in forms:
        suffix = _WHOLE if f"{name}.{form}".casefold() in taken else ""
        yield form, f"{doc.folder}{name}{suffix}.{form}"


_WHOLE = "-全文"  # in the name of a file where an attachment has the other one
_PATH = re.compile(rf"doc/(?:[^/]+/)*([^/]+)/\1(?:{_WHOLE})?\.(?:docx|pdf)")


def is_made(path: str, others: Container[str]) -> bool:
    """Whether a path of the output is that of a file made of a document; the `others` beside it tell attachments."""
    stem, _, suffix = path.rpartition(".")
    return bool(_PATH.fullmatch(path)) and f"{stem}{_WHOLE}.{suffix}" not in others
