"""规章库 and 规范性文件库: their tabs, 制度文件汇编 and its files, and the numbers of the annual report.

Exports `TABS`, `tabs_of`, `files_of_library`, `tasks`, `tasks_of`, `bundles_of`, `counts`, `YearCounts`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple
from urllib.parse import quote

from sitegen.catalog import Catalog
from sitegen.gongwen import format_date_cn
from sitegen.model import Body, Bundle, Column, ColumnId, DocId, Document, Heading, Link, Task, Validity
from sitegen.paper import Paper
from sitegen.validity import IN_FORCE
from sitegen.views.document import outline_of, relative, text_of
from sitegen.views.downloads import TITLES, PaperRecipe, files_of, recipe_of
from sitegen.views.frames import Chrome, Desk, Item, desk
from sitegen.views.pages import CompilationPage, CompiledText, Crumb, FileLink, LibraryTab, Outline
from sitegen.views.shelves import ENDED, Shelves

TABS = ("current", "pending", "ended")  # as in `Shelves`
_NAMES = ("现行有效", "尚未施行", "废止和失效")
_SIZE = 100  # texts that a compilation is made of without being asked for


def tabs_of(shared: Desk, column: Column) -> tuple[LibraryTab, ...]:
    """The lists of a library, with how many stand in each; none for any other column."""
    shelves = shared.shelves.get(column.id)
    if shelves is None:
        return ()
    urls = (column.url, *(f"{column.id}/{tab}/index.html" for tab in TABS[1:]))
    rows = zip(TABS, _NAMES, urls, shelves, strict=True)
    return tuple(LibraryTab(tab, name, url, len(ids)) for tab, name, url, ids in rows)


def files_of_library(shared: Desk, column: Column) -> tuple[FileLink, ...]:
    """What a library offers of all that is in force: the compilation, and everything in one file."""
    catalog = shared.catalog
    if column.id not in shared.shelves:
        return ()
    found = [FileLink(_heading(shared, column), compilation_url(column), "网页", "")]
    for form, path in _papers(shared, column):
        name = f"{column.name}{_heading(shared, column)}.{form}"
        found.append(FileLink(f"下载汇编{TITLES[form]}", path, form.upper(), "", name))
    if any(_packed(catalog, column)):
        found.append(FileLink("全部文件打包下载", _bundle_path(column), "ZIP", ""))
    return tuple(found)


# ---------------------------------------------------------------- the compilation


class CompilationRecipe(NamedTuple):
    """制度文件汇编 of a library; of a large one, or where the site wants none, the contents only."""

    chrome: Chrome
    column: ColumnId
    heading: str
    day: date | None  # of the last change
    items: tuple[Item, ...]
    documents: tuple[Document, ...]  # the same, if their texts stand on the page
    links: tuple[tuple[Link, ...], ...]
    numbers: tuple[tuple[str, int], ...]
    files: tuple[FileLink, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The digests of the bodies that `make` reads."""
        return tuple(doc.body.digest for doc in self.documents)

    def make(self, bodies: Mapping[str, Body]) -> CompilationPage:
        """What the page shows."""
        column = self.chrome.columns[self.column]
        texts = tuple(map(_entry, self.items))
        if self.documents:
            texts = tuple(
                _with_text(text, *text_of(self.chrome, doc, bodies[doc.body.digest], links))
                for text, doc, links in zip(texts, self.documents, self.links, strict=True)
            )
        return CompilationPage(
            frame=self.chrome.column(column, compilation_url(column), self.heading),
            heading=f"{column.name}{self.heading}",
            as_of=self.day.isoformat() if self.day else "",
            texts=texts,
            files=self.files,
            back=Crumb(column.name, column.url),
            numbers=self.numbers,
            is_whole=bool(self.documents),
        )


def tasks(catalog: Catalog) -> Iterator[Task]:
    """The compilation of each library. One that has become too large keeps its address, with the contents only."""
    shared = desk(catalog)
    for column_id, shelves in shared.shelves.items():
        column = catalog.columns[column_id]
        ids = shelves.current
        documents = tuple(catalog.documents[doc_id] for doc_id in ids) if _is_whole(catalog, column, shelves) else ()
        recipe = CompilationRecipe(
            shared.chrome,
            column_id,
            _heading(shared, column),
            _last_change(catalog, shelves),
            tuple(shared.items[doc_id] for doc_id in ids),
            documents,
            tuple(tuple(relative(link, "../../") for link in catalog.links.get(doc.id, ())) for doc in documents),
            _numbers(catalog, column),
            files_of_library(shared, column)[1:],
        )
        yield Task(compilation_url(column), "html", recipe, "compilation.html")
        paper = CompiledPaperRecipe(
            f"{column.name}{recipe.heading}",
            shared.chrome.absolute(compilation_url(column)),
            shared.chrome.shell.language,
            recipe.day,
            tuple(recipe_of(catalog, doc) for doc in documents),
        )
        for form, path in _papers(shared, column):
            yield Task(path, form, paper)


