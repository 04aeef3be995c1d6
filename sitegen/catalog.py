"""Turn a tree, its history and a day into a catalog: columns, relations, what is in force, where links lead, updates.

Pure. Exports `Catalog`, `Update`, `ValidityOn`, `build_catalog`, `validity_on`, `trail`, `below`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from operator import attrgetter
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from sitegen.address import page_at
from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.gongwen import find_doc_nos, normalize_doc_no
from sitegen.mentions import names_of
from sitegen.model import (
    Body,
    Change,
    ChangeKind,
    Claim,
    Column,
    ColumnId,
    Disclosure,
    DocId,
    Document,
    History,
    Link,
    ListStyle,
    Reference,
    Relation,
    RelationKind,
    SiteConfig,
    Tree,
    UpdateKind,
    Validity,
    Withdrawn,
)

CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "R101",
        "找不到所写的文件",
        Severity.ERROR,
        "废止、修改、解读等关系要指向本站的文件，读者才能从一份查到另一份。",
        "废止: kjgf-2019-99（没有这份稿件）",
        "写对编号；本站没有的文件写文号",
    ),
    CodeInfo(
        "R102",
        "关系指向不公开的文件",
        Severity.ERROR,
        "条例第十三至十六条：公开的文件不能透露不公开的文件。",
        "转发: 一份依申请公开的文件",
        "删去这一关系，或先公开那份文件",
    ),
    CodeInfo(
        "R103",
        "有效性与日期、关系矛盾",
        Severity.ERROR,
        "有效性由施行、失效、废止日期和废止关系算出，手写的不能与之矛盾。",
        "有效性: 现行有效，而有效期至已过",
        "删去 有效性，或改正日期",
    ),
    CodeInfo(
        "R104", "文件不能指向自己", Severity.ERROR, "一份文件不能废止、修改或解读自己。", "废止: 自己的编号", "改正"
    ),
    CodeInfo(
        "R105",
        "文号对应多份文件",
        Severity.ERROR,
        "两份文件用了同一文号，只凭文号分不清指哪一份。",
        "废止: 某政发〔2020〕1号（有两份）",
        "写稿件编号；文号写错的改正文号",
    ),
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
    CodeInfo(
        "L116",
        "指向的稿件还没有到发布日期",
        Severity.WARNING,
        "到期之前，链接只显示文字，关系不显示，以免透露还没有公开的内容。",
        "链接到下个月才发布的稿件",
        "等那份稿件到期，链接自动生效",
    ),
)


class ValidityOn(NamedTuple):
    """A state, since when, and the document that caused it."""

    state: Validity
    since: date | None = None
    cause: DocId | None = None


class Update(NamedTuple):
    """One entry of 动态更新."""

    day: date
    kind: UpdateKind
    id: DocId
    cause: DocId | None = None
    changes: tuple[ChangeKind, ...] = ()


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything that may be shown on one day, looked up every way the views need."""

    config: SiteConfig
    as_of: date
    columns: Mapping[ColumnId, Column]
    documents: Mapping[DocId, Document]  # newest first
    bodies: Mapping[str, Body]  # by digest
    withdrawn: Mapping[DocId, Withdrawn]
    by_column: Mapping[ColumnId, tuple[DocId, ...]]  # of the column itself and what it gathers, newest first
    outgoing: Mapping[DocId, tuple[Relation, ...]]
    incoming: Mapping[DocId, tuple[Relation, ...]]
    unknown_claims: Mapping[DocId, tuple[Claim, ...]]  # of documents the site does not have, named by 文号
    validity: Mapping[DocId, ValidityOn]  # of those documents that have one
    links: Mapping[DocId, tuple[Link, ...]]  # one for each reference of the body; nothing where there is none
    updates: tuple[Update, ...]  # newest first
    history_since: date | None
    closed: Mapping[ColumnId, ColumnId]  # columns the site hides, and the nearest one above that it shows ("" for none)

    @cached_property
    def listed(self) -> Mapping[ColumnId, tuple[DocId, ...]]:
        """The documents of each column and of those below it, each once, newest first."""
        rank = {doc_id: number for number, doc_id in enumerate(self.documents)}
        found: dict[ColumnId, tuple[DocId, ...]] = {}
        for column_id, column in self.columns.items():
            if column.children:
                ids = {doc_id for inner in below(self.columns, column_id) for doc_id in self.by_column[inner]}
                found[column_id] = tuple(sorted(ids, key=rank.__getitem__))
            else:
                found[column_id] = self.by_column[column_id]
        return found

    def with_bodies(self, documents: Iterable[Document], bodies: Mapping[str, Body]) -> Catalog:
        """The same catalog with other bodies: `documents` are all of it, and differ in nothing else (`meta`)."""
        known = {doc.id: doc for doc in documents}
        moved = replace(self, documents={doc_id: known[doc_id] for doc_id in self.documents}, bodies=bodies)
        moved.__dict__["listed"] = self.listed
        return moved

    @property
    def top(self) -> tuple[Column, ...]:
        """The first level of the tree."""
        return tuple(column for column in self.columns.values() if not column.parent)

    def validity_word(self, doc_id: DocId) -> str:
        """The 有效性 of the document as readers see it; "" where it has none."""
        state = self.validity.get(doc_id)
        return state.state.value if state else ""


