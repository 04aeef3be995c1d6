"""Turn what a tree has and its site does not show into names, and say why a document may not point at one of them.

Of what is withheld an author learns no more than that it is not public. Exports `Absent`, `absent_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.gongwen import normalize_doc_no
from sitegen.mentions import names_of
from sitegen.model import Disclosure, DocId, Tree, Withdrawn

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


class Absent(NamedTuple):
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


def absent_of(tree: Tree, withdrawn: Mapping[DocId, Withdrawn]) -> Absent:
    """What the tree has and the site does not show."""
    secret = [record for record in tree.internal if record.is_withheld]
    return Absent(
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
