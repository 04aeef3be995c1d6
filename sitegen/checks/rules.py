"""What a rule is. Exports `Review`, `Rule`, `RuleInfo`, `rule`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sitegen.catalog import Catalog
from sitegen.diagnostics import CodeInfo, Finding, Severity
from sitegen.model import Internal


@dataclass(frozen=True)
class Review:
    """What rules look at: the catalog, and the internal records that no view gets, by source path."""

    catalog: Catalog
    internal: Mapping[str, Internal]


Rule = Callable[[Review], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule with its code and its manual page."""

    code: str
    find: Rule
    manual: CodeInfo


def rule(code: str, title: str, severity: Severity) -> Callable[[Rule], RuleInfo]:
    """Make a rule of a function; its docstring holds the lines 为何：, 错误： and 正确：."""

    def make(find: Rule) -> RuleInfo:
        parts = {"为何": "", "错误": "", "正确": ""}
        for line in inspect.cleandoc(find.__doc__ or "").splitlines():
            name, _, text = line.partition("：")
            if name in parts:
                parts[name] = text.strip()
        return RuleInfo(code, find, CodeInfo(code, title, severity, parts["为何"], parts["错误"], parts["正确"]))

    return make
