"""The terms on which a document is issued: the signed order, its days, and what it ends."""

from __future__ import annotations

import doctest
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen import terms
from sitegen.terms import find_terms, order_length

STATED = Path(__file__).parents[1] / "fixtures" / "gongwen" / "terms.txt"


def stated() -> list[tuple[str, str]]:
    """The sentences of the fixture, and what each says."""
    lines = STATED.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("|", 1) for line in lines if line and not line.startswith("#")]
    return [(left.removesuffix(" "), right.strip()) for left, right in pairs]


@pytest.mark.parametrize(("text", "expected"), stated())
def test_terms_are_those_that_the_text_states_of_itself(text, expected):
    effective, expire, where, words = find_terms([text], date(2021, 6, 3))[:4]
    assert f"{effective or ''}/{expire or ''}/{where}/{words}" == expected


CLAUSE = "第九条　本办法自2021年7月1日起施行。"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (0, 0),
        (300, 11),
        (1, 0),
    ],
)
def test_terms_stand_near_the_end(before, after):
    paragraphs = ["又一段。"] * before + [CLAUSE] + ["又一段。"] * after
    assert find_terms(paragraphs, None).effective == date(2021, 7, 1)


def test_terms_stand_before_a_signature_or_an_attachment():
    for end in (["某局", "2021年6月3日"], ["附件：1.申请表"], ["附件1"]):
        assert find_terms([CLAUSE, *end, *["表中文字。"] * 30], None).effective == date(2021, 7, 1)
    assert find_terms([CLAUSE, *["别的文字。"] * 30], None).effective is None


def test_what_is_said_in_a_quotation_of_several_paragraphs_does_not_count():
    assert find_terms(["将第九条修改为：“第九条　甲。", CLAUSE, "第十条　乙。”"], None).effective is None


def test_terms_that_contradict_each_other_are_none():
    other = "本通知自2021年8月1日起施行。"
    assert find_terms([other, CLAUSE], None).effective is None
    assert find_terms([CLAUSE, CLAUSE], None).effective == date(2021, 7, 1)


def test_article_of_a_term_is_the_one_its_paragraph_belongs_to():
    assert find_terms(["第八条　甲。", "本办法自2021年7月1日起施行。"], None).where == "第八条"
    assert find_terms(["第八条　甲。", "二、其他", "本办法自2021年7月1日起施行。"], None).where == ""


def test_duration_counts_from_the_first_day_that_is_known():
    found = find_terms(["本办法自公布之日起施行，有效期五年。"], date(2021, 6, 3), date(2021, 7, 1))
    assert (found.effective, found.expire) == (date(2021, 6, 3), date(2026, 6, 30))
    assert find_terms(["本办法自公布之日起施行，有效期五年。"], None)[:2] == (None, None)


def test_clause_of_a_first_text_says_nothing_of_an_amended_one():
    assert find_terms(["第九条　本办法自1983年3月1日起施行。"], date(2019, 4, 23)).effective is None


ORDER = ["某市人民政府令", "第2号", "《某办法》已经某会议通过，现予公布，自2020年1月12日起施行。", "市长　某某某"]
WHOLE = [*ORDER, "2019年12月12日", "某办法"]


@pytest.mark.parametrize(
    ("paragraphs", "length"),
    [
        (WHOLE, 5),
        ([*WHOLE, "第一条　甲。"], 5),
        (["某市人民政府令第2号", *WHOLE[2:]], 4),
        (["某市人民政府令", "（第 2 号）", *WHOLE[2:]], 5),
        ([*WHOLE[:3], "2019年12月12日", "某办法"], 4),
        ([*WHOLE[:5], "《某 办法》"], 5),
        (WHOLE[:5], 0),  # nothing follows
        ([*WHOLE[:5], "别的办法"], 0),
        ([*WHOLE[:4], "某办法"], 0),  # no day
        ([WHOLE[0], *WHOLE[2:]], 0),  # no number
        (["某市人民政府命令如下", *WHOLE[1:]], 0),
        ([*ORDER, "请遵照执行。", *WHOLE[4:]], 0),  # that is no signer
        ([*WHOLE[:2], "《某办法》很好。", *WHOLE[3:]], 0),
        (["第一条　甲。", *WHOLE], 0),
        ([], 0),
    ],
)
def test_signed_order_is_recognised_only_if_all_of_it_is_there(paragraphs, length):
    assert order_length(paragraphs) == length


def test_examples_in_docstrings_hold():
    assert doctest.testmod(terms).failed == 0


# ---------------------------------------------------------------- laws


@given(st.lists(st.text() | st.sampled_from(WHOLE), max_size=8))
def test_a_signed_order_is_never_the_whole_text(paragraphs):
    assert order_length(paragraphs) < max(len(paragraphs), 1)


WORDS_OF_TERMS = (
    "本办法 本法 自 公布 之日 起 30日 后 满 2021年7月1日 9999年12月31日 二〇二一年七月一日 施行 试行 执行 ， 。"
    " 有效期 试行期 为 至 五年 2年 999年 六个月 止 《 》 “ ” 第九条 （试行） 　 \x00 现予公布，"
)
PIECES_OF_TERMS = st.lists(st.sampled_from(WORDS_OF_TERMS.split(" ")), max_size=14).map("".join)


@given(st.lists(PIECES_OF_TERMS, max_size=6), st.none() | st.dates(), st.none() | st.dates())
def test_any_text_states_terms_or_none(paragraphs, issued, begins):
    found = find_terms(paragraphs, issued, begins)
    assert found == find_terms(paragraphs, issued, begins)
    assert not found.expire or (found.words and not (found.effective and found.expire <= found.effective))
    assert found[:4] == (None, None, "", "") or found.effective or found.expire


HARD = {
    "blanks": "自发布之日" + " " * 50_000,
    "statements": "自即日起施行，" * 5_000,
    "sentences": "本办法自即日起施行；" * 5_000,
    "titles": "《a" * 20_000 + "自即日起施行",
    "digits": "自" + "1" * 50_000 + "起施行",
    "subjects": "本" * 50_000 + "有效期",
    "days": "自2021年7月1日" * 5_000 + "起施行",
}


@pytest.mark.parametrize("name", HARD)
def test_hostile_text_takes_no_longer_than_its_length_asks(name):
    start = time.process_time()
    find_terms([HARD[name]] * 3, None)
    assert time.process_time() - start < 2
