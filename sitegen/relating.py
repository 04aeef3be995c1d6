"""Turn what documents claim of each other into relations between them, and texts into texts of their rules.

Exports `rules_of`, `amenders`, `relate`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from sitegen.absence import Absent
from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.gongwen import find_doc_nos, normalize_doc_no
from sitegen.guessing import meant
from sitegen.model import Claim, DocId, Document, Relation, RelationKind
from sitegen.validity import Text, first_day

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
        "R131",
        "文本所属写得不对",
        Severity.ERROR,
        "“文本所属”把一份历史文本或将要施行的文本归到它的规章、文件名下。",
        "文本所属: kjgf-2019-99（没有这份稿件），或者写了另一份历史文本",
        "写规章本身的稿件编号",
    ),
)


def rules_of(
    documents: Mapping[DocId, Document], absent: Absent, findings: list[Finding]
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
    doc: Document, rule: Document | None, documents: Mapping[DocId, Document], absent: Absent
) -> Finding | None:
    target, field = doc.version_of, "version_of"
    if rule is doc:
        return Finding(doc.path, field, "“文本所属”写的是这份稿件自己", "R131", "写规章本身的稿件编号。")
    if rule is not None:
        hint = f"写规章本身的稿件编号，是不是“{rule.version_of}”？" if rule.version_of in documents else ""
        return Finding(doc.path, field, f"“{target}”自己也只是一个文本", "R131", hint or "写规章本身的稿件编号。")
    if finding := absent.finding(target, doc.path, field):
        return finding
    if target in absent.withdrawn.plain:
        hint = "把这份稿件也写 撤回，或者删去 文本所属。"
        return Finding(doc.path, field, f"“{target}”已经撤回，它的文本不能单独留着", "R131", hint)
    if absent.is_told_elsewhere(target):
        return None
    near = meant(target, documents)
    hint = f"是不是“{near}”（{documents[near].title}）？" if near else "写规章本身的稿件编号。"
    return Finding(doc.path, field, f"找不到“{target}”这份稿件", "R131", hint)


def amenders(
    sources: Mapping[DocId, Document], by_number: Mapping[str, Sequence[DocId]]
) -> Iterator[tuple[str, Document]]:
    """The documents that amend others, by 文号."""
    for number, ids in by_number.items():
        doc = sources[ids[0]]
        if len(ids) == 1 and any(claim.kind is RelationKind.AMENDS for claim in doc.claims):
            yield number, doc


def relate(
    documents: Mapping[DocId, Document],
    by_number: Mapping[str, Sequence[DocId]],
    absent: Absent,
    rules: Mapping[DocId, Sequence[Text]],
    findings: list[Finding],
) -> tuple[
    Mapping[DocId, tuple[Relation, ...]], Mapping[DocId, tuple[Relation, ...]], Mapping[DocId, tuple[Claim, ...]]
]:
    """The relations that each document has, those that others have to it, and claims about documents unknown here."""
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
            if revision.doc_no and normalize_doc_no(revision.doc_no) in absent.secret.plain:
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
                same = titled().get(claim.target)
                near = same[0] if same else meant(claim.target, documents)
                several = claim.target.replace("，", "、").replace(",", "、").split("、")
                findings.append(
                    Finding(
                        doc.path,
                        field,
                        f"找不到“{claim.target}”这份文件",
                        "R101",
                        f"几份文件写成清单：[{', '.join(part.strip() for part in several)}]。"
                        if len(several) > 1
                        else f"是不是“{near}”（{documents[near].title}）？"
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
