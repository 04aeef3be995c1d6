"""Turn a tree, its history and a day into a catalog: columns, relations, what is in force, where links lead, updates.

Pure. Exports `Catalog`, `Update`, `build_catalog`, `newest_first`, `trail`, `below`; and of the modules below it
`ValidityOn`, `Life`, `VersionOn`, `amends`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from itertools import pairwise, takewhile
from operator import attrgetter
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from sitegen.address import page_at
from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.gongwen import article_number, find_doc_nos, normalize_doc_no
from sitegen.guessing import meant
from sitegen.mentions import names_of
from sitegen.model import (
    Body,
    Change,
    ChangeKind,
    Claim,
    Column,
    ColumnId,
    Correction,
    Disclosure,
    DocId,
    Document,
    HiddenColumn,
    History,
    Link,
    ListStyle,
    Reference,
    Relation,
    RelationKind,
    SiteConfig,
    Tree,
    UpdateKind,
    Withdrawn,
)
from sitegen.validity import IN_FORCE, Life, Text, ValidityOn, amends, first_day, lives, text_on
from sitegen.versions import VersionOn, shown_texts, texts_of_rules, versions_on

__all__ = [
    "CODES",
    "Catalog",
    "Life",
    "Update",
    "ValidityOn",
    "VersionOn",
    "amends",
    "below",
    "build_catalog",
    "listed",
    "newest_first",
    "trail",
]

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
        "R130",
        "两个文本同一天施行",
        Severity.ERROR,
        "一部规章在一天只能有一个现行文本。",
        "两份稿件都写 文本所属: kjgf-2019-01，施行日期也相同",
        "改正其中写错的施行日期；重复录入的删去一份",
    ),
    CodeInfo(
        "R131",
        "文本所属写得不对",
        Severity.ERROR,
        "“文本所属”把一份历史文本或将要施行的文本归到它的规章、文件名下。",
        "文本所属: kjgf-2019-99（没有这份稿件），或者写了另一份历史文本",
        "写规章本身的稿件编号",
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


class Update(NamedTuple):
    """One entry of 动态更新."""

    day: date
    kind: UpdateKind
    id: DocId
    cause: DocId | None = None
    changes: tuple[ChangeKind, ...] = ()
    what: str = ""  # of a 更正: what was put right


@dataclass(frozen=True, eq=False)
class Catalog:
    """Everything that may be shown on one day, looked up every way the views need."""

    config: SiteConfig
    as_of: date
    columns: Mapping[ColumnId, Column]
    documents: Mapping[DocId, Document]  # of every page, newest first; those of rules as they are on the day
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
    closed: tuple[HiddenColumn, ...]  # what the site hides
    forms: tuple[str, ...] = ()  # in which documents can be downloaded on this machine: docx, pdf
    rules: Mapping[DocId, tuple[VersionOn, ...]] = field(
        default_factory=dict
    )  # those with several texts, earliest first
    version_of: Mapping[DocId, DocId] = field(
        default_factory=dict
    )  # pages of single texts (in no list), and their rule
    sources: Mapping[DocId, Document] = field(default_factory=dict)  # as loaded, newest first: what checks look at
    lives: Mapping[DocId, Life] = field(default_factory=dict)  # of those documents of which anything is known

    @cached_property
    def entries(self) -> Mapping[DocId, Document]:
        """The documents that lists, search and counts know: all but the pages of single texts of rules."""
        if not self.version_of:
            return self.documents
        return {doc_id: doc for doc_id, doc in self.documents.items() if doc_id not in self.version_of}

    def of_sources(self) -> Catalog:
        """The catalog as the source files have it, each of which it then knows once: what checks look at."""
        if not self.rules:
            return self
        own = {version.source: version.id for versions in self.rules.values() for version in versions}
        links = {doc_id: self.links[page] for doc_id in self.sources if (page := own.get(doc_id, doc_id)) in self.links}
        validity = {doc_id: state for doc_id, state in self.validity.items() if doc_id in self.sources}
        return replace(self, documents=self.sources, links=links, validity=validity)

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
        pages = {**known, **dict(_texts_at_rules(self.rules, self.lives, known, self.as_of))}
        moved = replace(
            self,
            documents={doc_id: pages[doc_id] for doc_id in self.documents},
            sources={doc_id: known[doc_id] for doc_id in self.sources},
            bodies=bodies,
        )
        moved.__dict__["listed"] = self.listed
        return moved

    def texts_in_turn(self, rule: DocId) -> tuple[VersionOn, ...]:
        """The texts of a rule that come into force one after the other: not those that ended before their day."""
        first, *later = self.rules[rule]
        begun = {turn.cause for turn in self.lives[rule].changes if turn.kind is UpdateKind.EFFECTIVE}
        return first, *(version for version in later if version.id in begun)

    def text_shown(self, rule: DocId) -> VersionOn:
        """The text that stands at the address of a rule with several: the one in force, or the first."""
        versions = self.rules[rule]
        page = text_on([version.id for version in versions], self.lives[rule], self.as_of)
        return next(version for version in versions if version.id == page)

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
    sources = {doc.id: doc for doc in newest_first(tree.documents)}
    withdrawn = {gone.id: gone for gone in sorted(tree.withdrawn, key=lambda gone: gone.id) if gone.id not in sources}
    by_number: dict[str, list[DocId]] = defaultdict(list)
    for doc in sources.values():
        if doc.doc_no:
            by_number[normalize_doc_no(doc.doc_no)].append(doc.id)
    absent = _absent(tree, withdrawn)
    findings: list[Finding] = []
    rule_of = dict(_rules_of(sources, absent, findings))
    texts = texts_of_rules(sources, rule_of, dict(_amenders(sources, by_number)) if rule_of else {})
    outgoing, incoming, unknown = _relations(sources, by_number, absent, texts, findings)
    known = lives(sources, incoming, texts)
    rules = {rule: versions_on(of_rule, sources, known, as_of) for rule, of_rule in texts.items()}
    version_of = {version.id: rule for rule, versions in rules.items() for version in versions}
    documents = sources
    if rules:
        pages = {**sources, **dict(_texts_at_rules(rules, known, sources, as_of))}
        documents = {doc.id: doc for doc in newest_first(pages.values())}
    can_be_in_force = {name: _is_of_rules(column) for name, column in tree.columns.items()}
    validity = {}
    for doc in documents.values():
        life = known.get(doc.id, IN_FORCE)
        if life.changes or doc.declared_validity or any(map(can_be_in_force.__getitem__, doc.columns)):
            validity[doc.id] = life.on(as_of)
    findings.extend(_contradicted(sources, validity, rules))
    findings.extend(_of_one_day(sources, rules))
    paths = {doc.path: doc.id for doc in sources.values()} | {gone.path: gone.id for gone in withdrawn.values()}
    cited = _Cited(sources, documents, tree.bodies, by_number, rule_of)
    links: dict[DocId, tuple[Link, ...]] = {}
    for doc in documents.values():
        if doc.body.references:
            resolver = _Resolver(
                doc, documents, tree.bodies, withdrawn, paths, absent, tree.columns, tree.config.url, cited, texts
            )
            told = [] if doc.id in rules else findings  # of each text once: on its own page
            links[doc.id] = tuple(
                [resolver.link(number, reference, told) for number, reference in enumerate(doc.body.references)]
            )
    by_column: dict[ColumnId, list[DocId]] = {column: [] for column in tree.columns}
    entries = [doc for doc in documents.values() if doc.id not in version_of] if rules else list(documents.values())
    for doc in entries:
        for column_id in doc.columns:
            by_column[column_id].append(doc.id)
    for column in tree.columns.values():
        if column.gathers:
            wanted = {inner for root in column.gathers if root in tree.columns for inner in below(tree.columns, root)}
            by_column[column.id] = [
                doc.id for doc in entries if wanted.intersection(doc.columns) or column.id in doc.columns
            ]
    findings.extend(_old_addresses(tree, sources, documents, withdrawn, rules))
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
        updates=tuple(sorted(_updates(sources, withdrawn, known, rule_of, history, as_of), key=_update_order)),
        history_since=history.since,
        closed=tree.hidden,
        forms=tree.forms,
        rules=rules,
        version_of=version_of,
        sources=sources,
        lives=known,
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


# ---------------------------------------------------------------- relations, validity, texts of rules


class _Absent(NamedTuple):
    """What the documents may name and the site does not show, by id, path, 文号 or title."""

    secret: frozenset[str]
    secret_titles: frozenset[bytes]
    awaited: frozenset[str]  # what is to be public, but not yet
    withdrawn: frozenset[str]
    broken: frozenset[str]

    def finding(self, target: str, path: str, field: str) -> Finding | None:
        """Why the target is not there; None where nobody knows it, or nothing is to be told."""
        names = (target, normalize_doc_no(target))
        if not self.awaited.isdisjoint(names):
            return Finding(path, field, "指向的文件还没有到发布日期，暂不显示这一关系", "L116", "到期后自动显示。")
        if not self.secret.isdisjoint(names) or not self.secret_titles.isdisjoint(names_of(target, "")):
            return Finding(path, field, "指向的文件目前不公开", "R102", "删去这一关系，或等那份文件公开后再写。")
        return None

    def is_told_elsewhere(self, target: str) -> bool:
        """Whether it is withdrawn, so that not even its number is shown, or broken, of which its own file tells."""
        return target in self.broken or not self.withdrawn.isdisjoint((target, normalize_doc_no(target)))


def _amenders(
    sources: Mapping[DocId, Document], by_number: Mapping[str, Sequence[DocId]]
) -> Iterator[tuple[str, Document]]:
    """The documents that amend others, by 文号."""
    for number, ids in by_number.items():
        doc = sources[ids[0]]
        if len(ids) == 1 and any(claim.kind is RelationKind.AMENDS for claim in doc.claims):
            yield number, doc


def _absent(tree: Tree, withdrawn: Mapping[DocId, Withdrawn]) -> _Absent:
    secret = [record for record in tree.internal if record.is_withheld]
    return _Absent(
        frozenset(
            name for record in secret for name in (record.id, record.path, normalize_doc_no(record.doc_no)) if name
        ),
        frozenset(name for record in secret for name in record.names),
        frozenset(
            name
            for record in secret
            if record.disclosure is Disclosure.ACTIVE and not record.is_draft and not record.is_due and record.has_date
            for name in (record.id, record.path, normalize_doc_no(record.doc_no))
            if name
        ),
        frozenset(name for gone in withdrawn.values() for name in (gone.id, normalize_doc_no(gone.doc_no)) if name),
        frozenset(name for pair in tree.broken for name in pair),
    )


def _rules_of(
    documents: Mapping[DocId, Document], absent: _Absent, findings: list[Finding]
) -> Iterator[tuple[DocId, DocId]]:
    """The documents that are texts of a rule, each with the rule."""
    for doc in documents.values():
        if not doc.version_of:
            continue
        rule = documents.get(doc.version_of)
        if rule is not None and not rule.version_of:
            yield doc.id, rule.id
        elif finding := _without_rule(doc, rule, documents, absent):
            findings.append(finding)


def _without_rule(
    doc: Document, rule: Document | None, documents: Mapping[DocId, Document], absent: _Absent
) -> Finding | None:
    target, field = doc.version_of, "version_of"
    if rule is doc:
        return Finding(doc.path, field, "“文本所属”写的是这份稿件自己", "R131", "写规章本身的稿件编号。")
    if rule is not None:
        hint = f"写规章本身的稿件编号，是不是“{rule.version_of}”？" if rule.version_of in documents else ""
        return Finding(doc.path, field, f"“{target}”自己也只是一个文本", "R131", hint or "写规章本身的稿件编号。")
    if finding := absent.finding(target, doc.path, field):
        return finding
    if target in absent.withdrawn:
        hint = "把这份稿件也写 撤回，或者删去 文本所属。"
        return Finding(doc.path, field, f"“{target}”已经撤回，它的文本不能单独留着", "R131", hint)
    if absent.is_told_elsewhere(target):
        return None
    near = _near(target, list(documents), 0.6)
    hint = f"是不是“{near[0]}”（{documents[near[0]].title}）？" if near else "写规章本身的稿件编号。"
    return Finding(doc.path, field, f"找不到“{target}”这份稿件", "R131", hint)


def _of_one_day(documents: Mapping[DocId, Document], rules: Mapping[DocId, Sequence[VersionOn]]) -> Iterator[Finding]:
    """Texts of one rule that come into force on one day."""
    for versions in rules.values():
        for before, version in pairwise(versions):
            if before.day == version.day:
                yield Finding(
                    documents[version.source].path,
                    "effective_date",
                    f"和“{before.source}”是同一部规章的两个文本，都从 {version.day.isoformat()} 起施行",
                    "R130",
                    "改正其中写错的施行日期；重复录入的删去一份。",
                    ((documents[before.source].path, "effective_date", "同一天施行的文本"),),
                )


def _texts_at_rules(
    rules: Mapping[DocId, Sequence[VersionOn]],
    known: Mapping[DocId, Life],
    documents: Mapping[DocId, Document],
    as_of: date,
) -> Iterator[tuple[DocId, Document]]:
    """The pages of rules with several texts, and the lasting ones of their own texts."""
    for rule, versions in rules.items():
        current = text_on([version.id for version in versions], known[rule], as_of)
        for doc in shown_texts(versions, current, documents):
            yield doc.id, doc


def _contradicted(
    documents: Mapping[DocId, Document],
    validity: Mapping[DocId, ValidityOn],
    rules: Mapping[DocId, Sequence[VersionOn]],
) -> Iterator[Finding]:
    """Declared states that dates and relations contradict."""
    for doc in documents.values():
        if not doc.declared_validity:
            continue
        state = validity[doc.id]
        own = [version.state.state for version in rules.get(doc.id, ()) if version.source == doc.id]
        if state.since and doc.declared_validity not in (state.state, *own):
            why = f"，{state.reason}" if state.reason else ""
            yield Finding(
                doc.path,
                "validity",
                f"写的是“{doc.declared_validity}”，而按日期和关系算出来是“{state.state}”"
                f"（自 {state.since.isoformat()}{why}）",
                "R103",
                "删去“有效性”这一行；确有不同，改正日期或关系。",
            )


def _relations(
    documents: Mapping[DocId, Document],
    by_number: Mapping[str, Sequence[DocId]],
    absent: _Absent,
    rules: Mapping[DocId, Sequence[Text]],
    findings: list[Finding],
) -> tuple[
    Mapping[DocId, tuple[Relation, ...]], Mapping[DocId, tuple[Relation, ...]], Mapping[DocId, tuple[Claim, ...]]
]:
    rule_of = {text.source: rule for rule, texts in rules.items() for text in texts}
    begins = {text.source: text.day for texts in rules.values() for text in texts}
    outgoing: dict[DocId, list[Relation]] = defaultdict(list)
    incoming: dict[DocId, list[Relation]] = defaultdict(list)
    unknown: dict[DocId, list[Claim]] = defaultdict(list)

    def has_in_text(target: DocId, number: str) -> bool:
        sources = [text.source for text in rules[rule_of[target]]] if target in rule_of else [target]
        revisions = (revision.doc_no for source in sources for revision in documents[source].revisions)
        return bool(number) and normalize_doc_no(number) in [normalize_doc_no(known) for known in revisions if known]

    @cache
    def titled() -> Mapping[str, list[DocId]]:
        found: dict[str, list[DocId]] = defaultdict(list)
        for doc in documents.values():
            if rule_of.get(doc.id, doc.id) not in found[doc.title]:
                found[doc.title].append(rule_of.get(doc.id, doc.id))
        return found

    for doc in documents.values():
        for i, revision in enumerate(doc.revisions):
            if revision.doc_no and normalize_doc_no(revision.doc_no) in absent.secret:
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
            if len(matches) > 1 and len(of_rules := {rule_of.get(match, match) for match in matches}) == 1:
                matches = [*of_rules]  # texts of one rule share its number
            if not matches and _TITLE.fullmatch(claim.target):
                matches = titled().get(claim.target[1:-1], [])
            target = claim.target if claim.target in documents else matches[0] if matches else ""
            if target != claim.target and len(matches) > 1:
                findings.append(
                    Finding(
                        doc.path,
                        field,
                        f"有 {len(matches)} 份文件的{'标题' if _TITLE.fullmatch(claim.target) else '文号'}"
                        f"都是“{claim.target}”，不知道指哪一份",
                        "R105",
                        "改写稿件编号，可选：" + "、".join(matches) + "。",
                    )
                )
            elif target == doc.id:
                findings.append(Finding(doc.path, field, f"“{claim.kind}”指向了文件自己", "R104", "改正或删去。"))
            elif target and claim.kind in _CHANGING and target in rule_of and rule_of[target] == rule_of.get(doc.id):
                continue  # one text of a rule takes the place of another: their days say so
            elif target:
                day = claim.day or first_day(doc)
                if target in rule_of and claim.kind in _CHANGING and begins[target] <= day:
                    target = rule_of[target]  # the rule is meant, unless this text is yet to come
                is_in_text = has_in_text(target, doc.doc_no)
                relation = Relation(claim.kind, doc.id, target, day, claim.articles, is_in_text)
                outgoing[doc.id].append(relation)
                incoming[target].append(relation)
            elif finding := absent.finding(claim.target, doc.path, field):
                findings.append(finding)
            elif absent.is_told_elsewhere(claim.target):
                continue
            elif find_doc_nos(claim.target) or _TITLE.fullmatch(claim.target):
                unknown[doc.id].append(claim)
            else:
                near = titled().get(claim.target, [])[:1] or _near(claim.target, list(documents), 0.6)
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
                        else "写对稿件编号；本站没有的文件写文号，例如 国办发〔2016〕80号；没有文号的写《标题》。",
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


_CHANGING = (RelationKind.REPEALS, RelationKind.AMENDS)
_TITLE = re.compile("《.+》")


def _is_of_rules(column: Column) -> bool:
    """Whether "in force" means anything for the documents of a column."""
    return column.kind.list in (ListStyle.DOCUMENTS, ListStyle.REGULATION) and column.kind.id != "plan"


def _near(word: str, known: Sequence[str], cutoff: float) -> list[str]:
    near = meant(word, known, cutoff)
    return [near] if near else []


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
    absent: _Absent
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
        if not self.absent.awaited.isdisjoint((target, self._beside(target))):
            return bad("L116", "链接指向的稿件还没有到发布日期，暂时只显示文字", "到期后链接自动生效。")
        if target.lower().endswith((".md", ".markdown")):
            path = self._beside(target)
            doc_id = self.paths.get(path, "")
            if path in self.absent.secret:
                return bad("L114", "链接指向的稿件目前不公开", "删去链接，或等那份稿件公开后再写。")
        else:
            doc_id = target if target in self.documents or target in self.withdrawn else ""
        if doc_id in self.documents:
            return self._anchored(self.documents[doc_id], fragment, bad)
        if doc_id in self.withdrawn:
            return Link(self.withdrawn[doc_id].url)
        if target in self.absent.secret:
            return bad("L114", "链接指向的稿件目前不公开", "删去链接，或等那份稿件公开后再写。")
        if target in self.columns:
            return Link(self.columns[target].url)
        if not self.absent.broken.isdisjoint((target, self._beside(target))):
            return Link("")
        steps = [step for step in target.split("/") if step in self.documents]
        if steps:
            meant = f"写稿件编号就行：[…]({steps[-1]})。"
            return bad("L110", f"“{target}”不是指向稿件的写法", meant)
        if "." in PurePosixPath(target).name and not target.lower().endswith(".md"):
            return bad("L113", f"“{target}”没有列为附件", "在信息头的 附件 里列出它，文件放在稿件旁边。")
        near = _near(target, [*self.documents, *self.paths], 0.6)
        return bad(
            "L110",
            f"链接“{target}”没有着落",
            f"是不是“{near[0]}”？" if near else "写稿件编号、稿件的相对路径（.md）或附件的文件名。",
        )

    def _is_of_secret_page(self, written: str) -> bool:
        """Whether an absolute address is that of a page or a file of this site that must not be there."""
        if not self.site or not self.absent.secret or "/doc/" not in written:
            return False
        try:
            base, parts = urlsplit(self.site), urlsplit(written)
        except ValueError:
            return False
        inside = unquote(parts.path).removeprefix(f"{base.path}doc/")
        is_here = parts.netloc.casefold() == base.netloc.casefold() and inside != unquote(parts.path)
        return is_here and inside.split("/")[0] in self.absent.secret

    def _anchored(self, doc: Document, fragment: str, bad: object) -> Link:
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
        near = _near(fragment, anchors, 0.5)
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
        texts = [self.sources[doc_id], *(self.sources[text] for text, rule in self.rule_of.items() if rule == doc_id)]
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


_OURS = frozenset(
    (
        *("catalog", "updates", "search", "pagefind", "assets", "sitemap", "api", "page"),
        *("404.html", "index.html", "robots.txt", "sitemap.xml", "redirects.nginx.conf"),
    )
)


def _old_addresses(
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


# ---------------------------------------------------------------- updates


def _updates(
    documents: Mapping[DocId, Document],
    withdrawn: Mapping[DocId, Withdrawn],
    known: Mapping[DocId, Life],
    rule_of: Mapping[DocId, DocId],
    history: History,
    as_of: date,
) -> Iterator[Update]:
    changes: dict[str, list[Change]] = defaultdict(list)
    for change in history.changes:
        changes[change.path].append(change)
    for doc in documents.values():
        yield Update(doc.pub_date, UpdateKind.PUBLISHED, doc.id)
        for correction in doc.corrections:
            if doc.pub_date <= correction.day <= as_of:
                yield Update(correction.day, UpdateKind.CORRECTED, doc.id, what=_corrected(correction))
        for change in changes.get(doc.path, ()):
            if doc.pub_date < change.day <= as_of:
                yield Update(change.day, UpdateKind.REVISED, doc.id, None, change.kinds)
        if doc.id not in rule_of:  # what happens to a text is told of its rule
            for turn in known.get(doc.id, IN_FORCE).changes:
                if doc.pub_date < turn.day <= as_of:
                    yield Update(turn.day, turn.kind, doc.id, turn.cause)
    for gone in withdrawn.values():
        yield Update(gone.day, UpdateKind.WITHDRAWN, gone.id)


def _corrected(correction: Correction) -> str:
    """What was put right, in one line."""
    if correction.was and correction.now:
        return f"“{correction.was}”更正为“{correction.now}”"
    return correction.note or f"更正为“{correction.now}”"


def _update_order(update: Update) -> tuple[int, str, int, str]:
    return -update.day.toordinal(), update.id, _KIND_ORDER[update.kind], update.cause or ""


_KIND_ORDER = {kind: number for number, kind in enumerate(UpdateKind)}
