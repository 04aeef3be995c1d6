"""Turn a tree, its history and a day into a catalog: columns, relations, what is in force, where links lead, updates.

Pure. Exports `Catalog`, `Update`, `build_catalog`, `newest_first`, `trail`, `below`; and of the modules below it
`ValidityOn`, `Life`, `VersionOn`, `amends`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from sitegen import absence, linking, relating
from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.gongwen import normalize_doc_no
from sitegen.model import (
    Body,
    Change,
    ChangeKind,
    Claim,
    Column,
    ColumnId,
    Correction,
    DocId,
    Document,
    HiddenColumn,
    History,
    Link,
    ListStyle,
    Relation,
    SiteConfig,
    Tree,
    UpdateKind,
    Withdrawn,
)
from sitegen.validity import IN_FORCE, Life, ValidityOn, amends, lives, text_on
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
    *absence.CODES,
    *relating.CODES,
    *linking.CODES,
    CodeInfo(
        "R103",
        "有效性与日期、关系矛盾",
        Severity.ERROR,
        "有效性由施行、失效、废止日期和废止关系算出，手写的不能与之矛盾。",
        "有效性: 现行有效，而有效期至已过",
        "删去 有效性，或改正日期",
    ),
    CodeInfo(
        "R130",
        "两个文本同一天施行",
        Severity.ERROR,
        "一部规章在一天只能有一个现行文本。",
        "两份稿件都写 文本所属: kjgf-2019-01，施行日期也相同",
        "改正其中写错的施行日期；重复录入的删去一份",
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
    absent = absence.absent_of(tree, withdrawn)
    findings: list[Finding] = []
    rule_of = dict(relating.rules_of(sources, absent, findings))
    texts = texts_of_rules(sources, rule_of, dict(relating.amenders(sources, by_number)) if rule_of else {})
    outgoing, incoming, unknown = relating.relate(sources, by_number, absent, texts, findings)
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
    links = linking.find_links(tree, sources, documents, withdrawn, by_number, rule_of, texts, absent, findings)
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
    findings.extend(linking.check_old_addresses(tree, sources, documents, withdrawn, rules))
    catalog = Catalog(
        config=tree.config,
        as_of=as_of,
        columns=tree.columns,
        documents=documents,
        bodies=tree.bodies,
        withdrawn={doc_id: gone._replace(doc_no="", names=()) for doc_id, gone in withdrawn.items()},
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


# ---------------------------------------------------------------- validity, texts of rules


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


def _is_of_rules(column: Column) -> bool:
    """Whether "in force" means anything for the documents of a column."""
    return column.kind.list in (ListStyle.DOCUMENTS, ListStyle.REGULATION) and column.kind.id != "plan"


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
    since = {doc.id: doc.pub_date for doc in documents.values() if doc.id not in rule_of}
    for text, rule in rule_of.items():
        since[rule] = min(since[rule], documents[text].pub_date)  # a rule is public since its first text is
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
                if since[doc.id] < turn.day <= as_of:
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