def build_catalog(tree: Tree, history: History, as_of: date) -> tuple[Catalog, tuple[Finding, ...]]:
    """The catalog of what may be shown on `as_of`, and what is wrong between the documents."""
    documents = {doc.id: doc for doc in newest_first(tree.documents)}
    withdrawn = {gone.id: gone for gone in sorted(tree.withdrawn, key=lambda gone: gone.id) if gone.id not in documents}
    by_number: dict[str, list[DocId]] = defaultdict(list)
    for doc in documents.values():
        if doc.doc_no:
            by_number[normalize_doc_no(doc.doc_no)].append(doc.id)
    secret = {record.id: record for record in tree.internal if record.is_withheld}
    broken = {doc_id for doc_id, _ in tree.broken} | {path for _, path in tree.broken}
    secret_ids = frozenset(secret)
    secret_paths = {record.path for record in secret.values()}
    awaited = frozenset(
        name
        for record in secret.values()
        if record.disclosure is Disclosure.ACTIVE and not record.is_draft and not record.is_due and record.has_date
        for name in (record.id, record.path, normalize_doc_no(record.doc_no))
        if name
    )
    secret_numbers = {normalize_doc_no(record.doc_no) for record in secret.values() if record.doc_no}
    secret_titles = frozenset(name for record in secret.values() for name in record.names)
    findings: list[Finding] = []
    outgoing, incoming, unknown = _relations(
        documents, withdrawn, by_number, secret_ids | secret_numbers, secret_titles, awaited, broken, findings
    )
    validity = {}
    can_be_in_force = {name: _is_of_rules(column) for name, column in tree.columns.items()}
    for doc in documents.values():
        state = validity_on(doc, incoming.get(doc.id, ()), as_of)
        if any(can_be_in_force[name] for name in doc.columns) or _says_when(doc, incoming.get(doc.id, ())):
            validity[doc.id] = state
        if doc.declared_validity and state.since and doc.declared_validity is not state.state:
            findings.append(
                Finding(
                    doc.path,
                    "validity",
                    f"写的是“{doc.declared_validity}”，而按日期和关系算出来是“{state.state}”"
                    f"（自 {state.since.isoformat()}）",
                    "R103",
                    "删去“有效性”这一行；确有不同，改正日期或关系。",
                )
            )
    paths = {doc.path: doc.id for doc in documents.values()} | {gone.path: gone.id for gone in withdrawn.values()}
    links: dict[DocId, tuple[Link, ...]] = {}
    for doc in documents.values():
        if doc.body.references:
            resolver = _Resolver(
                doc,
                documents,
                tree.bodies,
                withdrawn,
                paths,
                secret_ids,
                secret_paths,
                awaited,
                broken,
                tree.columns,
                tree.config.url,
            )
            links[doc.id] = tuple(
                resolver.link(number, reference, findings) for number, reference in enumerate(doc.body.references)
            )
    by_column: dict[ColumnId, list[DocId]] = {column: [] for column in tree.columns}
    for doc in documents.values():
        for column_id in doc.columns:
            by_column[column_id].append(doc.id)
    for column in tree.columns.values():
        if column.gathers:
            wanted = {inner for root in column.gathers if root in tree.columns for inner in below(tree.columns, root)}
            by_column[column.id] = [
                doc.id for doc in documents.values() if wanted.intersection(doc.columns) or column.id in doc.columns
            ]
    findings.extend(_old_addresses(tree, documents, withdrawn))
    catalog = Catalog(
        config=tree.config,
        as_of=as_of,
        columns=tree.columns,
        documents=documents,
        bodies=tree.bodies,
        withdrawn=withdrawn,
        by_column={name: tuple(ids) for name, ids in by_column.items()},
        outgoing=outgoing,
        incoming=incoming,
        unknown_claims=unknown,
        validity=validity,
        links=links,
        updates=tuple(sorted(_updates(documents, withdrawn, incoming, history, as_of), key=_update_order)),
        history_since=history.since,
        closed={column.id: column.parent for column in tree.hidden},
    )
    return catalog, tuple(findings)


