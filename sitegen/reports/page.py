"""Turn the facts of a 体检报告 into one HTML page that stands alone: for screen, phone and A4 paper, without scripts.

Exports `report_html`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import NamedTuple

from sitegen import __version__
from sitegen.diagnostics import SEVERITY_NAMES, Severity
from sitegen.gongwen import format_date_cn
from sitegen.reports.coverage import Indicator, coverage
from sitegen.reports.facts import Entry, OfficeLine, Report
from sitegen.reports.text import counted_words

MOST = 200
"""Of the findings of one office a page shows so many; the workbook has them all."""

_CSS = (Path(__file__).resolve().parent.parent / "data" / "report.css").read_text(encoding="utf-8")


class _Markup(str):
    """HTML, not to be escaped again."""

    __slots__ = ()


Shown = str | int | date | None


class _Head(NamedTuple):
    name: str
    kind: str = ""  # class of its cells: number or short


def report_html(report: Report) -> bytes:
    """The page, in UTF-8."""
    return "".join(_page(report)).encode("utf-8", "replace")


def _page(report: Report) -> Iterator[str]:
    title = f"{report.site_name}政府信息公开专栏体检报告"
    yield (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex, nofollow">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_CSS}</style>\n</head>\n<body>\n"
    )
    yield f'<header>\n<p class="about">{escape(report.agency)}　内部使用，不对外公开</p>\n<h1>{escape(title)}</h1>\n'
    yield f'<p class="about">按 {format_date_cn(report.day)} 的情况计算。逾期、有效性和是否到期，都以这一天为准。'
    yield f"由 sitegen {escape(__version__)} 根据稿件和设置算出，没有人工填写的内容。</p>\n"
    yield "</header>\n<main>\n"
    yield _summary(report)
    sections = tuple(_sections(report))
    yield '<ol class="contents">\n'
    yield "".join(f'<li><a href="#part-{n}">{escape(name)}</a></li>\n' for n, (name, _) in enumerate(sections, 1))
    yield "</ol>\n"
    for number, (name, body) in enumerate(sections, 1):
        yield f'<section aria-labelledby="part-{number}">\n'
        yield f'<h2 id="part-{number}">{_ordinal(number)}、{escape(name)}</h2>\n'
        yield f"{body}</section>\n"
    yield "</main>\n</body>\n</html>\n"


def _summary(report: Report) -> str:
    figures = (
        ("公开的稿件", report.documents),
        ("错误", report.errors),
        ("警告", report.warnings),
        ("提示", report.infos),
        ("单项否决", report.score.fallen),
        ("超期的栏目", report.overdue),
        ("豁免", len(report.exemptions)),
        ("查不全的指标", sum(not indicator.is_seen for indicator in report.indicators)),
    )
    shown = "".join(f"<div><dt>{name}</dt><dd>{count}</dd></div>\n" for name, count in figures)
    return (
        f'<dl class="figures">\n{shown}</dl>\n<p><strong>结论：</strong>{escape(report.score.verdict)}</p>\n'
        f'<div class="limits"><p><strong>本报告不能代替检查。</strong>{escape(coverage(report.indicators))}'
        f"逐项列在最后一部分。{escape(report.pages)}</p></div>\n"
    )


def _sections(report: Report) -> Iterator[tuple[str, str]]:
    yield "单项否决指标", _vetoes(report)
    yield "扣分指标", _deductions(report)
    yield "栏目更新", _columns(report)
    yield "各责任处室", _offices(report)
    yield "政策解读", _interpretation(report)
    yield "豁免", _exemptions(report)
    yield "不公开的稿件", _withheld(report)
    yield "隐藏的栏目", _hidden(report)
    yield "链接到的外部网站", _domains(report)
    yield "本报告查不到的指标", _unseen(report)


def _vetoes(report: Report) -> str:
    rows = (
        (
            veto.id,
            veto.name,
            _bad(veto.state) if veto.is_fallen or veto.is_doubtful else veto.state,
            veto.source,
            veto.unseen,
        )
        for veto in report.score.vetoes
    )
    heads = (_Head("编号", "short"), _Head("指标"), _Head("目前", "state"), _Head("出处"), _Head("查不到的部分"))
    rules = "".join(f"<li>{escape(rule)}</li>\n" for rule in report.score.rules)
    return f"<p>{escape(report.score.scheme)}（{escape(report.score.source)}）：</p>\n<ul>\n{rules}</ul>\n" + _table(
        "单项否决指标，出现任何一项即为不合格", heads, rows
    )


def _deductions(report: Report) -> str:
    rows = (
        (
            line.id,
            line.name,
            line.told,
            line.points,
            f"{line.source}（{line.certainty}）",
            line.unseen,
        )
        for line in report.score.deductions
    )
    heads = (
        _Head("编号", "short"),
        _Head("指标"),
        _Head("查到", "number"),
        _Head("扣分"),
        _Head("出处（把握）"),
        _Head("查不到的部分"),
    )
    note = (
        "“未定”：编写本程序时见到的文件没有写明每处扣多少分，不作猜测；以检查单位的口径为准。"
        "“程序保证”：网页由程序统一生成，不会缺。"
        "“查到”是查出的问题条数，同一处问题检查时不重复扣分。把握：A 见过原文，B 行业通行、没有见到原文，C 不确定。"
    )
    return _table("扣分指标（静态构建能查到的部分）", heads, rows) + f'<p class="note">{note}</p>\n'


def _columns(report: Report) -> str:
    """What runs out first stands first; then what nothing measures; what holds nothing is only named."""
    blank = [line.name for line in report.columns if not line.documents and not line.limit]
    shown = [line for line in report.columns if line.documents or line.limit]
    shown.sort(key=lambda line: (line.days_left is None, line.days_left or 0))
    rows = (
        (
            line.name,
            line.office,
            line.documents,
            line.newest or "没有稿件",
            _left(line.days_left),
            line.limit,
        )
        for line in shown
    )
    heads = (
        _Head("栏目"),
        _Head("责任处室", "office"),
        _Head("稿件", "number"),
        _Head("最新发布", "short"),
        _Head("剩余天数", "number"),
        _Head("时限和出处"),
    )
    if not report.columns:
        return "<p>没有末级栏目。</p>\n"
    return _table(f"各栏目到 {format_date_cn(report.day)} 的更新情况", heads, rows) + (
        '<p class="note">没有写时限的栏目，没有规定或者设置要求它按期更新。'
        "更新周期在 site.yaml 的 检查/更新周期 里设置。</p>\n"
        + (f"<p>没有稿件的栏目 {len(blank)} 个：{escape('、'.join(blank))}。</p>\n" if blank else "")
    )


def _hidden(report: Report) -> str:
    if not report.hidden:
        return "<p>标准栏目树里的栏目都没有隐藏。</p>\n"
    heads = (_Head("理由"), _Head("个数", "number"), _Head("栏目"))
    found: dict[str, list[str]] = {}
    for column in report.hidden:
        found.setdefault(column.reason, []).append(f"{column.name}（{column.id}）")
    rows = ((reason, len(names), "、".join(names)) for reason, names in found.items())
    return _table("标准栏目树里没有设的栏目，按理由", heads, rows)


def _left(days: int | None) -> Shown:
    if days is None:
        return "—"
    return _bad(f"超期 {-days}") if days < 0 else days


def _offices(report: Report) -> str:
    if not report.offices:
        return "<p>没有稿件，也没有问题。</p>\n"
    rows = (
        (o.name, o.documents, o.errors, o.warnings, o.infos, "、".join(o.overdue) or "没有") for o in report.offices
    )
    heads = (
        _Head("责任处室"),
        _Head("稿件", "number"),
        _Head("错误", "number"),
        _Head("警告", "number"),
        _Head("提示", "number"),
        _Head("超期的栏目"),
    )
    note = (
        "责任处室取自稿件的“责任处室”；稿件没有写的，取 site.yaml 的 检查/责任处室 给栏目写的；"
        "都没有写的，归入“未写责任处室”。"
    )
    lists = "".join(_office(office) for office in report.offices if office.entries)
    return _table("按责任处室汇总", heads, rows) + f'<p class="note">{note}</p>\n' + lists


def _office(office: OfficeLine) -> str:
    told = counted_words(office.errors, office.warnings, office.infos)
    rows = (
        (
            _bad(SEVERITY_NAMES[entry.severity])
            if entry.severity is Severity.ERROR
            else SEVERITY_NAMES[entry.severity],
            entry.code,
            _what(entry),
            _where(entry),
        )
        for entry in office.entries[:MOST]
    )
    heads = (_Head("程度", "short"), _Head("代码", "short"), _Head("问题和改法"), _Head("在哪里"))
    rest = len(office.entries) - MOST
    more = f"<p>还有 {rest} 条没有印出，见表格文件。</p>\n" if rest > 0 else ""
    return f"<h3>{escape(office.name)}</h3>\n" + _table(f"{office.name}的问题：{told}", heads, rows) + more


def _what(entry: Entry) -> Shown:
    if not entry.place:
        return f"{entry.name}（不公开的稿件，内容不列出；在本机运行 check 查看）"
    hint = f"<br><span>提示：{escape(entry.hint)}</span>" if entry.hint else ""
    return _Markup(escape(entry.message) + hint)


def _where(entry: Entry) -> Shown:
    if not entry.place:
        return entry.column or "—"
    title = f"《{escape(entry.title)}》<br>" if entry.title else ""
    return _Markup(f'{title}<span class="place">{escape(entry.place)}</span>')


def _interpretation(report: Report) -> str:
    if not report.interpretation:
        return "<p>没有规章、行政规范性文件，也没有解读。</p>\n"
    rows = (
        (
            line.year,
            line.documents,
            line.interpreted,
            _rate(line.interpreted, line.documents),
            _rate(line.in_other_forms, line.interpreted),
            line.interpretations,
            "、".join(f"{name} {count}" for name, count in line.forms) or "没有",
            line.first_person,
        )
        for line in report.interpretation
    )
    heads = (
        _Head("年份", "number"),
        _Head("应解读的文件", "number"),
        _Head("已解读", "number"),
        _Head("解读率", "number"),
        _Head("多元化解读率", "number"),
        _Head("解读稿", "number"),
        _Head("形式"),
        _Head("第一解读人", "number"),
    )
    note = (
        "应解读的文件：当年发布的规章和行政规范性文件。已解读：本站有解读稿写明解读它的。"
        "多元化解读率：已解读的文件中，至少有一种解读不是文字解读的比例（分母没有统一规定，这是本程序的算法）。"
        "第一解读人：解读形式写“负责人解读”的解读稿数，次数要求各地不同，不是国家规定。"
    )
    return (
        _table("按年统计，文件按自己的发布年份，解读稿按解读的发布年份", heads, rows) + f'<p class="note">{note}</p>\n'
    )


def _rate(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "—"


def _exemptions(report: Report) -> str:
    if not report.exemptions:
        return "<p>没有豁免。</p>\n"
    rows = (
        (
            f"{line.code} {line.name}",
            line.reason or "（没有写理由）",
            _until(line.until, report.day),
            _Markup(
                (f"《{escape(line.title)}》<br>" if line.title else "")
                + f'<span class="place">{escape(line.place)}</span>'
            )
            if line.place
            else "—",
            line.office,
        )
        for line in report.exemptions
    )
    heads = (_Head("代码"), _Head("理由"), _Head("到期", "short"), _Head("稿件"), _Head("责任处室"))
    return _table("放行的问题，每一项都应有人负责", heads, rows)


def _until(until: date | None, day: date) -> Shown:
    if until is None:
        return "没有写"
    return _bad(f"{until.isoformat()}（已过）") if until < day else until


def _withheld(report: Report) -> str:
    if not report.withheld:
        return "<p>没有。</p>\n"
    rows = tuple((line.column, line.on_request, line.withheld, line.drafts, line.awaited) for line in report.withheld)
    total: tuple[Shown, ...] = (
        "合计",
        sum(line.on_request for line in report.withheld),
        sum(line.withheld for line in report.withheld),
        sum(line.drafts for line in report.withheld),
        sum(line.awaited for line in report.withheld),
    )
    heads = (
        _Head("栏目"),
        _Head("依申请公开", "number"),
        _Head("不予公开", "number"),
        _Head("草稿", "number"),
        _Head("未到发布日期", "number"),
    )
    return _table("只列数目，不列标题和文件名", heads, (*rows, total))


def _domains(report: Report) -> str:
    if not report.domains:
        return "<p>没有外部链接。</p>\n"
    rows = ((line.name, line.kind, line.links, line.documents) for line in report.domains)
    heads = (_Head("域名"), _Head("类别"), _Head("链接", "number"), _Head("稿件", "number"))
    return _table("正文里的外部链接，按域名", heads, rows) + (
        '<p class="note">这些链接是否打得开，静态构建不联网，查不到，要另行逐个打开核对。'
        "不是政府网站的，离开本站时应有提示。</p>\n"
    )


def _unseen(report: Report) -> str:
    blind = [indicator for indicator in report.indicators if not indicator.is_seen]
    partly = [indicator for indicator in report.indicators if indicator.is_seen and indicator.unseen]
    return (
        "<p>本报告不能代替检查：下列指标静态构建查不到，或者只能查到一部分，要靠人看、靠联网监测或者靠门户网站。</p>\n"
        + _indicators("静态构建查不到、只能查到一部分的指标", blind)
        + _indicators("能查，但还要人核对的指标", partly)
        + f'<p class="note">{_SOURCES}</p>\n'
    )


_SOURCES = (
    "出处的简称：19号，国办秘函〔2019〕19号；指引，国办发〔2017〕47号；61号，国办公开办函〔2019〕61号；"
    "33号、30号，国办公开办函〔2021〕33号、30号；条例，《政府信息公开条例》。各地标准不是国家规定。"
)


def _indicators(caption: str, known: Sequence[Indicator]) -> str:
    heads = (_Head("编号", "short"), _Head("指标"), _Head("构建", "short"), _Head("查不到的和原因"), _Head("出处"))
    return _table(caption, heads, ((i.id, i.rule, i.words, i.unseen, i.source) for i in known))


# ---------------------------------------------------------------- parts of a page


def _table(caption: str, heads: Sequence[_Head], rows: Iterable[Sequence[Shown]]) -> str:
    """A table whose first cell of each row is its head; on a phone every cell says which column it is of."""
    head = "".join(f'<th scope="col"{_class(entry)}>{escape(entry.name)}</th>' for entry in heads)
    lines = []
    for row in rows:
        cells = [f'<th scope="row"{_class(heads[0])}>{_cell(row[0])}</th>']
        cells += [
            f'<td data-name="{escape(entry.name)}"{_class(entry, is_blank=_is_blank(cell))}>{_cell(cell)}</td>'
            for entry, cell in zip(heads[1:], row[1:], strict=True)
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>\n")
    body = "".join(lines)
    head = f"<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>"
    return f"<table>\n{head}\n<tbody>\n{body}</tbody>\n</table>\n"


def _class(head: _Head, *, is_blank: bool = False) -> str:
    names = " ".join(filter(None, (head.kind, "blank" if is_blank else "")))
    return f' class="{names}"' if names else ""


def _is_blank(cell: Shown) -> bool:
    return cell in (None, "", "—")


def _cell(cell: Shown) -> str:
    if isinstance(cell, _Markup):
        return cell
    if isinstance(cell, date):
        return cell.isoformat()
    return "—" if _is_blank(cell) else escape(str(cell))


def _bad(text: str) -> _Markup:
    """A word that must not be overlooked, in print too: a mark and weight, not colour alone."""
    return _Markup(f'<span class="bad">▲ {escape(text)}</span>')


def _ordinal(number: int) -> str:
    return "一二三四五六七八九十"[number - 1]
