"""Turn the facts of a 体检报告 into a workbook: the same as the page says, to be sorted, filtered and handed on.

Exports `report_xlsx`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.diagnostics import SEVERITY_NAMES
from sitegen.reports.coverage import coverage
from sitegen.reports.facts import Report
from sitegen.reports.workbook import Sheet, workbook


def report_xlsx(report: Report) -> bytes:
    """The workbook; its first sheet says for which day and how far it can be believed."""
    return workbook(tuple(_sheets(report)))


def _sheets(report: Report) -> Iterator[Sheet]:
    yield Sheet(
        "概况",
        (("项目", 24), ("内容", 90)),
        (
            ("网站", report.site_name),
            ("机关", report.agency),
            ("按哪一天计算", report.day),
            ("公开的稿件", report.documents),
            ("已撤回的稿件", report.withdrawn),
            ("错误", report.errors),
            ("警告", report.warnings),
            ("提示", report.infos),
            ("单项否决", report.score.fallen),
            ("超期的栏目", report.overdue),
            ("豁免", len(report.exemptions)),
            ("结论", report.score.verdict),
            (
                "说明",
                f"本报告不能代替检查。{coverage(report.indicators)}逐项见“查不到的指标”。内部使用，不对外公开。",
            ),
        ),
    )
    yield Sheet(
        "问题清单",
        (
            ("责任处室", 18),
            ("程度", 8),
            ("代码", 8),
            ("问题", 60),
            ("改法", 50),
            ("稿件", 40),
            ("栏目", 18),
            ("位置", 44),
        ),
        tuple(
            (
                entry.office,
                SEVERITY_NAMES[entry.severity],
                entry.code,
                entry.message or f"{entry.name}（不公开的稿件，内容不列出；在本机运行 check 查看）",
                entry.hint,
                entry.title,
                entry.column,
                entry.place,
            )
            for office in report.offices
            for entry in office.entries
        ),
    )
    yield Sheet(
        "单项否决和扣分",
        (("编号", 8), ("指标", 44), ("类别", 12), ("目前", 44), ("扣分", 10), ("出处", 40), ("查不到的部分", 60)),
        (
            *((v.id, v.name, "单项否决", v.state, None, v.source, v.unseen) for v in report.score.vetoes),
            *(
                (d.id, d.name, "扣分", d.told if d.found is None else d.found, d.points, d.source, d.unseen)
                for d in report.score.deductions
            ),
        ),
    )
    yield Sheet(
        "栏目更新",
        (
            ("栏目编号", 14),
            ("栏目", 30),
            ("责任处室", 18),
            ("稿件", 8),
            ("最新发布", 13),
            ("剩余天数", 10),
            ("时限和出处", 60),
        ),
        tuple((c.id, c.name, c.office, c.documents, c.newest, c.days_left, c.limit) for c in report.columns),
    )
    yield Sheet(
        "隐藏的栏目",
        (("栏目", 30), ("编号", 14), ("理由", 90)),
        tuple((c.name, c.id, c.reason) for c in report.hidden),
    )
    yield Sheet(
        "责任处室",
        (("责任处室", 24), ("稿件", 8), ("错误", 8), ("警告", 8), ("提示", 8), ("超期的栏目", 60)),
        tuple((o.name, o.documents, o.errors, o.warnings, o.infos, "、".join(o.overdue)) for o in report.offices),
    )
    yield Sheet(
        "政策解读",
        (
            ("年份", 8),
            ("应解读的文件", 14),
            ("已解读", 10),
            ("其中有多元形式", 16),
            ("解读稿", 10),
            ("形式", 50),
            ("第一解读人", 12),
        ),
        tuple(
            (
                line.year,
                line.documents,
                line.interpreted,
                line.in_other_forms,
                line.interpretations,
                "、".join(f"{name} {count}" for name, count in line.forms),
                line.first_person,
            )
            for line in report.interpretation
        ),
    )
    yield Sheet(
        "豁免",
        (("代码", 8), ("名称", 30), ("理由", 50), ("到期", 13), ("稿件", 40), ("责任处室", 18), ("位置", 44)),
        tuple((e.code, e.name, e.reason, e.until, e.title, e.office, e.place) for e in report.exemptions),
    )
    yield Sheet(
        "不公开计数",
        (("栏目", 30), ("依申请公开", 12), ("不予公开", 12), ("草稿", 8), ("未到发布日期", 14)),
        tuple(tuple(line) for line in report.withheld),
    )
    yield Sheet(
        "外部链接",
        (("域名", 40), ("类别", 14), ("链接", 8), ("稿件", 8)),
        tuple((line.name, line.kind, line.links, line.documents) for line in report.domains),
    )
    yield Sheet(
        "查不到的指标",
        (("编号", 8), ("指标", 60), ("构建", 12), ("查不到的和原因", 60), ("程序保证", 40), ("出处", 24)),
        tuple(
            (i.id, i.rule, i.words, i.unseen, i.made, i.source) for i in report.indicators if i.unseen or not i.is_seen
        ),
    )