def newest_first(documents: Iterable[Document]) -> list[Document]:
    """The order of lists: newest 发布日期 first, then the later time (one without comes last), then the id."""
    found = sorted(documents, key=attrgetter("id"))
    found.sort(key=attrgetter("pub_date", "pub_time"), reverse=True)
    return found


def below(columns: Mapping[ColumnId, Column], column_id: ColumnId) -> Iterator[ColumnId]:
    """The column and all below it, in menu order."""
    yield column_id
    for child in columns[column_id].children:
        yield from below(columns, child)


def listed(catalog: Catalog, column_id: ColumnId) -> tuple[DocId, ...]:
    """The documents of the column and of those below it, each once, newest first."""
    return catalog.listed[column_id]


def trail(columns: Mapping[ColumnId, Column], column_id: ColumnId) -> tuple[Column, ...]:
    """The column and those above it, highest first."""
    column = columns[column_id]
    return (*(trail(columns, column.parent) if column.parent else ()), column)


# ---------------------------------------------------------------- relations and validity


def _relations(
    documents: Mapping[DocId, Document],
    withdrawn: Mapping[DocId, Withdrawn],
    by_number: Mapping[str, Sequence[DocId]],
    secret: frozenset[str],
    secret_titles: frozenset[bytes],
    awaited: frozenset[str],
    broken: Collection[str],
    findings: list[Finding],
) -> tuple[
    Mapping[DocId, tuple[Relation, ...]], Mapping[DocId, tuple[Relation, ...]], Mapping[DocId, tuple[Claim, ...]]
]:
    gone_numbers = {normalize_doc_no(gone.doc_no) for gone in withdrawn.values() if gone.doc_no}
    outgoing: dict[DocId, list[Relation]] = defaultdict(list)
    incoming: dict[DocId, list[Relation]] = defaultdict(list)
    unknown: dict[DocId, list[Claim]] = defaultdict(list)
    for doc in documents.values():
        for i, revision in enumerate(doc.revisions):
            if revision.doc_no and normalize_doc_no(revision.doc_no) in secret:
                findings.append(
                    Finding(
                        doc.path, f"revisions[{i}]", "提到的文件目前不公开", "R102", "等那份文件公开后再写它的文号。"
                    )
                )
        counts: dict[RelationKind, int] = defaultdict(int)
        for claim in doc.claims:
            field = f"{claim.kind.name.lower()}[{counts[claim.kind]}]"
            counts[claim.kind] += 1
            matches = by_number.get(normalize_doc_no(claim.target), [])
            target = claim.target if claim.target in documents else matches[0] if matches else ""
            if target != claim.target and len(matches) > 1:
                findings.append(
                    Finding(
                        doc.path,
                        field,
                        f"有 {len(matches)} 份文件的文号都是“{claim.target}”，不知道指哪一份",
                        "R105",
                        "改写稿件编号，可选：" + "、".join(matches) + "。",
                    )
                )
                continue
            if target == doc.id:
                findings.append(Finding(doc.path, field, f"“{claim.kind}”指向了文件自己", "R104", "改正或删去。"))
            elif target:
                day = claim.day or doc.effective_date or doc.written_date or doc.pub_date
                known = {revision.doc_no for revision in documents[target].revisions if revision.doc_no}
                is_in_text = bool(doc.doc_no) and normalize_doc_no(doc.doc_no) in map(normalize_doc_no, known)
                relation = Relation(claim.kind, doc.id, target, day, claim.articles, is_in_text)
                outgoing[doc.id].append(relation)
                incoming[target].append(relation)
            elif claim.target in awaited or normalize_doc_no(claim.target) in awaited:
                findings.append(
                    Finding(doc.path, field, "指向的文件还没有到发布日期，暂不显示这一关系", "L116", "到期后自动显示。")
                )
            elif (
                claim.target in secret
                or normalize_doc_no(claim.target) in secret
                or not secret_titles.isdisjoint(names_of(claim.target, ""))
            ):
                findings.append(
                    Finding(doc.path, field, "指向的文件目前不公开", "R102", "删去这一关系，或等那份文件公开后再写。")
                )
            elif claim.target in withdrawn or normalize_doc_no(claim.target) in gone_numbers:
                continue  # nothing of a withdrawn document is shown, its number neither
            elif claim.target in broken:
                continue  # what is wrong with a broken file is told there, once
            elif find_doc_nos(claim.target):
                unknown[doc.id].append(claim)
            else:
                near = _near(claim.target, list(documents), 1, 0.6)
                several = claim.target.replace("，", "、").replace(",", "、").split("、")
                findings.append(
                    Finding(
                        doc.path,
                        field,
                        f"找不到“{claim.target}”这份文件",
                        "R101",
                        f"几份文件写成清单：[{', '.join(part.strip() for part in several)}]。"
                        if len(several) > 1
                        else f"是不是“{near[0]}”（{documents[near[0]].title}）？"
                        if near
                        else "写对稿件编号；本站没有的文件写文号，例如 国办发〔2016〕80号。",
                    )
                )
    return (
        {name: tuple(rows) for name, rows in outgoing.items()},
        {
            name: tuple(sorted(rows, key=lambda relation: (relation.effective_date, relation.source)))
            for name, rows in incoming.items()
        },
        {name: tuple(rows) for name, rows in unknown.items()},
    )


