"""Marks of secrecy are found where they are marks, and not where a text speaks about secrecy."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.diagnostics import Severity
from sitegen.screening import Screen, Spot
from sitegen.screening.secrecy import CODES, find_secrecy

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
NOTHING = Screen()
BODY = "\n\n".join(f"{n}月，我局召开会议，部署各项工作，有关单位参加了会议。" for n in range(1, 60))


def found(text: str) -> list[tuple[str, int, int]]:
    return [spot[:3] for spot in find_secrecy(text, NOTHING)]


def codes(text: str) -> list[str]:
    return [code for code, _, _ in found(text)]


SECRET = (
    "机密★1年",
    "机密★",
    "秘密★长期",
    "绝密★30年",
    "绝密",
    "机 密",
    "机　密　★　1　年",
    "机密☆十年",
    "秘密★５年",
    "機密★1年",
    "絕密",
    "秘密10年",
    "密级：机密",
    "密级和保密期限：秘密★3个月",
    "（机密）",
    "【绝密】",
    "〔秘密〕",
    "机密文件",
    "000001 机密★1年 特急",
    "特急 秘密★1年",
    "密码电报",
    "关于报送防汛方案的通知（秘密）",
    "【绝密】关于调拨物资的函",
    "标题：关于调拨物资的函（机密）",
    "来源：机密★1年",
    "某市人民政府文件　机密★1年",
    "# 机密★1年",
    "**机密★1年**",
    "> 机密★1年",
    '<p align="right">机密★1年</p>',
    "&emsp;机密★1年",
    "机\u200b密★1年",
    "| 机密★1年 | 特急 |",
    "| 密级 | 机密 |",
    "某市科学技术局\t机密★1年",
)
INTERNAL = (
    "内部资料",
    "内 部 资 料",
    "內部資料",
    "内部文件",
    "（内部资料）",
    "（内部资料，注意保存）",
    "内部资料 注意保存",
    "内部文件·请勿外传",
    "★内部资料★",
    "注意保存",
    "请注意保存",
    "不得外传",
    "严禁外传",
    "切勿对外泄露",
    "仅供内部使用",
    "仅供内部参考，不得外传",
    "只限内部掌握",
    "仅供领导参阅",
    "会后收回",
    "（阅后请收回）",
    "内部明电",
    "（内部使用）",
    "（工作秘密）",
    "密级：内部",
    "核心商密★3年",
    "本件为内部文件，注意保存。",
    "以上情况特此报告。（内部资料，注意保存）",
    "| 内部资料 | 注意保存 |",
    "妥善保管，不得外传",
)
REFUSED = (
    "此件不公开",
    "（此件不公开）",
    "（此件不予公开）",
    "（此件依申请公开）",
    "（此件属于依申请公开）",
    "（此件不公开发布）",
    "（本文不对外公开）",
    "(此 件 依 申 请 公 开)",
    "（依申请公开）",
    "特此通知。（此件不予公开）",
    "信息公开选项：依申请公开",
    "公开属性：不予公开",
    "公开方式：不公开",
    "公开属性：□主动公开 ☑依申请公开 □不予公开",
    "| 公开属性 | 依申请公开 |",
    "| 公开属性 | 不予公开 | 索引号 | 1234 |",
)
PASSED_ON = ("明传电报", "特急·明电", "等级：特急·明电", "（此件发至县处级）", "发电单位：某市人民政府 签批盖章：某某")
HARMLESS = (
    "依法保守国家秘密和商业秘密。",
    "涉及国家秘密、商业秘密的，不予公开。",
    "《机密级计算机管理办法》",
    "《秘密》",
    "国家秘密的密级分为绝密、机密、秘密三级。",
    "一级（绝密）、二级（机密）、三级（秘密）",
    "国家秘密标志写在首页，例如“机密★1年”，期限写在后面。",
    "标注为机密★1年的文件，应当单独登记，专人保管。",
    "密级：无",
    "密级",
    "保密",
    "商业秘密",
    "工作秘密",
    "- 内部资料",
    "* 内部文件",
    "（三）内部资料",
    "加强内部资料管理，不得外传有关数据。",
    "内部资料性出版物管理办法",
    "各单位要妥善保管，注意保存原始凭证。",
    "妥善保管",
    "不得复制",
    "此件不公开的，应当说明理由。",
    "在附注处标注“此件不公开”。",
    "应当注明（此件依申请公开）或者（此件公开发布）。",
    "（此件公开发布）",
    "（此件主动公开）",
    "依申请公开",
    "## 依申请公开",
    "不予公开",
    "（三）不予公开",
    "（三）不予公开的理由",
    "信息公开选项：主动公开",
    "公开方式：主动公开、依申请公开、不予公开",
    "公开属性：☑主动公开 □依申请公开 □不予公开",
    "公开属性：□主动公开 □依申请公开 □不予公开",
    "| 公开方式 | 主动公开 | 依申请公开 |",
    "| 年度 | 不予公开 | 部分公开 |",
    "| 级别 | 绝密 | 机密 |",
    "| 密级 | 说明 |\n| --- | --- |\n| 绝密 | 最重要的国家秘密 |\n| 机密 | 重要的国家秘密 |",
    "| 种类 | 数量 | 单位 | 备注 |\n| --- | --- | --- | --- |\n| 内部资料 | 3 | 种 | 已登记 |",
    "国办发明电〔2021〕14号",
    "以明传电报形式印发各县（区）。",
    "电报",
    "机密性、完整性、可用性",
    "秘书长",
    "密云区",
)


@pytest.mark.parametrize("text", SECRET)
def test_secrecy_mark_is_found(text: str) -> None:
    assert codes(text) == ["S110"]


@pytest.mark.parametrize("text", INTERNAL)
def test_internal_mark_is_found(text: str) -> None:
    assert codes(text) == ["S111"]


@pytest.mark.parametrize("text", REFUSED)
def test_mark_against_publication_is_found(text: str) -> None:
    assert codes(text) == ["S112"]


@pytest.mark.parametrize("text", PASSED_ON)
def test_mark_of_internal_circulation_is_found(text: str) -> None:
    assert codes(text) == ["S113"]


@pytest.mark.parametrize("text", HARMLESS)
def test_words_about_secrecy_are_no_mark(text: str) -> None:
    assert found(text) == []
    assert found(f"{BODY}\n\n{text}\n\n{BODY}") == []


@pytest.mark.parametrize("text", [*SECRET, *INTERNAL])
def test_mark_of_secrecy_is_found_anywhere_in_a_text(text: str) -> None:
    assert [line for _, line, _ in found(f"{BODY}\n\n{text}\n\n{BODY}")] == [BODY.count("\n") + 3]


def test_option_in_the_middle_of_a_text_is_about_other_documents() -> None:
    assert found(f"{BODY}\n\n公开方式：依申请公开\n\n{BODY}") == []
    assert codes(f"{BODY}\n\n公开方式：依申请公开") == ["S112"]


def test_register_with_a_column_of_levels_is_marked_row_by_row() -> None:
    table = "| 序号 | 文件 | 密级 |\n| --- | --- | --- |\n| 1 | 甲方案 | 机密 |\n| 2 | 乙方案 | 秘密 |\n"
    assert found(table) == [("S110", 3, 13), ("S110", 4, 13)]


def test_place_is_that_of_the_mark() -> None:
    assert found("某市文件\n\n　　（机 密★1年）\n") == [("S110", 3, 4)]
    assert found("关于某事的通知（秘密）") == [("S110", 1, 9)]


def test_message_names_the_mark_and_nothing_else() -> None:
    (spot,) = find_secrecy("关于某重点工程的通知（秘密）", NOTHING)
    assert "重点工程" not in spot.message + spot.hint


def test_only_what_breaks_the_law_is_an_error() -> None:
    assert {info.code for info in CODES if info.severity is Severity.ERROR} == {"S110", "S111", "S112"}


@given(st.text())
def test_any_text_gives_spots(text: str) -> None:
    assert all(isinstance(spot, Spot) for spot in find_secrecy(text, NOTHING))


PIECES = (
    "机密",
    "秘密",
    "★",
    "1年",
    "内部",
    "资料",
    "注意保存",
    "此件",
    "不公开",
    "（",
    "）",
    "|",
    "\t",
    "\n",
    " ",
    "明电",
    "密级：",
    "*",
    "<",
    ">",
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_places_lie_inside_the_text(text: str) -> None:
    lines = text.split("\n")
    for spot in find_secrecy(text, NOTHING):
        assert 1 <= spot.line <= len(lines)
        assert 1 <= spot.column <= len(lines[spot.line - 1])
        assert spot.code in {info.code for info in CODES}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_real_documents_bear_no_mark() -> None:
    paths = [path for path in CORPUS.rglob("*") if path.suffix in (".md", ".txt", ".csv") and path.name != "README.md"]
    assert len(paths) > 500
    assert [path.name for path in paths if find_secrecy(path.read_text(encoding="utf-8-sig"), NOTHING)] == []
