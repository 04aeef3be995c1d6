"""Turn references and citations into links: find where each leads, and whether old addresses lead anywhere.

Exports `find_links`, `check_old_addresses`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from sitegen.absence import Absent
from sitegen.address import page_at
from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.gongwen import article_number, normalize_doc_no
from sitegen.guessing import meant
from sitegen.model import Body, Column, ColumnId, DocId, Document, Link, Reference, Tree, Withdrawn
from sitegen.validity import Text

CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "L110",
        "链接没有着落",
        Severity.ERROR,
        "点不开的链接在检查中逐个扣分（国办秘函〔2019〕19号）。",
        "[办法](kjgf-2019-99)",
        "写对稿件编号、相对路径或附件名",
    ),
    CodeInfo(
        "L111",
        "锚点没有着落",
        Severity.ERROR,
        "链接到的条款或标题不存在，读者会停在页首。",
        "[第九十九条](kjgf-2024-03#第九十九条)",
        "写对条号或标题",
    ),
    CodeInfo(
        "L112", "图片没有着落", Severity.ERROR, "看不见的图片在检查中扣分。", "![图](tu.png)，没有这个文件", "补上图片"
    ),
    CodeInfo(
        "L113",
        "链接的文件没有列为附件",
        Severity.ERROR,
        "没有列出的文件不发布，以免误公开。",
        "[名单](名单.xlsx)，而 附件 里没有",
        "在 附件 里列出它",
    ),
    CodeInfo(
        "L114",
        "链接指向不公开的稿件",
        Severity.ERROR,
        "条例第十三至十六条：公开的文件不能透露不公开的文件。",
        "[请示](qs-2024-01)",
        "删去链接",
    ),
    CodeInfo(
        "L115",
        "旧地址用不了",
        Severity.ERROR,
        "一个地址只能通向一处，也不能占用本站自己的网页。",
        "两份稿件都写 旧地址: old/1.html",
        "一个旧地址只写在一份稿件里",
    ),
)


def find_links(
    tree: Tree,
    sources: Mapping[DocId, Document],
    documents: Mapping[DocId, Document],
    withdrawn: Mapping[DocId, Withdrawn],
    by_number: Mapping[str, Sequence[DocId]],
    rule_of: Mapping[DocId, DocId],
    texts: Mapping[DocId, Sequence[Text]],
    absent: Absent,
    findings: list[Finding],
) -> Mapping[DocId, tuple[Link, ...]]:
    """The links of each of the `documents`, one for each reference of its body."""
    paths = {doc.path: doc.id for doc in sources.values()} | {gone.path: gone.id for gone in withdrawn.values()}
    cited = _Cited(sources, documents, tree.bodies, by_number, rule_of, texts)
    links: dict[DocId, tuple[Link, ...]] = {}
    for doc in documents.values():
        if doc.body.references:
            resolver = _Resolver(
                doc, documents, tree.bodies, withdrawn, paths, absent, tree.columns, tree.config.url, cited, texts
            )
            told = [] if doc.id in texts else findings  # of each text once: on its own page
            links[doc.id] = tuple(
                [resolver.link(number, reference, told) for number, reference in enumerate(doc.body.references)]
            )
    return links


# ---------------------------------------------------------------- references

_EXTERNAL = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Finds where the references of one document lead."""

    doc: Document
    documents: Mapping[DocId, Document]
    bodies: Mapping[str, Body]
    withdrawn: Mapping[DocId, Withdrawn]
    paths: Mapping[str, DocId]
    absent: Absent
    columns: Mapping[ColumnId, Column]
    site: str  # its absolute address, "" if not known
    cited: _Cited
    texts: Mapping[DocId, Sequence[Text]]  # of rules with several, earliest first

    def link(self, number: int, reference: Reference, findings: list[Finding]) -> Link:
        if reference.is_citation:
            return self.cited.link(self.doc, reference.target)

        def bad(code: str, message: str, hint: str) -> Link:
            findings.append(Finding(self.doc.path, f"references[{number}]", message, code, hint))
            return Link("")

        written = reference.target
        if _EXTERNAL.match(written):
            if self._is_of_secret_page(written):
                return bad("L114", "链接指向的稿件目前不公开", "删去链接，或等那份稿件公开后再写。")
            return Link(written, is_external=True)
        for attachment in (*self.doc.attachments, *self.doc.images):
            if attachment.source == self._beside(written):  # its name may hold a #
                return Link(self.doc.folder + quote(attachment.file))
        target, _, fragment = written.partition("#")
        if reference.is_image:
            return bad("L112", f"找不到图片“{target}”", "把 png、jpg、gif 或 webp 图片放在稿件旁边，名字要完全一致。")
        if not target:
            return self._anchored(self.doc, fragment, bad)
        if not self.absent.awaited.plain.isdisjoint((target, self._beside(target))):
            return bad("L116", "链接指向的稿件还没有到发布日期，暂时只显示文字", "到期后链接自动生效。")
        if target.lower().endswith((".md", ".markdown")):
            path = self._beside(target)
            doc_id = self.paths.get(path, "")
            if path in self.absent.secret.plain:
                return bad("L114", "链接指向的稿件目前不公开", "删去链接，或等那份稿件公开后再写。")
        else:
            doc_id = target if target in self.documents or target in self.withdrawn else ""
        if doc_id in self.documents:
            return self._anchored(self.documents[doc_id], fragment, bad)
        if doc_id in self.withdrawn:
            return Link(self.withdrawn[doc_id].url)
        if target in self.absent.secret.plain:
            return bad("L114", "链接指向的稿件目前不公开", "删去链接，或等那份稿件公开后再写。")
        if target in self.columns:
            return Link(self.columns[target].url)
        if not self.absent.broken.isdisjoint((target, self._beside(target))):
            return Link("")
        steps = [step for step in target.split("/") if step in self.documents]
        if steps:
            return bad("L110", f"“{target}”不是指向稿件的写法", f"写稿件编号就行：[…]({steps[-1]})。")
        if "." in PurePosixPath(target).name and not target.lower().endswith(".md"):
            return bad("L113", f"“{target}”没有列为附件", "在信息头的 附件 里列出它，文件放在稿件旁边。")
        near = meant(target, [*self.documents, *self.paths])
        return bad(
            "L110",
            f"链接“{target}”没有着落",
            f"是不是“{near}”？" if near else "写稿件编号、稿件的相对路径（.md）或附件的文件名。",
        )

    def _is_of_secret_page(self, written: str) -> bool:
        """Whether an absolute address is that of a page or a file of this site that must not be there."""
        if not self.site or not self.absent.secret.plain or "/doc/" not in written:
            return False
        try:
            base, parts = urlsplit(self.site), urlsplit(written)
        except ValueError:
            return False
        inside = unquote(parts.path).removeprefix(f"{base.path}doc/")
        is_here = parts.netloc.casefold() == base.netloc.casefold() and inside != unquote(parts.path)
        return is_here and inside.split("/")[0] in self.absent.secret.plain

    def _anchored(self, doc: Document, fragment: str, bad: Callable[[str, str, str], Link]) -> Link:
        own = "" if doc is self.doc else doc.url
        if not fragment:
            return Link(doc.url)
        anchors = self.bodies[doc.body.digest].anchors
        if fragment in anchors:
            return Link(own, fragment=fragment)
        pages = [self.documents[text.page] for text in self.texts.get(doc.id, ())] if own else []
        earlier = list(takewhile(lambda page: page.path != doc.path, pages))
        for page in reversed(earlier):  # a new text breaks no link by itself
            if fragment in self.bodies[page.body.digest].anchors:
                return Link(page.url, fragment=fragment)
        near = meant(fragment, anchors, 0.5)
        where = "本文" if doc is self.doc else f"《{doc.title}》"
        return bad(
            "L111",
            f"{where}里没有“{fragment}”这个位置",
            f"是不是“{near}”？" if near else "锚点写成“第三条”或标题的文字（不含标点）。",
        )

    def _beside(self, target: str) -> str:
        """`target` seen from the document's folder, without `..`; "" if it leads out of the content folder."""
        parts: list[str] = list(PurePosixPath(self.doc.path).parent.parts)
        for part in target.split("/"):
            if part == "..":
                if not parts:
                    return ""
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)


