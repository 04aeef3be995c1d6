"""Turn a catalog into findings: what an inspector would say. Exports `RULES`, `RuleInfo`, `Review`, `run_checks`."""

from __future__ import annotations

from collections.abc import Sequence

from sitegen.catalog import Catalog
from sitegen.checks import document, duty
from sitegen.checks.rules import Review, Rule, RuleInfo
from sitegen.diagnostics import Finding
from sitegen.model import Internal

__all__ = ["RULES", "Review", "Rule", "RuleInfo", "run_checks"]

RULES: tuple[RuleInfo, ...] = (*document.RULES, *duty.RULES)


def run_checks(
    catalog: Catalog, internal: Sequence[Internal], rules: Sequence[RuleInfo] = RULES
) -> tuple[Finding, ...]:
    """What the rules find; what a document is exempt from is left out later, with all other diagnostics."""
    review = Review(catalog, {record.path: record for record in internal})
    return tuple(finding for rule in rules for finding in rule.find(review))
