"""Rules about columns that nobody brings up to date, and about what a site must have (family P).

Exports `RULES`, and what the reports print:

- `days_left(catalog, checking) -> tuple[ColumnAge, ...]`: of every column in menu order the newest date, the limit with
  its source, the last day, the days left (negative: overdue by so many) and the office that answers for it;
- `veto_counts(catalog, checking) -> tuple[VetoCount, ...]`: V3, V4a, V4b, V4c with the distance to the limit.

All of it as of `catalog.as_of`: for a future day it says what will be overdue then, if nothing is published until.
A column that is overdue is told with every check, but never stops a strict build, since only publishing helps it; a
count that has reached the veto is a warning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sitegen.catalog import Catalog, trail
from sitegen.checks.document import BY_LAW, is_mostly_given
from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity
from sitegen.model import CheckConfig, Column, ColumnId, DocId, Timer, UpdateKind

COLUMNS = "columns.yaml"
"""Findings about a column stand here, at the line where the site names it."""

_DAYS_OF: Mapping[str, int] = {"d": 1, "m": 31, "q": 92}  # as long as a month or a quarter can be
_SINCE_LAST = "最近一次更新之日"  # limits that count from another day are the matter of single documents
_NEWS = ("news_2_weeks", "dynamic_weekly_local")
_STALE = ("news_2_weeks", "policy_6_months")  # what V4a counts
_TIMELESS = ("guide", "mandate", "leader")  # kinds of pages that are kept right rather than added to


class ColumnAge(NamedTuple):
    """How fresh a column is on the day of the catalog."""

    column: ColumnId
    name: str
    office: str  # 责任处室; "" if the site names none
    documents: int  # in it and below it
    newest: date | None
    timer: Timer | None  # the limit that runs out first; None if nothing measures this column
    due: date | None  # the last day on which something must be published
    days_left: int | None


@dataclass(frozen=True, slots=True)
class VetoCount:
    """How near the site is to a veto (单项否决) of the 2019 indicators."""

    item: str  # V3, V4a, V4b, V4c
    timer: Timer
    count: int  # columns; of V3 days without anything new
    columns: tuple[ColumnId, ...] = ()

    @property
    def limit(self) -> int:
        """From this count on it is a veto."""
        return int(self.timer.limit)

    @property
    def distance(self) -> int:
        """How many more make it a veto; 0 or less if it is one."""
        return self.limit - self.count


def agency_kind(catalog: Catalog, checking: CheckConfig) -> str:
    """What the agency is: `government`, `department` or `township`, as the site says or its name tells."""
    if checking.kind:
        return checking.kind
    name = catalog.config.agency.removesuffix("办公室").removesuffix("办公厅")
    if name.endswith(("乡人民政府", "镇人民政府", "街道办事处")):
        return "township"
    return "government" if name.endswith("人民政府") else "department"


def office_of(column: ColumnId, catalog: Catalog, checking: CheckConfig) -> str:
    """The office that answers for the column: its own, or that of the nearest column above."""
    offices = dict(checking.offices)
    return next((offices[c.id] for c in reversed(trail(catalog.columns, column)) if c.id in offices), "")


def days_left(catalog: Catalog, checking: CheckConfig) -> tuple[ColumnAge, ...]:
    """How fresh every column is, in menu order."""
    kind = agency_kind(catalog, checking)
    return tuple(_age(column, catalog, checking, kind) for column in catalog.columns.values())


def _age(column: Column, catalog: Catalog, checking: CheckConfig, kind: str) -> ColumnAge:
    listed = catalog.listed[column.id]
    newest = _newest(listed, catalog)
    ends = []
    if newest is not None:
        start = max(newest, checking.launched) if checking.launched else newest
        ends = [(_end(timer, start), timer) for timer in _timers(column, catalog, checking, kind)]
    due, timer = min(ends, key=lambda end: (end[0], end[1].id), default=(None, None))
    return ColumnAge(
        column.id,
        column.name,
        office_of(column.id, catalog, checking),
        len(listed),
        newest,
        timer,
        due,
        (due - catalog.as_of).days if due else None,
    )


def _newest(listed: Sequence[DocId], catalog: Catalog) -> date | None:
    """The last day on which one of these documents was published, or a text of one; they are newest first."""
    if not listed:
        return None
    if not catalog.rules:
        return catalog.documents[listed[0]].pub_date
    single = next((doc_id for doc_id in listed if doc_id not in catalog.rules), listed[0])
    texts = (text.source for doc_id in listed for text in catalog.rules.get(doc_id, ()))
    return max(catalog.documents[doc_id].pub_date for doc_id in (single, *texts))


def _timers(column: Column, catalog: Catalog, checking: CheckConfig, kind: str) -> Iterator[Timer]:
    """The limits within which something new must stand in the column."""
    if column.gathers:
        return  # shows what stands elsewhere
    intervals = dict(checking.intervals)
    own = next((intervals[c.id] for c in reversed(trail(catalog.columns, column.id)) if c.id in intervals), None)
    if own == 0 or (own is not None and column.children and column.id not in intervals):
        return  # none is expected, or it is expected of the columns below
    if own is not None:
        yield Timer("interval", f"每{own}天至少更新一次", own, "d", "本站设置的更新周期", level="site")
        return
    names = [*column.update, *(_NEWS if column.id in checking.dynamic else ())]
    if not column.children and column.kind.id not in _TIMELESS:
        names.append("column_interval_local")
    unfit = {"government": "annual_report_dept", "department": "annual_report_gov"}.get(kind)
    for name in names:
        timer = checking.timer(name)
        is_report = name.startswith("annual_report")
        if timer is None or name == unfit or (is_report and kind == "township"):
            continue
        if timer.unit == "cal" or (timer.unit in _DAYS_OF and timer.since == _SINCE_LAST):
            yield timer


def _end(timer: Timer, start: date) -> date:
    """The last day for the next document after one of `start`."""
    try:
        if timer.unit == "cal":
            return date(start.year + 1, *divmod(int(timer.limit), 100))
        return start + timedelta(days=int(timer.limit * _DAYS_OF[timer.unit]))
    except (OverflowError, ValueError):
        return date.max


def veto_counts(catalog: Catalog, checking: CheckConfig) -> tuple[VetoCount, ...]:
    """What the vetoes V3 and V4 count, as far as this part of the website tells; those without a limit are left out."""
    return tuple(_vetoes(catalog, checking, days_left(catalog, checking)))


def _vetoes(catalog: Catalog, checking: CheckConfig, ages: tuple[ColumnAge, ...]) -> Iterator[VetoCount]:
    newest = next(iter(catalog.documents.values()), None)
    if newest is not None and (timer := checking.timer("homepage_2_weeks")):
        start = max(newest.pub_date, checking.launched) if checking.launched else newest.pub_date
        yield VetoCount("V3", timer, max((catalog.as_of - start).days, 0))
    late = [age for age in ages if age.days_left is not None and age.days_left < 0 and age.timer]
    stale = tuple(age.column for age in late if age.timer and age.timer.id in _STALE)
    for item, name, columns in (
        ("V4a", "stale_columns", stale),
        ("V4b", "overdue_columns", tuple(age.column for age in late if age.column not in stale)),
        ("V4c", "empty_columns", tuple(_blank(catalog))),
    ):
        if timer := checking.timer(name):
            yield VetoCount(item, timer, len(columns), columns)


def _blank(catalog: Catalog) -> Iterator[ColumnId]:
    """The columns that stand in the menu and hold nothing: those that must stand there, and the explained ones."""
    for column in catalog.columns.values():
        if not column.children and not column.gathers and not catalog.listed[column.id]:
            is_explained = (column.empty or catalog.config.empty_columns) == "explain"
            if is_explained or (column.must == "national" and not column.parent):
                yield column.id


# ---------------------------------------------------------------- columns that are not brought up to date


def _names(columns: tuple[ColumnId, ...], catalog: Catalog) -> str:
    shown = "、".join(f"{catalog.columns[name].name}（{name}）" for name in columns[:10])
    return f"{shown}等" if len(columns) > 10 else shown


@rule("P150", "栏目超期没有更新", Severity.INFO, is_about_site=True)
def columns_are_up_to_date(review: Review) -> Iterator[Finding]:
    """检查每个栏目在期限内有新的信息。

    为何：动态要闻2周、通知公告和政策文件6个月内要有更新，其他栏目按应有的周期更新（国办秘函〔2019〕19号）。
    错误：政策文件栏目最新一件是两年前发布的
    正确：按期发布；确实没有新信息的，在 site.yaml 的 检查/更新周期 里写“不定期”
    """
    for age in days_left(review.catalog, review.checking):
        if age.timer is None or age.days_left is None or age.days_left >= 0 or age.newest is None or age.due is None:
            continue
        if age.timer.id.startswith("annual_report"):
            continue  # told by P122, which knows the year of each report
        whose = f"，责任处室：{age.office}" if age.office else ""
        yield Finding(
            COLUMNS,
            age.column,
            f"栏目“{age.name}”最新一件发布于 {age.newest.isoformat()}，最迟应于 {age.due.isoformat()} 更新，"
            f"已超期 {-age.days_left} 天（{age.timer.basis}）{whose}",
            "P150",
            f"{age.timer.label}。发布新的信息；周期不对的，在 site.yaml 的 检查/更新周期 里改。",
        )


@rule("P151", "不更新的栏目接近单项否决线", Severity.INFO, is_about_site=True)
def vetoes_are_far(review: Review) -> Iterator[Finding]:
    """数出不更新的、空白的栏目，报告离单项否决还差几个。

    为何：5个动态、政策类栏目不更新，10个应更新的栏目长期不更新，5个空白栏目，有一项即为不合格（国办秘函〔2019〕19号）。
    错误：有4个政策类栏目半年没有更新
    正确：先更新这些栏目；空白栏目补上内容，或者隐藏并写明理由
    """
    for veto in veto_counts(review.catalog, review.checking):
        if veto.item != "V3" and veto.count and (veto.distance > 0 or veto.item == "V4c"):
            yield Finding(COLUMNS, veto.columns[0], _told(veto, review.catalog), "P151", _advice(veto))


@rule("P152", "不更新的栏目达到单项否决线", Severity.WARNING, is_about_site=True)
def no_veto_is_reached(review: Review) -> Iterator[Finding]:
    """检查不更新的栏目没有达到单项否决的个数；空白栏目怎样算各地不同，只由 P151 报告。

    为何：达到任何一条否决线，全网站即为不合格，不再看其他指标（国办秘函〔2019〕19号）。
    错误：有10个栏目超过了更新周期
    正确：更新这些栏目；周期不对的，在 site.yaml 的 检查/更新周期 里改
    """
    for veto in veto_counts(review.catalog, review.checking):
        if veto.item in ("V4a", "V4b") and veto.distance <= 0:
            yield Finding(COLUMNS, veto.columns[0], _told(veto, review.catalog), "P152", _advice(veto))


_COUNTED: Mapping[str, str] = {"V4a": "不更新的政策、动态类栏目", "V4b": "应更新未更新的栏目", "V4c": "空白栏目"}


def _told(veto: VetoCount, catalog: Catalog) -> str:
    line = f"还差 {veto.distance} 个" if veto.distance > 0 else "已达到否决线"
    return (
        f"{_COUNTED[veto.item]}有 {veto.count} 个，单项否决线是 {veto.limit} 个，{line}"
        f"（{veto.timer.basis}）：{_names(veto.columns, catalog)}"
    )


def _advice(veto: VetoCount) -> str:
    if veto.item == "V4c":
        return (
            "补上内容，或隐藏并写理由；只有说明页的是否算空白，各地口径不同。这里只数了本专栏，检查时全网站合并计算。"
        )
    if veto.item == "V4b":
        return "更新这些栏目；多久算长期没有统一规定，按本站的更新周期算。这里只数了本专栏，检查时全网站合并计算。"
    return "更新这些栏目。这里只数了本专栏，检查时全网站合并计算。"


@rule("P153", "专栏两周没有更新", Severity.INFO, is_about_site=True)
def something_is_new(review: Review) -> Iterator[Finding]:
    """检查最近两周内专栏发布过信息。

    为何：首页2周没有更新即单项否决；首页只作导航的，看全部二级页面，本专栏是其中之一（国办秘函〔2019〕19号）。
    错误：最新一件是20天前发布的
    正确：按时发布应当公开的信息
    """
    for veto in veto_counts(review.catalog, review.checking):
        if veto.item == "V3" and veto.distance < 0:
            yield Finding(
                COLUMNS,
                "",
                f"专栏已有 {veto.count} 天没有发布信息，网站首页的否决线是 {veto.limit} 天（{veto.timer.basis}）",
                "P153",
                "专栏之外的首页更新本程序看不到；首页只作导航的，请尽快发布应公开的信息。",
            )


@rule("P157", "概况信息一年没有核对", Severity.INFO, is_about_site=True)
def profiles_are_looked_at(review: Review) -> Iterator[Finding]:
    """提醒核对一年没有改动的指南、机构职能和领导信息。

    为何：指南要及时更新（《政府信息公开条例》第十二条），机构、地址、电话、负责人会变；一年是本程序定的提醒，不是规定。
    错误：领导信息三年没有改动
    正确：核对一遍，改正变了的；不要这个提醒的，在 site.yaml 的 检查/时限 里写 profile_yearly: 不查
    """
    catalog, timer = review.catalog, review.checking.timer("profile_yearly")
    if timer is None:
        return
    changed = {
        update.id: update.day
        for update in reversed(catalog.updates)
        if update.kind in (UpdateKind.REVISED, UpdateKind.AMENDED)
    }
    for column in catalog.columns.values():
        ids = catalog.listed[column.id]
        if column.children or not ids or column.kind.id not in _TIMELESS:
            continue
        newest = max(max(catalog.documents[name].pub_date, changed.get(name, date.min)) for name in ids)
        age = (catalog.as_of - newest).days
        if age > timer.limit:
            doc = catalog.documents[ids[0]]
            yield Finding(
                doc.path,
                "pub_date",
                f"栏目“{column.name}”自 {newest.isoformat()} 起没有改动，已有 {age} 天（{timer.basis}）",
                "P157",
                "核对机构、地址、电话、负责人是否仍然正确；没有变的，写“豁免”，期限写下次核对的日期。",
            )


# ---------------------------------------------------------------- what a site must have


@rule("P155", "法定公开事项没有内容也没有说明", Severity.INFO, is_about_site=True)
def statutory_matters_have_a_column(review: Review) -> Iterator[Finding]:
    """检查条例第二十条、第二十一条的各项都有内容，或者写明本机关不涉及。

    为何：这些信息产生了就应当主动公开；读者和检查的人要能分清“没有”和“漏了”。
    错误：“政府集中采购”一件也没有，也没有隐藏
    正确：补上内容；不涉及的，在 columns.yaml 的 hide 里写理由，或在 empty 里写 explain
    """
    catalog = review.catalog
    missing = tuple(
        column.id
        for column in catalog.columns.values()
        if column.must == "statutory"
        and column.parent == "fd"
        and not catalog.listed[column.id]
        and not _is_explained(column, catalog)
    )
    if missing:
        yield Finding(
            COLUMNS,
            missing[0],
            f"有 {len(missing)} 个法定公开事项没有内容，也没有说明（条例第二十条、第二十一条）："
            f"{_names(missing, catalog)}",
            "P155",
            "补上内容；不涉及的，在 columns.yaml 的 hide 里写理由，或在 empty 里写 explain。",
        )


def _is_explained(column: Column, catalog: Catalog) -> bool:
    if (column.empty or catalog.config.empty_columns) == "explain":
        return True
    return any(_is_explained(catalog.columns[child], catalog) for child in column.children)


@rule("P156", "全国统一的一级栏目是空的", Severity.WARNING, is_about_site=True)
def national_columns_hold_something(review: Review) -> Iterator[Finding]:
    """检查指南、制度、法定主动公开内容、年报四个一级栏目都有内容。

    为何：四个栏目是全国统一要求的（国办公开办函〔2019〕61号），指南和年报又由《政府信息公开条例》规定。
    错误：没有写政府信息公开指南
    正确：补上；刚设立、还没有年报的，先在栏目里写一件说明
    """
    catalog = review.catalog
    for column in catalog.columns.values():
        if column.must == "national" and not column.parent and not catalog.listed[column.id]:
            yield Finding(
                COLUMNS,
                column.id,
                f"一级栏目“{column.name}”里没有内容（{column.basis}）",
                "P156",
                f"在 {column.id} 文件夹里写上；刚设立的机关先写一件说明。",
            )


@rule("P158", "目录缺少要素", Severity.INFO, is_about_site=True)
def catalogue_elements_are_given(review: Review) -> Iterator[Finding]:
    """数出各栏目里缺少索引号、内容概述的信息；全站三分之二以上都写了的由 D240 逐份说，名称和日期没有的不能发布。

    为何：公开目录应当有索引、名称、内容概述、生成日期（《政府信息公开条例》第十二条）。
    错误：稿件没有写 索引号 和 内容概述
    正确：逐件补上
    """
    catalog = review.catalog
    missing: dict[ColumnId, Counter[str]] = {}
    first: dict[ColumnId, str] = {}
    for field, name in BY_LAW.items():
        empty = [doc for doc in catalog.documents.values() if not getattr(doc, field)]
        if is_mostly_given(len(catalog.documents), len(empty)):
            continue
        for doc in empty:
            missing.setdefault(doc.columns[0], Counter())[name] += 1
            first.setdefault(doc.columns[0], doc.path)
    for column_id, found in missing.items():
        words = "，".join(f"{count} 件没有{name}" for name, count in found.items())
        yield Finding(
            first[column_id],
            "",
            f"栏目“{catalog.columns[column_id].name}”有 {words}（条例第十二条）",
            "P158",
            "从这一件起逐件补上。",
        )


RULES: tuple[RuleInfo, ...] = (
    columns_are_up_to_date,
    vetoes_are_far,
    no_veto_is_reached,
    something_is_new,
    statutory_matters_have_a_column,
    national_columns_hold_something,
    profiles_are_looked_at,
    catalogue_elements_are_given,
)