_PEOPLES_REPUBLIC = "中华人民共和国"
_MARKS = re.compile(r"[\s《》〈〉]+")


@dataclass(frozen=True, slots=True)
class _Cited:
    """Finds the documents and places that texts cite, each once for the whole site."""

    sources: Mapping[DocId, Document]
    documents: Mapping[DocId, Document]
    bodies: Mapping[str, Body]
    by_number: Mapping[str, Sequence[DocId]]
    rule_of: Mapping[DocId, DocId]
    texts: Mapping[DocId, Sequence[Text]]  # of rules with several
    by_title: dict[str, list[DocId]] = field(default_factory=dict)  # made when the first one is looked up
    found: dict[str, tuple[DocId, Link]] = field(default_factory=dict)  # by citation
    anchors: dict[DocId, frozenset[str]] = field(default_factory=dict)

    def link(self, doc: Document, citation: str) -> Link:
        """Where a citation in the text of `doc` leads: 文号, title and place with tabs between. Nowhere: no address."""
        if citation.startswith("\t\t"):
            return Link("", fragment=self._anchor(doc.id, citation[2:]))
        found = self.found.get(citation)
        if found is None:
            number, title, place = citation.split("\t")
            target = self._document(number, title)
            url, anchor = (self.documents[target].url, self._anchor(target, place)) if target else ("", "")
            found = target, Link(url, fragment=anchor)
            self.found[citation] = found
        target, link = found
        return Link("", fragment=link.fragment) if target == doc.id else link

    def _document(self, number: str, title: str) -> DocId:
        """The document of this number, or else of this title; "" if the site has none, or several."""
        matches = self.by_number.get(number) or self.by_number.get(normalize_doc_no(number), ())
        numbered = {self.rule_of.get(doc_id, doc_id) for doc_id in matches}
        if len(numbered) == 1:
            return numbered.pop()
        titled = self._titled(title) if title else []
        if len(titled) != 1 or (number and not self._may_have(titled[0], normalize_doc_no(number))):
            return ""
        return titled[0]

    def _titled(self, title: str) -> list[DocId]:
        if not self.by_title:
            for doc in self.sources.values():
                if doc.id not in self.rule_of:
                    self.by_title.setdefault(_plain_title(doc.title), []).append(doc.id)
        return self.by_title.get(_plain_title(title), [])

    def _may_have(self, doc_id: DocId, number: str) -> bool:
        """Whether the document, or a text of it, can have been made by this number."""
        texts = [self.sources[text.source] for text in self.texts.get(doc_id, ())] or [self.sources[doc_id]]
        known = {revision.doc_no for doc in texts for revision in doc.revisions} | {doc.doc_no for doc in texts}
        return not any(known) or number in {normalize_doc_no(own) for own in known if own}

    def _anchor(self, doc_id: DocId, place: str) -> str:
        """The anchor of 第三条第二款 in the document: that of its 条; "" where there is none."""
        if not place:
            return ""
        if doc_id not in self.anchors:
            self.anchors[doc_id] = frozenset(self.bodies[self.documents[doc_id].body.digest].anchors)
        article = article_number(place)
        return article if article in self.anchors[doc_id] else ""


