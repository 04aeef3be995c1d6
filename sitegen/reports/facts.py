"""Turn a checked site into the facts of a 体检报告: everything it says, already counted, sorted and put into words.

Nothing of a withheld document is in it but how many there are in each column: no title, no file name, no message.

Exports `Report`, `report_of`, `overdue_columns`, and the values it is made of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import urlsplit

from sitegen.catalog import Catalog
from sitegen.checks.freshness import days_left, veto_counts
from sitegen.diagnostics import CodeInfo, Diagnostic, Severity
from sitegen.model import Disclosure, Document, HiddenColumn, Internal, RelationKind, Tree
from sitegen.reports.coverage import Indicator, indicators
from sitegen.reports.places import NOBODY, Places, discreet, places_of
from sitegen.reports.scoring import Score, score_of
from sitegen.reports.text import office_order

FIRST_PERSON = "负责人解读"
PLAIN_FORM = "文字解读"


class Entry(NamedTuple):
    """A diagnostic as a report tells it."""

    severity: Severity
    code: str
    name: str  # of the code
    message: str
    hint: str
    place: str  # path and line; "" for what may not be named
    title: str
    column: str
    office: str


class ColumnLine(NamedTuple):
    """How fresh a column is."""

    id: str
    name: str
    office: str
    documents: int
    newest: date | None
    limit: str  # what it is measured by, with its source; "" if by nothing
    days_left: int | None  # negative: overdue by so many

    @property
    def is_overdue(self) -> bool:
        """Whether something should have been published."""
        return self.days_left is not None and self.days_left < 0


class OfficeLine(NamedTuple):
    """What an office answers for."""

    name: str
    documents: int
    errors: int
    warnings: int
    infos: int
    overdue: tuple[str, ...]  # names of columns
    entries: tuple[Entry, ...]


class InterpretationYear(NamedTuple):
    """政策解读 of the documents that were published in one year."""

    year: int
    documents: int  # 规章 and 行政规范性文件
    interpreted: int
    in_other_forms: int  # of those interpreted: with something else than plain text
    interpretations: int
    forms: tuple[tuple[str, int], ...]
    first_person: int


class Exemption(NamedTuple):
    """A finding that is let pass (豁免)."""

    place: str
    title: str
    office: str
    code: str
    name: str
    reason: str
    until: date | None


class WithheldLine(NamedTuple):
    """How many documents of a column are not shown, and why."""

    column: str
    on_request: int
    withheld: int
    drafts: int
    awaited: int


class Domain(NamedTuple):
    """Where links lead outside."""

    name: str
    links: int
    documents: int
    kind: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a 体检报告 says."""

    agency: str
    site_name: str
    day: date
    documents: int
    withdrawn: int
    errors: int
    warnings: int
    infos: int
    score: Score
    columns: tuple[ColumnLine, ...]
    hidden: tuple[HiddenColumn, ...]
    offices: tuple[OfficeLine, ...]
    interpretation: tuple[InterpretationYear, ...]
    exemptions: tuple[Exemption, ...]
    withheld: tuple[WithheldLine, ...]
    domains: tuple[Domain, ...]
    indicators: tuple[Indicator, ...]
    pages: str = ""  # which web pages were looked at, in a sentence

    @property
    def overdue(self) -> int:
        """How many columns are overdue."""
        return sum(line.is_overdue for line in self.columns)


