"""Turn a catalog into findings: what an inspector would say. Exports `RULES`, `RETIRED`, `RuleInfo`, `Review`,
`run_checks`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sitegen.catalog import Catalog
from sitegen.checks import dates, document, duty, freshness, gate, lives, relations, titles
from sitegen.checks.rules import Review, Rule, RuleInfo
from sitegen.diagnostics import CodeInfo, Finding
from sitegen.model import CheckConfig, History, Internal

__all__ = ["RETIRED", "RULES", "Review", "Rule", "RuleInfo", "run_checks"]

RULES: tuple[RuleInfo, ...] = (
    *document.RULES,
    *titles.RULES,
    *dates.RULES,
    *relations.RULES,
    *lives.RULES,
    *duty.RULES,
    *freshness.RULES,
    *gate.RULES,
)


RETIRED: tuple[CodeInfo, ...] = relations.RETIRED
"""Codes that nothing gives any more: still explained, never given another meaning."""


def run_checks(
    catalog: Catalog,
    internal: Sequence[Internal],
    rules: Sequence[RuleInfo] = RULES,
    checking: CheckConfig | None = None,
    history: History | None = None,
) -> tuple[Finding, ...]:
    """What the rules find; what a document is exempt from is left out later, with all other diagnostics."""
    records = {record.path: record for record in internal}
    review = Review(catalog.of_sources(), records, checking or CheckConfig(), history or History())
    return tuple(finding for rule in rules for finding in rule.find(review))
