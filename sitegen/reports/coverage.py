"""Read the inspection indicators, and what a static build can see of each (data/inspection.yaml).

Exports `Indicator`, `indicators`, `coverage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sitegen.load import standard_data

_WORDS = {"yes": "能查", "part": "查一部分", "ext": "查不到", "na": "不在专栏"}


class Indicator(NamedTuple):
    """One thing that an inspection looks at."""

    id: str
    rule: str
    level: str
    source: str
    build: str  # yes, part, ext (needs other tools or people) or na (is no matter of a static site)
    codes: frozenset[str] = frozenset()
    made: str = ""  # what the product sees to by itself
    unseen: str = ""  # what a build does not see of it, and why

    @property
    def is_seen(self) -> bool:
        """Whether a build sees it, though somebody may have to look at a part of it."""
        return self.build == "yes"

    @property
    def words(self) -> str:
        """Whether a build sees it, in words."""
        return _WORDS[self.build]


@cache
def indicators() -> tuple[Indicator, ...]:
    """All indicators, in the order of the data."""
    return tuple(
        Indicator(
            raw["id"],
            raw["rule"],
            raw["level"],
            raw["source"],
            raw["build"],
            frozenset(raw.get("codes") or ()),
            raw.get("made") or "",
            raw.get("unseen") or "",
        )
        for raw in standard_data("inspection.yaml")["indicators"]
    )


def coverage(known: Sequence[Indicator]) -> str:
    """One honest line: how much of an inspection no build sees."""
    blind = sum(not indicator.is_seen for indicator in known)
    partly = sum(indicator.is_seen and bool(indicator.unseen) for indicator in known)
    return (
        f"检查指标 {len(known)} 项，静态构建查不到或者只能查到一部分的有 {blind} 项，"
        f"另有 {partly} 项还要人核对。没有查出问题，不等于检查合格。"
    )