def report_of(
    diagnostics: Sequence[Diagnostic],
    catalog: Catalog,
    tree: Tree,
    codes: Mapping[str, CodeInfo],
    label: str,
    pages: str = "",
) -> Report:
    """The report of a checked site, whose files are named below `label`; `pages` says which pages were looked at."""
    places = places_of(catalog, tree, label)
    known = indicators()
    return Report(
        agency=catalog.config.agency,
        site_name=catalog.config.site_name,
        day=catalog.as_of,
        documents=len(catalog.entries),
        withdrawn=len(catalog.withdrawn),
        errors=_count(diagnostics, Severity.ERROR),
        warnings=_count(diagnostics, Severity.WARNING),
        infos=_count(diagnostics, Severity.INFO),
        score=score_of(diagnostics, known, veto_counts(catalog, tree.checking)),
        columns=tuple(_columns(catalog, tree)),
        hidden=tree.hidden,
        offices=tuple(_offices(diagnostics, overdue_columns(catalog, tree), catalog, places, codes)),
        interpretation=tuple(_interpretation(catalog)),
        exemptions=tuple(_exemptions(tree, places, codes)),
        withheld=tuple(_withheld(tree, places)),
        domains=tuple(_domains(catalog, tree.checking.domains)),
        indicators=known,
        pages=pages,
    )


def _count(diagnostics: Iterable[Diagnostic], severity: Severity) -> int:
    return sum(d.severity is severity for d in diagnostics)


# ---------------------------------------------------------------- offices


def _offices(
    diagnostics: Sequence[Diagnostic],
    overdue: Mapping[str, tuple[str, ...]],
    catalog: Catalog,
    places: Places,
    codes: Mapping[str, CodeInfo],
) -> Iterator[OfficeLine]:
    found: dict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in diagnostics:
        found[places.of(diagnostic.span.path).office].append(diagnostic)
    documents = Counter(places.of(f"{places.label}/{doc.path}").office for doc in catalog.entries.values())
    names = {*found, *documents, *overdue}
    for name in sorted(names, key=lambda name: office_order(name, found[name])):
        mine = sorted(found[name], key=lambda d: (_WEIGHT[d.severity], d.span, d.code))
        yield OfficeLine(
            name,
            documents[name],
            _count(mine, Severity.ERROR),
            _count(mine, Severity.WARNING),
            _count(mine, Severity.INFO),
            overdue.get(name, ()),
            tuple(_entry(d, places, codes) for d in mine),
        )


_WEIGHT = {severity: number for number, severity in enumerate(Severity)}


def _entry(d: Diagnostic, places: Places, codes: Mapping[str, CodeInfo]) -> Entry:
    place, info = places.of(d.span.path), codes.get(d.code)
    name = info.title if info else ""
    if place.is_secret:
        return Entry(d.severity, d.code, name, "", "", "", "", place.column, place.office)
    where = f"{d.span.path}:{d.span.line}"
    message, hint = (places.without_secrets(discreet(text)) for text in (d.message, d.hint))
    return Entry(d.severity, d.code, name, message, hint, where, place.title, place.column, place.office)


# ---------------------------------------------------------------- interpretation


def _interpretation(catalog: Catalog) -> Iterator[InterpretationYear]:
    """Newest year first; a document counts in the year of its 发布日期, an interpretation in that of its own."""
    documents: dict[int, list[Document]] = defaultdict(list)
    interpretations: dict[int, list[Document]] = defaultdict(list)
    for doc in catalog.entries.values():
        kinds = {catalog.columns[name].kind.id for name in doc.columns}
        if kinds & {"regulation", "normative"}:
            documents[doc.pub_date.year].append(doc)
        if "interpretation" in kinds:
            interpretations[doc.pub_date.year].append(doc)
    for year in sorted({*documents, *interpretations}, reverse=True):
        forms = {doc.id: _interpreted_in(doc, catalog) for doc in documents[year]}
        own = Counter(_form(doc) for doc in interpretations[year])
        yield InterpretationYear(
            year,
            len(documents[year]),
            sum(found is not None for found in forms.values()),
            sum(bool(found and found - {PLAIN_FORM, ""}) for found in forms.values()),
            len(interpretations[year]),
            tuple(sorted(((name or "未写形式", count) for name, count in own.items()), key=lambda f: (-f[1], f[0]))),
            own[FIRST_PERSON],
        )


