"""Reports of a check: text by document and office, the page and the workbook, and what none of them may say."""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from sitegen.checks.freshness import VetoCount
from sitegen.cli import main
from sitegen.diagnostics import Diagnostic, Severity, Span
from sitegen.load import standard_data
from sitegen.model import Timer
from sitegen.reports.coverage import Indicator, indicators
from sitegen.reports.facts import Report, report_of
from sitegen.reports.page import MOST, report_html
from sitegen.reports.places import places_of
from sitegen.reports.scoring import score_of
from sitegen.reports.tables import report_xlsx
from sitegen.reports.text import by_document, by_office
from sitegen.reports.workbook import Sheet, workbook
from sitegen.site import CheckResult, codes
from tests.site.test_html_validity import checker
from tests.story import Site

SECRET = "不许外传的标题"
OFFICE = "政策法规科"


def report(site: Site, as_of: str = "2026-11-22") -> Report:
    """The report of the site as it is now."""
    result = site.check(as_of, cache=None).result
    assert isinstance(result, CheckResult)
    return report_of(result.diagnostics, result.catalog, result.tree, codes(), "content")


def faulty(site: Site) -> Site:
    """Two offices with an error each, one document nobody answers for, and one that may not be shown."""
    wrong = {"written_date": "2024-03-06", "pub_date": "2024-03-05"}
    site.write("fd-01-gfx/a.md", title="甲办法", unit=OFFICE, **wrong)
    site.write("fd-01-gfx/b.md", title="乙办法", unit="办公室", **wrong)
    site.write("fd-01-gfx/c.md", title="丙办法", **wrong)
    return site.write(
        "fd-01-gfx/s.md", title=SECRET, disclosure="不予公开", disclosure_reason=SECRET, pub_date="2024-13-01"
    )


def told(site: Site, render: Callable[..., str]) -> str:
    result = site.check(cache=None).result
    assert isinstance(result, CheckResult)
    found = [d for d in result.diagnostics if d.code in ("D210", "F110")]
    return render(found, places_of(result.catalog, result.tree, "content"))


# ---------------------------------------------------------------- text


def test_text_by_document_keeps_the_line_of_the_contract(site: Site) -> None:
    assert told(faulty(site), by_document) == (
        "content/fd-01-gfx/a.md（《甲办法》，政策法规科，1 个错误）\n"
        "content/fd-01-gfx/a.md:4:11: 错误 D210 发布日期 2024-03-05 早于成文日期 2024-03-06\n"
        "  提示：改正其中写错的一个。\n"
        "\n"
        "content/fd-01-gfx/b.md（《乙办法》，办公室，1 个错误）\n"
        "content/fd-01-gfx/b.md:4:11: 错误 D210 发布日期 2024-03-05 早于成文日期 2024-03-06\n"
        "  提示：改正其中写错的一个。\n"
        "\n"
        "content/fd-01-gfx/c.md（《丙办法》，1 个错误）\n"
        "content/fd-01-gfx/c.md:4:11: 错误 D210 发布日期 2024-03-05 早于成文日期 2024-03-06\n"
        "  提示：改正其中写错的一个。\n"
        "\n"
        "content/fd-01-gfx/s.md（1 个错误）\n"
        "content/fd-01-gfx/s.md:4:11: 错误 F110 日期不对（字段“发布日期”，这份稿件不公开，内容不在这里显示）\n"
        "  提示：正确的写法，例如：2021-02-28\n"
    )


def test_documents_with_errors_come_before_those_with_warnings(site: Site) -> None:
    def at(path: str, severity: Severity) -> Diagnostic:
        return Diagnostic("D210", severity, "不对", Span(path, 1, 1))

    found = site.write("fd-01-gfx/a.md").check(cache=None).result
    assert isinstance(found, CheckResult)
    places = places_of(found.catalog, found.tree, "content")
    several = [at("a", Severity.INFO), at("b", Severity.WARNING), at("c", Severity.INFO), at("c", Severity.ERROR)]
    text = by_document(several, places)
    assert [line[0] for line in text.splitlines() if "（" in line] == ["c", "b", "a"]


def test_text_by_office_names_each_once_and_nobody_last(site: Site) -> None:
    text = told(faulty(site), by_office)
    assert re.findall("【.*】.*", text) == [
        "【办公室】1 个文件，1 个错误",
        "【政策法规科】1 个文件，1 个错误",
        "【未写责任处室】2 个文件，2 个错误",
    ]


