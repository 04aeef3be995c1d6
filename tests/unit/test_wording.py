"""Every word of the table is found where it is wrong and nowhere else; numbers and punctuation likewise."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.diagnostics import Severity
from sitegen.screening import Screen, Spot
from sitegen.screening.wording import CODES, Entry, entries, find_wording

NOTHING = Screen()


def said(text: str, screen: Screen = NOTHING) -> list[tuple[str, str]]:
    return [(spot.code, spot.message) for spot in find_wording(text, screen)]


def codes(text: str) -> list[str]:
    return [spot.code for spot in find_wording(text, NOTHING)]


# ---------------------------------------------------------------- the table


def name(entry: Entry) -> str:
    return entry.wrong


def is_said(entry: Entry, text: str) -> bool:
    return any(code == entry.code and f"“{entry.wrong}”" in message for code, message in said(text))


@pytest.mark.parametrize("entry", entries(), ids=name)
def test_wrong_word_is_found_and_the_right_one_is_not(entry: Entry) -> None:
    assert is_said(entry, entry.example or f"通知：{entry.wrong}，通报如下")
    assert not is_said(entry, entry.right)
    assert not is_said(entry, f"通知：{entry.right}，通报如下")


@pytest.mark.parametrize("entry", [entry for entry in entries() if not entry.since[0]], ids=name)
def test_correction_needs_no_correction(entry: Entry) -> None:
    text = entry.example or entry.wrong
    assert said(text.replace(entry.wrong, entry.right)) == []


@pytest.mark.parametrize("entry", [entry for entry in entries() if entry.fine], ids=name)
def test_what_only_looks_wrong_is_left_alone(entry: Entry) -> None:
    assert entry.wrong in entry.fine or entry.when
    assert not is_said(entry, entry.fine)


def test_table_is_large_and_says_everything_once() -> None:
    assert len(entries()) >= 200
    wrongs = [(entry.wrong, entry.when) for entry in entries()]
    assert len(wrongs) == len(set(wrongs))
    assert {entry.code for entry in entries()} <= {info.code for info in CODES}
    for entry in entries():
        assert entry.wrong != entry.right
        assert len(entry.wrong) >= 2
        re.compile(entry.when)


def test_correction_and_reason_are_told() -> None:
    (spot,) = find_wording("全市工作部暑。\n银行帐户和单位帐户。", NOTHING)[:1]
    assert (spot.line, spot.column) == (1, 5)
    assert spot.hint == "改为“部署”。形近、音近的错字。"
    assert said("银行帐户和单位帐户。") == [("D301", "“帐户”应为“账户”（共 2 处）")]


def test_old_name_of_a_body_is_told_only_in_later_documents() -> None:
    text = "由国土资源部负责。\n\n某市人民政府\n\n{}\n"
    assert codes(text.format("2024年3月1日")) == ["D308"]
    assert codes(text.format("2016年3月1日")) == []
    assert codes("由国土资源部负责。") == []


# ---------------------------------------------------------------- numbers and punctuation


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("国办发[2016]80号", "〔2016〕80号"),
        ("国办发(2016)80号", "〔2016〕80号"),
        ("国办发（2016）80号", "〔2016〕80号"),
        ("国办发【2016】80号", "〔2016〕80号"),
        ("国办发〖2016〗80号", "〔2016〕80号"),
        ("国办发〔2016]80号", "〔2016〕80号"),
        ("国办发〔16〕80号", "〔2016〕80号"),
        ("国发〔98〕5号", "〔1998〕5号"),
        ("国办发〔2016〕第80号", "〔2016〕80号"),
        ("国办发〔2016〕080号", "〔2016〕80号"),
        ("国办发〔2016年〕80号", "〔2016〕80号"),
        ("国办发〔2016〕80 号", "〔2016〕80号"),
        ("丰府办字[2021]10号", "〔2021〕10号"),
        ("国办函 [2020] 3 号", "〔2020〕3号"),
    ],
)
def test_document_number_is_corrected(text: str, right: str) -> None:
    spots = find_wording(f"根据《某某通知》（{text}）要求", NOTHING)
    assert [spot.code for spot in spots if spot.code != "D303"] == ["D300"]
    assert f"改为“{right}”。" in [spot.hint for spot in spots]


@pytest.mark.parametrize(
    "text",
    [
        "国办发〔2016〕80号",
        "（2016）京01民终123号",
        "《关于某事的通知（国发[1998]5号）》",
        "市场监管总局公告（2020）第3号",
        "卫妆准字（2010）第1234号",
        "国务院令第711号",
        "见表（2020）",
        "[2020]",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert "D300" not in codes(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("经市政府同意,现印发给你们。", "D302"),
        ("各有关单位:", "D302"),
        ("各有关单位:\n\n正文", "D302"),
        ("（一）领导;\n（二）组织", "D302"),
        ("可以吗?可以", "D302"),
        ("(一)加强领导", "D303"),
        ("某某办法(试行)", "D303"),
        ("市政府的的决定", "D304"),
        ("关于关于印发方案", "D304"),
        ("认真落实。。", "D305"),
        ("认真，，落实", "D305"),
        ("加强领导，。", "D305"),
        ("一、、加强领导", "D305"),
        ("二○二一年三月", "D306"),
        ("二O二一年三月", "D306"),
        ("二0二一年三月", "D306"),
        ("二零二一年三月", "D306"),
        ("一九九○年", "D306"),
        ("２０２１年", "D306"),
        ("依照第 三 条规定", "D306"),
        ("第三 条　本办法", "D306"),
    ],
)
def test_form_is_told(text: str, code: str) -> None:
    assert codes(text) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "经市政府同意，现印发给你们：",
        "上午9:00至11:30",
        "共1,234,567元",
        "比例为1:3",
        "访问 https://www.example.gov.cn/a,b;c?d=文件:1 查询",
        "[附件](附件(一).docx)",
        "![图](图,1.png)",
        "`代码,示例` 不看",
        "```\n中文,代码:\n```",
        "段落\n\n    缩进代码,不看",
        "| 甲 | 乙 |\n| :--- | ---: |\n| 1,000 | 2 |",
        '<p style="a:b;c:d">正文</p>',
        "《某某办法(试行)》",
        "《帐户管理办法》",
        "不写“帐户”，写“账户”",
        "……",
        "他说：“好。”",
        "天天向上，个个争先，人人有责，往往如此，层层落实",
        "国家有关规定规定应当公开的",
        "以营利为目的的行为",
        "第三条　本办法",
        "第 3 条",
        "第三 季度",
        "2021年",
        "二〇二一年三月一日",
        "二十条",
        "一百零五名",
        "Hello, world: a; b? (c)",
        "::: details 说明:展开",
        "[^1]: 脚注",
        "# 标题 {#a:b}",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert said(text) == []


def test_each_fault_is_told_once_with_its_number() -> None:
    assert said("甲,乙,丙,丁") == [("D302", "中文里用了半角的“,”（共 3 处）")]


def test_places_are_those_of_the_first_fault() -> None:
    (spot,) = find_wording("第一段。\n\n第二段，工作部暑和人员部暑。", NOTHING)
    assert (spot.line, spot.column) == (3, 7)


# ---------------------------------------------------------------- the words of the site


SITE = Screen(
    wording=(("高新区", "高新技术产业开发区"), ("一网办", "一网通办")),
    agencies=(("科技局", "市科学技术局"), ("发改委", "市发改委")),
)


def test_words_of_the_site_are_told() -> None:
    assert said("高新区科技局", SITE) == [
        ("D310", "“高新区”应为“高新技术产业开发区”"),
        ("D311", "“科技局”应为“市科学技术局”"),
    ]


def test_wrong_name_inside_the_right_one_is_right() -> None:
    assert said("市发改委和发改委", SITE) == [("D311", "“发改委”应为“市发改委”")]
    assert said("市发改委", SITE) == []


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=4).map(tuple), st.text())
def test_any_words_of_a_site_are_taken_as_they_are(pairs: tuple[tuple[str, str], ...], text: str) -> None:
    spots = find_wording(text, Screen(wording=pairs, agencies=pairs))
    for wrong, right in pairs:
        if wrong and wrong in text and wrong not in right and not any(c in text for c in '《》`<>[]{}:"“‘「 \n\t'):
            assert any(spot.code == "D310" and f"“{wrong}”" in spot.message for spot in spots)


# ---------------------------------------------------------------- any text


@given(st.text())
def test_any_text_gives_spots(text: str) -> None:
    assert all(isinstance(spot, Spot) for spot in find_wording(text, NOTHING))


PIECES = (
    "部暑",
    "帐",
    "户",
    ",",
    "。",
    "，",
    "(",
    "）",
    "国发",
    "[2016]",
    "〔16〕",
    "第",
    "5号",
    "二○",
    "二一年",
    "《",
    "》",
    "`",
    "\n",
    " ",
    "的",
    "０",
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_places_lie_inside_the_text(text: str) -> None:
    lines = text.split("\n")
    for spot in find_wording(text, NOTHING):
        assert 1 <= spot.line <= len(lines)
        assert 1 <= spot.column <= len(lines[spot.line - 1])


def test_nothing_here_stops_a_build() -> None:
    assert {info.severity for info in CODES} == {Severity.WARNING, Severity.INFO}


def test_long_line_of_faults_takes_no_long() -> None:
    text = "工作部暑,（《" * 20_000
    start = time.process_time()
    find_wording(text, NOTHING)
    assert time.process_time() - start < 5
