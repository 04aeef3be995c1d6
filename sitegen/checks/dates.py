"""Rules about the honesty of dates (families F and D): what was changed, what cannot be, what came all at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity
from sitegen.model import Document

_FOUNDED = date(1949, 10, 1)
_FIRST_SITES = date(1996, 1, 1)
_OLD = timedelta(days=90)


@rule("F150", "发布日期在发布之后改过", Severity.WARNING)
def publication_dates_stay(review: Review) -> Iterator[Finding]:
    """列出发布之后又改了发布日期的稿件；按 git 的提交历史判断，发布日到来之前改的不算。

    为何：伪造发稿日期属于弄虚作假，单项否决（国办秘函〔2019〕19号，A）；确需更正的，应当说得出理由。
    错误：3月1日发布，6月1日把发布日期改成6月1日
    正确：内容改了，发布日期不改，页面自有“更新”记录；原来写错的，豁免 里写明理由
    """
    if not review.history.redated:
        return
    by_path = {doc.path: doc for doc in review.catalog.documents.values()}
    for change in review.history.redated:
        doc = by_path.get(change.path)
        if doc is not None and doc.pub_date != change.before:
            yield Finding(
                doc.path,
                "pub_date",
                f"{change.day.isoformat()} 的提交改了发布日期：原来是 {change.before.isoformat()}，"
                f"现在是 {doc.pub_date.isoformat()}",
                "F150",
                f"没有写错的，改回 {change.before.isoformat()}；更正错误的，在“豁免”里写明理由。",
            )


@rule("F151", "一天里集中发布了许多旧文件", Severity.WARNING)
def old_documents_do_not_come_all_at_once(review: Review) -> Iterator[Finding]:
    """列出一天里补发的一批旧文件：成文三个月以上才发布的，同一天达到本站设定的件数。

    为何：检查前突击补传旧文件，抽查通报中多次点名（四川2017年通报的报道，A）；三个月和件数是本产品的口径，没有规定。
    错误：11月30日一天发布了 40 份两三年前的文件
    正确：形成之日起 20 个工作日内发布；首次建站、搬家补录的，在第一份的 豁免 里写明
    """
    least = review.checking.days("backlog_one_day")
    if not least:
        return
    late: dict[date, list[Document]] = defaultdict(list)
    for doc in review.catalog.documents.values():
        if doc.written_date and doc.pub_date - doc.written_date > _OLD and not doc.version_of:
            late[doc.pub_date].append(doc)
    for day, documents in late.items():
        if len(documents) >= least:
            first, *others = sorted(documents, key=lambda doc: (doc.written_date or day, doc.id))
            oldest = first.written_date or day
            yield Finding(
                first.path,
                "pub_date",
                f"{day.isoformat()} 一天发布了 {len(documents)} 份旧文件，最早的成文于 {oldest.isoformat()}"
                f"（本产品口径：成文三个月以上、一天满 {least:g} 份）",
                "F151",
                "确是补录的，在这一份的“豁免”里写明原因；不要为检查集中补传。",
                tuple((doc.path, "pub_date", f"成文 {doc.written_date}") for doc in others[:3]),
            )


@rule("F153", "施行日期早于成文日期", Severity.WARNING)
def nothing_takes_effect_before_it_is_written(review: Review) -> Iterator[Finding]:
    """检查施行日期不早于成文日期。

    为何：法规、规章一般不溯及既往（立法法，B）；施行早于签发，多半是年份写错，有效性也会跟着算错。
    错误：成文日期 2024-05-20，施行日期 2023-07-01
    正确：成文日期 2024-05-20，施行日期 2024-07-01
    """
    for doc in review.catalog.documents.values():
        if doc.effective_date and doc.written_date and doc.effective_date < doc.written_date and not doc.revisions:
            yield Finding(
                doc.path,
                "effective_date",
                f"施行日期 {doc.effective_date.isoformat()} 早于成文日期 {doc.written_date.isoformat()}",
                "F153",
                "改正其中写错的一个；文件里确实这样写的，在“豁免”里写明。",
            )


@rule("F155", "废止日期早于成文或施行日期", Severity.WARNING)
def nothing_is_repealed_before_it_exists(review: Review) -> Iterator[Finding]:
    """检查废止日期不早于成文日期和施行日期。

    为何：还没有的文件不能废止；日期写错，页面上的有效性就错了（国办公开办函〔2019〕61号：有效性标注）。
    错误：成文日期 2021-06-03，废止日期 2020-06-03
    正确：废止日期写废止决定施行的日期
    """
    for doc in review.catalog.documents.values():
        if doc.repeal_date:
            start = max((day for day in (doc.written_date, doc.effective_date) if day), default=None)
            if start and doc.repeal_date < start:
                yield Finding(
                    doc.path,
                    "repeal_date",
                    f"废止日期 {doc.repeal_date.isoformat()} 早于成文或施行日期 {start.isoformat()}",
                    "F155",
                    "改正其中写错的一个。",
                )


_YEAR_OF_NUMBER = re.compile(r"〔(\d{4})〕")


@rule("F156", "发文字号的年份与成文日期不一致", Severity.WARNING)
def number_and_day_are_of_one_year(review: Review) -> Iterator[Finding]:
    """检查发文字号里的年份与成文日期的年份一致。

    为何：发文字号的年份是签发年份，成文日期是签发日期（GB/T 9704—2012）；两处不同，有一处写错。年初用上年文号的放过。
    错误：某政发〔2023〕3号，成文日期 2024-05-20
    正确：某政发〔2024〕3号，成文日期 2024-05-20
    """
    for doc in review.catalog.documents.values():
        written = doc.written_date
        if doc.doc_no and written and str(written.year) not in doc.doc_no:
            found = _YEAR_OF_NUMBER.search(doc.doc_no)
            year = int(found[1]) if found else written.year
            if year != written.year and not (year == written.year - 1 and written.month <= 3) and not doc.revisions:
                yield Finding(
                    doc.path,
                    "written_date",
                    f"发文字号是 {year} 年的，成文日期是 {written.isoformat()}",
                    "F156",
                    "对照原件，改正其中写错的一个。",
                )


@rule("F157", "日期早得不可信", Severity.WARNING)
def dates_are_plausible(review: Review) -> Iterator[Finding]:
    """检查成文日期不早于 1949 年 10 月，发布日期不早于有政府网站的年份（1996 年）。

    为何：发布日期是在专栏首次公开的日期，不是成文日期的照抄；年份写错，列表和统计都会错。
    错误：发布日期: 1024-03-05
    正确：发布日期: 2024-03-05
    """
    for doc in review.catalog.documents.values():
        if doc.pub_date < _FIRST_SITES:
            yield Finding(
                doc.path,
                "pub_date",
                f"发布日期是 {doc.pub_date.isoformat()}，那时还没有政府网站",
                "F157",
                "写在网站上首次公开的日期；补录的旧文件写补录的日期。",
            )
        elif doc.written_date and doc.written_date < _FOUNDED:
            yield Finding(doc.path, "written_date", f"成文日期是 {doc.written_date.isoformat()}", "F157", "检查年份。")


# Pairs of dates of one kind: from, to.
_SPANS: Mapping[str, str] = {"comment_start": "comment_end", "valid_from": "valid_to"}


@rule("F158", "起止日期颠倒", Severity.WARNING)
def spans_begin_before_they_end(review: Review) -> Iterator[Finding]:
    """检查征集起止日期、许可有效期没有颠倒。

    为何：公众按它决定能不能提意见、许可是否有效；颠倒的日期没有意义。
    错误：征集开始日期 2024-06-30，征集截止日期 2024-06-01
    正确：征集开始日期 2024-06-01，征集截止日期 2024-06-30
    """
    for doc in review.catalog.documents.values():
        if not doc.extra:
            continue
        given = {entry.id: entry for entry in doc.extra}
        for start, end in _SPANS.items():
            if start in given and end in given and given[end].value < given[start].value:
                yield Finding(
                    doc.path,
                    end,
                    f"{given[end].name} {given[end].value} 早于{given[start].name} {given[start].value}",
                    "F158",
                    "改正其中写错的一个。",
                )


@rule("F159", "决定日期晚于发布日期", Severity.WARNING)
def decisions_precede_their_publication(review: Review) -> Iterator[Finding]:
    """检查行政许可、行政处罚的决定日期不晚于发布日期。

    为何：没有作出的决定不能公开；日期写错，“双公示”的 7 个工作日也会算错。
    错误：决定日期 2024-06-30，发布日期 2024-06-20
    正确：决定日期 2024-06-15，发布日期 2024-06-20
    """
    for doc in review.catalog.documents.values():
        for entry in doc.extra:
            if entry.id == "decision_date" and entry.value > doc.pub_date.isoformat():
                yield Finding(
                    doc.path,
                    "decision_date",
                    f"决定日期 {entry.value} 晚于发布日期 {doc.pub_date.isoformat()}",
                    "F159",
                    "改正其中写错的一个。",
                )


@rule("F160", "更正的日期不对", Severity.WARNING)
def corrections_come_after_publication(review: Review) -> Iterator[Finding]:
    """检查更正的日期不早于发布日期，也不晚于今天。

    为何：更正的是发布以后的差错，页面和动态更新都按这个日期列出；发布之前改的不用写更正，将来的还没有发生。
    错误：发布日期 2024-03-05，更正: [{date: 2024-03-01, note: 漏字}]
    正确：更正: [{date: 2024-03-08, was: 7月1起, now: 7月1日起}]
    """
    for doc in review.catalog.documents.values():
        for number, correction in enumerate(doc.corrections):
            day = correction.day.isoformat()
            if correction.day < doc.pub_date:
                wrong = f"更正的日期 {day} 早于发布日期 {doc.pub_date.isoformat()}"
            elif correction.day > review.catalog.as_of:
                wrong = f"更正的日期 {day} 还没有到"
            else:
                continue
            yield Finding(
                doc.path, f"corrections[{number}]", wrong, "F160", "写实际更正的那一天；发布之前改的，删去这一项。"
            )


RULES: tuple[RuleInfo, ...] = (
    publication_dates_stay,
    old_documents_do_not_come_all_at_once,
    nothing_takes_effect_before_it_is_written,
    nothing_is_repealed_before_it_exists,
    number_and_day_are_of_one_year,
    dates_are_plausible,
    spans_begin_before_they_end,
    decisions_precede_their_publication,
    corrections_come_after_publication,
)