def test_office_of_a_column_answers_for_documents_that_name_none(site: Site) -> None:
    faulty(site).setting(agency="示例市科学技术局", checks={"offices": {"法规处": ["fd-01"]}})
    assert "【法规处】2 个文件，2 个错误\n" in told(site, by_office)


def test_columns_that_are_overdue_stand_under_their_office(site: Site) -> None:
    found = site.write("fd-01-gfx/a.md").check(cache=None).result
    assert isinstance(found, CheckResult)
    places = places_of(found.catalog, found.tree, "content")
    assert by_office((), places, overdue={OFFICE: ("政策文件",)}) == (
        "【政策法规科】没有查出问题\n  超期的栏目：政策文件\n"
    )


# ---------------------------------------------------------------- the facts


def test_nothing_of_a_withheld_document_is_in_a_report_but_its_number(site: Site) -> None:
    site = faulty(site)
    site.write(
        "fd-02-ns/q.md", title=SECRET, disclosure="依申请公开", disclosure_reason=SECRET, exempt={"D210": SECRET}
    )
    site.write("fd-02-ns/later.md", title=SECRET, pub_date="2030-01-01").write(
        "fd-02-ns/d.md", title=SECRET, draft=True
    )
    site.file("fd-01-gfx/broken.md", f"---\n标题: {SECRET}\n公开属性 主动公开\n---\n{SECRET}\n")
    found = report(site)
    assert [tuple(line)[1:] for line in found.withheld] == [(0, 1, 0, 0), (1, 0, 1, 1)]
    page = report_html(found).decode()
    cells = [str(cell.value) for sheet in sheets(found) for row in sheet.rows for cell in row]
    for text in (page, "\n".join(cells)):
        assert "不公开的稿件，内容不列出" in text
        for secret in (SECRET, "s.md", "q.md", "later.md", "d.md", "broken.md"):
            assert secret not in text


def test_interpretations_are_counted_by_year_and_form(site: Site) -> None:
    for name in "abc":
        site.write(f"fd-01-gfx/{name}.md", title=f"{name}办法")
    plain = {"written_date": None, "interprets": ["a"]}
    site.write("fd-01-jd/j1.md", title="解读一", interpret_form="文字解读", **plain)
    site.write("fd-01-jd/j2.md", title="解读二", interpret_form="负责人解读", **plain)
    site.write("fd-01-jd/j3.md", title="解读三", interpret_form="文字解读", **{**plain, "interprets": ["b"]})
    site.write("fd-01-jd/j4.md", title="解读四", **{**plain, "pub_date": "2025-01-02"})
    newest, year = report(site).interpretation
    assert newest[:5] == (2025, 0, 0, 0, 1) and newest.forms == (("未写形式", 1),)
    assert year[:5] == (2024, 3, 2, 1, 3)
    assert year.forms == (("文字解读", 2), ("负责人解读", 1)) and year.first_person == 1


def test_rule_with_several_texts_counts_once(site: Site) -> None:
    body = "见[国务院](https://www.gov.cn/a)。"
    title = "某市科技经费管理办法"
    site.write("fd-01-gfx/gl.md", title=title, body=f"旧文。{body}", effective_date="2024-04-01")
    site.write("fd-01-gfx/gl-2.md", title=title, body=f"新文。{body}", version_of="gl", effective_date="2024-05-01")
    site.write("fd-01-jd/j.md", title="解读", written_date=None, interprets="gl-2", interpret_form="文字解读")
    found = report(site)
    assert found.documents == 2
    assert sum(line.documents for line in found.offices) == 2
    assert [year[:4] for year in found.interpretation] == [(2024, 1, 1, 0)]
    assert [line[:3] for line in found.domains] == [("www.gov.cn", 1, 1)]


def test_links_outside_are_counted_by_domain(site: Site) -> None:
    site.setting(agency="示例市科学技术局", domain="kjj.example.gov.cn", checks={"domains": ["ok.example.org"]})
    links = (
        "[甲](https://www.gov.cn/a)[乙](https://www.gov.cn/b)[丙](https://ok.example.org/)[丁](https://ad.example.com)"
    )
    site.write("fd-01-gfx/a.md", body=f"{links}[戊](https://kjj.example.gov.cn/x)")
    assert [tuple(line) for line in report(site).domains] == [
        ("www.gov.cn", 2, 1, "政府网站"),
        ("ad.example.com", 1, 1, "其他网站"),
        ("kjj.example.gov.cn", 1, 1, "本站域名"),
        ("ok.example.org", 1, 1, "本站白名单"),
    ]


