"""The text of official documents: numbers, dates, citations and structure."""

from __future__ import annotations

import doctest
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen import gongwen
from sitegen.gongwen import (
    Problem,
    Role,
    article_number,
    find_citations,
    find_doc_nos,
    format_date_cn,
    from_chinese_numeral,
    normalize_doc_no,
    parse_date,
    parse_doc_no,
    parse_moment,
    structure,
    to_chinese_numeral,
)
from sitegen.model import DocNo

FIXTURES = Path(__file__).parents[1] / "fixtures" / "gongwen"


def rows(name: str) -> list[tuple[str, str]]:
    """The two columns of a table in the fixtures."""
    lines = (FIXTURES / name).read_text(encoding="utf-8").splitlines()
    pairs = [line.split("|", 1) for line in lines if line and not line.startswith("#")]
    return [(left.removesuffix(" "), right.strip()) for left, right in pairs]


def shown(result: object) -> str:
    return f"×{result.message} → {result.hint}" if isinstance(result, Problem) else str(result)


@pytest.mark.parametrize(("text", "expected"), rows("doc_no.txt"))
def test_doc_no_is_read_or_its_fault_is_named(text, expected):
    assert shown(parse_doc_no(text)) == expected


@pytest.mark.parametrize(("text", "expected"), rows("doc_no_normalized.txt"))
def test_spellings_of_one_doc_no_are_unified(text, expected):
    assert normalize_doc_no(text) == expected


@pytest.mark.parametrize(("text", "expected"), rows("doc_nos_cited.txt"))
def test_cited_doc_nos_are_found(text, expected):
    assert "、".join(find_doc_nos(text)) == expected


@pytest.mark.parametrize(("text", "expected"), rows("date.txt"))
def test_date_is_read_or_its_fault_is_named(text, expected):
    assert shown(parse_date(text)) == expected


@pytest.mark.parametrize(("text", "expected"), rows("moment.txt"))
def test_moment_is_read_or_its_fault_is_named(text, expected):
    moment = parse_moment(text)
    assert (shown(moment) if isinstance(moment, Problem) else f"{moment[0]} {moment[1]}".strip()) == expected


@pytest.mark.parametrize(("text", "expected"), rows("article.txt"))
def test_article_number_is_canonical(text, expected):
    assert article_number(text) == expected


@pytest.mark.parametrize(("text", "expected"), rows("citations.txt"))
def test_citations_are_found_with_number_and_article(text, expected):
    citations = find_citations(text)
    assert "；".join(f"{c.title}/{c.doc_no}/{c.article}" for c in citations) == expected
    assert all(text[c.start : c.end].startswith(f"《{c.title}》") for c in citations)


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.glob("structure_*.txt")))
def test_structure_of_a_body(name):
    table = rows(name)
    found = structure([paragraph for _, paragraph in table])
    assert [(role.value, paragraph) for role, (_, paragraph) in zip(found, table, strict=True)] == [
        (role, paragraph.strip()) for role, paragraph in table
    ]


def test_full_width_indents_do_not_hide_the_structure():
    assert structure(["　　一、总体要求", "　　（一）目标"]) == (Role.LEVEL1, Role.LEVEL2)


def test_date_at_the_end_needs_no_signature():
    assert structure(["正文。", "二〇二四年三月一日", "（此件公开发布）"])[1:] == (Role.SIGN_DATE, Role.ANNOTATION)


def test_empty_texts_are_problems():
    assert isinstance(parse_doc_no(""), Problem)
    assert isinstance(parse_date(""), Problem)
    assert isinstance(parse_moment(" "), Problem)


def test_chinese_date_is_written_without_padding():
    assert format_date_cn(date(2024, 3, 1)) == "2024年3月1日"


@pytest.mark.parametrize(
    ("number", "numeral"),
    [
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1260, "一千二百六十"),
        (1010, "一千零一十"),
    ],
)
def test_numerals_are_written_as_in_laws(number, numeral):
    assert to_chinese_numeral(number) == numeral


