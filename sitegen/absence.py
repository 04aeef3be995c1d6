"""Turn what a tree has and its site does not show into names, and say why a document may not point at one of them.

Of what is withheld an author learns no more than that it is not public. Exports `Absent`, `Names`, `absent_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.gongwen import normalize_doc_no
from sitegen.mentions import names_of
from sitegen.model import Disclosure, DocId, Internal, Tree, Withdrawn

CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "R102",
        "关系指向不公开的文件",
        Severity.ERROR,
        "条例第十三至十六条：公开的文件不能透露不公开的文件。",
        "转发: 一份依申请公开的文件",
        "删去这一关系，或先公开那份文件",
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


class Names(NamedTuple):
    """By what documents may be named: id, path and 文号 as they are, title and 文号 in a form that nobody can read."""

    plain: frozenset[str]
    hashed: frozenset[bytes]

    def have(self, target: str) -> bool:
        """Whether the target of a claim is one of them."""
        return not (
            self.plain.isdisjoint((target, normalize_doc_no(target))) and self.hashed.isdisjoint(names_of(target, ""))
        )


class Absent(NamedTuple):
    """What the documents may name and the site does not show."""

    secret: Names
    awaited: Names  # what is to be public, but not yet
    withdrawn: Names
    broken: frozenset[str]

    def finding(self, target: str, path: str, field: str) -> Finding | None:
        """Why the target is not there; None where nobody knows it, or nothing is to be told."""
        if self.awaited.have(target):
            return Finding(path, field, "指向的文件还没有到发布日期，暂不显示这一关系", "L116", "到期后自动显示。")
        if self.secret.have(target):
            return Finding(path, field, "指向的文件目前不公开", "R102", "删去这一关系，或等那份文件公开后再写。")
        return None

    def is_told_elsewhere(self, target: str) -> bool:
        """Whether it is withdrawn, so that not even its name is shown, or broken, of which its own file tells."""
        return target in self.broken or self.withdrawn.have(target)


def absent_of(tree: Tree, withdrawn: Mapping[DocId, Withdrawn]) -> Absent:
    """What the tree has and the site does not show."""
    secret = [record for record in tree.internal if record.is_withheld]
    return Absent(
        _names(secret),
        _names(
            record
            for record in secret
            if record.disclosure is Disclosure.ACTIVE and not record.is_draft and not record.is_due and record.has_date
        ),
        _names((*withdrawn.values(), *tree.left_out)),
        frozenset(name for pair in tree.broken for name in pair),
    )


def _names(records: Iterable[Internal | Withdrawn]) -> Names:
    found = [(record, (record.id, record.path, normalize_doc_no(record.doc_no))) for record in records]
    return Names(
        frozenset(name for _, names in found for name in names if name),
        frozenset(name for record, _ in found for name in record.names),
    )