def test_columns_tell_their_newest_day_and_the_days_left_on_the_day_asked_for(site: Site) -> None:
    site.write("fd-01-gfx/a.md", pub_date="2026-11-01", written_date="2026-10-30")
    now, later = (next(c for c in report(site, day).columns if c.id == "fd-01") for day in ("2026-11-22", "2027-11-22"))
    assert now.newest == later.newest == date(2026, 11, 1)
    assert now.days_left == 162 and not now.is_overdue
    assert later.days_left == 162 - 365 and later.is_overdue


def test_exemptions_tell_reason_and_expiry_even_after_a_build_from_the_cache(
    site: Site, run: Callable[..., int], tmp_path: Path
) -> None:
    exempt = {"D210": {"reason": "补录的历史文件", "until": "2099-12-31"}}
    site.write("fd-01-gfx/a.md", written_date="2024-03-06", unit=OFFICE, exempt=exempt)
    for _ in range(2):
        assert run("check", "--report", str(tmp_path / "out")) == 0
    book = openpyxl.load_workbook(tmp_path / "out" / "体检报告.xlsx")
    (_, row) = book["豁免"].iter_rows(values_only=True)
    assert row[:4] == ("D210", codes()["D210"].title, "补录的历史文件", datetime(2099, 12, 31))


# ---------------------------------------------------------------- the score

_TIMER = Timer("stale_columns", "栏目", 5, "n", "国办秘函〔2019〕19号")
_DAYS = Timer("homepage_2_weeks", "首页", 14, "d", "国办秘函〔2019〕19号")
_D5 = Indicator("D5", "链接", "deduct", "19号", "part", frozenset({"L110"}), unseen="外链")
_V1 = Indicator("V1", "泄密", "veto", "19号", "part", frozenset({"S100", "S101"}), unseen="舆情")


def found(code: str, severity: Severity = Severity.ERROR) -> Diagnostic:
    return Diagnostic(code, severity, "x", Span("content/a.md"))


def test_site_without_a_veto_has_no_score_where_no_paper_gives_a_number() -> None:
    score = score_of([found("L110")], [_D5], [VetoCount("V4a", _TIMER, 3), VetoCount("V3", _DAYS, 10)])
    states = {veto.id: veto.state for veto in score.vetoes}
    assert states["V4a"] == "有 3 个，距 5 个还差 2 个"
    assert states["V3"] == "本专栏最近一次发布在 10 天前，还有 4 天"
    assert states["V2"] == states["V5"] == "静态构建查不到"
    assert score.fallen == 0
    assert {line.points for line in score.deductions} == {"未定"}
    assert next(line for line in score.deductions if line.id == "D5").found == 1
    assert "总分未定（满分 100，低于 60 分不合格）" in score.verdict


def test_veto_falls_at_its_limit_and_says_so_first() -> None:
    score = score_of([found("S100")], [_V1], [VetoCount("V4a", _TIMER, 5)])
    assert [veto.id for veto in score.vetoes if veto.is_fallen] == ["V1", "V4a"]
    assert score.verdict.startswith("有 2 项单项否决（V1 安全、泄密等严重问题；V4a ")


def test_warning_is_no_veto_but_somebody_must_look() -> None:
    score = score_of([found("S101", Severity.WARNING)], [_V1], [VetoCount("V3", _DAYS, 15)])
    assert score.fallen == 0
    assert [veto.id for veto in score.vetoes if veto.is_doubtful] == ["V1", "V3"]
    assert "V1、V3 要人核实" in score.verdict


def test_points_count_where_a_paper_gives_them_and_never_more_than_the_item_has() -> None:
    data = standard_data("scoring.yaml")
    known = [{**raw, "points": 4, "at_most": 10} for raw in data["deductions"] if raw["id"] == "D5"]
    score = score_of([found("L110")] * 3, [_D5], [], {**data, "deductions": known})
    assert score.deductions[0].points == "10"
    assert "能查到的部分得 90 分" in score.verdict


def test_every_item_of_the_score_is_an_indicator() -> None:
    data, known = standard_data("scoring.yaml"), {indicator.id: indicator for indicator in indicators()}
    for raw in (*data["vetoes"], *data["deductions"]):
        assert raw["id"] in known, raw["id"]
    assert {"A", "B"} >= {raw["certainty"] for raw in data["deductions"]}


def test_what_no_build_sees_is_told_with_its_reason() -> None:
    unseen = [indicator for indicator in indicators() if not indicator.is_seen]
    assert len(unseen) >= 8
    assert [indicator.id for indicator in unseen if not indicator.unseen] == []