def _plain_title(title: str) -> str:
    """The title without marks and spaces, and without 中华人民共和国, which is often left out."""
    return _MARKS.sub("", title).removeprefix(_PEOPLES_REPUBLIC)


# ---------------------------------------------------------------- old addresses

_OURS = frozenset(
    (
        *("catalog", "updates", "search", "pagefind", "assets", "sitemap", "api", "page"),
        *("404.html", "index.html", "robots.txt", "sitemap.xml", "redirects.nginx.conf"),
    )
)


def check_old_addresses(
    tree: Tree,
    documents: Mapping[DocId, Document],
    pages: Mapping[DocId, Document],
    withdrawn: Mapping[DocId, Withdrawn],
    rules: Collection[DocId],
) -> Iterator[Finding]:
    """Old addresses that cannot lead where their authors want: taken twice, or a page of the site's own.

    Without regard to case, since neither nginx nor Windows regards it.
    """
    base = urlsplit(tree.config.url).path or "/"
    owners: list[Document | Withdrawn] = [*documents.values(), *withdrawn.values()]
    owners = [owner for owner in owners if owner.old_urls]
    if not owners:
        return
    tops = {name.casefold() for name in (*_OURS, *tree.columns, *(column.id for column in tree.hidden))}
    files: dict[str, set[str]] = {gone.id.casefold(): {""} for gone in withdrawn.values()}
    for doc in pages.values():
        folder, _, inside = doc.id.casefold().partition("/")
        names = ("", *(file.file.casefold() for file in (*doc.attachments, *doc.images)))
        files.setdefault(folder, set()).update(f"{inside}/{name}".strip("/") for name in names)
    compared = {rule.casefold() for rule in rules}
    users: dict[str, tuple[str, str]] = {}
    for owner in owners:
        for i, old in enumerate(owner.old_urls):
            field = f"old_urls[{i}]"
            page = _folded(old, base)
            if page in users:
                yield Finding(
                    owner.path,
                    field,
                    f"旧地址“{old}”写了不止一次（大小写不同也算同一个）",
                    "L115",
                    "一个旧地址只在一份稿件里写一次。",
                    ((*users[page], "先写这个旧地址的地方"),),
                )
            users.setdefault(page, (owner.path, field))
            first, _, rest = page.partition("/")
            doc_id, _, inside = rest.partition("/")
            is_ours = first in tops or page in ("", "/")
            if first == "doc":
                is_ours = not doc_id or inside.removesuffix("index.html").strip("/") in files.get(doc_id, ())
                is_ours |= doc_id in compared and inside.split("/")[0] == "compare"
            if is_ours:
                yield Finding(
                    owner.path, field, f"旧地址“{old}”是网站自己的网页", "L115", "删去它；这里只写已经不用的地址。"
                )


def _folded(old: str, base: str) -> str:
    """The old address without regard to case: below the site, or on its server with a leading slash."""
    page = page_at(old, base)
    if not page:
        parts = urlsplit(old)
        page = parts.path + (f"?{parts.query}" if parts.query else "")
    page = page.casefold()
    return page.removeprefix(base.casefold()) if len(base) > 1 else page