def tasks_of(catalog: Catalog, ids: Collection[DocId]) -> Iterator[Task]:
    """The compilations that hold the text of one of these documents."""
    for task in tasks(catalog):
        model = task.model
        assert isinstance(model, CompilationRecipe | CompiledPaperRecipe)
        if any(doc.id in ids for doc in model.documents):
            yield task


def _papers(shared: Desk, column: Column) -> Iterator[tuple[str, str]]:
    """In which forms the compilation can be downloaded, and where: in those of the documents in it."""
    catalog = shared.catalog
    if _is_whole(catalog, column, shared.shelves[column.id]):
        made = {path.rpartition(".")[2] for _, path in chain.from_iterable(_packed(catalog, column))}
        yield from ((form, f"{column.id}/compilation/{column.id}-汇编.{form}") for form in TITLES if form in made)


class CompiledPaperRecipe(NamedTuple):
    """The compilation as one Word or PDF file: a list of the texts, then each of them on a page of its own."""

    title: str
    address: str  # of its page
    language: str
    day: date | None  # of the last change
    papers: tuple[PaperRecipe, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """Those whose texts are in it."""
        return tuple(paper.doc for paper in self.papers)

    @property
    def reads(self) -> tuple[str, ...]:
        """The digests of the bodies that `make` reads."""
        return tuple(doc.body.digest for doc in self.documents)

    def make(self, bodies: Mapping[str, Body]) -> Paper:
        """What the file is made of."""
        contents, texts, images, notes = [], [], [], 0
        for recipe in self.papers:
            name, paper = recipe.doc.id, recipe.make(bodies)
            title, caption = _quoted(paper.title), _quoted(paper.caption or paper.doc_no)
            contents.append(f'<li><a href="#{_quoted(quote(name))}">{title}</a></li>')
            texts.append(f'<h2 class="rule-title" id="{_quoted(name)}">{title}</h2>')
            if caption:
                texts.append(f'<p class="text-caption">{caption}</p>')
            html = apart(paper.html, name, paper.title)
            html, count = _renumbered(html, notes)
            texts.append(html.replace(' src="', f' src="{quote(name)}/'))
            images += [(f"{quote(name)}/{src}", digest) for src, digest in paper.images]
            notes += count
        return Paper(
            title=self.title,
            html=f"<ol>{''.join(contents)}</ol>{''.join(texts)}",
            caption=f"（截至{format_date_cn(self.day)}现行有效）" if self.day else "",
            images=tuple(images),
            language=self.language,
            address=self.address,
            day=self.day or date.min,
        )


def _renumbered(html: str, before: int) -> tuple[str, int]:
    """The HTML of a part with its footnotes counted on from those `before`, and how many it has."""
    count = len(_NOTE.findall(html))
    html = _NOTE.sub(lambda found: f'<li id="fn{int(found[1]) + before}"', html)
    return _MARK_OF_NOTE.sub(lambda found: f"{found[1]}{int(found[2]) + before}", html), count


_NOTE = re.compile('<li id="[^"]*/fn([0-9]+)"')
_MARK_OF_NOTE = re.compile(r'(<sup class="footnote-ref"[^>]*>(?:<a [^>]*>)?\[)([0-9]+)')


def compilation_url(column: Column) -> str:
    """Where the compilation of a library stands."""
    return f"{column.id}/compilation/index.html"


def _heading(shared: Desk, column: Column) -> str:
    is_whole = _is_whole(shared.catalog, column, shared.shelves[column.id])
    return "制度文件汇编" if is_whole else "现行有效文件目录"


def _is_whole(catalog: Catalog, column: Column, shelves: Shelves) -> bool:
    chosen = catalog.config.downloads.compile
    return len(shelves.current) <= _SIZE if chosen is None else column.id in chosen


def _last_change(catalog: Catalog, shelves: Shelves) -> date | None:
    """Since when the library is as it is: a page that said today's date would change every day."""
    states = (catalog.validity.get(doc_id) for doc_id in chain(*shelves))
    days = {state.since for state in states if state and state.since}
    days.update(catalog.documents[doc_id].pub_date for doc_id in chain(*shelves))
    return max((day for day in days if day <= catalog.as_of), default=None)


def _numbers(catalog: Catalog, column: Column) -> tuple[tuple[str, int], ...]:
    year = catalog.as_of.year
    found = counts(catalog, year, column.kind.id)
    return ((f"{year}年制发", found.made), (f"{year}年废止", found.repealed), ("现行有效", found.in_force))


def _entry(item: Item) -> CompiledText:
    face = item.face
    state = item.validity if item.validity != Validity.EFFECTIVE else ""
    return CompiledText(face.title, face.url, face.id, face.doc_no, face.caption, "", state=state)


def _with_text(text: CompiledText, html: str, headings: Sequence[Heading]) -> CompiledText:
    return text._replace(body=apart(html, text.anchor, text.title), outline=_prefixed(outline_of(headings), text))


_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>")
_PLACE = re.compile(r' (id|href)="(#?)(?=[^"])')


def apart(html: str, name: str, title: str) -> str:
    """The HTML of a body as a part of a longer page: headings one level down, ids and the links to them its own.

    >>> apart('<h2 id="一">甲</h2><p><a href="#一">乙</a></p>', "bf-1", "办法")
    '<h3 id="bf-1/一">甲</h3><p><a href="#bf-1/一">乙</a></p>'
    """

    def place(found: re.Match[str]) -> str:
        attribute, mark = found.groups()
        if attribute == "id":
            return f' id="{name}/'
        return f' href="#{quote(name)}/' if mark and not name.isascii() else f' href="#{name}/' if mark else found[0]

    def tag(found: re.Match[str]) -> str:
        end, element, rest = found.groups()
        if element in ("h2", "h3", "h4", "h5"):
            element = f"h{int(element[1]) + 1}"
        if element == "section":  # of footnotes: regions of one page have different names
            rest = rest.replace('aria-label="', f'aria-label="{_quoted(title)}：')
        return f"<{end}{element}{_PLACE.sub(place, rest)}>"

    return _TAG.sub(tag, html)


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _prefixed(headings: Sequence[Outline], text: CompiledText) -> tuple[Outline, ...]:
    return tuple(
        Outline(heading.text, f"{text.anchor}/{heading.anchor}", _prefixed(heading.children, text))
        for heading in headings
    )


# ---------------------------------------------------------------- everything in one file


def bundles_of(catalog: Catalog) -> Iterator[Bundle]:
    """The zip of each library that has files to pack."""
    for column_id in desk(catalog).shelves:
        column = catalog.columns[column_id]
        members = _packed(catalog, column)
        if any(members):
            contents = _contents(catalog, desk(catalog).shelves[column_id].current, members)
            yield Bundle(_bundle_path(column), (("目录.csv", contents),), tuple(chain.from_iterable(members)))


def _packed(catalog: Catalog, column: Column) -> Sequence[tuple[tuple[str, str], ...]]:
    """The files of each document in force in a library that is compiled: name in the zip, path in the output.

    The names begin with the number of the document, and are such as file systems take.
    """
    shelves = desk(catalog).shelves[column.id]
    if not _is_whole(catalog, column, shelves):
        return ()
    files = [files_of(catalog, catalog.documents[doc_id]) for doc_id in shelves.current]
    return [tuple((f"{number:03} {file.name}", file.url) for file in of_one) for number, of_one in enumerate(files, 1)]


def _contents(catalog: Catalog, ids: Sequence[DocId], files: Sequence[tuple[tuple[str, str], ...]]) -> str:
    """目录.csv of a zip."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(("序号", "标题", "文号", "成文日期", "公布日期", "有效性", "文件"))
    for number, (doc_id, members) in enumerate(zip(ids, files, strict=True), 1):
        doc = catalog.documents[doc_id]
        written = doc.written_date.isoformat() if doc.written_date else ""
        names = "；".join(name for name, _ in members)
        word = catalog.validity_word(doc_id)
        table.writerow((number, doc.title, doc.doc_no, written, doc.pub_date.isoformat(), word, names))
    return text.getvalue()


def _bundle_path(column: Column) -> str:
    return f"{column.id}/compilation/{column.id}-文件打包.zip"


# ---------------------------------------------------------------- numbers of the annual report


class YearCounts(NamedTuple):
    """What 政府信息公开工作年度报告 says of 规章 or of 行政规范性文件 (国办公开办函〔2021〕30号)."""

    made: int  # 本年制发件数
    repealed: int  # 本年废止件数, with those that expired
    in_force: int  # 现行有效件数, at the end of the year or of the day of the catalog


def counts(catalog: Catalog, year: int, kind: str) -> YearCounts:
    """The numbers of one column kind; a rule with several texts is one document, made when its first text was."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), catalog.as_of)
    made = repealed = in_force = 0
    for doc in catalog.entries.values():
        if not any(catalog.columns[name].kind.id == kind for name in doc.columns):
            continue
        written = _made(catalog, doc)
        if written > last:
            continue
        state = catalog.lives.get(doc.id, IN_FORCE).on(last)
        made += written >= first
        repealed += state.state in ENDED and state.since is not None and state.since >= first
        in_force += state.state in (Validity.EFFECTIVE, Validity.AMENDED)
    return YearCounts(made, repealed, in_force)


def _made(catalog: Catalog, doc: Document) -> date:
    texts = [catalog.sources[version.source] for version in catalog.rules.get(doc.id, ())] or [doc]
    return min(text.written_date or text.pub_date for text in texts)
