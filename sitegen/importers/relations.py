"""Texts into drafts with the relations that their words show: versions, 废止, 修改, 历次修改, each with its evidence.

Exports `Related`, `relate`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import NamedTuple

from sitegen.importers.blocks import squeeze
from sitegen.importers.clauses import Event, Named, amended, repealed
from sitegen.importers.draft import Draft, Entry, FieldValue, Note, NoteKind
from sitegen.importers.evidence import DATE, REPEAL_NOTE, read_date
from sitegen.importers.versions import Finding, Periods, Text, Versions, find_versions, is_part, title_key, unsure


class Related(NamedTuple):
    """The drafts in the order given, with what was found.

    `told` are the ids of those whose state follows from days and relations; `names` leads from a title (`title_key`) to
    the ids of the documents of that title, of a rule with several texts to the rule alone.
    """

    drafts: tuple[Draft, ...]
    told: frozenset[str]
    names: Mapping[str, tuple[str, ...]]


def relate(texts: Sequence[Text], periods: Periods) -> Related:
    """Make the texts of one title and maker one rule, and clauses that repeal or amend into relations.

    Every field that is written here has a note with its evidence; what is not certain has a note only.
    """
    known = _know(texts, find_versions(texts, periods))
    amendments = tuple(_amendments(known))
    repeals = tuple(_repeals(known))
    findings = (*known.versions.findings, *amendments, *repeals, *_revisions(known, _orders(known, amendments)))
    of: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        of[finding.id].append(finding)
    ended = {value for finding in repeals if isinstance(finding.value, tuple) for value in finding.value}
    told = {name for rule in known.members.keys() & set(map(_whole, ended)) for name in known.members[rule]}
    told |= {name for name, rule in known.versions.rule_of.items() if name != rule}
    drafts = tuple(_filled(text.draft, of[text.id]) for text in texts)
    return Related(drafts, frozenset(told), known.names)


def _whole(claim: str | Entry) -> str:
    """The document that a relation is about, if it is about all of it."""
    if isinstance(claim, str):
        return claim
    parts = dict(claim.parts)
    return "" if "articles" in parts else str(parts["doc"])


def _filled(draft: Draft, findings: Sequence[Finding]) -> Draft:
    """The draft with what was found; a clause that repeals is told again by what was found of it."""
    fields: dict[str, FieldValue] = dict(draft.fields)
    for finding in findings:
        before = fields.get(finding.field, ())
        if isinstance(finding.value, tuple) and isinstance(before, tuple):
            fields[finding.field] = tuple(dict.fromkeys((*before, *finding.value)))
        elif finding.field:
            fields[finding.field] = finding.value
    notes = [note for note in draft.notes if note.what != REPEAL_NOTE]
    notes += dict.fromkeys(finding.note for finding in findings)
    return replace(draft, fields=tuple(fields.items()), notes=tuple(notes))


# ---------------------------------------------------------------- who is meant

_ISSUING = re.compile(r"印发[《〈<](.+)[》〉>]的通知$")


@dataclass(frozen=True, slots=True)
class _Known:
    """The texts, and what they can be called by."""

    texts: Mapping[str, Text]
    versions: Versions
    members: Mapping[str, tuple[str, ...]]  # id of a document: ids of its texts
    names: Mapping[str, tuple[str, ...]]

    def rule(self, name: str) -> str:
        """The document that a text belongs to."""
        return self.versions.rule_of.get(name, name)

    def originals(self) -> Iterator[Text]:
        """All texts that are no copies, the main text of each document first."""
        ids = sorted(self.texts, key=lambda name: (self.rule(name) != name, name))
        return (self.texts[name] for name in ids if name not in self.versions.copies)

    def called(self, title: str) -> str:
        """The one document of that title, or ""."""
        found = self.names.get(title_key(title), ())
        return found[0] if len(found) == 1 else ""

    def first(self, text: Text) -> str:
        """The first day of a text."""
        return self.versions.first.get(text.id, "") or text.draft.get("effective_date") or text.written

    def days(self, rule: str) -> set[str]:
        """All days by which the texts of a document are known."""
        drafts = [self.texts[name].draft for name in self.members[rule]]
        given = {draft.get(name)[:10] for draft in drafts for name in ("pub_date", "written_date", "effective_date")}
        captions = (read_date(found[0]) for draft in drafts for found in re.finditer(DATE, draft.get("caption")))
        return {*given, *(day.isoformat() for day in captions if day)} - {""}

    def numbers(self, rule: str) -> set[str]:
        """The 文号 of the texts of a document."""
        return {self.texts[name].draft.get("doc_no") for name in self.members[rule]} - {""}


def _know(texts: Sequence[Text], versions: Versions) -> _Known:
    members: dict[str, list[str]] = defaultdict(list)
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for text in texts:
        if text.id not in versions.copies:
            rule = versions.rule_of.get(text.id, text.id)
            members[rule].append(text.id)
            issued = _ISSUING.search(squeeze(text.title))
            for key in (text.key, title_key(issued[1]) if issued else text.key):
                names[key].setdefault(rule)
    return _Known(
        {text.id: text for text in texts},
        versions,
        {rule: tuple(ids) for rule, ids in members.items()},
        {key: tuple(ids) for key, ids in names.items()},
    )


# ---------------------------------------------------------------- 修改


def _amendments(known: _Known) -> Iterator[Finding]:
    """What decisions and 修正案 amend, unless the text of it that is here has the change already."""
    for text in known.originals():
        for title in amended(text.title):
            target = known.called(title)
            if not target or target == known.rule(text.id):
                yield unsure(text, "题目说修改了另一份文件，这里没有那一份；请填写“修改”关系", title)
            elif _is_held(known, text, target) and not _order_of(known, text, target):
                what = "题目说修改了另一份文件，那一份已是修改以后的文本，没有写成关系"
                yield unsure(text, what, f"{title}（{target}）")
            else:
                note = Note(NoteKind.LINKED, "写成了“修改”关系", f"{target}；依据题目：{text.title}")
                yield Finding(text.id, note, "amends", (target,))


def _is_held(known: _Known, text: Text, target: str) -> bool:
    return any(known.texts[member].written >= text.written for member in known.members[target])


def _order_of(known: _Known, text: Text, target: str) -> str:
    """The 文号 of a decision of whose day the 题注 of the target tells a change."""
    changes = {event.day.isoformat() for name in known.members[target] for event in known.texts[name].events}
    return text.draft.get("doc_no") if text.written in changes else ""


def _orders(known: _Known, amendments: Sequence[Finding]) -> dict[tuple[str, date], str]:
    """The 文号 of the decision that changed a document on a day."""
    found: dict[tuple[str, date], str] = {}
    for finding in amendments:
        text = known.texts[finding.id]
        for target in finding.value if finding.field == "amends" else ():
            number = _order_of(known, text, str(target))
            if number:
                found[str(target), date.fromisoformat(text.written)] = number
    return found


# ---------------------------------------------------------------- 废止


def _repeals(known: _Known) -> Iterator[Finding]:
    """What is plainly repealed, as relations of the main text of a rule if that has the clause too."""
    parts = _parts(known)
    done: set[tuple[str, str]] = set()
    for text in known.originals():
        is_decision = re.search("废止|清理", text.title) is not None
        for clause in _clauses(text):
            doubts = []
            documents = repealed(clause, is_decision=is_decision)
            for named in documents:
                claim, why = _claim(known, text, named)
                if text.id in parts:
                    doubts.append(f"《{named.title}》（这份是 {parts[text.id]} 的一部分）")
                elif claim is None:
                    doubts.append(f"《{named.title}》（{why}）")
                elif (known.rule(text.id), str(claim)) in done:
                    what = "同样的废止条款，关系写在同一份文件的另一个文本里"
                    yield Finding(text.id, Note(NoteKind.LINKED, what, clause))
                else:
                    done.add((known.rule(text.id), str(claim)))
                    note = Note(NoteKind.LINKED, "写成了“废止”关系", f"《{named.title}》→ {claim}；依据：{clause}")
                    yield Finding(text.id, note, "repeals", (claim,))
            if doubts or not documents:
                yield unsure(
                    text, REPEAL_NOTE, "".join(f"{doubt}、" for doubt in doubts)[:-1] + "：" * bool(doubts) + clause
                )
    for name in sorted(known.versions.copies):
        for clause in _clauses(known.texts[name]):
            yield unsure(known.texts[name], REPEAL_NOTE, clause)


def _clauses(text: Text) -> tuple[str, ...]:
    return tuple(note.detail for note in text.draft.notes if note.what == REPEAL_NOTE)


def _parts(known: _Known) -> dict[str, str]:
    """The texts that are a part of another one (分册), of those that have the same clause."""
    by_clause: dict[str, list[Text]] = defaultdict(list)
    for text in known.originals():
        for clause in _clauses(text):
            by_clause[squeeze(clause)].append(text)
    found: dict[str, str] = {}
    for texts in by_clause.values():
        for pair in combinations(texts, 2):
            small, large = sorted(pair, key=lambda text: (len(text.draft.body), text.id))
            if known.rule(small.id) != known.rule(large.id) and is_part(small, large):
                found[small.id] = large.id
    return found


def _claim(known: _Known, text: Text, named: Named) -> tuple[str | Entry | None, str]:
    """The relation to what a clause names, or none and the reason."""
    begins = _repeals_from(known, text)
    target, why = _target(known, text, named, begins)
    if not target and named.doc_no not in ("", text.draft.get("doc_no")):
        target = named.doc_no
    if not target:
        return None, why
    parts: list[tuple[str, str | tuple[str, ...]]] = [("doc", target)]
    if begins < known.first(text):
        parts.append(("date", begins))
    if named.articles:
        parts.append(("articles", named.articles))
    return (Entry(tuple(parts)) if len(parts) > 1 else target), ""


def _target(known: _Known, text: Text, named: Named, begins: str) -> tuple[str, str]:
    """The document that is named, or "" and why it is none of those here."""
    target = known.called(named.title)
    days = {day.isoformat() for day in named.days}
    if not target:
        return "", "这里没有这份文件"
    if target == known.rule(text.id):
        return "", "题目与这份文件相同，是它以前的文本"
    if days:
        return (target, "") if days & known.days(target) else ("", f"{target} 题目相同，日期对不上")
    if named.doc_no and known.numbers(target):
        return (target, "") if named.doc_no in known.numbers(target) else ("", f"{target} 题目相同，文号不同")
    return (target, "") if min(known.days(target), default="9") < begins else ("", f"{target} 题目相同，时间在后")


def _repeals_from(known: _Known, text: Text) -> str:
    """The day from which the clauses of a text count: an amended text repeals what its first version repealed."""
    days = [known.first(text), *(event.day.isoformat() for event in text.events)]
    return text.clause or min(filter(None, days), default="")


# ---------------------------------------------------------------- 历次修改


def _revisions(known: _Known, orders: Mapping[tuple[str, date], str]) -> Iterator[Finding]:
    """历次修改 of each text whose 题注 tells of changes."""
    for text in known.texts.values():
        if any(event.is_change for event in text.events):
            rule = known.rule(text.id)
            told = sorted(event._replace(doc_no=orders.get((rule, event.day), event.doc_no)) for event in text.events)
            entries = tuple(map(_revision, told))
            yield Finding(
                text.id, Note(NoteKind.GUESSED, "历次修改取自题注", "；".join(map(str, entries))), "revisions", entries
            )


def _revision(event: Event) -> Entry:
    number = (("doc_no", event.doc_no),) if event.doc_no else ()
    return Entry((("date", event.day.isoformat()), *number, ("kind", event.kind)))