_IN_FORCE = ValidityOn(Validity.EFFECTIVE)


def validity_on(doc: Document, incoming: Sequence[Relation], day: date) -> ValidityOn:
    """The state of `doc` on `day`; `since` is None when nothing but the author's word, or nothing at all, says so.

    `incoming` is earliest first. A repeal of the whole document counts from the day it takes effect, even before the
    document itself does; one that names articles only amends.
    """
    if not (incoming or doc.effective_date or doc.expire_date or doc.repeal_date or doc.declared_validity):
        return _IN_FORCE
    if end := first_end(doc, incoming, day):
        return end
    if doc.effective_date and day < doc.effective_date:
        return ValidityOn(Validity.PENDING, doc.written_date or doc.pub_date)
    amended = [r for r in incoming if r.effective_date <= day and amends(r) and not r.is_in_text]
    if amended:
        return ValidityOn(Validity.AMENDED, amended[-1].effective_date, amended[-1].source)
    # A word that a date of the document contradicts is no evidence.
    dated = {
        Validity.PENDING: doc.effective_date,
        Validity.EXPIRED: doc.expire_date,
        Validity.REPEALED: doc.repeal_date,
    }
    if doc.declared_validity and not dated.get(doc.declared_validity):
        return ValidityOn(doc.declared_validity)
    since = doc.effective_date or (doc.pub_date if doc.declared_validity else None)
    return ValidityOn(Validity.EFFECTIVE, since)