# ---------------------------------------------------------------- the page and the workbook


def sheets(of: Report) -> list[openpyxl.worksheet.worksheet.Worksheet]:
    return openpyxl.load_workbook(io.BytesIO(report_xlsx(of))).worksheets


def test_page_is_valid_html_without_scripts_and_needs_nothing_else(
    site: Site, program: Callable[..., str], tmp_path: Path
) -> None:
    faulty(site).write("fd-01-jd/j.md", written_date=None, interprets=["a"], body="[外](https://example.com)<")
    page = report_html(report(site))
    text = page.decode()
    assert "<script" not in text and not re.search(r'(?:src|href)="(?!#)', text) and "url(" not in text
    assert "按 2026年11月22日 的情况计算" in text
    assert "本报告不能代替检查：下列指标静态构建查不到" in text
    target = tmp_path / "report.html"
    target.write_bytes(page)
    command = [program("java"), "-Xss8m", "-jar", str(checker()), "--errors-only", "--format", "json", str(target)]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300)
    found = [message["message"] for message in json.loads(ran.stderr)["messages"]]
    assert [message for message in found if not message.startswith("CSS: ")] == []  # its CSS is years behind


def test_page_escapes_what_authors_write(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="甲<b>&办法", written_date="2024-03-06", unit='<i>"科"')
    text = report_html(report(site)).decode()
    assert "甲&lt;b&gt;&amp;办法" in text and "&lt;i&gt;" in text
    assert "<b>" not in text and "<i>" not in text


def test_page_says_which_pages_were_looked_at(site: Site) -> None:
    found = replace(report(faulty(site)), pages="还没有生成网页。")
    assert "还没有生成网页。</p></div>" in report_html(found).decode()


def test_columns_that_run_out_first_stand_first_and_empty_ones_are_only_named(site: Site) -> None:
    site.setting(agency="示例市科学技术局", checks={"更新周期": {"fd-04": "每季", "fd-08": "每月"}})
    for column in ("fd-01-gfx", "fd-04", "fd-08"):
        site.write(f"{column}/{column}.md", written_date=None)
    text = report_html(report(site, "2024-03-10")).decode()
    part = text[text.index('id="part-3"') : text.index('id="part-4"')]
    assert re.findall('<tr><th scope="row">(.*?)</th>', part)[:3] == [
        "行政事业性收费",
        "统计信息",
        "政策文件（含下级）",
    ]
    assert re.search("没有稿件的栏目 [0-9]+ 个：.*政府集中采购", part) is None  # it has columns below
    assert re.search("没有稿件的栏目 [0-9]+ 个：.*中标成交结果", part)


def test_number_of_a_person_in_a_title_is_in_no_report(site: Site) -> None:
    number = "110199199003070017"
    site.write("fd-01-gfx/a.md", title=f"关于张某（{number}）的公示", attachments=[{"file": f"{number}.docx"}])
    found = report(site)
    assert found.errors
    cells = [str(cell.value) for sheet in sheets(found) for row in sheet.rows for cell in row]
    assert number not in report_html(found).decode() + "".join(cells)
    assert "关于张某（11…17）的公示" in report_html(found).decode()


def test_workbook_opens_and_says_the_same(site: Site) -> None:
    found = report(faulty(site))
    names = [sheet.title for sheet in sheets(found)]
    assert names[:4] == ["概况", "问题清单", "单项否决和扣分", "栏目更新"]
    listed = [tuple(cell.value for cell in row) for row in sheets(found)[1].rows]
    assert listed[0] == ("责任处室", "程度", "代码", "问题", "改法", "稿件", "栏目", "位置")
    assert len(listed) == 1 + found.errors + found.warnings + found.infos
    assert (OFFICE, "错误", "D210") in {row[:3] for row in listed}
    assert {sheet.freeze_panes for sheet in sheets(found)} == {"A2"}


def test_empty_site_has_a_report_too(site: Site) -> None:
    found = report(site)
    assert b"</html>" in report_html(found)
    assert len(sheets(found)) == 11


def test_same_report_has_the_same_bytes(site: Site) -> None:
    one, other = report(faulty(site)), report(site)
    assert report_html(one) == report_html(other)
    assert report_xlsx(one) == report_xlsx(other)