@pytest.mark.parametrize("text", ["", "十百", "一一百", "百", "零", "甲", "一二三四五"])
def test_what_is_no_numeral_is_none(text):
    assert from_chinese_numeral(text) is None


@pytest.mark.parametrize("number", [0, 10000, -1])
def test_numerals_beyond_their_range_are_refused(number):
    with pytest.raises(ValueError, match="no Chinese numeral"):
        to_chinese_numeral(number)


def test_examples_in_docstrings_hold():
    assert doctest.testmod(gongwen).failed == 0


# ---------------------------------------------------------------- laws

AGENCIES = st.text(st.sampled_from("某国政发办函环规科教市省财税建人民府厅局"), min_size=1, max_size=12)
SERIALS = st.integers(1, 999_999)
DOC_NOS = st.one_of(
    st.builds(DocNo, AGENCIES, st.integers(1000, 9999), SERIALS),
    st.builds(lambda agency, serial: DocNo(agency + "令", None, serial), AGENCIES, SERIALS),
    st.builds(
        lambda agency, kind, year, serial: DocNo(f"{agency}{kind}{year}年", None, serial),
        st.just("") | AGENCIES,
        st.sampled_from(["公告", "通告"]),
        st.integers(1000, 9999),
        SERIALS,
    ),
)
NEAR_MISSES = st.text(
    st.sampled_from("某政发令公告第号〔〕[]（）【】0１2年十零〇 　、《》条款之一编章节：:-./附件日月"), max_size=40
)


@given(DOC_NOS)
def test_printed_doc_no_is_read_back(doc_no):
    assert parse_doc_no(str(doc_no)) == doc_no


@given(DOC_NOS)
def test_canonical_doc_no_is_its_own_normal_form(doc_no):
    assert normalize_doc_no(str(doc_no)) == str(doc_no)
    assert find_doc_nos(f"（{doc_no}）") == (str(doc_no),)


@given(DOC_NOS, st.sampled_from(["[]", "（）", "()", "【】", "﹝﹞"]), st.booleans())
def test_hint_of_a_mended_doc_no_is_right(doc_no, brackets, spaced):
    text = str(doc_no).replace("〔", brackets[0]).replace("〕", brackets[1]).replace("号", " 号" if spaced else "号")
    found = parse_doc_no(text)
    assert normalize_doc_no(text) == str(doc_no)
    assert found == doc_no if text == str(doc_no) else found.hint == f"改为“{doc_no}”。"


@given(st.integers(1, 9999))
def test_numeral_is_read_back(number):
    assert from_chinese_numeral(to_chinese_numeral(number)) == number
    assert article_number(f"第{number}条") == f"第{to_chinese_numeral(number)}条"


@given(st.dates(min_value=date(1000, 1, 1)))
def test_printed_date_is_read_back(day):
    assert parse_date(day.isoformat()) == parse_date(format_date_cn(day)) == day
    assert parse_moment(f"{day.isoformat()} 09:30") == (day, "09:30")


@given(st.text() | NEAR_MISSES)
def test_any_text_is_read_without_a_crash(text):
    for parse in (parse_doc_no, parse_date, parse_moment):
        found = parse(text)
        assert not isinstance(found, Problem) or (found.message and found.hint)
    normal = normalize_doc_no(text)
    assert normalize_doc_no(normal) == normal
    assert all(isinstance(parse_doc_no(number), DocNo) for number in find_doc_nos(text))
    citations = find_citations(text)
    assert all(a.end <= b.start for a, b in pairwise(citations))
    number = article_number(text)
    assert article_number(number) == number


LINES = ("某市人民政府令", "第2号", "市长　某某某", "2019年12月12日", "某办法")


@given(st.lists(st.text() | NEAR_MISSES | st.sampled_from(LINES), max_size=8))
def test_every_paragraph_has_a_role(paragraphs):
    assert len(structure(paragraphs)) == len(paragraphs)