def first_end(doc: Document, incoming: Iterable[Relation], day: date) -> ValidityOn | None:
    """How and when `doc` ended by `day`, if it did: the earliest of repeal and expiry, a repeal first on one day."""
    ends = [
        ValidityOn(Validity.REPEALED, relation.effective_date, relation.source)
        for relation in incoming
        if relation.kind is RelationKind.REPEALS and not relation.articles
    ]
    if doc.repeal_date:
        ends.append(ValidityOn(Validity.REPEALED, doc.repeal_date))
    if doc.expire_date and doc.expire_date < date.max:
        ends.append(ValidityOn(Validity.EXPIRED, doc.expire_date + timedelta(days=1)))

    def order(end: ValidityOn) -> tuple[date, bool, bool, str]:
        return end.since or date.max, end.state is Validity.EXPIRED, end.cause is None, end.cause or ""

    return min((end for end in ends if end.since and end.since <= day), key=order, default=None)


def amends(relation: Relation) -> bool:
    """Whether it changes the target, and leaves it standing."""
    return relation.kind is RelationKind.AMENDS or (relation.kind is RelationKind.REPEALS and bool(relation.articles))


def _is_of_rules(column: Column) -> bool:
    """Whether "in force" means anything for the documents of a column."""
    return column.kind.list in (ListStyle.DOCUMENTS, ListStyle.REGULATION) and column.kind.id != "plan"


def _says_when(doc: Document, incoming: Sequence[Relation]) -> bool:
    """Whether the document, or another one, says when it is in force."""
    if any((doc.declared_validity, doc.effective_date, doc.expire_date, doc.repeal_date)):
        return True
    return any(relation.kind in (RelationKind.REPEALS, RelationKind.AMENDS) for relation in incoming)


def _near(word: str, known: Sequence[str], count: int, cutoff: float) -> list[str]:
    from difflib import get_close_matches  # needed where something is wrong only

    return get_close_matches(word, known, count, cutoff)


# ---------------------------------------------------------------- links

