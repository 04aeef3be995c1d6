"""Turn what was found into the score of the 2019 scheme, as far as a static build can tell.

Exports `Score`, `Veto`, `Deduction`, `score_of`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sitegen.checks.freshness import VetoCount
from sitegen.diagnostics import Diagnostic, Severity
from sitegen.load import standard_data
from sitegen.reports.coverage import Indicator

UNDECIDED = "未定"


class Veto(NamedTuple):
    """单项否决: how near the site is to it."""

    id: str
    name: str
    found: int | None  # None: no build can count it
    state: str  # in words
    is_fallen: bool
    is_doubtful: bool  # somebody must look before anybody can say
    source: str
    unseen: str  # what of it no build sees


class Deduction(NamedTuple):
    """扣分指标: how many findings bear on it, and what they cost, if the papers give a number."""

    id: str
    name: str
    found: int | None  # None: nothing counts it
    told: str  # in words
    points: str
    source: str
    certainty: str
    unseen: str


@dataclass(frozen=True, slots=True)
class Score:
    """The judgement, as far as it can be given."""

    scheme: str
    source: str
    rules: tuple[str, ...]
    vetoes: tuple[Veto, ...]
    deductions: tuple[Deduction, ...]
    verdict: str

    @property
    def fallen(self) -> int:
        """How many vetoes would fall."""
        return sum(veto.is_fallen for veto in self.vetoes)


def score_of(
    diagnostics: Sequence[Diagnostic],
    indicators: Sequence[Indicator],
    counts: Iterable[VetoCount],
    data: Mapping[str, Any] | None = None,
) -> Score:
    """The score by `data` (scoring.yaml); `counts` are of columns that nobody brings up to date."""
    rules = data or standard_data("scoring.yaml")
    known = {indicator.id: indicator for indicator in indicators}
    counted = {count.item: count for count in counts}
    scheme = rules["scheme"]
    vetoes = tuple(
        _veto(raw, known.get(raw["id"]), diagnostics, counted.get(raw["id"]), scheme["source"])
        for raw in rules["vetoes"]
    )
    deductions = tuple(_deduction(raw, known.get(raw["id"]), diagnostics) for raw in rules["deductions"])
    return Score(
        scheme=scheme["name"],
        source=scheme["source"],
        rules=tuple(scheme["rules"]),
        vetoes=vetoes,
        deductions=deductions,
        verdict=_verdict(vetoes, deductions, scheme),
    )


def _veto(
    raw: Mapping[str, Any],
    indicator: Indicator | None,
    diagnostics: Sequence[Diagnostic],
    count: VetoCount | None,
    source: str,
) -> Veto:
    found: int | None = None
    state, is_fallen, is_doubtful = "静态构建查不到", False, False
    if raw["counts"] == "codes":
        mine = [d for d in diagnostics if indicator and d.code in indicator.codes]
        found = sum(d.severity is Severity.ERROR for d in mine)
        is_fallen, is_doubtful = found >= raw["limit"], len(mine) > found
        state = f"查到 {found} 处" if found else "没有查到"
        state += (
            "，会被否决，改正之前不能发布" if is_fallen else f"，{raw['limit']} 处起否决" if raw["limit"] > 1 else ""
        )
        state += f"；另有 {len(mine) - found} 处要人核实" if is_doubtful else ""
    elif raw["counts"] == "columns":
        state = "没有算出"
        if count is not None:
            found, source = count.count, count.timer.basis
            is_days = count.timer.unit == "d"
            is_fallen = not is_days and count.distance <= 0
            is_doubtful = is_days and count.distance < 0  # the home page of the website shows other things too
            state = _days(count) if is_days else _columns(count)
    unseen = indicator.unseen if indicator else ""
    return Veto(raw["id"], raw["name"], found, state, is_fallen, is_doubtful, source, unseen)


def _columns(count: VetoCount) -> str:
    if count.distance <= 0:
        return f"有 {count.count} 个，达到 {count.limit} 个，会被否决"
    return f"有 {count.count} 个，距 {count.limit} 个还差 {count.distance} 个"


def _days(count: VetoCount) -> str:
    if count.distance < 0:
        return f"本专栏已有 {count.count} 天没有发布，超过 {count.limit} 天；网站首页有没有更新，要人核实"
    return f"本专栏最近一次发布在 {count.count} 天前，还有 {count.distance} 天"


def _deduction(raw: Mapping[str, Any], indicator: Indicator | None, diagnostics: Sequence[Diagnostic]) -> Deduction:
    found = sum(d.code in indicator.codes for d in diagnostics) if indicator and indicator.codes else None
    told = "程序保证" if indicator and indicator.is_seen and indicator.made else "查不到"
    lost = _lost(raw, found)
    return Deduction(
        raw["id"],
        raw["name"],
        found,
        told if found is None else str(found),
        UNDECIDED if lost is None else f"{lost:g}",
        raw["source"],
        raw["certainty"],
        indicator.unseen if indicator else "",
    )


def _lost(raw: Mapping[str, Any], found: int | None) -> float | None:
    """The points that an item costs; None where the papers give no number, or nobody can count."""
    if raw["points"] is None or found is None:
        return None
    lost = float(raw["points"]) * found
    return min(lost, float(raw["at_most"])) if raw["at_most"] is not None else lost


def _verdict(vetoes: Sequence[Veto], deductions: Sequence[Deduction], scheme: Mapping[str, Any]) -> str:
    fallen = [f"{veto.id} {veto.name}" for veto in vetoes if veto.is_fallen]
    if fallen:
        return f"有 {len(fallen)} 项单项否决（{'；'.join(fallen)}），照此检查即为不合格，其他指标不再评分。"
    blind = sum(veto.found is None for veto in vetoes)
    doubtful = "、".join(veto.id for veto in vetoes if veto.is_doubtful)
    words = f"静态构建查得到的部分没有单项否决；有 {blind} 项单项否决查不到"
    words += f"，{doubtful} 要人核实。" if doubtful else "。"
    found = sum(line.found or 0 for line in deductions)
    unknown = [line for line in deductions if line.points == UNDECIDED]
    words += f"扣分指标查到 {found} 处问题"
    limits = f"满分 {scheme['full']}，低于 {scheme['pass']} 分不合格"
    if unknown:
        return f"{words}；每处扣多少分，见到的文件没有写明，总分未定（{limits}）。"
    score = max(0.0, scheme["full"] - sum(float(line.points) for line in deductions))
    return f"{words}，能查到的部分得 {score:g} 分（{limits}）。"
