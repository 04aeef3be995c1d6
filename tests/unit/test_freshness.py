"""How fresh columns are, and what the site says about its checks."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.checks.freshness import ColumnAge, days_left, office_of, veto_counts
from sitegen.load.checking import NAMES
from sitegen.load.settings import read_settings
from sitegen.model import CheckConfig
from sitegen.site import BUILTIN
from tests.story import Site

STAT = {"written_date": None, "column": "fd-04"}


def ages(site: Site, as_of: str) -> dict[str, ColumnAge]:
    result = site.check(as_of).result
    assert result is not None and hasattr(result, "tree")
    return {age.column: age for age in days_left(result.catalog, result.tree.checking)}


def checks(text: str) -> tuple[CheckConfig, list[str]]:
    """What is read of these lines below `checks`, and what is said about them."""
    site = "agency: 示例市科学技术局\nchecks:\n" + "".join(f"  {line}\n" for line in text.splitlines())
    settings = read_settings(site.encode(), None, "content")
    return settings.checking, [f"{d.span.line}:{d.span.column} {d.message}" for d in settings.diagnostics]


# ---------------------------------------------------------------- columns


def test_a_column_is_due_when_its_interval_is_over(site: Site) -> None:
    site.setting(agency="示例市科学技术局", checks={"更新周期": {"fd-04": "每季"}, "责任处室": {"财务科": "fd-04"}})
    site.write("fd-04/a.md", pub_date="2026-08-22", written_date=None)
    age = ages(site, "2026-11-20")["fd-04"]
    assert (age.newest, age.due, age.days_left, age.office) == (date(2026, 8, 22), date(2026, 11, 22), 2, "财务科")
    assert ages(site, "2026-11-25")["fd-04"].days_left == -3


def test_a_new_text_of_an_old_document_is_something_new(site: Site) -> None:
    site.write("fd-01-gfx/gl.md", title="某市科技经费管理办法", body="旧文。", effective_date="2024-04-01")
    new = {"pub_date": "2026-10-08", "written_date": "2026-10-05", "effective_date": "2027-01-01"}
    site.write("fd-01-gfx/gl-2.md", title="某市科技经费管理办法", body="新文。", version_of="gl", **new)
    assert ages(site, "2026-11-22")["fd-01-gfx"].newest == date(2026, 10, 8)


def test_an_element_that_few_lack_is_told_of_each_and_one_that_many_lack_by_column(site: Site) -> None:
    for number in range(6):
        index_no = {"index_no": f"000000000/2024-{number:05}"} if number else {}
        site.write(f"fd-04/{number}.md", title=f"{number}月统计公报", written_date=None, **index_no)
    found = {d.code: d.message for d in site.check(extensions=BUILTIN).found if d.code in ("D240", "D241", "P158")}
    assert found == {"D240": "信息项空着：索引号", "P158": "栏目“统计信息”有 6 件没有内容概述（条例第十二条）"}


def test_the_policy_column_is_due_after_half_a_year(site: Site) -> None:
    age = ages(site.write("fd-01-gfx/a.md"), "2024-03-10")["fd-01"]
    assert age.timer is not None
    assert (age.timer.id, age.due) == ("policy_6_months", date(2024, 9, 4))
    assert "国办秘函〔2019〕19号" in age.timer.basis


def test_limits_that_begin_with_another_day_do_not_age_a_column(site: Site) -> None:
    site.write("fd-07-bm/a.md", written_date=None, budget_unit="局", budget_year="2024", budget_item="部门预算")
    assert ages(site, "2026-11-22")["fd-07-bm"].timer is None


def test_nothing_is_overdue_before_the_site_was_launched(site: Site) -> None:
    site.setting(agency="示例市科学技术局", checks={"开通日期": "2026-11-01"}).write("fd-01-gfx/a.md")
    assert (ages(site, "2026-11-22")["fd-01"].days_left or 0) > 0


def test_local_limits_age_columns_only_where_they_are_switched_on(site: Site) -> None:
    site.write("fd-15-zxqk/a.md", written_date=None)
    assert ages(site, "2026-11-22")["fd-15-zxqk"].timer is None
    site.setting(agency="示例市科学技术局", checks={"时限": {"quarterly_tasks_local": "启用"}})
    timer = ages(site, "2026-11-22")["fd-15-zxqk"].timer
    assert timer is not None and timer.basis.startswith("本站启用的地方做法")


@pytest.mark.parametrize(
    ("agency", "limit"), [("示例市科学技术局", 131), ("示例县人民政府", 331), ("示例县示例镇人民政府", None)]
)
def test_the_annual_report_is_due_when_the_law_says(site: Site, agency: str, limit: int | None) -> None:
    site.setting(agency=agency).write("nb/a.md", written_date=None, report_year="2023", pub_date="2024-01-20")
    timer = ages(site, "2024-06-01")["nb"].timer
    assert (timer.limit if timer else None) == limit


def test_what_will_be_overdue_is_known_today(site: Site) -> None:
    site.write("fd-01-gfx/a.md", pub_date="2026-11-20", written_date="2026-11-19")
    whole = BUILTIN
    assert "P150" not in site.check("2026-11-22", extensions=whole).codes
    assert "P150" in site.check("2027-06-01", extensions=whole).codes


def test_vetoes_are_counted_with_their_distance(site: Site) -> None:
    site.columns("empty:\n  fd-12-yj: explain\n").write("fd-01-gfx/a.md")
    result = site.check("2026-11-22").result
    assert result is not None and hasattr(result, "tree")
    found = {veto.item: veto for veto in veto_counts(result.catalog, result.tree.checking)}
    assert {item: (veto.count, veto.limit) for item, veto in found.items()} == {
        "V3": (992, 14),
        "V4a": (1, 5),
        "V4b": (0, 10),
        "V4c": (3, 5),  # 指南, 年报 and the explained one
    }
    assert found["V4c"].distance == 2


def test_an_overdue_column_stops_no_strict_build(site: Site) -> None:
    site.write("fd-01-gfx/a.md")
    rules = [rule for rule in BUILTIN.rules if rule.code in ("P150", "P151", "P153")]
    site.build("2026-11-22", extensions=type(BUILTIN)(tuple(rules), BUILTIN.views, BUILTIN.formats), strict=True)
    assert "P150" in site.codes
    assert site.is_published


def test_an_office_answers_for_the_columns_below_its_own(site: Site) -> None:
    site.setting(agency="示例市科学技术局", checks={"责任处室": {"办公室": ["fd", "zn"], "政策科": "fd-01"}})
    result = site.write("fd-01-gfx/a.md").check().result
    assert result is not None and hasattr(result, "tree")
    found = [office_of(name, result.catalog, result.tree.checking) for name in ("fd-01-gfx", "fd-04", "zn", "nb")]
    assert found == ["政策科", "办公室", "办公室", ""]


# ---------------------------------------------------------------- what the site says


def test_everything_that_can_be_set() -> None:
    checking, said = checks(
        "时限: {twenty_workdays: 15, interpretation_3_workdays: 启用, double_publicity_7_workdays: 不查}\n"
        "公开电话: [0990-0000000, 12345]\n"
        "易错词: {帐号: 账号}\n"
        "机构名称: {科技居: 科技局}\n"
        "外链白名单: [Example.org]\n"
        "保密审查: 是\n"
        "三审: 否\n"
        "机关类型: 政府\n"
        "动态栏目: [fd-15-hy]\n"
        "更新周期: {fd-04: 每季, fd-08: 400, fd-09: 不定期}\n"
        "责任处室: {办公室: [zn, nb]}\n"
        "开通日期: 2026-01-01"
    )
    assert said == []
    assert (checking.days("twenty_workdays"), checking.days("interpretation_3_workdays")) == (15, 3)
    assert checking.timer("double_publicity_7_workdays") is None
    assert checking.timer("column_interval_local") is None
    own = checking.timer("twenty_workdays")
    assert own is not None and own.basis == "本站设置，另见条例第二十六条"
    assert (checking.phones, checking.domains) == (("0990-0000000", "12345"), ("example.org",))
    assert (checking.wording, checking.agencies) == ((("帐号", "账号"),), (("科技居", "科技局"),))
    assert (checking.review, checking.roles, checking.kind) == (True, False, "government")
    assert checking.intervals == (("fd-04", 92), ("fd-08", 400), ("fd-09", 0))
    assert (checking.offices, checking.dynamic) == ((("zn", "办公室"), ("nb", "办公室")), ("fd-15-hy",))
    assert checking.launched == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("电话: 1", "3:3 “checks”（检查）里没有“电话”这一项"),
        ("时限: {twenty_workdays: 30}", "3:25 “twenty_workdays”写的是 30，比条例第二十六条规定的宽"),
        ("时限: {twenty_workdays: 不查}", "3:25 “twenty_workdays”来自条例第二十六条，不能关闭"),
        (
            "时限: {public_comment_30: 7}",
            "3:27 “public_comment_30”写的是 7，比重大行政决策程序暂行条例第十五条规定的宽",
        ),
        ("时限: {twenty: 3}", "3:16 没有“twenty”这个时限"),
        ("时限: {twenty_workdays: 半月}", "3:25 “twenty_workdays”应是正数，或者“启用”“不查”"),
        (
            "时限: {overview_yearly: 02-40}",
            "3:25 “overview_yearly”应是月-日，例如 01-31，或者“启用”“不查”",
        ),
        ("公开电话: 电话", "3:9 “电话”不像电话"),
        ("易错词: 帐号", "3:8 这里应是几行“名称: 内容”"),
        ("易错词: {帐号: 帐号}", "3:13 “帐号”错的和对的一样"),
        ("外链白名单: [https://example.org]", "3:11 “https://example.org”不像域名"),
        ("保密审查: 要", "3:9 这里应是“是”或“否”"),
        ("机关类型: 科室", "3:9 没有“科室”这种机关类型"),
        ("动态栏目: [fd-99]", "3:10 没有“fd-99”这个栏目"),
        ("更新周期: {fd-04: 常常}", "3:17 “常常”不是更新周期"),
        ("责任处室: {甲: zn, 乙: zn}", "3:20 栏目“zn”已经归“甲”"),
        ("开通日期: 去年", "3:9 开通日期应是一个日子"),
    ],
)
def test_a_mistake_is_told_with_its_place(line: str, said: str) -> None:
    assert checks(line)[1] == [said]


@given(
    st.recursive(
        st.text(max_size=12),
        lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "fd-04", "x"]), part),
        max_leaves=8,
    )
)
def test_anything_at_all_is_settings_or_mistakes(value: object) -> None:
    site = "agency: 局\nchecks: " + json.dumps(value)
    read_settings(site.encode(), None, "content")
