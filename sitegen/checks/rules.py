"""What a rule is. Exports `Review`, `Rule`, `RuleInfo`, `rule`."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sitegen.catalog import Catalog
from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.model import CheckConfig, DocId, Document, History, Internal
from sitegen.validity import text_on


@dataclass(frozen=True)
class Review:
    """What rules look at: the catalog, the internal records that no view gets (by source path), and what they go by."""

    catalog: Catalog
    internal: Mapping[str, Internal]
    checking: CheckConfig = field(default_factory=CheckConfig)
    history: History = field(default_factory=History)

    @cached_property
    def by_kind(self) -> Mapping[str, Sequence[Document]]:
        """The documents by the kind of their home column, newest first; made once for all rules."""
        kinds = {name: column.kind.id for name, column in self.catalog.columns.items()}
        found: dict[str, list[Document]] = defaultdict(list)
        for doc in self.catalog.documents.values():
            found[kinds[doc.columns[0]]].append(doc)
        return found

    def of_kinds(self, *kinds: str) -> Iterator[Document]:
        """The documents whose home column is of one of these kinds."""
        for kind in kinds:
            yield from self.by_kind.get(kind, ())

    def text_in_force(self, rule_id: DocId, day: date) -> DocId:
        """Which file has the text of the document that counts on the day: of a rule with several texts one has."""
        texts = self.catalog.rules.get(rule_id)
        if not texts:
            return rule_id
        files = {text.id: text.source for text in texts}
        return files[text_on(tuple(files), self.catalog.lives[rule_id], day)]

    def is_current(self, doc: Document) -> bool:
        """Whether the text of this file is the one that counts today."""
        return self.text_in_force(doc.version_of or doc.id, self.catalog.as_of) == doc.id

    @property
    def official_kinds(self) -> tuple[str, ...]:
        """The kinds of official documents (公文)."""
        return tuple({column.kind.id: "" for column in self.catalog.columns.values() if column.kind.official})


Rule = Callable[[Review], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule with its code and its manual page."""

    code: str
    find: Rule
    manual: CodeInfo
    is_about_site: bool = False  # says what the whole site lacks, not what is wrong with one document


def rule(code: str, title: str, severity: Severity, *, is_about_site: bool = False) -> Callable[[Rule], RuleInfo]:
    """Make a rule of a function; its docstring holds the lines 为何：, 错误： and 正确：."""

    def make(find: Rule) -> RuleInfo:
        parts = {"为何": "", "错误": "", "正确": ""}
        for line in inspect.cleandoc(find.__doc__ or "").splitlines():
            name, _, text = line.partition("：")
            if name in parts:
                parts[name] = text.strip()
        manual = CodeInfo(code, title, severity, parts["为何"], parts["错误"], parts["正确"])
        return RuleInfo(code, find, manual, is_about_site)

    return make
