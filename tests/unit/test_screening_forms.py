"""What the form of a body lacks, and the day under it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.gongwen import format_date_cn
from sitegen.screening.dates import contradicting_date
from sitegen.screening.forms import find_form

DAY = date(2024, 5, 20)
NOTICE = "各县科技局：\n\n现将办法印发给你们。\n\n{issuer}\n\n{day}\n\n（此件公开发布）\n\n第一条　为了管理。\n"


def codes(body: str, *, has_files: bool = False, is_regulation: bool = False) -> list[str]:
    return [spot.code for spot in find_form(body, DAY, has_files=has_files, is_regulation=is_regulation)]


@pytest.mark.parametrize("issuer", ["示例市科学技术局", "**示例市科学技术局**", "示例市人民政府办公室"])
def test_another_day_under_the_signature_is_told_with_its_line(issuer: str) -> None:
    spot = contradicting_date(NOTICE.format(issuer=issuer, day="2024年5月2日"), DAY)
    assert spot is not None
    assert spot.line == 7
    assert "2024年5月2日" in spot.message
    assert "2024-05-20" in spot.message


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_the_right_day_contradicts_nothing(day: date) -> None:
    text = NOTICE.format(issuer="示例市科学技术局", day=format_date_cn(day))
    assert contradicting_date(text, day) is None
    assert contradicting_date(text, None) is None


@pytest.mark.parametrize(
    "text",
    [
        "本办法自\n\n2024年5月2日\n\n起施行。",
        "会议时间：\n\n2024年5月2日\n\n会议地点：某市。",
        NOTICE.format(issuer="示例市科学技术局", day="2024年5月2日") + "\n示例市财政局\n\n2024年5月20日\n",
        "",
    ],
)
def test_a_day_that_signs_nothing_is_no_contradiction(text: str) -> None:
    assert contradicting_date(text, DAY) is None


@given(st.text())
def test_any_text_gives_spots_within_it(text: str) -> None:
    for spot in find_form(text, DAY, has_files=True, is_regulation=True):
        assert 1 <= spot.line <= text.count("\n") + 1


@pytest.mark.parametrize(
    "body", ["见附件。", "详见附件", "请点击下载附件。", "[附件](a.docx)", "名单见附件：[名单](a.xlsx)"]
)
def test_body_that_only_points_at_the_annex(body: str) -> None:
    assert codes(body, has_files=True) == ["D260"]
    assert codes(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "[点击查看](https://example.gov.cn/a.html)",
        "详见：<https://example.gov.cn/a.html>",
        "https://example.gov.cn/a.html",
        "原文链接：[某市人民政府网站](https://example.gov.cn/a.html)",
    ],
)
def test_body_that_only_leads_elsewhere(body: str) -> None:
    assert codes(body) == ["D261"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "![公示表](a.png)",
        "| 姓名 | 单位 |\n| --- | --- |\n| 甲 | 乙 |",
        "[办法](kjgf-2024-03)",
        "申报人于三月底前报送。详见[某市人民政府](https://example.gov.cn/a.html)。",
    ],
)
def test_body_that_says_something(body: str) -> None:
    assert codes(body) == []


def test_order_before_a_regulation() -> None:
    order = "示例市人民政府令\n\n第 2 号\n\n《办法》已经通过，现予公布，自7月1日起施行。\n\n市长　某某\n\n第一条　略。"
    assert codes(order, is_regulation=True) == ["D262"]
    assert codes(order) == []
    assert (
        codes("第一条　为了管理。\n\n第二条　本办法由市人民政府令第2号公布，现予公布的除外。", is_regulation=True) == []
    )
