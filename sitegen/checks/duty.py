"""Rules about what must be published, and by when (family P). Each limit is told with its source."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from sitegen.catalog import Catalog, trail
from sitegen.checks.freshness import COLUMNS, agency_kind
from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity
from sitegen.model import CheckConfig, Document, Relation, RelationKind, Timer
from sitegen.workdays import unknown_years, working_days_between

# The nine elements of 条例第十二条: what to call them, the field that holds one, and words that show one in the body.
_ELEMENTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("政府信息的分类", "", ("分类",)),
    ("编排体系", "", ("编排",)),
    ("获取方式", "", ("获取",)),
    ("政府信息公开工作机构名称", "guide_office", ("工作机构",)),
    ("办公地址", "guide_address", ("办公地址", "地址")),
    ("办公时间", "guide_hours", ("办公时间", "受理时间")),
    ("联系电话", "guide_phone", ("联系电话", "电话")),
    ("传真号码", "guide_fax", ("传真",)),
    ("互联网联系方式", "guide_net", ("互联网", "电子邮箱", "网址", "邮箱")),
)


@rule("P101", "公开指南要素不全", Severity.WARNING)
def guide_has_nine_elements(review: Review) -> Iterator[Finding]:
    """检查政府信息公开指南写全了九项要素。

    为何：《政府信息公开条例》第十二条列举了九项，缺一项即要素不全。
    错误：指南里没有传真号码
    正确：在信息头写“传真号码”，或在正文里写明；没有传真的也要写“无”
    """
    catalog = review.catalog
    guides = [column.id for column in catalog.columns.values() if column.kind.id == "guide"]
    newest = dict.fromkeys(catalog.by_column[name][0] for name in guides if catalog.by_column[name])
    for doc in (catalog.documents[doc_id] for doc_id in newest):
        given: Mapping[str, str] = {entry.id: entry.value for entry in doc.extra}
        body = catalog.bodies[doc.body.digest]
        text = body.text + "".join(heading.text for heading in body.outline)
        missing = [
            name for name, field, words in _ELEMENTS if not given.get(field) and not any(word in text for word in words)
        ]
        if missing:
            yield Finding(
                doc.path, "body", f"公开指南缺少：{'、'.join(missing)}", "P101", "在信息头或正文里写明这些要素。"
            )


# ---------------------------------------------------------------- limits that begin with a day a document tells

_FIRST_DUTY = date(2008, 5, 1)  # the first 条例 came into force: nobody had 20 working days before
_PUBLICITY = ("licence", "penalty")  # 双公示: these have a shorter limit of their own


def _own(doc: Document, name: str) -> str:
    """A field of the column kind; "" where there is none."""
    return next((entry.value for entry in doc.extra if entry.id == name), "")


def _day(doc: Document, name: str) -> date | None:
    value = _own(doc, name)
    return date.fromisoformat(value) if value else None


def _of_kinds(catalog: Catalog, *kinds: str) -> Iterator[Document]:
    """The documents whose home is a column of one of the kinds, newest first."""
    columns = {column.id for column in catalog.columns.values() if column.kind.id in kinds}
    for doc in catalog.documents.values():
        if doc.columns[0] in columns:
            yield doc


def _is_late(start: date, end: date, timer: Timer, checking: CheckConfig) -> int:
    """How many working days it took, if more than the limit; 0 if not, or if a year is unknown (that is P119)."""
    if (end - start).days <= timer.limit:
        return 0
    found = working_days_between(start, end, checking.holidays)
    return found if found is not None and found > timer.limit else 0


def _spans(review: Review) -> Iterator[tuple[Document, date, Timer]]:
    """The documents that took more days than a limit has working days: since when it counts, and by which limit."""
    catalog, checking = review.catalog, review.checking
    common, short = checking.timer("twenty_workdays"), checking.timer("double_publicity_7_workdays")
    publicity = {column.id for column in catalog.columns.values() if column.kind.id in _PUBLICITY}
    agency = catalog.config.agency
    for doc in catalog.documents.values():
        if doc.version_of and not review.is_current(doc):
            continue  # an earlier text that is kept for those who look it up
        written = doc.written_date
        if doc.columns[0] in publicity:
            decided = _day(doc, "decision_date")
            if short and decided and (doc.pub_date - decided).days > short.limit:
                yield doc, decided, short
        elif common and written and written >= _FIRST_DUTY and (doc.pub_date - written).days > common.limit:
            start = _formed(doc, written)
            if (doc.pub_date - start).days > common.limit and _is_made_here(doc, agency):
                yield doc, start, common


def _formed(doc: Document, written: date) -> date:
    """When what is published was made or last changed: of a version with amendments the day of the last of them."""
    return max((written, *(r.day for r in doc.revisions if r.day <= doc.pub_date))) if doc.revisions else written


def _is_made_here(doc: Document, agency: str) -> bool:
    """Whether the duty to publish is ours: it is of who made it, and of a joint document the first (条例第十条)."""
    return not doc.issuers or doc.issuers[0].startswith(agency)


@rule("P110", "超过20个工作日才公开", Severity.WARNING)
def published_within_twenty_working_days(review: Review) -> Iterator[Finding]:
    """检查成文之日起20个工作日内公开；只看本机关制作的，2008年5月1日以前的不看。

    为何：《政府信息公开条例》第二十六条：自形成或者变更之日起20个工作日内公开，法律、法规另有规定的从其规定。
    错误：成文日期 2024-03-01，发布日期 2024-05-06
    正确：按期公开；补录的历史文件、另有规定的，写 豁免 和理由
    """
    for doc, start, timer in _spans(review):
        if timer.id == "twenty_workdays" and (days := _is_late(start, doc.pub_date, timer, review.checking)):
            made = "成文" if start == doc.written_date else "最后修改"
            yield Finding(
                doc.path,
                "pub_date",
                f"{start.isoformat()} {made}，{doc.pub_date.isoformat()} 发布，经过 {days} 个工作日，"
                f"超过 {timer.limit:g} 个工作日（{timer.basis}）",
                "P110",
                "核对两个日期；补录的历史文件、法律法规另有规定的，在信息头写“豁免”和理由。",
            )


@rule("P111", "双公示超过7个工作日", Severity.WARNING)
def decisions_are_public_in_seven_working_days(review: Review) -> Iterator[Finding]:
    """检查行政许可、行政处罚决定作出之日起7个工作日内公示。

    为何：信用信息“双公示”要求7个工作日内上网公示。
    错误：决定日期 2024-03-01，发布日期 2024-04-01
    正确：按期公示；确有理由的，写 豁免 和理由
    """
    for doc, start, timer in _spans(review):
        if timer.id != "twenty_workdays" and (days := _is_late(start, doc.pub_date, timer, review.checking)):
            yield Finding(
                doc.path,
                "pub_date",
                f"{start.isoformat()} 作出决定，{doc.pub_date.isoformat()} 公示，经过 {days} 个工作日，"
                f"超过 {timer.limit:g} 个工作日（{timer.basis}）",
                "P111",
                "核对两个日期；确有理由的，在信息头写“豁免”和理由。",
            )


@rule("P119", "缺少该年度的节假日安排", Severity.WARNING)
def holidays_are_known(review: Review) -> Iterator[Finding]:
    """检查计算工作日用到的年份都有节假日安排；没有的年份不猜，有关期限没有算。

    为何：20个工作日按国务院办公厅每年公布的放假和调休安排计算，通常上年11月公布。
    错误：2027年的文件，而 data/holidays 里没有 2027.yaml
    正确：照国务院办公厅的通知写 data/holidays/2027.yaml
    """
    told: set[int] = set()
    checking = review.checking
    for doc, start, timer in _spans(review):
        for year in unknown_years(start, doc.pub_date, checking.holidays):
            if year not in told:
                told.add(year)
                yield Finding(
                    doc.path,
                    "pub_date",
                    f"没有 {year} 年的节假日安排，这件信息是否超过 {timer.limit:g} 个工作日没有算（{timer.basis}）",
                    "P119",
                    f"照国务院办公厅的通知，在内容文件夹里写 data/holidays/{year}.yaml，写法见 docs/site.md。",
                )


# ---------------------------------------------------------------- penalties


def _revoked(review: Review) -> Iterator[tuple[Document, Relation, date, Timer]]:
    """Penalty decisions that are public though another document repeals or changes them, and the last day for it."""
    catalog, timer = review.catalog, review.checking.timer("penalty_withdraw_3_days")
    if timer is None or not catalog.incoming:
        return
    for doc in _of_kinds(catalog, "penalty"):
        for relation in catalog.incoming.get(doc.id, ()):
            is_revoked = relation.kind in (RelationKind.REPEALS, RelationKind.AMENDS)
            if is_revoked and relation.effective_date <= catalog.as_of:
                yield doc, relation, relation.effective_date + timedelta(days=int(timer.limit)), timer
                break


@rule("P112", "变更、撤销的处罚决定没有在3日内撤回", Severity.ERROR)
def revoked_penalties_are_gone(review: Review) -> Iterator[Finding]:
    """检查被变更、撤销的处罚决定在3日内撤回。

    为何：行政处罚法第四十八条：公开的行政处罚决定被变更、撤销、确认违法或者无效的，3日内撤回并公开说明理由。
    错误：撤销决定写了 废止: [cf-2024-01]，十天后 cf-2024-01 仍在网上
    正确：在 cf-2024-01 里写 撤回 和原因
    """
    for doc, relation, last, timer in _revoked(review):
        if last < review.catalog.as_of:
            yield Finding(
                doc.path,
                "",
                f"这个处罚决定自 {relation.effective_date.isoformat()} 起已被变更或撤销，"
                f"最迟应于 {last.isoformat()} 撤回（{timer.basis}）",
                "P112",
                "在信息头写“撤回”的日期和原因。",
                ((review.catalog.documents[relation.source].path, "", "变更或撤销它的文件"),),
            )


@rule("P113", "处罚决定已变更、撤销，应当撤回", Severity.WARNING)
def revoked_penalties_are_leaving(review: Review) -> Iterator[Finding]:
    """提醒还在3日期限内的、已被变更或撤销的处罚决定。

    为何：行政处罚法第四十八条：3日内撤回并公开说明理由；过了期限就是错误（P112）。
    错误：昨天撤销的处罚决定仍在网上
    正确：在信息头写 撤回 和原因
    """
    for doc, relation, last, timer in _revoked(review):
        if last >= review.catalog.as_of:
            yield Finding(
                doc.path,
                "",
                f"这个处罚决定自 {relation.effective_date.isoformat()} 起已被变更或撤销，"
                f"最迟 {last.isoformat()} 撤回（{timer.basis}）",
                "P113",
                "在信息头写“撤回”的日期和原因。",
                ((review.catalog.documents[relation.source].path, "", "变更或撤销它的文件"),),
            )


# ---------------------------------------------------------------- interpretation, comments


@rule("P114", "解读晚于规定的工作日", Severity.WARNING)
def interpretations_come_soon(review: Review) -> Iterator[Finding]:
    """检查解读在文件公开后3个工作日内发布；本站启用 interpretation_3_workdays 后才查。

    为何：解读原则上与文件同步发布；3个工作日是一些地方的规定，不是全国要求。
    错误：文件 2024-03-01 发布，解读 2024-03-15 发布
    正确：与文件同步发布解读
    """
    catalog, timer = review.catalog, review.checking.timer("interpretation_3_workdays")
    if timer is None:
        return
    for doc_id, relations in catalog.outgoing.items():
        for number, relation in enumerate(r for r in relations if r.kind is RelationKind.INTERPRETS):
            doc, target = catalog.documents[doc_id], catalog.documents[relation.target]
            if days := _is_late(target.pub_date, doc.pub_date, timer, review.checking):
                yield Finding(
                    doc.path,
                    f"interprets[{number}]",
                    f"文件 {target.pub_date.isoformat()} 发布，解读 {doc.pub_date.isoformat()} 发布，"
                    f"隔了 {days} 个工作日，超过 {timer.limit:g} 个（{timer.basis}）",
                    "P114",
                    "今后与文件同步发布解读；这一件确有理由的，写“豁免”。",
                )


@rule("P115", "征求意见不足30日", Severity.WARNING)
def comment_calls_last_thirty_days(review: Review) -> Iterator[Finding]:
    """检查公开征求意见不少于30日，缩短的在正文里说明了理由。

    为何：重大行政决策公开征求意见一般不少于30日，需要缩短的应当说明（重大行政决策程序暂行条例第十五条）；规章草案也是。
    错误：征集开始 2024-03-01，截止 2024-03-15，没有说明
    正确：期限不少于30日；缩短的在正文写明为何缩短，不是重大行政决策的写 豁免
    """
    timer = review.checking.timer("public_comment_30")
    if timer is None:
        return
    for doc in _calls(review.catalog):
        end = _day(doc, "comment_end")
        start = _day(doc, "comment_start") or doc.pub_date
        days = (end - start).days + 1 if end and not _is_reversed(doc) else timer.limit
        if end and days < timer.limit and not re.search("缩短|紧急", review.catalog.bodies[doc.body.digest].text):
            yield Finding(
                doc.path,
                "comment_end",
                f"{start.isoformat()} 起征求意见，{end.isoformat()} 截止，只有 {max(days, 0)} 日，"
                f"不足 {timer.limit:g} 日（{timer.basis}）",
                "P115",
                "延长期限；缩短的在正文写明为何缩短；不是重大行政决策的，写“豁免”。",
            )


@rule("P116", "征求意见没有写截止日期", Severity.WARNING)
def comment_calls_say_when_they_end(review: Review) -> Iterator[Finding]:
    """检查公开征求意见写了截止日期。

    为何：读者要知道什么时候之前提意见有用；没有它也算不出是否满30日、该不该反馈。
    错误：征集阶段: 公开征集，没有 征集截止日期
    正确：征集截止日期: 2024-04-05
    """
    for doc in _calls(review.catalog):
        if not _own(doc, "comment_end"):
            yield Finding(
                doc.path,
                "comment_stage",
                "公开征求意见没有写截止日期（重大行政决策程序暂行条例第十五条要求公布期限）",
                "P116",
                "在信息头写“征集截止日期”。",
            )


@rule("P117", "征求意见结束后没有公布采纳情况", Severity.INFO)
def comments_are_answered(review: Review) -> Iterator[Finding]:
    """提醒征求意见结束一个月还没有采纳情况反馈的。

    为何：公开征求意见之后应当公布采纳情况和不采纳的理由；期限没有统一规定，30日是本程序定的提醒。
    错误：征求意见三个月前就截止了，没有采纳反馈
    正确：发布一件 征集阶段: 采纳反馈，写 配套: [征求意见的编号]
    """
    catalog, timer = review.catalog, review.checking.timer("comment_feedback")
    if timer is None:
        return
    for doc in _calls(catalog):
        end = _day(doc, "comment_end")
        if end is None or (catalog.as_of - end).days <= timer.limit or _is_reversed(doc):
            continue
        answers = (catalog.documents[r.source] for r in catalog.incoming.get(doc.id, ()))
        if not any(_own(answer, "comment_stage") == "采纳反馈" for answer in answers):
            yield Finding(
                doc.path,
                "comment_end",
                f"征求意见 {end.isoformat()} 截止，至今 {(catalog.as_of - end).days} 天没有公布采纳情况"
                f"（{timer.basis}）",
                "P117",
                "发布采纳情况反馈，在它的信息头写“征集阶段: 采纳反馈”和“配套: [这一件的编号]”。",
            )


def _calls(catalog: Catalog) -> Iterator[Document]:
    """Calls for comments."""
    return (doc for doc in _of_kinds(catalog, "comment") if _own(doc, "comment_stage") == "公开征集")


def _is_reversed(doc: Document) -> bool:
    """Whether a call ends before it starts: F158 says so, and nothing can be counted until one date is corrected."""
    start, end = _day(doc, "comment_start"), _day(doc, "comment_end")
    return start is not None and end is not None and end < start


# ---------------------------------------------------------------- rules, budgets, annual reports


@rule("P118", "规章公布后不足30日即施行", Severity.INFO)
def regulations_leave_thirty_days(review: Review) -> Iterator[Finding]:
    """提醒公布后不足30日即施行的规章，请确认属于法定的例外。

    为何：规章自公布之日起30日后施行；涉及国家安全等、不立即施行有碍施行的除外（规章制定程序条例第三十二条）。
    错误：2024-03-01 公布，2024-03-10 施行
    正确：确认属于例外；不是例外的，核对施行日期
    """
    timer = review.checking.timer("rule_effective_30")
    if timer is None:
        return
    for doc in _of_kinds(review.catalog, "regulation"):
        start = doc.written_date or doc.pub_date
        if doc.effective_date and start <= doc.effective_date < start + timedelta(days=int(timer.limit)):
            if doc.revisions or doc.version_of:
                continue  # its dates are those of an amendment
            yield Finding(
                doc.path,
                "effective_date",
                f"{start.isoformat()} 公布，{doc.effective_date.isoformat()} 施行，"
                f"不足 {timer.limit:g} 日（{timer.basis}）",
                "P118",
                "确认属于法定的例外；不是的，核对施行日期。",
            )


@rule("P120", "预算、决算批准后超过20日公开", Severity.WARNING)
def budgets_are_public_in_twenty_days(review: Review) -> Iterator[Finding]:
    """检查预算、决算在批准或者批复后20日内公开；稿件写了 批准日期 才能查。

    为何：预算法第十四条：经批准的预算、决算，批准后20日内公开；部门的在财政部门批复后20日内公开。
    错误：批准日期 2024-02-01，发布日期 2024-03-15
    正确：按期公开
    """
    timer = review.checking.timer("budget_20_days")
    if timer is None:
        return
    for doc in _of_kinds(review.catalog, "budget"):
        approved = _day(doc, "approved_date")
        days = (doc.pub_date - approved).days if approved else 0
        if approved and days > timer.limit:
            yield Finding(
                doc.path,
                "pub_date",
                f"{approved.isoformat()} 批准，{doc.pub_date.isoformat()} 公开，隔了 {days} 日，"
                f"超过 {timer.limit:g} 日（{timer.basis}）",
                "P120",
                "核对两个日期；确有理由的，写“豁免”。",
            )


def _report_limit(review: Review) -> Timer | None:
    """The day of the year until which this agency publishes its annual report; None where no national rule tells."""
    names = {"government": "annual_report_gov", "department": "annual_report_dept"}
    return review.checking.timer(names.get(agency_kind(review.catalog, review.checking), ""))


def _last_day(timer: Timer, report_year: int) -> date:
    return date(report_year + 1, *divmod(int(timer.limit), 100))


@rule("P121", "年度报告晚于法定日期", Severity.WARNING)
def annual_reports_came_in_time(review: Review) -> Iterator[Finding]:
    """检查年度报告按期公布：部门1月31日，县级以上地方政府3月31日。

    为何：《政府信息公开条例》第四十九条。
    错误：2024年度报告，部门在 2025-02-20 才发布
    正确：按期公布；补录以前年度的，写 豁免 和理由
    """
    timer = _report_limit(review)
    if timer is None:
        return
    for doc in _of_kinds(review.catalog, "annual"):
        year = _own(doc, "report_year")
        if year and int(year) >= _FIRST_LAW and doc.pub_date > (last := _last_day(timer, int(year))):
            yield Finding(
                doc.path,
                "pub_date",
                f"{year} 年度报告应在 {last.isoformat()} 前公布，{doc.pub_date.isoformat()} 才发布（{timer.basis}）",
                "P121",
                "核对发布日期；补录以前年度的，写“豁免”和理由。",
            )


_FIRST_LAW = 2019  # reports of earlier years had other dates (条例 of 2007, 第三十一条)


@rule("P122", "没有按期公布上一年度报告", Severity.WARNING, is_about_site=True)
def last_annual_report_is_there(review: Review) -> Iterator[Finding]:
    """检查期限过后，上一年度的政府信息公开工作年度报告已经公布。

    为何：《政府信息公开条例》第四十九条：部门1月31日前，县级以上地方政府3月31日前公布上一年度报告。
    错误：已是2月，没有上一年度的报告
    正确：公布年度报告，信息头写 报告年度
    """
    catalog, timer = review.catalog, _report_limit(review)
    launched = review.checking.launched
    homes = [column.id for column in catalog.columns.values() if column.kind.id == "annual"]
    if timer is None or not homes:
        return
    year = catalog.as_of.year - 1
    if catalog.as_of <= _last_day(timer, year):
        year -= 1
    last = _last_day(timer, year)
    if launched and launched > last:
        return
    if not any(_own(doc, "report_year") == str(year) for doc in _of_kinds(catalog, "annual")):
        yield Finding(
            COLUMNS,
            homes[0],
            f"没有 {year} 年度的政府信息公开工作年度报告，应在 {last.isoformat()} 前公布（{timer.basis}）",
            "P122",
            f"公布它，在信息头写“报告年度: {year}”。",
        )


_FORMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "docx": ("Word", (".docx", ".doc", ".wps")),
    "pdf": ("PDF", (".pdf", ".ofd")),
}


@rule("P123", "规章没有下载版式", Severity.WARNING, is_about_site=True)
def regulations_can_be_downloaded(review: Review) -> Iterator[Finding]:
    """检查规章有文字版（Word）和图片版（PDF）可以下载：由本产品生成，或者列为附件；全站只说一次。

    为何：规章要有网页版式和下载版式（国办公开办函〔2021〕33号）；条例第二十四条要求能检索、查阅、下载。
    错误：site.yaml 写 下载: 无，规章也没有附件
    正确：删去这一行（规章默认生成两种），或在 下载 的 种类 里写上规章
    """
    chosen = review.catalog.config.downloads
    missing: dict[str, list[Document]] = {}
    for doc in review.of_kinds("regulation"):
        is_made = "regulation" in chosen.kinds or _is_below_any(doc, chosen.columns, review.catalog)
        for form, (name, suffixes) in _FORMS.items():
            is_given = any(file.file.lower().endswith(suffixes) for file in doc.attachments)
            if not (is_made and form in chosen.forms) and not is_given:
                missing.setdefault(name, []).append(doc)
    if missing:
        first = next(iter(missing.values()))[0]
        count = len({doc.id for documents in missing.values() for doc in documents})
        yield Finding(
            first.path,
            "title",
            f"规章没有 {'、'.join(missing)} 下载版，共 {count} 份，这是最新的一份",
            "P123",
            "site.yaml 的“下载”里，种类写上规章，格式写 docx 和 pdf；不写这一项就都生成。",
        )


def _is_below_any(doc: Document, columns: Collection[str], catalog: Catalog) -> bool:
    """Whether the document stands in one of the columns, or below."""
    return bool(columns) and any(
        column.id in columns for home in doc.columns for column in trail(catalog.columns, home)
    )


RULES: tuple[RuleInfo, ...] = (
    guide_has_nine_elements,
    published_within_twenty_working_days,
    decisions_are_public_in_seven_working_days,
    revoked_penalties_are_gone,
    revoked_penalties_are_leaving,
    interpretations_come_soon,
    comment_calls_last_thirty_days,
    comment_calls_say_when_they_end,
    comments_are_answered,
    regulations_leave_thirty_days,
    holidays_are_known,
    budgets_are_public_in_twenty_days,
    annual_reports_came_in_time,
    last_annual_report_is_there,
    regulations_can_be_downloaded,
)