_EXTERNAL = re.compile(r"(https?|mailto|tel):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Resolver:
    """Finds where the references of one document lead."""

    doc: Document
    documents: Mapping[DocId, Document]
    bodies: Mapping[str, Body]
    withdrawn: Mapping[DocId, Withdrawn]
    paths: Mapping[str, DocId]
    secret: frozenset[DocId]
    secret_paths: set[str]
    awaited: frozenset[str]  # ids and paths of what is to be public, but not yet
    broken: Collection[str]  # ids and paths
    columns: Mapping[ColumnId, Column]
    site: str  # its absolute address, "" if not known

    def link(self, number: int, reference: Reference, findings: list[Finding]) -> Link:
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
        if target in self.awaited or self._beside(target) in self.awaited:
            return bad("L116", "链接指向的稿件还没有到发布日期，暂时只显示文字", "到期后链接自动生效。")
        if target.lower().endswith((".md", ".markdown")):
            path = self._beside(target)
            doc_id = self.paths.get(path, "")
            if path in self.secret_paths:
                return bad("L114", "链接指向的稿件目前不公开", "删去链接，或等那份稿件公开后再写。")
        else:
            doc_id = target if target in self.documents or target in self.withdrawn else ""
        if doc_id in self.documents:
            return self._anchored(self.documents[doc_id], fragment, bad)
        if doc_id in self.withdrawn:
            return Link(self.withdrawn[doc_id].url)
        if target in self.secret:
            return bad("L114", "链接指向的稿件目前不公开", "删去链接，或等那份稿件公开后再写。")
        if target in self.columns:
            return Link(self.columns[target].url)
        if target in self.broken or self._beside(target) in self.broken:
            return Link("")
        steps = [step for step in target.split("/") if step in self.documents]
        if steps:
            meant = f"写稿件编号就行：[…]({steps[-1]})。"
            return bad("L110", f"“{target}”不是指向稿件的写法", meant)
        if "." in PurePosixPath(target).name and not target.lower().endswith(".md"):
            return bad("L113", f"“{target}”没有列为附件", "在信息头的 附件 里列出它，文件放在稿件旁边。")
        near = _near(target, [*self.documents, *self.paths], 1, 0.6)
        return bad(
            "L110",
            f"链接“{target}”没有着落",
            f"是不是“{near[0]}”？" if near else "写稿件编号、稿件的相对路径（.md）或附件的文件名。",
        )

    def _is_of_secret_page(self, written: str) -> bool:
        """Whether an absolute address is that of a page or a file of this site that must not be there."""
        if not self.site or not self.secret or "/doc/" not in written:
            return False
        try:
            base, parts = urlsplit(self.site), urlsplit(written)
        except ValueError:
            return False
        inside = unquote(parts.path).removeprefix(f"{base.path}doc/")
        is_here = parts.netloc.casefold() == base.netloc.casefold() and inside != unquote(parts.path)
        return is_here and inside.split("/")[0] in self.secret

    def _anchored(self, doc: Document, fragment: str, bad: object) -> Link:
        own = "" if doc is self.doc else doc.url
        if not fragment:
            return Link(doc.url)
        anchors = self.bodies[doc.body.digest].anchors
        if fragment in anchors:
            return Link(own, fragment=fragment)
        near = _near(fragment, anchors, 1, 0.5)
        assert callable(bad)
        where = "本文" if doc is self.doc else f"《{doc.title}》"
        found = bad(
            "L111",
            f"{where}里没有“{fragment}”这个位置",
            f"是不是“{near[0]}”？" if near else "锚点写成“第三条”或标题的文字（不含标点）。",
        )
        assert isinstance(found, Link)
        return found

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


_OURS = frozenset(
    (
        *("catalog", "updates", "search", "pagefind", "assets", "sitemap", "api", "page"),
        *("404.html", "index.html", "robots.txt", "sitemap.xml", "redirects.nginx.conf"),
    )
)


def _old_addresses(
    tree: Tree, documents: Mapping[DocId, Document], withdrawn: Mapping[DocId, Withdrawn]
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
    for doc in documents.values():
        names = ("", *(file.file for file in (*doc.attachments, *doc.images)))
        files[doc.id.casefold()] = {name.casefold() for name in names}
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


# ---------------------------------------------------------------- updates


def _updates(
    documents: Mapping[DocId, Document],
    withdrawn: Mapping[DocId, Withdrawn],
    incoming: Mapping[DocId, tuple[Relation, ...]],
    history: History,
    as_of: date,
) -> Iterator[Update]:
    changes: dict[str, list[Change]] = defaultdict(list)
    for change in history.changes:
        changes[change.path].append(change)
    for doc in documents.values():
        yield Update(doc.pub_date, UpdateKind.PUBLISHED, doc.id)
        dates = doc.effective_date or doc.expire_date or doc.repeal_date
        if not (dates or doc.id in incoming or doc.path in changes):
            continue
        for update in _after_publication(doc, incoming.get(doc.id, ()), changes.get(doc.path, ()), as_of):
            if doc.pub_date < update.day <= as_of:
                yield update
    for gone in withdrawn.values():
        yield Update(gone.day, UpdateKind.WITHDRAWN, gone.id)


def _after_publication(
    doc: Document, incoming: Sequence[Relation], changes: Iterable[Change], as_of: date
) -> Iterator[Update]:
    end = first_end(doc, incoming, as_of)
    last = end.since if end and end.since else as_of
    if doc.effective_date and doc.effective_date <= last:
        yield Update(doc.effective_date, UpdateKind.EFFECTIVE, doc.id)
    for relation in incoming:
        if amends(relation) and relation.effective_date <= last:
            yield Update(relation.effective_date, UpdateKind.AMENDED, doc.id, relation.source)
    if end and end.since:
        kind = UpdateKind.EXPIRED if end.state is Validity.EXPIRED else UpdateKind.REPEALED
        yield Update(end.since, kind, doc.id, end.cause)
    for change in changes:
        yield Update(change.day, UpdateKind.REVISED, doc.id, None, change.kinds)


def _update_order(update: Update) -> tuple[int, str, int, str]:
    return -update.day.toordinal(), update.id, _KIND_ORDER[update.kind], update.cause or ""


_KIND_ORDER = {kind: number for number, kind in enumerate(UpdateKind)}