def test_workbook_takes_any_text() -> None:
    rows = (("=1+1", 2, None), ("\x00\ud800&<>\n", 1.5, date(2026, 1, 2)), ("字" * 40_000, -3, ""))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(workbook([Sheet("表", (("甲", 9),) * 3, rows)]))).worksheets
    _, first, second, third = sheet.iter_rows(values_only=True)
    assert first == ("=1+1", 2, None) and sheet["A2"].data_type == "s"
    assert second == ("\ufffd\ufffd&<>\n", 1.5, datetime(2026, 1, 2))
    assert len(third[0]) == 32_767


# ---------------------------------------------------------------- the command


@pytest.fixture
def run(site: Site, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`run("check")` in the folder of the site gives the exit status."""
    monkeypatch.chdir(site.folder)
    return lambda *arguments: main(list(arguments))


def test_report_is_written_though_the_content_has_errors(
    site: Site, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", "--report", "report") == 0
    faulty(site)
    assert run("check", "--report", "report", "--as-of", "2030-01-02") == 1
    said = capsys.readouterr().out
    assert "按 2030-01-02 这一天：4 个错误" in said
    assert "体检报告写在 report/体检报告.html" in said
    assert "2030年1月2日" in (site.folder / "report" / "体检报告.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in (site.folder / "report").iterdir()) == ["体检报告.html", "体检报告.xlsx"]


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("public", "不能写进输出文件夹"),
        ("public/x/y", "不能写进输出文件夹"),
        ("public.releases/000001", "不能写进输出文件夹的各个版本"),
        ("content", "不能写进内容文件夹"),
        ("content/_report", "不能写进内容文件夹"),
        ("link/x", "不能写进输出文件夹"),
        ("other", "是一个网站的输出文件夹"),
        ("other/x", "是一个网站的输出文件夹"),
    ],
)
def test_report_is_never_written_where_it_could_be_published(
    site: Site, run: Callable[..., int], capsys: pytest.CaptureFixture[str], folder: str, reason: str
) -> None:
    site.write("fd-01-gfx/a.md")
    for output in ("public", "other"):
        assert run("build", "--no-search", "--output", output) == 0
    (site.folder / "link").symlink_to(site.folder / "public")
    before = {path for path in site.folder.rglob("*") if ".sitegen" not in path.parts}
    assert run("check", "--report", folder) == 2
    assert reason in capsys.readouterr().err
    assert {path for path in site.folder.rglob("*") if ".sitegen" not in path.parts} == before


def test_report_that_cannot_be_written_is_the_machine_s_fault(
    site: Site, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    (site.write("fd-01-gfx/a.md").folder / "file").write_text("x", encoding="utf-8")
    assert run("check", "--report", "file/report") == 3
    assert "体检报告写不进“file/report”" in capsys.readouterr().err


def test_check_ends_with_how_much_it_cannot_see(
    site: Site, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    site.write("fd-01-gfx/a.md")
    assert run("check") == 0
    assert re.fullmatch(
        r"检查指标 \d+ 项，静态构建查不到.*逐项见 docs/inspection\.md。", capsys.readouterr().out.splitlines()[-1]
    )
    assert run("check", "--format", "json") == 0
    assert "检查指标" not in capsys.readouterr().out


def test_check_by_office_and_by_document(
    site: Site, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty(site)
    assert run("check", "--by", "office") == 1
    assert "【政策法规科】" in capsys.readouterr().err
    assert run("check", "--by", "document") == 1
    assert "《甲办法》" in capsys.readouterr().err
    assert run("check") == 1
    assert "《甲办法》" not in capsys.readouterr().err


def test_diagnostics_for_gitlab(site: Site, run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    faulty(site)
    assert run("check", "--format", "gitlab") == 1
    issues = [issue for issue in json.loads(capsys.readouterr().out) if issue["check_name"] == "D210"]
    assert [issue["location"] for issue in issues] == [
        {"path": f"content/fd-01-gfx/{name}.md", "lines": {"begin": 4}} for name in "abc"
    ]
    assert {issue["severity"] for issue in issues} == {"critical"}
    assert len({issue["fingerprint"] for issue in issues}) == 3


def test_page_prints_so_many_findings_of_an_office_and_says_how_many_more(site: Site) -> None:
    found = report(faulty(site))
    office = next(line for line in found.offices if line.name == OFFICE)
    long = replace(found, offices=(office._replace(entries=office.entries[:1] * (MOST + 3)),))
    text = report_html(long).decode()
    assert "还有 3 条没有印出，见表格文件。" in text
    assert text.count("发布日期 2024-03-05 早于成文日期 2024-03-06") == MOST