def _interpreted_in(doc: Document, catalog: Catalog) -> set[str] | None:
    """The forms in which the document is interpreted; None if it is not."""
    ids = {doc.id: None, **dict.fromkeys(text.source for text in catalog.rules.get(doc.id, ()))}
    sources = [r.source for name in ids for r in catalog.incoming.get(name, ()) if r.kind is RelationKind.INTERPRETS]
    return {_form(catalog.documents[source]) for source in sources} if sources else None


def _form(doc: Document) -> str:
    return next((entry.value for entry in doc.extra if entry.id == "interpret_form"), "")


# ---------------------------------------------------------------- what is let pass, what is not shown, where links lead


def _exemptions(tree: Tree, places: Places, codes: Mapping[str, CodeInfo]) -> Iterator[Exemption]:
    for record in sorted(tree.internal, key=lambda record: record.path):
        path = f"{places.label}/{record.path}"
        place = places.of(path)
        for code, reason, until in record.exempt:
            name = codes[code].title if code in codes else ""
            if place.is_secret:
                yield Exemption("", "", place.office, code, name, "（不公开的稿件，理由不列出）", until)
            else:
                yield Exemption(path, place.title, place.office, code, name, reason, until)


def _withheld(tree: Tree, places: Places) -> Iterator[WithheldLine]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for record in tree.internal:
        if record.is_withheld:
            found[places.of(f"{places.label}/{record.path}").column or "（没有写栏目）"][_why(record)] += 1
    order = {column.name: number for number, column in enumerate(tree.columns.values())}
    for name in sorted(found, key=lambda name: (order.get(name, len(order)), name)):
        count = found[name]
        yield WithheldLine(name, count["request"], count["withheld"], count["draft"], count["awaited"])


def _why(record: Internal) -> str:
    if record.is_draft:
        return "draft"
    if record.disclosure is Disclosure.ON_REQUEST:
        return "request"
    return "withheld" if record.disclosure is Disclosure.WITHHELD else "awaited"


def _domains(catalog: Catalog, allowed: Sequence[str]) -> Iterator[Domain]:
    links: Counter[str] = Counter()
    documents: dict[str, set[str]] = defaultdict(set)
    for doc_id, found in catalog.links.items():
        if doc_id in catalog.version_of:
            continue
        for link in found:
            host = (urlsplit(link.url).hostname or "") if link.is_external else ""
            if host:
                links[host] += 1
                documents[host].add(doc_id)
    for host, count in sorted(links.items(), key=lambda entry: (-entry[1], entry[0])):
        yield Domain(host, count, len(documents[host]), _kind_of(host, catalog.config.domain, allowed))


def _kind_of(host: str, own: str, allowed: Sequence[str]) -> str:
    if own and _is_below(host, own):
        return "本站域名"
    if _is_below(host, "gov.cn"):
        return "政府网站"
    return "本站白名单" if any(_is_below(host, name) for name in allowed) else "其他网站"


def _is_below(host: str, name: str) -> bool:
    return host == name or host.endswith(f".{name}")


# ---------------------------------------------------------------- columns


def overdue_columns(catalog: Catalog, tree: Tree) -> Mapping[str, tuple[str, ...]]:
    """The names of the columns that are overdue, by the office that answers for them."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _columns(catalog, tree):
        if line.is_overdue:
            found[line.office] = (*found.get(line.office, ()), line.name)
    return found


def _columns(catalog: Catalog, tree: Tree) -> Iterator[ColumnLine]:
    """The columns that hold documents themselves, and those above them that something is asked of."""
    for age in days_left(catalog, tree.checking):
        column = catalog.columns[age.column]
        if not column.children or age.timer:
            yield ColumnLine(
                age.column,
                age.name + ("（含下级）" if column.children else ""),
                age.office or NOBODY,
                age.documents,
                age.newest,
                f"{age.timer.label}（{age.timer.basis}）" if age.timer else "",
                age.days_left,
            )
